//! How long and how much telemetry stays on disk.

use std::time::Duration;

use hub::HubOptions;

use crate::bench::{Bench, options};

/// How many events the file has, as SQLite tells when nobody else has it open.
fn rows(bench: &Bench) -> i64 {
    let connection = rusqlite::Connection::open(bench.file()).unwrap();
    let count = connection.query_row("SELECT count(*) FROM event", [], |row| row.get(0));
    count.unwrap()
}

#[test]
fn rows_go_with_the_events_that_made_room_for_others() {
    let mut bench = Bench::of(HubOptions {
        partition_bytes: 5 * 1_100,
        ..options()
    });
    bench.register("dev1");
    for number in 0..3_000 {
        let body = number.to_string();
        bench.ask_unkept("POST", "/devices/dev1/messages/events", &body);
        if number % 50 == 0 {
            bench.flush().unwrap();
        }
    }
    bench.flush().unwrap();
    let kept = bench.events();
    assert_eq!(kept.len(), 5);
    bench.kill();
    // Not all of them at once.
    assert!(rows(&bench) < 1_100, "{}", rows(&bench));
    bench.start();
    assert_eq!(bench.events(), kept);
    bench.stop();
    assert_eq!(rows(&bench), 5);
}

#[test]
fn sequence_numbers_go_on_after_all_events_are_too_old() {
    let mut bench = Bench::new();
    bench.register("dev1");
    for _ in 0..3 {
        bench.send_event("dev1", "old");
    }
    let old = bench.events();
    bench.stop();
    bench.options.retention = Duration::ZERO;
    bench.start();
    assert!(bench.events().is_empty());
    bench.stop();
    assert_eq!(rows(&bench), 0);
    bench.options.retention = Duration::from_hours(1);
    bench.start();
    bench.send_event("dev1", "new");
    let new = bench.events().remove(0);
    assert_eq!(new.sequence_number, 3);
    let offset = |text: &str| text.parse::<u64>().unwrap();
    assert!(offset(&new.offset) > offset(&old[2].offset));
}
