//! The connection-string doctor: what a text is, and all that is wrong with it.
//!
//! A parser stops at the first mistake; the doctor goes on. At the end it asks the parser too, so that nothing which the
//! parser refuses is called right.

use wire::{
    connection_string::{ConnectionString, ConnectionStringError, Problem},
    rest::is_valid_device_id,
    sas::{KeyError, SasClaims, SasError, SasToken, SharedAccessKey, mask_signature},
    timestamp::Timestamp,
};

use crate::view::Diagnosis;

/// What a text of a SAS token begins with.
const SCHEME: &str = "SharedAccessSignature ";

/// The longest unknown name that is repeated: a key is longer.
const LONGEST_NAME: usize = 24;

/// The hosts of hubs in the public cloud end so.
const PUBLIC_CLOUD: &str = ".azure-devices.net";

/// Where an emulator is reached on the learner's own machine: a name without a dot, and a whole one.
const EMULATOR: &str = "localhost";

/// The hosts of hubs in other clouds end so.
const OTHER_CLOUDS: [&str; 2] = [".azure-devices.cn", ".azure-devices.us"];

/// The names that a connection string can have, and the kinds that have them.
const PARTS: [(&str, &[Kind]); 11] = {
    use Kind::{Device, EventHubs, Module, Service};
    [
        ("HostName", &[Service, Device, Module, EventHubs]),
        ("DeviceId", &[Device, Module]),
        ("ModuleId", &[Module]),
        ("SharedAccessKeyName", &[Service, EventHubs]),
        ("SharedAccessKey", &[Service, Device, Module, EventHubs]),
        ("SharedAccessSignature", &[Device, Module, EventHubs]),
        ("x509", &[Device, Module]),
        ("GatewayHostName", &[Device, Module]),
        ("Endpoint", &[EventHubs]),
        ("EntityPath", &[EventHubs]),
        ("UseDevelopmentEmulator", &[EventHubs]),
    ]
};

/// What the rights of the policies are that every new hub has. (IoT Hub documentation: control access with shared
/// access signatures.)
const POLICIES: [(&str, &[&str]); 5] = [
    (
        "iothubowner",
        &[
            "RegistryRead",
            "RegistryWrite",
            "ServiceConnect",
            "DeviceConnect",
        ],
    ),
    ("service", &["ServiceConnect"]),
    ("device", &["DeviceConnect"]),
    ("registryRead", &["RegistryRead"]),
    ("registryReadWrite", &["RegistryRead", "RegistryWrite"]),
];

/// What a text can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Service,
    Device,
    Module,
    EventHubs,
    SasToken,
}

impl Kind {
    const fn id(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Device => "device",
            Self::Module => "module",
            Self::EventHubs => "event-hubs",
            Self::SasToken => "sas-token",
        }
    }

    /// The parts that must be there; of the proofs only the usual one.
    const fn required(self) -> &'static [&'static str] {
        match self {
            Self::Service => &["HostName", "SharedAccessKeyName", "SharedAccessKey"],
            Self::Device => &["HostName", "DeviceId", "SharedAccessKey"],
            Self::Module => &["HostName", "DeviceId", "ModuleId", "SharedAccessKey"],
            Self::EventHubs => &["Endpoint", "SharedAccessKeyName", "SharedAccessKey"],
            Self::SasToken => &[],
        }
    }
}

/// Where a text is to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// Anywhere: it is only asked what it is.
    Anywhere,
    /// On a device of the hub with this host name; it is to be this device's, if one is named.
    Device {
        /// The hub's host name.
        host_name: &'a str,
        /// The device's id.
        device_id: Option<&'a str>,
    },
}

/// Says what a text is that claims to be a connection string, and what is wrong with it there.
pub fn diagnose(text: &str, now: Timestamp, place: Place<'_>) -> Diagnosis {
    let mut doctor = Doctor::default();
    let text = doctor.without_quotes(text);
    let kind = if text.is_empty() {
        doctor.find("empty", "");
        None
    } else if text.starts_with(SCHEME) {
        doctor.look_at_token("SharedAccessSignature", text, now);
        doctor.take_token_apart(text);
        Some(Kind::SasToken)
    } else {
        doctor.look_at_string(text, now)
    };
    if let Place::Device {
        host_name,
        device_id,
    } = place
        && let Some(kind) = kind
    {
        doctor.look_at_place(kind, host_name, device_id);
    }
    let policy = doctor.value("SharedAccessKeyName").or(doctor.value("skn"));
    let rights = POLICIES.iter().find(|(name, _)| Some(*name) == policy);
    let rights = rights.map_or(&[][..], |(_, rights)| rights);
    Diagnosis {
        kind: kind.map(|kind| kind.id().to_owned()),
        rights: rights.iter().map(|right| (*right).to_owned()).collect(),
        parts: doctor.shown(),
        findings: doctor.findings,
    }
}

#[derive(Default)]
struct Doctor {
    /// Names and values as they are, secrets included.
    parts: Vec<(String, String)>,
    findings: Vec<(String, String)>,
}

impl Doctor {
    fn find(&mut self, id: &str, argument: &str) {
        let finding = (format!("doctor-{id}"), argument.to_owned());
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    fn value(&self, name: &str) -> Option<&str> {
        let mut parts = self.parts.iter();
        parts.find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }

    /// Takes away what clings to a pasted text. Blanks around it do no harm.
    fn without_quotes<'a>(&mut self, text: &'a str) -> &'a str {
        let text = text.trim_matches(is_blank);
        let quoted = ['"', '\'', '`'].into_iter().find_map(|quote| {
            let inner = text.strip_prefix(quote)?;
            Some(inner.strip_suffix(quote).unwrap_or(inner))
        });
        match quoted {
            Some(inner) => {
                self.find("quotes", "");
                inner.trim_matches(is_blank)
            }
            None => text,
        }
    }

    fn look_at_string(&mut self, text: &str, now: Timestamp) -> Option<Kind> {
        self.take_apart(text);
        let kind = self.kind();
        match kind {
            None if !self.parts.is_empty() => self.find("no-kind", ""),
            None => {}
            Some(kind) => {
                self.look_for_missing(kind);
                self.look_for_strangers(kind);
                self.look_for_more_than_one_proof(kind);
            }
        }
        for (name, value) in self.parts.clone() {
            self.look_at_value(&name, &value, now);
        }
        if let Err(error) = text.parse::<ConnectionString>()
            && self.findings.is_empty()
        {
            self.take_over(&error);
        }
        kind
    }

    /// Splits the text into its parts, known names in the case of the documentation.
    fn take_apart(&mut self, text: &str) {
        for (position, piece) in (1..).zip(text.split(';')) {
            if piece.trim_matches(is_blank).is_empty() {
                continue;
            }
            let Some((name, value)) = piece.split_once('=') else {
                self.find("not-name-value", &format!("{position}"));
                continue;
            };
            // The text of a token has a space of its own.
            let inner = value.strip_prefix(SCHEME).unwrap_or(value);
            if name.contains(is_blank) || inner.contains(is_blank) {
                self.find("blanks", shown_name(name.trim_matches(is_blank)));
            }
            let (name, value) = (name.trim_matches(is_blank), value.trim_matches(is_blank));
            let known = PARTS
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name));
            match known {
                None => self.find("unknown-part", shown_name(name)),
                Some((known, _)) if self.value(known).is_some() => {
                    self.find("duplicate-part", known);
                }
                Some(_) => {}
            }
            let name = known.map_or(name, |(known, _)| known);
            self.parts.push((name.to_owned(), value.to_owned()));
        }
    }

    /// What the names say that it is meant to be.
    fn kind(&self) -> Option<Kind> {
        let has = |name| self.value(name).is_some();
        if has("ModuleId") {
            Some(Kind::Module)
        } else if has("DeviceId") {
            Some(Kind::Device)
        } else if has("Endpoint") || has("EntityPath") {
            Some(Kind::EventHubs)
        } else if has("SharedAccessKeyName") {
            Some(Kind::Service)
        } else {
            None
        }
    }

    fn look_for_missing(&mut self, kind: Kind) {
        let has = |doctor: &Self, name| doctor.value(name).is_some();
        for part in kind.required() {
            let stands_in: &[&str] = match (*part, kind) {
                ("SharedAccessKey", Kind::Device | Kind::Module) => {
                    &["SharedAccessSignature", "x509"]
                }
                ("SharedAccessKey" | "SharedAccessKeyName", Kind::EventHubs) => {
                    &["SharedAccessSignature"]
                }
                ("Endpoint", Kind::EventHubs) => &["HostName"],
                _ => &[],
            };
            let is_there = has(self, part) || stands_in.iter().any(|other| has(self, other));
            // An address in the wrong place is told as such.
            let is_misplaced = *part == "HostName" && has(self, "Endpoint");
            if is_misplaced && !is_there {
                self.find("endpoint-for-host", "Endpoint");
            } else if !is_there {
                self.find("missing-part", part);
            }
        }
    }

    fn look_for_strangers(&mut self, kind: Kind) {
        for (name, kinds) in PARTS {
            let is_told = name == "Endpoint" && self.has_found("endpoint-for-host");
            if self.value(name).is_some() && !kinds.contains(&kind) && !is_told {
                self.find("part-of-another-kind", name);
            }
        }
    }

    fn look_for_more_than_one_proof(&mut self, kind: Kind) {
        let proofs = ["SharedAccessKey", "SharedAccessSignature", "x509"];
        let given: Vec<_> = proofs
            .into_iter()
            .filter(|it| self.value(it).is_some())
            .collect();
        if kind != Kind::Service
            && let [_, second, ..] = given.as_slice()
        {
            self.find("more-than-one-proof", second);
        }
    }

    fn has_found(&self, id: &str) -> bool {
        let id = format!("doctor-{id}");
        self.findings.iter().any(|(known, _)| *known == id)
    }

    fn look_at_value(&mut self, name: &str, value: &str, now: Timestamp) {
        if value.is_empty() {
            self.find("empty-part", shown_name(name));
            return;
        }
        if value.contains(['{', '}', '<', '>', '…']) {
            self.find("left-in-braces", shown_name(name));
            return;
        }
        match name {
            "HostName" | "GatewayHostName" => self.look_at_host(name, value),
            "DeviceId" | "ModuleId" if !is_valid_device_id(value) => self.find("bad-id", name),
            "SharedAccessKey" => match SharedAccessKey::from_base64(value) {
                Err(KeyError::NotBase64) => self.find("key-not-base64", name),
                Err(KeyError::Length { bytes }) => self.find("key-length", &bytes.to_string()),
                Ok(_) => {}
            },
            "SharedAccessSignature" => self.look_at_token(name, value, now),
            _ => {}
        }
    }

    fn look_at_host(&mut self, name: &str, value: &str) {
        let host = value.to_ascii_lowercase();
        let is_there = |suffix: &str| host.ends_with(suffix);
        if host.starts_with("sb://") || is_there(".servicebus.windows.net") {
            // A reader of events may be given the bare host.
            if self.value("EntityPath").is_none() || host.contains("://") {
                self.find("endpoint-for-host", name);
            }
        } else if host.contains("://") || host.contains('/') {
            self.find("address-for-host", name);
        } else if !host.contains('.') && host != EMULATOR {
            self.find("host-without-dot", &shown_value(name, value));
        } else if name == "HostName" && OTHER_CLOUDS.into_iter().any(is_there) {
            self.find("other-cloud", value);
        } else if name == "HostName" && !is_there(PUBLIC_CLOUD) {
            self.find("unknown-host", &shown_value(name, value));
        }
    }

    fn look_at_token(&mut self, name: &str, token: &str, now: Timestamp) {
        match SasToken::parse(token) {
            Ok(token) if token.expires() < now.as_seconds() => {
                let at = Timestamp::from_millis(token.expires().saturating_mul(1_000));
                // Tokens expire at whole seconds.
                let at = at.to_iso().replace(".0000000", "");
                self.find("expired", &at);
            }
            Ok(_) => {}
            Err(SasError::MissingField(field)) => self.find("token-without", field.name()),
            Err(_) => self.find("bad-token", name),
        }
    }

    /// Shows what is in a token by itself.
    fn take_token_apart(&mut self, text: &str) {
        let fields = text.strip_prefix(SCHEME).unwrap_or(text).split('&');
        for (name, value) in fields.filter_map(|field| field.split_once('=')) {
            self.parts.push((name.to_owned(), value.to_owned()));
        }
        if let Ok(SasClaims {
            policy: Some(policy),
            ..
        }) = SasClaims::parse(text)
            && let Some((_, value)) = self.parts.iter_mut().find(|(name, _)| name == "skn")
        {
            *value = policy;
        }
    }

    /// Whether it can be used on a device.
    fn look_at_place(&mut self, kind: Kind, host_name: &str, device_id: Option<&str>) {
        if kind != Kind::Device {
            self.findings
                .insert(0, ("doctor-wrong-kind".to_owned(), kind.id().to_owned()));
            return;
        }
        let other = |own: &str, given: &str| !given.is_empty() && own != given;
        let given = self
            .value("HostName")
            .unwrap_or_default()
            .to_ascii_lowercase();
        let is_other = other(&host_name.to_ascii_lowercase(), &given);
        let is_unusual = self.has_found("other-cloud") || self.has_found("unknown-host");
        let was_right = self.findings.is_empty();
        // A name that no hub of Azure has is right if it is this hub's.
        self.findings.retain(|(id, _)| {
            !["doctor-other-cloud", "doctor-unknown-host"].contains(&id.as_str())
        });
        if is_other && (was_right || is_unusual) {
            self.find("other-hub", &shown_value("HostName", &given));
        }
        let given = self.value("DeviceId").unwrap_or_default().to_owned();
        if device_id.is_some_and(|own| other(own, &given)) {
            self.find("other-device", &shown_value("DeviceId", &given));
        }
    }

    /// Tells what the parser refuses and the doctor has not seen.
    fn take_over(&mut self, error: &ConnectionStringError) {
        let part = error.part.as_deref().unwrap_or_default();
        match error.problem {
            Problem::Empty => self.find("empty", ""),
            Problem::TooLong { limit } => self.find("too-long", &limit.to_string()),
            Problem::NotKeyValue { position } => {
                self.find("not-name-value", &position.to_string());
            }
            Problem::UnknownPart { .. } => self.find("unknown-part", part),
            Problem::DuplicatePart => self.find("duplicate-part", part),
            Problem::EmptyPart => self.find("empty-part", part),
            Problem::NoKind => self.find("no-kind", ""),
            Problem::PartOfAnotherKind => self.find("part-of-another-kind", part),
            Problem::MissingPart => self.find("missing-part", part),
            Problem::BadHost => self.find("bad-host", part),
            Problem::BadId => self.find("bad-id", part),
            _ => self.find("bad-value", part),
        }
    }

    /// The parts as anybody may see them.
    fn shown(&self) -> Vec<(String, String)> {
        let shown = |(name, value): &(String, String)| {
            (shown_name(name).to_owned(), shown_value(name, value))
        };
        self.parts.iter().map(shown).collect()
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')
}

/// A name, if it is one that may be repeated: it may be a piece of a key.
fn shown_name(name: &str) -> &str {
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_word && name.len() <= LONGEST_NAME {
        name
    } else {
        "?"
    }
}

/// A value with what is secret in it masked. In a wrong place anything may be a key.
fn shown_value(name: &str, value: &str) -> String {
    let is_known = PARTS.iter().any(|(known, _)| *known == name);
    let is_claim = matches!(name, "sr" | "se" | "skn");
    let looks_like_key = value.len() >= 32
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    match name {
        "SharedAccessSignature" if value.contains("sig=") => mask_signature(value),
        "sr" | "se" | "skn" => value.to_owned(),
        "SharedAccessKey" | "SharedAccessSignature" => stars(value),
        _ if looks_like_key || !(is_known || is_claim) => stars(value),
        _ => value.to_owned(),
    }
}

fn stars(value: &str) -> String {
    "*".repeat(value.chars().count().min(44))
}

#[cfg(test)]
mod tests;
