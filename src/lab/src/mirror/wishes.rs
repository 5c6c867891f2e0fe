//! What a bench would like to know of a live hub, and how often it may ask.
//!
//! The service throttles, and reading twins counts towards the day's messages. So nothing is asked for that nobody
//! looks at, and what does not change is asked for less and less often.

use std::time::Duration;

use wire::timestamp::Timestamp;

use super::rights::{Right, Rights};

/// How soon the same may be asked for again at the earliest.
const SHORTEST: Duration = Duration::from_secs(1);

/// How soon what somebody looks at is asked for again, at first.
const FIRST: Duration = Duration::from_secs(2);

/// The longest time until it is asked for again.
const LONGEST: Duration = Duration::from_mins(1);

/// The longest time until it is asked for again if there was no answer: somebody waits for the hub to be back.
const LONGEST_RETRY: Duration = Duration::from_secs(15);

/// How soon anything may be asked for after anything else.
const BETWEEN: Duration = Duration::from_millis(250);

/// Of how many things wishes are remembered.
const MOST: usize = 200;

/// Something to be asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wish {
    /// A device's identity.
    Identity(String),
    /// A device's twin.
    Twin(String),
}

#[derive(Default)]
pub(super) struct Wishes {
    urgencies: Vec<(Wish, Urgency)>,
    last: Option<Timestamp>,
    rights: Rights,
}

struct Urgency {
    /// When somebody looked at it last.
    asked: Option<Timestamp>,
    /// When it was asked for last.
    fulfilled: Option<Timestamp>,
    /// Whether it may have changed since.
    hurry: bool,
    /// Whether there was no answer.
    failed: bool,
    pause: Duration,
}

impl Wishes {
    /// Somebody looks at something.
    pub(super) fn ask(&mut self, wish: &Wish, now: Timestamp) {
        if let Some(urgency) = self.get(wish) {
            urgency.asked = Some(now);
        }
    }

    /// Something may have changed.
    pub(super) fn hurry(&mut self, wish: &Wish) {
        if let Some(urgency) = self.get(wish) {
            urgency.hurry = true;
            urgency.pause = FIRST;
        }
    }

    /// Something may have changed that somebody has looked at before.
    pub(super) fn hurry_if_known(&mut self, wish: &Wish) {
        if self.place(wish).is_some() {
            self.hurry(wish);
        }
    }

    /// Something is being asked for.
    pub(super) fn fulfil(&mut self, wish: &Wish, now: Timestamp) {
        self.last = Some(now);
        if let Some(urgency) = self.get(wish) {
            urgency.fulfilled = Some(now);
            urgency.hurry = false;
            urgency.failed = false;
            urgency.pause = (urgency.pause * 2).min(LONGEST);
        }
    }

    /// The hub did not answer when it was asked for this, or for what is no wish. It is asked again, whether somebody
    /// looks or not, until it answers.
    pub(super) fn retry(&mut self, wish: Option<&Wish>, now: Timestamp) {
        let first = self.urgencies.first().map(|(wish, _)| wish);
        let wish = wish.or(first).cloned();
        if let Some(urgency) = wish.and_then(|wish| self.get(&wish)) {
            urgency.failed = true;
            urgency.fulfilled = Some(now);
            urgency.pause = urgency.pause.min(LONGEST_RETRY);
        }
    }

    /// Something was told, whether it was asked for or not.
    pub(super) fn learn(&mut self, wish: &Wish, is_news: bool) {
        if is_news && let Some(place) = self.place(wish) {
            self.urgencies[place].1.pause = FIRST;
        }
    }

    /// What the hub lets the policy do.
    pub(super) fn rights(&mut self) -> &mut Rights {
        &mut self.rights
    }

    /// Has the hub asked for what it may well tell of a device, or else of any, to find out whether it does.
    pub(super) fn probe(&mut self, id: Option<&str>, now: Timestamp) {
        let known = self.urgencies.first().map(|(wish, _)| wish.device_id());
        let Some(id) = id.or(known).map(str::to_owned) else {
            return;
        };
        let wishes = [Wish::Identity(id.clone()), Wish::Twin(id)];
        let soonest = wishes
            .into_iter()
            .min_by_key(|wish| self.rights.earliest(wish.right()));
        self.retry(soonest.as_ref(), now);
    }

    /// What is to be asked for next, and when.
    pub(super) fn next(&self) -> Option<(Timestamp, Wish)> {
        let due = |(wish, urgency): &(Wish, Urgency)| {
            let allowed = self.rights.earliest(wish.right());
            Some((allowed.max(Some(urgency.due()?))?, wish.clone()))
        };
        let (at, wish) = self.urgencies.iter().filter_map(due).min()?;
        let earliest = self.last.map_or(at, |last| last.plus(BETWEEN));
        Some((at.max(earliest), wish))
    }

    fn place(&self, wish: &Wish) -> Option<usize> {
        self.urgencies.iter().position(|(known, _)| known == wish)
    }

    fn get(&mut self, wish: &Wish) -> Option<&mut Urgency> {
        let place = self.place(wish).unwrap_or(self.urgencies.len());
        if place == self.urgencies.len() {
            if self.urgencies.len() >= MOST {
                return None;
            }
            let urgency = Urgency {
                asked: None,
                fulfilled: None,
                hurry: false,
                failed: false,
                pause: FIRST,
            };
            self.urgencies.push((wish.clone(), urgency));
        }
        Some(&mut self.urgencies[place].1)
    }
}

impl Wish {
    fn device_id(&self) -> &str {
        match self {
            Self::Identity(id) | Self::Twin(id) => id,
        }
    }

    fn right(&self) -> Right {
        match self {
            Self::Identity(_) => Right::Registry,
            Self::Twin(_) => Right::Service,
        }
    }
}

impl Urgency {
    fn due(&self) -> Option<Timestamp> {
        let Some(fulfilled) = self.fulfilled else {
            return self.asked.or(self.hurry.then_some(Timestamp::NEVER));
        };
        if self.hurry && !self.failed {
            return Some(fulfilled.plus(SHORTEST));
        }
        let is_watched = self.asked.is_some_and(|asked| asked > fulfilled);
        (is_watched || self.failed).then(|| fulfilled.plus(self.pause))
    }
}
