//! The emulator: a hub behind all of its ports, from the first connection to the last.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::net::TcpStream;
use tokio_rustls::rustls::{self, AlertDescription};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    admin::{self, Admin},
    amqp::{Amqp, Settings},
    connection_limits::{Admission, ConnectionLimits},
    connections_file::entity,
    host::HubHandle,
    https::{Https, Origins},
    listener::{Accepted, Bound, Listener},
    metered::Metered,
    mqtt::Mqtt,
    observer::{Carries, Observer, Protocol, Refused, What},
    playground::Playground,
    ports::BoundPorts,
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
        let observer = Arc::clone(emulator.hub.observer());
        let listener = ports.https.listen(limits, Protocol::Https, &observer)?;
        emulator.serve(Protocol::Https, listener, acceptor, {
            move |stream, peer, admission| Arc::clone(&https).serve(stream, peer, admission)
        });
        // Whatever protocol a client names on this port, it means MQTT.
        let acceptor = tls.acceptor(&[], times.handshake)?;
        let listener = ports.mqtts.listen(limits, Protocol::Mqtt, &observer)?;
        emulator.serve(Protocol::Mqtt, listener, acceptor.clone(), {
            move |stream, peer, admission| {
                let mqtt = Arc::clone(&mqtt);
                async move {
                    mqtt.serve(stream, Protocol::Mqtt, peer).await;
                    drop(admission);
                }
            }
        });
        let listener = ports.amqps.listen(limits, Protocol::Amqp, &observer)?;
        emulator.serve(Protocol::Amqp, listener, acceptor, {
            let amqp = Arc::clone(&amqp);
            move |stream, peer, admission| {
                let amqp = Arc::clone(&amqp);
                async move {
                    amqp.serve(stream, Protocol::Amqp, peer).await;
                    drop(admission);
                }
            }
        });
        let listener = ports.amqp.listen(limits, Protocol::Amqp, &observer)?;
        emulator.serve_plain(Protocol::Amqp, listener, move |stream, peer, admission| {
            let amqp = Arc::clone(&amqp);
            async move {
                amqp.serve(stream, Protocol::Amqp, peer).await;
                drop(admission);
            }
        });
        let (tls, ending) = (tls.clone(), emulator.ending.clone());
        emulator.tasks.spawn(async move {
            ending.run_until_cancelled(tls.keep_fresh()).await;
        });
        Ok(emulator)
    }

    /// Gives out the playground, and lets clients in to the hub behind it, on one port without TLS. Needs a runtime
    /// around it.
    pub fn start_with_playground(
        hub: HubHandle,
        playground: Playground,
        port: Bound,
        options: EmulatorOptions,
    ) -> Result<Self, StartError> {
        let emulator = Self::new(hub);
        let (_, _, https) = emulator.protocols(options.times, options.origins);
        let https = Arc::new(https.with_playground(playground));
        let listener = port.listen(options.limits, Protocol::Https, emulator.hub.observer())?;
        emulator.serve_plain(Protocol::Https, listener, move |stream, peer, admission| {
            Arc::clone(&https).serve(stream, peer, admission)
        });
        Ok(emulator)
    }

    /// Lets whoever runs the hub look at it.
    pub fn serve_admin(&self, address: SocketAddr, bound: Bound) -> Result<(), StartError> {
        let admin = Admin::new(self.hub.clone(), address);
        let listener = bound.listen(admin::LIMITS, Protocol::Admin, self.hub.observer())?;
        let (tasks, ending) = (self.tasks.clone(), self.ending.clone());
        let rates = Arc::clone(&admin);
        tasks.spawn({
            let ending = ending.clone();
            async move {
                ending.run_until_cancelled(rates.keep_rates()).await;
            }
        });
        let ended = ending.clone();
        let serve = move |accepted: Accepted| {
            let (admin, ending) = (Arc::clone(&admin), ended.clone());
            async move {
                let _admission = accepted.admission;
                admin.serve(accepted.socket, accepted.peer, ending).await;
            }
        };
        self.tasks.spawn(listener.serve(tasks, ending, serve));
        Ok(())
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
        protocol: Protocol,
        listener: Listener,
        acceptor: Acceptor,
        serve: impl Fn(Stream, SocketAddr, Admission) -> F + Send + Sync + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let (tasks, ending) = (self.tasks.clone(), self.ending.clone());
        let port = Port {
            protocol,
            acceptor,
            carries: self.hub.observer().carries(protocol.name()),
            observer: Arc::clone(self.hub.observer()),
            ending: ending.clone(),
        };
        let served = Arc::new((port, serve));
        let begin = move |accepted: Accepted| {
            let served = Arc::clone(&served);
            async move {
                let Accepted {
                    socket,
                    peer,
                    admission,
                } = accepted;
                let (port, serve) = &*served;
                if let Some(stream) = port.shake_hands(socket, peer).await {
                    serve(stream, peer, admission).await;
                }
            }
        };
        self.tasks.spawn(listener.serve(tasks, ending, begin));
    }

    /// Serves each connection of a port that has no TLS.
    fn serve_plain<F>(
        &self,
        protocol: Protocol,
        listener: Listener,
        serve: impl Fn(Metered<TcpStream>, SocketAddr, Admission) -> F + Send + Sync + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let (tasks, ending) = (self.tasks.clone(), self.ending.clone());
        let carries = self.hub.observer().carries(protocol.name());
        let begin = move |accepted: Accepted| {
            let stream = Metered::new(accepted.socket, carries.clone());
            serve(stream, accepted.peer, accepted.admission)
        };
        self.tasks.spawn(listener.serve(tasks, ending, begin));
    }
}

/// What clients send and are sent, out of TLS, counted.
type Stream = Metered<Secured>;

/// A port on which TLS is spoken.
struct Port {
    protocol: Protocol,
    acceptor: Acceptor,
    carries: Carries,
    observer: Arc<Observer>,
    ending: CancellationToken,
}

impl Port {
    /// Shakes hands with a client, unless the program ends meanwhile.
    async fn shake_hands(&self, socket: TcpStream, peer: SocketAddr) -> Option<Stream> {
        let accepting = self.acceptor.accept(socket);
        match self.ending.run_until_cancelled(accepting).await? {
            Ok(stream) => Some(Metered::new(stream, self.carries.clone())),
            Err(error) => {
                self.observer.refused(&Refused {
                    what: What::Handshake,
                    protocol: self.protocol,
                    peer,
                    subject: "",
                    code: handshake_code(&error),
                    reason: &handshake_reason(&error),
                });
                None
            }
        }
    }
}

/// A short name for why a handshake failed.
fn handshake_code(error: &io::Error) -> &'static str {
    match (error.kind(), tls_error(error)) {
        (_, Some(rustls::Error::AlertReceived(alert))) if is_distrust(*alert) => "untrusted",
        (_, Some(rustls::Error::InvalidMessage(_))) => "not-tls",
        (_, Some(_)) => "refused",
        (io::ErrorKind::TimedOut, None) => "timed-out",
        (io::ErrorKind::UnexpectedEof, None) => "hung-up",
        _ => "broken",
    }
}

/// Why a handshake failed, and what to do about it where that is known.
fn handshake_reason(error: &io::Error) -> String {
    let advice = match handshake_code(error) {
        "untrusted" => {
            "; the client does not trust the hub's certificate: give it the one that \"ca\" in connections.json names"
        }
        "not-tls" => "; what came is not TLS: check the port and the scheme of the address",
        _ => "",
    };
    format!("{error}{advice}")
}

fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

fn is_distrust(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::UnknownCA
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateUnknown
    )
}
