//! One device's queue of cloud-to-device messages.

use std::{collections::VecDeque, time::Duration};

use serde::{Deserialize, Serialize};
use wire::{mqtt::mqttrs::Pid, properties::MessageProperties, timestamp::Timestamp};

/// How long a delivered message is locked for its receiver to complete it.
pub(crate) const LOCK_TIME: Duration = Duration::from_mins(1);

/// The messages that wait for a device, oldest first. A queue that was never used takes no more room than a pointer.
#[derive(Default)]
pub(crate) struct Queue(Option<Box<Waiting>>);

#[derive(Default)]
struct Waiting {
    messages: VecDeque<QueuedMessage>,
    /// The highest sequence number so far.
    last_number: u64,
}

/// A message in a queue. Locks, and packet ids, live as long as the hub: after a restart a message waits again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct QueuedMessage {
    /// Its number in the queue, counted from 1 and never used twice by one generation of a device.
    pub(crate) sequence_number: u64,
    pub(crate) enqueued_time: Timestamp,
    /// When it is too old to be delivered.
    pub(crate) expires: Timestamp,
    /// How many deliveries were in vain and counted.
    pub(crate) delivery_count: u32,
    pub(crate) properties: MessageProperties,
    #[serde(with = "crate::base64_bytes")]
    pub(crate) body: Vec<u8>,
    /// Who has it; `None` while it waits.
    #[serde(skip)]
    pub(crate) lock: Option<Lock>,
    /// The packet id under which it was sent by MQTT. It keeps it for as long as it is in the queue, so that no other
    /// message has it, and an acknowledgement that comes late still means this one.
    #[serde(skip)]
    pub(crate) packet_id: Option<Pid>,
}

/// A message was delivered and nobody has said yet what became of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lock {
    pub(crate) until: Timestamp,
    pub(crate) holder: Holder,
}

/// Who is to say what became of a message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Holder {
    /// The device's MQTT connection, by PUBACK.
    Connection,
    /// Whoever has this lock token, by HTTP.
    Token(String),
}

/// What time does to a message.
pub(crate) enum Due {
    /// It is too old.
    Expired,
    /// Its lock ended.
    LockEnded,
}

impl QueuedMessage {
    /// What time does to the message next, and when. A message is not taken out of its receiver's hands: as long as it
    /// is locked it does not expire.
    fn due(&self) -> (Timestamp, Due) {
        match &self.lock {
            Some(lock) => (lock.until, Due::LockEnded),
            None => (self.expires, Due::Expired),
        }
    }

    pub(crate) fn is_held_by_connection(&self) -> bool {
        self.is_held_by(&Holder::Connection)
    }

    fn is_held_by(&self, holder: &Holder) -> bool {
        self.lock
            .as_ref()
            .is_some_and(|lock| lock.holder == *holder)
    }

    fn is_held_by_token(&self) -> bool {
        self.lock
            .as_ref()
            .is_some_and(|lock| lock.holder != Holder::Connection)
    }
}

impl Queue {
    pub(crate) fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |waiting| waiting.messages.len())
    }

    /// All messages, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &QueuedMessage> {
        self.0.iter().flat_map(|waiting| &waiting.messages)
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = &mut QueuedMessage> {
        self.0.iter_mut().flat_map(|waiting| &mut waiting.messages)
    }

    /// The number of the next message.
    pub(crate) fn next_number(&self) -> u64 {
        self.0.as_ref().map_or(0, |waiting| waiting.last_number) + 1
    }

    /// Puts a message behind all others. It has the next number.
    pub(crate) fn push(&mut self, message: QueuedMessage) {
        let waiting = self.0.get_or_insert_default();
        waiting.last_number = waiting.last_number.max(message.sequence_number);
        waiting.messages.push_back(message);
    }

    pub(crate) fn get(&self, number: u64) -> Option<&QueuedMessage> {
        self.iter().find(|it| it.sequence_number == number)
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut QueuedMessage> {
        self.iter_mut().find(|it| it.sequence_number == number)
    }

    pub(crate) fn remove(&mut self, number: u64) -> Option<QueuedMessage> {
        let messages = &mut self.0.as_mut()?.messages;
        let at = messages
            .iter()
            .position(|it| it.sequence_number == number)?;
        messages.remove(at)
    }

    /// The oldest message that nobody has, and that is not too old.
    pub(crate) fn next_waiting(&self, now: Timestamp) -> Option<&QueuedMessage> {
        self.iter()
            .find(|message| message.lock.is_none() && message.expires > now)
    }

    /// The message that a lock token is for.
    pub(crate) fn locked(&self, token: &str) -> Option<&QueuedMessage> {
        let holder = Holder::Token(token.to_owned());
        self.iter().find(|message| message.is_held_by(&holder))
    }

    /// The message that a PUBACK means, sent before under its packet id. That its lock has ended does not matter, as
    /// long as nobody else has got it.
    pub(crate) fn acknowledged(&self, pid: Pid) -> Option<&QueuedMessage> {
        self.iter()
            .find(|message| message.packet_id == Some(pid) && !message.is_held_by_token())
    }

    /// How many messages the device's MQTT connection has.
    pub(crate) fn in_flight(&self) -> usize {
        self.iter()
            .filter(|message| message.is_held_by_connection())
            .count()
    }

    /// A packet id for a message that was never sent: made of its number, and no other message's.
    pub(crate) fn packet_id(&self, number: u64) -> Pid {
        let mut id = u16::try_from((number.saturating_sub(1)) % u64::from(u16::MAX))
            .ok()
            .and_then(|id| Pid::try_from(id.saturating_add(1)).ok())
            .unwrap_or_default();
        while self.iter().any(|message| message.packet_id == Some(id)) {
            id = id + 1;
        }
        id
    }

    /// What time has done to a message of the queue.
    pub(crate) fn due(&self, now: Timestamp) -> Option<(u64, Due)> {
        self.iter().find_map(|message| {
            let (at, due) = message.due();
            (at <= now).then_some((message.sequence_number, due))
        })
    }

    /// When time does something to a message of the queue next.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.next_due().map(|(at, _)| at)
    }

    /// What time does to a message of the queue next, and when.
    pub(crate) fn next_due(&self) -> Option<(Timestamp, Due)> {
        let all = self.iter().map(QueuedMessage::due);
        all.min_by_key(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A queue with messages of these numbers, each of which was sent.
    fn sent(numbers: &[u64]) -> Queue {
        let mut queue = Queue::default();
        for number in numbers {
            let packet_id = queue.packet_id(*number);
            queue.push(QueuedMessage {
                sequence_number: *number,
                enqueued_time: Timestamp::NEVER,
                expires: Timestamp::NEVER,
                delivery_count: 0,
                properties: MessageProperties::default(),
                body: Vec::new(),
                lock: None,
                packet_id: Some(packet_id),
            });
        }
        queue
    }

    #[test]
    fn packet_ids_go_around_and_pass_over_those_in_use() {
        let cases: [(&[u64], u64, u16); 7] = [
            (&[], 1, 1),
            (&[1], 2, 2),
            (&[], 65_535, 65_535),
            (&[], 65_536, 1),
            (&[1], 65_536, 2),
            (&[1, 65_536], 65_537, 3),
            (&[65_535, 65_536], 131_070, 2),
        ];
        for (numbers, next, expected) in cases {
            let id = sent(numbers).packet_id(next);
            assert_eq!(id.get(), expected, "{numbers:?}, {next}");
        }
    }

    #[test]
    fn an_empty_queue_takes_the_room_of_a_pointer() {
        assert_eq!(size_of::<Queue>(), size_of::<usize>());
    }
}
