//! Telemetry on its way to readers.

use hub::Hub;
use wire::{event::EventPosition, timestamp::Timestamp};

use super::{Batch, Container, Done, Kind};
use crate::amqp::{event_message::write_event, extent::PartitionExtent, link::LinkId};

/// The most bytes of events that one look at the hub brings.
const MOST_READ_BYTES: usize = 512 * 1024;
/// About how many bytes an event has besides those that its sender gave it.
const STAMPS: usize = 512;
/// How many events are taken out of a partition at a time.
const CHUNK: usize = 16;

/// Telemetry.
impl Container {
    /// Reads for all links that want events and may have some, with one look at the hub.
    pub(super) fn read_events(&mut self) {
        if self.is_reading || self.is_full() {
            return;
        }
        let mut wanted = Vec::new();
        for (link, attachment) in &mut self.links {
            let Kind::Partition(reader) = &mut attachment.kind else {
                continue;
            };
            let (credit, _) = self.connection.credit(*link);
            if credit > 0 && reader.may_have {
                reader.may_have = false;
                let credit = usize::try_from(credit).unwrap_or(usize::MAX);
                wanted.push(Wanted {
                    link: *link,
                    partition: reader.partition,
                    from: reader.position.clone(),
                    most: credit,
                    wants_metrics: reader.wants_metrics,
                });
            }
        }
        if wanted.is_empty() {
            return;
        }
        // Each time another link comes first, so that none takes all the room for ever.
        self.turn = self.turn.wrapping_add(1);
        let first = self.turn % wanted.len();
        wanted.rotate_left(first);
        self.is_reading = true;
        let measure = if self.share.is_crowded() {
            Measure { bytes: 1, chunk: 1 }
        } else {
            Measure {
                bytes: MOST_READ_BYTES,
                chunk: CHUNK,
            }
        };
        let hub = self.hub.clone();
        self.start(async move {
            let batches = hub.look(move |hub| read(hub, wanted, measure)).await?;
            Ok(Done::Read(batches))
        });
    }

    pub(super) fn events_came(&mut self, now: Timestamp, batches: Vec<Batch>) {
        self.is_reading = false;
        for batch in batches {
            self.give_events(now, batch);
        }
    }

    fn give_events(&mut self, now: Timestamp, batch: Batch) {
        let link = batch.link;
        let Some(Kind::Partition(reader)) = self.links.get_mut(&link).map(|it| &mut it.kind) else {
            return;
        };
        reader.may_have |= !batch.is_all;
        let metrics = batch.extent.map(|extent| (extent, now));
        for event in batch.events {
            let number = event.sequence_number;
            let Ok(bytes) = write_event(event, metrics.as_ref()) else {
                continue;
            };
            // The client may have taken its credit back meanwhile.
            if self
                .connection
                .send(link, bytes.into(), reader.is_settled)
                .is_none()
            {
                reader.may_have = true;
                return;
            }
            reader.position = EventPosition::SequenceNumber {
                number,
                inclusive: false,
            };
        }
        let (credit, drain) = self.connection.credit(link);
        if batch.is_all && drain && credit > 0 {
            self.connection.drained(link);
        }
    }
}

/// What a link wants to read.
struct Wanted {
    link: LinkId,
    partition: u16,
    from: EventPosition,
    most: usize,
    wants_metrics: bool,
}

/// How much is read with one look at the hub.
#[derive(Clone, Copy)]
struct Measure {
    /// So many bytes are enough.
    bytes: usize,
    /// How many events are taken at a time until there are.
    chunk: usize,
}

/// Reads events for several links, in their order, until there are enough bytes.
fn read(hub: &Hub, wanted: Vec<Wanted>, measure: Measure) -> Vec<Batch> {
    let mut bytes = 0;
    let read = wanted
        .into_iter()
        .map(|wanted| read_batch(hub, wanted, measure, &mut bytes));
    read.collect()
}

fn read_batch(hub: &Hub, wanted: Wanted, measure: Measure, bytes: &mut usize) -> Batch {
    let partition = wanted.partition;
    let extent = wanted
        .wants_metrics
        .then(|| PartitionExtent::of(hub, partition));
    let mut batch = Batch {
        link: wanted.link,
        events: Vec::new(),
        is_all: false,
        extent: extent.flatten(),
    };
    let mut from = wanted.from;
    while *bytes < measure.bytes && batch.events.len() < wanted.most && !batch.is_all {
        let count = measure.chunk.min(wanted.most - batch.events.len());
        let events = hub.read_events(partition, &from, count);
        let sizes = events
            .iter()
            .map(|event| event.body.len() + event.properties.size() + STAMPS);
        *bytes += sizes.sum::<usize>();
        batch.is_all = events.len() < count;
        if let Some(last) = events.last() {
            from = EventPosition::SequenceNumber {
                number: last.sequence_number,
                inclusive: false,
            };
        }
        batch.events.extend(events);
    }
    batch
}
