//! The identity registry: which devices the hub knows.

use std::collections::BTreeMap;

use wire::{
    error::{ErrorCode, ServiceError},
    rest::{
        Authentication, AuthenticationType, ConnectionState, DeviceIdentity, DeviceIdentityUpdate,
        DeviceStatus, Keys, SymmetricKey,
    },
    sas::SharedAccessKey,
    timestamp::Timestamp,
};

use crate::{entity::IfMatch, random::Random};

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
}

impl Device {
    pub(crate) fn is_enabled(&self) -> bool {
        self.identity.status == DeviceStatus::Enabled
    }

    /// The two keys, either of which verifies.
    pub(crate) fn keys(&self) -> Vec<SharedAccessKey> {
        let keys = &self.identity.authentication.symmetric_key;
        [&keys.primary_key, &keys.secondary_key]
            .into_iter()
            .filter_map(|key| key.as_ref()?.to_key().ok())
            .collect()
    }

    /// The device did something: it connected, sent or received.
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.identity.last_activity_time = now;
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
        let authentication = sas_authentication(&update, keys, random)?;
        require_no_edge(&update)?;
        let former = self.devices.get(id).map(|device| device.identity.clone());
        let base = match (former, if_match) {
            (None, IfMatch::Absent) => DeviceIdentity {
                device_id: id.to_owned(),
                generation_id: self.next_generation(now),
                ..DeviceIdentity::default()
            },
            (Some(_), IfMatch::Absent) => {
                return Err(ServiceError::new(
                    ErrorCode::DeviceAlreadyExists,
                    format!("A device with ID '{id}' is already registered."),
                ));
            }
            (None, _) => return Err(unknown(id)),
            (Some(former), asked) => {
                asked.check(&former.etag)?;
                former
            }
        };
        let status = update.status.unwrap_or_default();
        let identity = DeviceIdentity {
            etag: random.etag(),
            status_updated_time: if status == base.status {
                base.status_updated_time
            } else {
                now
            },
            status,
            status_reason: update.status_reason,
            authentication,
            device_scope: update.device_scope.unwrap_or_default(),
            parent_scopes: update.parent_scopes.unwrap_or_default(),
            ..base
        };
        let device = self
            .devices
            .entry(id.to_owned())
            .insert_entry(Device { identity })
            .into_mut();
        Ok(&device.identity)
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

fn sas_authentication(
    update: &DeviceIdentityUpdate,
    keys: Keys,
    random: &mut Random,
) -> Result<Authentication, ServiceError> {
    let kind = update
        .authentication
        .as_ref()
        .map(|authentication| authentication.kind)
        .unwrap_or_default();
    if kind != AuthenticationType::Sas {
        return Err(not_supported(
            "devices that authenticate with X.509 certificates",
        ));
    }
    let (primary, secondary) = match keys {
        Keys::Generate => (random.key(), random.key()),
        Keys::Given { primary, secondary } => (primary, secondary),
    };
    Ok(Authentication {
        symmetric_key: SymmetricKey::new(&primary, &secondary),
        ..Authentication::default()
    })
}

fn require_no_edge(update: &DeviceIdentityUpdate) -> Result<(), ServiceError> {
    match update.capabilities {
        Some(capabilities) if capabilities.iot_edge => Err(not_supported("IoT Edge devices")),
        _ => Ok(()),
    }
}

/// The refusal of something that this hub does not do, by its name.
pub(crate) fn not_supported(operation: &str) -> ServiceError {
    ServiceError::new(
        ErrorCode::NotSupported,
        format!("This hub does not support {operation} yet."),
    )
}
