//! One request and the reading of its response.

use std::fmt;

use http::{HeaderMap, Request, Response, StatusCode};
use serde::Deserialize;
use wire::error::{ErrorCode, parse_response};
use wire::rest::decode_id;

use crate::response::{Answer, header};

/// The header in which an emulated hub says where a query goes wrong. IoT Hub itself does not say.
const HINT: &str = "x-playground-hint";

/// A request to a hub, and how to read its response as a `T`.
pub struct Call<T> {
    /// What to send. Its URI is the path with the query; the hub's name is in `Host`.
    pub request: Request<Vec<u8>>,
    read: fn(&Answer) -> Result<T, String>,
    from_refusal: fn(&Answer) -> Option<T>,
}

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The hub refused.
    #[error("{}", refused(*status, *code, message, hint.as_ref()))]
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// Which refusal, if the catalogue has it.
        code: Option<ErrorCode>,
        /// What the hub said, for a person.
        message: String,
        /// What to tell the service's support.
        tracking_id: Option<String>,
        /// Where a query goes wrong, if the hub says so.
        hint: Option<Hint>,
    },
    /// The hub agreed, but what it sent is not what was asked for.
    #[error(
        "the hub answered {status}, but its answer cannot be read: {why}; check that the host is an IoT hub"
    )]
    Unreadable {
        /// The HTTP status.
        status: StatusCode,
        /// What is wrong with the answer.
        why: String,
    },
}

impl CallError {
    /// Which refusal it is, if it is one and the catalogue has it.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused { code, .. } => *code,
            Self::Unreadable { .. } => None,
        }
    }
}

/// What is wrong with a query or odd about it, and where. An emulated hub tells it beside the
/// service's own answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Hint {
    /// Where in the query's text it begins, in characters from 0.
    pub position: usize,
    /// How many characters it is about; none if something is missing there.
    #[serde(default)]
    pub length: usize,
    /// Names the kind of problem, whatever the wording.
    #[serde(default)]
    pub id: String,
    /// What is wrong, and what to write instead, for a person.
    pub reason: String,
}

impl Hint {
    /// The header's text is JSON, percent-encoded or not. JSON may have a `%` of its own, so the
    /// plain text goes first.
    pub(super) fn read(headers: &HeaderMap) -> Option<Self> {
        let text = header(headers, HINT)?;
        let plain = serde_json::from_slice(text.as_bytes()).ok();
        plain.or_else(|| serde_json::from_slice(decode_id(text)?.as_bytes()).ok())
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}: {}", self.position, self.reason)
    }
}

impl<T> Call<T> {
    pub(crate) fn new(request: Request<Vec<u8>>, read: fn(&Answer) -> Result<T, String>) -> Self {
        Self {
            request,
            read,
            from_refusal: |_| None,
        }
    }

    /// The same call, whose answer may also come with a status of refusal.
    pub(crate) fn or_from_refusal(mut self, from_refusal: fn(&Answer) -> Option<T>) -> Self {
        self.from_refusal = from_refusal;
        self
    }

    /// Reads the response to [`request`](Self::request).
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a response is an answer to one call, and is read once"
    )]
    pub fn read(&self, response: Response<Vec<u8>>) -> Result<T, CallError> {
        let status = response.status();
        if status.is_success() {
            return (self.read)(&response).map_err(|why| CallError::Unreadable { status, why });
        }
        if let Some(answer) = (self.from_refusal)(&response) {
            return Ok(answer);
        }
        let reply = parse_response(status, response.headers(), response.body());
        Err(CallError::Refused {
            status,
            code: reply.code,
            message: reply.message,
            tracking_id: reply.tracking_id,
            hint: Hint::read(response.headers()),
        })
    }
}

fn refused(
    status: StatusCode,
    code: Option<ErrorCode>,
    message: &str,
    hint: Option<&Hint>,
) -> String {
    let name = code.map(ErrorCode::name);
    let name = name.or(status.canonical_reason()).unwrap_or("unknown");
    let status_code = status.as_u16();
    let mut text = format!("the hub refused: {status_code} {name}");
    if !message.is_empty() {
        text = format!("{text}: {message}");
    }
    if let Some(hint) = hint {
        text = format!("{text} ({hint})");
    }
    if let Some(remedy) = code.and_then(remedy_of_code).or_else(|| remedy(status)) {
        text = format!("{text} ({remedy})");
    }
    text
}

/// What to do about a refusal, where its code tells more than its status.
fn remedy_of_code(code: ErrorCode) -> Option<&'static str> {
    Some(match code {
        ErrorCode::DeviceNotOnline => {
            "check that the device is connected and listens for direct methods, or give the call a \
             connect time-out"
        }
        ErrorCode::GatewayTimeout => {
            "the device is connected but did not answer in time: check that it answers every \
             method, or give the call a longer response time-out"
        }
        ErrorCode::DeviceMaximumQueueDepthExceeded => {
            "have the device receive what waits for it, or purge its queue"
        }
        ErrorCode::DeviceMessageLockLost => {
            "receive again; a lock token is good once, and for a minute"
        }
        _ => return None,
    })
}

/// What to do about a refusal, as far as the status tells.
fn remedy(status: StatusCode) -> Option<&'static str> {
    Some(match status {
        StatusCode::UNAUTHORIZED => {
            "check that the connection string is the hub's, that its policy permits this call, and \
             that the clock is right"
        }
        StatusCode::NOT_FOUND => "check the id; ids are case-sensitive",
        StatusCode::CONFLICT => "read what is there and update it, or choose another id",
        StatusCode::PRECONDITION_FAILED => "read the current state and try again with its etag",
        StatusCode::TOO_MANY_REQUESTS => "wait and call less often",
        status if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED => "try later",
        _ => return None,
    })
}
