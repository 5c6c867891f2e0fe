//! The identity of a module of a device.

use serde::{Deserialize, Serialize};

use super::{Authentication, ConnectionState, Keys, is_valid_device_id};
use crate::{
    error::{ErrorCode, ServiceError},
    timestamp::{self, Timestamp},
};

/// A module's identity as the registry answers with it. Every field is always written, the absent ones as `null`;
/// reading fills in what is not there. A module has no status of its own: it may connect if its device may.
/// (IoT Hub documentation: understand and use module twins.)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ModuleIdentity {
    /// Names the module among those of its device.
    pub module_id: String,
    /// Who looks after the module, as its creator wrote it.
    pub managed_by: Option<String>,
    /// The device that the module belongs to.
    pub device_id: String,
    /// New whenever an id is created, also once more.
    pub generation_id: String,
    /// Moves with every write to the identity; without quotes.
    pub etag: String,
    /// Whether the module is connected.
    pub connection_state: ConnectionState,
    /// When `connection_state` changed last.
    #[serde(with = "timestamp::iso")]
    pub connection_state_updated_time: Timestamp,
    /// When the module last connected, sent or received.
    #[serde(with = "timestamp::iso")]
    pub last_activity_time: Timestamp,
    /// How many cloud-to-device messages wait for the module: none, as modules have no queue here.
    pub cloud_to_device_message_count: u32,
    /// How the module proves who it is.
    pub authentication: Authentication,
}

/// What the body of a request to create or replace a module's identity may hold. What else a body holds is the hub's
/// own to say, and is passed over: programs send back the whole identity they read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ModuleIdentityUpdate {
    /// Must be the module's id in the path.
    pub module_id: Option<String>,
    /// Must be the device's id in the path, if it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// Passed over: only the `If-Match` header counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Nobody if it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
    /// If it is absent, the hub makes new keys, also for a module that has some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Authentication>,
}

impl ModuleIdentityUpdate {
    /// Checks everything that can be checked without knowing the registry, and reads the keys it asks for. The ids are
    /// the decoded ones of the path.
    pub fn validate(&self, device_id: &str, module_id: &str) -> Result<Keys, ServiceError> {
        let invalid = |message| Err(ServiceError::new(ErrorCode::ArgumentInvalid, message));
        if !is_valid_device_id(module_id) {
            return invalid(
                "A module id has 1 to 128 characters: ASCII letters, digits and \
                 - . + % _ # * ? ! ( ) , : = @ $ '",
            );
        }
        if module_id.starts_with('$') {
            return invalid("Module ids that begin with $ are the hub's own. Choose another.");
        }
        if self.module_id.as_deref() != Some(module_id) {
            return invalid(
                "moduleId in the body must be there and be the same as the module id in the path.",
            );
        }
        if self
            .device_id
            .as_deref()
            .is_some_and(|given| given != device_id)
        {
            return invalid("deviceId in the body must be the same as the device id in the path.");
        }
        self.authentication
            .as_ref()
            .map_or(Ok(Keys::Generate), Authentication::requested)
    }
}

impl From<&ModuleIdentity> for ModuleIdentityUpdate {
    /// The request that leaves everything as it is.
    fn from(identity: &ModuleIdentity) -> Self {
        Self {
            module_id: Some(identity.module_id.clone()),
            device_id: Some(identity.device_id.clone()),
            etag: Some(identity.etag.clone()),
            managed_by: identity.managed_by.clone(),
            authentication: Some(identity.authentication.clone()),
        }
    }
}
