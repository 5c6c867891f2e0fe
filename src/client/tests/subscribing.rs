//! Subscriptions, across connections.

use std::time::Duration;

use client::device::{DeviceOptions, RetryPolicy};
use wire::mqtt::mqttrs::QoS;
use wire::topic::TopicFilter;

use crate::bench::{Bench, SECOND, calm};

const C2D: &str = "devices/dev1/messages/devicebound/#";
const METHODS: &str = "$iothub/methods/POST/#";

fn c2d() -> TopicFilter {
    TopicFilter::CloudToDevice {
        device_id: "dev1".to_owned(),
    }
}

fn subscribe(bench: &mut Bench, filter: TopicFilter) {
    bench.session.subscribe(bench.now, filter);
    bench.drain();
}

#[test]
fn a_grant_is_matched_to_its_filter() {
    let mut bench = Bench::connected(calm());
    subscribe(&mut bench, c2d());
    subscribe(&mut bench, TopicFilter::Methods);
    assert_eq!(
        bench.lines(),
        [
            format!("SUBSCRIBE #1 {C2D}"),
            format!("SUBSCRIBE #2 {METHODS}")
        ]
    );
    bench.suback(2, Some(QoS::AtMostOnce));
    bench.suback(1, Some(QoS::AtLeastOnce));
    assert_eq!(
        bench.lines(),
        [
            format!("subscribed {METHODS} at 0"),
            format!("subscribed {C2D} at 1")
        ]
    );
}

#[test]
fn a_refused_filter_is_forgotten() {
    let mut bench = Bench::connected(calm());
    subscribe(&mut bench, c2d());
    bench.lines();
    bench.suback(1, None);
    assert_eq!(bench.lines(), [format!("not subscribed {C2D} Rejected")]);
    bench.lose();
    bench.wait(SECOND);
    bench.lines();
    bench.accept(false);
    assert_eq!(bench.lines(), ["CONNECT", "connected"]);
}

#[test]
fn another_devices_messages_are_not_asked_for() {
    let foreign = [
        TopicFilter::CloudToDevice {
            device_id: "dev2".to_owned(),
        },
        TopicFilter::ModuleInputs {
            device_id: "dev1".to_owned(),
            module_id: "mod1".to_owned(),
        },
    ];
    for filter in foreign {
        let mut bench = Bench::connected(calm());
        subscribe(&mut bench, filter);
        let lines = bench.lines();
        assert_eq!(lines.len(), 1);
        assert!(lines[0].contains("NotOwn"), "{lines:?}");
    }
}

#[test]
fn filters_are_asked_for_again_after_a_reconnect_before_messages_go_out() {
    for session_present in [false, true] {
        let mut bench = Bench::connected(calm());
        subscribe(&mut bench, c2d());
        bench.suback(1, Some(QoS::AtLeastOnce));
        subscribe(&mut bench, TopicFilter::Methods);
        bench.publish("zero");
        bench.lose();
        bench.wait(SECOND);
        bench.lines();
        bench.accept(session_present);
        assert_eq!(
            bench.lines(),
            [
                "CONNECT".to_owned(),
                "connected".to_owned(),
                format!("SUBSCRIBE #4 {C2D}"),
                format!("SUBSCRIBE #5 {METHODS}"),
                "PUBLISH #3 dup zero".to_owned(),
            ]
        );
    }
}

#[test]
fn a_program_may_subscribe_before_it_connects() {
    let mut bench = Bench::new(calm());
    subscribe(&mut bench, c2d());
    assert_eq!(bench.lines(), [""; 0]);
    bench.connect();
    bench.accept(false);
    assert_eq!(bench.lines().pop(), Some(format!("SUBSCRIBE #1 {C2D}")));
}

#[test]
fn asking_twice_is_asking_once() {
    let mut bench = Bench::connected(calm());
    subscribe(&mut bench, c2d());
    bench.lines();
    subscribe(&mut bench, c2d());
    assert_eq!(bench.lines(), [""; 0]);
    bench.suback(1, Some(QoS::AtLeastOnce));
    bench.lines();
    subscribe(&mut bench, c2d());
    assert_eq!(bench.lines(), [format!("subscribed {C2D} at 1")]);
}

#[test]
fn no_answer_in_time_is_a_failure() {
    let mut bench = Bench::connected(DeviceOptions {
        message_timeout: 10 * SECOND,
        ..calm()
    });
    subscribe(&mut bench, c2d());
    bench.lines();
    bench.wait(10 * SECOND);
    assert_eq!(
        bench.lines(),
        [format!("not subscribed {C2D} TimedOut {{ after: 10s }}")]
    );
    bench.suback(1, Some(QoS::AtLeastOnce));
    assert_eq!(bench.lines(), [""; 0], "too late to matter");
}

#[test]
fn when_the_connection_is_given_up_only_what_was_granted_is_kept() {
    let mut bench = Bench::connected(DeviceOptions {
        retry: RetryPolicy::None,
        ..calm()
    });
    subscribe(&mut bench, c2d());
    bench.suback(1, Some(QoS::AtLeastOnce));
    subscribe(&mut bench, TopicFilter::Methods);
    bench.lines();
    bench.lose();
    assert_eq!(
        bench.lines(),
        [
            "disconnected LinkClosed".to_owned(),
            format!("not subscribed {METHODS} ConnectionLost"),
            "gave up".to_owned(),
        ]
    );
    bench.wait(Duration::from_hours(1));
    bench.connect();
    bench.accept(true);
    let lines = bench.lines();
    assert_eq!(lines.last(), Some(&format!("SUBSCRIBE #3 {C2D}")));
}
