//! The emulator: a hub behind all of its ports, from the first connection to the last.

use std::{io, sync::Arc, time::Duration};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    connection_limits::ConnectionLimits,
    host::HubHandle,
    https::{Https, Origins},
    listener::{Accepted, Listener},
    mqtt,
    ports::BoundPorts,
    tls::{Acceptor, Tls, TlsError},
};

/// The longest that the hub may take to do and keep what it was given before the end.
const LAST_WORK: Duration = Duration::from_secs(2);
/// The longest that connections may take to send what is left and to close.
const LAST_WORDS: Duration = Duration::from_millis(2500);

/// What the emulator is told beside its hub and its ports.
#[derive(Clone, Debug, Default)]
pub struct EmulatorOptions {
    /// How many connections each port takes.
    pub limits: ConnectionLimits,
    /// The pages that may speak with the hub.
    pub origins: Origins,
}

/// Why the emulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A port that was taken cannot be listened on.
    #[error("cannot listen: {0}; another program may have taken the port just now")]
    Listen(#[from] io::Error),
}

/// A hub that clients can reach.
pub struct Emulator {
    hub: HubHandle,
    tasks: TaskTracker,
    ending: CancellationToken,
}

impl Emulator {
    /// Lets clients in. Needs a runtime around it.
    pub fn start(
        hub: HubHandle,
        ports: BoundPorts,
        tls: &Tls,
        options: EmulatorOptions,
    ) -> Result<Self, StartError> {
        let EmulatorOptions { limits, origins } = options;
        let emulator = Self {
            hub,
            tasks: TaskTracker::new(),
            ending: CancellationToken::new(),
        };
        let https = tls.acceptor(&[b"h2", b"http/1.1"])?;
        // Whatever protocol a client of MQTT names, it means MQTT.
        let mqtts = tls.acceptor(&[])?;
        emulator.serve_https(ports.https.listen(limits)?, https, origins);
        emulator.serve_mqtts(ports.mqtts.listen(limits)?, mqtts);
        let (tls, ending) = (tls.clone(), emulator.ending.clone());
        emulator.tasks.spawn(async move {
            ending.run_until_cancelled(tls.keep_fresh()).await;
        });
        Ok(emulator)
    }

    /// Resolves if the hub ends by itself, because its store has failed.
    pub async fn failed(&self) {
        self.hub.stopped().await;
    }

    /// Lets nobody in any more, does and keeps what was received, sends what is still to be said, and closes all
    /// connections: within five seconds.
    pub async fn stop(self) {
        self.ending.cancel();
        self.tasks.close();
        if tokio::time::timeout(LAST_WORK, self.hub.stop())
            .await
            .is_err()
        {
            tracing::warn!("the hub has not done all that it was given");
        }
        if tokio::time::timeout(LAST_WORDS, self.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!(left = self.tasks.len(), "connections did not close in time");
        }
    }

    fn serve_https(&self, listener: Listener, acceptor: Acceptor, origins: Origins) {
        let (tasks, ending) = (self.tasks.clone(), self.ending.clone());
        let https = Https::new(self.hub.clone(), origins, tasks.clone(), ending.clone());
        let acceptor = Arc::new(acceptor);
        let serve = move |accepted: Accepted| {
            let (https, acceptor) = (Arc::clone(&https), Arc::clone(&acceptor));
            async move {
                let Accepted {
                    socket,
                    peer,
                    admission,
                } = accepted;
                match acceptor.accept(socket).await {
                    Ok(stream) => https.serve(stream, peer, admission).await,
                    Err(reason) => tracing::info!(%peer, %reason, "TLS handshake failed"),
                }
            }
        };
        self.tasks.spawn(listener.serve(tasks, ending, serve));
    }

    fn serve_mqtts(&self, listener: Listener, acceptor: Acceptor) {
        let (tasks, ending) = (self.tasks.clone(), self.ending.clone());
        let served = Arc::new((self.hub.clone(), acceptor, ending.clone()));
        let serve = move |accepted: Accepted| {
            let served = Arc::clone(&served);
            async move {
                let Accepted {
                    socket,
                    peer,
                    admission,
                } = accepted;
                let (hub, acceptor, ending) = &*served;
                match acceptor.accept(socket).await {
                    Ok(stream) => mqtt::serve_and_tell(stream, hub, peer, ending).await,
                    Err(reason) => tracing::info!(%peer, %reason, "TLS handshake failed"),
                }
                drop(admission);
            }
        };
        self.tasks.spawn(listener.serve(tasks, ending, serve));
    }
}
