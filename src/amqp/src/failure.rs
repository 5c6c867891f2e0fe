//! What the library and the hub call trouble, as failures that can be explained.

use fe2o3_amqp::{
    connection::{ConnectionStopReason, OpenError},
    link::{
        DetachError, DispositionError, LinkStateError, ReceiverAttachError, RecvError, SendError,
        SenderAttachError, SessionStopReason,
    },
    session::BeginError,
};
use fe2o3_amqp_types::definitions::Error;
use serde_amqp::{Value, primitives::Symbol};

use crate::message::{Failure, FailureKind};

/// At most so many characters of a hub's words are passed on.
const MOST_WORDS: usize = 500;

/// The name of a condition, as it is written on the wire.
pub(crate) fn condition(error: &Error) -> String {
    let value = serde_amqp::to_value(&error.condition);
    match value {
        Ok(Value::Symbol(Symbol(name))) => shorten(&name),
        _ => "unknown".to_owned(),
    }
}

/// What a hub says went wrong.
pub(crate) fn said(error: &Error) -> Failure {
    let condition = condition(error);
    let description = error.description.as_deref().unwrap_or("no description");
    told(&condition, description)
}

/// What a hub says went wrong, by condition and description.
pub(crate) fn told(condition: &str, description: &str) -> Failure {
    Failure {
        kind: kind_of(condition),
        condition: Some(shorten(condition)),
        description: shorten(description),
    }
}

fn kind_of(condition: &str) -> FailureKind {
    match condition {
        "amqp:unauthorized-access" | "com.microsoft:auth-failed" => FailureKind::Unauthorized,
        "amqp:not-found"
        | "com.microsoft:entity-not-found"
        | "com.microsoft:iot-hub-not-found-error" => FailureKind::NotFound,
        "com.microsoft:server-busy"
        | "com.microsoft:device-container-throttled"
        | "com.microsoft:quota-exceeded" => FailureKind::Throttled,
        "amqp:resource-limit-exceeded" => FailureKind::LimitReached,
        "amqp:link:stolen" => FailureKind::Stolen,
        "amqp:internal-error"
        | "amqp:connection:forced"
        | "amqp:link:detach-forced"
        | "com.microsoft:timeout"
        | "com.microsoft:container-close"
        | "com.microsoft:operation-cancelled" => FailureKind::Closed,
        "amqp:decode-error"
        | "amqp:illegal-state"
        | "amqp:frame-size-too-small"
        | "amqp:connection:framing-error" => FailureKind::Protocol,
        _ => FailureKind::Refused,
    }
}

/// What a status of a request says: the statuses are those of HTTP.
pub(crate) fn of_status(status: i64, condition: Option<&str>, description: &str) -> Failure {
    let kind = match status {
        401 | 403 => FailureKind::Unauthorized,
        404 => FailureKind::NotFound,
        429 => FailureKind::Throttled,
        500.. => FailureKind::Closed,
        _ => FailureKind::Refused,
    };
    Failure {
        kind,
        condition: condition.map(shorten),
        description: format!("status {status}: {}", shorten(description)),
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(MOST_WORDS).collect()
}

/// The connection is gone, and nobody said why.
fn closed(what: &impl ToString) -> Failure {
    Failure::new(FailureKind::Closed, shorten(&what.to_string()))
}

fn broken(what: &impl ToString) -> Failure {
    Failure::new(FailureKind::Protocol, shorten(&what.to_string()))
}

impl From<ConnectionStopReason> for Failure {
    fn from(reason: ConnectionStopReason) -> Self {
        match reason {
            ConnectionStopReason::RemoteClosedWithError(error) => said(&error),
            ConnectionStopReason::ClosedWithError(error) => closed(&error),
            ConnectionStopReason::Closed | ConnectionStopReason::RemoteClosed => {
                closed(&"the connection was closed")
            }
        }
    }
}

impl From<SessionStopReason> for Failure {
    fn from(reason: SessionStopReason) -> Self {
        match reason {
            SessionStopReason::ConnectionStopped(reason) => reason.into(),
            SessionStopReason::RemoteEndedWithError(error) => said(&error),
            SessionStopReason::EndedWithError(error) => closed(&error),
            SessionStopReason::Ended | SessionStopReason::RemoteEnded => {
                closed(&"the session was ended")
            }
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::SaslError { .. } => Self::new(
                FailureKind::Unauthorized,
                "the hub did not accept the policy and its token",
            ),
            OpenError::RemoteClosedWithError(error) => said(&error),
            OpenError::Io(_) | OpenError::RemoteClosed | OpenError::TransportError(_) => {
                closed(&error)
            }
            error => broken(&error),
        }
    }
}

impl From<BeginError> for Failure {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::ConnectionStopped(reason) => reason.into(),
            BeginError::RemoteEndedWithError(error) => said(&error),
            error => closed(&error),
        }
    }
}

impl From<SenderAttachError> for Failure {
    fn from(error: SenderAttachError) -> Self {
        match error {
            SenderAttachError::SessionStopped(reason) => reason.into(),
            SenderAttachError::RemoteClosedWithError(error) => said(&error),
            error => broken(&error),
        }
    }
}

impl From<ReceiverAttachError> for Failure {
    fn from(error: ReceiverAttachError) -> Self {
        match error {
            ReceiverAttachError::SessionStopped(reason) => reason.into(),
            ReceiverAttachError::RemoteClosedWithError(error) => said(&error),
            error => broken(&error),
        }
    }
}

impl From<LinkStateError> for Failure {
    fn from(error: LinkStateError) -> Self {
        match error {
            LinkStateError::SessionStopped(reason) => reason.into(),
            LinkStateError::RemoteDetachedWithError(error)
            | LinkStateError::RemoteClosedWithError(error) => said(&error),
            error => closed(&error),
        }
    }
}

impl From<DetachError> for Failure {
    fn from(error: DetachError) -> Self {
        LinkStateError::from(error).into()
    }
}

impl From<RecvError> for Failure {
    fn from(error: RecvError) -> Self {
        match error {
            RecvError::LinkStateError(error) => error.into(),
            error => broken(&error),
        }
    }
}

impl From<SendError> for Failure {
    fn from(error: SendError) -> Self {
        match error {
            SendError::LinkStateError(error) => error.into(),
            SendError::Detached(error) => error.into(),
            SendError::MessageSizeExceeded(error) => {
                told("amqp:link:message-size-exceeded", &error.to_string())
            }
            error => broken(&error),
        }
    }
}

impl From<DispositionError> for Failure {
    fn from(error: DispositionError) -> Self {
        closed(&error)
    }
}
