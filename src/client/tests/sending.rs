//! Messages and their acknowledgements.

use std::time::Duration;

use client::device::{DeviceOptions, MAX_MESSAGE_SIZE, Message, Receipt, SendError, SessionEvent};
use wire::mqtt::Frame;
use wire::mqtt::mqttrs::{Packet, QosPid};
use wire::topic::DeviceTopic;

use crate::bench::{Bench, SECOND, calm, pid};

#[test]
fn a_message_is_published_at_least_once_on_the_telemetry_topic() {
    let mut bench = Bench::connected(calm());
    bench.packets();
    let message = Message::new("{}")
        .with_message_id("m 1")
        .with_content_type("application/json")
        .with_content_encoding("utf-8")
        .with_property("temperatureAlert", "true");
    bench.session.publish(bench.now, message);
    bench.drain();
    let packets = bench.packets();
    let frame = Frame::parse(&packets[0]).unwrap();
    let Packet::Publish(publish) = frame.decode().unwrap() else {
        panic!("expected PUBLISH");
    };
    assert_eq!(
        publish.topic_name,
        "devices/dev1/messages/events/%24.mid=m%201&%24.ct=application%2Fjson&%24.ce=utf-8&\
         temperatureAlert=true"
    );
    assert_eq!(publish.payload, b"{}");
    assert_eq!(publish.qospid, QosPid::AtLeastOnce(pid(1)));
    assert!(!publish.dup && !publish.retain);
}

#[test]
fn the_acknowledgement_resolves_the_message_and_tells_the_time_taken() {
    let mut bench = Bench::connected(calm());
    let message = Message::new("one").with_message_id("m1");
    let id = bench.session.publish(bench.now, message);
    bench.wait(Duration::from_millis(250));
    bench.events();
    bench.puback(1);
    let receipt = Receipt {
        message_id: Some("m1".to_owned()),
        took: Duration::from_millis(250),
        times_sent: 1,
    };
    assert_eq!(bench.events(), [SessionEvent::Sent(id, receipt)]);
}

#[test]
fn acknowledgements_may_come_in_any_order() {
    let mut bench = Bench::connected(calm());
    for body in ["zero", "one", "two"] {
        bench.publish(body);
    }
    bench.lines();
    for packet_id in [3, 1, 2] {
        bench.puback(packet_id);
    }
    assert_eq!(bench.lines(), ["sent (2)", "sent (0)", "sent (1)"]);
}

#[test]
fn an_acknowledgement_that_nobody_waits_for_changes_nothing() {
    let mut bench = Bench::connected(calm());
    bench.publish("zero");
    bench.puback(1);
    bench.lines();
    bench.puback(1);
    bench.puback(77);
    assert_eq!(bench.lines(), [""; 0]);
}

#[test]
fn messages_beyond_the_window_wait_their_turn_in_order() {
    let mut bench = Bench::connected(DeviceOptions {
        max_in_flight: 2,
        ..calm()
    });
    for body in ["zero", "one", "two", "three"] {
        bench.publish(body);
    }
    assert_eq!(bench.lines(), ["PUBLISH #1 zero", "PUBLISH #2 one"]);
    bench.puback(2);
    assert_eq!(bench.lines(), ["sent (1)", "PUBLISH #3 two"]);
    bench.puback(1);
    assert_eq!(bench.lines(), ["sent (0)", "PUBLISH #4 three"]);
}

#[test]
fn messages_wait_for_the_connection_that_is_being_made() {
    let mut bench = Bench::new(calm());
    bench.connect();
    bench.publish("zero");
    bench.open();
    bench.publish("one");
    bench.lines();
    bench.connack(wire::mqtt::mqttrs::ConnectReturnCode::Accepted, false);
    assert_eq!(
        bench.lines(),
        ["connected", "PUBLISH #1 zero", "PUBLISH #2 one"]
    );
}

#[test]
fn without_a_connection_wanted_a_message_is_refused() {
    let mut bench = Bench::new(calm());
    bench.publish("zero");
    assert_eq!(bench.lines(), ["failed (0) NotConnected"]);
}

#[test]
fn what_the_hub_would_not_take_is_refused_here() {
    let too_large = |size| SendError::TooLarge {
        size,
        limit: MAX_MESSAGE_SIZE,
    };
    let most = vec![b'x'; MAX_MESSAGE_SIZE];
    let cases = [
        (Message::new(most.clone()), None),
        (
            Message::new(most.clone()).with_property("k", "v"),
            Some(too_large(MAX_MESSAGE_SIZE + 2)),
        ),
        (
            Message::new(vec![b'x'; MAX_MESSAGE_SIZE + 1]),
            Some(too_large(MAX_MESSAGE_SIZE + 1)),
        ),
        (Message::new("").with_message_id("é".repeat(128)), None),
        (
            Message::new("").with_message_id("m".repeat(129)),
            Some(SendError::MessageIdTooLong {
                length: 129,
                limit: 128,
            }),
        ),
        (
            Message::new("").with_property("p", " ".repeat(30_000)),
            Some(SendError::TopicTooLong {
                length: 90_000 + "devices/dev1/messages/events/p=".len(),
                limit: 65_535,
            }),
        ),
        (
            Message::new("").with_property("", "v"),
            Some(SendError::EmptyPropertyName),
        ),
        (
            Message::new("").with_property("$.mid", "v"),
            Some(SendError::ReservedPropertyName {
                name: "$.mid".to_owned(),
            }),
        ),
    ];
    for (message, expected) in cases {
        let mut bench = Bench::connected(calm());
        bench.events();
        let id = bench.session.publish(bench.now, message);
        bench.drain();
        let refused = expected.map(|error| SessionEvent::SendFailed(id, error));
        assert_eq!(bench.events(), Vec::from_iter(refused));
    }
}

#[test]
fn a_program_that_never_waits_is_stopped() {
    let mut bench = Bench::connected(DeviceOptions {
        max_pending: 2,
        ..calm()
    });
    bench.publish("zero");
    bench.publish("one");
    bench.lines();
    bench.publish("two");
    assert_eq!(bench.lines(), ["failed (2) TooManyPending { limit: 2 }"]);
    bench.puback(1);
    bench.publish("three");
    assert_eq!(bench.lines(), ["sent (0)", "PUBLISH #3 three"]);
}

#[test]
fn a_message_that_is_not_acknowledged_in_time_fails() {
    let mut bench = Bench::connected(DeviceOptions {
        message_timeout: 10 * SECOND,
        ..calm()
    });
    bench.publish("zero");
    bench.wait(4 * SECOND);
    bench.publish("one");
    bench.lines();
    bench.wait(Duration::from_millis(5_999));
    assert_eq!(bench.lines(), [""; 0]);
    bench.wait(Duration::from_millis(1));
    assert_eq!(
        bench.lines(),
        ["failed (0) TimedOut { after: 10s, times_sent: 1 }"]
    );
    bench.puback(1);
    assert_eq!(bench.lines(), [""; 0], "too late to matter");
    bench.puback(2);
    assert_eq!(bench.lines(), ["sent (1)"]);
}

#[test]
fn time_without_a_connection_counts() {
    let mut bench = Bench::new(DeviceOptions {
        message_timeout: 10 * SECOND,
        ..calm()
    });
    bench.connect();
    bench.publish("zero");
    bench.lines();
    bench.wait(10 * SECOND);
    assert_eq!(
        bench.lines(),
        ["failed (0) TimedOut { after: 10s, times_sent: 0 }"]
    );
}

#[test]
fn a_failed_message_makes_room_in_the_window() {
    let mut bench = Bench::connected(DeviceOptions {
        message_timeout: 10 * SECOND,
        max_in_flight: 1,
        ..calm()
    });
    bench.publish("zero");
    bench.wait(5 * SECOND);
    bench.publish("one");
    bench.lines();
    bench.wait(5 * SECOND);
    assert_eq!(
        bench.lines(),
        [
            "failed (0) TimedOut { after: 10s, times_sent: 1 }",
            "PUBLISH #2 one"
        ]
    );
}

#[test]
fn disconnecting_fails_what_is_not_acknowledged() {
    let mut bench = Bench::connected(DeviceOptions {
        max_in_flight: 1,
        ..calm()
    });
    bench.publish("on the link");
    bench.publish("waiting");
    bench.lines();
    bench.session.disconnect(bench.now);
    bench.drain();
    assert_eq!(
        bench.lines(),
        [
            "DISCONNECT",
            "close",
            "disconnected Requested",
            "failed (0) Closed",
            "failed (1) Closed"
        ]
    );
}

#[test]
fn other_topics_of_a_device_are_sent_alike() {
    let mut bench = Bench::connected(calm());
    bench.packets();
    let topic = DeviceTopic::MethodResponse {
        status: 200,
        request_id: "1".to_owned(),
    };
    let id = bench.session.publish_to(bench.now, &topic, b"{}".to_vec());
    bench.drain();
    let packets = bench.packets();
    let frame = Frame::parse(&packets[0]).unwrap();
    let Packet::Publish(publish) = frame.decode().unwrap() else {
        panic!("expected PUBLISH");
    };
    assert_eq!(publish.topic_name, "$iothub/methods/res/200/?$rid=1");
    bench.events();
    bench.puback(1);
    let events = bench.events();
    assert!(matches!(&events[..], [SessionEvent::Sent(sent, _)] if *sent == id));
}
