//! When a lost connection is tried again.

use std::time::Duration;

/// How long to wait before the next attempt to connect, and when to stop trying.
///
/// It decides about failures that may pass: a link that cannot be opened or breaks, a hub that does
/// not answer or answers "server unavailable". A refusal for cause, for example a wrong key, is
/// never tried again whatever the policy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RetryPolicy {
    /// The first failure is final.
    None,
    /// The same wait before each attempt.
    Fixed {
        /// The wait.
        wait: Duration,
        /// How many attempts to make after the first failure; `None` for no end.
        attempts: Option<u32>,
    },
    /// Each wait is longer than the one before.
    Exponential {
        /// The first wait.
        first: Duration,
        /// What each wait is multiplied by to get the next; at least 1.
        factor: f64,
        /// The longest wait.
        most: Duration,
        /// The share of a wait, from 0 to 1, by which chance may shorten it. It keeps devices that
        /// lost the same hub from coming back all at once.
        jitter: f64,
        /// How many attempts to make after the first failure; `None` for no end.
        attempts: Option<u32>,
    },
}

/// After this many steps a wait that still grows is at its cap; it bounds the work of one step.
const MAX_STEPS: u32 = 1_000;

impl RetryPolicy {
    /// The default: one second, twice as long each time up to a minute, up to a quarter shorter by
    /// chance, without end.
    #[must_use]
    pub const fn exponential() -> Self {
        Self::Exponential {
            first: Duration::from_secs(1),
            factor: 2.0,
            most: Duration::from_mins(1),
            jitter: 0.25,
            attempts: None,
        }
    }

    /// The same wait before each attempt, without end. The service's SDK for Python waits ten
    /// seconds.
    #[must_use]
    pub const fn every(wait: Duration) -> Self {
        Self::Fixed {
            wait,
            attempts: None,
        }
    }

    /// The same waits, and no attempt after the first failure but these.
    #[must_use]
    pub const fn at_most(mut self, most_attempts: u32) -> Self {
        match &mut self {
            Self::None => {}
            Self::Fixed { attempts, .. } | Self::Exponential { attempts, .. } => {
                *attempts = Some(most_attempts);
            }
        }
        self
    }

    /// The wait before an attempt, in whole milliseconds and at least one: attempt 1 follows the
    /// first failure. `None`: there is no such attempt. `random` is spent on jitter.
    pub fn delay(&self, attempt: u32, random: u64) -> Option<Duration> {
        match *self {
            Self::None => None,
            Self::Fixed { wait, attempts } => within(attempt, attempts).then(|| whole_millis(wait)),
            Self::Exponential {
                first,
                factor,
                most,
                jitter,
                attempts,
            } => {
                let wait = grown(first, factor, most, attempt);
                within(attempt, attempts).then(|| shortened(wait, jitter, random))
            }
        }
    }
}

fn within(attempt: u32, attempts: Option<u32>) -> bool {
    attempts.is_none_or(|attempts| attempt <= attempts)
}

fn grown(first: Duration, factor: f64, most: Duration, attempt: u32) -> Duration {
    let (mut wait, most_seconds) = (first.as_secs_f64(), most.as_secs_f64());
    for _ in 1..attempt.min(MAX_STEPS) {
        if wait >= most_seconds {
            break;
        }
        wait *= factor.max(1.0);
    }
    Duration::try_from_secs_f64(wait).map_or(most, |wait| wait.min(most))
}

fn shortened(wait: Duration, jitter: f64, random: u64) -> Duration {
    let kept = 1.0 - jitter.clamp(0.0, 1.0) * unit_interval(random);
    whole_millis(Duration::try_from_secs_f64(wait.as_secs_f64() * kept).unwrap_or(wait))
}

/// Timestamps count milliseconds, so the wait that is announced is the wait that is kept. It is one
/// at least: a program must not be kept busy by a hub that is gone.
fn whole_millis(wait: Duration) -> Duration {
    Duration::from_millis(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1))
}

/// A number in [0, 1) from the upper half of a random word.
fn unit_interval(random: u64) -> f64 {
    f64::from(u32::try_from(random >> 32).unwrap_or(u32::MAX)) / 4_294_967_296.0
}

/// A stream of pseudo-random words from a seed (the splitmix64 step), good enough to spread
/// retries and for nothing else.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }
}
