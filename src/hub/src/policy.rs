//! Shared access policies: names, keys, and what each may do.

use serde::{Deserialize, Serialize};
use wire::{
    rest::SymmetricKey,
    sas::{SasToken, SharedAccessKey},
};

use crate::random::Random;

/// A right that a policy can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Permission {
    /// Reading device and module identities.
    RegistryRead,
    /// Writing device and module identities.
    RegistryWrite,
    /// Everything else that a service does: reading telemetry, sending to devices, twins, queries.
    ServiceConnect,
    /// Connecting as a device.
    DeviceConnect,
}

/// A shared access policy of a hub.
#[derive(Clone, Debug)]
pub struct AccessPolicy {
    /// The policy's name, `skn` in tokens.
    pub name: String,
    /// The first of two keys that are worth the same.
    pub primary_key: SharedAccessKey,
    /// The second.
    pub secondary_key: SharedAccessKey,
    /// What whoever holds a key may do.
    pub permissions: Vec<Permission>,
}

impl AccessPolicy {
    /// Whether the policy holds a right.
    pub fn permits(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// Whether one of the policy's keys made the signature of a token.
    pub(crate) fn signed(&self, token: &SasToken) -> bool {
        token.verify(&self.primary_key) || token.verify(&self.secondary_key)
    }
}

/// A policy as a line of a snapshot holds it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PolicyRecord {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) keys: Option<SymmetricKey>,
    pub(crate) permissions: Vec<Permission>,
}

impl PolicyRecord {
    pub(crate) fn new(policy: &AccessPolicy, keys: bool) -> Self {
        Self {
            name: policy.name.clone(),
            keys: keys.then(|| SymmetricKey::new(&policy.primary_key, &policy.secondary_key)),
            permissions: policy.permissions.clone(),
        }
    }
}

/// The five policies that every new hub has.
pub(crate) fn default_policies(random: &mut Random) -> Vec<AccessPolicy> {
    use Permission::{DeviceConnect, RegistryRead, RegistryWrite, ServiceConnect};
    let rows: [(&str, &[Permission]); 5] = [
        (
            "iothubowner",
            &[RegistryRead, RegistryWrite, ServiceConnect, DeviceConnect],
        ),
        ("service", &[ServiceConnect]),
        ("device", &[DeviceConnect]),
        ("registryRead", &[RegistryRead]),
        ("registryReadWrite", &[RegistryRead, RegistryWrite]),
    ];
    rows.map(|(name, permissions)| AccessPolicy {
        name: name.to_owned(),
        primary_key: random.key(),
        secondary_key: random.key(),
        permissions: permissions.to_vec(),
    })
    .into()
}
