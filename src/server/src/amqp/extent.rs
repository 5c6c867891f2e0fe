//! From where to where a partition reaches.

use hub::Hub;
use wire::{event::EventPosition, timestamp::Timestamp};

/// From where to where the events of a partition reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PartitionExtent {
    /// The sequence number of the oldest event that is kept; of the next one, if none is.
    pub(super) first_number: u64,
    /// The sequence number that the next event will have.
    pub(super) next_number: u64,
    /// The offset of the newest event, and when the hub took it; `None` if none is kept.
    pub(super) newest: Option<(String, Timestamp)>,
}

impl PartitionExtent {
    /// Measures a partition; none if there is no such partition.
    pub(super) fn of(hub: &Hub, partition: u16) -> Option<Self> {
        let bounds = hub.event_bounds().find(|it| it.partition == partition)?;
        let last = EventPosition::SequenceNumber {
            number: bounds.next_number.saturating_sub(1),
            inclusive: true,
        };
        let newest = hub.read_events(partition, &last, 1).pop();
        Some(Self {
            first_number: bounds.first_number,
            next_number: bounds.next_number,
            newest: newest.map(|event| (event.offset, event.enqueued_time)),
        })
    }
}
