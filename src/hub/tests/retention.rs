//! How long and how much telemetry is kept.

use std::time::Duration;

use hub::HubOptions;
use wire::event::EventPosition;

use crate::bench::{Bench, HOST, SECOND, SEED, TOPIC};

fn bench(retention: Duration, partition_bytes: usize) -> Bench {
    Bench::of(HubOptions {
        retention,
        partition_bytes,
        ..HubOptions::new(HOST, SEED)
    })
}

#[test]
fn an_event_is_kept_for_the_retention_time_and_no_longer() {
    let mut bench = bench(60 * SECOND, 1 << 20);
    let link = bench.connect("dev1");
    bench.publish(link, TOPIC, b"first", None);
    bench.wait(30 * SECOND);
    bench.publish(link, TOPIC, b"second", None);
    bench.wait(30 * SECOND);
    assert_eq!(bench.bodies(), ["first", "second"]);
    bench.wait(Duration::from_millis(1));
    assert_eq!(bench.bodies(), ["second"]);
    bench.wait(30 * SECOND);
    assert!(bench.bodies().is_empty());
}

#[test]
fn numbers_go_on_after_all_is_forgotten() {
    let mut bench = bench(60 * SECOND, 1 << 20);
    let link = bench.connect("dev1");
    bench.publish(link, TOPIC, b"first", None);
    let first = bench.events().remove(0);
    bench.wait(61 * SECOND);
    bench.publish(link, TOPIC, b"second", None);
    let second = bench.events().remove(0);
    assert_eq!(second.sequence_number, 1);
    let after_first = EventPosition::Offset(first.offset);
    assert_eq!(bench.hub.read_events(0, &after_first, 10), [second]);
}

#[test]
fn the_oldest_make_room_for_the_newest() {
    let mut bench = bench(Duration::from_hours(1), 300_000);
    let link = bench.connect("dev1");
    for letter in [b'a', b'b', b'c', b'd'] {
        bench.publish(link, TOPIC, &vec![letter; 100_000], Some(1));
    }
    let kept: Vec<_> = bench.events().iter().map(|event| event.body[0]).collect();
    assert_eq!(kept, [b'c', b'd']);
}

#[test]
fn partitions_do_not_take_room_from_each_other() {
    let mut bench = bench(Duration::from_hours(1), 150_000);
    for id in ["dev1", "dev2"] {
        let link = bench.connect(id);
        let topic = format!("devices/{id}/messages/events/");
        bench.publish(link, &topic, &vec![0; 100_000], None);
    }
    assert_eq!(bench.events().len(), 2);
}

#[test]
fn what_was_acknowledged_is_kept_however_little_room_there_is() {
    let mut bench = bench(Duration::from_hours(1), 0);
    let link = bench.connect("dev1");
    for body in ["first", "second"] {
        bench.publish(link, TOPIC, body.as_bytes(), Some(1));
        assert_eq!(bench.bodies(), [body]);
    }
}

#[test]
fn many_small_events_do_not_fill_the_memory() {
    // An event has stamps besides its body: they take room too.
    let mut bench = bench(Duration::from_hours(1), 1 << 20);
    let link = bench.connect("dev1");
    for _ in 0..5_000 {
        bench.publish(link, TOPIC, b"", None);
    }
    let kept = bench.events().len();
    assert!((500..2_000).contains(&kept), "{kept} events in 1 MiB");
}
