//! What is wrong with a connection string, in words that help. No value of it is repeated.

use std::fmt;

use super::Kind;
use crate::sas::{KeyError, SasError};

/// Why a text is not the connection string that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionStringError {
    /// The kind it is or is meant to be, as far as that could be told.
    pub kind: Option<Kind>,
    /// The name of the part in question. An unknown one is left out if it may hold a secret.
    pub part: Option<String>,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong with a connection string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// There is nothing.
    Empty,
    /// There is too much.
    TooLong {
        /// How many bytes there may be.
        limit: usize,
    },
    /// A piece between two `;` is not `Name=value`.
    NotKeyValue {
        /// Which piece, counted from 1.
        position: usize,
    },
    /// A name that no connection string has.
    UnknownPart {
        /// Which piece, counted from 1.
        position: usize,
    },
    /// A name came twice.
    DuplicatePart,
    /// There is nothing after the `=`.
    EmptyPart,
    /// A text from a page in which something was to be filled in.
    Placeholder,
    /// There are neither the parts of a device nor those of a service program.
    NoKind,
    /// The part has no place in this kind.
    PartOfAnotherKind,
    /// The part must be there and is not.
    MissingPart,
    /// More than one of key, token and certificate.
    MixedCredentials,
    /// Not the name of a host.
    BadHost,
    /// Not the id of a device or module.
    BadId,
    /// Not a key.
    BadKey(KeyError),
    /// Not a token.
    BadToken(SasError),
    /// Neither `true` nor `false`; or `x509=false`, which says nothing.
    BadFlag,
    /// A complete connection string, of a kind that does not belong here.
    WrongKind {
        /// The kind that does.
        expected: Kind,
    },
}

impl ConnectionStringError {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self.problem {
            Problem::Empty => "Paste the connection string that the portal or the registry shows.",
            Problem::TooLong { .. } => "Paste one connection string and nothing else.",
            Problem::NotKeyValue { .. } => {
                "Copy the whole connection string again: its parts look like Name=value and are \
                 joined by semicolons."
            }
            Problem::UnknownPart { .. } => {
                "Check that the connection string is one of IoT Hub, and correct or remove this \
                 part."
            }
            Problem::DuplicatePart => "Keep one of them, and paste one connection string only.",
            Problem::EmptyPart => "Copy the whole connection string again, with its values.",
            Problem::Placeholder => "Put the real value in the place of the placeholder.",
            Problem::NoKind => {
                "Add DeviceId for a device, or SharedAccessKeyName for a service program."
            }
            Problem::PartOfAnotherKind => self.remedy_for_a_stranger(),
            Problem::MissingPart => self.remedy_for_a_missing_part(),
            Problem::MixedCredentials => {
                "Keep one of SharedAccessKey, SharedAccessSignature and x509."
            }
            Problem::BadHost => {
                "Write the bare name, such as contoso.azure-devices.net, without https:// and \
                 without a path."
            }
            Problem::BadId => {
                "Use the id the device or module is registered with: 1 to 128 ASCII letters, \
                 digits and - . + % _ # * ? ! ( ) , : = @ $ '"
            }
            Problem::BadKey(_) => "Copy the key again, to its very end: the = there belong to it.",
            Problem::BadToken(_) => "Copy the token again, or have a new one made.",
            Problem::BadFlag => self.remedy_for_a_flag(),
            Problem::WrongKind { expected } => remedy_for_the_wrong_kind(self.kind, expected),
        }
    }

    fn remedy_for_a_stranger(&self) -> &'static str {
        match (self.kind, self.part.as_deref()) {
            (Some(Kind::Device), Some("SharedAccessKeyName")) => {
                "Remove SharedAccessKeyName and use the device's own key; or, for a service \
                 program, remove DeviceId."
            }
            (Some(Kind::Module), Some("SharedAccessKeyName")) => {
                "Remove SharedAccessKeyName and use the module's own key; or, for a service \
                 program, remove DeviceId and ModuleId."
            }
            (Some(Kind::Service), Some("SharedAccessSignature")) => {
                "A service program signs its own tokens: give it SharedAccessKey."
            }
            _ => "Remove the part, or paste a connection string of the kind it belongs to.",
        }
    }

    fn remedy_for_a_missing_part(&self) -> &'static str {
        match self.part.as_deref() {
            Some("HostName") => "Add HostName, such as HostName=contoso.azure-devices.net.",
            Some("DeviceId") => "Add DeviceId with the id that the device is registered with.",
            Some("SharedAccessKeyName") => {
                "Add SharedAccessKeyName with the name of a shared access policy, such as \
                 iothubowner."
            }
            Some("Endpoint") => {
                "Add Endpoint, such as Endpoint=sb://namespace.servicebus.windows.net/."
            }
            Some("SharedAccessKey") if matches!(self.kind, Some(Kind::Device | Kind::Module)) => {
                "Add SharedAccessKey, a ready-made SharedAccessSignature, or x509=true."
            }
            Some("SharedAccessKey") => "Add SharedAccessKey with the key of the policy.",
            _ => "Add the part, or copy the whole connection string again.",
        }
    }

    fn remedy_for_a_flag(&self) -> &'static str {
        match self.part.as_deref() {
            Some("x509") => {
                "Write x509=true for a device with a certificate, and leave x509 out for any \
                 other."
            }
            _ => "Write true or false.",
        }
    }

    /// The part in question, in the middle of a sentence.
    fn part(&self) -> &str {
        self.part.as_deref().unwrap_or("a part")
    }

    /// The kind in question with its article, in the middle of a sentence.
    fn a_kind(&self) -> String {
        match self.kind {
            Some(kind) => a(kind),
            None => "a connection string".to_owned(),
        }
    }
}

fn a(kind: Kind) -> String {
    let article = if kind == Kind::EventHubs { "an" } else { "a" };
    format!("{article} {kind} connection string")
}

fn remedy_for_the_wrong_kind(came: Option<Kind>, expected: Kind) -> &'static str {
    match (came, expected) {
        (Some(Kind::Service), Kind::Device | Kind::Module) => {
            "Paste it where a service program asks for its own, and paste here the device's, \
             which has DeviceId."
        }
        (Some(Kind::Device | Kind::Module), Kind::Service) => {
            "Paste it where a device asks for its own, and paste here the one of a shared access \
             policy, which has SharedAccessKeyName."
        }
        (_, Kind::EventHubs) => {
            "Paste here the one of the hub's built-in endpoint, which starts with Endpoint=sb://."
        }
        (_, Kind::Service) => {
            "Paste it where a reader of telemetry asks for its own, and paste here the one of a \
             shared access policy, which has HostName and SharedAccessKeyName."
        }
        (_, Kind::Device | Kind::Module) => {
            "Paste it where a reader of telemetry asks for its own, and paste here the device's, \
             which has DeviceId."
        }
    }
}

impl fmt::Display for ConnectionStringError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_problem(f)?;
        write!(f, ". {}", self.remedy())
    }
}

impl ConnectionStringError {
    fn fmt_problem(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (part, a_kind) = (self.part(), self.a_kind());
        match self.problem {
            Problem::Empty => write!(f, "the connection string is empty"),
            Problem::TooLong { limit } => {
                write!(f, "the connection string is longer than {limit} bytes")
            }
            Problem::NotKeyValue { position } => {
                write!(f, "piece {position} of the connection string has no =")
            }
            Problem::UnknownPart { position } => match &self.part {
                Some(name) => write!(f, "no connection string has a part named {name}"),
                None => write!(
                    f,
                    "piece {position} of the connection string has a name that is not known"
                ),
            },
            Problem::DuplicatePart => {
                write!(f, "the connection string has {part} more than once")
            }
            Problem::EmptyPart => write!(f, "{part} has no value"),
            Problem::Placeholder => {
                write!(
                    f,
                    "{part} holds a placeholder, something in braces or angle brackets"
                )
            }
            Problem::NoKind => write!(
                f,
                "the connection string has neither DeviceId, which makes it one of a device, nor \
                 SharedAccessKeyName, which makes it one of a service program"
            ),
            Problem::PartOfAnotherKind => write!(f, "{part} does not belong in {a_kind}"),
            Problem::MissingPart => write!(f, "{a_kind} needs {part}, and it is not there"),
            Problem::MixedCredentials => {
                write!(
                    f,
                    "{part} comes beside another credential, and {a_kind} has one"
                )
            }
            Problem::BadHost => write!(f, "{part} is not the name of a host"),
            Problem::BadId => write!(f, "{part} is not an id that can be registered"),
            Problem::BadKey(why) => write!(f, "{part} is not a key: {why}"),
            Problem::BadToken(why) => write!(f, "{part} is not a token: {why}"),
            Problem::BadFlag => write!(f, "{part} has a value that it cannot have"),
            Problem::WrongKind { expected } => {
                write!(f, "this is {a_kind}, and {} belongs here", a(expected))
            }
        }
    }
}

impl std::error::Error for ConnectionStringError {}
