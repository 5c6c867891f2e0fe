//! Connection strings: `Name=value` parts joined by `;`, which say where a hub is and who wants
//! to talk to it.
//!
//! There are four kinds, told apart by their parts:
//!
//! | kind | parts |
//! |---|---|
//! | service | `HostName`, `SharedAccessKeyName`, `SharedAccessKey` |
//! | device | `HostName`, `DeviceId`, one credential, perhaps `GatewayHostName` |
//! | module | the same with `ModuleId` |
//! | Event Hubs-compatible | `Endpoint`, `SharedAccessKeyName`, `SharedAccessKey`, `EntityPath` |
//!
//! The credential of a device is `SharedAccessKey`, `SharedAccessSignature` or `x509=true`.
//!
//! Reading is friendly to what people paste: names are matched in any case, white space, line
//! breaks, quotes around the whole and a `;` at the end do not matter. It is strict about
//! meaning: unknown, doubled, missing and contradicting parts are refused with an error that
//! names them. Writing uses the order and the case of the service's documentation.

mod error;
mod parts;

use std::fmt;
use std::str::FromStr;

pub use error::{ConnectionStringError, Problem};
use parts::{Part, Parts};

use crate::sas::{SasToken, SharedAccessKey};
use crate::secret::{Secret, SecretString};

/// The kinds of connection strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// For a service program: it names a shared access policy.
    Service,
    /// For a device.
    Device,
    /// For a module of a device.
    Module,
    /// For a reader of the hub's telemetry.
    EventHubs,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Service => "service",
            Self::Device => "device",
            Self::Module => "module",
            Self::EventHubs => "Event Hubs-compatible",
        })
    }
}

/// A connection string of any kind.
#[derive(Clone, Debug, PartialEq)]
pub enum ConnectionString {
    /// For a service program.
    Service(ServiceConnectionString),
    /// For a device, or a module of one.
    Device(DeviceConnectionString),
    /// For a reader of the hub's telemetry.
    EventHubs(EventHubsConnectionString),
}

/// What a service program connects with: the key of a shared access policy.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceConnectionString {
    /// The hub: `contoso.azure-devices.net`.
    pub host_name: String,
    /// The shared access policy: `iothubowner`.
    pub policy: String,
    /// The policy's key.
    pub key: SharedAccessKey,
}

/// What a device or a module connects with.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceConnectionString {
    /// The hub: `contoso.azure-devices.net`. Tokens and user names speak of it even if the
    /// connection goes to a gateway.
    pub host_name: String,
    /// The device.
    pub device_id: String,
    /// The module of the device, if it is one that connects.
    pub module_id: Option<String>,
    /// How it proves who it is.
    pub credential: DeviceCredential,
    /// An edge device to connect to in the hub's place.
    pub gateway_host_name: Option<String>,
}

/// How a device or a module proves who it is.
#[derive(Clone, Debug, PartialEq)]
pub enum DeviceCredential {
    /// With tokens it signs itself.
    SharedAccessKey(SharedAccessKey),
    /// With a token somebody signed for it.
    SharedAccessSignature(SasToken),
    /// With a certificate, which is not part of the connection string.
    X509,
}

/// What a reader of the hub's telemetry connects with, through the endpoint that speaks as Event
/// Hubs does.
#[derive(Clone, Debug, PartialEq)]
pub struct EventHubsConnectionString {
    /// The namespace's host, without `sb://` and `/`.
    pub host_name: String,
    /// The shared access policy; there always is one beside a key, while a token names its own.
    pub policy: Option<String>,
    /// The proof.
    pub credential: EventHubsCredential,
    /// The Event Hubs-compatible name of the hub. A string for a whole namespace has none.
    pub entity_path: Option<String>,
    /// Whether to connect without TLS, to an emulator.
    pub use_development_emulator: bool,
}

/// How a reader of telemetry proves who it is.
#[derive(Clone, Debug, PartialEq)]
pub enum EventHubsCredential {
    /// With tokens it signs with the policy's key.
    SharedAccessKey(SharedAccessKey),
    /// With a token somebody signed for it.
    SharedAccessSignature(SasToken),
}

impl ConnectionString {
    /// Which kind it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Service(_) => Kind::Service,
            Self::Device(device) => device.kind(),
            Self::EventHubs(_) => Kind::EventHubs,
        }
    }

    /// The host it leads to: the hub, or the Event Hubs-compatible namespace.
    pub fn host_name(&self) -> &str {
        match self {
            Self::Service(service) => &service.host_name,
            Self::Device(device) => &device.host_name,
            Self::EventHubs(event_hubs) => &event_hubs.host_name,
        }
    }

    /// The text to hand on.
    pub fn to_text(&self) -> SecretString {
        match self {
            Self::Service(service) => service.to_text(),
            Self::Device(device) => device.to_text(),
            Self::EventHubs(event_hubs) => event_hubs.to_text(),
        }
    }
}

impl ServiceConnectionString {
    /// The text to hand on.
    pub fn to_text(&self) -> SecretString {
        let mut text = Text::default();
        text.push(Part::HostName, &self.host_name);
        text.push(Part::SharedAccessKeyName, &self.policy);
        text.push(Part::SharedAccessKey, self.key.to_base64().expose());
        text.finish()
    }
}

impl DeviceConnectionString {
    /// [`Kind::Module`] if it names a module, or [`Kind::Device`].
    pub fn kind(&self) -> Kind {
        match self.module_id {
            Some(_) => Kind::Module,
            None => Kind::Device,
        }
    }

    /// The text to hand on.
    pub fn to_text(&self) -> SecretString {
        let mut text = Text::default();
        text.push(Part::HostName, &self.host_name);
        text.push(Part::DeviceId, &self.device_id);
        text.push_some(Part::ModuleId, self.module_id.as_deref());
        match &self.credential {
            DeviceCredential::SharedAccessKey(key) => {
                text.push(Part::SharedAccessKey, key.to_base64().expose());
            }
            DeviceCredential::SharedAccessSignature(token) => {
                text.push(Part::SharedAccessSignature, token.to_text().expose());
            }
            DeviceCredential::X509 => text.push(Part::X509, "true"),
        }
        text.push_some(Part::GatewayHostName, self.gateway_host_name.as_deref());
        text.finish()
    }
}

impl EventHubsConnectionString {
    /// The text to hand on.
    pub fn to_text(&self) -> SecretString {
        let mut text = Text::default();
        text.push(Part::Endpoint, &format!("sb://{}/", self.host_name));
        text.push_some(Part::SharedAccessKeyName, self.policy.as_deref());
        match &self.credential {
            EventHubsCredential::SharedAccessKey(key) => {
                text.push(Part::SharedAccessKey, key.to_base64().expose());
            }
            EventHubsCredential::SharedAccessSignature(token) => {
                text.push(Part::SharedAccessSignature, token.to_text().expose());
            }
        }
        text.push_some(Part::EntityPath, self.entity_path.as_deref());
        if self.use_development_emulator {
            text.push(Part::UseDevelopmentEmulator, "true");
        }
        text.finish()
    }
}

/// A connection string in the making.
#[derive(Default)]
struct Text(String);

impl Text {
    fn push(&mut self, part: Part, value: &str) {
        if !self.0.is_empty() {
            self.0.push(';');
        }
        self.0.push_str(part.name());
        self.0.push('=');
        self.0.push_str(value);
    }

    fn push_some(&mut self, part: Part, value: Option<&str>) {
        if let Some(value) = value {
            self.push(part, value);
        }
    }

    fn finish(self) -> SecretString {
        Secret::new(self.0)
    }
}

impl FromStr for ConnectionString {
    type Err = ConnectionStringError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = Parts::split(text)?;
        let kind = parts.kind()?;
        parts.refuse_placeholders(kind)?;
        parts.refuse_strangers(kind)?;
        match kind {
            Kind::Service => read_service(&parts).map(Self::Service),
            Kind::Device | Kind::Module => read_device(&parts, kind).map(Self::Device),
            Kind::EventHubs => read_event_hubs(&parts).map(Self::EventHubs),
        }
    }
}

impl FromStr for ServiceConnectionString {
    type Err = ConnectionStringError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse()? {
            ConnectionString::Service(service) => Ok(service),
            other => Err(wrong_kind(&other, Kind::Service)),
        }
    }
}

impl FromStr for DeviceConnectionString {
    type Err = ConnectionStringError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse()? {
            ConnectionString::Device(device) => Ok(device),
            other => Err(wrong_kind(&other, Kind::Device)),
        }
    }
}

impl FromStr for EventHubsConnectionString {
    type Err = ConnectionStringError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse()? {
            ConnectionString::EventHubs(event_hubs) => Ok(event_hubs),
            other => Err(wrong_kind(&other, Kind::EventHubs)),
        }
    }
}

fn wrong_kind(came: &ConnectionString, expected: Kind) -> ConnectionStringError {
    ConnectionStringError {
        kind: Some(came.kind()),
        part: None,
        problem: Problem::WrongKind { expected },
    }
}

fn read_service(parts: &Parts) -> Result<ServiceConnectionString, ConnectionStringError> {
    let kind = Kind::Service;
    Ok(ServiceConnectionString {
        host_name: parts.required_host(Part::HostName, kind)?,
        policy: parts.required(Part::SharedAccessKeyName, kind)?.to_owned(),
        key: parts.required_key(kind)?,
    })
}

fn read_device(parts: &Parts, kind: Kind) -> Result<DeviceConnectionString, ConnectionStringError> {
    Ok(DeviceConnectionString {
        host_name: parts.required_host(Part::HostName, kind)?,
        device_id: parts.required_id(Part::DeviceId, kind)?,
        module_id: match kind {
            Kind::Module => Some(parts.required_id(Part::ModuleId, kind)?),
            _ => None,
        },
        credential: read_device_credential(parts, kind)?,
        gateway_host_name: parts.host(Part::GatewayHostName, kind)?,
    })
}

fn read_device_credential(
    parts: &Parts,
    kind: Kind,
) -> Result<DeviceCredential, ConnectionStringError> {
    parts.refuse_mixed_credentials(kind)?;
    if let Some(token) = parts.token(kind)? {
        return Ok(DeviceCredential::SharedAccessSignature(token));
    }
    match parts.flag(Part::X509, kind)? {
        Some(true) => Ok(DeviceCredential::X509),
        Some(false) => Err(parts::error(kind, Part::X509, Problem::BadFlag)),
        None => parts
            .required_key(kind)
            .map(DeviceCredential::SharedAccessKey),
    }
}

fn read_event_hubs(parts: &Parts) -> Result<EventHubsConnectionString, ConnectionStringError> {
    let kind = Kind::EventHubs;
    parts.refuse_mixed_credentials(kind)?;
    // Some tools write the host's usual name.
    let host_part = match (parts.get(Part::Endpoint), parts.get(Part::HostName)) {
        (Some(_), Some(_)) => {
            return Err(parts::error(
                kind,
                Part::HostName,
                Problem::PartOfAnotherKind,
            ));
        }
        (None, Some(_)) => Part::HostName,
        _ => Part::Endpoint,
    };
    let (policy, credential) = match parts.token(kind)? {
        Some(token) => (
            parts.get(Part::SharedAccessKeyName).map(str::to_owned),
            EventHubsCredential::SharedAccessSignature(token),
        ),
        None => (
            Some(parts.required(Part::SharedAccessKeyName, kind)?.to_owned()),
            EventHubsCredential::SharedAccessKey(parts.required_key(kind)?),
        ),
    };
    Ok(EventHubsConnectionString {
        host_name: parts.required_host(host_part, kind)?,
        policy,
        credential,
        entity_path: parts.get(Part::EntityPath).map(str::to_owned),
        use_development_emulator: parts
            .flag(Part::UseDevelopmentEmulator, kind)?
            .unwrap_or(false),
    })
}
