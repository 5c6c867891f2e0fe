//! The identity registry: which devices the hub knows.

use std::collections::{BTreeMap, btree_map::Entry};

use wire::{
    error::{ErrorCode, ServiceError},
    rest::{
        Authentication, AuthenticationType, ConnectionState, DeviceIdentity, DeviceIdentityUpdate,
        DeviceStatus, Keys, ModuleIdentity, SymmetricKey,
    },
    sas::SasToken,
    timestamp::Timestamp,
};

use crate::{
    cloud_to_device::Queue, entity::IfMatch, not_supported::not_supported, random::Random,
    twin::Twin,
};

/// .NET ticks, 100 ns each, from the year 1 to the Unix epoch: generation ids are counted in them.
const TICKS_TO_UNIX_EPOCH: u64 = 621_355_968_000_000_000;

/// All devices, by id. Ids are case-sensitive.
#[derive(Default)]
pub(crate) struct Registry {
    devices: BTreeMap<String, Device>,
    last_generation: u64,
}

/// A device that the hub knows.
pub(crate) struct Device {
    pub(crate) identity: DeviceIdentity,
    pub(crate) twin: Twin,
    pub(crate) queue: Queue,
    pub(crate) modules: BTreeMap<String, Module>,
}

/// A module of a device.
pub(crate) struct Module {
    pub(crate) identity: ModuleIdentity,
    pub(crate) twin: Twin,
}

impl Device {
    pub(crate) fn is_enabled(&self) -> bool {
        self.identity.status == DeviceStatus::Enabled
    }

    /// Whether one of the device's keys made the signature of a token.
    pub(crate) fn signed(&self, token: &SasToken) -> bool {
        let keys = &self.identity.authentication.symmetric_key;
        [&keys.primary_key, &keys.secondary_key]
            .into_iter()
            .flatten()
            .filter_map(|key| key.to_key().ok())
            .any(|key| token.verify(&key))
    }

    /// The device did something: it connected, sent or received.
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.identity.last_activity_time = now;
    }

    /// Replaces what a request may write.
    fn write(
        &mut self,
        now: Timestamp,
        random: &mut Random,
        update: DeviceIdentityUpdate,
        keys: Keys,
    ) {
        let (primary, secondary) = match keys {
            Keys::Generate => (random.key(), random.key()),
            Keys::Given { primary, secondary } => (primary, secondary),
        };
        let status = update.status.unwrap_or_default();
        let identity = &mut self.identity;
        if status != identity.status {
            identity.status_updated_time = now;
        }
        identity.status = status;
        identity.status_reason = update.status_reason;
        identity.authentication = Authentication {
            symmetric_key: SymmetricKey::new(&primary, &secondary),
            ..Authentication::default()
        };
        identity.etag = random.etag();
    }

    pub(crate) fn set_connected(&mut self, now: Timestamp, connected: bool) {
        self.identity.connection_state = if connected {
            ConnectionState::Connected
        } else {
            ConnectionState::Disconnected
        };
        self.identity.connection_state_updated_time = now;
        if connected {
            self.touch(now);
        }
    }
}

impl Registry {
    pub(crate) fn get(&self, id: &str) -> Option<&Device> {
        self.devices.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Device> {
        self.devices.get_mut(id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Device> {
        self.devices.values()
    }

    /// How many devices there are.
    pub(crate) fn count(&self) -> usize {
        self.devices.len()
    }

    /// The device, or the service's refusal.
    pub(crate) fn require(&self, id: &str) -> Result<&Device, ServiceError> {
        self.get(id).ok_or_else(|| unknown(id))
    }

    /// Creates an identity if the request has no `If-Match`, and replaces one that exists if it has.
    /// Whatever the request leaves out is set anew, keys included.
    pub(crate) fn put(
        &mut self,
        now: Timestamp,
        random: &mut Random,
        id: &str,
        update: DeviceIdentityUpdate,
        if_match: &IfMatch,
    ) -> Result<&DeviceIdentity, ServiceError> {
        let keys = update.validate(id)?;
        check_supported(&update)?;
        let device = if *if_match == IfMatch::Absent {
            self.create(now, id)?
        } else {
            let device = self.devices.get_mut(id).ok_or_else(|| unknown(id))?;
            if_match.check(&device.identity.etag)?;
            device
        };
        device.write(now, random, update, keys);
        Ok(&device.identity)
    }

    /// Puts an empty identity under an id that is free.
    fn create(&mut self, now: Timestamp, id: &str) -> Result<&mut Device, ServiceError> {
        let generation_id = self.next_generation(now);
        match self.devices.entry(id.to_owned()) {
            Entry::Occupied(_) => Err(ServiceError::new(
                ErrorCode::DeviceAlreadyExists,
                format!("A device with ID '{id}' is already registered."),
            )),
            Entry::Vacant(free) => Ok(free.insert(Device {
                identity: DeviceIdentity {
                    device_id: id.to_owned(),
                    generation_id,
                    ..DeviceIdentity::default()
                },
                twin: Twin::new(now),
                queue: Queue::default(),
                modules: BTreeMap::new(),
            })),
        }
    }

    /// Deletes an identity. The request must say which version of it.
    pub(crate) fn delete(&mut self, id: &str, if_match: &IfMatch) -> Result<(), ServiceError> {
        if *if_match == IfMatch::Absent {
            return Err(ServiceError::new(
                ErrorCode::PreconditionFailed,
                "Etag missing: send If-Match with it, or *.",
            ));
        }
        let device = self.require(id)?;
        if_match.check(&device.identity.etag)?;
        self.devices.remove(id);
        Ok(())
    }

    /// A number that no identity before had, so that an id that is deleted and created again can be told apart.
    fn next_generation(&mut self, now: Timestamp) -> String {
        let ticks = now
            .as_millis()
            .saturating_mul(10_000)
            .saturating_add(TICKS_TO_UNIX_EPOCH);
        self.last_generation = ticks.max(self.last_generation.saturating_add(1));
        self.last_generation.to_string()
    }
}

fn unknown(id: &str) -> ServiceError {
    ServiceError::new(
        ErrorCode::DeviceNotFound,
        format!("Device {id} not registered"),
    )
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
