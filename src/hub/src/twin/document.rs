//! Twins as service programs read them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Serialize, Serializer, ser::SerializeMap};
use wire::rest::{AuthenticationType, Capabilities, ConnectionState, DeviceStatus, X509Thumbprint};

use super::{
    Section, Twin,
    tree::{Object, Plain, PlainValue, Value, Written},
};
use crate::registry::{Device, Module};

/// The twin of a device as `GET /twins/{device}` answers with it.
pub(crate) struct DeviceDocument<'a>(pub(crate) &'a Device);

/// The twin of a module as `GET /twins/{device}/modules/{module}` answers with it.
pub(crate) struct ModuleDocument<'a> {
    pub(crate) device: &'a Device,
    pub(crate) module: &'a Module,
}

/// The entity tag of a twin: base64 of the counter's eight bytes, without quotes.
pub(crate) fn etag_text(count: u64) -> String {
    STANDARD.encode(count.to_be_bytes())
}

/// The order of the members is the service's.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    device_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    module_id: Option<&'a str>,
    etag: String,
    device_etag: &'a str,
    status: DeviceStatus,
    status_update_time: String,
    connection_state: ConnectionState,
    last_activity_time: String,
    cloud_to_device_message_count: u32,
    authentication_type: AuthenticationType,
    x509_thumbprint: &'a X509Thumbprint,
    model_id: &'a str,
    version: u64,
    #[serde(skip_serializing_if = "is_empty")]
    tags: Plain<'a>,
    properties: Properties<'a>,
    capabilities: Capabilities,
    #[serde(skip_serializing_if = "str::is_empty")]
    device_scope: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    parent_scopes: &'a [String],
}

#[derive(Serialize)]
struct Properties<'a> {
    desired: WithMetadata<'a>,
    reported: WithMetadata<'a>,
}

fn is_empty(tags: &Plain<'_>) -> bool {
    tags.0.is_empty()
}

impl Serialize for DeviceDocument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Device { identity, twin, .. } = self.0;
        Document {
            device_id: &identity.device_id,
            module_id: None,
            etag: etag_text(twin.etag),
            device_etag: &identity.etag,
            status: identity.status,
            status_update_time: identity.status_updated_time.to_iso(),
            connection_state: identity.connection_state,
            last_activity_time: identity.last_activity_time.to_iso(),
            cloud_to_device_message_count: identity.cloud_to_device_message_count,
            authentication_type: identity.authentication.kind,
            x509_thumbprint: &identity.authentication.x509_thumbprint,
            model_id: &twin.model_id,
            version: twin.version,
            tags: Plain(&twin.tags),
            properties: twin.properties(),
            capabilities: identity.capabilities,
            device_scope: &identity.device_scope,
            parent_scopes: &identity.parent_scopes,
        }
        .serialize(serializer)
    }
}

impl Serialize for ModuleDocument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Module { identity, twin } = self.module;
        let device = &self.device.identity;
        Document {
            device_id: &identity.device_id,
            module_id: Some(&identity.module_id),
            etag: etag_text(twin.etag),
            device_etag: &identity.etag,
            status: device.status,
            status_update_time: device.status_updated_time.to_iso(),
            connection_state: identity.connection_state,
            last_activity_time: identity.last_activity_time.to_iso(),
            cloud_to_device_message_count: identity.cloud_to_device_message_count,
            authentication_type: identity.authentication.kind,
            x509_thumbprint: &identity.authentication.x509_thumbprint,
            model_id: &twin.model_id,
            version: twin.version,
            tags: Plain(&twin.tags),
            properties: twin.properties(),
            capabilities: Capabilities::default(),
            device_scope: "",
            parent_scopes: &[],
        }
        .serialize(serializer)
    }
}

impl Twin {
    fn properties(&self) -> Properties<'_> {
        Properties {
            desired: WithMetadata {
                section: &self.desired,
                versions: true,
            },
            reported: WithMetadata {
                section: &self.reported,
                versions: false,
            },
        }
    }

    /// The two sections that a device sees of its twin, without metadata.
    pub(super) fn for_device(&self) -> impl Serialize {
        ForDevice {
            desired: WithVersion(&self.desired),
            reported: WithVersion(&self.reported),
        }
    }
}

#[derive(Serialize)]
struct ForDevice<'a> {
    desired: WithVersion<'a>,
    reported: WithVersion<'a>,
}

/// A section with `$version` behind its members.
struct WithVersion<'a>(&'a Section);

impl Serialize for WithVersion<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Section { root, written } = self.0;
        let mut map = serializer.serialize_map(None)?;
        for (name, node) in root.iter() {
            map.serialize_entry(name, &PlainValue(&node.value))?;
        }
        map.serialize_entry("$version", &written.version)?;
        map.end()
    }
}

/// A section with `$metadata` and `$version` behind its members.
struct WithMetadata<'a> {
    section: &'a Section,
    /// Whether the metadata says by which version each value was written: it does for desired properties alone.
    versions: bool,
}

impl Serialize for WithMetadata<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Section { root, written } = self.section;
        let mut map = serializer.serialize_map(None)?;
        for (name, node) in root.iter() {
            map.serialize_entry(name, &PlainValue(&node.value))?;
        }
        let metadata = Metadata {
            object: Some(root),
            written: *written,
            versions: self.versions,
        };
        map.serialize_entry("$metadata", &metadata)?;
        map.serialize_entry("$version", &written.version)?;
        map.end()
    }
}

/// When a value was written, and when each of its members, if it is an object.
struct Metadata<'a> {
    object: Option<&'a Object>,
    written: Written,
    versions: bool,
}

impl Serialize for Metadata<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("$lastUpdated", &self.written.at.to_iso())?;
        if self.versions {
            map.serialize_entry("$lastUpdatedVersion", &self.written.version)?;
        }
        for (name, node) in self.object.into_iter().flat_map(Object::iter) {
            let object = match &node.value {
                Value::Object(object) => Some(object),
                _ => None,
            };
            let metadata = Metadata {
                object,
                written: node.written,
                versions: self.versions,
            };
            map.serialize_entry(name, &metadata)?;
        }
        map.end()
    }
}
