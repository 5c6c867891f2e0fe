//! How many partitions a hub has: settled when it is made.

use hub::{Hub, HubOptions, MemoryStore, SnapshotError, SnapshotScope, Tier};

use crate::bench::{Bench, HOST, SEED, START};

const STANDARD: Tier = Tier::S1 { units: 1 };

fn options(tier: Tier) -> HubOptions {
    let mut options = HubOptions::new(HOST, SEED);
    options.tier = tier;
    options
}

fn restore(options: HubOptions, text: &str) -> Result<Hub, SnapshotError> {
    Hub::restore(options, Box::new(MemoryStore), START, text)
}

fn snapshot(hub: &Hub) -> String {
    hub.snapshot(SnapshotScope::ALL)
}

#[test]
fn a_hub_that_is_made_has_four_and_two_on_the_free_tier() {
    for (tier, expected) in [(STANDARD, 4), (Tier::F1, 2)] {
        let hub = Hub::new(options(tier));
        assert_eq!(hub.partition_count(), expected, "{tier:?}");
        let partitions: Vec<_> = hub.event_bounds().map(|it| it.partition).collect();
        assert_eq!(partitions, (0..expected).collect::<Vec<_>>());
    }
}

#[test]
fn as_many_are_made_as_are_asked_for_within_what_the_tier_has() {
    for (tier, asked, expected) in [
        (STANDARD, 0, 1),
        (STANDARD, 7, 7),
        (STANDARD, 33, 32),
        (Tier::F1, 1, 1),
        (Tier::F1, 32, 2),
    ] {
        let mut options = options(tier);
        options.partitions = asked;
        assert_eq!(Hub::new(options).partition_count(), expected, "{asked}");
    }
}

#[test]
fn another_tier_does_not_change_how_many_there_are() {
    let mut bench = Bench::new();
    bench.hub.enforce_limits(Some(Tier::F1));
    assert_eq!(bench.hub.partition_count(), 4);
    for (made, later, expected) in [(STANDARD, Tier::F1, 4), (Tier::F1, STANDARD, 2)] {
        let text = snapshot(&Hub::new(options(made)));
        let hub = restore(options(later), &text).unwrap();
        assert_eq!(hub.partition_count(), expected, "{made:?} {later:?}");
        assert_eq!(snapshot(&hub), text);
    }
}

#[test]
fn the_events_of_a_restored_hub_go_on_in_the_partitions_it_was_made_with() {
    let mut bench = Bench::new();
    for id in ["a", "b", "c", "d"] {
        bench.register(id);
        let link = bench.connect(id);
        let topic = format!("devices/{id}/messages/events/");
        bench.publish(link, &topic, b"before", None);
    }
    let before: Vec<_> = bench.events();
    let hub = restore(options(Tier::F1), &snapshot(&bench.hub)).unwrap();
    bench.go_on_with(hub);
    for id in ["a", "b", "c", "d"] {
        let link = bench.connect(id);
        let topic = format!("devices/{id}/messages/events/");
        bench.publish(link, &topic, b"after", None);
        let events = bench.events().into_iter();
        let own: Vec<_> = events.filter(|it| it.device_id == id).collect();
        assert_eq!(own.len(), 2, "{id}");
        assert_eq!(own[0].partition, own[1].partition, "{id}");
    }
    assert!(before.iter().any(|it| it.partition > 1));
}

#[test]
fn a_text_that_does_not_say_is_of_a_hub_with_four() {
    let text = snapshot(&Hub::new(options(Tier::F1)));
    let mut header: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    header.as_object_mut().unwrap().remove("partitions");
    let hub = restore(options(Tier::F1), &header.to_string()).unwrap();
    assert_eq!(hub.partition_count(), 4);
}

#[test]
fn partitions_that_no_hub_has_are_refused() {
    let text = snapshot(&Hub::new(options(STANDARD)));
    let header: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let bounds = |partition: u16| {
        let mut bounds = header["partitions"][0].clone();
        bounds["partition"] = partition.into();
        bounds
    };
    let cases: [Vec<u16>; 4] = [(0..33).collect(), vec![1], vec![0, 0], vec![0, 2]];
    for partitions in cases {
        let mut header = header.clone();
        header["partitions"] = partitions.iter().copied().map(bounds).collect();
        let error = restore(options(STANDARD), &header.to_string());
        let error = error.map(|_| ()).unwrap_err();
        assert_eq!(error.line, 1);
        assert!(error.problem.contains("from 0 on"), "{error}");
    }
}
