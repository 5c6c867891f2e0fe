//! Why a link, a session or a connection ends, or a message is refused: AMQP's error conditions and the service's own.

use fe2o3_amqp_types::definitions::{Error, ErrorCondition, Fields};
use serde_amqp::{Value, primitives::Symbol};
use wire::error::{ErrorCode, ServiceErrorReply};

pub(super) const DECODE_ERROR: &str = "amqp:decode-error";
pub(super) const ILLEGAL_STATE: &str = "amqp:illegal-state";
pub(super) const INTERNAL_ERROR: &str = "amqp:internal-error";
pub(super) const INVALID_FIELD: &str = "amqp:invalid-field";
pub(super) const NOT_ALLOWED: &str = "amqp:not-allowed";
pub(super) const NOT_FOUND: &str = "amqp:not-found";
pub(super) const NOT_IMPLEMENTED: &str = "amqp:not-implemented";
pub(super) const RESOURCE_LIMIT_EXCEEDED: &str = "amqp:resource-limit-exceeded";
pub(super) const UNAUTHORIZED_ACCESS: &str = "amqp:unauthorized-access";
pub(super) const CONNECTION_FORCED: &str = "amqp:connection:forced";
pub(super) const FRAMING_ERROR: &str = "amqp:connection:framing-error";
pub(super) const HANDLE_IN_USE: &str = "amqp:session:handle-in-use";
pub(super) const UNATTACHED_HANDLE: &str = "amqp:session:unattached-handle";
pub(super) const WINDOW_VIOLATION: &str = "amqp:session:window-violation";
pub(super) const MESSAGE_SIZE_EXCEEDED: &str = "amqp:link:message-size-exceeded";
pub(super) const REDIRECT: &str = "amqp:link:redirect";
pub(super) const STOLEN: &str = "amqp:link:stolen";
pub(super) const TRANSFER_LIMIT_EXCEEDED: &str = "amqp:link:transfer-limit-exceeded";
pub(super) const ARGUMENT_ERROR: &str = "com.microsoft:argument-error";
pub(super) const ARGUMENT_OUT_OF_RANGE: &str = "com.microsoft:argument-out-of-range";
const SERVER_BUSY: &str = "com.microsoft:server-busy";
const TIMEOUT: &str = "com.microsoft:timeout";
const PRECONDITION_FAILED: &str = "com.microsoft:precondition-failed";
const MESSAGE_LOCK_LOST: &str = "com.microsoft:message-lock-lost";
const THROTTLED: &str = "com.microsoft:device-container-throttled";
const QUOTA_EXCEEDED: &str = "com.microsoft:quota-exceeded";

/// An error with a description. All three of its fields are there, because some clients read them by position.
pub(super) fn error(condition: &str, description: impl Into<String>) -> Error {
    with_info(condition, description, [])
}

/// An error that says more than a text.
pub(super) fn with_info<const N: usize>(
    condition: &str,
    description: impl Into<String>,
    info: [(&str, Value); N],
) -> Error {
    let info: Fields = info
        .into_iter()
        .map(|(name, value)| (Symbol::from(name), value))
        .collect();
    Error::new(
        ErrorCondition::Custom(Symbol::from(condition)),
        description.into(),
        info,
    )
}

/// The condition that a refusal of the hub becomes.
pub(super) fn of_refusal(refusal: &ServiceErrorReply) -> Error {
    let condition = refusal.code.map_or_else(
        || of_status(refusal.status.as_u16()),
        |code| of_code(code).unwrap_or_else(|| of_status(code.status().as_u16())),
    );
    error(
        condition,
        format!("ErrorCode:{};{}", refusal.name(), refusal.message),
    )
}

/// The condition of those codes whose HTTP status says too little.
fn of_code(code: ErrorCode) -> Option<&'static str> {
    Some(match code {
        ErrorCode::DeviceMaximumQueueDepthExceeded
        | ErrorCode::DeviceMaximumQueueSizeExceeded
        | ErrorCode::IotHubMaxCbsTokenExceeded => RESOURCE_LIMIT_EXCEEDED,
        ErrorCode::IotHubQuotaExceeded => QUOTA_EXCEEDED,
        ErrorCode::InvalidMessageExpiryTime => ARGUMENT_OUT_OF_RANGE,
        ErrorCode::InvalidOperation => NOT_ALLOWED,
        ErrorCode::DeviceMessageLockLost => MESSAGE_LOCK_LOST,
        _ => return None,
    })
}

fn of_status(status: u16) -> &'static str {
    match status {
        400 => ARGUMENT_ERROR,
        401 => UNAUTHORIZED_ACCESS,
        404 => NOT_FOUND,
        412 => PRECONDITION_FAILED,
        413 => MESSAGE_SIZE_EXCEEDED,
        429 => THROTTLED,
        501 => NOT_IMPLEMENTED,
        503 => SERVER_BUSY,
        504 => TIMEOUT,
        403 | 405 | 409 | 415 => NOT_ALLOWED,
        _ => INTERNAL_ERROR,
    }
}
