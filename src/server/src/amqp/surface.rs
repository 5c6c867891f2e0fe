//! AMQP as one of the emulator's surfaces: every client is served until it goes or the program ends.

use std::{net::SocketAddr, sync::Arc};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

use super::{AmqpError, Settings, serve};
use crate::host::HubHandle;

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

    /// Serves one client to its end.
    pub async fn serve<S>(&self, stream: S, peer: SocketAddr)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let served = serve(stream, self.hub.clone(), Arc::clone(&self.settings));
        match self.ending.run_until_cancelled(served).await {
            Some(Ok(())) => tracing::debug!(%peer, "AMQP connection closed"),
            Some(Err(AmqpError::Io(reason))) => {
                tracing::debug!(%peer, %reason, "AMQP connection lost");
            }
            Some(Err(reason)) => tracing::info!(%peer, %reason, "AMQP connection ended"),
            None => {}
        }
    }
}
