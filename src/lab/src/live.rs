//! A live hub on a bench: the ways to it, what is known of it, and how things stand.

mod calls;
mod reading;
mod refresh;
mod sockets;
mod throttling;
mod troubles;
mod usage;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wire::{connection_string::ConnectionString, timestamp::Timestamp};

use crate::{
    hands::Hands,
    mirror::Mirror,
    outside::{Target, Trouble, Ways},
};
pub(crate) use calls::{Answer, AnswerSender, Learned};
pub(crate) use sockets::{Connected, kind_of_refusal};
pub(crate) use troubles::Route;
use troubles::Troubles;
pub use usage::Metered;
use usage::Used;

/// The name under which the bench's own work at a live hub runs. No program has it.
const WORK: &str = "live hub";

/// How far the hub's clock may be behind this one: a little more than with which it still takes tokens. Events are read
/// from so long before the bench, so that none is missed that was sent on it.
const CLOCKS_APART: Duration = Duration::from_mins(6);

/// A live hub.
pub(crate) struct Live {
    pub(crate) ways: Ways,
    pub(crate) mirror: Mirror,
    troubles: Troubles,
    used: Used,
    /// Whether a question of the bench's own is under way. Then no other is asked.
    is_asking: bool,
    rests: reading::Rests,
    /// From when on events are read, by the hub's clock.
    since: Timestamp,
    policy: Option<String>,
}

/// How things stand with a live hub. It holds no secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LiveState {
    /// The hub's host name.
    pub host_name: String,
    /// The shared access policy by which service programs act; none with a device's connection string.
    pub policy: Option<String>,
    /// Whether service calls are relayed to this hub.
    pub relay: bool,
    /// The devices that were created from here and are still there, the oldest first.
    pub created: Vec<String>,
    /// How many of the day's messages were used from here.
    pub metered: Metered,
    /// What is wrong now, if anything, and when it is tried again, if that is known.
    pub trouble: Option<(Trouble, Option<Timestamp>)>,
}

impl Live {
    pub(crate) fn new(target: Target, ways: Ways, now: Timestamp) -> Self {
        let policy = match &target.connection_string {
            ConnectionString::Service(string) => Some(string.policy.clone()),
            _ => None,
        };
        Self {
            ways,
            mirror: Mirror::new(target, now),
            troubles: Troubles::default(),
            used: Used::default(),
            is_asking: false,
            rests: reading::Rests::default(),
            since: long_before(now),
            policy,
        }
    }

    /// When something is to be asked of the hub.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.next_refresh().map(|(at, _)| at)
    }

    fn state(&self) -> LiveState {
        LiveState {
            host_name: self.mirror.host_name().to_owned(),
            policy: self.policy.clone(),
            relay: self.ways.has_relay(),
            created: self.used.created().to_vec(),
            metered: self.used.metered(),
            trouble: self.troubles.now(),
        }
    }
}

/// From when on a bench that starts now reads events.
fn long_before(now: Timestamp) -> Timestamp {
    let age = now.since(Timestamp::NEVER);
    Timestamp::NEVER.plus(age.saturating_sub(CLOCKS_APART))
}

impl Hands {
    /// How things stand with the live hub; none if the hub is an emulated one.
    pub fn live(&self) -> Option<LiveState> {
        self.look().hub.live().map(Live::state)
    }

    /// Does the bench's own work at a live hub, beside its programs.
    pub(crate) fn keep_live(&self) {
        let hands = self.clone();
        self.spawner()
            .spawn(WORK, Box::pin(async move { hands.keep_fresh().await }));
        let hands = self.clone();
        self.spawner()
            .spawn(WORK, Box::pin(async move { hands.keep_reading().await }));
    }
}
