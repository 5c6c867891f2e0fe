//! What the addresses of links mean.

use percent_encoding::percent_decode_str;

/// What a link's address names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// Where tokens are put.
    Cbs,
    /// What is asked about the event hub and its partitions.
    Management,
    /// Where a service sends messages to devices.
    DeviceBound,
    /// Where a service hears what became of them.
    Feedback,
    /// The hub's own address of its telemetry: it lies elsewhere.
    Events,
    /// A partition of the event hub, as a consumer group sees it.
    Partition {
        /// The consumer group, as the client wrote it.
        group: String,
        /// The partition's number, as the client wrote it.
        partition: String,
    },
    /// The service has it, and this hub does not.
    NotSupported(&'static str),
    /// There is no such thing.
    Unknown,
}

impl Node {
    /// Reads an address: a path, or a whole URL, of which scheme and host do not matter. `entity` is the name of the
    /// event hub. All words are read in any case.
    pub(super) fn at(address: &str, entity: &str) -> Self {
        let words: Vec<String> = path(address)
            .split('/')
            .filter(|word| !word.is_empty())
            .map(decode)
            .collect();
        let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let entity = entity.to_lowercase();
        let is_entity = |word: &str| word == entity;
        match *lower.as_slice() {
            ["$cbs"] => Self::Cbs,
            ["$management"] => Self::Management,
            ["messages", "devicebound"] => Self::DeviceBound,
            ["messages", "servicebound", "feedback"] => Self::Feedback,
            ["messages", "servicebound", "filenotifications"] => {
                Self::NotSupported("file upload notifications")
            }
            ["devices", ..] => Self::NotSupported("devices over AMQP; they connect with MQTT"),
            [first, "$management"] if is_entity(first) => Self::Management,
            [first, "consumergroups", _, "partitions", _] if is_entity(first) => Self::Partition {
                group: words.get(2).cloned().unwrap_or_default(),
                partition: words.get(4).cloned().unwrap_or_default(),
            },
            ["messages", "events", ..] => Self::Events,
            [first] | [first, "partitions" | "publishers", _] if is_entity(first) => {
                Self::NotSupported("sending to the event hub; devices send to the hub")
            }
            _ => Self::Unknown,
        }
    }
}

/// The device that a message's `to` names, still encoded: `/devices/{id}/messages/devicebound`.
pub(super) fn device_of(to: &str) -> Option<&str> {
    let words: Vec<&str> = path(to)
        .split('/')
        .filter(|word| !word.is_empty())
        .collect();
    match *words.as_slice() {
        [devices, id, messages, queue]
            if devices.eq_ignore_ascii_case("devices")
                && messages.eq_ignore_ascii_case("messages")
                && queue.eq_ignore_ascii_case("devicebound") =>
        {
            Some(id)
        }
        _ => None,
    }
}

/// Whether a message's `to` names a module.
pub(super) fn is_of_module(to: &str) -> bool {
    let mut words = path(to).split('/').filter(|word| !word.is_empty());
    words
        .nth(2)
        .is_some_and(|word| word.eq_ignore_ascii_case("modules"))
}

/// An address without scheme, host and query.
fn path(address: &str) -> &str {
    let path = address.split_once("://").map_or(address, |(_, rest)| {
        rest.split_once('/').map_or("", |(_, path)| path)
    });
    path.split_once('?').map_or(path, |(path, _)| path)
}

fn decode(word: &str) -> String {
    percent_decode_str(word).decode_utf8_lossy().into_owned()
}
