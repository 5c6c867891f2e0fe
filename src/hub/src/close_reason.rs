//! Why connections end.

use std::fmt;

use wire::{mqtt::MqttError, topic::TopicError};

use crate::{publish::MOST_MESSAGE_BYTES, refusal::Refusal, store::StoreError};

/// Why a connection ended. The service closes it without a word; this says what it would not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The client sent DISCONNECT.
    Disconnected,
    /// The link went down.
    LinkLost,
    /// No CONNECT came within a minute.
    NoConnect,
    /// The CONNECT was refused.
    Refused(Refusal),
    /// The first packet was not a CONNECT.
    ConnectExpected {
        /// The packet that came.
        packet: &'static str,
    },
    /// A second CONNECT came on the same connection.
    SecondConnect,
    /// A packet came that only a server sends, or that belongs to QoS 2.
    UnexpectedPacket {
        /// The packet that came.
        packet: &'static str,
    },
    /// The bytes are not MQTT 3.1.1.
    Malformed(MqttError),
    /// A PUBLISH came with QoS 2.
    QosTwo,
    /// A PUBLISH went to a topic that this identity may not publish to.
    ForeignTopic {
        /// The topic.
        topic: String,
    },
    /// A PUBLISH went to a topic that the hub has, and the rest of the topic cannot be read.
    UnreadableTopic(TopicError),
    /// A message is larger than 256 KB.
    MessageTooLarge {
        /// Its size in bytes: body and properties, or the whole packet if that alone says enough.
        size: usize,
    },
    /// A SUBSCRIBE or UNSUBSCRIBE names a filter that the hub does not have for this identity.
    ForeignFilter {
        /// The filter.
        filter: String,
    },
    /// Nothing came for one and a half times the keep-alive.
    KeepAliveExpired,
    /// The token expired, and the grace period after it is over.
    TokenExpired,
    /// The same identity connected anew.
    TakenOver,
    /// The device was disabled.
    DeviceDisabled,
    /// The device was deleted.
    DeviceDeleted,
    /// The module was deleted.
    ModuleDeleted,
    /// What the client sent could not be kept, so nothing was done and nothing is acknowledged.
    StoreFailed(StoreError),
    /// The day's messages are used up.
    QuotaExceeded,
    /// More messages came than the hub's tier takes, for longer than it keeps anybody waiting.
    Throttled,
    /// The client asked for something that this hub does not do yet.
    NotSupported {
        /// What it asked for.
        operation: &'static str,
    },
}

impl CloseReason {
    /// A short name for this reason, the same in every version: `qos-two`.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::LinkLost => "link-lost",
            Self::NoConnect => "no-connect",
            Self::Refused(_) => "refused",
            Self::ConnectExpected { .. } => "connect-expected",
            Self::SecondConnect => "second-connect",
            Self::UnexpectedPacket { .. } => "unexpected-packet",
            Self::Malformed(_) => "malformed",
            Self::QosTwo => "qos-two",
            Self::ForeignTopic { .. } => "foreign-topic",
            Self::UnreadableTopic(_) => "unreadable-topic",
            Self::MessageTooLarge { .. } => "message-too-large",
            Self::ForeignFilter { .. } => "foreign-filter",
            Self::KeepAliveExpired => "keep-alive-expired",
            Self::TokenExpired => "token-expired",
            Self::TakenOver => "taken-over",
            Self::DeviceDisabled => "device-disabled",
            Self::DeviceDeleted => "device-deleted",
            Self::ModuleDeleted => "module-deleted",
            Self::StoreFailed(_) => "store-failed",
            Self::QuotaExceeded => "quota-exceeded",
            Self::Throttled => "throttled",
            Self::NotSupported { .. } => "not-supported",
        }
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disconnected => f.write_str("the client disconnected"),
            Self::LinkLost => f.write_str("the link went down without a DISCONNECT"),
            Self::NoConnect => f.write_str("no CONNECT came within 60 s; send it first"),
            Self::Refused(refusal) => write!(f, "CONNECT refused: {refusal}"),
            Self::ConnectExpected { packet } => {
                write!(f, "expected CONNECT as the first packet, got {packet}")
            }
            Self::SecondConnect => {
                f.write_str("a second CONNECT came; open a new connection for it")
            }
            Self::UnexpectedPacket { packet } => {
                write!(f, "{packet} is not for a client of this hub to send")
            }
            Self::Malformed(why) => write!(f, "not MQTT 3.1.1: {why}"),
            Self::QosTwo => f.write_str("the hub does not do QoS 2; publish at QoS 0 or 1"),
            Self::ForeignTopic { topic } => {
                write!(
                    f,
                    "this device may not publish to {topic:?}; use its own devices/{{device id}}/messages/events/"
                )
            }
            Self::UnreadableTopic(why) => write!(f, "the topic cannot be read: {why}"),
            Self::MessageTooLarge { size } => {
                write!(
                    f,
                    "the message has {size} bytes, and the hub takes {MOST_MESSAGE_BYTES}; send less at a time"
                )
            }
            Self::ForeignFilter { filter } => {
                write!(f, "the hub has no topic filter {filter:?} for this device")
            }
            Self::KeepAliveExpired => f.write_str(
                "nothing came for one and a half times the keep-alive; send PINGREQ in time",
            ),
            Self::TokenExpired => f.write_str("the SAS token expired; reconnect with a new one"),
            Self::TakenOver => {
                f.write_str("the same device connected anew, and the newest connection wins")
            }
            Self::DeviceDisabled => f.write_str("the device was disabled"),
            Self::DeviceDeleted => f.write_str("the device was deleted"),
            Self::ModuleDeleted => f.write_str("the module was deleted"),
            Self::StoreFailed(why) => write!(f, "the hub could not keep what came: {why}"),
            Self::QuotaExceeded => f.write_str(
                "the hub's messages for today are used up; wait until midnight UTC, or choose a larger tier",
            ),
            Self::Throttled => f.write_str(
                "more messages came than the hub's tier takes; send fewer a second, and await acknowledgements",
            ),
            Self::NotSupported { operation } => {
                write!(f, "{operation}: not supported by this hub yet")
            }
        }
    }
}
