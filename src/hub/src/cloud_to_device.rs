//! Cloud-to-device messages: each device's queue, and how messages leave it.
//!
//! A message waits in its device's queue, is locked while it is delivered, and waits again if nobody completes it in
//! time. It leaves the queue by one of the outcomes that feedback knows. (IoT Hub documentation: cloud-to-device
//! message life cycle.)

mod accept;
mod deliver;
mod options;
mod queue;

use std::time::Duration;

use wire::{
    error::{ErrorCode, ServiceError},
    rest::{FeedbackRecord, FeedbackStatus},
    timestamp::Timestamp,
};

use crate::{
    connection::Message,
    feedback::PendingFeedback,
    hub::Hub,
    store::{Change, Kind, StoreError},
};
use accept::Ack;
use queue::{Holder, LOCK_TIME, Lock};

pub(crate) use options::within_limits;
pub use options::{CloudToDeviceOptions, CountedDelivery};
pub(crate) use queue::{Due, Queue, QueuedMessage};

/// How many messages may wait for a device, those under way included.
pub(crate) const MOST_MESSAGES: usize = 50;

/// When something that time brought is tried again that could not be kept.
pub(crate) const RETRY_TIME: Duration = Duration::from_secs(1);

/// What a service does with a queue.
impl Hub {
    /// Queues a message for a device.
    pub(crate) fn send_to_device(
        &mut self,
        now: Timestamp,
        device_id: &str,
        mut message: Message,
    ) -> Result<(), ServiceError> {
        self.registry.require(device_id)?;
        let expires = accept::check(now, device_id, &message)?;
        if let Some(ack) = &mut message.properties.system.ack {
            ack.make_ascii_lowercase();
        }
        self.serve_queue(now, device_id);
        let queue = &self.registry.require(device_id)?.queue;
        if queue.len() >= MOST_MESSAGES {
            return Err(ServiceError::new(
                ErrorCode::DeviceMaximumQueueDepthExceeded,
                format!(
                    "{MOST_MESSAGES} messages wait for the device, as many as may. Have it receive them, or purge its \
                     queue."
                ),
            ));
        }
        let time_to_live = self.options.cloud_to_device.time_to_live();
        let queued = QueuedMessage {
            sequence_number: queue.next_number(),
            enqueued_time: now,
            expires: expires.unwrap_or_else(|| now.plus(time_to_live)),
            delivery_count: 0,
            properties: message.properties,
            body: message.body,
            lock: None,
            packet_id: None,
        };
        self.store
            .commit(&[Change(Kind::Message(device_id, &queued))])?;
        if let Some(device) = self.registry.get_mut(device_id) {
            device.queue.push(queued);
        }
        self.count_messages(device_id);
        self.serve_queue(now, device_id);
        Ok(())
    }

    /// Takes all messages out of a device's queue, those under way included. Gives how many there were.
    pub(crate) fn purge_queue(
        &mut self,
        now: Timestamp,
        device_id: &str,
    ) -> Result<usize, ServiceError> {
        self.serve_queue(now, device_id);
        let messages = self.registry.require(device_id)?.queue.iter();
        let numbers: Vec<u64> = messages.map(|it| it.sequence_number).collect();
        self.finish(now, device_id, &numbers, FeedbackStatus::Purged)?;
        Ok(numbers.len())
    }
}

/// What a device does with its queue over HTTP.
impl Hub {
    /// Locks the oldest message that waits for whoever gets the lock's token.
    pub(crate) fn receive_message(
        &mut self,
        now: Timestamp,
        device_id: &str,
    ) -> Result<Option<(String, &QueuedMessage)>, ServiceError> {
        self.registry.require(device_id)?;
        self.serve_queue(now, device_id);
        let Some(device) = self.registry.get_mut(device_id) else {
            return Ok(None);
        };
        device.touch(now);
        let number = device.queue.next_waiting(now).map(|it| it.sequence_number);
        let Some(message) = number.and_then(|it| device.queue.get_mut(it)) else {
            return Ok(None);
        };
        let number = message.sequence_number;
        let token = self.random.lock_token();
        message.lock = Some(Lock {
            until: now.plus(LOCK_TIME),
            holder: Holder::Token(token.clone()),
        });
        self.reschedule(device_id);
        let queue = &self.registry.require(device_id)?.queue;
        Ok(queue.get(number).map(|message| (token, message)))
    }

    /// A message was dealt with: it goes, with this outcome.
    pub(crate) fn end_message(
        &mut self,
        now: Timestamp,
        device_id: &str,
        lock: &str,
        outcome: FeedbackStatus,
    ) -> Result<(), ServiceError> {
        let number = self.locked_message(now, device_id, lock)?;
        self.finish(now, device_id, &[number], outcome)?;
        Ok(())
    }

    /// A message was not dealt with: it waits again.
    pub(crate) fn abandon_message(
        &mut self,
        now: Timestamp,
        device_id: &str,
        lock: &str,
    ) -> Result<(), ServiceError> {
        let number = self.locked_message(now, device_id, lock)?;
        self.give_back(now, device_id, number, true)?;
        self.serve_queue(now, device_id);
        Ok(())
    }

    fn locked_message(
        &mut self,
        now: Timestamp,
        device_id: &str,
        lock: &str,
    ) -> Result<u64, ServiceError> {
        self.registry.require(device_id)?;
        self.serve_queue(now, device_id);
        let device = self.registry.get_mut(device_id);
        let locked = device.and_then(|device| {
            device.touch(now);
            device.queue.locked(lock).map(|it| it.sequence_number)
        });
        locked.ok_or_else(|| {
            ServiceError::new(
                ErrorCode::DeviceMessageLockLost,
                "No message is locked under this lock token: its time is over, or it was completed or abandoned. \
                 Receive the message again.",
            )
        })
    }
}

/// How messages leave a queue or come back to it.
impl Hub {
    /// Takes messages out of a queue for good, with the feedback that their senders asked for: all of it, or nothing.
    fn finish(
        &mut self,
        now: Timestamp,
        device_id: &str,
        numbers: &[u64],
        outcome: FeedbackStatus,
    ) -> Result<(), StoreError> {
        if numbers.is_empty() {
            return Ok(());
        }
        let feedback = self.feedback_for(now, device_id, numbers, outcome);
        let gone = numbers.iter().map(|it| Kind::MessageGone(device_id, *it));
        let changes = gone.chain(feedback.iter().map(Kind::Feedback));
        self.store
            .commit(&changes.map(Change).collect::<Vec<_>>())?;
        if let Some(device) = self.registry.get_mut(device_id) {
            for number in numbers {
                device.queue.remove(*number);
            }
        }
        let time_to_live = self.options.feedback.time_to_live();
        for record in feedback {
            self.feedback.add(record, time_to_live);
        }
        self.count_messages(device_id);
        self.reschedule(device_id);
        Ok(())
    }

    /// The feedback on messages of one outcome.
    fn feedback_for(
        &self,
        now: Timestamp,
        device_id: &str,
        numbers: &[u64],
        outcome: FeedbackStatus,
    ) -> Vec<PendingFeedback> {
        let Some(device) = self.registry.get(device_id) else {
            return Vec::new();
        };
        let messages = numbers.iter().filter_map(|it| device.queue.get(*it));
        let ids = messages.filter_map(|message| {
            let ack = Ack::of(&message.properties)?;
            let wanted = match outcome {
                FeedbackStatus::Success => matches!(ack, Ack::Positive | Ack::Full),
                _ => matches!(ack, Ack::Negative | Ack::Full),
            };
            let id = message.properties.system.message_id.clone();
            id.filter(|_| wanted)
        });
        let numbered = (self.feedback.next_number()..).zip(ids);
        numbered
            .map(|(number, original_message_id)| PendingFeedback {
                number,
                delivery_count: 0,
                record: FeedbackRecord {
                    original_message_id,
                    enqueued_time: now,
                    status_code: outcome,
                    description: outcome.name().to_owned(),
                    device_id: device_id.to_owned(),
                    device_generation_id: device.identity.generation_id.clone(),
                },
            })
            .collect()
    }

    /// Makes a message wait again, or gives it up if it has been delivered too often.
    fn give_back(
        &mut self,
        now: Timestamp,
        device_id: &str,
        number: u64,
        counted: bool,
    ) -> Result<(), StoreError> {
        let device = self.registry.get(device_id);
        let Some(message) = device.and_then(|it| it.queue.get(number)) else {
            return Ok(());
        };
        let delivery_count = message.delivery_count.saturating_add(u32::from(counted));
        if self.options.cloud_to_device.gives_up(delivery_count) {
            let outcome = FeedbackStatus::DeliveryCountExceeded;
            return self.finish(now, device_id, &[number], outcome);
        }
        if counted {
            let mut changed = message.clone();
            changed.delivery_count = delivery_count;
            self.store
                .commit(&[Change(Kind::Message(device_id, &changed))])?;
        }
        let device = self.registry.get_mut(device_id);
        if let Some(message) = device.and_then(|it| it.queue.get_mut(number)) {
            message.delivery_count = delivery_count;
            message.lock = None;
        }
        Ok(())
    }

    /// Puts back the queue that a snapshot tells of.
    pub(crate) fn restore_queue(
        &mut self,
        device_id: &str,
        messages: impl Iterator<Item = QueuedMessage>,
    ) {
        if let Some(device) = self.registry.get_mut(device_id) {
            messages.for_each(|message| device.queue.push(message));
        }
        self.count_messages(device_id);
        self.reschedule(device_id);
    }

    /// Whether a delivery counts that nobody abandoned and nobody completed.
    fn counts_every_delivery(&self) -> bool {
        self.options.cloud_to_device.counted == CountedDelivery::Every
    }

    /// Keeps the number true that identity and twin tell.
    fn count_messages(&mut self, device_id: &str) {
        if let Some(device) = self.registry.get_mut(device_id) {
            let count = device.queue.len();
            device.identity.cloud_to_device_message_count =
                u32::try_from(count).unwrap_or(u32::MAX);
        }
    }
}

/// What time does to queues.
impl Hub {
    /// Does what is due in all queues.
    pub(crate) fn advance_queues(&mut self, now: Timestamp) {
        while let Some(device_id) = self.queues.take_due(now) {
            self.serve_queue(now, &device_id);
        }
    }

    /// When something is due in a queue.
    pub(crate) fn next_queue_deadline(&self) -> Option<Timestamp> {
        self.queues.next_deadline()
    }

    /// Does all that can be done for a queue now: ends locks, drops what is too old, delivers what waits.
    fn serve_queue(&mut self, now: Timestamp, device_id: &str) {
        if self
            .registry
            .get(device_id)
            .is_none_or(|it| it.queue.len() == 0)
        {
            return;
        }
        let served = self.settle(now, device_id);
        match served.and_then(|()| self.push(now, device_id)) {
            Ok(()) => self.reschedule(device_id),
            Err(_) => self
                .queues
                .set(&device_id.to_owned(), Some(now.plus(RETRY_TIME))),
        }
    }

    fn settle(&mut self, now: Timestamp, device_id: &str) -> Result<(), StoreError> {
        let counted = self.counts_every_delivery();
        while let Some(device) = self.registry.get(device_id)
            && let Some((number, due)) = device.queue.due(now)
        {
            match due {
                Due::Expired => self.finish(now, device_id, &[number], FeedbackStatus::Expired)?,
                Due::LockEnded => self.give_back(now, device_id, number, counted)?,
            }
        }
        Ok(())
    }

    fn reschedule(&mut self, device_id: &str) {
        let device = self.registry.get(device_id);
        let next = device.and_then(|device| device.queue.next_deadline());
        self.queues.set(&device_id.to_owned(), next);
    }
}
