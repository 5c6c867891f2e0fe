//! One MQTT connection, and why connections end.

use std::{fmt, time::Duration};

use wire::{
    mqtt::mqttrs::{ConnectReturnCode, QoS},
    mqtt::{MqttError, Splitter},
    properties::MessageProperties,
    sas::SasError,
    timestamp::Timestamp,
    topic::{TopicError, TopicFilter},
};

/// Names one link that a hub was told of; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub(crate) u64);

/// The largest message: 256 KB of body and properties.
pub(crate) const MOST_MESSAGE_BYTES: usize = 262_144;

/// The largest packet that is read at all: a message of full size under the longest possible topic, and its header.
pub(crate) const MOST_PACKET_BYTES: usize = MOST_MESSAGE_BYTES + 65_535 + 16;

/// How many subscriptions an identity may have at a time.
pub(crate) const MOST_SUBSCRIPTIONS: usize = 5;

/// How long an open link may be silent before its CONNECT.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(60);

/// The longest silence that the service accepts whatever the client asked for: 29.45 minutes.
const MOST_SILENCE: Duration = Duration::from_secs(1_767);

/// Who a connection speaks for: a device, or a module of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Identity {
    pub(crate) device_id: String,
    pub(crate) module_id: Option<String>,
}

/// A link and what was said on it so far.
pub(crate) struct Connection {
    pub(crate) splitter: Splitter,
    pub(crate) last_received: Timestamp,
    pub(crate) client: Option<Client>,
}

/// The client of a connection whose CONNECT was accepted.
pub(crate) struct Client {
    pub(crate) identity: Identity,
    pub(crate) clean_session: bool,
    pub(crate) most_silence: Duration,
    pub(crate) closes_at: Timestamp,
    pub(crate) will: Option<Will>,
    pub(crate) auth_method: String,
}

/// What an identity is subscribed to, and the quality of service that it was granted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Session {
    pub(crate) subscriptions: Vec<(TopicFilter, QoS)>,
}

/// The telemetry that the hub sends in the client's name when its connection ends without a DISCONNECT.
#[derive(Clone, Debug)]
pub(crate) struct Will {
    pub(crate) properties: MessageProperties,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            splitter: Splitter::new(MOST_PACKET_BYTES),
            last_received: now,
            client: None,
        }
    }

    /// The next moment at which time alone ends this connection, and why it would.
    pub(crate) fn deadline(&self) -> (Timestamp, CloseReason) {
        let Some(client) = &self.client else {
            return (
                self.last_received.plus(CONNECT_TIMEOUT),
                CloseReason::NoConnect,
            );
        };
        let silent = self.last_received.plus(client.most_silence);
        if silent <= client.closes_at {
            (silent, CloseReason::KeepAliveExpired)
        } else {
            (client.closes_at, CloseReason::TokenExpired)
        }
    }
}

/// How long a client may be silent: one and a half times what it asked for, within the service's cap.
/// A keep-alive of 0 means the cap, as the service never waits for ever.
pub(crate) fn most_silence(keep_alive_seconds: u16) -> Duration {
    match keep_alive_seconds {
        0 => MOST_SILENCE,
        seconds => Duration::from_millis(u64::from(seconds) * 1_500).min(MOST_SILENCE),
    }
}

/// Why a CONNECT was refused. The service only sends a return code; this says what it would not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The client speaks another protocol, or another version of MQTT than 3.1.1.
    Protocol {
        /// The protocol's name as it came.
        name: String,
        /// Its level as it came; 4 is MQTT 3.1.1.
        level: u8,
    },
    /// There is no user name.
    UserNameMissing,
    /// The user name does not begin with `{host}/{device id}`.
    UserNameUnreadable,
    /// The user name names another hub.
    WrongHost,
    /// The client id is not the identity that the user name names.
    ClientIdMismatch,
    /// There is no password; the hub knows no client certificates.
    PasswordMissing,
    /// The password is no SAS token.
    TokenUnreadable(SasError),
    /// The token has expired.
    TokenExpired,
    /// The token is for another resource.
    TokenScope,
    /// The token names a policy that the hub does not have, or that may not connect devices.
    PolicyRefused,
    /// The signature was not made with a key of this device or policy.
    WrongKey,
    /// The registry has no such device or module.
    UnknownIdentity,
    /// The device is disabled.
    Disabled,
    /// The will is not telemetry of this device at QoS 0 or 1.
    Will,
}

impl Refusal {
    /// The code that the CONNACK carries.
    pub fn return_code(&self) -> ConnectReturnCode {
        match self {
            Self::Protocol { .. } => ConnectReturnCode::RefusedProtocolVersion,
            _ => ConnectReturnCode::NotAuthorized,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Protocol { name, level } => {
                write!(f, "expected MQTT level 4 (3.1.1), got {name:?} level {level}; choose MQTT 3.1.1 in the client")
            }
            Self::UserNameMissing => {
                f.write_str("expected a user name {host}/{device id}/?api-version=2021-04-12, got none; set it")
            }
            Self::UserNameUnreadable => f.write_str(
                "expected a user name {host}/{device id}/?api-version=2021-04-12, got something else; correct it",
            ),
            Self::WrongHost => f.write_str("the user name names another hub; put this hub's host name first"),
            Self::ClientIdMismatch => {
                f.write_str("the client id differs from the device id in the user name; make them equal")
            }
            Self::PasswordMissing => {
                f.write_str("expected a SAS token as password, got none; certificates are not supported")
            }
            Self::TokenUnreadable(why) => write!(f, "the password is not a SAS token: {why}"),
            Self::TokenExpired => f.write_str("the SAS token has expired; sign a new one, and check the device's clock"),
            Self::TokenScope => {
                f.write_str("the SAS token is for another resource; sign {host}/devices/{device id}")
            }
            Self::PolicyRefused => f.write_str(
                "the SAS token names a policy that is missing or lacks DeviceConnect; use the device's own key",
            ),
            Self::WrongKey => {
                f.write_str("the signature does not match; use one of the keys that the registry has for this device")
            }
            Self::UnknownIdentity => f.write_str("the registry has no such device; register it first"),
            Self::Disabled => f.write_str("the device is disabled; enable it in the registry"),
            Self::Will => f.write_str(
                "the will must be telemetry of this device, on devices/{device id}/messages/events/, at QoS 0 or 1",
            ),
        }
    }
}

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
    /// A PUBLISH went to a topic of this identity, but what stands in the rest of it cannot be read.
    UnreadableTopic(TopicError),
    /// A message is larger than 256 KB.
    MessageTooLarge {
        /// Its size in bytes: body and properties.
        size: usize,
    },
    /// A SUBSCRIBE or UNSUBSCRIBE names a filter that the hub does not have for this identity.
    ForeignFilter {
        /// The filter.
        filter: String,
    },
    /// The identity asked for a sixth subscription.
    TooManySubscriptions,
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
            Self::TooManySubscriptions => "too-many-subscriptions",
            Self::KeepAliveExpired => "keep-alive-expired",
            Self::TokenExpired => "token-expired",
            Self::TakenOver => "taken-over",
            Self::DeviceDisabled => "device-disabled",
            Self::DeviceDeleted => "device-deleted",
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
            Self::UnexpectedPacket { packet } => write!(
                f,
                "{packet} is not a packet that a client of the hub may send"
            ),
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
            Self::TooManySubscriptions => {
                write!(
                    f,
                    "a device may have {MOST_SUBSCRIPTIONS} subscriptions; give one up first"
                )
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
            Self::NotSupported { operation } => {
                write!(f, "{operation}: not supported by this hub yet")
            }
        }
    }
}
