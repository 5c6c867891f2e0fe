//! Creating, replacing and deleting the identities of devices.

use std::collections::BTreeMap;

use wire::{
    error::{ErrorCode, ServiceError},
    rest::{DeviceIdentity, DeviceIdentityUpdate, DeviceStatus, Keys, ModuleIdentity},
    timestamp::Timestamp,
};

use super::{
    Device, Module, authentication,
    edge::{MANAGER, Place, SYSTEM_MODULES},
    unknown_device,
};
use crate::{
    close_reason::CloseReason,
    cloud_to_device::Queue,
    connection::Identity,
    entity::IfMatch,
    hub::Hub,
    random::Random,
    store::{Change, Kind},
    twin::Twin,
};

impl Hub {
    /// Creates an identity if the request has no `If-Match`, and replaces one that exists if it has.
    /// Whatever the request leaves out is set anew, keys included.
    pub(crate) fn put_device(
        &mut self,
        now: Timestamp,
        id: &str,
        update: DeviceIdentityUpdate,
        if_match: &IfMatch,
    ) -> Result<(), ServiceError> {
        if *if_match == IfMatch::Absent {
            self.create_device(now, id, update, Twin::new(now))
        } else {
            self.replace_device(now, id, update, if_match)
        }
    }

    /// Creates an identity under an id that is free, with its twin.
    pub(crate) fn create_device(
        &mut self,
        now: Timestamp,
        id: &str,
        update: DeviceIdentityUpdate,
        twin: Twin,
    ) -> Result<(), ServiceError> {
        let keys = update.validate(id)?;
        if self.registry.get(id).is_some() {
            return Err(ServiceError::new(
                ErrorCode::DeviceAlreadyExists,
                format!("A device with ID '{id}' is already registered."),
            ));
        }
        self.limits.check_devices(self.registry.count(), 1)?;
        let blank = DeviceIdentity {
            device_id: id.to_owned(),
            generation_id: self.registry.next_generation(now),
            ..DeviceIdentity::default()
        };
        let place = self.registry.place(&blank, &update)?;
        let identity = written(blank, now, &mut self.random, update, keys, place);
        let modules = self.system_modules(now, &identity);
        let own = Identity::device(id);
        let mut changes = vec![
            Change(Kind::Device(&identity)),
            Change(Kind::Twin(&own, &twin)),
        ];
        changes.extend(modules.iter().flat_map(Addition::changes));
        self.store.commit(&changes)?;
        self.about_to_change(now, id);
        let mut device = Device {
            identity,
            twin,
            queue: Queue::default(),
            modules: BTreeMap::new(),
        };
        device
            .modules
            .extend(modules.into_iter().map(Addition::into_entry));
        self.registry.insert(Box::new(device));
        Ok(())
    }

    /// Replaces an identity. Its twin, its modules and its messages stay.
    fn replace_device(
        &mut self,
        now: Timestamp,
        id: &str,
        update: DeviceIdentityUpdate,
        if_match: &IfMatch,
    ) -> Result<(), ServiceError> {
        let keys = update.validate(id)?;
        let former = self.registry.require(id)?.identity.clone();
        if_match.check(&former.etag)?;
        let place = self.registry.place(&former, &update)?;
        let identity = written(former, now, &mut self.random, update, keys, place);
        let modules = self.system_modules(now, &identity);
        let mut changes = vec![Change(Kind::Device(&identity))];
        changes.extend(modules.iter().flat_map(Addition::changes));
        self.store.commit(&changes)?;
        self.about_to_change(now, id);
        let is_disabled = identity.status == DeviceStatus::Disabled;
        if let Some(mut device) = self.registry.remove(id) {
            device.identity = identity;
            let modules = modules.into_iter().map(Addition::into_entry);
            device.modules.extend(modules);
            self.registry.insert(device);
        }
        if is_disabled {
            self.close_device(now, id, &CloseReason::DeviceDisabled);
        }
        Ok(())
    }

    /// Deletes an identity, and all that belongs to it. The request must say which version of it.
    pub(crate) fn delete_device(
        &mut self,
        now: Timestamp,
        id: &str,
        if_match: &IfMatch,
    ) -> Result<(), ServiceError> {
        if_match.demand()?;
        if_match.check(&self.registry.require(id)?.identity.etag)?;
        self.store.commit(&[Change(Kind::DeviceGone(id))])?;
        self.about_to_change(now, id);
        self.registry.remove(id);
        self.close_device(now, id, &CloseReason::DeviceDeleted);
        self.sessions.forget_device(id);
        self.end_calls_of_device(now, id, &unknown_device(id));
        Ok(())
    }

    /// The system modules that a device is still to get: none if it does not run IoT Edge.
    fn system_modules(&mut self, now: Timestamp, identity: &DeviceIdentity) -> Vec<Addition> {
        if !identity.capabilities.iot_edge {
            return Vec::new();
        }
        let missing = |id: &&str| {
            let device = self.registry.get(&identity.device_id);
            device.is_none_or(|device| !device.modules.contains_key(*id))
        };
        let missing: Vec<_> = SYSTEM_MODULES.into_iter().filter(missing).collect();
        missing
            .into_iter()
            .map(|id| self.system_module(now, &identity.device_id, id))
            .collect()
    }

    fn system_module(&mut self, now: Timestamp, device_id: &str, module_id: &str) -> Addition {
        let identity = ModuleIdentity {
            device_id: device_id.to_owned(),
            module_id: module_id.to_owned(),
            managed_by: Some(MANAGER.to_owned()),
            generation_id: self.registry.next_generation(now),
            etag: self.random.etag(),
            authentication: authentication(&mut self.random, None, Keys::Generate),
            ..ModuleIdentity::default()
        };
        Addition {
            name: Identity {
                device_id: device_id.to_owned(),
                module_id: Some(module_id.to_owned()),
            },
            module: Module {
                identity,
                twin: Twin::new(now),
            },
        }
    }
}

/// A module that comes with its device.
struct Addition {
    name: Identity,
    module: Module,
}

impl Addition {
    fn changes(&self) -> [Change<'_>; 2] {
        let Module { identity, twin } = &self.module;
        [
            Change(Kind::Module(identity)),
            Change(Kind::Twin(&self.name, twin)),
        ]
    }

    fn into_entry(self) -> (String, Box<Module>) {
        let id = self.module.identity.module_id.clone();
        (id, Box::new(self.module))
    }
}

/// The identity with what a request may write replaced.
fn written(
    former: DeviceIdentity,
    now: Timestamp,
    random: &mut Random,
    update: DeviceIdentityUpdate,
    keys: Keys,
    place: Place,
) -> DeviceIdentity {
    let status = update.status.unwrap_or_default();
    let status_updated_time = if status == former.status {
        former.status_updated_time
    } else {
        now
    };
    DeviceIdentity {
        status,
        status_updated_time,
        status_reason: update.status_reason,
        authentication: authentication(random, update.authentication, keys),
        capabilities: place.capabilities,
        device_scope: place.device_scope,
        parent_scopes: place.parent_scopes,
        etag: random.etag(),
        ..former
    }
}
