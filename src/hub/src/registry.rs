//! The identity registry: which devices and modules the hub knows.

mod devices;
mod edge;
mod modules;
mod restore;

use std::{collections::BTreeMap, ops::Bound};

use wire::{
    error::{ErrorCode, ServiceError},
    rest::{
        Authentication, AuthenticationType, ConnectionState, DeviceIdentity, DeviceStatus, Keys,
        ModuleIdentity, RegistryStatistics, ServiceStatistics, SymmetricKey,
    },
    sas::SasToken,
    timestamp::Timestamp,
};

use crate::{cloud_to_device::Queue, connection::Identity, random::Random, twin::Twin};

/// .NET ticks, 100 ns each, from the year 1 to the Unix epoch: generation ids are counted in them.
const TICKS_TO_UNIX_EPOCH: u64 = 621_355_968_000_000_000;

/// All devices, by id. Ids are case-sensitive.
#[derive(Default)]
pub(crate) struct Registry {
    /// Boxed, as the map keeps room for more entries than it has.
    devices: BTreeMap<String, Box<Device>>,
    /// How many of the devices are disabled, and how many are connected.
    disabled: usize,
    connected: usize,
    last_generation: u64,
}

/// A device that the hub knows.
pub(crate) struct Device {
    pub(crate) identity: DeviceIdentity,
    pub(crate) twin: Twin,
    pub(crate) queue: Queue,
    pub(crate) modules: BTreeMap<String, Box<Module>>,
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

    /// Whether the device proves who it is by a token; otherwise it does by a certificate.
    pub(crate) fn has_keys(&self) -> bool {
        self.identity.authentication.kind == AuthenticationType::Sas
    }

    fn is_connected(&self) -> bool {
        self.identity.connection_state == ConnectionState::Connected
    }

    /// Whether one of the device's keys made the signature of a token.
    pub(crate) fn signed(&self, token: &SasToken) -> bool {
        signed(&self.identity.authentication, token)
    }

    /// The device did something: it connected, sent or received.
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.identity.last_activity_time = now;
    }

    /// A module of the device, or the service's refusal.
    pub(crate) fn require_module(&self, module_id: &str) -> Result<&Module, ServiceError> {
        let module = self.modules.get(module_id).map(Box::as_ref);
        module.ok_or_else(|| unknown_module(&self.identity.device_id, module_id))
    }
}

impl Module {
    /// Whether the module proves who it is by a token; otherwise it does by a certificate.
    pub(crate) fn has_keys(&self) -> bool {
        self.identity.authentication.kind == AuthenticationType::Sas
    }

    /// Whether one of the module's keys made the signature of a token.
    pub(crate) fn signed(&self, token: &SasToken) -> bool {
        signed(&self.identity.authentication, token)
    }
}

impl Registry {
    pub(crate) fn get(&self, id: &str) -> Option<&Device> {
        self.devices.get(id).map(Box::as_ref)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Device> {
        self.devices.get_mut(id).map(Box::as_mut)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Device> {
        self.devices.values().map(Box::as_ref)
    }

    /// How many devices there are.
    pub(crate) fn count(&self) -> usize {
        self.devices.len()
    }

    /// The devices from an id on, by id.
    pub(crate) fn from<'a>(
        &'a self,
        id: Bound<&str>,
    ) -> impl Iterator<Item = &'a Device> + use<'a> {
        let range = self.devices.range::<str, _>((id, Bound::Unbounded));
        range.map(|(_, device)| device.as_ref())
    }

    /// The device, or the service's refusal.
    pub(crate) fn require(&self, id: &str) -> Result<&Device, ServiceError> {
        self.get(id).ok_or_else(|| unknown_device(id))
    }

    /// Refuses an identity that is not there.
    pub(crate) fn require_identity(&self, identity: &Identity) -> Result<(), ServiceError> {
        let device = self.require(&identity.device_id)?;
        if let Some(module_id) = &identity.module_id {
            device.require_module(module_id)?;
        }
        Ok(())
    }

    /// The twin of an identity, or the service's refusal.
    pub(crate) fn require_twin(&self, identity: &Identity) -> Result<&Twin, ServiceError> {
        let device = self.require(&identity.device_id)?;
        match &identity.module_id {
            None => Ok(&device.twin),
            // The service has no code of its own for the twin of a module that is not there.
            Some(id) => match device.modules.get(id) {
                Some(module) => Ok(&module.twin),
                None => Err(ServiceError::new(
                    ErrorCode::DeviceNotFound,
                    format!(
                        "Module {id} on device {} not registered",
                        identity.device_id
                    ),
                )),
            },
        }
    }

    /// What tells an identity from one of the same id before it.
    pub(crate) fn generation_id(&self, identity: &Identity) -> Option<&str> {
        let device = self.get(&identity.device_id)?;
        match &identity.module_id {
            None => Some(&device.identity.generation_id),
            Some(id) => Some(&device.modules.get(id)?.identity.generation_id),
        }
    }

    /// The generation of an identity, and when it last did something.
    pub(crate) fn activity_mut(&mut self, identity: &Identity) -> Option<(&str, &mut Timestamp)> {
        let device = self.get_mut(&identity.device_id)?;
        let Some(module_id) = &identity.module_id else {
            let DeviceIdentity {
                generation_id,
                last_activity_time,
                ..
            } = &mut device.identity;
            return Some((generation_id, last_activity_time));
        };
        let ModuleIdentity {
            generation_id,
            last_activity_time,
            ..
        } = &mut device.modules.get_mut(module_id)?.identity;
        Some((generation_id, last_activity_time))
    }

    /// A module.
    fn module_mut(&mut self, identity: &Identity) -> Option<&mut Module> {
        let module_id = identity.module_id.as_ref()?;
        self.get_mut(&identity.device_id)?
            .modules
            .get_mut(module_id)
            .map(Box::as_mut)
    }

    /// The twin of an identity.
    pub(crate) fn twin_mut(&mut self, identity: &Identity) -> Option<&mut Twin> {
        match identity.module_id {
            None => Some(&mut self.get_mut(&identity.device_id)?.twin),
            Some(_) => Some(&mut self.module_mut(identity)?.twin),
        }
    }

    /// An identity did something: it connected, sent or received.
    pub(crate) fn touch(&mut self, identity: &Identity, now: Timestamp) {
        if let Some(module) = self.module_mut(identity) {
            module.identity.last_activity_time = now;
        } else if identity.module_id.is_none()
            && let Some(device) = self.get_mut(&identity.device_id)
        {
            device.touch(now);
        }
    }

    /// An identity connected, or its connection ended.
    pub(crate) fn set_connected(&mut self, identity: &Identity, now: Timestamp, connected: bool) {
        let state = if connected {
            ConnectionState::Connected
        } else {
            ConnectionState::Disconnected
        };
        if let Some(module) = self.module_mut(identity) {
            module.identity.connection_state = state;
            module.identity.connection_state_updated_time = now;
        } else if identity.module_id.is_none() {
            self.set_device_state(&identity.device_id, now, state);
        }
        if connected {
            self.touch(identity, now);
        }
    }

    fn set_device_state(&mut self, device_id: &str, now: Timestamp, state: ConnectionState) {
        let Some(device) = self.devices.get_mut(device_id) else {
            return;
        };
        self.connected -= usize::from(device.is_connected());
        device.identity.connection_state = state;
        device.identity.connection_state_updated_time = now;
        self.connected += usize::from(device.is_connected());
    }

    /// How many devices there are.
    pub(crate) fn statistics(&self) -> RegistryStatistics {
        let (total, disabled) = (self.devices.len(), self.disabled);
        RegistryStatistics {
            total_device_count: total as u64,
            enabled_device_count: total.saturating_sub(disabled) as u64,
            disabled_device_count: disabled as u64,
        }
    }

    /// How many devices are connected. Modules do not count.
    pub(crate) fn service_statistics(&self) -> ServiceStatistics {
        ServiceStatistics {
            connected_device_count: self.connected as u64,
        }
    }

    /// Puts a device in place of the one with its id, if there is one.
    fn insert(&mut self, device: Box<Device>) {
        self.remove(&device.identity.device_id);
        self.disabled += usize::from(!device.is_enabled());
        self.connected += usize::from(device.is_connected());
        self.devices
            .insert(device.identity.device_id.clone(), device);
    }

    fn remove(&mut self, id: &str) -> Option<Box<Device>> {
        let device = self.devices.remove(id)?;
        self.disabled -= usize::from(!device.is_enabled());
        self.connected -= usize::from(device.is_connected());
        Some(device)
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

/// The refusal of a device that is not there.
pub(crate) fn unknown_device(id: &str) -> ServiceError {
    ServiceError::new(
        ErrorCode::DeviceNotFound,
        format!("Device {id} not registered"),
    )
}

/// The refusal of a module that is not there.
pub(crate) fn unknown_module(device_id: &str, module_id: &str) -> ServiceError {
    ServiceError::new(
        ErrorCode::ModuleNotFound,
        format!("Module {module_id} of device {device_id} not registered"),
    )
}

/// Whether one of two keys made the signature of a token. Who has certificates has no keys.
fn signed(authentication: &Authentication, token: &SasToken) -> bool {
    let keys = &authentication.symmetric_key;
    [&keys.primary_key, &keys.secondary_key]
        .into_iter()
        .flatten()
        .filter_map(|key| key.to_key().ok())
        .any(|key| token.verify(&key))
}

/// The authentication that a request asks for, with keys made or given. Only the own means of its type are kept.
fn authentication(
    random: &mut Random,
    requested: Option<Authentication>,
    keys: Keys,
) -> Authentication {
    let requested = requested.unwrap_or_default();
    let symmetric_key = match keys {
        Keys::None => SymmetricKey::default(),
        Keys::Generate => SymmetricKey::new(&random.key(), &random.key()),
        Keys::Given { primary, secondary } => SymmetricKey::new(&primary, &secondary),
    };
    match requested.kind {
        // A module without authentication is one with keys for the service.
        AuthenticationType::Sas | AuthenticationType::None => Authentication {
            symmetric_key,
            ..Authentication::default()
        },
        AuthenticationType::SelfSigned => Authentication {
            symmetric_key,
            ..requested
        },
        AuthenticationType::CertificateAuthority => Authentication {
            symmetric_key,
            kind: requested.kind,
            ..Authentication::default()
        },
    }
}
