//! How long messages live, and how they end.

use std::time::Duration;

use hub::{CountedDelivery, HubOptions};
use wire::mqtt::mqttrs::QoS;

use crate::bench::{Ask, Bench, HOST, SECOND, SEED};
use crate::stores::FailingStore;

const HOUR: Duration = Duration::from_hours(1);

fn options() -> HubOptions {
    HubOptions::new(HOST, SEED)
}

fn counting_every() -> HubOptions {
    let mut options = options();
    options.cloud_to_device.counted = CountedDelivery::Every;
    options
}

/// Sends a message that expires by its own word.
fn send_until(bench: &mut Bench, body: &str, expiry: &str) {
    let ask = Ask::send("dev1")
        .body(body)
        .header("iothub-messageid", body)
        .header("iothub-ack", "full")
        .header("iothub-expiry", expiry);
    assert_eq!(bench.outcome(&ask), "204");
}

/// Abandons what a device fetched. Gives the status.
fn abandon(bench: &mut Bench, token: &str) -> u16 {
    let path = format!("/devices/dev1/messages/devicebound/{token}/abandon");
    bench
        .ask_as("dev1", &Ask::path("POST", &path))
        .status()
        .as_u16()
}

#[test]
fn a_message_waits_for_an_hour() {
    let mut bench = Bench::new();
    bench.send_for_feedback("a", "full");
    bench.wait_almost(HOUR);
    assert_eq!(bench.pending("dev1"), 1);
    bench.wait(SECOND);
    assert_eq!(bench.pending("dev1"), 0);
    assert_eq!(bench.feedback(), ["a Expired"]);
}

#[test]
fn how_long_it_waits_is_an_option_within_limits() {
    let cases = [
        (Duration::from_mins(5), Duration::from_mins(5)),
        (Duration::ZERO, Duration::from_mins(1)),
        (Duration::from_hours(100), Duration::from_hours(48)),
    ];
    for (set, expected) in cases {
        let mut options = options();
        options.cloud_to_device.default_time_to_live = set;
        let mut bench = Bench::of(options);
        bench.send("dev1", "a");
        bench.wait_almost(expected);
        assert_eq!(bench.pending("dev1"), 1, "{set:?}");
        bench.wait(SECOND);
        assert_eq!(bench.pending("dev1"), 0, "{set:?}");
    }
}

#[test]
fn the_word_of_a_message_goes_before_the_option() {
    let cases = [
        ("2026-08-01T10:00:01Z", SECOND),
        ("2026-08-08T10:00:00Z", Duration::from_hours(7 * 24)),
        // No word at all.
        ("0", HOUR),
    ];
    for (expiry, expected) in cases {
        let mut bench = Bench::new();
        send_until(&mut bench, "a", expiry);
        bench.wait_almost(expected);
        assert_eq!(bench.pending("dev1"), 1, "{expiry}");
        bench.wait(SECOND);
        assert_eq!(bench.pending("dev1"), 0, "{expiry}");
    }
}

#[test]
fn each_message_has_its_own_time() {
    let mut bench = Bench::new();
    send_until(&mut bench, "late", "2026-08-01T10:00:20Z");
    send_until(&mut bench, "early", "2026-08-01T10:00:10Z");
    bench.wait(10 * SECOND);
    assert_eq!(bench.pending("dev1"), 1);
    assert_eq!(bench.fetch().unwrap().0, "late");
}

#[test]
fn what_is_too_old_is_not_delivered_although_nobody_told_the_time() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::AtLeastOnce);
    bench.lose(link);
    send_until(&mut bench, "a", "2026-08-01T10:00:10Z");
    bench.now = bench.now.plus(10 * SECOND);
    let link = bench.connect("dev1");
    assert!(bench.deliveries(link).is_empty());
    assert!(bench.fetch().is_none());
}

#[test]
fn a_message_does_not_expire_in_the_hands_of_its_receiver() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::AtLeastOnce);
    send_until(&mut bench, "done", "2026-08-01T10:00:10Z");
    send_until(&mut bench, "lost", "2026-08-01T10:00:10Z");
    bench.wait(30 * SECOND);
    bench.acknowledge(link, 1);
    bench.wait(30 * SECOND);
    // It came once, and does not come again.
    assert_eq!(bench.delivered(link), ["done #1", "lost #2"]);
    assert_eq!(bench.pending("dev1"), 0);
    assert_eq!(bench.feedback(), ["done Success", "lost Expired"]);
}

#[test]
fn what_was_under_way_when_the_connection_broke_expires_at_its_own_time() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::AtLeastOnce);
    send_until(&mut bench, "a", "2026-08-01T10:00:10Z");
    bench.wait(SECOND);
    bench.lose(link);
    bench.wait_almost(9 * SECOND);
    assert_eq!(bench.pending("dev1"), 1);
    bench.wait(SECOND);
    assert_eq!(bench.pending("dev1"), 0);
}

#[test]
fn what_is_abandoned_too_late_expires() {
    let mut bench = Bench::new();
    send_until(&mut bench, "a", "2026-08-01T10:00:10Z");
    let (_, token) = bench.fetch().unwrap();
    bench.wait(20 * SECOND);
    assert_eq!(bench.pending("dev1"), 1);
    assert_eq!(abandon(&mut bench, &token), 204);
    assert_eq!(bench.pending("dev1"), 0);
    assert_eq!(bench.feedback(), ["a Expired"]);
}

#[test]
fn a_lock_lasts_a_minute() {
    let mut bench = Bench::new();
    bench.send("dev1", "a");
    let (_, first) = bench.fetch().unwrap();
    bench.wait_almost(60 * SECOND);
    assert!(bench.fetch().is_none());
    bench.wait(SECOND);
    let (body, second) = bench.fetch().unwrap();
    assert_eq!(body, "a");
    assert_ne!(first, second);
    assert_eq!(abandon(&mut bench, &first), 412);
    assert_eq!(abandon(&mut bench, &second), 204);
}

#[test]
fn by_default_only_what_was_abandoned_counts() {
    let mut bench = Bench::new();
    bench.send_for_feedback("a", "full");
    let link = bench.listen(QoS::AtLeastOnce);
    bench.wait(60 * 20 * SECOND);
    bench.lose(link);
    assert_eq!(bench.pending("dev1"), 1, "delivered 20 times and more");
    for round in 1..=10 {
        assert_eq!(bench.pending("dev1"), 1, "{round}");
        let (_, token) = bench.fetch().unwrap();
        assert_eq!(abandon(&mut bench, &token), 204);
    }
    assert_eq!(bench.pending("dev1"), 0);
    assert_eq!(bench.feedback(), ["a DeliveryCountExceeded"]);
}

#[test]
fn every_delivery_counts_if_the_hub_is_told_so() {
    let mut bench = Bench::of(counting_every());
    bench.send_for_feedback("a", "full");
    // Three locks end, two connections break, and five are abandoned.
    for _ in 0..3 {
        bench.fetch().unwrap();
        bench.wait(60 * SECOND);
    }
    let link = bench.listen(QoS::AtLeastOnce);
    bench.lose(link);
    let link = bench.connect("dev1");
    bench.lose(link);
    for _ in 0..5 {
        assert_eq!(bench.pending("dev1"), 1);
        let (_, token) = bench.fetch().unwrap();
        abandon(&mut bench, &token);
    }
    assert_eq!(bench.pending("dev1"), 0);
    assert_eq!(bench.feedback(), ["a DeliveryCountExceeded"]);
}

#[test]
fn a_connection_that_never_acknowledges_uses_a_message_up() {
    let mut bench = Bench::of(counting_every());
    bench.send("dev1", "a");
    let link = bench.listen(QoS::AtLeastOnce);
    bench.wait(60 * 60 * SECOND);
    assert_eq!(bench.delivered(link).len(), 10);
    assert_eq!(bench.pending("dev1"), 0);
}

#[test]
fn how_many_deliveries_are_too_many_is_an_option_within_limits() {
    for (set, expected) in [(0, 1), (1, 1), (3, 3), (1_000, 100)] {
        let mut options = options();
        options.cloud_to_device.max_delivery_count = set;
        let mut bench = Bench::of(options);
        bench.send("dev1", "a");
        for _ in 0..expected {
            let (_, token) = bench.fetch().unwrap();
            abandon(&mut bench, &token);
        }
        assert!(bench.fetch().is_none(), "{set}");
    }
}

#[test]
fn a_queue_goes_with_its_device() {
    let mut bench = Bench::new();
    bench.send("dev1", "a");
    let (_, token) = bench.fetch().unwrap();
    bench.delete("dev1");
    bench.register("dev1");
    assert_eq!(bench.pending("dev1"), 0);
    assert!(bench.fetch().is_none());
    assert_eq!(abandon(&mut bench, &token), 412);
    // The new device counts from 1, and what was due for the old one harms nobody.
    bench.wait(2 * HOUR);
    bench.send("dev1", "b");
    let link = bench.listen(QoS::AtLeastOnce);
    assert_eq!(bench.delivered(link), ["b #1"]);
}

#[test]
fn what_time_brings_and_cannot_be_kept_is_tried_again() {
    let store = FailingStore::default();
    let mut bench = Bench::with_store(options(), store.clone());
    bench.send_for_feedback("a", "full");
    store.fails.set(true);
    bench.wait(HOUR + 10 * SECOND);
    assert_eq!(bench.pending("dev1"), 1);
    assert!(
        bench.fetch().is_none(),
        "too old, although it is still there"
    );
    store.fails.set(false);
    bench.wait(SECOND);
    assert_eq!(bench.pending("dev1"), 0);
    assert_eq!(bench.feedback(), ["a Expired"]);
}

#[test]
fn a_lock_that_ends_and_cannot_be_counted_holds_on() {
    let store = FailingStore::default();
    let mut bench = Bench::with_store(counting_every(), store.clone());
    bench.send("dev1", "a");
    let (_, token) = bench.fetch().unwrap();
    store.fails.set(true);
    bench.wait(70 * SECOND);
    assert!(bench.fetch().is_none());
    assert_eq!(abandon(&mut bench, &token), 500);
    store.fails.set(false);
    bench.wait(SECOND);
    assert_eq!(abandon(&mut bench, &token), 412);
    assert!(bench.fetch().is_some());
}

#[test]
fn a_connection_that_breaks_while_nothing_can_be_kept_gives_its_messages_back_later() {
    let store = FailingStore::default();
    let mut bench = Bench::with_store(counting_every(), store.clone());
    bench.send("dev1", "a");
    let link = bench.listen(QoS::AtLeastOnce);
    store.fails.set(true);
    bench.lose(link);
    assert!(bench.fetch().is_none());
    store.fails.set(false);
    bench.wait(SECOND);
    assert_eq!(bench.fetch().unwrap().0, "a");
}

#[test]
fn devices_without_messages_have_nothing_due() {
    let mut bench = Bench::new();
    assert_eq!(bench.hub.next_deadline(), None);
    bench.send("dev1", "a");
    bench.send("dev1", "b");
    assert_eq!(bench.hub.next_deadline(), Some(bench.now.plus(HOUR)));
    for _ in 0..2 {
        let (_, token) = bench.fetch().unwrap();
        let lock_ends = bench.now.plus(60 * SECOND);
        assert_eq!(bench.hub.next_deadline(), Some(lock_ends));
        let path = format!("/devices/dev1/messages/devicebound/{token}");
        bench.ask_as("dev1", &Ask::path("DELETE", &path));
    }
    assert_eq!(bench.hub.next_deadline(), None);
}
