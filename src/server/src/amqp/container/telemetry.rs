//! Telemetry on its way to readers.

use hub::Hub;
use wire::event::EventPosition;

use super::{Batch, Container, Done, Kind, MOST_UNSENT};
use crate::amqp::{event_message::write_event, frame::MOST_FRAME_BYTES, link::LinkId};

/// The most bytes of events that one look at the hub brings.
const MOST_READ_BYTES: usize = 512 * 1024;
/// How many events are taken out of a partition at a time.
const CHUNK: usize = 16;

/// Telemetry.
impl Container {
    /// Reads for all links that want events and may have some, with one look at the hub.
    pub(super) fn read_events(&mut self) {
        if self.is_reading || self.connection.waiting_bytes() >= MOST_UNSENT {
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
                reader.is_reading = true;
                let credit = usize::try_from(credit).unwrap_or(usize::MAX);
                wanted.push((*link, reader.partition, reader.position.clone(), credit));
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
        let hub = self.hub.clone();
        self.start(async move {
            let batches = hub.look(move |hub| read(hub, wanted)).await?;
            Ok(Done::Read(batches))
        });
    }

    pub(super) fn events_came(&mut self, batches: Vec<Batch>) {
        self.is_reading = false;
        for batch in batches {
            self.give_events(batch);
        }
    }

    fn give_events(&mut self, batch: Batch) {
        let link = batch.link;
        let Some(Kind::Partition(reader)) = self.links.get_mut(&link).map(|it| &mut it.kind) else {
            return;
        };
        reader.is_reading = false;
        reader.may_have |= !batch.is_all;
        for event in batch.events {
            let number = event.sequence_number;
            let Ok(bytes) = write_event(event) else {
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

/// Reads events for several links, in their order, until there are enough bytes.
fn read(hub: &Hub, wanted: Vec<(LinkId, u16, EventPosition, usize)>) -> Vec<Batch> {
    let mut bytes = 0;
    let mut batches = Vec::with_capacity(wanted.len());
    for (link, partition, mut from, most) in wanted {
        let mut batch = Batch {
            link,
            events: Vec::new(),
            is_all: false,
        };
        while bytes < MOST_READ_BYTES && batch.events.len() < most {
            let count = CHUNK.min(most - batch.events.len());
            let events = hub.read_events(partition, &from, count);
            bytes += events
                .iter()
                .map(|event| event.body.len() + MOST_FRAME_BYTES / 64)
                .sum::<usize>();
            batch.is_all = events.len() < count;
            if let Some(last) = events.last() {
                from = EventPosition::SequenceNumber {
                    number: last.sequence_number,
                    inclusive: false,
                };
            }
            batch.events.extend(events);
            if batch.is_all {
                break;
            }
        }
        batches.push(batch);
    }
    batches
}
