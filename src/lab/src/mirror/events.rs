//! The newest events that were read from a live hub.

use std::collections::VecDeque;

use wire::{
    event::{Event, EventPosition},
    timestamp::Timestamp,
};

/// How many bytes of events are kept of all partitions together.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// What an event counts beside its body.
const EVENT_BYTES: usize = 1024;

/// The most partitions that a hub can have.
const MOST_PARTITIONS: u16 = 128;

/// The newest events, by partition.
pub(super) struct KeptEvents(Vec<Partition>);

#[derive(Default)]
struct Partition {
    events: VecDeque<Event>,
    bytes: usize,
    /// The sequence number of the newest event that came.
    newest: Option<u64>,
}

impl KeptEvents {
    pub(super) fn new(partitions: u16) -> Self {
        let count = partitions.clamp(1, MOST_PARTITIONS);
        Self((0..count).map(|_| Partition::default()).collect())
    }

    pub(super) fn partition_count(&self) -> u16 {
        u16::try_from(self.0.len()).unwrap_or(MOST_PARTITIONS)
    }

    /// Keeps an event, unless it was there already: a reader that starts again brings some of them twice.
    pub(super) fn put(&mut self, event: Event) {
        let room = MOST_BYTES / self.0.len().max(1);
        let Some(partition) = self.0.get_mut(usize::from(event.partition)) else {
            return;
        };
        let number = event.sequence_number;
        if partition.newest.is_some_and(|newest| number <= newest) {
            return;
        }
        partition.newest = Some(number);
        partition.bytes += size(&event);
        partition.events.push_back(event);
        while partition.bytes > room && partition.events.len() > 1 {
            if let Some(oldest) = partition.events.pop_front() {
                partition.bytes -= size(&oldest);
            }
        }
    }

    /// The events of a device since a time, oldest first. All of a device are in one partition.
    pub(super) fn of_device(&self, id: &str, since: Timestamp) -> Vec<Event> {
        let events = self.0.iter().flat_map(|partition| &partition.events);
        let wanted = events.filter(|it| it.device_id == id && it.enqueued_time >= since);
        wanted.cloned().collect()
    }

    /// At most `most` events of a partition from a position on.
    pub(super) fn read(&self, partition: u16, from: &EventPosition, most: usize) -> Vec<Event> {
        let Some(partition) = self.0.get(usize::from(partition)) else {
            return Vec::new();
        };
        let events = &partition.events;
        let first = match from {
            EventPosition::Earliest => 0,
            EventPosition::Latest => events.len(),
            EventPosition::Offset(offset) => events
                .iter()
                .position(|event| event.offset == *offset)
                .map_or(0, |place| place + 1),
            EventPosition::SequenceNumber { number, inclusive } => {
                events.partition_point(|it| it.sequence_number < *number + u64::from(!inclusive))
            }
            EventPosition::EnqueuedTime(time) => {
                events.partition_point(|event| event.enqueued_time < *time)
            }
        };
        events.range(first..).take(most).cloned().collect()
    }
}

fn size(event: &Event) -> usize {
    event.body.len() + EVENT_BYTES
}
