//! Reading a live hub's events.

use wire::event::Event;

use crate::table::{DEVICE, DEVICE_PROGRAM, READER, START, Table};

#[test]
fn nothing_reads_events_before_somebody_wants_them() {
    let mut table = Table::new();
    table.start(&DEVICE_PROGRAM);
    table.run_for(15);
    assert_eq!(table.beside.readers(), 0);
    table.start(&READER);
    table.run_for(1);
    assert_eq!(table.beside.readers(), 1);
}

#[test]
fn one_read_feeds_all_readers_and_checks() {
    let mut table = Table::new();
    table.start(&DEVICE_PROGRAM);
    table.run_for(25);
    table.start(&READER);
    table.bench.read_events();
    table.run_for(1);
    assert_eq!(table.beside.readers(), 1);
    assert_eq!(table.printed("reader"), ["0", "1", "2"]);
    let seen = table.hands().hub().device_events(DEVICE, START);
    assert_eq!(seen.len(), 3);
    assert_eq!(table.hands().arrived(DEVICE), 6, "by both readers");
}

#[test]
fn each_event_comes_once_though_the_connection_breaks() {
    let mut table = Table::new();
    table.start(&DEVICE_PROGRAM);
    table.start(&READER);
    table.run_for(25);
    table.set_faults(|faults| faults.down = true);
    table.run_for(5);
    table.set_faults(|faults| faults.down = false);
    table.run_for(100);
    let stored = table.beside.hub().device_events(DEVICE, START);
    let numbers = |events: &[Event]| -> Vec<u64> {
        events.iter().map(|event| event.sequence_number).collect()
    };
    assert!(stored.len() > 5, "{}", stored.len());
    let texts: Vec<_> = numbers(&stored).iter().map(u64::to_string).collect();
    assert_eq!(table.printed("reader"), texts);
    let seen = table.hands().hub().device_events(DEVICE, START);
    assert_eq!(numbers(&seen), numbers(&stored));
}

#[test]
fn a_break_of_the_reading_is_told_until_it_goes_on() {
    let mut table = Table::new();
    table.start(&READER);
    table.run_for(1);
    table.set_faults(|faults| faults.barred = true);
    table.run_for(1);
    let (trouble, again) = table.trouble().expect("told");
    assert_eq!(trouble.kind.id(), "no-socket");
    assert!(again.is_some(), "it is said when it is tried again");
    table.set_faults(|faults| faults.barred = false);
    table.run_for(1);
    assert_eq!(table.trouble(), None);
}

#[test]
fn a_reader_that_comes_late_reads_what_is_kept() {
    let mut table = Table::new();
    table.bench.read_events();
    table.start(&DEVICE_PROGRAM);
    table.run_for(35);
    table.start(&READER);
    table.run_for(0);
    assert_eq!(table.printed("reader"), ["0", "1", "2", "3"]);
}

#[test]
fn what_was_sent_long_before_the_bench_began_is_not_read() {
    let mut table = Table::new();
    table.start(&DEVICE_PROGRAM);
    table.run_for(15);
    table.hands().stop(DEVICE_PROGRAM.name);
    table.run_for(600);
    let mut later = Table::later(&table);
    later.start(&READER);
    later.run_for(1);
    assert_eq!(later.printed("reader").len(), 0);
}

#[test]
fn what_is_sent_once_the_bench_has_begun_is_read_whatever_the_hub_s_clock_says() {
    for ahead in [-240_000, -5_000, 0, 5_000, 240_000] {
        let mut table = Table::with_clock(ahead);
        table.start(&DEVICE_PROGRAM);
        table.start(&READER);
        table.run_for(25);
        assert_eq!(table.printed("reader"), ["0", "1", "2"], "{ahead}");
    }
}
