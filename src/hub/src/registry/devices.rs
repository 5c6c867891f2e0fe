//! Creating, replacing and deleting the identities of devices.

use std::collections::BTreeMap;

use wire::{
    error::{ErrorCode, ServiceError},
    rest::{
        Authentication, AuthenticationType, DeviceIdentity, DeviceIdentityUpdate, DeviceStatus,
        Keys,
    },
    timestamp::Timestamp,
};

use super::{Device, symmetric_key, unknown_device};
use crate::{
    close_reason::CloseReason,
    cloud_to_device::Queue,
    connection::Identity,
    entity::IfMatch,
    hub::Hub,
    not_supported::not_supported,
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
        check_supported(&update)?;
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
        let identity = written(blank, now, &mut self.random, update, keys);
        self.store.commit(&[
            Change(Kind::Device(&identity)),
            Change(Kind::Twin(&Identity::device(id), &twin)),
        ])?;
        self.registry.insert(Box::new(Device {
            identity,
            twin,
            queue: Queue::default(),
            modules: BTreeMap::new(),
        }));
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
        check_supported(&update)?;
        let former = &self.registry.require(id)?.identity;
        if_match.check(&former.etag)?;
        let identity = written(former.clone(), now, &mut self.random, update, keys);
        self.store.commit(&[Change(Kind::Device(&identity))])?;
        let is_disabled = identity.status == DeviceStatus::Disabled;
        if let Some(mut device) = self.registry.remove(id) {
            device.identity = identity;
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
        self.registry.remove(id);
        self.close_device(now, id, &CloseReason::DeviceDeleted);
        self.sessions.forget_device(id);
        self.end_calls_of_device(now, id, &unknown_device(id));
        Ok(())
    }
}

/// The identity with what a request may write replaced.
fn written(
    former: DeviceIdentity,
    now: Timestamp,
    random: &mut Random,
    update: DeviceIdentityUpdate,
    keys: Keys,
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
        authentication: Authentication {
            symmetric_key: symmetric_key(random, keys),
            ..Authentication::default()
        },
        etag: random.etag(),
        ..former
    }
}

/// Refuses the kinds of devices that are not built.
fn check_supported(update: &DeviceIdentityUpdate) -> Result<(), ServiceError> {
    let kind = update.authentication.as_ref().map(|it| it.kind);
    let has_scope = update
        .device_scope
        .as_ref()
        .is_some_and(|it| !it.is_empty());
    let has_parents = update
        .parent_scopes
        .as_ref()
        .is_some_and(|it| !it.is_empty());
    if kind.unwrap_or_default() != AuthenticationType::Sas {
        Err(not_supported(
            "devices that authenticate with X.509 certificates",
        ))
    } else if update.capabilities.unwrap_or_default().iot_edge {
        Err(not_supported("IoT Edge devices"))
    } else if has_scope || has_parents {
        Err(not_supported("devices behind an IoT Edge device"))
    } else {
        Ok(())
    }
}
