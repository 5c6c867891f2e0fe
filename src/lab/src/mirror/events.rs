//! The newest events that were read from a live hub.
//!
//! A hub may have many devices that are none of this bench's, and be busy with them. What they send takes no more than
//! half of the room from the devices that somebody deals with here.

use std::collections::{BTreeMap, VecDeque};

use wire::{
    event::{Event, EventPosition},
    timestamp::Timestamp,
};

/// How many bytes of events are kept of all partitions together.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// What an event counts beside the bytes of its parts.
const EVENT_BYTES: usize = 1024;

/// What a property of the application's counts beside its name and value.
const PROPERTY_BYTES: usize = 64;

/// The most partitions that a hub can have.
const MOST_PARTITIONS: u16 = 128;

/// The newest events, by partition.
#[derive(Default)]
pub(super) struct KeptEvents {
    partitions: Vec<Partition>,
    /// How often a partition has begun, the first time included.
    beginnings: u64,
}

#[derive(Default)]
struct Partition {
    /// Of devices that are dealt with here.
    own: Lane,
    others: Lane,
    /// Which of all beginnings is the partition's: it changes whenever the hub begins anew.
    beginning: u64,
    /// The sequence number of the newest event that came, and when the hub took it.
    newest: Option<(u64, Timestamp)>,
}

/// Events in their order.
#[derive(Default)]
struct Lane {
    events: VecDeque<Event>,
    bytes: usize,
}

impl KeptEvents {
    /// The hub has so many partitions. If it had others, it has begun anew.
    pub(super) fn found(&mut self, partitions: u16) {
        let count = partitions.clamp(1, MOST_PARTITIONS);
        if self.partition_count() == Some(count) {
            return;
        }
        self.beginnings += 1;
        let partition = || Partition::begun(self.beginnings);
        self.partitions = (0..count).map(|_| partition()).collect();
    }

    /// How many partitions the hub has, once they have been found.
    pub(super) fn partition_count(&self) -> Option<u16> {
        let count = u16::try_from(self.partitions.len()).ok();
        count.filter(|count| *count > 0)
    }

    /// Which of all beginnings is that of each partition.
    pub(super) fn beginnings(&self) -> Vec<u64> {
        let partitions = self.partitions.iter();
        partitions.map(|partition| partition.beginning).collect()
    }

    /// The number of the newest event of each partition that had one.
    pub(super) fn newest(&self) -> BTreeMap<u16, u64> {
        let numbers = (0_u16..).zip(&self.partitions);
        numbers
            .filter_map(|(at, partition)| Some((at, partition.newest?.0)))
            .collect()
    }

    /// Keeps an event, unless it was there already: a reader that starts again brings some of them twice. An event that
    /// is newer than its number tells that the hub has begun anew, without those that it had.
    pub(super) fn put(&mut self, event: Event, is_own: bool) {
        let room = MOST_BYTES / self.partitions.len().max(1);
        let Some(partition) = self.partitions.get_mut(usize::from(event.partition)) else {
            return;
        };
        let number = event.sequence_number;
        match partition.newest {
            Some((newest, at)) if number <= newest && event.enqueued_time <= at => return,
            Some((newest, _)) if number <= newest => {
                self.beginnings += 1;
                *partition = Partition::begun(self.beginnings);
            }
            _ => {}
        }
        partition.newest = Some((number, event.enqueued_time));
        let lane = if is_own {
            &mut partition.own
        } else {
            &mut partition.others
        };
        lane.put(event);
        partition.make_room(room);
    }

    /// The events of a device since a time, oldest first. All of a device are in one partition.
    pub(super) fn of_device(&self, id: &str, since: Timestamp) -> Vec<Event> {
        // A device that is dealt with was another's before, and never is again.
        let lanes = self.partitions.iter().flat_map(|it| [&it.others, &it.own]);
        let events = lanes.flat_map(|lane| &lane.events);
        let wanted = events.filter(|it| it.device_id == id && it.enqueued_time >= since);
        wanted.cloned().collect()
    }

    /// At most `most` events of a partition from a position on.
    pub(super) fn read(&self, partition: u16, from: &EventPosition, most: usize) -> Vec<Event> {
        let Some(partition) = self.partitions.get(usize::from(partition)) else {
            return Vec::new();
        };
        let first = partition.first(from);
        let lanes = [&partition.own, &partition.others].into_iter();
        let mut events: Vec<&Event> = lanes.flat_map(|lane| lane.from(&first, most)).collect();
        events.sort_by_key(|event| event.sequence_number);
        events.into_iter().take(most).cloned().collect()
    }
}

impl Partition {
    fn begun(beginning: u64) -> Self {
        Self {
            beginning,
            ..Self::default()
        }
    }

    /// Forgets the oldest events until the others fit.
    fn make_room(&mut self, room: usize) {
        while self.own.bytes + self.others.bytes > room
            && self.own.events.len() + self.others.events.len() > 1
        {
            let is_others_turn = self.others.bytes > room / 2 || self.own.events.is_empty();
            if is_others_turn {
                self.others.forget_oldest();
            } else {
                self.own.forget_oldest();
            }
        }
    }

    /// A position that both lanes understand.
    fn first(&self, from: &EventPosition) -> EventPosition {
        let EventPosition::Offset(offset) = from else {
            return from.clone();
        };
        let mut events = self.own.events.iter().chain(&self.others.events);
        let at = events.find(|event| event.offset == *offset);
        at.map_or(EventPosition::Earliest, |event| {
            EventPosition::SequenceNumber {
                number: event.sequence_number,
                inclusive: false,
            }
        })
    }
}

impl Lane {
    fn put(&mut self, event: Event) {
        self.bytes += size(&event);
        self.events.push_back(event);
    }

    fn forget_oldest(&mut self) {
        if let Some(oldest) = self.events.pop_front() {
            self.bytes -= size(&oldest);
        }
    }

    fn from(&self, first: &EventPosition, most: usize) -> impl Iterator<Item = &Event> {
        let first = match first {
            EventPosition::Earliest | EventPosition::Offset(_) => 0,
            EventPosition::Latest => self.events.len(),
            EventPosition::SequenceNumber { number, inclusive } => {
                let number = number.saturating_add(u64::from(!inclusive));
                self.events
                    .partition_point(|it| it.sequence_number < number)
            }
            EventPosition::EnqueuedTime(time) => {
                self.events.partition_point(|it| it.enqueued_time < *time)
            }
        };
        self.events.range(first..).take(most)
    }
}

fn size(event: &Event) -> usize {
    let Event {
        offset,
        device_id,
        module_id,
        auth_method,
        generation_id,
        message_source,
        properties,
        body,
        ..
    } = event;
    let texts = [
        offset,
        device_id,
        auth_method,
        generation_id,
        message_source,
    ];
    let stamps: usize = texts.into_iter().chain(module_id).map(String::len).sum();
    let properties = properties.size() + properties.application.len() * PROPERTY_BYTES;
    body.len() + properties + stamps + EVENT_BYTES
}
