//! What can be seen of a hub beside its protocols: for a bench that shows what is in it.

use std::time::Duration;

use wire::{event::Event, timestamp::Timestamp, topic::TopicFilter};

use crate::{
    cloud_to_device::QueuedMessage,
    connection::{ConnectionId, Identity},
    hub::Hub,
    limits::Tier,
    partition::KeptEvents,
    stored_event::EventRecord,
    twin::DeviceDocument,
};

/// A cloud-to-device message that a device has not completed yet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WaitingMessage<'a> {
    /// The id that its sender gave it.
    pub message_id: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
    /// When the hub took it.
    pub enqueued: Timestamp,
    /// When it is too old to be delivered.
    pub expires: Timestamp,
    /// How many deliveries were in vain and counted.
    pub delivery_count: u32,
    /// Whether the device has it, and has not said yet what became of it.
    pub locked: bool,
}

impl<'a> WaitingMessage<'a> {
    fn of(message: &'a QueuedMessage) -> Self {
        Self {
            message_id: message.properties.system.message_id.as_deref(),
            body: &message.body,
            enqueued: message.enqueued_time,
            expires: message.expires,
            delivery_count: message.delivery_count,
            locked: message.lock.is_some(),
        }
    }
}

/// What is where.
impl Hub {
    /// The twin of a device as `GET /twins/{device}` answers with it: JSON, in the service's order.
    pub fn twin_document(&self, device_id: &str) -> Option<String> {
        let device = self.registry.get(device_id)?;
        serde_json::to_string(&DeviceDocument(device)).ok()
    }

    /// The messages in a device's queue, oldest first; none for a device that is not there.
    pub fn waiting_messages(&self, device_id: &str) -> impl Iterator<Item = WaitingMessage<'_>> {
        let device = self.registry.get(device_id);
        let messages = device.into_iter().flat_map(|device| device.queue.iter());
        messages.map(WaitingMessage::of)
    }

    /// The events of a device that the hub took since a time and still keeps, oldest first.
    pub fn device_events(&self, device_id: &str, since: Timestamp) -> Vec<Event> {
        self.events.of_device(device_id, since)
    }

    /// The newest events, newest first.
    pub fn newest_events(&self, most: usize) -> impl Iterator<Item = EventRecord<'_>> {
        let newest = self.events.newest_of_all(most).into_iter();
        newest.map(EventRecord::from)
    }

    /// How much telemetry each partition keeps.
    pub fn kept_events(&self) -> impl Iterator<Item = KeptEvents> {
        self.events.kept()
    }

    /// How many records of delivery feedback wait to be read.
    pub fn feedback_depth(&self) -> usize {
        self.pending_feedback().count()
    }

    /// The client id of a link whose client was let in: `device`, or `device/module`.
    pub fn client_id(&self, connection: ConnectionId) -> Option<String> {
        self.connections.client_id(connection)
    }

    /// Whether a device is connected and subscribed to a topic filter.
    pub fn is_listening(&self, device_id: &str, filter: &TopicFilter) -> bool {
        let device = Identity::device(device_id);
        let session = self.sessions.get(&device);
        self.connections.of(&device).is_some()
            && session.is_some_and(|session| session.granted(filter).is_some())
    }

    /// How many devices the registry has.
    pub fn device_count(&self) -> usize {
        self.registry.count()
    }
}

/// What its owner may change while it runs.
impl Hub {
    /// How far queries lag behind.
    pub fn query_lag(&self) -> Duration {
        self.options.query_lag
    }

    /// Sets how far queries lag behind, from `now` on. With a shorter lag, changes that would be seen later are seen
    /// that much sooner.
    pub fn set_query_lag(&mut self, now: Timestamp, lag: Duration) {
        self.options.query_lag = lag;
        self.past.hasten(now, now.plus(lag));
    }
    /// Enforces the limits of a tier from now on; `None` puts back what the hub's options say. What was counted stays.
    pub fn enforce_limits(&mut self, tier: Option<Tier>) {
        let tier_of_options = (self.options.tier, self.options.enforce_limits);
        let (tier, enforced) = tier.map_or(tier_of_options, |tier| (tier, true));
        self.limits.set_tier(tier, enforced);
    }
}
