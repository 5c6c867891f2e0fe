//! A reader of the telemetry that a hub keeps.

use wire::event::{Event, EventPosition};
use wire::timestamp::Timestamp;

/// The most events that one read asks for.
const MOST_PER_READ: usize = 100;

/// Reads all partitions of a hub from a position on, each event once and in its partition's order.
///
/// The owner carries out what [`reads`](Self::reads) asks for, in any order, and gives each answer
/// to [`receive`](Self::receive); when nothing new comes it waits a while before the next round.
/// Answers may overlap or repeat: what was seen is not seen again.
#[derive(Clone, Debug)]
pub struct Monitor {
    places: Vec<Place>,
    device_id: Option<String>,
    gaps: Vec<Gap>,
}

/// One read to carry out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The partition, from 0.
    pub partition: u16,
    /// Where to start in it.
    pub position: EventPosition,
    /// How many events to bring at most.
    pub most: usize,
}

/// Events that were gone before they were read: the hub keeps them for its retention time only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The partition.
    pub partition: u16,
    /// The sequence number of the first event that was missed.
    pub first: u64,
    /// How many were missed.
    pub skipped: u64,
}

/// Where the monitor stands in a partition.
#[derive(Clone, Debug)]
struct Place {
    position: EventPosition,
    /// The sequence number of the next event, once known: events are numbered without gaps.
    expected: Option<u64>,
}

impl Monitor {
    /// A monitor of `partitions` partitions from `start` on, which shows the events of `device_id`
    /// or of all devices.
    ///
    /// "Latest" means later than each read that asks for it, so a monitor that is between two reads
    /// would miss what comes; it is taken to mean "from `now` on".
    pub fn new(
        partitions: u16,
        start: &EventPosition,
        device_id: Option<String>,
        now: Timestamp,
    ) -> Self {
        let place = Place::at(start, now);
        Self {
            places: vec![place; partitions.into()],
            device_id,
            gaps: Vec::new(),
        }
    }

    /// One read for each partition, from where the monitor stands.
    pub fn reads(&self) -> Vec<Read> {
        let places = (0..).zip(&self.places);
        places
            .map(|(partition, place)| Read {
                partition,
                position: place.position.clone(),
                most: MOST_PER_READ,
            })
            .collect()
    }

    /// Takes the answer to a read and returns what is new in it and asked for. Events of a partition
    /// that is not watched are dropped.
    pub fn receive(&mut self, partition: u16, events: Vec<Event>) -> Vec<Event> {
        let Some(place) = self.places.get_mut(usize::from(partition)) else {
            return Vec::new();
        };
        let mut news = Vec::new();
        for event in events {
            match place.pass(event.sequence_number) {
                Passed::Seen => continue,
                Passed::New => {}
                Passed::After { first, skipped } => self.gaps.push(Gap {
                    partition,
                    first,
                    skipped,
                }),
            }
            let wanted = self.device_id.as_ref();
            if wanted.is_none_or(|wanted| *wanted == event.device_id) {
                news.push(event);
            }
        }
        news
    }

    /// A partition has begun anew, with numbers of its own: the monitor reads it from its oldest event on.
    pub fn begin_anew(&mut self, partition: u16) {
        if let Some(place) = self.places.get_mut(usize::from(partition)) {
            *place = Place {
                position: EventPosition::Earliest,
                expected: None,
            };
        }
    }

    /// Where the monitor stands in a partition: what a later monitor would start from.
    pub fn position(&self, partition: u16) -> Option<&EventPosition> {
        let place = self.places.get(usize::from(partition))?;
        Some(&place.position)
    }

    /// The gaps found since the last call.
    pub fn take_gaps(&mut self) -> Vec<Gap> {
        std::mem::take(&mut self.gaps)
    }
}

/// What an event's number says.
enum Passed {
    Seen,
    New,
    After { first: u64, skipped: u64 },
}

impl Place {
    fn at(start: &EventPosition, now: Timestamp) -> Self {
        let position = match start {
            EventPosition::Latest => EventPosition::EnqueuedTime(now),
            start => start.clone(),
        };
        let expected = match position {
            EventPosition::SequenceNumber { number, inclusive } if inclusive => Some(number),
            EventPosition::SequenceNumber { number, .. } => Some(number.saturating_add(1)),
            _ => None,
        };
        Self { position, expected }
    }

    /// Moves past an event, unless that has been done.
    fn pass(&mut self, number: u64) -> Passed {
        let first = self.expected.unwrap_or(number);
        let Some(skipped) = number.checked_sub(first) else {
            return Passed::Seen;
        };
        self.expected = Some(number.saturating_add(1));
        self.position = EventPosition::SequenceNumber {
            number,
            inclusive: false,
        };
        match skipped {
            0 => Passed::New,
            skipped => Passed::After { first, skipped },
        }
    }
}
