//! Reading the hub's events, as through its Event Hubs-compatible endpoint.

use std::{collections::VecDeque, future::poll_fn, panic::Location, task::Poll};

use client::monitor::Monitor;
use serde_json::Value;
use wire::{
    event::{Event, EventPosition},
    timestamp::Timestamp,
};

use crate::{hands::Hands, view::EventView};

/// Reads events from all partitions, from a position on.
pub struct EventReader {
    hands: Hands,
    /// The name of the program that reads.
    program: String,
    from: EventPosition,
    since: Timestamp,
    /// None until it is known how many partitions there are.
    monitor: Option<Monitor>,
    ready: VecDeque<Event>,
}

impl EventReader {
    pub(crate) fn new(hands: Hands, program: &str, from: EventPosition) -> Self {
        hands.want_events();
        Self {
            since: hands.now(),
            hands,
            program: program.to_owned(),
            from,
            monitor: None,
            ready: VecDeque::new(),
        }
    }

    /// The next event of any partition; waits for one if there is none.
    #[expect(
        clippy::should_implement_trait,
        reason = "it waits, as the one of a stream does, and readers know it by this name"
    )]
    #[track_caller]
    pub fn next(&mut self) -> impl Future<Output = Event> {
        self.hands.world().reach(&self.program, Location::caller());
        self.receive()
    }

    pub(crate) async fn receive(&mut self) -> Event {
        let event = poll_fn(|context| {
            self.fill();
            if let Some(event) = self.ready.pop_front() {
                return Poll::Ready(event);
            }
            self.hands.world().watch(context.waker().clone());
            Poll::Pending
        })
        .await;
        self.hands.world().arrive(&event);
        event
    }

    /// Does the monitor's reads, unless events wait already.
    fn fill(&mut self) {
        if !self.ready.is_empty() {
            return;
        }
        let world = self.hands.look();
        if self.monitor.is_none() {
            let partitions = world.hub.partition_count();
            let monitor = |count| Monitor::new(count, &self.from, None, self.since);
            self.monitor = partitions.map(monitor);
        }
        let Some(monitor) = &mut self.monitor else {
            return;
        };
        for read in monitor.reads() {
            let events = world
                .hub
                .read_events(read.partition, &read.position, read.most);
            self.ready.extend(monitor.receive(read.partition, events));
        }
    }
}

/// What a page shows of an event.
pub(crate) fn view_of(event: &Event) -> EventView {
    let text = String::from_utf8(event.body.clone()).ok();
    EventView {
        partition: event.partition,
        sequence_number: event.sequence_number,
        offset: event.offset.clone(),
        enqueued_time: event.enqueued_time,
        device_id: event.device_id.clone(),
        system_properties: event.sender_properties().into_iter().map(own).collect(),
        application_properties: event
            .properties
            .application
            .iter()
            .map(|(name, value)| (name.clone(), value.clone().unwrap_or_default()))
            .collect(),
        annotations: event.annotations().into_iter().map(own).collect(),
        numbers: text.as_deref().map(numbers).unwrap_or_default(),
        size: event.body.len(),
        text,
    }
}

fn own((name, value): (&'static str, String)) -> (String, String) {
    (name.to_owned(), value)
}

/// The numbers at the top of a JSON object, by name; none if the text is something else.
pub fn numbers(text: &str) -> Vec<(String, f64)> {
    match serde_json::from_slice(text.as_bytes()) {
        Ok(Value::Object(members)) => members
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_f64()?)))
            .collect(),
        _ => Vec::new(),
    }
}
