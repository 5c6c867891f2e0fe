//! An event as it lies in its partition: small, and made into what a reader sees only when it is read.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wire::{event::Event, properties::MessageProperties, timestamp::Timestamp};

use crate::connection::Identity;

/// What an event takes besides its body and properties, roughly: its stamps, and its place.
const STAMP_BYTES: usize = 1_024;

/// Who sent events, as the hub stamps it on them. All events of a connection share one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sender {
    pub(crate) identity: Identity,
    /// What events carry as `iothub-connection-auth-method`.
    pub(crate) auth_method: String,
    /// The generation of the identity.
    pub(crate) generation_id: String,
}

/// An event as it lies in its partition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "EventRecord", into = "EventRecord")]
pub(crate) struct StoredEvent {
    pub(crate) place: Place,
    pub(crate) at: Timestamp,
    sender: Arc<Sender>,
    /// How many bytes of the content are the property bag; the body follows it.
    bag_bytes: usize,
    content: Box<[u8]>,
}

/// Where an event lies. Offsets grow by the size of the events, as they do in a log of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) partition: u16,
    pub(crate) number: u64,
    pub(crate) offset: u64,
}

/// An event as a store keeps it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct EventRecord {
    partition: u16,
    number: u64,
    offset: u64,
    at: Timestamp,
    sender: SenderRecord,
    bag: String,
    #[serde(with = "crate::base64_bytes")]
    body: Vec<u8>,
}

/// A sender as a store keeps it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SenderRecord {
    device_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    module_id: Option<String>,
    auth_method: String,
    generation_id: String,
}

impl StoredEvent {
    /// Whether a device, or a module of it, sent the event.
    pub(crate) fn is_of(&self, device_id: &str) -> bool {
        self.sender.identity.device_id == device_id
    }

    /// An event of a message whose property bag is right.
    pub(crate) fn new(
        place: Place,
        at: Timestamp,
        sender: Arc<Sender>,
        bag: &str,
        body: &[u8],
    ) -> Self {
        let mut content = Vec::with_capacity(bag.len() + body.len());
        content.extend_from_slice(bag.as_bytes());
        content.extend_from_slice(body);
        Self {
            place,
            at,
            sender,
            bag_bytes: bag.len(),
            content: content.into(),
        }
    }

    /// How many bytes it takes in its partition.
    pub(crate) fn size(&self) -> usize {
        self.content.len() + STAMP_BYTES
    }

    fn bag(&self) -> &str {
        let bag = self.content.get(..self.bag_bytes).unwrap_or_default();
        std::str::from_utf8(bag).unwrap_or_default()
    }

    fn body(&self) -> &[u8] {
        self.content.get(self.bag_bytes..).unwrap_or_default()
    }

    /// The event as a reader sees it.
    pub(crate) fn to_event(&self) -> Event {
        // The bag was read before the event was stored.
        let mut properties = MessageProperties::parse_bag(self.bag()).unwrap_or_default();
        // Only the hub may say whose connection a message came by.
        properties.system.connection_device_id = None;
        properties.system.connection_module_id = None;
        let Sender {
            identity,
            auth_method,
            generation_id,
        } = &*self.sender;
        Event {
            partition: self.place.partition,
            sequence_number: self.place.number,
            offset: self.place.offset.to_string(),
            enqueued_time: self.at,
            device_id: identity.device_id.clone(),
            module_id: identity.module_id.clone(),
            auth_method: auth_method.clone(),
            generation_id: generation_id.clone(),
            message_source: "Telemetry".to_owned(),
            properties,
            body: self.body().to_vec(),
        }
    }
}

impl From<StoredEvent> for EventRecord {
    fn from(event: StoredEvent) -> Self {
        Self {
            partition: event.place.partition,
            number: event.place.number,
            offset: event.place.offset,
            at: event.at,
            bag: event.bag().to_owned(),
            body: event.body().to_vec(),
            sender: SenderRecord::from(&*event.sender),
        }
    }
}

impl From<&Sender> for SenderRecord {
    fn from(sender: &Sender) -> Self {
        let sender = sender.clone();
        Self {
            device_id: sender.identity.device_id,
            module_id: sender.identity.module_id,
            auth_method: sender.auth_method,
            generation_id: sender.generation_id,
        }
    }
}

impl From<SenderRecord> for Sender {
    fn from(record: SenderRecord) -> Self {
        Self {
            identity: Identity {
                device_id: record.device_id,
                module_id: record.module_id,
            },
            auth_method: record.auth_method,
            generation_id: record.generation_id,
        }
    }
}

impl TryFrom<EventRecord> for StoredEvent {
    type Error = String;

    fn try_from(record: EventRecord) -> Result<Self, String> {
        MessageProperties::parse_bag(&record.bag).map_err(|why| why.to_string())?;
        let place = Place {
            partition: record.partition,
            number: record.number,
            offset: record.offset,
        };
        let EventRecord {
            at,
            sender,
            bag,
            body,
            ..
        } = record;
        Ok(Self::new(place, at, Arc::new(sender.into()), &bag, &body))
    }
}
