//! Feedback records as they are gathered into batches, and batches as they are read.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use wire::{rest::FeedbackRecord, timestamp::Timestamp};

use crate::schedule::Schedule;

/// How many records make a batch at once.
const BATCH_RECORDS: usize = 64;

/// How long fewer records are gathered before they make a batch.
const GATHERING_TIME: Duration = Duration::from_secs(15);

/// All feedback that was not read and completed yet.
#[derive(Default)]
pub(crate) struct Feedback {
    last_number: u64,
    /// The records that are no batch yet.
    gathering: Vec<PendingFeedback>,
    /// The batches, by the number of their first record.
    batches: BTreeMap<u64, Box<Batch>>,
    deadlines: Schedule<Due>,
}

/// A record that waits to be read. To which batch it belongs, and who reads that, lives as long as the hub: after a
/// restart records are gathered anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PendingFeedback {
    /// Its number, never used twice.
    pub(crate) number: u64,
    /// How many deliveries of its batch were in vain and counted.
    pub(crate) delivery_count: u32,
    pub(crate) record: FeedbackRecord,
}

/// Records that are read together.
pub(crate) struct Batch {
    pub(crate) records: Vec<PendingFeedback>,
    /// The token and the end of the lock; `None` while nobody reads it.
    lock: Option<(String, Timestamp)>,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// The gathered records become a batch.
    Gathering,
    /// The lock of a batch ends, or the batch is too old.
    Batch(u64),
}

impl Batch {
    /// When the batch is too old to be read: its newest record is the measure.
    pub(crate) fn expires(&self, time_to_live: Duration) -> Timestamp {
        let newest = self.records.iter().map(|it| it.record.enqueued_time).max();
        newest.unwrap_or_default().plus(time_to_live)
    }

    pub(crate) fn delivery_count(&self) -> u32 {
        let counts = self.records.iter().map(|it| it.delivery_count);
        counts.max().unwrap_or_default()
    }
}

impl Feedback {
    /// All records, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &PendingFeedback> {
        let batches = self.batches.values().flat_map(|batch| &batch.records);
        batches.chain(&self.gathering)
    }

    /// The number of the next record.
    pub(crate) fn next_number(&self) -> u64 {
        self.last_number + 1
    }

    /// Gathers a record. It has the next number.
    pub(crate) fn add(&mut self, record: PendingFeedback, time_to_live: Duration) {
        self.last_number = self.last_number.max(record.number);
        if self.gathering.is_empty() {
            let at = record.record.enqueued_time.plus(GATHERING_TIME);
            self.deadlines.set(&Due::Gathering, Some(at));
        }
        self.gathering.push(record);
        if self.gathering.len() >= BATCH_RECORDS {
            self.make_batch(time_to_live);
        }
    }

    /// Makes a batch of the records gathered so far.
    pub(crate) fn make_batch(&mut self, time_to_live: Duration) {
        self.deadlines.set(&Due::Gathering, None);
        let records = std::mem::take(&mut self.gathering);
        if let Some(first) = records.first() {
            let number = first.number;
            self.put_back(number, records, time_to_live);
        }
    }

    /// The batch that has waited longest.
    pub(crate) fn next_waiting(&self) -> Option<u64> {
        self.find(|batch| batch.lock.is_none())
    }

    pub(crate) fn get(&self, number: u64) -> Option<&Batch> {
        self.batches.get(&number).map(Box::as_ref)
    }

    pub(crate) fn is_locked(&self, number: u64) -> bool {
        self.get(number).is_some_and(|batch| batch.lock.is_some())
    }

    /// The batch that a lock token is for.
    pub(crate) fn locked(&self, token: &str) -> Option<u64> {
        self.find(|batch| batch.lock.as_ref().is_some_and(|(own, _)| own == token))
    }

    /// The oldest batch for which `wanted` holds.
    fn find(&self, wanted: impl Fn(&Batch) -> bool) -> Option<u64> {
        let mut batches = self.batches.iter();
        batches
            .find(|(_, batch)| wanted(batch))
            .map(|(number, _)| *number)
    }

    /// Keeps those records of a batch for which `keep` holds.
    pub(crate) fn retain(&mut self, number: u64, keep: impl Fn(&FeedbackRecord) -> bool) {
        if let Some(batch) = self.batches.get_mut(&number) {
            batch.records.retain(|it| keep(&it.record));
        }
    }

    /// Somebody reads a batch.
    pub(crate) fn lock(&mut self, number: u64, token: &str, until: Timestamp) {
        if let Some(batch) = self.batches.get_mut(&number) {
            batch.lock = Some((token.to_owned(), until));
            self.deadlines.set(&Due::Batch(number), Some(until));
        }
    }

    /// Makes a batch wait, with these records.
    pub(crate) fn put_back(
        &mut self,
        number: u64,
        records: Vec<PendingFeedback>,
        time_to_live: Duration,
    ) {
        let batch = Batch {
            records,
            lock: None,
        };
        let expires = batch.expires(time_to_live);
        self.deadlines.set(&Due::Batch(number), Some(expires));
        self.batches.insert(number, Box::new(batch));
    }

    pub(crate) fn remove(&mut self, number: u64) {
        self.batches.remove(&number);
        self.deadlines.set(&Due::Batch(number), None);
    }

    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<Due> {
        self.deadlines.take_due(now)
    }

    /// What was due could not be done.
    pub(crate) fn try_again(&mut self, due: Due, at: Timestamp) {
        self.deadlines.set(&due, Some(at));
    }

    /// When what is gathered becomes a batch.
    pub(crate) fn next_batch(&self) -> Option<Timestamp> {
        self.deadlines.get(&Due::Gathering)
    }

    /// When something is due.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.next_deadline()
    }
}
