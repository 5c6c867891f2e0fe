//! Many changes to the registry in one request.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Authentication, Capabilities, DeviceStatus};

/// The most items that one bulk request may hold.
pub const MAX_BULK_ITEMS: usize = 100;

/// One item of `POST /devices`. (IoT Hub documentation: REST API, bulk registry operations.)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BulkItem {
    /// The device.
    pub id: String,
    /// The module, if the item is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module_id: Option<String>,
    /// Who looks after the module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
    /// The entity tag of the identity, for the modes that compare it.
    #[serde(
        rename = "eTag",
        alias = "etag",
        skip_serializing_if = "Option::is_none"
    )]
    pub etag: Option<String>,
    /// What to do.
    pub import_mode: ImportMode,
    /// `enabled` if it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<DeviceStatus>,
    /// Up to 128 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_reason: Option<String>,
    /// If it is absent, the hub makes new keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Authentication>,
    /// The entity tag of the twin, for the mode that compares it.
    #[serde(
        rename = "twinETag",
        alias = "twinEtag",
        skip_serializing_if = "Option::is_none"
    )]
    pub twin_etag: Option<String>,
    /// The twin's tags, for the modes that write the twin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Map<String, Value>>,
    /// The twin's properties, for the modes that write the twin: only `desired` is the service's to write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Map<String, Value>>,
    /// Not an edge device if it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Capabilities>,
    /// The scope of the parent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_scope: Option<String>,
    /// The scopes of the parents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_scopes: Option<Vec<String>>,
}

/// What a bulk item asks for. It is read in any case: the SDK for Node.js writes `Update`, others `update`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum ImportMode {
    /// Creates an identity; the id must be free.
    #[default]
    Create,
    /// Replaces an identity, whatever its entity tag.
    Update,
    /// Replaces an identity that has this entity tag.
    UpdateIfMatchEtag,
    /// Deletes an identity, whatever its entity tag.
    Delete,
    /// Deletes an identity that has this entity tag.
    DeleteIfMatchEtag,
    /// Changes a twin, whatever its entity tag.
    UpdateTwin,
    /// Changes a twin that has this entity tag.
    UpdateTwinIfMatchEtag,
}

/// There is no import mode of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no import mode; expected one such as `create`, `update` or `delete`")]
pub struct UnknownImportMode(String);

impl ImportMode {
    const ALL: [Self; 7] = [
        Self::Create,
        Self::Update,
        Self::UpdateIfMatchEtag,
        Self::Delete,
        Self::DeleteIfMatchEtag,
        Self::UpdateTwin,
        Self::UpdateTwinIfMatchEtag,
    ];

    /// The mode as bodies have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::UpdateIfMatchEtag => "updateIfMatchETag",
            Self::Delete => "delete",
            Self::DeleteIfMatchEtag => "deleteIfMatchETag",
            Self::UpdateTwin => "updateTwin",
            Self::UpdateTwinIfMatchEtag => "updateTwinIfMatchETag",
        }
    }
}

impl TryFrom<String> for ImportMode {
    type Error = UnknownImportMode;

    fn try_from(name: String) -> Result<Self, UnknownImportMode> {
        let is_meant = |mode: &Self| mode.name().eq_ignore_ascii_case(&name);
        let found = Self::ALL.into_iter().find(is_meant);
        found.ok_or(UnknownImportMode(name))
    }
}

impl From<ImportMode> for &'static str {
    fn from(mode: ImportMode) -> Self {
        mode.name()
    }
}

/// The answer to `POST /devices`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BulkResult {
    /// Whether every item was carried out.
    pub is_successful: bool,
    /// The items that were not.
    pub errors: Vec<BulkError>,
    /// What else there is to say about items that were.
    pub warnings: Vec<BulkWarning>,
}

/// Why one item was not carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BulkError {
    /// The device.
    pub device_id: String,
    /// The number of the refusal, such as 409001.
    pub error_code: u32,
    /// The refusal in words.
    pub error_status: String,
    /// The module, if the item was about one.
    pub module_id: Option<String>,
    /// The item's import mode.
    pub operation: Option<String>,
}

/// What else there is to say about one item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BulkWarning {
    /// The device.
    pub device_id: String,
    /// The kind of warning.
    pub warning_code: String,
    /// The warning in words.
    pub warning_status: String,
}
