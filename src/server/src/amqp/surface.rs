//! AMQP as one of the emulator's surfaces: every client is served until it goes or the program ends.

use std::{net::SocketAddr, sync::Arc};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

use super::{AmqpError, Settings, serve};
use crate::{
    host::HubHandle,
    observer::{Party, Protocol, Refused, What},
};

/// Serves AMQP clients, on whatever their bytes come.
pub struct Amqp {
    hub: HubHandle,
    settings: Arc<Settings>,
    ending: CancellationToken,
}

impl Amqp {
    /// A surface of this hub, until `ending` is cancelled.
    pub fn new(hub: HubHandle, settings: Settings, ending: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            hub,
            settings: Arc::new(settings),
            ending,
        })
    }

    /// Serves one client to its end, and tells how it ended.
    pub async fn serve<S>(&self, stream: S, protocol: Protocol, peer: SocketAddr)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let observer = self.hub.observer();
        let party = Party::new(protocol, peer);
        let client = Arc::clone(&party.client);
        let presence = observer.connected(protocol, peer, Arc::clone(&client));
        let settings = Arc::clone(&self.settings);
        let served = serve(stream, self.hub.clone(), settings, party);
        let end = self.ending.run_until_cancelled(served).await;
        drop(presence);
        let (code, error) = match end {
            Some(Ok(())) => ("client", None),
            Some(Err(error)) => (error.id(), Some(error)),
            None => ("program-ends", None),
        };
        let subject = client.get().map_or("", String::as_str);
        observer.closed(protocol, code);
        match error {
            None => tracing::debug!(%protocol, %peer, subject, code, "connection closed"),
            Some(AmqpError::Io(reason)) => {
                let reason = reason.to_string();
                tracing::info!(%protocol, %peer, subject, code, reason, "connection closed");
            }
            Some(error) => observer.refused(&Refused {
                what: What::Session,
                protocol,
                peer,
                subject,
                code,
                reason: &error.to_string(),
            }),
        }
    }
}
