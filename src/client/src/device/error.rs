//! What can go wrong between a device and its hub, each with what to do about it.

use std::time::Duration;

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

/// Whether the same CONNECT may be accepted later. The service's SDKs agree: all refusals but
/// "server unavailable" are for cause.
pub(super) const fn may_pass(code: ConnectReturnCode) -> bool {
    matches!(code, ConnectReturnCode::ServerUnavailable)
}
