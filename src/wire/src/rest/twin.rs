//! A twin as a service program reads it, and the changes it writes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::identity::null_as_default;
use super::{Capabilities, ConnectionState, DeviceStatus, X509Thumbprint};
use crate::timestamp::{self, Timestamp};

/// The twin of a device or of a module, as `GET /twins/…` and queries answer with it. Reading fills in what is not
/// there, or is `null`. (IoT Hub documentation: understand and use device twins.)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Twin {
    /// The device.
    pub device_id: String,
    /// The module, if the twin is a module's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module_id: Option<String>,
    /// Moves with every write to tags or desired properties; without quotes.
    pub etag: String,
    /// The entity tag of the identity.
    pub device_etag: String,
    /// Whether the device may connect.
    pub status: DeviceStatus,
    /// When `status` changed last.
    #[serde(with = "timestamp::iso")]
    pub status_update_time: Timestamp,
    /// Whether the device is connected.
    pub connection_state: ConnectionState,
    /// When the device last connected, sent or received.
    #[serde(with = "timestamp::iso")]
    pub last_activity_time: Timestamp,
    /// How many cloud-to-device messages wait for the device.
    pub cloud_to_device_message_count: u32,
    /// How the device proves who it is: `sas`, `selfSigned`, `certificateAuthority`.
    #[serde(deserialize_with = "null_as_default")]
    pub authentication_type: String,
    /// The device's certificates.
    #[serde(deserialize_with = "null_as_default")]
    pub x509_thumbprint: X509Thumbprint,
    /// The Plug and Play model that the device announced, empty if none.
    #[serde(deserialize_with = "null_as_default")]
    pub model_id: String,
    /// Rises with every write to tags, desired or reported properties.
    pub version: u64,
    /// What the service noted about the device. The device does not see it.
    #[serde(deserialize_with = "null_as_default")]
    pub tags: Map<String, Value>,
    /// Both property sections.
    #[serde(deserialize_with = "null_as_default")]
    pub properties: TwinProperties,
    /// What the device is.
    #[serde(deserialize_with = "null_as_default")]
    pub capabilities: Capabilities,
}

/// The two property sections of a twin, each with `$metadata` and `$version` among its members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TwinProperties {
    /// What the service wants.
    #[serde(deserialize_with = "null_as_default")]
    pub desired: Map<String, Value>,
    /// What the device says.
    #[serde(deserialize_with = "null_as_default")]
    pub reported: Map<String, Value>,
}
