//! The emulator: a hub behind all of its ports, from the first connection to the last.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::net::TcpStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    amqp::{Amqp, Settings},
    connection_limits::{Admission, ConnectionLimits},
    connections_file::entity,
    host::HubHandle,
    https::{Https, Origins},
    listener::{Accepted, Bound, Listener},
    mqtt::Mqtt,
    ports::BoundPorts,
    site::Site,
    time_limits::TimeLimits,
    tls::{Acceptor, Secured, Tls, TlsError},
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
    /// How long clients may take.
    pub times: TimeLimits,
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
        let EmulatorOptions {
            limits,
            times,
            origins,
        } = options;
        let emulator = Self::new(hub);
        let (mqtt, amqp, https) = emulator.protocols(times, origins);
        let https = Arc::new(https);
        let acceptor = tls.acceptor(&[b"h2", b"http/1.1"], times.handshake)?;
        emulator.serve(ports.https.listen(limits)?, acceptor, {
            move |stream, peer, admission| Arc::clone(&https).serve(stream, peer, admission)
        });
        // Whatever protocol a client names on this port, it means MQTT.
        let acceptor = tls.acceptor(&[], times.handshake)?;
        emulator.serve(ports.mqtts.listen(limits)?, acceptor.clone(), {
            move |stream, peer, admission| {
                let mqtt = Arc::clone(&mqtt);
                async move {
                    mqtt.serve(stream, peer).await;
                    drop(admission);
                }
            }
        });
        emulator.serve(ports.amqps.listen(limits)?, acceptor, {
            let amqp = Arc::clone(&amqp);
            move |stream, peer, admission| {
                let amqp = Arc::clone(&amqp);
                async move {
                    amqp.serve(stream, peer).await;
                    drop(admission);
                }
            }
        });
        emulator.serve_plain(ports.amqp.listen(limits)?, move |accepted: Accepted| {
            let amqp = Arc::clone(&amqp);
            async move {
                amqp.serve(accepted.socket, accepted.peer).await;
                drop(accepted.admission);
            }
        });
        let (tls, ending) = (tls.clone(), emulator.ending.clone());
        emulator.tasks.spawn(async move {
            ending.run_until_cancelled(tls.keep_fresh()).await;
        });
        Ok(emulator)
    }

    /// Gives out the site, and lets clients in to the hub behind it, on one port without TLS. Needs a runtime around it.
    pub fn start_with_site(
        hub: HubHandle,
        site: Site,
        port: Bound,
        options: EmulatorOptions,
    ) -> Result<Self, StartError> {
        let emulator = Self::new(hub);
        let (_, _, https) = emulator.protocols(options.times, options.origins);
        let https = Arc::new(https.with_site(site));
        emulator.serve_plain(port.listen(options.limits)?, move |accepted: Accepted| {
            Arc::clone(&https).serve(accepted.socket, accepted.peer, accepted.admission)
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

    fn new(hub: HubHandle) -> Self {
        Self {
            hub,
            tasks: TaskTracker::new(),
            ending: CancellationToken::new(),
        }
    }

    /// What is spoken on the ports.
    fn protocols(&self, times: TimeLimits, origins: Origins) -> (Arc<Mqtt>, Arc<Amqp>, Https) {
        let (hub, ending) = (&self.hub, &self.ending);
        let mqtt = Mqtt::new(hub.clone(), times, ending.clone());
        let settings = Settings::new(entity(hub.host_name()), hub.host_name());
        let amqp = Amqp::new(hub.clone(), settings, ending.clone());
        let https = Https::new(
            hub.clone(),
            Arc::clone(&mqtt),
            Arc::clone(&amqp),
            times,
            origins,
            self.tasks.clone(),
            ending.clone(),
        );
        (mqtt, amqp, https)
    }

    /// Serves each connection of a port once it has shaken hands.
    fn serve<F>(
        &self,
        listener: Listener,
        acceptor: Acceptor,
        serve: impl Fn(Secured, SocketAddr, Admission) -> F + Send + Sync + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let (tasks, ending) = (self.tasks.clone(), self.ending.clone());
        let served = Arc::new((serve, acceptor, ending.clone()));
        let begin = move |accepted: Accepted| {
            let served = Arc::clone(&served);
            async move {
                let Accepted {
                    socket,
                    peer,
                    admission,
                } = accepted;
                let (serve, acceptor, ending) = &*served;
                if let Some(stream) = shake_hands(acceptor, socket, peer, ending).await {
                    serve(stream, peer, admission).await;
                }
            }
        };
        self.tasks.spawn(listener.serve(tasks, ending, begin));
    }

    /// Serves each connection of a port that has no TLS.
    fn serve_plain<F>(
        &self,
        listener: Listener,
        serve: impl Fn(Accepted) -> F + Send + Sync + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let (tasks, ending) = (self.tasks.clone(), self.ending.clone());
        self.tasks.spawn(listener.serve(tasks, ending, serve));
    }
}

/// Shakes hands with a client, unless the program ends meanwhile.
async fn shake_hands(
    acceptor: &Acceptor,
    socket: TcpStream,
    peer: SocketAddr,
    ending: &CancellationToken,
) -> Option<Secured> {
    let accepted = ending.run_until_cancelled(acceptor.accept(socket)).await?;
    let refused = |reason: &io::Error| tracing::info!(%peer, %reason, "TLS handshake failed");
    accepted.inspect_err(refused).ok()
}
