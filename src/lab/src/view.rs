//! What can be seen of a bench: plain values, made to be sent to a page.
//!
//! Secrets never reach these types in the clear, with one exception that says so: [`Span::Secret`].

use serde::{Deserialize, Serialize};
use wire::timestamp::Timestamp;

/// The two sides of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// A program that runs on a device.
    Device,
    /// A program that runs in the cloud, beside the hub.
    Cloud,
}

/// The protocol that a trace entry was spoken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// MQTT 3.1.1: the bytes are one control packet.
    Mqtt,
    /// HTTP/1.1: the bytes are one request or one response.
    Http,
    /// AMQP 1.0 over a WebSocket: the bytes are the body of one message. Its framing is left out.
    Amqp,
}

/// Which way a message went, as seen from the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// From a device or a service program to the hub.
    ToHub,
    /// From the hub to a device or a service program.
    FromHub,
}

/// One named part of a message, and the bytes that hold it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldView {
    /// The field's name in the protocol's own words, such as `client id`.
    pub name: String,
    /// The value, decoded; secrets masked.
    pub value: String,
    /// First byte of the field in [`EntryDetail::bytes`].
    pub start: usize,
    /// First byte after the field.
    pub end: usize,
}

/// One MQTT packet or HTTP message that crossed the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceEntry {
    /// Rises by one with every entry of a bench.
    pub id: u64,
    /// The bench's time when the message left its sender.
    pub at: Timestamp,
    /// Which way it went.
    pub direction: Direction,
    /// Whether a device or a service program was at the other end.
    pub side: Side,
    /// The device's id, or the service program's name.
    pub party: String,
    /// What the bytes are.
    pub protocol: Protocol,
    /// `CONNECT`, `PUBACK`, `PUT`, `200` …
    pub kind: String,
    /// A line that says what this message is about: a topic, a path, a return code.
    pub summary: String,
    /// The device that it is from, for or about.
    pub device_id: Option<String>,
    /// The message's size in bytes.
    pub size: usize,
    /// What a chart marks of it.
    pub mark: Option<Mark>,
    /// The id of the request that this message answers, if it is an HTTP response.
    pub answers: Option<u64>,
}

/// A piece of a console line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Span {
    /// Text that anybody may see.
    Text(String),
    /// A key or a connection string: a page shows dots, and the text only when asked to.
    Secret(String),
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.debug_tuple("Text").field(text).finish(),
            Self::Secret(_) => f.write_str("Secret([redacted])"),
        }
    }
}

/// How a console line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// What the program printed.
    Plain,
    /// An error that the program ended with.
    Error,
    /// A remark of the bench, such as that a program was stopped.
    Note,
}

/// One line that a program printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleLine {
    /// Rises by one with every line of a bench.
    pub id: u64,
    /// The bench's time when it was printed.
    pub at: Timestamp,
    /// The console that it belongs to.
    pub side: Side,
    /// The program that printed it.
    pub program: String,
    /// How it is meant.
    pub tone: Tone,
    /// The line's text, in pieces.
    pub spans: Vec<Span>,
}

/// What a program is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProgramState {
    /// It runs, or waits for something.
    Running,
    /// It came to its end.
    Finished,
    /// It ended with an error, which its last console line tells.
    Failed,
    /// It was stopped from outside.
    Stopped,
}

/// A device as the bench and the hub's registry see it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, and all combinations occur"
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceView {
    /// The identity's id.
    pub device_id: String,
    /// Whether the identity may connect.
    pub enabled: bool,
    /// Whether the hub has a live connection of it.
    pub connected: bool,
    /// Whether its network cable is in; only a bench can pull it.
    pub plugged: bool,
    /// The hub's last activity time of it; [`Timestamp::NEVER`] before the first.
    pub last_activity: Timestamp,
    /// The identity's generation id.
    pub generation_id: String,
    /// The identity's entity tag.
    pub etag: String,
    /// How many cloud-to-device messages wait for it, those under way included.
    pub queued: usize,
    /// Whether it was switched on by hand.
    pub switched_on: bool,
}

/// A device twin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwinView {
    /// The device's id.
    pub device_id: String,
    /// The twin's entity tag.
    pub etag: String,
    /// The twin's version.
    pub version: u64,
    /// The tags, as indented JSON.
    pub tags: String,
    /// The desired properties without their metadata, as indented JSON.
    pub desired: String,
    /// The desired properties' version.
    pub desired_version: u64,
    /// The reported properties without their metadata, as indented JSON.
    pub reported: String,
    /// The reported properties' version.
    pub reported_version: u64,
    /// The whole twin as the service answers it, as indented JSON.
    pub whole: String,
}

/// A message in a device's queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedMessageView {
    /// The message's id; empty if it has none.
    pub message_id: String,
    /// The body as text, shortened to 200 characters.
    pub body: String,
    /// When the hub took it.
    pub enqueued: Timestamp,
    /// When it expires.
    pub expires: Timestamp,
    /// How often it was delivered.
    pub delivery_count: u32,
    /// Whether it is at the device, and not acknowledged yet.
    pub locked: bool,
}

/// All there is to see of one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceDetail {
    /// Its twin.
    pub twin: TwinView,
    /// Its queue, oldest first.
    pub queue: Vec<QueuedMessageView>,
}

/// A SAS token taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenView {
    /// The resource that it opens, decoded: `hub.azure-devices.net/devices/dev1`.
    pub resource: String,
    /// The two lines that were signed: the resource as it stands in the token, and the expiry.
    pub signed: String,
    /// The shared access policy; none for a device's own key.
    pub policy: Option<String>,
    /// When it expires.
    pub expires: Timestamp,
    /// The token with the signature masked.
    pub masked: String,
}

/// The same action as another tool spells it. Secrets are placeholders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spelling {
    /// How it is spelt.
    pub tool: Tool,
    /// The text, ready to be copied.
    pub text: String,
}

/// Tools in whose words an action can be spelt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tool {
    /// A curl command.
    Curl,
    /// A command of the Azure CLI.
    Az,
    /// An MQTT topic, with its payload.
    Mqtt,
}

/// What is shown of a trace entry when it is opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryDetail {
    /// The entry's id.
    pub id: u64,
    /// The message as it was sent, but for signatures and keys, whose characters are `*`.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// The message's parts in the order of their bytes.
    pub fields: Vec<FieldView>,
    /// The SAS token in it, if there is one.
    pub token: Option<TokenView>,
    /// The same action in other words; none for an answer.
    pub spellings: Vec<Spelling>,
}

/// A happening that a chart marks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// A direct method of this name was called.
    Method(String),
    /// Desired properties came to the device.
    Desired,
    /// The device reported properties.
    Reported,
    /// A cloud-to-device message came to the device.
    Message,
}

/// The next thing that will happen by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Upcoming {
    /// A cloud-to-device message expires.
    MessageExpires {
        /// The device that it is for.
        device_id: String,
    },
    /// A cloud-to-device message that the device has not acknowledged goes back into the queue.
    LockEnds {
        /// The device that has it.
        device_id: String,
    },
    /// A direct method runs out of time.
    MethodTimesOut {
        /// The device that was called.
        device_id: String,
    },
    /// The hub gives up a connection that has gone quiet, or whose token has expired.
    ConnectionEnds {
        /// The device.
        device_id: String,
    },
    /// Feedback that has been gathered becomes readable.
    FeedbackReady,
    /// A query sees a change that was made before.
    QueryCatchesUp,
    /// A program goes on.
    ProgramGoesOn,
    /// Something else.
    Other,
}

/// What a text that claims to be a connection string is, and what is wrong with it. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// Which kind it is, in kebab case: `service`, `device`, `module`, `event-hubs`, `sas-token`; none if it is no such thing.
    pub kind: Option<String>,
    /// Its parts in their order: name, and value with secrets masked.
    pub parts: Vec<(String, String)>,
    /// What is wrong, as ids of messages with an argument each: `doctor-missing-part` and `DeviceId`.
    pub findings: Vec<(String, String)>,
    /// The rights that its policy usually has, such as `ServiceConnect`.
    pub rights: Vec<String>,
}

/// An event as a reader of the hub's Event Hubs-compatible endpoint received it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventView {
    /// The partition it lies in.
    pub partition: u16,
    /// Its number in the partition, from 0.
    pub sequence_number: u64,
    /// Its offset in the partition.
    pub offset: String,
    /// When the hub stored it.
    pub enqueued_time: Timestamp,
    /// The device that sent it.
    pub device_id: String,
    /// What the sender set: `message-id`, `correlation-id`, `content-type` …
    pub system_properties: Vec<(String, String)>,
    /// The sender's own properties.
    pub application_properties: Vec<(String, String)>,
    /// What the hub stamped on it: `iothub-connection-device-id` …
    pub annotations: Vec<(String, String)>,
    /// The payload as text, if it is UTF-8.
    pub text: Option<String>,
    /// The payload's size in bytes.
    pub size: usize,
    /// The payload's numeric top-level JSON members, in their order.
    pub numbers: Vec<(String, f64)>,
}
