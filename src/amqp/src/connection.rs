//! A connection with one session, and how links are attached to it.

use std::time::Duration;

use fe2o3_amqp::{
    Connection as Amqp, Receiver, Sender, Session,
    connection::ConnectionHandle,
    link::{CreditMode, ReceiverAttachError},
    sasl_profile::SaslProfile,
    session::SessionHandle,
};
use fe2o3_amqp_types::messaging::{Source, Target};

use crate::{
    message::{Failure, FailureKind},
    network::{Network, within},
};

/// How long an answer may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

const CONTAINER: &str = "iothub-playground";
const MOST_FRAME_BYTES: u32 = 65_536;
/// The largest message that is taken: the largest that a hub takes, and what the hub adds to it.
const MOST_MESSAGE_BYTES: u64 = 320 * 1024;
/// How many frames with messages may be on their way.
const WINDOW: u32 = 256;

/// A connection with one session. Dropping it closes it.
pub(crate) struct Connection {
    session: SessionHandle<()>,
    _connection: ConnectionHandle<()>,
    links: u32,
}

impl Connection {
    /// Opens a WebSocket and a connection on it.
    pub(crate) async fn open(
        network: &impl Network,
        url: &str,
        host: &str,
        profile: SaslProfile,
    ) -> Result<Self, Failure> {
        let opening = async {
            let stream = network
                .open(url)
                .await
                .map_err(|why| Failure::new(FailureKind::Unreachable, why))?;
            let builder = Amqp::builder()
                .container_id(CONTAINER)
                .hostname(host)
                .sasl_hostname(host)
                .scheme("amqp")
                .max_frame_size(MOST_FRAME_BYTES)
                .sasl_profile(profile);
            #[cfg(not(target_arch = "wasm32"))]
            let mut connection = builder.open_with_stream(stream).await?;
            #[cfg(target_arch = "wasm32")]
            let mut connection = builder
                .open_with_stream_on_current_local_set(stream)
                .await?;
            let builder = Session::builder().incoming_window(WINDOW);
            #[cfg(not(target_arch = "wasm32"))]
            let session = builder.begin(&mut connection).await?;
            #[cfg(target_arch = "wasm32")]
            let session = builder.begin_on_current_local_set(&mut connection).await?;
            Ok(Self {
                session,
                _connection: connection,
                links: 0,
            })
        };
        within(network, PATIENCE, opening).await
    }

    /// Attaches a link on which messages go to an address.
    pub(crate) async fn sender(
        &mut self,
        network: &impl Network,
        address: &str,
    ) -> Result<Sender, Failure> {
        let name = self.next_name();
        let attaching = async {
            let sender = Sender::builder()
                .name(name)
                .source(CONTAINER)
                .target(address)
                .attach(&mut self.session);
            Ok(sender.await?)
        };
        within(network, PATIENCE, attaching).await
    }

    /// Attaches a link on which messages come from a source.
    pub(crate) async fn receiver(
        &mut self,
        network: &impl Network,
        source: Source,
        reply_address: &str,
        credit: CreditMode,
    ) -> Result<Receiver, Failure> {
        let attaching = async {
            let attached = self.attach(source, reply_address, credit).await;
            Ok(attached?)
        };
        within(network, PATIENCE, attaching).await
    }

    /// Attaches a link on which messages come, and gives what the library calls it when the hub does not want that.
    pub(crate) async fn attach(
        &mut self,
        source: Source,
        reply_address: &str,
        credit: CreditMode,
    ) -> Result<Receiver, ReceiverAttachError> {
        let name = self.next_name();
        let target = Target::builder().address(reply_address).build();
        Receiver::builder()
            .name(name)
            .source(source)
            .target(target)
            .max_message_size(MOST_MESSAGE_BYTES)
            .credit_mode(credit)
            .attach(&mut self.session)
            .await
    }

    fn next_name(&mut self) -> String {
        self.links += 1;
        format!("{CONTAINER}-{}", self.links)
    }
}
