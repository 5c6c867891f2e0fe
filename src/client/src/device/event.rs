//! What a session tells its owner.

use std::fmt;
use std::time::Duration;

use wire::mqtt::mqttrs::{ConnectReturnCode, Pid};
use wire::mqtt::packet_name;
use wire::topic::{HubTopic, TopicError, TopicFilter};

use super::error::{ConnectError, DisconnectReason, SendError, SubscribeError, TwinError};
use super::twin::TwinState;

/// Names one call of `publish` within its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SendId(pub(super) u64);

/// Names one request about the twin within its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TwinRequestId(pub(super) u64);

/// What a session wants done.
#[derive(Clone, PartialEq)]
pub enum Output {
    /// Open a link to this host, then call `link_opened` or `link_failed`.
    OpenLink {
        /// The host's name: the hub's, or its gateway's.
        host: String,
    },
    /// Put these bytes on the link: one MQTT packet.
    Send(Vec<u8>),
    /// Close the link, or stop opening it. Feed nothing of it to the session any more.
    CloseLink,
    /// Something happened that the program may care about.
    Event(SessionEvent),
}

/// A CONNECT carries a token, so bytes are shown by their name and number only.
impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenLink { host } => write!(f, "OpenLink({host})"),
            Self::Send(bytes) => {
                write!(f, "Send({}, {} bytes)", packet_name(bytes), bytes.len())
            }
            Self::CloseLink => f.write_str("CloseLink"),
            Self::Event(event) => write!(f, "Event({event:?})"),
        }
    }
}

/// What happened to a device's connection and its messages.
///
/// After [`Refused`](Self::Refused), [`ConnectFailed`](Self::ConnectFailed) or
/// [`Disconnected`](Self::Disconnected) comes either [`Retrying`](Self::Retrying) or
/// [`GaveUp`](Self::GaveUp), unless the program asked for the end.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionEvent {
    /// The hub accepted the connection.
    Connected {
        /// Whether the hub still had the device's session, with its subscriptions.
        session_present: bool,
    },
    /// The hub answered CONNECT with a refusal.
    Refused(ConnectReturnCode),
    /// An attempt to connect failed before the hub answered.
    ConnectFailed {
        /// How.
        why: DisconnectReason,
    },
    /// The connection ended.
    Disconnected {
        /// How.
        why: DisconnectReason,
    },
    /// Another attempt to connect follows.
    Retrying {
        /// Which attempt, from 1.
        attempt: u32,
        /// How long from now.
        after: Duration,
    },
    /// No other attempt follows: the session rests until it is told to connect.
    GaveUp(ConnectError),
    /// The device reconnected with a new token.
    TokenRenewed,
    /// The hub acknowledged a message.
    Sent(SendId, Receipt),
    /// A message was refused, or not acknowledged.
    SendFailed(SendId, SendError),
    /// The hub granted a subscription.
    Subscribed {
        /// The filter.
        filter: TopicFilter,
        /// The quality of service granted, 0 or 1.
        qos: u8,
    },
    /// A subscription was not granted, or is not any more.
    SubscribeFailed {
        /// The filter.
        filter: TopicFilter,
        /// Why.
        why: SubscribeError,
    },
    /// The hub answered a request about the twin.
    TwinAnswered(TwinRequestId, TwinAnswer),
    /// A request about the twin was refused, or not answered.
    TwinFailed(TwinRequestId, TwinError),
    /// The hub sent something to the device. What [is held](Incoming::is_held) waits for
    /// [`Session::acknowledge`](super::Session::acknowledge).
    Message(Box<Incoming>),
    /// The hub published to a topic that this client does not know. It was acknowledged.
    UnknownTopic {
        /// The topic.
        topic: String,
        /// What is wrong with it.
        why: TopicError,
    },
}

/// What is known of a message once the hub has acknowledged it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The id that the program gave the message, if any.
    pub message_id: Option<String>,
    /// The time from the call of `publish` to the acknowledgement.
    pub took: Duration,
    /// How often the message was put on a link: more than once if the connection was lost between.
    pub times_sent: u32,
}

/// What the hub answered to a request about the twin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TwinAnswer {
    /// The twin.
    Twin(Box<TwinState>),
    /// The reported properties are changed.
    Reported {
        /// Their new version.
        version: u64,
    },
}

/// Where a message of the hub came from: a connection, and the message's place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Connections are counted.
    pub(super) connection: u64,
    /// What acknowledges the message, if that is for the program to say.
    pub(super) held: Option<Pid>,
}

/// What the hub sent: a cloud-to-device message, a method call, a twin's answer or change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// What it is, with what its topic says.
    pub topic: HubTopic,
    /// The payload.
    pub body: Vec<u8>,
    /// The quality of service, 0 or 1, it came with.
    pub qos: u8,
    /// Whether the hub may have delivered it before.
    pub duplicate: bool,
    /// Where it came from.
    pub delivery: Delivery,
}

impl Incoming {
    /// Whether the hub keeps the message until the program acknowledges it, and delivers it again
    /// on the next connection if it does not: so with a cloud-to-device message or one for a
    /// module's input, at least once.
    pub fn is_held(&self) -> bool {
        self.delivery.held.is_some()
    }
}
