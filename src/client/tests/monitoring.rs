//! Reading telemetry: each event once, in order, and no silent gap.

use client::monitor::{Gap, Monitor, Read};
use wire::event::{Event, EventPosition};
use wire::properties::MessageProperties;

use crate::bench::START;

fn event(partition: u16, number: u64, device: &str) -> Event {
    Event {
        partition,
        sequence_number: number,
        offset: (number * 100).to_string(),
        enqueued_time: START,
        device_id: device.to_owned(),
        module_id: None,
        auth_method: "{}".to_owned(),
        generation_id: "1".to_owned(),
        message_source: "Telemetry".to_owned(),
        properties: MessageProperties::default(),
        body: Vec::new(),
    }
}

fn events(numbers: impl IntoIterator<Item = u64>) -> Vec<Event> {
    let numbers = numbers.into_iter();
    numbers.map(|number| event(0, number, "dev1")).collect()
}

fn monitor(start: &EventPosition) -> Monitor {
    Monitor::new(1, start, None, START)
}

/// The numbers of what is new.
fn received(monitor: &mut Monitor, numbers: impl IntoIterator<Item = u64>) -> Vec<u64> {
    let news = monitor.receive(0, events(numbers));
    news.iter().map(|event| event.sequence_number).collect()
}

fn at(number: u64, inclusive: bool) -> EventPosition {
    EventPosition::SequenceNumber { number, inclusive }
}

#[test]
fn every_partition_is_read_from_the_start_asked_for() {
    let monitor = Monitor::new(2, &EventPosition::Earliest, None, START);
    let reads = monitor.reads();
    assert_eq!(
        reads.iter().map(|read| read.partition).collect::<Vec<_>>(),
        [0, 1]
    );
    assert!(reads.iter().all(|read| read.most > 0));
    assert!(
        reads
            .iter()
            .all(|read| read.position == EventPosition::Earliest)
    );
}

#[test]
fn latest_is_from_now_on_so_that_nothing_falls_between_two_reads() {
    let monitor = monitor(&EventPosition::Latest);
    let [Read { position, .. }] = &monitor.reads()[..] else {
        panic!("expected one read");
    };
    assert_eq!(*position, EventPosition::EnqueuedTime(START));
}

#[test]
fn a_partition_that_has_begun_anew_is_read_from_its_oldest_event_on() {
    let mut monitor = monitor(&EventPosition::Earliest);
    assert_eq!(received(&mut monitor, [5, 6]), [5, 6]);
    monitor.begin_anew(0);
    assert_eq!(monitor.reads()[0].position, EventPosition::Earliest);
    assert_eq!(received(&mut monitor, [0, 1]), [0, 1]);
    assert_eq!(monitor.take_gaps(), [], "what was before is no gap");
    // There is no such partition.
    monitor.begin_anew(7);
}

#[test]
fn the_position_moves_past_what_was_received() {
    let mut monitor = monitor(&EventPosition::Earliest);
    assert_eq!(received(&mut monitor, [5, 6, 7]), [5, 6, 7]);
    assert_eq!(monitor.position(0), Some(&at(7, false)));
    assert_eq!(monitor.reads()[0].position, at(7, false));
    assert_eq!(received(&mut monitor, []), [0; 0]);
    assert_eq!(monitor.position(0), Some(&at(7, false)));
    assert_eq!(monitor.take_gaps(), [], "where it starts is no gap");
}

#[test]
fn answers_that_overlap_bring_nothing_twice() {
    let mut monitor = monitor(&EventPosition::Earliest);
    assert_eq!(received(&mut monitor, 0..5), [0, 1, 2, 3, 4]);
    assert_eq!(received(&mut monitor, 3..7), [5, 6]);
    assert_eq!(received(&mut monitor, 0..7), [0; 0]);
    assert_eq!(monitor.take_gaps(), []);
}

#[test]
fn events_that_were_dropped_before_they_were_read_are_counted() {
    let mut monitor = monitor(&EventPosition::Earliest);
    received(&mut monitor, 0..3);
    assert_eq!(received(&mut monitor, [10, 11, 13]), [10, 11, 13]);
    let gap = |first, skipped| Gap {
        partition: 0,
        first,
        skipped,
    };
    assert_eq!(monitor.take_gaps(), [gap(3, 7), gap(12, 1)]);
    assert_eq!(monitor.take_gaps(), [], "told once");
}

#[test]
fn a_start_at_a_number_that_is_gone_is_a_gap() {
    for (start, skipped) in [(at(5, true), 15), (at(5, false), 14)] {
        let mut monitor = monitor(&start);
        received(&mut monitor, [20]);
        let gaps = monitor.take_gaps();
        assert_eq!(gaps.iter().map(|gap| gap.skipped).sum::<u64>(), skipped);
    }
}

#[test]
fn an_exclusive_start_excludes_its_own_event() {
    let mut monitor = monitor(&at(5, false));
    assert_eq!(received(&mut monitor, [5, 6]), [6]);
}

#[test]
fn a_filter_shows_one_device_and_still_moves_past_the_others() {
    let start = EventPosition::Earliest;
    let mut monitor = Monitor::new(1, &start, Some("dev1".to_owned()), START);
    let mixed = vec![
        event(0, 0, "dev1"),
        event(0, 1, "DEV1"),
        event(0, 2, "dev1"),
        event(0, 3, "dev2"),
    ];
    let news = monitor.receive(0, mixed);
    assert_eq!(news.len(), 2);
    assert!(news.iter().all(|event| event.device_id == "dev1"));
    assert_eq!(monitor.position(0), Some(&at(3, false)));
}

#[test]
fn partitions_are_apart_and_unwatched_ones_ignored() {
    let mut monitor = Monitor::new(2, &EventPosition::Earliest, None, START);
    monitor.receive(1, vec![event(1, 9, "dev1")]);
    assert_eq!(monitor.position(0), Some(&EventPosition::Earliest));
    assert_eq!(monitor.position(1), Some(&at(9, false)));
    assert_eq!(monitor.receive(2, vec![event(2, 0, "dev1")]), []);
    assert_eq!(monitor.position(2), None);
}
