//! One request and the reading of its response.

use http::{Request, Response, StatusCode};
use wire::error::{ErrorCode, parse_response};

/// A request to a hub, and how to read its response as a `T`.
pub struct Call<T> {
    /// What to send. Its URI is the path with the query; the hub's name is in `Host`.
    pub request: Request<Vec<u8>>,
    read: fn(&[u8]) -> Result<T, String>,
}

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The hub refused.
    #[error("{}", refused(*status, *code, message))]
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// Which refusal, if the catalogue has it.
        code: Option<ErrorCode>,
        /// What the hub said, for a person.
        message: String,
        /// What to tell the service's support.
        tracking_id: Option<String>,
    },
    /// The hub agreed, but what it sent is not what was asked for.
    #[error(
        "the hub answered {status}, but its answer cannot be read: {why}; check that the host is an IoT hub"
    )]
    Unreadable {
        /// The HTTP status.
        status: StatusCode,
        /// What is wrong with the body.
        why: String,
    },
}

impl<T> Call<T> {
    pub(super) fn new(request: Request<Vec<u8>>, read: fn(&[u8]) -> Result<T, String>) -> Self {
        Self { request, read }
    }

    /// Reads the response to [`request`](Self::request).
    pub fn read(&self, response: Response<Vec<u8>>) -> Result<T, CallError> {
        let (head, body) = response.into_parts();
        let status = head.status;
        if status.is_success() {
            return (self.read)(&body).map_err(|why| CallError::Unreadable { status, why });
        }
        let reply = parse_response(status, &head.headers, &body);
        Err(CallError::Refused {
            status,
            code: reply.code,
            message: reply.message,
            tracking_id: reply.tracking_id,
        })
    }
}

fn refused(status: StatusCode, code: Option<ErrorCode>, message: &str) -> String {
    let name = code.map(ErrorCode::name);
    let name = name.or(status.canonical_reason()).unwrap_or("unknown");
    let status_code = status.as_u16();
    let mut text = format!("the hub refused: {status_code} {name}");
    if !message.is_empty() {
        text = format!("{text}: {message}");
    }
    if let Some(remedy) = remedy(status) {
        text = format!("{text} ({remedy})");
    }
    text
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
