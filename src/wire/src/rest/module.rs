//! The identity of a module of a device.

use serde::{Deserialize, Serialize};

use super::{Authentication, ConnectionState};
use crate::timestamp::{self, Timestamp};

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
