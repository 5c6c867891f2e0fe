//! What a bench knows of its hub.

use std::{cell::Ref, time::Duration};

use hub::{Hub, Usage, WaitingMessage};
use wire::{
    connection_string::{DeviceConnectionString, ServiceConnectionString},
    event::Event,
    rest::DeviceIdentity,
    timestamp::Timestamp,
    topic::TopicFilter,
};

/// What a bench knows of its hub: of an emulated one everything, of a live one what it was told.
///
/// What only an emulated hub has is reached by [`Hands::emulated`](crate::Hands::emulated).
pub struct Sight<'a>(Ref<'a, Hub>);

impl<'a> Sight<'a> {
    pub(crate) fn of_emulated(hub: Ref<'a, Hub>) -> Self {
        Self(hub)
    }

    /// The hub's host name.
    pub fn host_name(&self) -> &str {
        self.0.host_name()
    }

    /// A device's identity; none if it is not in the registry, or not known to be.
    pub fn device(&self, id: &str) -> Option<&DeviceIdentity> {
        self.0.device(id)
    }

    /// The devices that are known, by id.
    pub fn devices(&self) -> impl Iterator<Item = &DeviceIdentity> {
        self.0.devices()
    }

    /// How many devices are known.
    pub fn device_count(&self) -> usize {
        self.0.device_count()
    }

    /// Whether a device is known to be connected and subscribed to a topic filter.
    pub fn is_listening(&self, device_id: &str, filter: &TopicFilter) -> bool {
        self.0.is_listening(device_id, filter)
    }

    /// The twin of a device as `GET /twins/{device}` answers with it, if it is known.
    pub fn twin_document(&self, device_id: &str) -> Option<String> {
        self.0.twin_document(device_id)
    }

    /// The events of a device since a time that are known, oldest first.
    pub fn device_events(&self, device_id: &str, since: Timestamp) -> Vec<Event> {
        self.0.device_events(device_id, since)
    }

    /// The messages in a device's queue, oldest first; none if nobody can tell.
    pub fn waiting_messages(&self, device_id: &str) -> Vec<WaitingMessage<'_>> {
        self.0.waiting_messages(device_id).collect()
    }

    /// How much of the hub's tier is used; none if nobody can tell.
    pub fn usage(&self, now: Timestamp) -> Option<Usage> {
        Some(self.0.usage(now))
    }

    /// How far queries lag behind; none if nobody can tell.
    pub fn query_lag(&self) -> Option<Duration> {
        Some(self.0.query_lag())
    }

    /// The connection string of a device with a key, if the key is known.
    pub fn device_connection_string(&self, device_id: &str) -> Option<DeviceConnectionString> {
        self.0.device_connection_string(device_id)
    }

    /// The connection string of a policy, or of the one policy that is known.
    pub fn service_connection_string(&self, policy: &str) -> Option<ServiceConnectionString> {
        self.0.service_connection_string(policy)
    }
}
