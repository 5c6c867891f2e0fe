//! One partition of the event log: events in order, kept for a while.

use std::{collections::VecDeque, time::Duration};

use serde::{Deserialize, Serialize};
use wire::{
    event::{Event, EventPosition},
    timestamp::Timestamp,
};

use crate::stored_event::{Place, StoredEvent};

/// Which events of a partition are kept, and where it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventBounds {
    /// The partition.
    pub partition: u16,
    /// The sequence number of the oldest event that is kept; that of the next event if none is.
    pub first_number: u64,
    /// The sequence number that the next event will have, at least.
    pub next_number: u64,
    /// The offset that the next event will have, at least.
    pub next_offset: u64,
}

/// How much a partition keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptEvents {
    /// The partition.
    pub partition: u16,
    /// How many events are kept.
    pub events: usize,
    /// How many bytes of memory they take, roughly.
    pub bytes: usize,
}

/// The most partitions that a hub of any tier can have.
pub(crate) const MOST_PARTITIONS: u16 = 32;

/// The largest sequence number and offset: readers have signed numbers for them.
pub(crate) const MOST_NUMBER: u64 = i64::MAX.unsigned_abs();

impl EventBounds {
    /// Whether a partition can go on there.
    pub(crate) fn is_possible(&self) -> bool {
        self.next_number < MOST_NUMBER && self.next_offset < MOST_NUMBER
    }
}

/// The events of one partition, oldest first.
pub(crate) struct Partition {
    number: u16,
    events: VecDeque<StoredEvent>,
    next_sequence_number: u64,
    next_offset: u64,
    bytes: usize,
}

impl Partition {
    pub(crate) fn new(number: u16) -> Self {
        Self {
            number,
            events: VecDeque::new(),
            next_sequence_number: 0,
            next_offset: 0,
            bytes: 0,
        }
    }

    /// Where the next event will lie.
    pub(crate) fn next_place(&self) -> Place {
        Place {
            partition: self.number,
            number: self.next_sequence_number,
            offset: self.next_offset,
        }
    }

    /// Which events are kept, and where the partition goes on.
    pub(crate) fn bounds(&self) -> EventBounds {
        let oldest = self.events.front();
        EventBounds {
            partition: self.number,
            first_number: oldest.map_or(self.next_sequence_number, |it| it.place.number),
            next_number: self.next_sequence_number,
            next_offset: self.next_offset,
        }
    }

    /// Goes on no earlier than there.
    pub(crate) fn skip_to(&mut self, bounds: &EventBounds) {
        self.next_sequence_number = self.next_sequence_number.max(bounds.next_number);
        self.next_offset = self.next_offset.max(bounds.next_offset);
    }

    /// Appends an event that was made for the partition's next place, or for a later one.
    pub(crate) fn append(&mut self, event: StoredEvent) {
        let size = event.size();
        self.next_sequence_number = event.place.number.saturating_add(1);
        self.next_offset = event.place.offset.saturating_add(size as u64);
        self.bytes += size;
        self.events.push_back(event);
    }

    /// The newest events, oldest first, that together have at most so many bytes.
    pub(crate) fn newest(&self, most_bytes: usize) -> impl Iterator<Item = &StoredEvent> {
        let mut left = most_bytes;
        let newest = self.events.iter().rev().take_while(|event| {
            let fits = event.size() <= left;
            left = left.saturating_sub(event.size());
            fits
        });
        let count = newest.count();
        self.events.iter().skip(self.events.len() - count)
    }

    /// All events, newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &StoredEvent> {
        self.events.iter().rev()
    }

    /// How many events are kept, and how many bytes they take.
    pub(crate) fn kept(&self) -> KeptEvents {
        KeptEvents {
            partition: self.number,
            events: self.events.len(),
            bytes: self.bytes,
        }
    }

    /// Drops what is older than `retention`, and the oldest beyond `most_bytes`.
    /// The newest always has room: what was acknowledged is kept.
    pub(crate) fn forget(&mut self, now: Timestamp, retention: Duration, most_bytes: usize) {
        while let Some(oldest) = self.events.front() {
            let is_old = now.since(oldest.at) > retention;
            let is_crowded = self.bytes > most_bytes && self.events.len() > 1;
            if !is_old && !is_crowded {
                break;
            }
            self.bytes -= oldest.size();
            self.events.pop_front();
        }
    }

    /// When the oldest event will have been kept for long enough.
    pub(crate) fn next_deadline(&self, retention: Duration) -> Option<Timestamp> {
        let kept_until = self.events.front()?.at.plus(retention);
        Some(kept_until.plus(Duration::from_millis(1)))
    }

    /// At most `most` events from a position on.
    pub(crate) fn read(&self, from: &EventPosition, most: usize) -> Vec<Event> {
        let first = self.first_at(from);
        self.events
            .iter()
            .skip(first)
            .take(most)
            .map(StoredEvent::to_event)
            .collect()
    }

    /// The events of a device since a time, oldest first.
    pub(crate) fn of_device(&self, device_id: &str, since: Timestamp) -> Vec<Event> {
        let first = self.events.partition_point(|stored| stored.at < since);
        let events = self.events.iter().skip(first);
        let own = events.filter(|stored| stored.is_of(device_id));
        own.map(StoredEvent::to_event).collect()
    }

    /// The index of the first event at or behind a position. Events are sorted by number, offset and time alike.
    fn first_at(&self, from: &EventPosition) -> usize {
        match from {
            EventPosition::Earliest => 0,
            EventPosition::Latest => self.events.len(),
            EventPosition::Offset(text) => self.first_after(text),
            EventPosition::SequenceNumber { number, inclusive } => {
                self.events.partition_point(|stored| {
                    let at = stored.place.number;
                    at < *number || at == *number && !inclusive
                })
            }
            EventPosition::EnqueuedTime(time) => {
                self.events.partition_point(|stored| stored.at < *time)
            }
        }
    }

    /// The index of the first event behind an offset, which names the last event that was read.
    /// A text that is no offset was read from nowhere: rather all events again than one too few.
    fn first_after(&self, offset: &str) -> usize {
        if offset.is_empty() || !offset.bytes().all(|byte| byte.is_ascii_digit()) {
            return 0;
        }
        // A number that is too large to be read is larger than any.
        let offset = offset.parse().unwrap_or(u64::MAX);
        self.events
            .partition_point(|stored| stored.place.offset <= offset)
    }
}
