//! How much was done in each of the last seconds.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::Serialize;
use tokio::time::{Instant, MissedTickBehavior};

use crate::observer::{Observer, Totals};

/// How many seconds are remembered.
const SECONDS: usize = 120;

/// How much was done in each of the last seconds.
#[derive(Default)]
pub(super) struct Rates(Mutex<VecDeque<Second>>);

/// What was done in one second.
#[derive(Clone, Copy, Debug, Default)]
struct Second {
    events: u64,
    requests: u64,
    refusals: u64,
    received_bytes: u64,
    sent_bytes: u64,
    commits: u64,
    inputs: u64,
    commit_micros: u64,
}

/// The same as a page draws it: each a list, oldest first.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Series {
    events: Vec<u64>,
    requests: Vec<u64>,
    refusals: Vec<u64>,
    received_bytes: Vec<u64>,
    sent_bytes: Vec<u64>,
    commits: Vec<u64>,
    /// How many inputs a commit had on average.
    batch: Vec<f64>,
    /// How many microseconds a commit took on average.
    commit_micros: Vec<f64>,
}

impl Rates {
    /// Notes once a second what was done.
    pub(super) async fn keep(&self, observer: &Observer) {
        let mut ticks = tokio::time::interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut before = (ticks.tick().await, Second::until_now(observer.totals()));
        loop {
            ticks.tick().await;
            let now = (Instant::now(), Second::until_now(observer.totals()));
            self.add(now.1.since(&before.1, now.0 - before.0));
            before = now;
        }
    }

    fn add(&self, second: Second) {
        let mut seconds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seconds.len() >= SECONDS {
            seconds.pop_front();
        }
        seconds.push_back(second);
    }

    pub(super) fn series(&self) -> Series {
        let seconds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let each = |figure: fn(&Second) -> u64| seconds.iter().map(figure).collect();
        let per_commit = |figure: fn(&Second) -> u64| {
            let mean = |second: &Second| quotient(figure(second), second.commits);
            seconds.iter().map(mean).collect()
        };
        Series {
            events: each(|it| it.events),
            requests: each(|it| it.requests),
            refusals: each(|it| it.refusals),
            received_bytes: each(|it| it.received_bytes),
            sent_bytes: each(|it| it.sent_bytes),
            commits: each(|it| it.commits),
            batch: per_commit(|it| it.inputs),
            commit_micros: per_commit(|it| it.commit_micros),
        }
    }
}

impl Second {
    /// All that was done until now.
    fn until_now(totals: &Totals) -> Self {
        let now = |total: &AtomicU64| total.load(Ordering::Relaxed);
        Self {
            events: now(&totals.events),
            requests: now(&totals.requests),
            refusals: now(&totals.refusals),
            received_bytes: now(&totals.received_bytes),
            sent_bytes: now(&totals.sent_bytes),
            commits: now(&totals.commits),
            inputs: now(&totals.committed_inputs),
            commit_micros: now(&totals.commit_micros),
        }
    }

    /// What was done since then, as if it had been a second.
    fn since(&self, earlier: &Self, took: Duration) -> Self {
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        // Rounded to the nearest: a tick a little late must not lose the only one of its second.
        let rate = |figure: fn(&Self) -> u64| {
            let done = figure(self).saturating_sub(figure(earlier));
            done.saturating_mul(1_000).saturating_add(millis / 2) / millis
        };
        let count = |figure: fn(&Self) -> u64| figure(self).saturating_sub(figure(earlier));
        Self {
            events: rate(|it| it.events),
            requests: rate(|it| it.requests),
            refusals: rate(|it| it.refusals),
            received_bytes: rate(|it| it.received_bytes),
            sent_bytes: rate(|it| it.sent_bytes),
            // These three are only ever compared with one another.
            commits: count(|it| it.commits),
            inputs: count(|it| it.inputs),
            commit_micros: count(|it| it.commit_micros),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a chart needs no more digits than that"
)]
fn quotient(all: u64, parts: u64) -> f64 {
    if parts == 0 {
        return 0.0;
    }
    all as f64 / parts as f64
}
