//! The identity of a device, and what a request may ask it to become.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::is_valid_device_id;
use crate::error::{ErrorCode, ServiceError};
use crate::sas::{KeyError, SharedAccessKey};
use crate::secret::{Secret, SecretString};
use crate::timestamp::{self, Timestamp};

/// How many characters `statusReason` may have.
const MAX_STATUS_REASON_LENGTH: usize = 128;

/// A device's identity as the registry answers with it. Every field is always written, the absent
/// ones as `null`; reading fills in what is not there. (IoT Hub documentation: identity registry.)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeviceIdentity {
    /// Names the device, in the case it was created with.
    pub device_id: String,
    /// A decimal number that is new whenever an id is created, also once more.
    pub generation_id: String,
    /// Moves with every write to the identity; without quotes.
    pub etag: String,
    /// Whether the device is connected.
    pub connection_state: ConnectionState,
    /// Whether the device may connect.
    pub status: DeviceStatus,
    /// Why it may or may not: up to 128 characters.
    pub status_reason: Option<String>,
    /// When `connection_state` changed last.
    #[serde(with = "timestamp::iso")]
    pub connection_state_updated_time: Timestamp,
    /// When `status` changed last.
    #[serde(with = "timestamp::iso")]
    pub status_updated_time: Timestamp,
    /// When the device last connected, sent or received.
    #[serde(with = "timestamp::iso")]
    pub last_activity_time: Timestamp,
    /// How many cloud-to-device messages wait for the device.
    pub cloud_to_device_message_count: u32,
    /// How the device proves who it is.
    #[serde(deserialize_with = "null_as_default")]
    pub authentication: Authentication,
    /// What the device is.
    #[serde(deserialize_with = "null_as_default")]
    pub capabilities: Capabilities,
    /// The scope of an edge device, or of a leaf device's parent; empty for most.
    #[serde(deserialize_with = "null_as_default")]
    pub device_scope: String,
    /// The scopes of the edge devices above this one.
    #[serde(deserialize_with = "null_as_default")]
    pub parent_scopes: Vec<String>,
}

/// Whether a device is connected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConnectionState {
    /// It is not.
    #[default]
    Disconnected,
    /// It is.
    Connected,
}

/// Whether a device may connect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DeviceStatus {
    /// It may.
    #[default]
    Enabled,
    /// It may not.
    Disabled,
}

/// How a device proves who it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Authentication {
    /// The keys of `sas`.
    #[serde(deserialize_with = "null_as_default")]
    pub symmetric_key: SymmetricKey,
    /// The certificates of `selfSigned`.
    #[serde(deserialize_with = "null_as_default")]
    pub x509_thumbprint: X509Thumbprint,
    /// Which of the ways it is. A request that does not say means `sas`.
    #[serde(rename = "type", deserialize_with = "null_as_default")]
    pub kind: AuthenticationType,
}

impl Authentication {
    /// Checks a request for keys or certificates, and reads which keys it asks for.
    pub fn requested(&self) -> Result<Keys, ServiceError> {
        self.x509_thumbprint.validate()?;
        let keys = self.symmetric_key.requested()?;
        match self.kind {
            AuthenticationType::Sas | AuthenticationType::None => Ok(keys),
            _ if keys != Keys::Generate => Err(invalid(
                "symmetricKey is for authentication.type sas only. Send null for both keys.",
            )),
            AuthenticationType::SelfSigned if self.x509_thumbprint.is_empty() => Err(invalid(
                "authentication.type selfSigned needs x509Thumbprint with a primaryThumbprint.",
            )),
            AuthenticationType::SelfSigned | AuthenticationType::CertificateAuthority => {
                Ok(Keys::None)
            }
        }
    }
}

/// The ways to prove who a device is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AuthenticationType {
    /// A token signed with one of the two keys.
    #[default]
    Sas,
    /// A certificate with one of the two thumbprints.
    SelfSigned,
    /// A certificate signed by an authority the hub knows.
    CertificateAuthority,
    /// None at all; not for devices.
    None,
}

/// The two keys of a device: either verifies, so that one can be replaced while the other is in
/// use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SymmetricKey {
    /// The first key, base64.
    pub primary_key: Option<KeyText>,
    /// The second key, base64.
    pub secondary_key: Option<KeyText>,
}

/// The two certificates of a device, by the hash of their bytes in hexadecimal digits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct X509Thumbprint {
    /// The first certificate.
    pub primary_thumbprint: Option<String>,
    /// The second certificate.
    pub secondary_thumbprint: Option<String>,
}

/// What a device is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Capabilities {
    /// Whether it runs IoT Edge.
    pub iot_edge: bool,
}

/// The text of a key inside a REST body: a secret that is written out there, and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyText(SecretString);

impl KeyText {
    /// Wraps the text of a key.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Secret::new(text.into()))
    }

    /// The text.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The key that the text is.
    pub fn to_key(&self) -> Result<SharedAccessKey, KeyError> {
        SharedAccessKey::from_base64(self.0.expose())
    }
}

impl From<&SharedAccessKey> for KeyText {
    fn from(key: &SharedAccessKey) -> Self {
        Self(key.to_base64())
    }
}

impl Serialize for KeyText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

impl<'de> Deserialize<'de> for KeyText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// The keys that a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keys {
    /// None: the identity has certificates instead.
    None,
    /// The hub makes two.
    Generate,
    /// These two.
    Given {
        /// The first key.
        primary: SharedAccessKey,
        /// The second key.
        secondary: SharedAccessKey,
    },
}

impl SymmetricKey {
    /// These two keys.
    pub fn new(primary: &SharedAccessKey, secondary: &SharedAccessKey) -> Self {
        Self {
            primary_key: Some(primary.into()),
            secondary_key: Some(secondary.into()),
        }
    }

    /// Reads a request for keys: both or neither, each base64 of 16 to 64 bytes. An empty text is
    /// the same as no key.
    pub fn requested(&self) -> Result<Keys, ServiceError> {
        match (
            given(self.primary_key.as_ref()),
            given(self.secondary_key.as_ref()),
        ) {
            (None, None) => Ok(Keys::Generate),
            (Some(primary), Some(secondary)) => Ok(Keys::Given {
                primary: requested_key("primaryKey", primary)?,
                secondary: requested_key("secondaryKey", secondary)?,
            }),
            _ => Err(invalid(
                "Either no keys or both keys can be set. Send both primaryKey and secondaryKey, \
                 or neither of them to have the hub make two.",
            )),
        }
    }
}

fn given(key: Option<&KeyText>) -> Option<&KeyText> {
    key.filter(|key| !key.expose().is_empty())
}

fn requested_key(name: &str, text: &KeyText) -> Result<SharedAccessKey, ServiceError> {
    text.to_key().map_err(|error| match error {
        KeyError::Length { bytes } => invalid(format!(
            "Invalid device key length: {name} has {bytes} bytes, and a key has 16 to 64."
        )),
        KeyError::NotBase64 => invalid(format!("Invalid device key: {name} is not base64.")),
    })
}

impl X509Thumbprint {
    /// Whether there is none. An empty text is the same as no thumbprint.
    fn is_empty(&self) -> bool {
        let thumbprints = [&self.primary_thumbprint, &self.secondary_thumbprint];
        thumbprints.into_iter().flatten().all(String::is_empty)
    }

    /// Refuses what is not 40 (SHA-1) or 64 (SHA-256) hexadecimal digits.
    fn validate(&self) -> Result<(), ServiceError> {
        let thumbprints = [
            ("primaryThumbprint", &self.primary_thumbprint),
            ("secondaryThumbprint", &self.secondary_thumbprint),
        ];
        for (name, thumbprint) in thumbprints {
            let text = thumbprint.as_deref().unwrap_or_default();
            let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !(matches!(text.len(), 0 | 40 | 64) && is_hex) {
                return Err(invalid(format!(
                    "StringIsNotThumbprint: {name} must be 40 or 64 hexadecimal digits without \
                     separators."
                )));
            }
        }
        Ok(())
    }
}

/// What the body of a request to create or replace an identity may hold. What else a body holds
/// is the hub's own to say, and is passed over: programs send back the whole identity they read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeviceIdentityUpdate {
    /// Must be the id in the path.
    pub device_id: Option<String>,
    /// Passed over: only the `If-Match` header counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// `enabled` if it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<DeviceStatus>,
    /// Up to 128 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_reason: Option<String>,
    /// If it is absent, the hub makes new keys, also for a device that has some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Authentication>,
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

impl DeviceIdentityUpdate {
    /// Reads a body.
    pub fn parse(body: &[u8]) -> Result<Self, ServiceError> {
        let refusal = |place: &str| {
            ServiceError::new(
                ErrorCode::DeserializationError,
                format!("The body must be a device identity, a JSON object{place}."),
            )
        };
        // Without this, an array would do for an object.
        if !body.trim_ascii_start().starts_with(b"{") {
            return Err(refusal(""));
        }
        serde_json::from_slice(body).map_err(|error| {
            // The error's own text may repeat a value, and a value may be a key.
            let (line, column) = (error.line(), error.column());
            refusal(&format!(": see line {line}, column {column}"))
        })
    }

    /// Checks everything that can be checked without knowing the registry, and reads the keys it
    /// asks for. `id` is the decoded one of the path.
    pub fn validate(&self, id: &str) -> Result<Keys, ServiceError> {
        if !is_valid_device_id(id) {
            return Err(invalid(
                "A device id has 1 to 128 characters: ASCII letters, digits and \
                 - . + % _ # * ? ! ( ) , : = @ $ '",
            ));
        }
        if self.device_id.as_deref() != Some(id) {
            return Err(invalid(
                "deviceId in the body must be there and be the same as the id in the path.",
            ));
        }
        let reason = self.status_reason.as_deref().unwrap_or_default();
        if reason.chars().count() > MAX_STATUS_REASON_LENGTH {
            return Err(invalid("statusReason has at most 128 characters."));
        }
        let Some(authentication) = &self.authentication else {
            return Ok(Keys::Generate);
        };
        if authentication.kind == AuthenticationType::None {
            return Err(invalid("authentication.type of a device cannot be none."));
        }
        authentication.requested()
    }
}

impl From<&DeviceIdentity> for DeviceIdentityUpdate {
    /// The request that leaves everything as it is.
    fn from(identity: &DeviceIdentity) -> Self {
        Self {
            device_id: Some(identity.device_id.clone()),
            etag: Some(identity.etag.clone()),
            status: Some(identity.status),
            status_reason: identity.status_reason.clone(),
            authentication: Some(identity.authentication.clone()),
            capabilities: Some(identity.capabilities),
            device_scope: Some(identity.device_scope.clone()),
            parent_scopes: Some(identity.parent_scopes.clone()),
        }
    }
}

fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new(ErrorCode::ArgumentInvalid, message)
}

/// Reads `null` as the default.
pub(super) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
