//! How long a link may be silent.

use std::time::Duration;

use hub::{CloseReason, HubOptions};
use wire::mqtt::mqttrs::QoS;

use crate::bench::{Bench, HOST, SECOND, SEED, START, TOPIC};

const MILLISECOND: Duration = Duration::from_millis(1);

#[test]
fn a_silent_client_is_dropped_after_one_and_a_half_times_its_keep_alive() {
    let cases = [
        (1, 1_500),
        (60, 90_000),
        (1_177, 1_765_500),
        // The service waits for 29.45 minutes at most, and never for ever.
        (1_178, 1_767_000),
        (1_179, 1_767_000),
        (65_535, 1_767_000),
        (0, 1_767_000),
    ];
    for (keep_alive, millis) in cases {
        let mut bench = Bench::new();
        let mut greeting = bench.greeting("dev1");
        greeting.keep_alive = keep_alive;
        let link = bench.connect_as(&greeting);
        let silence = Duration::from_millis(millis);
        assert_eq!(bench.hub.next_deadline(), Some(START.plus(silence)));
        bench.wait_almost(silence);
        assert_eq!(bench.reason(link), None, "{keep_alive}");
        bench.wait(MILLISECOND);
        assert_eq!(bench.said(link), ["close keep-alive-expired"]);
        assert_eq!(bench.reason(link), Some(&CloseReason::KeepAliveExpired));
    }
}

#[test]
fn any_packet_renews_it() {
    type Speak = fn(&mut Bench, hub::ConnectionId);
    let cases: [(&str, Speak); 4] = [
        ("PINGREQ", |bench, link| bench.bytes(link, &[0xC0, 0])),
        ("PUBLISH", |bench, link| {
            bench.publish(link, TOPIC, b"x", None);
        }),
        ("SUBSCRIBE", |bench, link| {
            bench.subscribe(link, &[("$iothub/twin/res/#", QoS::AtMostOnce)]);
        }),
        ("UNSUBSCRIBE", |bench, link| {
            bench.unsubscribe(link, &["$iothub/twin/res/#"]);
        }),
    ];
    for (name, speak) in cases {
        let mut bench = Bench::new();
        let mut greeting = bench.greeting("dev1");
        greeting.keep_alive = 10;
        let link = bench.connect_as(&greeting);
        for _ in 0..3 {
            bench.wait(14 * SECOND);
            speak(&mut bench, link);
        }
        bench.wait_almost(15 * SECOND);
        assert_eq!(bench.reason(link), None, "{name}");
        bench.wait(MILLISECOND);
        assert_eq!(bench.reason(link), Some(&CloseReason::KeepAliveExpired));
    }
}

#[test]
fn part_of_a_packet_does_not() {
    let mut bench = Bench::new();
    let mut greeting = bench.greeting("dev1");
    greeting.keep_alive = 10;
    let link = bench.connect_as(&greeting);
    bench.wait(14 * SECOND);
    bench.bytes(link, &[0xC0]);
    bench.wait(SECOND);
    assert_eq!(bench.said(link), ["close keep-alive-expired"]);
}

#[test]
fn a_link_without_a_connect_is_dropped_after_a_minute() {
    let mut bench = Bench::new();
    let link = bench.open();
    bench.wait(30 * SECOND);
    // Dribbling does not help.
    bench.bytes(link, &[0x10]);
    bench.wait_almost(30 * SECOND);
    assert_eq!(bench.reason(link), None);
    bench.wait(MILLISECOND);
    assert_eq!(bench.said(link), ["close no-connect"]);
    assert_eq!(bench.hub.next_deadline(), None);
}

#[test]
fn a_connection_does_not_keep_the_deadline_of_its_link() {
    let mut bench = Bench::new();
    let link = bench.open();
    bench.wait(59 * SECOND);
    let greeting = bench.greeting("dev1").bytes();
    bench.bytes(link, &greeting);
    bench.wait(Duration::from_mins(20));
    assert!(bench.is_alive(link));
}

#[test]
fn links_are_dropped_in_the_order_of_their_deadlines() {
    let mut bench = Bench::new();
    let mut slow = bench.greeting("dev1").with_will(TOPIC, "slow");
    slow.keep_alive = 60;
    let mut quick = bench.greeting("dev2");
    quick = quick.with_will("devices/dev2/messages/events/", "quick");
    quick.keep_alive = 30;
    let (slow, quick) = (bench.connect_as(&slow), bench.connect_as(&quick));
    // An owner who was asleep.
    bench.now = bench.now.plus(Duration::from_hours(1));
    bench.transcript.clear();
    bench.hub.advance(bench.now);
    bench.drain();
    assert_eq!(bench.said(slow), ["close keep-alive-expired"]);
    assert_eq!(bench.said(quick), ["close keep-alive-expired"]);
    assert_eq!(bench.bodies(), ["slow", "quick"]);
    assert_eq!(
        bench.hub.next_deadline(),
        Some(bench.now.plus(Duration::from_hours(24)).plus(MILLISECOND))
    );
}

#[test]
fn whoever_was_heard_last_is_dropped_last_even_if_nobody_looked() {
    let mut options = HubOptions::new(HOST, SEED);
    options.partitions = 1;
    let mut bench = Bench::of(options);
    let mut first = bench.greeting("dev1").with_will(TOPIC, "first");
    first.keep_alive = 10;
    let mut second = bench.greeting("dev2");
    second = second.with_will("devices/dev2/messages/events/", "second");
    second.keep_alive = 12;
    let (first, _) = (bench.connect_as(&first), bench.connect_as(&second));
    // 15 seconds of silence are the first one's, and begin 10 seconds later than the 18 of the second.
    bench.wait(10 * SECOND);
    assert!(bench.is_alive(first));
    bench.now = bench.now.plus(Duration::from_hours(1));
    bench.hub.advance(bench.now);
    bench.drain();
    assert_eq!(bench.bodies(), ["second", "first"]);
}

#[test]
fn a_link_that_was_closed_is_none_of_the_links_after_it() {
    let mut bench = Bench::new();
    let former = bench.connect("dev1");
    bench.lose(former);
    let link = bench.connect("dev1");
    assert_ne!(former, link);
    bench.bytes(former, &[0xC0, 0]);
    assert_eq!(bench.said(former), ["CONNACK 0"; 0]);
    bench.lose(former);
    assert!(bench.is_alive(link));
    bench.bytes(former, &[0xFF]);
    assert!(bench.is_alive(link));
}
