//! Reading the hub's events, as through its Event Hubs-compatible endpoint.

use std::{collections::VecDeque, future::poll_fn, panic::Location, task::Poll};

use client::monitor::Monitor;
use serde_json::Value;
use wire::{
    event::{Event, EventPosition},
    timestamp::Timestamp,
};

use crate::{hands::Hands, on_bench::HubOnBench, view::EventView};

/// Reads events from all partitions, from a position on.
pub struct EventReader {
    hands: Hands,
    /// The name of the program that reads.
    program: String,
    from: EventPosition,
    since: Timestamp,
    /// None until it is known how many partitions there are.
    monitor: Option<Monitor>,
    /// Which beginning of each partition the monitor reads.
    beginnings: Vec<u64>,
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
            beginnings: Vec::new(),
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
        let hands = self.hands.clone();
        let world = hands.look();
        self.follow(&world.hub);
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

impl EventReader {
    /// Begins with the partitions, and anew with those that have.
    fn follow(&mut self, hub: &HubOnBench) {
        let beginnings = hub.beginnings();
        if self.beginnings == beginnings {
            return;
        }
        let before = std::mem::replace(&mut self.beginnings, beginnings);
        if before.len() != self.beginnings.len() {
            // After others, there is nothing to go on from.
            let from = self.monitor.take().map(|_| EventPosition::Earliest);
            let from = from.as_ref().unwrap_or(&self.from);
            let monitor = |count| Monitor::new(count, from, None, self.since);
            self.monitor = hub.partition_count().map(monitor);
            return;
        }
        let pairs = (0..).zip(before.iter().zip(&self.beginnings));
        let begun = pairs.filter(|(_, (before, now))| before != now);
        for (partition, _) in begun {
            if let Some(monitor) = &mut self.monitor {
                monitor.begin_anew(partition);
            }
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
