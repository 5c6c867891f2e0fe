//! Plain counts since the program began, from which rates are made.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Plain counts since the program began.
#[derive(Debug, Default)]
pub struct Totals {
    /// Requests that the hub has answered.
    pub requests: AtomicU64,
    /// MQTT packets that the hub has sent.
    pub packets: AtomicU64,
    /// Refusals.
    pub refusals: AtomicU64,
    /// Bytes that came in.
    pub received_bytes: AtomicU64,
    /// Bytes that went out.
    pub sent_bytes: AtomicU64,
    /// Events that the hub has taken, those of earlier runs included.
    pub events: AtomicU64,
    /// How often the store has kept something.
    pub commits: AtomicU64,
    /// How many inputs those were of.
    pub committed_inputs: AtomicU64,
    /// How long they took together, in microseconds.
    pub commit_micros: AtomicU64,
}

impl Totals {
    pub(super) fn kept(&self, inputs: usize, took: Duration) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.committed_inputs
            .fetch_add(inputs as u64, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.commit_micros.fetch_add(micros, Ordering::Relaxed);
    }
}
