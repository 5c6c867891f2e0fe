//! The limits of a hub's tier: the daily quota, and how often what may be done.
//!
//! The hub always counts. Only if it was told to enforce the limits does it delay and refuse: what comes too fast waits
//! for its turn, and what would wait for too long is refused.

mod backlog;
mod bucket;
mod counters;
mod excess;
mod tier;
mod usage;

use std::time::Duration;

use http::Request;
use wire::{
    error::{ErrorCode, ServiceError},
    mqtt::mqttrs::Packet,
    timestamp::Timestamp,
};

use crate::{hub::Hub, options::HubOptions, rest};
use backlog::Backlog;
use bucket::Bucket;
use counters::day_ends;
use tier::{CLASSES, blocks};

pub(crate) use backlog::Waiting;
pub(crate) use counters::Counters;
pub(crate) use excess::Excess;
pub use tier::{OperationClass, Rate, Tier};
pub use usage::{OperationUsage, Usage};

/// The longest wait for a turn. IoT Hub documentation: a throttled client is to wait 10 seconds.
const MOST_WAIT: Duration = Duration::from_secs(10);

/// What was used of the hub's tier, and how much of it there is.
pub(crate) struct Limits {
    tier: Tier,
    enforced: bool,
    pub(crate) counters: Counters,
    rates: [Rate; CLASSES],
    buckets: [Bucket; CLASSES],
    backlog: Backlog,
}

/// When an operation is carried out, or acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Turn {
    Now,
    /// Later, by way of [`Limits::wait`].
    At(Timestamp),
}

impl Limits {
    pub(crate) fn new(options: &HubOptions) -> Self {
        Self {
            tier: options.tier,
            enforced: options.enforce_limits,
            counters: Counters::default(),
            rates: options.tier.rates(),
            buckets: [Bucket::default(); CLASSES],
            backlog: Backlog::default(),
        }
    }

    /// Goes on with another tier. What waits for its turn keeps it.
    pub(crate) fn set_tier(&mut self, tier: Tier, enforced: bool) {
        self.tier = tier;
        self.enforced = enforced;
        self.rates = tier.rates();
    }

    /// Counts a message whose sender can be kept waiting for its acknowledgement, and says when to acknowledge it.
    /// It is to be stored at once in any case.
    pub(crate) fn take(
        &mut self,
        now: Timestamp,
        class: OperationClass,
        bytes: usize,
    ) -> Result<Turn, Excess> {
        let turn = self.admit(now, class, bytes, MOST_WAIT, None)?;
        self.charge(now, bytes);
        Ok(turn)
    }

    /// Says when to carry out a request of so many bytes. Nothing is charged for it yet.
    pub(crate) fn admit_request(
        &mut self,
        now: Timestamp,
        class: OperationClass,
        request: &Request<Vec<u8>>,
    ) -> Result<Turn, Excess> {
        let bytes = request.body().len();
        self.admit(now, class, bytes, MOST_WAIT, Some(request))
    }

    /// Lets an operation through that cannot wait, or refuses it. Nothing is charged for it yet.
    pub(crate) fn admit_at_once(
        &mut self,
        now: Timestamp,
        class: OperationClass,
        bytes: usize,
    ) -> Result<(), Excess> {
        self.admit(now, class, bytes, Duration::ZERO, None)
            .map(|_| ())
    }

    /// Counts a message of so many bytes towards the day's.
    pub(crate) fn charge(&mut self, now: Timestamp, bytes: usize) {
        let messages = blocks(bytes, self.tier.profile().block_bytes);
        self.counters.add_messages(now, messages);
    }

    /// Refuses what needs the quota once the day's messages are used up.
    pub(crate) fn check_quota(&self, now: Timestamp, class: OperationClass) -> Result<(), Excess> {
        let (used, quota) = (self.counters.messages_on(now), self.tier.daily_quota());
        if self.enforced && class.needs_quota() && used >= quota {
            return Err(Excess::Quota {
                used,
                quota,
                day_ends: day_ends(now),
            });
        }
        Ok(())
    }

    /// Refuses new devices that the tier has no room for.
    pub(crate) fn check_devices(&self, there_are: usize, new: usize) -> Result<(), ServiceError> {
        let most = self.tier.profile().devices;
        if self.enforced && there_are.saturating_add(new) > most {
            return Err(ServiceError::new(
                ErrorCode::TooManyDevices,
                format!(
                    "The hub has {there_are} devices, and its tier allows {most}. Delete devices, or choose a larger \
                     tier."
                ),
            ));
        }
        Ok(())
    }

    /// Keeps something until its turn.
    pub(crate) fn wait(&mut self, turn: Timestamp, class: OperationClass, waiting: Waiting) {
        self.backlog.put(turn, class, waiting);
    }

    /// When the next turn is.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.backlog.next_deadline()
    }

    fn admit(
        &mut self,
        now: Timestamp,
        class: OperationClass,
        bytes: usize,
        patience: Duration,
        request: Option<&Request<Vec<u8>>>,
    ) -> Result<Turn, Excess> {
        let turn = if self.enforced {
            self.turn(now, class, bytes, patience, request)
        } else {
            Ok(Turn::Now)
        };
        let tally = self.counters.class_mut(class);
        match turn {
            Ok(Turn::Now) => tally.passed += 1,
            Ok(Turn::At(_)) => {
                tally.passed += 1;
                tally.delayed += 1;
            }
            Err(_) => tally.refused += 1,
        }
        turn
    }

    /// The turn of an operation, which it takes hereby.
    fn turn(
        &mut self,
        now: Timestamp,
        class: OperationClass,
        bytes: usize,
        patience: Duration,
        request: Option<&Request<Vec<u8>>>,
    ) -> Result<Turn, Excess> {
        self.check_quota(now, class)?;
        let place = class as usize;
        let (rate, cost) = (self.rates[place], class.cost(bytes));
        let at = self.buckets[place].turn(now, rate, cost);
        if at > now.plus(patience) {
            return Err(Excess::Late(class));
        }
        // Whoever comes while others wait, waits behind them, even if their turn is this very moment.
        let waits = at > now || self.backlog.waiting(class) > 0;
        if waits && patience.is_zero() {
            return Err(Excess::Late(class));
        }
        if waits && request.is_some_and(|request| !self.backlog.has_room(request)) {
            return Err(Excess::Backlog(class));
        }
        self.buckets[place].fill(now, rate, cost);
        Ok(if waits { Turn::At(at) } else { Turn::Now })
    }

    fn operation(&self, class: OperationClass) -> OperationUsage {
        let tally = self.counters.class(class);
        OperationUsage {
            class,
            rate: self.rates[class as usize],
            passed: tally.passed,
            delayed: tally.delayed,
            refused: tally.refused,
            waiting: self.backlog.waiting(class),
        }
    }
}

impl Hub {
    /// Does what has its turn.
    pub(crate) fn advance_limits(&mut self, now: Timestamp) {
        while let Some(waiting) = self.limits.backlog.take_due(now) {
            match waiting {
                Waiting::Request(request) => rest::resume(self, now, request.0, &request.1),
                // A client that has gone meanwhile sends its message again.
                Waiting::Acknowledgement(connection, pid)
                    if self.connections.is_open(connection) =>
                {
                    self.send(connection, &Packet::Puback(pid));
                }
                Waiting::Acknowledgement(..) => {}
            }
        }
    }
}
