//! Delivery feedback: records of what became of cloud-to-device messages, read in batches.

mod batches;
mod options;

use wire::{
    error::{ErrorCode, ServiceError},
    rest::FeedbackRecord,
    timestamp::Timestamp,
};

use crate::{
    cloud_to_device::{CountedDelivery, RETRY_TIME},
    hub::Hub,
    registry::Registry,
    store::{Change, Kind, StoreError},
};
use batches::Due;

pub(crate) use batches::{Feedback, PendingFeedback};
pub use options::FeedbackOptions;

impl Hub {
    /// Locks the batch that has waited longest for whoever gets the lock's token.
    pub(crate) fn receive_feedback(
        &mut self,
        now: Timestamp,
    ) -> Option<(String, Vec<FeedbackRecord>)> {
        self.advance_feedback(now);
        while let Some(number) = self.feedback.next_waiting() {
            self.drop_orphans(number);
            let records = self.feedback.get(number).map(|batch| &batch.records);
            let records: Vec<_> = records
                .into_iter()
                .flatten()
                .map(|it| it.record.clone())
                .collect();
            if records.is_empty() {
                self.feedback.remove(number);
                continue;
            }
            let token = self.random.lock_token();
            let until = now.plus(self.options.feedback.lock_time());
            self.feedback.lock(number, &token, until);
            return Some((token, records));
        }
        None
    }

    /// A batch was read: it goes.
    pub(crate) fn complete_feedback(
        &mut self,
        now: Timestamp,
        lock: &str,
    ) -> Result<(), ServiceError> {
        let number = self.locked_feedback(now, lock)?;
        Ok(self.drop_batch(number)?)
    }

    /// A batch was not read after all: it waits again.
    pub(crate) fn abandon_feedback(
        &mut self,
        now: Timestamp,
        lock: &str,
    ) -> Result<(), ServiceError> {
        let number = self.locked_feedback(now, lock)?;
        Ok(self.give_back_batch(now, number, true)?)
    }

    /// Does what is due: makes batches, ends locks, drops what is too old.
    pub(crate) fn advance_feedback(&mut self, now: Timestamp) {
        let counted = self.options.cloud_to_device.counted == CountedDelivery::Every;
        while let Some(due) = self.feedback.take_due(now) {
            let done = match due {
                Due::Gathering => {
                    let time_to_live = self.options.feedback.time_to_live();
                    self.feedback.make_batch(time_to_live);
                    Ok(())
                }
                Due::Batch(number) if self.feedback.is_locked(number) => {
                    self.give_back_batch(now, number, counted)
                }
                Due::Batch(number) => self.drop_batch(number),
            };
            if done.is_err() {
                self.feedback.try_again(due, now.plus(RETRY_TIME));
            }
        }
    }

    /// All records that somebody may still read, oldest first.
    pub(crate) fn pending_feedback(&self) -> impl Iterator<Item = &PendingFeedback> {
        let records = self.feedback.iter();
        records.filter(|it| has_device(&self.registry, &it.record))
    }

    /// Puts back a record that a snapshot tells of, if it is about a device that is still there.
    pub(crate) fn restore_feedback(&mut self, record: PendingFeedback) {
        if !has_device(&self.registry, &record.record) {
            return;
        }
        let time_to_live = self.options.feedback.time_to_live();
        self.feedback.add(record, time_to_live);
    }

    fn locked_feedback(&mut self, now: Timestamp, lock: &str) -> Result<u64, ServiceError> {
        self.advance_feedback(now);
        self.feedback.locked(lock).ok_or_else(|| {
            ServiceError::new(
                ErrorCode::DeviceMessageLockLost,
                "No feedback is locked under this lock token: its time is over, or it was completed or abandoned. \
                 Receive the feedback again.",
            )
        })
    }

    /// Makes a batch wait again, or drops it if it has been delivered too often or is too old.
    fn give_back_batch(
        &mut self,
        now: Timestamp,
        number: u64,
        counted: bool,
    ) -> Result<(), StoreError> {
        self.drop_orphans(number);
        let options = self.options.feedback;
        let Some(batch) = self.feedback.get(number) else {
            return Ok(());
        };
        let delivery_count = batch.delivery_count().saturating_add(u32::from(counted));
        if options.gives_up(delivery_count) || batch.expires(options.time_to_live()) <= now {
            return self.drop_batch(number);
        }
        let mut records = batch.records.clone();
        if counted {
            for record in &mut records {
                record.delivery_count = delivery_count;
            }
            let changes: Vec<_> = records
                .iter()
                .map(|it| Change(Kind::Feedback(it)))
                .collect();
            self.store.commit(&changes)?;
        }
        let time_to_live = options.time_to_live();
        self.feedback.put_back(number, records, time_to_live);
        Ok(())
    }

    fn drop_batch(&mut self, number: u64) -> Result<(), StoreError> {
        if let Some(batch) = self.feedback.get(number) {
            let gone = batch.records.iter().map(Kind::FeedbackGone);
            self.store.commit(&gone.map(Change).collect::<Vec<_>>())?;
            self.feedback.remove(number);
        }
        Ok(())
    }

    /// Drops the records of devices that were deleted since: their feedback went with them.
    fn drop_orphans(&mut self, number: u64) {
        let registry = &self.registry;
        self.feedback
            .retain(number, |record| has_device(registry, record));
    }
}

/// Whether the device that a record is about is still there, in the same generation.
fn has_device(registry: &Registry, record: &FeedbackRecord) -> bool {
    let device = registry.get(&record.device_id);
    device.is_some_and(|it| it.identity.generation_id == record.device_generation_id)
}
