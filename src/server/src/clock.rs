//! The wall clock: the one place where the program asks what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

use wire::timestamp::Timestamp;

/// What time it is. A clock that stands before 1970 counts as 1970.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
