//! What is asked of the module and what it tells: plain values that cross the border of a worker, as JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wire::{event::Event, properties::MessageProperties, rest::FeedbackRecord};

/// What is asked of the module.
///
/// It has no `Debug`, because a connection string holds a key.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(
    clippy::large_enum_variant,
    reason = "it is taken apart as soon as it comes"
)]
pub enum Ask {
    /// Which hub to speak with. Comes first; what was going on with another hub ends.
    #[serde(rename_all = "camelCase")]
    Hub {
        /// The connection string of a service: host, policy and key. With another one, only events can be asked for, and
        /// only with a string for them.
        connection_string: String,
        /// The connection string of the Event Hubs-compatible endpoint. Without it the hub is asked for the endpoint,
        /// and the service's policy opens it.
        events: Option<String>,
    },
    /// Reads the events of all partitions until it is stopped.
    Read {
        /// Names the read in what is told of it.
        id: u32,
        /// Where to begin, and for whom.
        from: ReadFrom,
    },
    /// Says that one [`Told::Events`] of a read was taken. Only a few are told in advance, and the hub sends no more
    /// meanwhile than a link has credit for.
    Took {
        /// The read.
        id: u32,
    },
    /// Stops a read. Nothing more is told of it.
    Stop {
        /// The read.
        id: u32,
    },
    /// Puts a message into a device's queue.
    Send {
        /// Names the message in what is told of it.
        id: u32,
        /// The message.
        message: CloudToDevice,
    },
    /// Takes the feedback that waits on messages to devices that were written to from here, and completes it. If none
    /// does, a few seconds are given to the first record. A hub has one feedback for all who share it, in batches: one
    /// that is about other devices only is given back, and one that is about others as well is taken as a whole.
    Feedback {
        /// Names this in what is told of it.
        id: u32,
    },
}

/// Where a read begins, and for whom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadFrom {
    /// The first moment to read events of, in milliseconds since the epoch; without it, the oldest event is first.
    pub since: Option<u64>,
    /// The numbers of the last events that were read before, by partition. There the next one is first.
    pub after: BTreeMap<u16, u64>,
    /// The consumer group; `$Default` without one.
    #[serde(default)]
    pub group: Option<String>,
}

/// A message for a device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CloudToDevice {
    /// The device, not encoded.
    pub device_id: String,
    /// What travels beside the body. Of the system's properties, the ids, the user, the content's type and encoding,
    /// the expiry and the wish for feedback are sent.
    pub properties: MessageProperties,
    /// The body, opaque bytes.
    pub body: Vec<u8>,
}

/// What the module tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Told {
    /// The module runs. Comes first.
    Ready,
    /// The endpoint was found, and its partitions are read. Comes again after each [`Told::Retrying`] that succeeds.
    Reading {
        /// The read.
        id: u32,
        /// How many partitions there are.
        partitions: u16,
    },
    /// Events, each once and in the order of its partition. Who has taken them says so with [`Ask::Took`].
    Events {
        /// The read.
        id: u32,
        /// The events.
        events: Vec<Event>,
    },
    /// The hub has the message in its device's queue.
    Sent {
        /// The message.
        id: u32,
    },
    /// The feedback that was waiting; it is completed and does not come again. Empty if none came in time.
    Feedback {
        /// What was asked.
        id: u32,
        /// What became of messages.
        records: Vec<FeedbackRecord>,
    },
    /// What was asked has failed, and is over.
    Failed {
        /// What was asked.
        id: u32,
        /// Why.
        failure: Failure,
    },
    /// A read's connection broke. It is tried again, from where it was.
    Retrying {
        /// The read.
        id: u32,
        /// In how many milliseconds.
        after: u64,
        /// Why it broke.
        failure: Failure,
    },
}

/// Why something failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// What kind of trouble it is, for whoever explains it.
    pub kind: FailureKind,
    /// The hub's own name for it, such as `amqp:not-found`.
    pub condition: Option<String>,
    /// What happened, in English: the hub's words, or the module's.
    pub description: String,
}

/// The kinds of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FailureKind {
    /// The WebSocket did not open: no network, no such host, a proxy that bars it, or a certificate that is not
    /// trusted. A page is not told which.
    Unreachable,
    /// The key, the policy or its rights do not open this.
    Unauthorized,
    /// There is no such hub, event hub or device.
    NotFound,
    /// The hub asks for less haste, or the day's quota is used up.
    Throttled,
    /// A limit of the hub is reached: a device's queue is full, or there are too many readers.
    LimitReached,
    /// Another reader has taken the place.
    Stolen,
    /// The hub closed the connection, or it was cut, or no answer came in time.
    Closed,
    /// The hub refuses what was asked as it stands: too large, an expiry that is over, and the like.
    Refused,
    /// What was asked does not make sense here: no connection string, or one of the wrong kind.
    Misused,
    /// The other side does not speak AMQP as it should, or names a host that a key must not go to.
    Protocol,
}

impl Failure {
    /// A failure that the module found by itself.
    pub fn new(kind: FailureKind, description: impl Into<String>) -> Self {
        Self {
            kind,
            condition: None,
            description: description.into(),
        }
    }
}
