//! Putting back the identities that a snapshot tells of.

use std::collections::BTreeMap;

use wire::{
    rest::{DeviceIdentity, ModuleIdentity},
    timestamp::Timestamp,
};

use super::{Device, Module, Registry};
use crate::{cloud_to_device::Queue, connection::Identity, twin::Twin};

impl Registry {
    /// Puts back a device. One that is known keeps all that belongs to it; a new one gets an empty twin.
    pub(crate) fn restore_device(&mut self, identity: DeviceIdentity) {
        let generation = identity.generation_id.parse().unwrap_or_default();
        self.last_generation = self.last_generation.max(generation);
        let device = match self.remove(&identity.device_id) {
            Some(mut known) => {
                known.identity = identity;
                known
            }
            None => Box::new(Device {
                identity,
                twin: Twin::new(Timestamp::NEVER),
                queue: Queue::default(),
                modules: BTreeMap::new(),
            }),
        };
        self.insert(device);
    }

    /// Puts back a module of a known device.
    pub(crate) fn restore_module(&mut self, identity: ModuleIdentity) {
        let Some(device) = self.get_mut(&identity.device_id) else {
            return;
        };
        let known = device.modules.remove(&identity.module_id);
        let twin = known.map_or_else(|| Twin::new(Timestamp::NEVER), |module| module.twin);
        let module = Module { identity, twin };
        let id = module.identity.module_id.clone();
        device.modules.insert(id, Box::new(module));
    }

    /// Forgets a device and all that belongs to it.
    pub(crate) fn forget_device(&mut self, id: &str) {
        self.remove(id);
    }

    /// Forgets a module.
    pub(crate) fn forget_module(&mut self, id: &Identity) {
        if let (Some(device), Some(module)) = (self.get_mut(&id.device_id), &id.module_id) {
            device.modules.remove(module);
        }
    }

    /// Generation ids from now on are larger than this one.
    pub(crate) fn set_last_generation(&mut self, generation: u64) {
        self.last_generation = generation;
    }

    /// The largest generation id that was given.
    pub(crate) fn last_generation(&self) -> u64 {
        self.last_generation
    }
}
