//! What must be true of a hub, told as plainly as can be.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};
use wire::timestamp::Timestamp;

/// How long a message waits if its sender did not say.
pub(crate) const TIME_TO_LIVE: Duration = Duration::from_hours(1);

/// How long a device has to complete a message.
pub(crate) const LOCK_TIME: Duration = Duration::from_mins(1);

/// How many messages may wait for a device.
pub(crate) const QUEUE_DEPTH: usize = 50;

/// All that the world was promised about one device.
pub(crate) struct DeviceModel {
    /// The bodies of telemetry that were acknowledged, in order.
    pub(crate) telemetry: Vec<String>,
    pub(crate) desired: Section,
    pub(crate) reported: Section,
    pub(crate) tags: Map<String, Value>,
    /// Messages that the hub took, oldest first.
    pub(crate) messages: Vec<Message>,
}

/// A section of a twin.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Section {
    pub(crate) members: Map<String, Value>,
    pub(crate) version: u64,
}

/// A cloud-to-device message that the hub took.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) ack: &'static str,
    pub(crate) expires: Timestamp,
    /// Until when the hub waits for the device to complete it: it does not expire before.
    pub(crate) locked_until: Option<Timestamp>,
    pub(crate) deliveries: u32,
    pub(crate) fate: Fate,
}

/// What became of a message, as far as the world knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Waiting,
    Completed,
    Expired,
    Purged,
}

impl Default for DeviceModel {
    fn default() -> Self {
        let section = Section {
            members: Map::new(),
            version: 1,
        };
        Self {
            telemetry: Vec::new(),
            desired: section.clone(),
            reported: section,
            tags: Map::new(),
            messages: Vec::new(),
        }
    }
}

impl DeviceModel {
    /// How many messages wait.
    pub(crate) fn waiting(&self) -> usize {
        let waiting = self.messages.iter();
        waiting.filter(|it| it.fate == Fate::Waiting).count()
    }

    pub(crate) fn message(&mut self, id: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|it| it.id == id)
    }

    /// Time has come: what waited for too long is gone.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        for message in &mut self.messages {
            let is_locked = message.locked_until.is_some_and(|until| until > now);
            if message.fate == Fate::Waiting && message.expires <= now && !is_locked {
                message.fate = Fate::Expired;
            }
        }
    }

    /// The device's connection ended: nothing waits for it to complete anything.
    pub(crate) fn unlock(&mut self, now: Timestamp) {
        for message in &mut self.messages {
            message.locked_until = None;
        }
        self.expire(now);
    }

    /// The hub's process ended: it does not know what it had sent, and marks nothing as sent again.
    pub(crate) fn hub_stopped(&mut self) {
        for message in &mut self.messages {
            message.deliveries = 0;
            message.locked_until = None;
        }
    }

    /// The feedback that the senders of the messages must get, by message id.
    pub(crate) fn feedback(&self) -> BTreeMap<String, &'static str> {
        let told = self.messages.iter().filter_map(|message| {
            let (outcome, good) = match message.fate {
                Fate::Waiting => return None,
                Fate::Completed => ("Success", true),
                Fate::Expired => ("Expired", false),
                Fate::Purged => ("Purged", false),
            };
            let wanted = match message.ack {
                "full" => true,
                "positive" => good,
                "negative" => !good,
                _ => false,
            };
            wanted.then(|| (message.id.clone(), outcome))
        });
        told.collect()
    }
}

impl Section {
    /// Takes a patch that the hub took.
    pub(crate) fn patch(&mut self, patch: &Map<String, Value>) {
        merge(&mut self.members, patch);
        self.version += 1;
    }
}

/// RFC 7386, as plainly as it can be said.
pub(crate) fn merge(into: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => {
                into.remove(name);
            }
            Value::Object(members) => {
                let mut inner = match into.remove(name) {
                    Some(Value::Object(inner)) => inner,
                    _ => Map::new(),
                };
                merge(&mut inner, members);
                into.insert(name.clone(), Value::Object(inner));
            }
            value => {
                into.insert(name.clone(), value.clone());
            }
        }
    }
}
