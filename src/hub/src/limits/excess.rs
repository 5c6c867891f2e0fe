//! What a client is told when it asks for more than the tier allows.

use wire::{
    error::{ErrorCode, ServiceError},
    timestamp::Timestamp,
};

use super::tier::OperationClass;
use crate::{close_reason::CloseReason, refusal::Refusal};

/// Why an operation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excess {
    /// The day's messages are used up.
    Quota {
        used: u64,
        quota: u64,
        day_ends: Timestamp,
    },
    /// Its turn would come too late.
    Late(OperationClass),
    /// Too many requests wait already.
    Backlog(OperationClass),
}

// IoT Hub documentation: "Troubleshoot Azure IoT Hub error codes", 403002, 429002 and 429003.
impl From<Excess> for ServiceError {
    fn from(excess: Excess) -> Self {
        match excess {
            Excess::Quota {
                used,
                quota,
                day_ends,
            } => Self::new(
                ErrorCode::IotHubQuotaExceeded,
                format!(
                    "The hub has used {used} messages of its {quota} for today. It neither sends nor receives messages \
                     before {}. Wait until then, or choose a larger tier or more units.",
                    day_ends.to_iso()
                ),
            ),
            Excess::Late(class) => {
                throttled(ErrorCode::ThrottlingBacklogTimeout, "has been", class)
            }
            Excess::Backlog(class) => throttled(
                ErrorCode::ThrottleBacklogLimitExceeded,
                "and too many others have been",
                class,
            ),
        }
    }
}

fn throttled(code: ErrorCode, what: &str, class: OperationClass) -> ServiceError {
    let name = class.name();
    ServiceError::new(
        code,
        format!(
            "The request {what} throttled. Wait 10 seconds and try again. Operation type: {name}"
        ),
    )
}

impl From<Excess> for CloseReason {
    fn from(excess: Excess) -> Self {
        match excess {
            Excess::Quota { .. } => Self::QuotaExceeded,
            Excess::Late(_) | Excess::Backlog(_) => Self::Throttled,
        }
    }
}

impl From<Excess> for Refusal {
    fn from(excess: Excess) -> Self {
        match excess {
            Excess::Quota { .. } => Self::QuotaExceeded,
            Excess::Late(_) | Excess::Backlog(_) => Self::Throttled,
        }
    }
}
