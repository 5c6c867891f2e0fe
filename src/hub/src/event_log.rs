//! The telemetry that the hub keeps: the built-in endpoint, without a protocol to read it by.

use std::{cmp::Reverse, time::Duration};

use wire::{
    event::{Event, EventPosition},
    timestamp::Timestamp,
};

use crate::{
    options::HubOptions,
    partition::{EventBounds, KeptEvents, MOST_NUMBER, Partition},
    stored_event::{Place, StoredEvent},
};

/// Events in partitions, each for as long as the hub was told to keep it.
pub(crate) struct EventLog {
    partitions: Vec<Partition>,
    retention: Duration,
    partition_bytes: usize,
}

impl EventLog {
    /// The log of a hub that is made new.
    pub(crate) fn new(options: &HubOptions) -> Self {
        let count = options.partitions.clamp(1, options.tier.most_partitions());
        Self::with_partitions(count, options)
    }

    /// The log of a hub that was made with so many partitions, whatever the options would make.
    pub(crate) fn with_partitions(count: u16, options: &HubOptions) -> Self {
        Self {
            partitions: (0..count).map(Partition::new).collect(),
            retention: options.retention,
            partition_bytes: options.partition_bytes,
        }
    }

    /// How many partitions there are.
    pub(crate) fn partition_count(&self) -> u16 {
        // They were counted by such a number.
        u16::try_from(self.partitions.len()).unwrap_or(u16::MAX)
    }

    /// Where the next event of a device will lie.
    pub(crate) fn next_place(&self, device_id: &str) -> Option<Place> {
        let partition = hash(device_id) % self.partitions.len() as u64;
        let partition = self.partitions.get(usize::try_from(partition).ok()?)?;
        Some(partition.next_place())
    }

    /// Keeps an event that was made for its place.
    pub(crate) fn append(&mut self, event: StoredEvent) {
        if let Some(partition) = self.partitions.get_mut(usize::from(event.place.partition)) {
            let now = event.at;
            partition.append(event);
            partition.forget(now, self.retention, self.partition_bytes);
        }
    }

    /// Puts back an event that a snapshot tells of. Refuses one that has no place.
    pub(crate) fn restore(&mut self, event: StoredEvent) -> Result<(), String> {
        let Place {
            partition,
            number,
            offset,
        } = event.place;
        let there_are = self.partitions.len();
        let Some(partition) = self.partitions.get(usize::from(partition)) else {
            return Err(format!(
                "expected a partition below {there_are}, got {partition}"
            ));
        };
        let next = partition.next_place();
        let is_possible = number < MOST_NUMBER && offset < MOST_NUMBER;
        if number < next.number || offset < next.offset || !is_possible {
            return Err(format!(
                "expected event {} or a later one at offset {} or later, got event {number} at {offset}",
                next.number, next.offset
            ));
        }
        self.append(event);
        Ok(())
    }

    /// Which events each partition keeps, and where it goes on.
    pub(crate) fn bounds(&self) -> impl Iterator<Item = EventBounds> {
        self.partitions.iter().map(Partition::bounds)
    }

    /// How much each partition keeps.
    pub(crate) fn kept(&self) -> impl Iterator<Item = KeptEvents> {
        self.partitions.iter().map(Partition::kept)
    }

    /// The newest events of all partitions, newest first.
    pub(crate) fn newest_of_all(&self, most: usize) -> Vec<&StoredEvent> {
        let partitions = self.partitions.iter();
        let mut newest: Vec<_> = partitions
            .flat_map(|partition| partition.newest_first().take(most))
            .collect();
        newest.sort_by_key(|event| Reverse(event.at));
        newest.truncate(most);
        newest
    }

    /// Has a partition go on no earlier than there.
    pub(crate) fn skip_to(&mut self, bounds: &EventBounds) {
        if let Some(partition) = self.partitions.get_mut(usize::from(bounds.partition)) {
            partition.skip_to(bounds);
        }
    }

    /// The newest events of each partition that together have at most so many bytes.
    pub(crate) fn newest(&self, most_bytes: usize) -> impl Iterator<Item = &StoredEvent> {
        let partitions = self.partitions.iter();
        partitions.flat_map(move |partition| partition.newest(most_bytes))
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

impl EventLog {
    /// The events of a device since a time, oldest first. All of them are in one partition.
    pub(crate) fn of_device(&self, device_id: &str, since: Timestamp) -> Vec<Event> {
        let place = self.next_place(device_id).map(|place| place.partition);
        let partition = place.and_then(|it| self.partitions.get(usize::from(it)));
        partition.map_or_else(Vec::new, |it| it.of_device(device_id, since))
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
