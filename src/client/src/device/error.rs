//! What can go wrong between a device and its hub, each with what to do about it.

use std::time::Duration;

use wire::error::ErrorCode;
use wire::mqtt::MqttError;
use wire::mqtt::mqttrs::ConnectReturnCode;

use crate::network::LinkError;

/// Why a connection ended, or an attempt to make one failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DisconnectReason {
    /// The program asked for it.
    #[error("the program disconnected")]
    Requested,
    /// The other end closed the link. MQTT 3.1.1 gives a hub no way to say why.
    #[error(
        "the hub closed the link without a reason; common ones: another client connected with \
         this device's id, the token expired, the device was disabled or deleted, or a message \
         broke a rule of the hub"
    )]
    LinkClosed,
    /// The link could not be opened, or broke.
    #[error("the link failed: {0}; check the network and the host name")]
    LinkFailed(#[from] LinkError),
    /// The hub did not answer CONNECT.
    #[error(
        "the hub did not accept a connection within {0:?}; check the network and the host name"
    )]
    ConnectTimedOut(Duration),
    /// The hub did not answer a ping.
    #[error("the link is dead: the hub did not answer a ping within {0:?}")]
    DeadLink(Duration),
    /// The bytes from the other end are not MQTT 3.1.1.
    #[error("what came is not MQTT 3.1.1: {0}; check that the host is an IoT hub")]
    Malformed(#[from] MqttError),
    /// The other end sent a packet that has no place in the conversation.
    #[error("the hub broke the protocol: it sent {0}")]
    Unexpected(&'static str),
    /// The device's own packet cannot be written, for example because of an id that is too long.
    #[error("a packet for the hub cannot be written: {0}; check the connection string")]
    Unwritable(MqttError),
}

/// Why a device is not connected after [`connect`](super::Device::connect), or gave up later.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ConnectError {
    /// The hub answered CONNECT with a refusal.
    #[error("{}", refusal(*.0))]
    Refused(ConnectReturnCode),
    /// The connection could not be made, or was lost, and the retry policy allows no other attempt.
    #[error("{}", failed(*attempts, last))]
    Failed {
        /// How many attempts were made since the program asked, or since the connection was lost.
        attempts: u32,
        /// How the last one ended.
        last: DisconnectReason,
    },
    /// The program disconnected while the attempt was under way.
    #[error("the program disconnected before the hub accepted the connection")]
    Closed,
    /// The will in the options cannot be taken.
    #[error("the will cannot be used: {0}")]
    Will(SendError),
}

/// Why a message was not acknowledged.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SendError {
    /// The device is not connected and is not trying to.
    #[error("the device is not connected; connect it before sending")]
    NotConnected,
    /// The connection was lost, and the retry policy allows no other attempt. The hub may have got
    /// the message: it is the acknowledgement that is missing.
    #[error(
        "the connection was lost before the hub acknowledged the message; it may or may not have \
         arrived. Connect and send again, with a message id so that a reader can drop a duplicate"
    )]
    ConnectionLost,
    /// The hub refused the connection.
    #[error("the message was not acknowledged: {}", refusal(*.0))]
    Refused(ConnectReturnCode),
    /// The program disconnected before the acknowledgement.
    #[error("the program disconnected before the hub acknowledged the message")]
    Closed,
    /// No acknowledgement came in time.
    #[error("{}", timed_out(*after, *times_sent))]
    TimedOut {
        /// The time that was given.
        after: Duration,
        /// How often the message was put on a link; 0 if the device was never connected for it.
        times_sent: u32,
    },
    /// The message is larger than the service takes.
    #[error("the message has {size} bytes, a hub takes {limit}; send less, or split it")]
    TooLarge {
        /// Bytes of the body and the properties.
        size: usize,
        /// The most that is taken.
        limit: usize,
    },
    /// The message id is longer than the service takes.
    #[error("the message id has {length} characters, a hub takes {limit}; choose a shorter one")]
    MessageIdTooLong {
        /// Characters of the id.
        length: usize,
        /// The most that is taken.
        limit: usize,
    },
    /// The topic, which carries the properties, does not fit into an MQTT packet.
    #[error(
        "with its properties the topic has {length} bytes, MQTT carries {limit}; \
         move properties into the body"
    )]
    TopicTooLong {
        /// Bytes of the topic.
        length: usize,
        /// The most that is carried.
        limit: usize,
    },
    /// An application property has no name.
    #[error("an application property has an empty name; give it one")]
    EmptyPropertyName,
    /// An application property has a name that belongs to the service.
    #[error("`{name}` is a system property's name; choose another for an application property")]
    ReservedPropertyName {
        /// The name.
        name: String,
    },
    /// Too many messages wait for their acknowledgement.
    #[error(
        "{limit} messages wait for their acknowledgement already; \
         send more slowly, or await each message"
    )]
    TooManyPending {
        /// The most that may wait.
        limit: usize,
    },
    /// The connection on which a direct method was called has ended.
    #[error(
        "the connection on which the method was called has ended, so nobody waits for the answer; \
         its caller is told that the device did not answer"
    )]
    CallerGone,
    /// The message cannot be written as an MQTT packet.
    #[error("the message cannot be written as an MQTT packet: {0}")]
    Unwritable(#[from] MqttError),
}

/// Why a subscription was not granted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SubscribeError {
    /// The filter is for messages to another device or module. The hub would close the connection.
    #[error("the topic filter `{filter}` is for another device or module; subscribe to your own")]
    NotOwn {
        /// The filter.
        filter: String,
    },
    /// The device's driver has ended.
    #[error("the device's driver has ended, so nothing comes any more; make a new device")]
    Closed,
    /// The hub answered that it does not grant the filter.
    #[error("the hub did not grant the subscription")]
    Rejected,
    /// No answer came in time.
    #[error("the hub did not answer the subscription within {after:?}")]
    TimedOut {
        /// The time that was given.
        after: Duration,
    },
    /// The connection ended for good before the answer.
    #[error("the connection ended before the hub answered the subscription; connect and try again")]
    ConnectionLost,
}

/// Why a request about the twin brought nothing.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TwinError {
    /// The device is not connected and is not trying to.
    #[error("the device is not connected; connect it before asking for its twin")]
    NotConnected,
    /// Too many requests wait for their answer.
    #[error("{limit} requests about the twin wait for their answer already; await each of them")]
    TooManyPending {
        /// The most that may wait.
        limit: usize,
    },
    /// Reported properties are changed by an object.
    #[error("reported properties are changed by a JSON object, found {found}")]
    NotAnObject {
        /// What was given.
        found: &'static str,
    },
    /// The change is larger than the service takes.
    #[error("the change has {size} bytes, a hub takes {limit}; report less")]
    TooLarge {
        /// Bytes of the JSON text.
        size: usize,
        /// The most that is taken.
        limit: usize,
    },
    /// The topic of answers is not subscribed to, so no answer could come.
    #[error("no answer about the twin can come: {0}")]
    NotSubscribed(SubscribeError),
    /// No answer came in time.
    #[error("{}", twin_timed_out(*after, *times_sent))]
    TimedOut {
        /// The time that was given.
        after: Duration,
        /// How often the request was put on a link; 0 if the device was never connected for it.
        times_sent: u32,
    },
    /// The connection was lost before the answer. Only a change that expects a version fails at
    /// once: others are asked again while the retry policy allows another attempt to connect.
    #[error(
        "the connection was lost before the hub answered the request about the twin; it may or may \
         not have been carried out. Connect, read the twin, and try again"
    )]
    ConnectionLost,
    /// The hub refused the connection.
    #[error("the request about the twin was not answered: {}", refusal(*.0))]
    Refused(ConnectReturnCode),
    /// The program disconnected before the answer, or the device's driver has ended.
    #[error("the program disconnected before the hub answered the request about the twin")]
    Closed,
    /// The hub refused the request.
    #[error("{}", rejected(*status, *code, message))]
    Rejected {
        /// An HTTP status.
        status: u16,
        /// Which refusal, if the catalogue has it.
        code: Option<ErrorCode>,
        /// What the hub said, for a person.
        message: String,
    },
    /// The hub agreed, but what it sent is not what was asked for.
    #[error(
        "the hub's answer about the twin cannot be read: {why}; check that the host is an IoT hub"
    )]
    Unreadable {
        /// What is wrong with it.
        why: String,
    },
    /// The request cannot be written as an MQTT packet.
    #[error("the request about the twin cannot be written as an MQTT packet: {0}")]
    Unwritable(MqttError),
}

/// When no connection comes any more, messages and requests fail for the same reason.
impl From<&SendError> for TwinError {
    fn from(error: &SendError) -> Self {
        match error {
            SendError::NotConnected => Self::NotConnected,
            SendError::Refused(code) => Self::Refused(*code),
            SendError::Closed => Self::Closed,
            _ => Self::ConnectionLost,
        }
    }
}

/// What a refusal of CONNECT means (MQTT 3.1.1, 3.2.2.3) and what to do.
fn refusal(code: ConnectReturnCode) -> &'static str {
    match code {
        ConnectReturnCode::Accepted => "the hub accepted the connection",
        ConnectReturnCode::RefusedProtocolVersion => {
            "the hub refused the connection (1, protocol version): it does not speak MQTT 3.1.1"
        }
        ConnectReturnCode::RefusedIdentifierRejected => {
            "the hub refused the connection (2, identifier rejected): check the device id"
        }
        ConnectReturnCode::ServerUnavailable => {
            "the hub refused the connection (3, server unavailable): it is overloaded, over its \
             quota or blocks this address; try later"
        }
        ConnectReturnCode::BadUsernamePassword => {
            "the hub refused the connection (4, bad user name or password): check the connection \
             string"
        }
        ConnectReturnCode::NotAuthorized => {
            "the hub refused the connection (5, not authorised): check that the device exists and \
             is enabled, that the key is one of its own, and that the clock is right"
        }
    }
}

fn failed(attempts: u32, last: &DisconnectReason) -> String {
    match attempts {
        0 => format!("the connection was lost: {last}"),
        1 => format!("the connection could not be made: {last}"),
        _ => format!("the connection could not be made in {attempts} attempts: {last}"),
    }
}

fn timed_out(after: Duration, times_sent: u32) -> String {
    if times_sent == 0 {
        format!("the message was not sent within {after:?}: the device was not connected")
    } else {
        format!(
            "the hub did not acknowledge the message within {after:?}; it may or may not have \
             arrived"
        )
    }
}

fn twin_timed_out(after: Duration, times_sent: u32) -> String {
    if times_sent == 0 {
        format!("the twin was not asked for within {after:?}: the device was not connected")
    } else {
        format!("the hub did not answer the request about the twin within {after:?}")
    }
}

fn rejected(status: u16, code: Option<ErrorCode>, message: &str) -> String {
    let mut text = format!("the hub refused the request about the twin: {status}");
    if let Some(code) = code {
        text = format!("{text} {}", code.name());
    }
    if !message.is_empty() {
        text = format!("{text}: {message}");
    }
    let remedy = match status {
        400 => "check the names and the values of the properties",
        412 => "read the twin and try again with its version",
        413 => "report less",
        429 => "wait and ask less often",
        500.. => "try later",
        _ => return text,
    };
    format!("{text} ({remedy})")
}

/// Whether the same CONNECT may be accepted later. The service's SDKs agree: all refusals but
/// "server unavailable" are for cause.
pub(super) const fn may_pass(code: ConnectReturnCode) -> bool {
    matches!(code, ConnectReturnCode::ServerUnavailable)
}
