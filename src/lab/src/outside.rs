//! The ways from a bench to a live hub, which is somewhere outside of the page.
//!
//! A page has them over web sockets and a relay (`app`'s worker), a test over a hub beside the bench.
//! The bench never asks which of them it has. Each way tells all that can go wrong as [`Trouble`], so that the bench
//! can say it in words and try again.

use std::{collections::BTreeMap, fmt, ops::Deref, time::Duration};

use futures::{future::LocalBoxFuture, stream::LocalBoxStream};
use http::{Request, Response};
use serde::{Deserialize, Serialize};
use wire::{
    connection_string::{ConnectionString, EventHubsConnectionString},
    event::Event,
    timestamp::Timestamp,
};

/// Where live hubs are reached from. A bench without a door has no way to them.
pub trait Door {
    /// Finds the ways to a hub. That never fails: what is not there is told by the ways themselves.
    fn open(&self, target: Target) -> LocalBoxFuture<'static, Ways>;
}

/// The ways to one live hub, which all benches share that are made for it. The last one that is dropped closes them.
///
/// A program that is built without the feature `live` has none: nothing can be of this type there, and nothing that
/// holds one. So the compiler leaves out whatever is only for live hubs, wherever it stands.
#[derive(Clone)]
pub struct Ways(
    #[cfg(feature = "live")] std::rc::Rc<dyn Outside>,
    #[cfg(not(feature = "live"))] std::convert::Infallible,
);

#[cfg(feature = "live")]
impl Ways {
    /// The ways that something outside of the page is.
    pub fn new(outside: impl Outside + 'static) -> Self {
        Self(std::rc::Rc::new(outside))
    }
}

impl Deref for Ways {
    type Target = dyn Outside;

    #[cfg(feature = "live")]
    fn deref(&self) -> &Self::Target {
        &*self.0
    }

    #[cfg(not(feature = "live"))]
    fn deref(&self) -> &Self::Target {
        match self.0 {}
    }
}

/// A live hub, and what opens it.
#[derive(Clone, Debug)]
pub struct Target {
    /// The connection string of a shared access policy, or of a device.
    pub connection_string: ConnectionString,
    /// The connection string of the hub's Event Hubs-compatible endpoint, if it is known.
    pub events: Option<EventHubsConnectionString>,
    /// The consumer group by which its events are read; `$Default` if none was named.
    pub group: Option<String>,
}

/// What is outside of the page on the way to one live hub. Dropping it closes all that it opened.
///
/// Its futures are polled by the bench. Whoever implements this makes sure that the bench is run again
/// ([`Bench::run_until`](crate::Bench::run_until)) whenever one of them can go on.
pub trait Outside {
    /// Opens a link that carries MQTT bytes to the hub: `wss://{host}/$iothub/websocket?iothub-no-client-cert=true`.
    fn open_link(&self) -> LocalBoxFuture<'static, Result<Box<dyn OutsideLink>, Trouble>>;

    /// Whether the page's server relays service calls to this hub.
    fn has_relay(&self) -> bool;

    /// By which way a request of a service client goes, if there is one for it. Its URI is the hub's own.
    fn way_of(&self, request: &Request<Vec<u8>>) -> Option<Way>;

    /// Carries a request of a service client to the hub, by the way that [`way_of`](Self::way_of) tells, and its
    /// answer back. What the hub refuses is an answer, and no trouble.
    fn request(
        &self,
        request: Request<Vec<u8>>,
    ) -> LocalBoxFuture<'static, Result<Response<Vec<u8>>, Trouble>>;

    /// Reads the events of all partitions from a place on. The stream goes on until it is dropped; troubles that it gets
    /// over are told in between. An event may come again.
    fn read_events(&self, from: ReadFrom) -> LocalBoxStream<'static, ReadNews>;
}

/// From where on events are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadFrom {
    /// The first moment to read events of; without it, the oldest that is kept is first.
    pub since: Option<Timestamp>,
    /// The sequence numbers of the last events that were read, by partition. There the next one is first.
    pub after: BTreeMap<u16, u64>,
}

/// What a reader of events hears.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadNews {
    /// The reader has found the events, in so many partitions.
    Reading {
        /// How many partitions the hub has.
        partitions: u16,
    },
    /// Events, in each partition's order.
    Events(Vec<Event>),
    /// The connection broke; the reader goes on from where it was.
    Retrying {
        /// Why it broke.
        trouble: Trouble,
        /// After how long it is tried again.
        after: Duration,
    },
    /// The reader has ended.
    Failed(Trouble),
}

/// A link that carries MQTT bytes. Dropping it closes it.
pub trait OutsideLink {
    /// Hands bytes over for delivery. False if the link is closed.
    fn send(&mut self, bytes: &[u8]) -> bool;

    /// Waits for bytes of the hub; none once the link is closed. No byte is lost if the future is dropped.
    fn receive(&mut self) -> LocalBoxFuture<'_, Option<Vec<u8>>>;

    /// Why the link is closed; none while it is open, or if nobody knows.
    fn closed_by(&self) -> Option<Trouble> {
        None
    }
}

/// By which way something reaches a live hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// HTTP, through the relay that serves the page: a browser may not call the hub's REST API itself.
    Relay,
    /// AMQP over a WebSocket, which a browser may open itself.
    Amqp,
}

/// What keeps a bench from its hub, as far as a page can tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What it is.
    pub kind: TroubleKind,
    /// What happened, in English and in the words of whoever noticed. It holds no secret.
    pub detail: String,
}

/// The kinds of [`Trouble`]; a page has a message `trouble-<kind>` for each, with what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TroubleKind {
    /// The browser says that it has no network.
    Offline,
    /// A WebSocket to the hub did not open: a proxy that bars it, a certificate that is not trusted, or a name that
    /// nobody has. A page is not told which.
    NoSocket,
    /// No hub of this name: the relay could not find the host.
    HubNotFound,
    /// The relay could not reach the hub.
    Unreachable,
    /// The hub's certificate is not trusted by the relay.
    Certificate,
    /// The relay does not serve this hub.
    NotRelayed,
    /// There is no way for this request: it needs a relay.
    NoRelay,
    /// The hub lets no device in for now: its messages of the day are used up, it is asked too much of, or it lets this
    /// address not in. It tells devices no more than that.
    Unavailable,
    /// The hub did not accept the key or the token.
    Unauthorized,
    /// The clock of this machine is too far from the hub's.
    Clock,
    /// The hub asks to go slower.
    Throttled,
    /// The hub's messages of the day are used up.
    Quota,
    /// The hub closed the connection.
    Closed,
    /// Another reader took the partitions over.
    Stolen,
    /// As many read the events as may.
    Readers,
    /// No answer came in time.
    Timeout,
    /// What came was not understood.
    Protocol,
}

impl TroubleKind {
    /// All kinds.
    pub const ALL: [Self; 17] = [
        Self::Offline,
        Self::NoSocket,
        Self::HubNotFound,
        Self::Unreachable,
        Self::Certificate,
        Self::NotRelayed,
        Self::NoRelay,
        Self::Unavailable,
        Self::Unauthorized,
        Self::Clock,
        Self::Throttled,
        Self::Quota,
        Self::Closed,
        Self::Stolen,
        Self::Readers,
        Self::Timeout,
        Self::Protocol,
    ];

    /// Its name, as in the ids of messages.
    pub fn id(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::NoSocket => "no-socket",
            Self::HubNotFound => "hub-not-found",
            Self::Unreachable => "unreachable",
            Self::Certificate => "certificate",
            Self::NotRelayed => "not-relayed",
            Self::NoRelay => "no-relay",
            Self::Unavailable => "unavailable",
            Self::Unauthorized => "unauthorized",
            Self::Clock => "clock",
            Self::Throttled => "throttled",
            Self::Quota => "quota",
            Self::Closed => "closed",
            Self::Stolen => "stolen",
            Self::Readers => "readers",
            Self::Timeout => "timeout",
            Self::Protocol => "protocol",
        }
    }
}

impl Trouble {
    /// A trouble and what happened.
    pub fn new(kind: TroubleKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Trouble {}
