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
    /// How many the hub was given and has said nothing of yet.
    given: u32,
    /// How many of those its device has taken already: what the device says may come before the hub's own word.
    early: u32,
    /// What is at the device, by the packet that it acknowledges.
    delivered: BTreeSet<u16>,
}

impl Mail {
    pub(super) fn waiting(&self, id: &str) -> u32 {
        self.0.get(id).map_or(0, |queue| queue.waiting)
    }

    /// The hub is given another one.
    pub(super) fn give(&mut self, id: &str) {
        if let Some(queue) = self.queue(id) {
            queue.given = queue.given.saturating_add(1);
        }
    }

    /// The hub has said whether it took one that it was given.
    pub(super) fn answered(&mut self, id: &str, is_taken: bool) {
        if let Some(queue) = self.0.get_mut(id) {
            queue.answered(is_taken);
        }
    }

    /// One came to its end.
    pub(super) fn take(&mut self, id: &str) {
        if let Some(queue) = self.0.get_mut(id) {
            queue.take();
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

impl Queue {
    fn answered(&mut self, is_taken: bool) {
        self.given = self.given.saturating_sub(1);
        match (is_taken, self.early) {
            (true, 0) => self.waiting = self.waiting.saturating_add(1),
            (true, _) => self.early -= 1,
            (false, _) => {}
        }
        self.early = self.early.min(self.given);
    }

    fn take(&mut self) {
        if self.waiting > 0 {
            self.waiting -= 1;
        } else if self.early < self.given {
            self.early += 1;
        }
    }
}
