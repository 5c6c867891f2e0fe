//! One partition of the event log: events in order, kept for a while.

use std::{collections::VecDeque, time::Duration};

use wire::{
    event::{Event, EventPosition},
    timestamp::Timestamp,
};

/// What an event takes besides its body and properties, roughly: its stamps, and its place.
const STAMP_BYTES: usize = 1_024;

/// The events of one partition, oldest first.
pub(crate) struct Partition {
    number: u16,
    events: VecDeque<Stored>,
    next_sequence_number: u64,
    next_offset: u64,
    bytes: usize,
}

struct Stored {
    event: Event,
    offset: u64,
    size: usize,
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

    /// Stores an event under the partition's next number and offset.
    /// Offsets grow by the event's size, as they do in a log of bytes.
    pub(crate) fn append(&mut self, mut event: Event) {
        let offset = self.next_offset;
        let size = event.body.len() + event.properties.size() + STAMP_BYTES;
        event.partition = self.number;
        event.sequence_number = self.next_sequence_number;
        event.offset = offset.to_string();
        self.next_sequence_number += 1;
        self.next_offset += size as u64;
        self.bytes += size;
        self.events.push_back(Stored {
            event,
            offset,
            size,
        });
    }

    /// Drops what is older than `retention`, and the oldest beyond `most_bytes`.
    /// The newest always has room: what was acknowledged is kept.
    pub(crate) fn forget(&mut self, now: Timestamp, retention: Duration, most_bytes: usize) {
        while let Some(oldest) = self.events.front() {
            let is_old = now.since(oldest.event.enqueued_time) > retention;
            let is_crowded = self.bytes > most_bytes && self.events.len() > 1;
            if !is_old && !is_crowded {
                break;
            }
            self.bytes -= oldest.size;
            self.events.pop_front();
        }
    }

    /// When the oldest event will have been kept for long enough.
    pub(crate) fn next_deadline(&self, retention: Duration) -> Option<Timestamp> {
        let kept_until = self.events.front()?.event.enqueued_time.plus(retention);
        Some(kept_until.plus(Duration::from_millis(1)))
    }

    /// At most `most` events from a position on.
    pub(crate) fn read(&self, from: &EventPosition, most: usize) -> Vec<Event> {
        let first = self.first_at(from);
        self.events
            .iter()
            .skip(first)
            .take(most)
            .map(|stored| stored.event.clone())
            .collect()
    }

    /// The index of the first event at or behind a position. Events are sorted by number, offset and time alike.
    fn first_at(&self, from: &EventPosition) -> usize {
        match from {
            EventPosition::Earliest => 0,
            EventPosition::Latest => self.events.len(),
            EventPosition::Offset(text) => self.first_after(text),
            EventPosition::SequenceNumber { number, inclusive } => {
                self.events.partition_point(|stored| {
                    let at = stored.event.sequence_number;
                    at < *number || at == *number && !inclusive
                })
            }
            EventPosition::EnqueuedTime(time) => self
                .events
                .partition_point(|stored| stored.event.enqueued_time < *time),
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
            .partition_point(|stored| stored.offset <= offset)
    }
}
