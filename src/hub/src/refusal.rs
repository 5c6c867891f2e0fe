//! Why a CONNECT is refused.

use std::fmt;

use wire::{mqtt::mqttrs::ConnectReturnCode, sas::SasError};

use crate::store::StoreError;

/// Why a CONNECT was refused. The service only sends a return code; this says what it would not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The client speaks another protocol, or another version of MQTT than 3.1.1.
    Protocol {
        /// The protocol's name as it came.
        name: String,
        /// Its level as it came; 4 is MQTT 3.1.1.
        level: u8,
    },
    /// The day's messages are used up.
    QuotaExceeded,
    /// Too many devices connect in too short a time.
    Throttled,
    /// There is no user name.
    UserNameMissing,
    /// The user name does not begin with `{host}/{device id}`.
    UserNameUnreadable,
    /// The user name names another hub.
    WrongHost,
    /// The client id is not the identity that the user name names.
    ClientIdMismatch,
    /// There is no password; the hub knows no client certificates.
    PasswordMissing,
    /// The password is no SAS token.
    TokenUnreadable(SasError),
    /// The token has expired.
    TokenExpired,
    /// The token is for another resource.
    TokenScope,
    /// The token names a policy that the hub does not have, or that may not connect devices.
    PolicyRefused,
    /// The signature was not made with a key of this device or policy.
    WrongKey,
    /// The registry has a certificate for this device or module, and no keys.
    CertificateExpected,
    /// The registry has no such device or module.
    UnknownIdentity,
    /// The device is disabled.
    Disabled,
    /// The will is not telemetry of this device at QoS 0 or 1.
    Will,
    /// The client's session could not be kept, or not be dropped.
    StoreFailed(StoreError),
}

impl Refusal {
    /// A short name for this refusal, the same in every version: `wrong-key`.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Protocol { .. } => "protocol",
            Self::QuotaExceeded => "quota-exceeded",
            Self::Throttled => "throttled",
            Self::UserNameMissing => "user-name-missing",
            Self::UserNameUnreadable => "user-name-unreadable",
            Self::WrongHost => "wrong-host",
            Self::ClientIdMismatch => "client-id-mismatch",
            Self::PasswordMissing => "password-missing",
            Self::TokenUnreadable(_) => "token-unreadable",
            Self::TokenExpired => "token-expired",
            Self::TokenScope => "token-scope",
            Self::PolicyRefused => "policy-refused",
            Self::WrongKey => "wrong-key",
            Self::CertificateExpected => "certificate-expected",
            Self::UnknownIdentity => "unknown-identity",
            Self::Disabled => "disabled",
            Self::Will => "will",
            Self::StoreFailed(_) => "store-failed",
        }
    }

    /// The code that the CONNACK carries.
    pub fn return_code(&self) -> ConnectReturnCode {
        match self {
            Self::QuotaExceeded | Self::Throttled | Self::StoreFailed(_) => {
                ConnectReturnCode::ServerUnavailable
            }
            Self::Protocol { .. } => ConnectReturnCode::RefusedProtocolVersion,
            _ => ConnectReturnCode::NotAuthorized,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Protocol { name, level } => {
                write!(f, "expected MQTT level 4 (3.1.1), got {name:?} level {level}; choose MQTT 3.1.1 in the client")
            }
            Self::QuotaExceeded => f.write_str(
                "the hub's messages for today are used up; wait until midnight UTC, or choose a larger tier",
            ),
            Self::Throttled => f.write_str(
                "too many devices connected within a second; wait a little longer before each new attempt",
            ),
            Self::UserNameMissing => {
                f.write_str("expected a user name {host}/{device id}/?api-version=2021-04-12, got none; set it")
            }
            Self::UserNameUnreadable => f.write_str(
                "expected a user name {host}/{device id}/?api-version=2021-04-12, got something else; correct it",
            ),
            Self::WrongHost => f.write_str("the user name names another hub; put this hub's host name first"),
            Self::ClientIdMismatch => {
                f.write_str("the client id differs from the device id in the user name; make them equal")
            }
            Self::PasswordMissing => {
                f.write_str("expected a SAS token as password, got none; certificates are not supported")
            }
            Self::TokenUnreadable(why) => write!(f, "the password is not a SAS token: {why}"),
            Self::TokenExpired => f.write_str("the SAS token has expired; sign a new one, and check the device's clock"),
            Self::TokenScope => {
                f.write_str("the SAS token is for another resource; sign {host}/devices/{device id}")
            }
            Self::PolicyRefused => f.write_str(
                "the SAS token names a policy that is missing or lacks DeviceConnect; use the device's own key",
            ),
            Self::WrongKey => {
                f.write_str("the signature does not match; use one of the keys that the registry has for this device")
            }
            Self::CertificateExpected => f.write_str(
                "the registry expects a certificate from this device, got a SAS token; certificates are not supported, \
                 so set its authentication to sas",
            ),
            Self::UnknownIdentity => f.write_str("the registry has no such device; register it first"),
            Self::Disabled => f.write_str("the device is disabled; enable it in the registry"),
            Self::Will => f.write_str(
                "the will must be telemetry of this device, on devices/{device id}/messages/events/, at QoS 0 or 1",
            ),
            Self::StoreFailed(why) => write!(f, "the hub could not keep the session: {why}; connect again later"),
        }
    }
}
