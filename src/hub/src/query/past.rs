//! Twins as they were a while ago: on the service, a query does not see a change at once.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use wire::timestamp::Timestamp;

use super::rows::Rows;
use crate::{
    cloud_to_device::Queue,
    hub::Hub,
    registry::{Device, Module, Registry},
};

/// What changed within the time that queries lag behind. Without a lag it is empty.
#[derive(Default)]
pub(crate) struct Past {
    /// In the order in which they happened, and so in the order in which they come to be seen.
    changes: VecDeque<Unseen>,
}

/// A change that queries do not see yet.
struct Unseen {
    /// When they see it.
    from: Timestamp,
    device_id: String,
    /// What they see until then; `None` if the device was not there.
    before: Option<Box<Device>>,
}

impl Past {
    /// Lets go of what queries see by now.
    pub(crate) fn forget(&mut self, now: Timestamp) {
        while self.changes.front().is_some_and(|it| it.from <= now) {
            self.changes.pop_front();
        }
    }

    /// When queries see the next change.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.changes.front().map(|change| change.from)
    }

    /// Lets all changes be seen at `latest` or before, and lets go of what queries see by now.
    pub(crate) fn hasten(&mut self, now: Timestamp, latest: Timestamp) {
        for change in &mut self.changes {
            change.from = change.from.min(latest);
        }
        self.forget(now);
    }

    fn remember(&mut self, now: Timestamp, lag: Duration, registry: &Registry, device_id: &str) {
        self.forget(now);
        self.changes.push_back(Unseen {
            from: now.plus(lag),
            device_id: device_id.to_owned(),
            before: registry.get(device_id).map(|it| Box::new(copy(it))),
        });
    }

    /// What queries see.
    fn rows<'a>(&'a self, registry: &'a Registry) -> Rows<'a> {
        if self.changes.is_empty() {
            return Rows::Registry(registry);
        }
        let mut before: BTreeMap<&str, Option<&Device>> = BTreeMap::new();
        for change in &self.changes {
            // The first change of a device knows what it was before all of them.
            before
                .entry(&change.device_id)
                .or_insert(change.before.as_deref());
        }
        let unchanged = registry
            .iter()
            .filter(|it| !before.contains_key(it.identity.device_id.as_str()));
        let mut devices: Vec<&Device> = unchanged
            .chain(before.values().copied().flatten())
            .collect();
        devices.sort_by(|one, other| one.identity.device_id.cmp(&other.identity.device_id));
        Rows::Seen(devices)
    }
}

/// A device without its messages, which no query sees.
fn copy(device: &Device) -> Device {
    let copies = device.modules.iter().map(|(id, module)| {
        let module = Module {
            identity: module.identity.clone(),
            twin: module.twin.clone(),
        };
        (id.clone(), Box::new(module))
    });
    // Not collected: that would sort what is in order already.
    let mut modules = BTreeMap::new();
    modules.extend(copies);
    Device {
        identity: device.identity.clone(),
        twin: device.twin.clone(),
        queue: Queue::default(),
        modules,
    }
}

impl Hub {
    /// A device's identity, its twin or one of its modules is about to change, to appear or to go: keeps what queries
    /// are to see for a while yet. It does no harm if the change then fails.
    pub(crate) fn about_to_change(&mut self, now: Timestamp, device_id: &str) {
        let lag = self.options.query_lag;
        if !lag.is_zero() {
            self.past.remember(now, lag, &self.registry, device_id);
        }
    }

    /// What queries see now.
    pub(crate) fn rows(&mut self, now: Timestamp) -> Rows<'_> {
        self.past.forget(now);
        self.past.rows(&self.registry)
    }
}
