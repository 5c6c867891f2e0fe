//! What a failure of the AMQP module means to whoever wants to reach a hub.

use amqp::message::{Failure, FailureKind};
use lab::outside::{Trouble, TroubleKind};

use crate::browser::is_offline_for;

/// The failure as a trouble.
pub(super) fn trouble(host: &str, failure: Failure) -> Trouble {
    Trouble::new(kind(&failure, is_offline_for(host)), failure.description)
}

fn kind(failure: &Failure, is_offline: bool) -> TroubleKind {
    match failure.kind {
        FailureKind::Unreachable | FailureKind::Closed if is_offline => TroubleKind::Offline,
        FailureKind::Unreachable => TroubleKind::NoSocket,
        FailureKind::Unauthorized => TroubleKind::Unauthorized,
        FailureKind::NotFound => TroubleKind::HubNotFound,
        FailureKind::Throttled if is_about_quota(failure) => TroubleKind::Quota,
        FailureKind::Throttled => TroubleKind::Throttled,
        FailureKind::LimitReached => TroubleKind::Readers,
        FailureKind::Stolen => TroubleKind::Stolen,
        FailureKind::Closed => TroubleKind::Closed,
        FailureKind::Refused | FailureKind::Misused | FailureKind::Protocol => {
            TroubleKind::Protocol
        }
    }
}

/// Whether it is the day's messages that are used up. (IoT Hub documentation: quotas and throttling.)
pub(super) fn is_about_quota(failure: &Failure) -> bool {
    let condition = failure.condition.as_deref().unwrap_or_default();
    condition.contains("quota-exceeded") || failure.description.contains("IotHubQuotaExceeded")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_by_their_kinds() {
        let check = |kind_of: FailureKind, is_offline: bool, expected: TroubleKind| {
            let failure = Failure::new(kind_of, "what happened");
            assert_eq!(kind(&failure, is_offline), expected, "{kind_of:?}");
        };
        check(FailureKind::Unreachable, false, TroubleKind::NoSocket);
        check(FailureKind::Unreachable, true, TroubleKind::Offline);
        check(FailureKind::Unauthorized, true, TroubleKind::Unauthorized);
        check(FailureKind::Closed, false, TroubleKind::Closed);
        check(FailureKind::Stolen, false, TroubleKind::Stolen);
        check(FailureKind::LimitReached, false, TroubleKind::Readers);
        check(FailureKind::Throttled, false, TroubleKind::Throttled);
    }

    #[test]
    fn a_used_up_day_is_told_from_haste() {
        let failure = Failure {
            condition: Some("com.microsoft:quota-exceeded".to_owned()),
            ..Failure::new(FailureKind::Throttled, "")
        };
        assert_eq!(kind(&failure, false), TroubleKind::Quota);
    }
}
