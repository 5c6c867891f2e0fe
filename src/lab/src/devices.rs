//! The devices as a page shows them, and what is new about them.

use std::time::Duration;

use client::device::Device;
use wire::{
    rest::{ConnectionState, DeviceIdentity, DeviceStatus},
    timestamp::Timestamp,
};

use crate::{by_name::ByName, fleet::Fleet, view::DeviceView, world::World};

/// Up to how many devices all of them are told whenever one has changed.
pub const FEW_DEVICES: usize = 100;

/// Of many devices, how much newer the last activity must be to be news by itself.
const STALE_ACTIVITY: Duration = Duration::from_secs(10);

/// What is new about the devices.
#[derive(Clone, Debug, PartialEq)]
pub enum DeviceNews {
    /// All devices, by id.
    All(Vec<DeviceView>),
    /// Of many devices, those that have changed, by id.
    Changed {
        /// New ones, and those that are other than they were.
        devices: Vec<DeviceView>,
        /// The ids of those that are no longer there.
        gone: Vec<String>,
    },
}

/// What was told of the devices, and what only a bench knows of them.
#[derive(Default)]
pub(crate) struct Devices {
    shown: ByName<DeviceView>,
    may_differ: bool,
    /// The devices that were switched on by hand, and the fleet.
    switched_on: ByName<Device>,
    fleet: Option<Fleet>,
}

impl Devices {
    pub(crate) fn may_have_changed(&mut self) {
        self.may_differ = true;
    }

    /// The client of a device that is switched on.
    pub(crate) fn switched_on(&self, device_id: &str) -> Option<&Device> {
        self.switched_on.get(device_id).map(AsRef::as_ref)
    }

    pub(crate) fn switch_on(&mut self, device_id: &str, device: Device) {
        let device = Box::new(device);
        self.switched_on.insert(device_id.to_owned(), device);
        self.may_differ = true;
    }

    /// Gives the client of a device that was on.
    pub(crate) fn switch_off(&mut self, device_id: &str) -> Option<Device> {
        self.may_differ = true;
        self.switched_on.remove(device_id).map(|device| *device)
    }

    fn is_switched_on(&self, device_id: &str) -> bool {
        self.switched_on.contains_key(device_id)
    }

    pub(crate) fn fleet(&self) -> Option<Fleet> {
        self.fleet
    }

    pub(crate) fn set_fleet(&mut self, fleet: Option<Fleet>) {
        self.fleet = fleet;
    }
}

impl World {
    /// What is new about the devices since this was asked last, if anything is.
    pub(crate) fn device_news(&mut self) -> Option<DeviceNews> {
        if !std::mem::take(&mut self.devices.may_differ) {
            return None;
        }
        let count = self.hub.device_count();
        let few = count <= FEW_DEVICES;
        let changed: Vec<DeviceView> = self
            .hub
            .devices()
            .filter(|identity| {
                let shown = self.devices.shown.get(&identity.device_id);
                shown.is_none_or(|shown| !self.is_as_shown(identity, shown, few))
            })
            .map(|identity| self.view_of_device(identity))
            .collect();
        let shown = &self.devices.shown;
        let added = changed
            .iter()
            .filter(|it| !shown.contains_key(&it.device_id));
        let gone: Vec<String> = if shown.len() + added.count() == count {
            Vec::new()
        } else {
            let ids = shown.keys().filter(|id| self.hub.device(id).is_none());
            ids.cloned().collect()
        };
        if changed.is_empty() && gone.is_empty() {
            return None;
        }
        let had_few = self.devices.shown.len() <= FEW_DEVICES;
        for id in &gone {
            self.devices.shown.remove(id);
        }
        for device in &changed {
            let id = device.device_id.clone();
            self.devices.shown.insert(id, Box::new(device.clone()));
        }
        Some(if few || had_few {
            let shown = self.devices.shown.values();
            DeviceNews::All(shown.map(|it| DeviceView::clone(it)).collect())
        } else {
            DeviceNews::Changed {
                devices: changed,
                gone,
            }
        })
    }

    fn is_as_shown(&self, identity: &DeviceIdentity, shown: &DeviceView, exactly: bool) -> bool {
        let id = &identity.device_id;
        let activity = identity.last_activity_time;
        let newer = activity.since(shown.last_activity);
        let is_stale = match shown.last_activity {
            Timestamp::NEVER => activity != Timestamp::NEVER,
            _ => newer > STALE_ACTIVITY || (exactly && activity != shown.last_activity),
        };
        !is_stale
            && shown.enabled == is_enabled(identity)
            && shown.connected == is_connected(identity)
            && shown.plugged == self.is_plugged(id)
            && shown.switched_on == self.devices.is_switched_on(id)
            && shown.queued == queued(identity)
            && shown.etag == identity.etag
            && shown.generation_id == identity.generation_id
    }

    fn view_of_device(&self, identity: &DeviceIdentity) -> DeviceView {
        DeviceView {
            device_id: identity.device_id.clone(),
            enabled: is_enabled(identity),
            connected: is_connected(identity),
            plugged: self.is_plugged(&identity.device_id),
            last_activity: identity.last_activity_time,
            generation_id: identity.generation_id.clone(),
            etag: identity.etag.clone(),
            queued: queued(identity),
            switched_on: self.devices.is_switched_on(&identity.device_id),
        }
    }
}

fn is_enabled(identity: &DeviceIdentity) -> bool {
    identity.status == DeviceStatus::Enabled
}

fn is_connected(identity: &DeviceIdentity) -> bool {
    identity.connection_state == ConnectionState::Connected
}

fn queued(identity: &DeviceIdentity) -> usize {
    usize::try_from(identity.cloud_to_device_message_count).unwrap_or(usize::MAX)
}
