//! An event as it lies in its partition: small, and made into what a reader sees only when it is read.

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize, Serializer};
use wire::{event::Event, properties::MessageProperties, timestamp::Timestamp};

use crate::connection::Identity;

/// What an event takes besides its body and properties, roughly: its stamps, and its place.
const STAMP_BYTES: usize = 1_024;

/// Who sent events, as the hub stamps it on them. All events of a connection share one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sender {
    pub(crate) identity: Identity,
    /// What events carry as `iothub-connection-auth-method`.
    pub(crate) auth_method: String,
    /// The generation of the identity.
    pub(crate) generation_id: String,
}

/// An event as it lies in its partition.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "EventRecord<'_>")]
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

/// An event as a store keeps it, and as a line of a snapshot holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventRecord<'a> {
    /// The partition that it lies in.
    pub partition: u16,
    /// Its sequence number, larger by one than that of the event before it.
    pub number: u64,
    /// Its offset, larger than that of the event before it.
    pub offset: u64,
    /// When the hub took it.
    pub at: Timestamp,
    /// Who sent it.
    pub sender: SenderRecord<'a>,
    /// Its property bag, as MQTT topics have it.
    pub bag: Cow<'a, str>,
    /// Its body.
    #[serde(with = "crate::base64_bytes")]
    pub body: Cow<'a, [u8]>,
}

/// Who sent an event, as a store keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SenderRecord<'a> {
    /// The device.
    pub device_id: Cow<'a, str>,
    /// The module, if one of the device sent the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module_id: Option<Cow<'a, str>>,
    /// What the event carries as `iothub-connection-auth-method`.
    pub auth_method: Cow<'a, str>,
    /// The generation of the device or module.
    pub generation_id: Cow<'a, str>,
}

impl EventRecord<'_> {
    /// The event as a line of a snapshot.
    pub fn to_json(&self) -> String {
        // Structs of texts and numbers always serialise.
        serde_json::to_string(&EventLine::Event(self)).unwrap_or_default()
    }
}

/// The event's line among those of other kinds.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum EventLine<'a> {
    Event(&'a EventRecord<'a>),
}

impl StoredEvent {
    /// Whether a device, or a module of it, sent the event.
    pub(crate) fn is_of(&self, device_id: &str) -> bool {
        self.sender.identity.device_id == device_id
    }

    /// Has the event share its sender with others that came from the same.
    pub(crate) fn share_sender(&mut self, senders: &mut BTreeSet<Arc<Sender>>) {
        if let Some(known) = senders.get(&self.sender) {
            self.sender = Arc::clone(known);
        } else {
            senders.insert(Arc::clone(&self.sender));
        }
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

impl<'a> From<&'a StoredEvent> for EventRecord<'a> {
    fn from(event: &'a StoredEvent) -> Self {
        let Sender {
            identity,
            auth_method,
            generation_id,
        } = &*event.sender;
        Self {
            partition: event.place.partition,
            number: event.place.number,
            offset: event.place.offset,
            at: event.at,
            sender: SenderRecord {
                device_id: (&identity.device_id).into(),
                module_id: identity.module_id.as_ref().map(Cow::from),
                auth_method: auth_method.into(),
                generation_id: generation_id.into(),
            },
            bag: event.bag().into(),
            body: event.body().into(),
        }
    }
}

impl From<SenderRecord<'_>> for Sender {
    fn from(record: SenderRecord<'_>) -> Self {
        Self {
            identity: Identity {
                device_id: record.device_id.into_owned(),
                module_id: record.module_id.map(Cow::into_owned),
            },
            auth_method: record.auth_method.into_owned(),
            generation_id: record.generation_id.into_owned(),
        }
    }
}

impl Serialize for StoredEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        EventRecord::from(self).serialize(serializer)
    }
}

impl TryFrom<EventRecord<'_>> for StoredEvent {
    type Error = String;

    fn try_from(record: EventRecord<'_>) -> Result<Self, String> {
        MessageProperties::parse_bag(&record.bag).map_err(|why| why.to_string())?;
        let place = Place {
            partition: record.partition,
            number: record.number,
            offset: record.offset,
        };
        let sender = Arc::new(record.sender.into());
        Ok(Self::new(
            place,
            record.at,
            sender,
            &record.bag,
            &record.body,
        ))
    }
}
