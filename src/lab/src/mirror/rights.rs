//! What a live hub lets the given policy do, as far as its answers tell.
//!
//! A hub refuses a wrong key, a token that a wrong clock made and a policy that lacks a right all alike, with a 401. The
//! key is in doubt until the hub agrees to something; what it still refuses then is a right that the policy lacks.
//! Either can be mended, so that nothing is given up: it is asked for again, after longer and longer pauses.

use std::time::Duration;

use wire::timestamp::Timestamp;

/// How soon it is asked again while the key is in doubt, at first and at the latest.
const IN_DOUBT: [Duration; 2] = [Duration::from_secs(5), Duration::from_mins(2)];

/// The same of what the policy lacks the right to.
const LACKING: [Duration; 2] = [Duration::from_mins(1), Duration::from_mins(16)];

/// A right that a policy has or lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    /// Reading the registry.
    Registry,
    /// Changing the registry.
    RegistryWrite,
    /// Twins, methods and messages.
    Service,
}

/// What is known of the rights.
#[derive(Default)]
pub(super) struct Rights {
    standings: [Standing; 3],
    /// Whether the hub has agreed to something, and since then refused nothing that it had agreed to.
    is_trusted: bool,
}

#[derive(Clone, Copy, Default)]
enum Standing {
    #[default]
    Unknown,
    Granted,
    /// So many times in a row, the last time then.
    Refused(u32, Timestamp),
}

impl Rights {
    /// The hub agreed to something, and the right is known that it took or is not.
    pub(super) fn grant(&mut self, right: Option<Right>) {
        if !self.is_trusted {
            self.is_trusted = true;
            self.standings.iter_mut().for_each(Standing::count_anew);
        }
        if let Some(right) = right {
            self.standings[right as usize] = Standing::Granted;
        }
    }

    /// The hub refused what takes a right.
    pub(super) fn refuse(&mut self, right: Right, now: Timestamp) {
        let times = match self.standings[right as usize] {
            Standing::Refused(times, _) => times,
            Standing::Granted => {
                // What it had agreed to with this key: neither is to be relied on any more.
                *self = Self::default();
                0
            }
            Standing::Unknown => 0,
        };
        self.standings[right as usize] = Standing::Refused(times.saturating_add(1), now);
    }

    /// Whether the hub refuses whatever the bench asks.
    pub(super) fn is_shut_out(&self) -> bool {
        let is_refused = |right| matches!(self.standings[right as usize], Standing::Refused(..));
        is_refused(Right::Registry) && is_refused(Right::Service)
    }

    /// Whether a refusal tells no more than that the policy lacks a right.
    pub(super) fn is_trusted(&self) -> bool {
        self.is_trusted
    }

    /// When something that takes a right may be asked for at the earliest, if that is not at any time.
    pub(super) fn earliest(&self, right: Right) -> Option<Timestamp> {
        let Standing::Refused(times, at) = self.standings[right as usize] else {
            return None;
        };
        let [first, longest] = if self.is_trusted { LACKING } else { IN_DOUBT };
        let factor = 2_u32.saturating_pow(times.saturating_sub(1));
        Some(at.plus(first.saturating_mul(factor).min(longest)))
    }
}

impl Standing {
    /// What was refused for another reason, as it seemed, is not held against it for long.
    fn count_anew(&mut self) {
        if let Self::Refused(times, _) = self {
            *times = 1;
        }
    }
}
