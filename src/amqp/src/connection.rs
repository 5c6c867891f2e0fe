//! A connection with one session, and how links are attached to it.

use std::{sync::Arc, time::Duration};

use fe2o3_amqp::{
    Delivery, Receiver, Sender,
    connection::ConnectionHandle,
    link::{CreditMode, ReceiverAttachError, RecvError, delivery::DeliveryInfo},
    sasl_profile::SaslProfile,
    session::SessionHandle,
};
use fe2o3_amqp_types::messaging::{Body, Message, Outcome, SerializableBody, Source, Target};
use futures::future::{Either, select};
use serde_amqp::Value;

use crate::{
    engine::{CONTAINER, Engine},
    guard::{Guarded, MOST_MESSAGE_BYTES, Watch},
    message::{Failure, FailureKind},
    network::{Network, within},
};

/// How long an answer may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What a hub says that hears of a link which is not there.
const UNATTACHED: &str = "amqp:session:unattached-handle";

/// How long it may take to understand what was said before the other side went.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A connection with one session. Dropping it closes it.
pub(crate) struct Connection {
    session: SessionHandle<()>,
    /// Dropped with the session, these two end all.
    _whole: ConnectionHandle<()>,
    _engine: Engine,
    watch: Arc<Watch>,
    links: u32,
}

/// A link on which messages go.
pub(crate) struct Outgoing {
    sender: Sender,
    watch: Arc<Watch>,
}

/// A link on which messages come.
pub(crate) struct Incoming {
    receiver: Receiver,
    watch: Arc<Watch>,
}

impl Connection {
    /// Opens a WebSocket and a connection on it.
    pub(crate) async fn open(
        network: &impl Network,
        url: &str,
        host: &str,
        profile: SaslProfile,
    ) -> Result<Self, Failure> {
        let watch = Arc::new(Watch::default());
        let opening = async {
            let opened = network.open(url).await;
            let stream = opened.map_err(|why| Failure::new(FailureKind::Unreachable, why))?;
            let stream = Guarded::new(stream, Arc::clone(&watch));
            let engine = Engine::start();
            let mut connection = engine.open(stream, host, profile).await?;
            let session = engine.begin(&mut connection).await?;
            Ok((engine, connection, session))
        };
        let opened = within(network, PATIENCE, opening).await;
        let (engine, connection, session) = opened.map_err(|failure| explain(&watch, failure))?;
        Ok(Self {
            session,
            _whole: connection,
            _engine: engine,
            watch,
            links: 0,
        })
    }

    /// Attaches a link on which messages go to an address.
    pub(crate) async fn sender(
        &mut self,
        network: &impl Network,
        address: &str,
    ) -> Result<Outgoing, Failure> {
        let name = self.next_name();
        let attaching = async {
            let sender = Sender::builder()
                .name(name)
                .source(CONTAINER)
                .target(address)
                .attach(&mut self.session);
            Ok(sender.await?)
        };
        let attached = within(network, PATIENCE, attaching).await;
        let watch = Arc::clone(&self.watch);
        match attached {
            Ok(sender) => Ok(Outgoing { sender, watch }),
            Err(failure) => Err(explain(&watch, failure)),
        }
    }

    /// Attaches a link on which messages come from a source.
    pub(crate) async fn receiver(
        &mut self,
        network: &impl Network,
        source: Source,
        credit: CreditMode,
    ) -> Result<Incoming, Failure> {
        self.receiver_at(network, source, CONTAINER, credit).await
    }

    /// The same, with an address of this side's end that answers are sent to.
    pub(crate) async fn receiver_at(
        &mut self,
        network: &impl Network,
        source: Source,
        own_address: &str,
        credit: CreditMode,
    ) -> Result<Incoming, Failure> {
        let attaching = async { Ok(self.attach(source, own_address, credit).await?) };
        let attached = within(network, PATIENCE, attaching).await;
        attached.map_err(|failure| explain(&self.watch, failure))
    }

    /// The same, for whom it matters what exactly the hub says if it does not want that.
    pub(crate) async fn attach(
        &mut self,
        source: Source,
        own_address: &str,
        credit: CreditMode,
    ) -> Result<Incoming, ReceiverAttachError> {
        let name = self.next_name();
        let target = Target::builder().address(own_address).build();
        let most = u64::try_from(MOST_MESSAGE_BYTES).unwrap_or(u64::MAX);
        let attaching = Receiver::builder()
            .name(name)
            .source(source)
            .target(target)
            .max_message_size(most)
            .credit_mode(credit)
            .attach(&mut self.session);
        let receiver = attaching.await?;
        let watch = Arc::clone(&self.watch);
        Ok(Incoming { receiver, watch })
    }

    /// What the other side did wrong, if that is why something failed.
    pub(crate) fn explain(&self, failure: Failure) -> Failure {
        explain(&self.watch, failure)
    }

    /// Whether the other side is gone.
    pub(crate) fn is_over(&self) -> bool {
        self.watch.is_over()
    }

    fn next_name(&mut self) -> String {
        self.links += 1;
        format!("{CONTAINER}-{}", self.links)
    }
}

impl Outgoing {
    /// Sends a message, and waits for what becomes of it.
    pub(crate) async fn send<T: SerializableBody>(
        &mut self,
        network: &impl Network,
        message: Message<T>,
    ) -> Result<Outcome, Failure> {
        let sending = Box::pin(async { Ok(self.sender.send(message).await?) });
        // The library goes on to wait when the other side is gone.
        let sent = match select(sending, Box::pin(self.watch.over())).await {
            Either::Left((sent, _)) => sent,
            Either::Right(((), sending)) => within(network, LAST_WORDS, sending).await,
        };
        sent.map_err(|failure| explain(&self.watch, failure))
    }
}

impl Incoming {
    /// The next message.
    pub(crate) async fn receive(&mut self) -> Result<Delivery<Body<Value>>, Failure> {
        let received = self.try_receive().await;
        received.map_err(|error| explain(&self.watch, error.into()))
    }

    /// The same, for whom it matters what exactly the hub says if there is none.
    pub(crate) async fn try_receive(&mut self) -> Result<Delivery<Body<Value>>, RecvError> {
        let received = self.receiver.recv().await?;
        self.watch.took_message();
        Ok(received)
    }

    /// Tells the other side that a message is done with.
    pub(crate) async fn accept(&self, delivery: impl Into<DeliveryInfo>) -> Result<(), Failure> {
        let accepted = self.receiver.accept(delivery).await;
        accepted.map_err(|error| explain(&self.watch, error.into()))
    }

    /// Gives a message back to the other side, for whoever asks for it next.
    pub(crate) async fn release(&self, delivery: impl Into<DeliveryInfo>) -> Result<(), Failure> {
        let released = self.receiver.release(delivery).await;
        released.map_err(|error| explain(&self.watch, error.into()))
    }

    /// Asks for so many messages.
    pub(crate) async fn grant(&mut self, credit: u32) -> Result<(), Failure> {
        let granted = self.receiver.set_credit(credit).await;
        granted.map_err(|error| {
            let failure = Failure::new(FailureKind::Closed, error.to_string());
            explain(&self.watch, failure)
        })
    }

    /// Ends the link, and waits until the other side has done the same.
    pub(crate) async fn close(self) -> Result<(), Failure> {
        let closed = self.receiver.close().await;
        closed.map_err(|error| explain(&self.watch, error.into()))
    }
}

/// What the other side did wrong says more than that the connection is gone. Why it ended a link says more than that it
/// heard something on that link afterwards: the library goes on to speak there until it has heard of the end.
fn explain(watch: &Watch, failure: Failure) -> Failure {
    if let Some(offence) = watch.offence() {
        return Failure::new(FailureKind::Protocol, offence);
    }
    match failure.condition.as_deref() {
        Some(UNATTACHED) => watch.detached().unwrap_or(failure),
        _ => failure,
    }
}
