//! A telemetry message as a reader of the hub's built-in endpoint sees it.

use serde::{Deserialize, Serialize};

use crate::properties::MessageProperties;
use crate::timestamp::Timestamp;

/// A message kept in a partition of the hub's built-in endpoint, with what the hub stamped on it.
///
/// The sender cannot forge the stamps: the hub takes them from the connection and from its own
/// counters. Source: IoT Hub documentation, "Create and read IoT Hub messages".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The partition, from 0. All messages of a device are in one partition, in order.
    pub partition: u16,
    /// The place in the partition, counted from 0 without gaps.
    pub sequence_number: u64,
    /// The place in the partition as an opaque text to resume from.
    pub offset: String,
    /// When the hub took the message.
    pub enqueued_time: Timestamp,
    /// The device whose connection sent the message.
    pub device_id: String,
    /// The module whose connection sent the message, if one did.
    pub module_id: Option<String>,
    /// How the sender proved who it is, as JSON text.
    pub auth_method: String,
    /// The generation of the device's identity: it tells apart two devices of the same name, of
    /// which the first was deleted.
    pub generation_id: String,
    /// What the message is about: `Telemetry` for a device's message.
    pub message_source: String,
    /// The properties that the sender set.
    pub properties: MessageProperties,
    /// The message's body, opaque bytes.
    pub body: Vec<u8>,
}

/// Where in a partition a reader starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EventPosition {
    /// At the oldest message still kept.
    Earliest,
    /// After the newest message: only what comes from now on.
    Latest,
    /// After the message with this offset.
    Offset(String),
    /// At a sequence number.
    SequenceNumber {
        /// The number.
        number: u64,
        /// Whether the message with that number is the first one read, or the one before it.
        inclusive: bool,
    },
    /// At the first message that the hub took at this time or later.
    EnqueuedTime(Timestamp),
}

impl Event {
    /// What the sender set of the event's properties, by their AMQP names, as texts.
    ///
    /// A property that the event lacks is left out.
    pub fn sender_properties(&self) -> Vec<(&'static str, String)> {
        let system = &self.properties.system;
        [
            ("message-id", &system.message_id),
            ("correlation-id", &system.correlation_id),
            ("user-id", &system.user_id),
            ("to", &system.to),
            ("content-type", &system.content_type),
            ("content-encoding", &system.content_encoding),
            ("absolute-expiry-time", &system.expiry),
            ("iothub-creation-time-utc", &system.creation_time),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.clone()?)))
        .collect()
    }

    /// The message annotations of the event with their AMQP names, as texts.
    ///
    /// An annotation that the event lacks is left out.
    pub fn annotations(&self) -> Vec<(&'static str, String)> {
        let enqueued = self.enqueued_time.to_iso();
        let system = &self.properties.system;
        let stamped = [
            ("x-opt-sequence-number", self.sequence_number.to_string()),
            ("x-opt-offset", self.offset.clone()),
            ("x-opt-enqueued-time", enqueued.clone()),
            ("iothub-connection-device-id", self.device_id.clone()),
        ];
        let optional = [
            ("iothub-connection-module-id", self.module_id.as_ref()),
            ("iothub-connection-auth-method", Some(&self.auth_method)),
            (
                "iothub-connection-auth-generation-id",
                Some(&self.generation_id),
            ),
            ("iothub-enqueuedtime", Some(&enqueued)),
            ("iothub-message-source", Some(&self.message_source)),
            ("iothub-interface-id", system.interface_id.as_ref()),
            ("dt-subject", system.component.as_ref()),
            ("iothub-message-schema", system.schema.as_ref()),
        ];
        let optional = optional
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?.clone())));
        stamped.into_iter().chain(optional).collect()
    }
}
