//! One partition of the hub's telemetry: events in order, kept for a while.

use std::{collections::VecDeque, time::Duration};

use wire::{
    event::{Event, EventPosition},
    timestamp::Timestamp,
};

/// The events of one partition, oldest first.
pub(crate) struct Partition {
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
    pub(crate) fn new() -> Self {
        Self {
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
        let size = event.body.len() + event.properties.size() + 1;
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
    pub(crate) fn forget(&mut self, now: Timestamp, retention: Duration, most_bytes: usize) {
        while let Some(oldest) = self.events.front() {
            if now.since(oldest.event.enqueued_time) <= retention && self.bytes <= most_bytes {
                break;
            }
            self.bytes -= oldest.size;
            self.events.pop_front();
        }
    }

    /// When the oldest event will have been kept for long enough.
    pub(crate) fn next_deadline(&self, retention: Duration) -> Option<Timestamp> {
        let oldest = self.events.front()?;
        Some(
            oldest
                .event
                .enqueued_time
                .plus(retention)
                .plus(Duration::from_millis(1)),
        )
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
            // An offset names the last event already read. One that is no number cannot lie behind any event.
            EventPosition::Offset(text) => match text.parse::<u64>() {
                Ok(offset) => self
                    .events
                    .partition_point(|stored| stored.offset <= offset),
                Err(_) => 0,
            },
            EventPosition::SequenceNumber { number, inclusive } => {
                self.events.partition_point(|stored| {
                    let at = stored.event.sequence_number;
                    if *inclusive {
                        at < *number
                    } else {
                        at <= *number
                    }
                })
            }
            EventPosition::EnqueuedTime(time) => self
                .events
                .partition_point(|stored| stored.event.enqueued_time < *time),
        }
    }
}

/// The partition that all messages of a device go to: the FNV-1a hash of its id, so that it never changes.
pub(crate) fn partition_of(device_id: &str, partitions: u16) -> u16 {
    let hash = device_id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    u16::try_from(hash % u64::from(partitions.max(1))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_keeps_its_partition_for_ever() {
        // These figures must never change: a reader's position would point into another partition.
        assert_eq!(
            partition_of("MyFirstPythonDevice", 4),
            partition_of("MyFirstPythonDevice", 4)
        );
        assert_eq!(
            ["dev1", "dev2", "dev3", "dev4"].map(|id| partition_of(id, 4)),
            [0, 1, 2, 3]
        );
    }

    #[test]
    fn devices_spread_over_all_partitions() {
        let mut counts = [0_u32; 4];
        for number in 0..1_000 {
            counts[usize::from(partition_of(&format!("device-{number}"), 4))] += 1;
        }
        assert!(
            counts.iter().all(|count| (200..300).contains(count)),
            "{counts:?}"
        );
    }
}
