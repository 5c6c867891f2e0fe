//! The parts of a connection string, split and looked up, before they mean anything.

use super::{ConnectionStringError, Kind, Problem};
use crate::rest::is_valid_device_id;
use crate::sas::{SasToken, SharedAccessKey};

/// How many bytes a connection string may have. A ready-made token with a long resource stays
/// well below.
const MAX_LENGTH: usize = 8192;
/// How many bytes the name of a host may have, with its port.
const MAX_HOST_LENGTH: usize = 253 + ":65535".len();
/// How many bytes an unknown name may have to be repeated in an error. A key is longer.
const MAX_SHOWN_NAME_LENGTH: usize = 20;

/// A name that a connection string can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    HostName,
    DeviceId,
    ModuleId,
    SharedAccessKeyName,
    SharedAccessKey,
    SharedAccessSignature,
    X509,
    GatewayHostName,
    Endpoint,
    EntityPath,
    UseDevelopmentEmulator,
}

impl Part {
    pub(super) const ALL: [Self; 11] = [
        Self::HostName,
        Self::DeviceId,
        Self::ModuleId,
        Self::SharedAccessKeyName,
        Self::SharedAccessKey,
        Self::SharedAccessSignature,
        Self::X509,
        Self::GatewayHostName,
        Self::Endpoint,
        Self::EntityPath,
        Self::UseDevelopmentEmulator,
    ];

    /// The name in the case of the service's documentation.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::HostName => "HostName",
            Self::DeviceId => "DeviceId",
            Self::ModuleId => "ModuleId",
            Self::SharedAccessKeyName => "SharedAccessKeyName",
            Self::SharedAccessKey => "SharedAccessKey",
            Self::SharedAccessSignature => "SharedAccessSignature",
            Self::X509 => "x509",
            Self::GatewayHostName => "GatewayHostName",
            Self::Endpoint => "Endpoint",
            Self::EntityPath => "EntityPath",
            Self::UseDevelopmentEmulator => "UseDevelopmentEmulator",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|part| part.name().eq_ignore_ascii_case(name))
    }

    /// Whether a connection string of this kind can have the part.
    fn belongs_to(self, kind: Kind) -> bool {
        match self {
            Self::HostName | Self::SharedAccessKey => true,
            Self::SharedAccessKeyName => matches!(kind, Kind::Service | Kind::EventHubs),
            Self::SharedAccessSignature => kind != Kind::Service,
            Self::DeviceId | Self::X509 | Self::GatewayHostName => {
                matches!(kind, Kind::Device | Kind::Module)
            }
            Self::ModuleId => kind == Kind::Module,
            Self::Endpoint | Self::EntityPath | Self::UseDevelopmentEmulator => {
                kind == Kind::EventHubs
            }
        }
    }
}

/// An error about one part.
pub(super) fn error(kind: Kind, part: Part, problem: Problem) -> ConnectionStringError {
    ConnectionStringError {
        kind: Some(kind),
        part: Some(part.name().to_owned()),
        problem,
    }
}

fn error_without_kind(part: Option<&str>, problem: Problem) -> ConnectionStringError {
    ConnectionStringError {
        kind: None,
        part: part.map(str::to_owned),
        problem,
    }
}

/// What stood between the `;`: each name once, no value empty.
pub(super) struct Parts(Vec<(Part, String)>);

impl Parts {
    pub(super) fn split(text: &str) -> Result<Self, ConnectionStringError> {
        let text = trim(text);
        if text.is_empty() {
            return Err(error_without_kind(None, Problem::Empty));
        }
        if text.len() > MAX_LENGTH {
            let limit = MAX_LENGTH;
            return Err(error_without_kind(None, Problem::TooLong { limit }));
        }
        let mut parts = Self(Vec::new());
        let pieces = text.split(';').map(trim_blanks);
        for (position, piece) in (1..).zip(pieces.filter(|piece| !piece.is_empty())) {
            parts.push(piece, position)?;
        }
        if parts.0.is_empty() {
            return Err(error_without_kind(None, Problem::Empty));
        }
        Ok(parts)
    }

    fn push(&mut self, piece: &str, position: usize) -> Result<(), ConnectionStringError> {
        let (name, value) = piece
            .split_once('=')
            .ok_or_else(|| error_without_kind(None, Problem::NotKeyValue { position }))?;
        let name = trim_blanks(name);
        let part = Part::from_name(name)
            .ok_or_else(|| error_without_kind(shown(name), Problem::UnknownPart { position }))?;
        if self.get(part).is_some() {
            return Err(error_without_kind(
                Some(part.name()),
                Problem::DuplicatePart,
            ));
        }
        // A long line breaks when it is copied from a narrow window.
        let value = trim_blanks(value).replace(['\r', '\n'], "");
        if value.is_empty() {
            return Err(error_without_kind(Some(part.name()), Problem::EmptyPart));
        }
        self.0.push((part, value));
        Ok(())
    }

    /// The kind that these parts are meant to be, complete or not.
    pub(super) fn kind(&self) -> Result<Kind, ConnectionStringError> {
        let has = |part| self.get(part).is_some();
        if has(Part::Endpoint) || has(Part::EntityPath) || has(Part::UseDevelopmentEmulator) {
            Ok(Kind::EventHubs)
        } else if has(Part::ModuleId) {
            Ok(Kind::Module)
        } else if has(Part::DeviceId) || has(Part::X509) || has(Part::GatewayHostName) {
            Ok(Kind::Device)
        } else if has(Part::SharedAccessKeyName) {
            Ok(Kind::Service)
        } else if has(Part::SharedAccessSignature) {
            Ok(Kind::Device)
        } else {
            Err(error_without_kind(None, Problem::NoKind))
        }
    }

    /// Refuses a text copied from a page before its gaps were filled in.
    pub(super) fn refuse_placeholders(&self, kind: Kind) -> Result<(), ConnectionStringError> {
        match self.0.iter().find(|(_, value)| is_placeholder(value)) {
            Some((part, _)) => Err(error(kind, *part, Problem::Placeholder)),
            None => Ok(()),
        }
    }

    /// Refuses parts that this kind cannot have.
    pub(super) fn refuse_strangers(&self, kind: Kind) -> Result<(), ConnectionStringError> {
        match self.0.iter().find(|(part, _)| !part.belongs_to(kind)) {
            Some((part, _)) => Err(error(kind, *part, Problem::PartOfAnotherKind)),
            None => Ok(()),
        }
    }

    /// Refuses more than one way to prove who it is.
    pub(super) fn refuse_mixed_credentials(&self, kind: Kind) -> Result<(), ConnectionStringError> {
        let credentials = [
            Part::SharedAccessKey,
            Part::SharedAccessSignature,
            Part::X509,
        ];
        let mut came = credentials
            .into_iter()
            .filter(|part| self.get(*part).is_some());
        match (came.next(), came.next()) {
            (Some(_), Some(second)) => Err(error(kind, second, Problem::MixedCredentials)),
            _ => Ok(()),
        }
    }

    pub(super) fn get(&self, part: Part) -> Option<&str> {
        let mut parts = self.0.iter();
        parts.find_map(|(name, value)| (*name == part).then_some(value.as_str()))
    }

    pub(super) fn required(&self, part: Part, kind: Kind) -> Result<&str, ConnectionStringError> {
        self.get(part)
            .ok_or_else(|| error(kind, part, Problem::MissingPart))
    }

    /// The name of a host. An address such as `sb://namespace/` is one for an endpoint.
    pub(super) fn host(
        &self,
        part: Part,
        kind: Kind,
    ) -> Result<Option<String>, ConnectionStringError> {
        let Some(value) = self.get(part) else {
            return Ok(None);
        };
        let host = match kind {
            Kind::EventHubs => strip_scheme(value).trim_end_matches('/'),
            _ => value,
        };
        if is_host(host) {
            Ok(Some(host.to_owned()))
        } else {
            Err(error(kind, part, Problem::BadHost))
        }
    }

    pub(super) fn required_host(
        &self,
        part: Part,
        kind: Kind,
    ) -> Result<String, ConnectionStringError> {
        self.host(part, kind)?
            .ok_or_else(|| error(kind, part, Problem::MissingPart))
    }

    pub(super) fn required_id(
        &self,
        part: Part,
        kind: Kind,
    ) -> Result<String, ConnectionStringError> {
        let id = self.required(part, kind)?;
        if is_valid_device_id(id) {
            Ok(id.to_owned())
        } else {
            Err(error(kind, part, Problem::BadId))
        }
    }

    pub(super) fn required_key(
        &self,
        kind: Kind,
    ) -> Result<SharedAccessKey, ConnectionStringError> {
        let part = Part::SharedAccessKey;
        SharedAccessKey::from_base64(self.required(part, kind)?)
            .map_err(|why| error(kind, part, Problem::BadKey(why)))
    }

    pub(super) fn token(&self, kind: Kind) -> Result<Option<SasToken>, ConnectionStringError> {
        let part = Part::SharedAccessSignature;
        self.get(part)
            .map(SasToken::parse)
            .transpose()
            .map_err(|why| error(kind, part, Problem::BadToken(why)))
    }

    pub(super) fn flag(
        &self,
        part: Part,
        kind: Kind,
    ) -> Result<Option<bool>, ConnectionStringError> {
        match self.get(part) {
            None => Ok(None),
            Some(value) if value.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(value) if value.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(error(kind, part, Problem::BadFlag)),
        }
    }
}

/// Takes away what clings to a pasted text: blanks, and one pair of quotes.
fn trim(text: &str) -> &str {
    let text = trim_blanks(text);
    ['"', '\'']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
        .map_or(text, trim_blanks)
}

/// Takes away white space and the marks of editors that cannot be seen.
fn trim_blanks(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'))
}

/// An unknown name, if it is one to be repeated: it may be the piece of a key.
fn shown(name: &str) -> Option<&str> {
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_word && (1..=MAX_SHOWN_NAME_LENGTH).contains(&name.len())).then_some(name)
}

/// No host, id, key or token has these characters.
fn is_placeholder(value: &str) -> bool {
    value.contains(['{', '}', '<', '>', '…'])
}

fn strip_scheme(value: &str) -> &str {
    value
        .split_once("://")
        .filter(|(scheme, _)| {
            ["sb", "amqps", "amqp"]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(scheme))
        })
        .map_or(value, |(_, host)| host)
}

/// Letters, digits, `-` and `.`, and perhaps a port.
fn is_host(text: &str) -> bool {
    let (name, port) = text.split_once(':').unwrap_or((text, "0"));
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    text.len() <= MAX_HOST_LENGTH
        && name.bytes().any(|byte| byte.is_ascii_alphanumeric())
        && name.bytes().all(is_name)
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && port.parse::<u16>().is_ok()
}
