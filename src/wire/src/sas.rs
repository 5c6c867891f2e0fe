//! Shared access keys and the tokens signed with them.
//!
//! A token names a resource (`sr`), an expiry (`se`) and, for a key of a shared access policy,
//! the policy (`skn`). Its signature (`sig`) is an HMAC-SHA256 over the text of `sr` as it stands
//! in the token, a line feed, and the text of `se`. Whether a token has expired is not decided
//! here: this crate has no clock. (IoT Hub documentation: control access with shared access
//! signatures.)

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::percent_decode_str;
use sha2::Sha256;
use thiserror::Error;

use crate::percent::encode;
use crate::secret::{Secret, SecretString};

/// Standard base64 with its padding. Bits left over in the last character do not matter.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// The scheme in front of every token, with the space that ends it.
const SCHEME: &str = "SharedAccessSignature ";

/// How many bytes an HMAC-SHA256 has.
const SIGNATURE_BYTES: usize = 32;

/// Why a text is no shared access key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The text is not base64.
    #[error("a shared access key is base64 with its padding, and this text is not")]
    NotBase64,
    /// The key is too short or too long.
    #[error("a shared access key has 16 to 64 bytes, and this one has {bytes}")]
    Length {
        /// How many bytes came.
        bytes: usize,
    },
}

/// A symmetric key of a device, a module or a shared access policy: 16 to 64 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedAccessKey(Secret<Vec<u8>>);

impl SharedAccessKey {
    /// Reads the base64 text in which keys are handed around.
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        let bytes = BASE64.decode(text).map_err(|_| KeyError::NotBase64)?;
        Self::from_bytes(bytes)
    }

    /// Takes the bytes of a key.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, KeyError> {
        match bytes.len() {
            16..=64 => Ok(Self(Secret::new(bytes))),
            bytes => Err(KeyError::Length { bytes }),
        }
    }

    /// The base64 text of the key.
    pub fn to_base64(&self) -> SecretString {
        Secret::new(BASE64.encode(self.0.expose()))
    }
}

impl From<[u8; 32]> for SharedAccessKey {
    /// A key of the length that the service makes, which is always legal.
    fn from(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes.to_vec()))
    }
}

/// One of the four fields of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SasField {
    /// `sr`: the resource the token opens.
    Resource,
    /// `sig`: the signature.
    Signature,
    /// `se`: the expiry.
    Expiry,
    /// `skn`: the shared access policy whose key signed.
    Policy,
}

impl SasField {
    /// The name in the token's text.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resource => "sr",
            Self::Signature => "sig",
            Self::Expiry => "se",
            Self::Policy => "skn",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Resource, Self::Signature, Self::Expiry, Self::Policy]
            .into_iter()
            .find(|field| field.name() == name)
    }
}

/// Why a text is no SAS token. The text itself is never repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SasError {
    /// It does not start like one.
    #[error("a SAS token starts with \"SharedAccessSignature \", and this text does not")]
    Scheme,
    /// Something between two `&` is not `name=value`.
    #[error("field {position} of the SAS token is not name=value")]
    NotNameValue {
        /// Which one, counted from 1.
        position: usize,
    },
    /// A name other than the four.
    #[error("field {position} of the SAS token is none of sr, sig, se and skn")]
    UnknownField {
        /// Which one, counted from 1.
        position: usize,
    },
    /// A field came twice.
    #[error("the SAS token has more than one {}", .0.name())]
    DuplicateField(SasField),
    /// A field is absent or empty.
    #[error("the SAS token has no {}", .0.name())]
    MissingField(SasField),
    /// `sig` is not a percent-encoded base64 text of 32 bytes.
    #[error("sig of the SAS token is not a percent-encoded base64 text of 32 bytes")]
    Signature,
    /// `se` is not a number.
    #[error("se of the SAS token is not a number of seconds since 1970")]
    Expiry,
    /// `skn` is not UTF-8 once percent-decoded.
    #[error("skn of the SAS token is not a percent-encoded text")]
    Policy,
}

/// A shared access signature: who holds it may use a resource until it expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SasToken {
    /// As it stands in the token: the signature is over this text.
    resource: String,
    signature: Secret<Vec<u8>>,
    expires: u64,
    policy: Option<String>,
}

impl SasToken {
    /// Signs a token.
    ///
    /// - `resource`: not yet encoded, such as `contoso.azure-devices.net/devices/dev1`.
    /// - `expires`: seconds since the Unix epoch.
    /// - `policy`: the shared access policy the key belongs to; none for the key of a device or a
    ///   module.
    pub fn sign(resource: &str, key: &SharedAccessKey, expires: u64, policy: Option<&str>) -> Self {
        let resource = encode(resource).into_owned();
        let signature = mac(key.0.expose(), &resource, expires)
            .finalize()
            .into_bytes();
        Self {
            signature: Secret::new(signature.to_vec()),
            resource,
            expires,
            policy: policy.filter(|name| !name.is_empty()).map(str::to_owned),
        }
    }

    /// Reads the text of a token. The order of its fields is free, and an empty `skn` is the same
    /// as none.
    pub fn parse(text: &str) -> Result<Self, SasError> {
        let fields = Fields::parse(text)?;
        let resource = fields.required(SasField::Resource)?;
        let signature = fields.required(SasField::Signature)?;
        let expires = fields.required(SasField::Expiry)?;
        Ok(Self {
            resource: resource.to_owned(),
            signature: Secret::new(parse_signature(signature)?),
            expires: parse_expiry(expires)?,
            policy: fields.get(SasField::Policy).map(parse_policy).transpose()?,
        })
    }

    /// Whether `key` made the signature, in constant time.
    pub fn verify(&self, key: &SharedAccessKey) -> bool {
        mac(key.0.expose(), &self.resource, self.expires)
            .verify_slice(self.signature.expose())
            .is_ok()
    }

    /// Whether the base64 text of `key` made the signature, in constant time.
    ///
    /// Event Hubs signs so: what IoT Hub takes for the base64 of a key is to Event Hubs the key itself.
    pub fn verify_with_text(&self, key: &SharedAccessKey) -> bool {
        mac(
            key.to_base64().expose().as_bytes(),
            &self.resource,
            self.expires,
        )
        .verify_slice(self.signature.expose())
        .is_ok()
    }

    /// Whether the token's resource is `resource` or contains it.
    ///
    /// Containment goes by path segments: `host/devices` contains `host/devices/dev1` and not
    /// `host/devices1`. The host is compared without regard to case, the rest exactly.
    pub fn covers(&self, resource: &str) -> bool {
        let Some(own) = self.resource_decoded() else {
            return false;
        };
        let mut asked = resource.split('/');
        let own = own.strip_suffix('/').unwrap_or(&own);
        own.split('/').enumerate().all(|(position, own)| {
            asked.next().is_some_and(|asked| {
                own == asked || position == 0 && own.eq_ignore_ascii_case(asked)
            })
        })
    }

    /// `sr` as it stands in the token.
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// `sr` percent-decoded; `None` if that is not UTF-8.
    pub fn resource_decoded(&self) -> Option<String> {
        percent_decode_str(&self.resource)
            .decode_utf8()
            .ok()
            .map(Into::into)
    }

    /// When the token ends, in seconds since the Unix epoch.
    pub fn expires(&self) -> u64 {
        self.expires
    }

    /// The shared access policy whose key signed; none for the key of a device or a module.
    pub fn policy(&self) -> Option<&str> {
        self.policy.as_deref()
    }

    /// The whole token, ready for an `Authorization` header or an MQTT password.
    pub fn to_text(&self) -> SecretString {
        let signature = BASE64.encode(self.signature.expose());
        let signature = encode(&signature);
        let (resource, expires) = (&self.resource, self.expires);
        let mut text = format!("{SCHEME}sr={resource}&sig={signature}&se={expires}");
        if let Some(policy) = &self.policy {
            text.push_str("&skn=");
            text.push_str(&encode(policy));
        }
        Secret::new(text)
    }
}

/// What a token says beside its signature, whether that is right or has been masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SasClaims {
    /// `sr` as it stands in the token.
    pub resource: String,
    /// When the token ends, in seconds since the Unix epoch.
    pub expires: u64,
    /// The shared access policy whose key signed; none for the key of a device or a module.
    pub policy: Option<String>,
}

impl SasClaims {
    /// Reads the text of a token, all but its signature.
    pub fn parse(text: &str) -> Result<Self, SasError> {
        let fields = Fields::parse(text)?;
        Ok(Self {
            resource: fields.required(SasField::Resource)?.to_owned(),
            expires: parse_expiry(fields.required(SasField::Expiry)?)?,
            policy: fields.get(SasField::Policy).map(parse_policy).transpose()?,
        })
    }

    /// The two lines that the signature is over.
    pub fn signed_text(&self) -> String {
        format!("{}\n{}", self.resource, self.expires)
    }

    /// `resource` percent-decoded; `None` if that is not UTF-8.
    pub fn resource_decoded(&self) -> Option<String> {
        let decoded = percent_decode_str(&self.resource).decode_utf8();
        decoded.ok().map(Into::into)
    }
}

/// The HMAC, fed with what a token signs.
fn mac(key: &[u8], resource: &str, expires: u64) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key)
        .expect("an HMAC takes a key of any length")
        .chain_update(resource)
        .chain_update("\n")
        .chain_update(expires.to_string())
}

/// The values of a token's fields, in the order of [`SasField`].
#[derive(Default)]
struct Fields<'a> {
    resource: Option<&'a str>,
    signature: Option<&'a str>,
    expiry: Option<&'a str>,
    policy: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn parse(text: &'a str) -> Result<Self, SasError> {
        let form = text.strip_prefix(SCHEME).ok_or(SasError::Scheme)?;
        let mut fields = Self::default();
        for (position, field) in (1..).zip(form.split('&')) {
            let (name, value) = field
                .split_once('=')
                .ok_or(SasError::NotNameValue { position })?;
            let field = SasField::from_name(name).ok_or(SasError::UnknownField { position })?;
            if fields.slot(field).replace(value).is_some() {
                return Err(SasError::DuplicateField(field));
            }
        }
        Ok(fields)
    }

    fn slot(&mut self, field: SasField) -> &mut Option<&'a str> {
        match field {
            SasField::Resource => &mut self.resource,
            SasField::Signature => &mut self.signature,
            SasField::Expiry => &mut self.expiry,
            SasField::Policy => &mut self.policy,
        }
    }

    /// The value of a field that came and is not empty.
    fn get(&self, field: SasField) -> Option<&'a str> {
        match field {
            SasField::Resource => self.resource,
            SasField::Signature => self.signature,
            SasField::Expiry => self.expiry,
            SasField::Policy => self.policy,
        }
        .filter(|value| !value.is_empty())
    }

    fn required(&self, field: SasField) -> Result<&'a str, SasError> {
        self.get(field).ok_or(SasError::MissingField(field))
    }
}

fn parse_signature(text: &str) -> Result<Vec<u8>, SasError> {
    let base64: Vec<u8> = percent_decode_str(text).collect();
    BASE64
        .decode(base64)
        .ok()
        .filter(|signature| signature.len() == SIGNATURE_BYTES)
        .ok_or(SasError::Signature)
}

/// Only the digits that `u64` prints, so that what is verified is what was signed.
fn parse_expiry(text: &str) -> Result<u64, SasError> {
    let expires: u64 = text.parse().map_err(|_| SasError::Expiry)?;
    if expires.to_string() == text {
        Ok(expires)
    } else {
        Err(SasError::Expiry)
    }
}

fn parse_policy(text: &str) -> Result<String, SasError> {
    percent_decode_str(text)
        .decode_utf8()
        .map(Into::into)
        .map_err(|_| SasError::Policy)
}

/// The resource of a device, `host/devices/device`, or of one of its modules,
/// `host/devices/device/modules/module`.
pub fn device_resource(host: &str, device_id: &str, module: Option<&str>) -> String {
    match module {
        None => format!("{host}/devices/{device_id}"),
        Some(module) => format!("{host}/devices/{device_id}/modules/{module}"),
    }
}

/// The same text with the value after every `sig=`, up to the next `&` or the end, replaced by as
/// many `*` as it has bytes.
pub fn mask_signature(text: &str) -> String {
    const NAME: &str = "sig=";
    let mut masked = String::with_capacity(text.len());
    for (position, field) in text.split('&').enumerate() {
        if position > 0 {
            masked.push('&');
        }
        let start = field
            .as_bytes()
            .windows(NAME.len())
            .position(|window| window.eq_ignore_ascii_case(NAME.as_bytes()))
            .map_or(field.len(), |start| start + NAME.len());
        // The match is of ASCII bytes, so the split is between characters.
        let (shown, hidden) = field.split_at_checked(start).unwrap_or((field, ""));
        masked.push_str(shown);
        masked.extend(hidden.bytes().map(|_| '*'));
    }
    masked
}
