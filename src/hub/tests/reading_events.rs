//! From where in a partition events are read.

use wire::event::EventPosition;

use crate::bench::{Bench, SECOND, START, TOPIC};

/// A hub that has the events `0` to `4` in partition 0, a second apart.
fn five_events() -> Bench {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    for number in 0..5 {
        bench.publish(link, TOPIC, number.to_string().as_bytes(), None);
        bench.wait(SECOND);
    }
    bench
}

fn read(bench: &Bench, from: &EventPosition, most: usize) -> String {
    let events = bench.hub.read_events(0, from, most);
    events
        .into_iter()
        .map(|event| String::from_utf8(event.body).unwrap())
        .collect()
}

fn check(cases: Vec<(EventPosition, &str)>) {
    let bench = five_events();
    for (from, expected) in cases {
        assert_eq!(read(&bench, &from, 100), expected, "{from:?}");
    }
}

#[test]
fn from_the_ends() {
    check(vec![
        (EventPosition::Earliest, "01234"),
        (EventPosition::Latest, ""),
    ]);
}

#[test]
fn after_the_event_with_an_offset() {
    let bench = five_events();
    let events = bench.hub.read_events(0, &EventPosition::Earliest, 100);
    for (event, rest) in events.iter().zip(["1234", "234", "34", "4", ""]) {
        let from = EventPosition::Offset(event.offset.clone());
        assert_eq!(read(&bench, &from, 100), rest);
    }
    let between = events[1].offset.parse::<u64>().unwrap() - 1;
    let from = EventPosition::Offset(between.to_string());
    assert_eq!(read(&bench, &from, 100), "1234");
}

#[test]
fn an_offset_that_is_none_reads_rather_too_much_than_too_little() {
    let offset = |text: &str| EventPosition::Offset(text.to_owned());
    check(vec![
        (offset(""), "01234"),
        (offset("-1"), "01234"),
        (offset("abc"), "01234"),
        (offset("1e3"), "01234"),
        (offset("0x10"), "01234"),
        (offset("\u{663}"), "01234"),
        (offset(" 1"), "01234"),
        // A number, however large, lies behind the events that have smaller ones.
        (offset("18446744073709551615"), ""),
        (offset("18446744073709551616"), ""),
        (offset(&"9".repeat(1000)), ""),
        (offset(&"0".repeat(1000)), "1234"),
    ]);
}

#[test]
fn from_a_sequence_number() {
    let at = |number, inclusive| EventPosition::SequenceNumber { number, inclusive };
    check(vec![
        (at(0, true), "01234"),
        (at(0, false), "1234"),
        (at(3, true), "34"),
        (at(3, false), "4"),
        (at(4, false), ""),
        (at(5, true), ""),
        (at(u64::MAX, true), ""),
        (at(u64::MAX, false), ""),
    ]);
}

#[test]
fn from_a_time() {
    let time = EventPosition::EnqueuedTime;
    let millis = std::time::Duration::from_millis;
    check(vec![
        (time(wire::timestamp::Timestamp::NEVER), "01234"),
        (time(START), "01234"),
        (time(START.plus(millis(1))), "1234"),
        (time(START.plus(2 * SECOND)), "234"),
        (time(START.plus(5 * SECOND)), ""),
        (time(wire::timestamp::Timestamp::from_millis(u64::MAX)), ""),
    ]);
}

#[test]
fn at_most_as_many_as_asked_for() {
    let bench = five_events();
    for (most, expected) in [(0, ""), (2, "01"), (5, "01234"), (usize::MAX, "01234")] {
        assert_eq!(read(&bench, &EventPosition::Earliest, most), expected);
    }
}

#[test]
fn a_partition_that_is_not_there_has_none() {
    let bench = five_events();
    assert_eq!(bench.hub.partition_count(), 4);
    for partition in [4, u16::MAX] {
        let events = bench
            .hub
            .read_events(partition, &EventPosition::Earliest, 100);
        assert!(events.is_empty());
    }
}
