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
    /// First byte of the field in [`TraceEntry::bytes`].
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
    /// The message as it was sent, but for signatures and keys, whose characters are `*`.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// The message's parts in the order of their bytes.
    pub fields: Vec<FieldView>,
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
