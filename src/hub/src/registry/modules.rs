//! Creating, replacing and deleting the identities of modules.

use wire::{
    error::{ErrorCode, ServiceError},
    rest::{Keys, ModuleIdentity, ModuleIdentityUpdate},
    timestamp::Timestamp,
};

use super::{Module, authentication, unknown_module};
use crate::{
    close_reason::CloseReason,
    connection::Identity,
    entity::IfMatch,
    hub::Hub,
    random::Random,
    store::{Change, Kind},
    twin::Twin,
};

/// How many modules a device may have. (IoT Hub documentation: understand and use module twins.)
const MOST_MODULES: usize = 50;

impl Hub {
    /// Creates an identity if the request has no `If-Match`, and replaces one that exists if it has, as for devices.
    pub(crate) fn put_module(
        &mut self,
        now: Timestamp,
        id: &Identity,
        update: ModuleIdentityUpdate,
        if_match: &IfMatch,
    ) -> Result<(), ServiceError> {
        if *if_match == IfMatch::Absent {
            self.create_module(now, id, update, Twin::new(now))
        } else {
            self.replace_module(now, id, update, if_match)
        }
    }

    /// Creates an identity under an id that is free among the device's modules, with its twin.
    pub(crate) fn create_module(
        &mut self,
        now: Timestamp,
        id: &Identity,
        update: ModuleIdentityUpdate,
        twin: Twin,
    ) -> Result<(), ServiceError> {
        let (device_id, module_id) = id.names();
        let keys = update.validate(device_id, module_id)?;
        let modules = &self.registry.require(device_id)?.modules;
        if modules.contains_key(module_id) {
            let host_name = &self.options.host_name;
            return Err(ServiceError::new(
                ErrorCode::ModuleAlreadyExistsOnDevice,
                format!(
                    "Device {device_id} in IotHub {host_name} already contains Module {module_id}."
                ),
            ));
        }
        // The system modules of IoT Edge do not count.
        let count = modules.keys().filter(|id| !is_system_module(id)).count();
        if count >= MOST_MODULES {
            return Err(ServiceError::new(
                ErrorCode::TooManyModulesOnDevice,
                format!(
                    "Device {device_id} has {MOST_MODULES} modules, and a device has no more. Delete one first."
                ),
            ));
        }
        let blank = ModuleIdentity {
            device_id: device_id.to_owned(),
            module_id: module_id.to_owned(),
            generation_id: self.registry.next_generation(now),
            ..ModuleIdentity::default()
        };
        let identity = written(blank, &mut self.random, update, keys);
        self.store.commit(&[
            Change(Kind::Module(&identity)),
            Change(Kind::Twin(id, &twin)),
        ])?;
        self.about_to_change(now, device_id);
        if let Some(device) = self.registry.get_mut(device_id) {
            let module = Module { identity, twin };
            device
                .modules
                .insert(module_id.to_owned(), Box::new(module));
        }
        Ok(())
    }

    /// Replaces an identity. Its twin stays.
    fn replace_module(
        &mut self,
        now: Timestamp,
        id: &Identity,
        update: ModuleIdentityUpdate,
        if_match: &IfMatch,
    ) -> Result<(), ServiceError> {
        let (device_id, module_id) = id.names();
        let keys = update.validate(device_id, module_id)?;
        let device = self.registry.require(device_id)?;
        let former = &device.require_module(module_id)?.identity;
        if_match.check(&former.etag)?;
        let identity = written(former.clone(), &mut self.random, update, keys);
        self.store.commit(&[Change(Kind::Module(&identity))])?;
        self.about_to_change(now, device_id);
        if let Some(module) = self.registry.module_mut(id) {
            module.identity = identity;
        }
        Ok(())
    }

    /// Deletes an identity with its twin. The request must say which version of it.
    pub(crate) fn delete_module(
        &mut self,
        now: Timestamp,
        id: &Identity,
        if_match: &IfMatch,
    ) -> Result<(), ServiceError> {
        let (device_id, module_id) = id.names();
        if_match.demand()?;
        if is_system_module(module_id) {
            return Err(ServiceError::new(
                ErrorCode::InvalidOperation,
                format!("Module {module_id} is part of its IoT Edge device and goes only with it."),
            ));
        }
        let device = self.registry.require(device_id)?;
        if_match.check(&device.require_module(module_id)?.identity.etag)?;
        self.store.commit(&[Change(Kind::ModuleGone(id))])?;
        self.about_to_change(now, device_id);
        if let Some(device) = self.registry.get_mut(device_id) {
            device.modules.remove(module_id);
        }
        if let Some(connection) = self.connections.of(id) {
            self.close(now, connection, CloseReason::ModuleDeleted);
        }
        self.sessions.forget(id);
        self.end_calls(now, id, &unknown_module(device_id, module_id));
        Ok(())
    }
}

/// Whether a module is one of those that come and go with their device.
fn is_system_module(id: &str) -> bool {
    id.starts_with('$')
}

/// The identity with what a request may write replaced.
fn written(
    former: ModuleIdentity,
    random: &mut Random,
    update: ModuleIdentityUpdate,
    keys: Keys,
) -> ModuleIdentity {
    ModuleIdentity {
        managed_by: update.managed_by,
        authentication: authentication(random, update.authentication, keys),
        etag: random.etag(),
        ..former
    }
}
