//! The catalogue of errors: every refusal a hub can give, with its name, number and HTTP status,
//! and the bodies in which a refusal travels.
//!
//! A number is the HTTP status times 1000 plus a detail. (IoT Hub documentation: understand and
//! resolve IoT Hub error codes.)

use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::timestamp::Timestamp;

/// The response header that carries [`ErrorCode::name`].
pub const ERROR_CODE_HEADER: &str = "iothub-errorcode";

/// Declares [`ErrorCode`] from its rows, once.
macro_rules! catalogue {
    ($($(#[$doc:meta])+ $number:literal $name:ident,)+) => {
        /// A kind of refusal.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])+ $name,)+
        }

        impl ErrorCode {
            /// Every code, by number.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The symbolic name: `DeviceNotFound`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }

            /// The number: 404001.
            pub const fn number(self) -> u32 {
                match self {
                    $(Self::$name => $number,)+
                }
            }

            /// The code with this number.
            pub const fn from_number(number: u32) -> Option<Self> {
                match number {
                    $($number => Some(Self::$name),)+
                    _ => None,
                }
            }

            /// The code with this name, in the very same case.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $(stringify!($name) => Some(Self::$name),)+
                    _ => None,
                }
            }
        }
    };
}

catalogue! {
    /// The request is wrong in a way that has no code of its own.
    400_000 GenericBadRequest,
    /// The `api-version` is missing or not one the hub knows.
    400_001 InvalidProtocolVersion,
    /// A query for devices asks for an impossible number of them.
    400_002 DeviceInvalidResultCount,
    /// The operation makes no sense here.
    400_003 InvalidOperation,
    /// A value is outside of its rules.
    400_004 ArgumentInvalid,
    /// A value that must be there is not.
    400_005 ArgumentNull,
    /// A text is not in the form the hub reads.
    400_006 IotHubFormatError,
    /// The storage container of a job is not usable.
    400_008 BlobContainerValidationError,
    /// A bulk request names a device more than once.
    400_011 DeviceDefinedMultipleTimes,
    /// The body is not the JSON that was expected.
    400_012 DeserializationError,
    /// Some items of a bulk request failed.
    400_013 BulkRegistryOperationFailure,
    /// The request was cancelled.
    400_021 RequestCanceled,
    /// The entity tag does not match.
    400_023 EtagDoesNotMatch,
    /// The request took too long.
    400_024 RequestTimedOut,
    /// There is no message where one must be.
    400_026 NullMessage,
    /// A newer connection of the same device closed this one.
    400_027 ConnectionForcefullyClosedOnNewConnection,
    /// The scope of a device's parent is wrong.
    400_028 InvalidDeviceScope,
    /// Not authorised, in a way that has no code of its own.
    401_000 GenericUnauthorized,
    /// The hub the token speaks of does not exist here.
    401_001 IotHubNotFound,
    /// The token is missing, wrong, or gives no right to the operation.
    401_002 IotHubUnauthorizedAccess,
    /// The token has expired or cannot be verified.
    401_003 IotHubUnauthorized,
    /// Forbidden, in a way that has no code of its own.
    403_000 GenericForbidden,
    /// The hub is suspended.
    403_001 IotHubSuspended,
    /// The day's messages are used up.
    403_002 IotHubQuotaExceeded,
    /// Too many jobs.
    403_003 JobQuotaExceeded,
    /// The device already has 50 cloud-to-device messages waiting.
    403_004 DeviceMaximumQueueDepthExceeded,
    /// Too many tokens on one connection.
    403_005 IotHubMaxCbsTokenExceeded,
    /// The device already has 10 file uploads under way.
    403_006 DeviceMaximumActiveFileUploadLimitExceeded,
    /// The messages waiting for the device are too many bytes.
    403_007 DeviceMaximumQueueSizeExceeded,
    /// The expiry of a message is past or too far ahead.
    403_009 InvalidMessageExpiryTime,
    /// The hub's tier does not have the operation.
    403_010 OperationNotAvailableInCurrentTier,
    /// The device is disabled.
    403_012 DeviceDisabled,
    /// Too many direct methods are waiting for the device's answers.
    403_800 DeviceMaximumInflightMethodExceeded,
    /// There is no device with this id.
    404_001 DeviceNotFound,
    /// There is no job with this id.
    404_002 JobNotFound,
    /// There is nothing at this AMQP address.
    404_006 AmqpAddressNotFound,
    /// There is no module with this id.
    404_010 ModuleNotFound,
    /// The device is not connected, or does not listen for direct methods.
    404_103 DeviceNotOnline,
    /// The device's connection was closed. Only logs show it.
    404_104 DeviceConnectionClosedRemotely,
    /// There is no configuration with this id.
    404_301 ConfigurationNotFound,
    /// The operation does not fit the state of what it is for.
    405_102 OperationNotAllowedInCurrentState,
    /// The operation is not allowed. The service publishes no name for this number: this one is
    /// ours.
    405_103 OperationNotAllowed,
    /// A device with this id is already registered.
    409_001 DeviceAlreadyExists,
    /// Two links of one device collide.
    409_002 LinkCreationConflict,
    /// The device is locked by another operation.
    409_102 DeviceLocked,
    /// A job with this id exists.
    409_104 JobAlreadyExists,
    /// The device already has a module with this id.
    409_301 ModuleAlreadyExistsOnDevice,
    /// A configuration with this id exists.
    409_401 ConfigurationAlreadyExists,
    /// The entity has changed since its entity tag was read, or no entity tag came.
    412_001 PreconditionFailed,
    /// The lock on a cloud-to-device message was lost, or never was.
    412_002 DeviceMessageLockLost,
    /// The message is too large.
    413_001 MessageTooLarge,
    /// The hub has as many devices as it may.
    413_002 TooManyDevices,
    /// The device has as many modules as it may.
    413_003 TooManyModulesOnDevice,
    /// The body's media type is not one the hub reads. The service publishes no name for this
    /// number: this one is ours.
    415_101 UnsupportedMediaType,
    /// Too many requests.
    429_001 ThrottlingException,
    /// Too many requests, and too many are waiting already.
    429_002 ThrottleBacklogLimitExceeded,
    /// The request waited too long for its turn.
    429_003 ThrottlingBacklogTimeout,
    /// As many jobs are running as may.
    429_004 ThrottlingMaxActiveJobCountExceeded,
    /// Something went wrong in the hub.
    500_001 ServerError,
    /// Something in the hub took too long.
    500_008 GenericTimeout,
    /// This hub does not have the operation, although IoT Hub does. Number and name are ours.
    501_000 NotSupported,
    /// The hub is not available.
    503_001 ServiceUnavailable,
    /// There is no partition with this number.
    503_003 PartitionNotFound,
    /// The hub is busy.
    503_005 ServerBusy,
    /// The device is not available.
    503_102 DeviceUnavailable,
    /// The device did not answer a direct method in time.
    504_101 GatewayTimeout,
}

impl ErrorCode {
    /// The HTTP status: 404.
    pub fn status(self) -> StatusCode {
        u16::try_from(self.number() / 1000)
            .ok()
            .and_then(|status| StatusCode::from_u16(status).ok())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// What the service's support would be asked about: it names one request and its moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrackingId {
    id: u128,
    at: Timestamp,
}

impl TrackingId {
    /// `id` is whatever is unique, for instance random.
    pub const fn new(id: u128, at: Timestamp) -> Self {
        Self { id, at }
    }

    /// When the request was refused.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// The style of [`ServiceError::envelope`]: 32 hexadecimal digits and a plain date.
    pub fn to_text(&self) -> String {
        format!("{:032x}-G:0-TimeStamp:{}", self.id, self.at.to_tracking())
    }

    /// The style of [`ServiceError::numbered_envelope`]: 16 hexadecimal digits and an ISO 8601
    /// date.
    pub fn to_numbered_text(&self) -> String {
        format!("{:016X}-G2:-TimeStamp:{}", self.id >> 64, self.at.to_iso())
    }
}

/// A refusal on its way out of the hub.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}: {message}", code.name())]
pub struct ServiceError {
    /// Which kind.
    pub code: ErrorCode,
    /// What happened, for a person.
    pub message: String,
}

impl ServiceError {
    /// A refusal of this kind.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, message }
    }

    /// The usual body: `{"Message":"ErrorCode:DeviceNotFound;…","ExceptionMessage":"Tracking
    /// ID:…"}`.
    pub fn envelope(&self, tracking: &TrackingId) -> String {
        to_json(&Envelope {
            message: format!("ErrorCode:{};{}", self.code.name(), self.message),
            exception_message: format!("Tracking ID:{}", tracking.to_text()),
        })
    }

    /// The body that some operations have instead:
    /// `{"errorCode":409301,"message":"…","trackingId":"…","timestampUtc":"…"}`.
    pub fn numbered_envelope(&self, tracking: &TrackingId) -> String {
        to_json(&self.numbered(tracking))
    }

    /// The body of direct methods: the numbered one, with `info`, as the text in `Message` of the
    /// usual one.
    pub fn nested_envelope(&self, tracking: &TrackingId, info: Option<&Value>) -> String {
        let numbered = self.numbered(tracking);
        to_json(&Envelope {
            message: to_json(&NestedEnvelope { numbered, info }),
            exception_message: String::new(),
        })
    }

    fn numbered(&self, tracking: &TrackingId) -> NumberedEnvelope<'_> {
        NumberedEnvelope {
            error_code: self.code.number(),
            message: &self.message,
            tracking_id: tracking.to_numbered_text(),
            timestamp_utc: tracking.at.to_iso(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    message: String,
    exception_message: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NumberedEnvelope<'a> {
    error_code: u32,
    message: &'a str,
    tracking_id: String,
    timestamp_utc: String,
}

#[derive(Serialize)]
struct NestedEnvelope<'a> {
    #[serde(flatten)]
    numbered: NumberedEnvelope<'a>,
    info: Option<&'a Value>,
}

fn to_json(value: &impl Serialize) -> String {
    // Structs of texts and numbers always serialise.
    serde_json::to_string(value).unwrap_or_default()
}

/// A refusal as a client understood it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{} {}: {message}", status.as_u16(), self.name())]
pub struct ServiceErrorReply {
    /// The HTTP status.
    pub status: StatusCode,
    /// The kind, if the catalogue has it.
    pub code: Option<ErrorCode>,
    /// The symbolic name as it came, in the header or in the body.
    pub code_name: Option<String>,
    /// The number as it came.
    pub number: Option<u32>,
    /// What happened, for a person. The body's text, or the beginning of it, if the body is in no
    /// known form; empty if there is none.
    pub message: String,
    /// What the service's support would be asked about.
    pub tracking_id: Option<String>,
}

impl ServiceErrorReply {
    /// The most telling name there is: the symbolic one, or the status's own.
    pub fn name(&self) -> &str {
        let code = self.code.map(ErrorCode::name);
        let status = self.status.canonical_reason();
        code.or(self.code_name.as_deref())
            .or(status)
            .unwrap_or("error")
    }
}

/// How much of a body in no known form is kept as the message, in characters.
const MOST_OF_AN_UNKNOWN_BODY: usize = 500;

/// Reads a refusal, in whichever of the three bodies it comes, or in none of them.
pub fn parse_response(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ServiceErrorReply {
    let body = String::from_utf8_lossy(body);
    let mut found = Found::default();
    found.read(&body);
    let in_header = headers
        .get(ERROR_CODE_HEADER)
        .and_then(|value| value.to_str().ok())
        .map(|name| name.trim().to_owned());
    // The header is the more reliable of the two.
    let code_name = in_header.filter(|name| !name.is_empty()).or(found.name);
    let code = code_name
        .as_deref()
        .and_then(ErrorCode::from_name)
        .or_else(|| found.number.and_then(ErrorCode::from_number));
    let message = found
        .message
        .unwrap_or_else(|| body.trim().chars().take(MOST_OF_AN_UNKNOWN_BODY).collect());
    ServiceErrorReply {
        status,
        code,
        code_name,
        number: found.number,
        message,
        tracking_id: found.tracking_id,
    }
}

/// What a body says.
#[derive(Default)]
struct Found {
    name: Option<String>,
    number: Option<u32>,
    message: Option<String>,
    tracking_id: Option<String>,
}

impl Found {
    fn read(&mut self, body: &str) {
        let Ok(Value::Object(object)) = serde_json::from_slice(body.as_bytes()) else {
            return;
        };
        let Some(message) = text(&object, "message") else {
            return;
        };
        let nested = serde_json::from_slice::<Map<String, Value>>(message.as_bytes())
            .ok()
            .filter(|nested| text(nested, "message").is_some());
        match nested {
            Some(nested) => self.read_object(&nested),
            None => self.read_object(&object),
        }
    }

    fn read_object(&mut self, object: &Map<String, Value>) {
        let message = text(object, "message").unwrap_or_default();
        let named = message
            .strip_prefix("ErrorCode:")
            .map(|rest| rest.split_once(';').unwrap_or((rest, "")));
        match named {
            Some((name, rest)) => {
                self.name = Some(name.trim().to_owned());
                self.message = Some(rest.trim().to_owned());
            }
            None => self.message = Some(message.to_owned()),
        }
        self.number = get(object, "errorCode")
            .and_then(Value::as_u64)
            .and_then(|number| u32::try_from(number).ok());
        self.tracking_id = text(object, "trackingId")
            .or_else(|| {
                text(object, "ExceptionMessage").and_then(|text| text.strip_prefix("Tracking ID:"))
            })
            .map(str::to_owned);
    }
}

/// The value of a name, in whatever case.
fn get<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let mut entries = object.iter();
    entries.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    get(object, name).and_then(Value::as_str)
}
