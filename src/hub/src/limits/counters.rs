//! What was done so far.

use serde::{Deserialize, Serialize};
use wire::timestamp::Timestamp;

use super::tier::{CLASSES, OperationClass};

const DAY_MILLIS: u64 = 24 * 60 * 60 * 1_000;

/// What was counted since the hub began. It is acknowledged to nobody, so no change of it is committed; a snapshot of
/// the hub may hold it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counters {
    /// The UTC day that `messages` is of, counted from the Unix epoch.
    day: u64,
    messages: u64,
    classes: [Tally; CLASSES],
}

/// What was counted of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) delayed: u64,
    pub(super) refused: u64,
}

impl Counters {
    /// How many messages the day of this moment has had.
    pub(super) fn messages_on(&self, now: Timestamp) -> u64 {
        if self.day == day(now) {
            self.messages
        } else {
            0
        }
    }

    pub(super) fn add_messages(&mut self, now: Timestamp, messages: u64) {
        let before = self.messages_on(now);
        self.day = day(now);
        self.messages = before.saturating_add(messages);
    }

    pub(super) fn class(&self, class: OperationClass) -> &Tally {
        &self.classes[class as usize]
    }

    pub(super) fn class_mut(&mut self, class: OperationClass) -> &mut Tally {
        &mut self.classes[class as usize]
    }
}

/// The midnight (UTC) that ends the day of this moment.
pub(super) fn day_ends(now: Timestamp) -> Timestamp {
    Timestamp::from_millis(day(now).saturating_add(1).saturating_mul(DAY_MILLIS))
}

fn day(now: Timestamp) -> u64 {
    now.as_millis() / DAY_MILLIS
}
