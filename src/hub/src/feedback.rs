//! Delivery feedback: records of what became of cloud-to-device messages, read in batches.

use serde::{Deserialize, Serialize};
use wire::{rest::FeedbackRecord, timestamp::Timestamp};

/// All feedback that was not read yet.
#[derive(Default)]
pub(crate) struct Feedback {}

/// A record that waits to be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PendingFeedback {
    /// Its number, never used twice.
    pub(crate) number: u64,
    pub(crate) record: FeedbackRecord,
}

impl Feedback {
    /// Does what is due: flushes batches, ends locks, drops what is too old.
    pub(crate) fn advance(&mut self, _now: Timestamp) {}

    /// When something is due.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        None
    }
}
