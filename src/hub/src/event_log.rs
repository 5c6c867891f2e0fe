//! The telemetry that the hub keeps: the built-in endpoint, without a protocol to read it by.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wire::{
    event::{Event, EventPosition},
    timestamp::Timestamp,
};

use crate::{options::HubOptions, partition::Partition};

/// An event as it lies in its partition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredEvent(pub(crate) Event);

/// Events in partitions, each for as long as the hub was told to keep it.
pub(crate) struct EventLog {
    partitions: Vec<Partition>,
    retention: Duration,
    partition_bytes: usize,
}

impl EventLog {
    pub(crate) fn new(options: &HubOptions) -> Self {
        let partitions = 0..options.partitions.max(1);
        Self {
            partitions: partitions.map(Partition::new).collect(),
            retention: options.retention,
            partition_bytes: options.partition_bytes,
        }
    }

    /// Keeps an event, under a number and an offset that it gets here, in the partition of its device.
    pub(crate) fn append(&mut self, event: Event) {
        let count = self.partitions.len() as u64;
        let partition = usize::try_from(hash(&event.device_id) % count);
        if let Some(partition) = partition.ok().and_then(|it| self.partitions.get_mut(it)) {
            let now = event.enqueued_time;
            partition.append(event);
            partition.forget(now, self.retention, self.partition_bytes);
        }
    }

    /// Drops what has been kept for long enough.
    pub(crate) fn forget(&mut self, now: Timestamp) {
        for partition in &mut self.partitions {
            partition.forget(now, self.retention, self.partition_bytes);
        }
    }

    /// When there is something to drop next.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.partitions
            .iter()
            .filter_map(|partition| partition.next_deadline(self.retention))
            .min()
    }

    /// At most `most` events of a partition from a position on; none if there is no such partition.
    pub(crate) fn read(&self, partition: u16, from: &EventPosition, most: usize) -> Vec<Event> {
        self.partitions
            .get(usize::from(partition))
            .map_or_else(Vec::new, |partition| partition.read(from, most))
    }
}

/// A number for a device id that never changes, so that all messages of a device go to the same partition:
/// FNV-1a, folded as its authors advise, because its lower bits alone depend on little of the id.
fn hash(device_id: &str) -> u64 {
    let hash = device_id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    (hash >> 32) ^ (hash & 0xFFFF_FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of these ids go to each of four partitions.
    fn spread(ids: impl Iterator<Item = String>) -> [u32; 4] {
        let mut counts = [0; 4];
        for id in ids {
            counts[usize::try_from(hash(&id) % 4).unwrap()] += 1;
        }
        counts
    }

    #[test]
    fn devices_spread_over_all_partitions() {
        let every = |step| spread((0..1_000).map(move |n| format!("device-{:04x}", n * step)));
        for step in [1, 4, 16] {
            let counts = every(step);
            let is_even = counts.iter().all(|count| (200..300).contains(count));
            assert!(is_even, "every {step}: {counts:?}");
        }
    }
}
