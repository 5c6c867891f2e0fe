//! How a rate is kept: a bucket that fills with what is done and drains with time.

use std::time::Duration;

use wire::timestamp::Timestamp;

use super::tier::Rate;

/// A bucket that holds what a rate allows in its period. What does not fit waits until enough has drained, so after a
/// quiet period a burst of that size is carried out at once, and what follows it at the rate.
///
/// IoT Hub documentation: traffic shaping. The documentation does not tell the size of the burst.
#[derive(Clone, Copy, Default)]
pub(super) struct Bucket {
    /// What is in it, in 1/(1000 × seconds) of an operation, so that it drains by whole numbers.
    level: u64,
    /// When that was so.
    at: Timestamp,
}

impl Bucket {
    /// When something that costs so much has its turn: `now` at the earliest, and not before anything that was put in.
    pub(super) fn turn(&self, now: Timestamp, rate: Rate, cost: u64) -> Timestamp {
        let full = rate.amount.saturating_mul(period(rate));
        let level = self.with(now, rate, cost);
        let wait = level.saturating_sub(full).div_ceil(rate.amount.max(1));
        now.plus(Duration::from_millis(wait))
    }

    /// Puts it in.
    pub(super) fn fill(&mut self, now: Timestamp, rate: Rate, cost: u64) {
        self.level = self.with(now, rate, cost);
        self.at = now;
    }

    /// The level at `now`, with so much more in it.
    fn with(&self, now: Timestamp, rate: Rate, cost: u64) -> u64 {
        let passed = u64::try_from(now.since(self.at).as_millis()).unwrap_or(u64::MAX);
        self.level
            .saturating_sub(passed.saturating_mul(rate.amount))
            .saturating_add(cost.saturating_mul(period(rate)))
    }
}

/// The period of a rate, in milliseconds.
fn period(rate: Rate) -> u64 {
    rate.seconds * 1_000
}
