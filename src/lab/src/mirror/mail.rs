//! The cloud-to-device messages that are known to wait for their devices.

use std::collections::BTreeSet;

use wire::{
    mqtt::mqttrs::{Publish, QosPid},
    topic::HubTopic,
};

use crate::by_name::ByName;

/// Of how many devices messages are counted.
const MOST_DEVICES: usize = 500;

/// How many messages wait for which device, as far as is known.
#[derive(Default)]
pub(super) struct Mail(ByName<Queue>);

#[derive(Default)]
struct Queue {
    waiting: u32,
    /// What is at the device, by the packet that it acknowledges.
    delivered: BTreeSet<u16>,
}

impl Mail {
    pub(super) fn waiting(&self, id: &str) -> u32 {
        self.0.get(id).map_or(0, |queue| queue.waiting)
    }

    /// The hub took another one.
    pub(super) fn add(&mut self, id: &str) {
        if let Some(queue) = self.queue(id) {
            queue.waiting = queue.waiting.saturating_add(1);
        }
    }

    /// One came to its end.
    pub(super) fn take(&mut self, id: &str) {
        if let Some(queue) = self.0.get_mut(id) {
            queue.waiting = queue.waiting.saturating_sub(1);
        }
    }

    /// The hub told how many they are.
    pub(super) fn set(&mut self, id: &str, waiting: u32) {
        if let Some(queue) = self.queue(id) {
            queue.waiting = waiting;
        }
    }

    /// The hub sent something to a device.
    pub(super) fn delivered(&mut self, id: &str, publish: &Publish<'_>) {
        let QosPid::AtLeastOnce(pid) = publish.qospid else {
            return;
        };
        let topic = HubTopic::parse(publish.topic_name);
        if let Ok(HubTopic::CloudToDevice { .. }) = topic
            && let Some(queue) = self.queue(id)
        {
            queue.delivered.insert(pid.get());
        }
    }

    /// A device acknowledged a packet. Whether it was a message.
    pub(super) fn completed(&mut self, id: &str, pid: u16) -> bool {
        let queue = self.0.get_mut(id);
        let completed = queue.is_some_and(|queue| queue.delivered.remove(&pid));
        if completed {
            self.take(id);
        }
        completed
    }

    /// A link of a device has ended: what it did not acknowledge waits again.
    pub(super) fn link_ended(&mut self, id: &str) {
        if let Some(queue) = self.0.get_mut(id) {
            queue.delivered.clear();
        }
    }

    pub(super) fn forget(&mut self, id: &str) {
        self.0.remove(id);
    }

    fn queue(&mut self, id: &str) -> Option<&mut Queue> {
        if !self.0.contains_key(id) {
            if self.0.len() >= MOST_DEVICES {
                return None;
            }
            self.0.insert(id.to_owned(), Box::default());
        }
        self.0.get_mut(id).map(AsMut::as_mut)
    }
}
