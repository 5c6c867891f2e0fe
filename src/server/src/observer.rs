//! What the program tells of itself: who is connected, what was refused and why, and the figures of its work.
//!
//! A refusal is told once, here: it is counted, written to the log, and remembered for the admin page. None of the
//! three ever holds a secret, and all of them are bounded, whatever clients send.

mod hub_metrics;
mod metrics;
mod presence;
mod refusals;
mod scrub;
mod totals;

use std::{
    fmt,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use http::StatusCode;
use hub::StoreError;
use serde::Serialize;
use wire::timestamp::Timestamp;

use crate::clock::now;

pub use hub_metrics::HubFigures;
pub use metrics::OPEN_METRICS;
pub use presence::{ClientName, Connection, Party, Presence};
pub use refusals::{Refused, ShownRefusal, What};
pub use totals::Totals;

use metrics::{ByteCounter, Metrics};
use presence::Present;
use refusals::Refusals;

/// How a client speaks with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// REST, or the handshake of a WebSocket.
    Https,
    /// MQTT over TLS.
    Mqtt,
    /// MQTT over a WebSocket.
    MqttWebSocket,
    /// AMQP, with TLS or without.
    Amqp,
    /// AMQP over a WebSocket.
    AmqpWebSocket,
    /// HTTP on the admin port.
    Admin,
}

impl Protocol {
    /// All by which clients of the hub come.
    pub const ALL: [Self; 5] = [
        Self::Https,
        Self::Mqtt,
        Self::MqttWebSocket,
        Self::Amqp,
        Self::AmqpWebSocket,
    ];

    /// Its name in figures and in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Mqtt => "mqtt",
            Self::MqttWebSocket => "mqtt-web-socket",
            Self::Amqp => "amqp",
            Self::AmqpWebSocket => "amqp-web-socket",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the program knows of its own work. One for each hub.
pub struct Observer {
    metrics: Metrics,
    totals: Totals,
    present: Mutex<Present>,
    refusals: Mutex<Refusals>,
    started: Timestamp,
    /// When the store kept something last, in milliseconds since 1970; 0 if it never did.
    kept: AtomicU64,
    failure: Mutex<Option<StoreError>>,
}

impl Default for Observer {
    fn default() -> Self {
        Self {
            metrics: Metrics::new(),
            totals: Totals::default(),
            present: Mutex::default(),
            refusals: Mutex::default(),
            started: now(),
            kept: AtomicU64::new(0),
            failure: Mutex::new(None),
        }
    }
}

/// What happens.
impl Observer {
    /// A client has come. It counts as connected until the presence is dropped.
    pub fn connected(
        self: &Arc<Self>,
        protocol: Protocol,
        peer: SocketAddr,
        client: ClientName,
    ) -> Presence {
        self.metrics.connected(protocol);
        let connection = Connection {
            protocol,
            peer,
            since: now(),
            client,
        };
        let number = lock(&self.present).add(connection);
        Presence::new(Arc::clone(self), protocol, number)
    }

    /// A client, or something that it asked for, was refused: the log, the figures and the admin page hear of it.
    pub fn refused(&self, refused: &Refused<'_>) {
        let shown = ShownRefusal::new(now(), refused);
        shown.log();
        self.metrics.refused(refused);
        self.totals.refusals.fetch_add(1, Ordering::Relaxed);
        lock(&self.refusals).add(shown);
    }

    /// A connection has come to its end, and this is a short name for why.
    pub fn closed(&self, protocol: Protocol, reason: &'static str) {
        self.metrics.closed(protocol, reason);
    }

    /// What counts the bytes that come in on a port, and those that go out.
    pub(crate) fn carries(self: &Arc<Self>, port: &'static str) -> Carries {
        let (received, sent) = self.metrics.carried(port);
        Carries {
            observer: Arc::clone(self),
            received,
            sent,
        }
    }

    /// The hub has answered a request.
    pub(crate) fn answered(&self, operation: &'static str, status: StatusCode, took: Duration) {
        self.metrics.answered(operation, status, took);
        self.totals.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// The hub has sent so many packets.
    pub(crate) fn sent_packets(&self, count: u64) {
        self.metrics.packets_sent(count);
        self.totals.packets.fetch_add(count, Ordering::Relaxed);
    }

    /// A client did not read what was sent to it, and was dropped.
    pub(crate) fn dropped_slow_client(&self) {
        self.metrics.dropped_slow_client();
    }

    /// The hub has taken so many events since it first began.
    pub(crate) fn took_events(&self, events: u64) {
        self.totals.events.store(events, Ordering::Relaxed);
    }

    /// The store has kept what so many inputs changed.
    pub(crate) fn kept(&self, inputs: usize, took: Duration) {
        self.metrics.kept(inputs, took);
        self.totals.kept(inputs, took);
        self.kept.store(now().as_millis(), Ordering::Relaxed);
    }

    /// The store can keep no more, and the hub ends.
    pub(crate) fn failed(&self, error: &StoreError) {
        tracing::error!(reason = %error, "the hub's state could not be kept");
        *lock(&self.failure) = Some(error.clone());
    }
}

/// What is known.
impl Observer {
    /// Since when the program watches.
    pub fn started(&self) -> Timestamp {
        self.started
    }

    /// The counts since then.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// When the store kept something last.
    pub fn last_kept(&self) -> Option<Timestamp> {
        let at = self.kept.load(Ordering::Relaxed);
        (at > 0).then(|| Timestamp::from_millis(at))
    }

    /// Why the store could keep no more, once it could not.
    pub fn failure(&self) -> Option<StoreError> {
        lock(&self.failure).clone()
    }

    /// How many clients are connected by each protocol, and the newest of them.
    pub fn connections(&self, most: usize) -> (Vec<(Protocol, usize)>, Vec<Connection>) {
        let present = lock(&self.present);
        (present.counts(), present.newest(most))
    }

    /// What was refused last, newest first.
    pub fn refusals(&self) -> Vec<ShownRefusal> {
        lock(&self.refusals).newest_first()
    }

    /// All figures in the text form of `OpenMetrics`, those of the hub and how many inputs wait for it among them.
    pub fn open_metrics(&self, hub: &HubFigures, inputs_waiting: usize) -> String {
        self.metrics.encode(hub, inputs_waiting)
    }
}

/// Counts the bytes of a port.
#[derive(Clone)]
pub(crate) struct Carries {
    observer: Arc<Observer>,
    received: ByteCounter,
    sent: ByteCounter,
}

impl Carries {
    pub(crate) fn received(&self, bytes: usize) {
        self.received.inc_by(bytes as u64);
        let total = &self.observer.totals.received_bytes;
        total.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn sent(&self, bytes: usize) {
        self.sent.inc_by(bytes as u64);
        let total = &self.observer.totals.sent_bytes;
        total.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
