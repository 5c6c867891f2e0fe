//! What a bench knows of its hub.

use std::{cell::Ref, time::Duration};

use hub::{Usage, WaitingMessage};
use wire::{
    connection_string::{DeviceConnectionString, ServiceConnectionString},
    event::Event,
    rest::{ConnectionState, DeviceIdentity},
    timestamp::Timestamp,
    topic::TopicFilter,
};

use crate::on_bench::HubOnBench;

/// What a bench knows of its hub: of an emulated one everything, of a live one what it was told over this bench's wires.
///
/// To look at something of a live hub is to wish to know it: what can be asked is asked soon, and again from time to time
/// while somebody looks. What a live hub has not told is not there.
/// What only an emulated hub has is reached by [`Hands::emulated`](crate::Hands::emulated).
pub struct Sight<'a>(Ref<'a, HubOnBench>);

impl<'a> Sight<'a> {
    pub(crate) fn of(hub: Ref<'a, HubOnBench>) -> Self {
        Self(hub)
    }

    /// The hub's host name.
    pub fn host_name(&self) -> &str {
        self.0.host_name()
    }

    /// A device's identity; none if it is not in the registry, or not known to be. Of a device that was let in without
    /// anybody asking the registry, no more is known than its key, and that it is enabled and connected.
    pub fn device(&self, id: &str) -> Option<&DeviceIdentity> {
        match &*self.0 {
            HubOnBench::Emulated(hub) => hub.device(id),
            HubOnBench::Live(live) => live.mirror.device(id),
        }
    }

    /// The devices that are known, by id.
    pub fn devices(&self) -> Box<dyn Iterator<Item = &DeviceIdentity> + '_> {
        self.0.devices()
    }

    /// How many devices are known.
    pub fn device_count(&self) -> usize {
        self.0.device_count()
    }

    /// Whether a device is known to be connected.
    pub fn is_connected(&self, device_id: &str) -> bool {
        let device = self.device(device_id);
        device.is_some_and(|device| device.connection_state == ConnectionState::Connected)
    }

    /// Whether a device is known to be connected and subscribed to a topic filter.
    pub fn is_listening(&self, device_id: &str, filter: &TopicFilter) -> bool {
        match &*self.0 {
            HubOnBench::Emulated(hub) => hub.is_listening(device_id, filter),
            HubOnBench::Live(live) => live.mirror.is_listening(device_id, filter),
        }
    }

    /// How many cloud-to-device messages are known to wait for a device, those under way included.
    pub fn queued(&self, device_id: &str) -> u32 {
        match &*self.0 {
            HubOnBench::Emulated(hub) => hub
                .device(device_id)
                .map_or(0, |device| device.cloud_to_device_message_count),
            HubOnBench::Live(live) => live.mirror.queued(device_id),
        }
    }

    /// The twin of a device as `GET /twins/{device}` answers with it, if it is known. Without a way to ask, it is no more
    /// than the properties that the device itself was told or had taken.
    pub fn twin_document(&self, device_id: &str) -> Option<String> {
        match &*self.0 {
            HubOnBench::Emulated(hub) => hub.twin_document(device_id),
            HubOnBench::Live(live) => live.mirror.twin_document(device_id),
        }
    }

    /// The events of a device since a time that are known, oldest first.
    pub fn device_events(&self, device_id: &str, since: Timestamp) -> Vec<Event> {
        match &*self.0 {
            HubOnBench::Emulated(hub) => hub.device_events(device_id, since),
            HubOnBench::Live(live) => live.mirror.device_events(device_id, since),
        }
    }

    /// The messages in a device's queue, oldest first. A live hub shows them to nobody.
    pub fn waiting_messages(&self, device_id: &str) -> Vec<WaitingMessage<'_>> {
        match &*self.0 {
            HubOnBench::Emulated(hub) => hub.waiting_messages(device_id).collect(),
            HubOnBench::Live(_) => Vec::new(),
        }
    }

    /// How much of the hub's tier is used; none if nobody can tell.
    pub fn usage(&self, now: Timestamp) -> Option<Usage> {
        match &*self.0 {
            HubOnBench::Emulated(hub) => Some(hub.usage(now)),
            HubOnBench::Live(_) => None,
        }
    }

    /// How far queries lag behind; none if nobody can tell.
    pub fn query_lag(&self) -> Option<Duration> {
        match &*self.0 {
            HubOnBench::Emulated(hub) => Some(hub.query_lag()),
            HubOnBench::Live(_) => None,
        }
    }

    /// The connection string of a device with a key, if the key is known.
    pub fn device_connection_string(&self, device_id: &str) -> Option<DeviceConnectionString> {
        match &*self.0 {
            HubOnBench::Emulated(hub) => hub.device_connection_string(device_id),
            HubOnBench::Live(live) => live.mirror.device_connection_string(device_id),
        }
    }

    /// The connection string of a policy; of a live hub, of the one policy whose key was given, whatever its name is.
    pub fn service_connection_string(&self, policy: &str) -> Option<ServiceConnectionString> {
        match &*self.0 {
            HubOnBench::Emulated(hub) => hub.service_connection_string(policy),
            HubOnBench::Live(live) => live.mirror.service_connection_string(),
        }
    }
}
