//! What the hub sends to a device.

use client::device::{Incoming, SessionEvent};
use wire::mqtt::encode;
use wire::mqtt::mqttrs::{Packet, Publish, QosPid};
use wire::topic::HubTopic;

use crate::bench::{Bench, SECOND, calm, pid};

const TOPIC: &str = "devices/dev1/messages/devicebound/%24.mid=m1&color=red";

const INPUT: &str = "devices/dev1/modules/mod1/inputs/in/";

#[test]
fn what_is_of_the_moment_is_acknowledged_after_its_delivery() {
    let topics = [
        "$iothub/methods/POST/reboot/?$rid=1",
        "$iothub/twin/PATCH/properties/desired/?$version=2",
        "$iothub/twin/res/200/?$rid=mine",
    ];
    for topic in topics {
        let mut bench = Bench::connected(calm());
        bench.deliver(topic, "{}", Some(7));
        assert_eq!(bench.lines(), ["message {}", "PUBACK #7"]);
        assert!(!bench.messages()[0].is_held());
    }
}

#[test]
fn what_the_hub_keeps_is_acknowledged_when_the_program_says_so() {
    for topic in [TOPIC, INPUT] {
        let mut bench = Bench::connected(calm());
        bench.deliver(topic, "hello", Some(7));
        assert_eq!(bench.lines(), ["message hello"]);
        let message = bench.messages().remove(0);
        assert!(message.is_held());
        bench.acknowledge(&message);
        assert_eq!(bench.lines(), ["PUBACK #7"]);
        bench.acknowledge(&message);
        assert_eq!(bench.lines(), [""; 0], "once is enough");
    }
}

#[test]
fn a_message_of_an_ended_connection_is_not_acknowledged_on_the_next() {
    let mut bench = Bench::connected(calm());
    bench.deliver(TOPIC, "hello", Some(7));
    let message = bench.messages().remove(0);
    bench.lose();
    bench.lines();
    bench.acknowledge(&message);
    assert_eq!(bench.lines(), [""; 0]);
    bench.wait(SECOND);
    bench.accept(true);
    bench.lines();
    bench.deliver(TOPIC, "hello", Some(7));
    assert_eq!(bench.lines(), ["message hello"], "it comes again");
    bench.acknowledge(&message);
    assert_eq!(bench.lines(), [""; 0]);
    let again = bench.messages().remove(0);
    bench.acknowledge(&again);
    assert_eq!(bench.lines(), ["PUBACK #7"]);
}

#[test]
fn a_repetition_of_what_the_program_has_already_is_not_delivered_twice() {
    let mut bench = Bench::connected(calm());
    bench.deliver(TOPIC, "hello", Some(7));
    bench.deliver(TOPIC, "hello", Some(7));
    assert_eq!(bench.lines(), ["message hello"]);
    let message = bench.messages().remove(0);
    bench.acknowledge(&message);
    bench.deliver(TOPIC, "other", Some(7));
    assert_eq!(bench.lines(), ["PUBACK #7", "message other"]);
}

#[test]
fn a_message_at_most_once_is_not_held() {
    let mut bench = Bench::connected(calm());
    bench.deliver(TOPIC, "hello", None);
    let message = bench.messages().remove(0);
    assert!(!message.is_held());
    bench.acknowledge(&message);
    assert_eq!(bench.lines(), ["message hello"]);
}

#[test]
fn a_message_at_most_once_is_not_acknowledged() {
    let mut bench = Bench::connected(calm());
    bench.deliver("$iothub/methods/POST/reboot/?$rid=1", "{}", None);
    assert_eq!(bench.lines(), ["message {}"]);
}

#[test]
fn what_the_topic_says_is_read() {
    let mut bench = Bench::connected(calm());
    bench.events();
    bench.deliver(TOPIC, "hello", Some(7));
    let Some(SessionEvent::Message(message)) = bench.events().pop() else {
        panic!("expected a message");
    };
    let Incoming {
        topic: HubTopic::CloudToDevice {
            device_id,
            properties,
        },
        qos: 1,
        duplicate: false,
        ..
    } = *message
    else {
        panic!("expected a cloud-to-device message");
    };
    assert_eq!(device_id, "dev1");
    assert_eq!(properties.system.message_id.as_deref(), Some("m1"));
    assert_eq!(properties.application("color"), Some(Some("red")));
}

#[test]
fn a_redelivery_is_marked() {
    let mut bench = Bench::connected(calm());
    bench.events();
    bench.hub(&Packet::Publish(Publish {
        dup: true,
        qospid: QosPid::AtLeastOnce(pid(7)),
        retain: false,
        topic_name: TOPIC,
        payload: b"again",
    }));
    let events = bench.events();
    assert!(matches!(&events[..], [SessionEvent::Message(message)] if message.duplicate));
}

#[test]
fn an_unknown_topic_is_reported_and_acknowledged_so_that_it_does_not_come_again() {
    let mut bench = Bench::connected(calm());
    bench.deliver("weather/today", "rain", Some(3));
    assert_eq!(bench.lines(), ["unknown topic weather/today", "PUBACK #3"]);
}

#[test]
fn exactly_once_breaks_the_protocol() {
    let mut bench = Bench::connected(calm());
    bench.hub(&Packet::Publish(Publish {
        dup: false,
        qospid: QosPid::ExactlyOnce(pid(1)),
        retain: false,
        topic_name: TOPIC,
        payload: b"",
    }));
    let lines = bench.lines();
    assert_eq!(lines[0], "close");
    assert!(lines[1].starts_with("disconnected Unexpected"), "{lines:?}");
}

#[test]
fn bytes_may_come_cut_and_joined_anyhow() {
    let publish = |body: &'static str, id| {
        let packet = Packet::Publish(Publish {
            dup: false,
            qospid: QosPid::AtLeastOnce(pid(id)),
            retain: false,
            topic_name: "$iothub/methods/POST/reboot/?$rid=1",
            payload: body.as_bytes(),
        });
        encode(&packet).unwrap()
    };
    let stream = [publish("one", 1), publish("two", 2), publish("three", 3)].concat();
    for size in [1, 2, 7, 50, stream.len()] {
        let mut bench = Bench::connected(calm());
        for piece in stream.chunks(size) {
            bench.bytes(piece);
        }
        assert_eq!(
            bench.lines(),
            [
                "message one",
                "PUBACK #1",
                "message two",
                "PUBACK #2",
                "message three",
                "PUBACK #3"
            ]
        );
    }
}

#[test]
fn nothing_is_read_after_bytes_that_are_not_mqtt() {
    let mut bench = Bench::connected(calm());
    let mut bytes = vec![0x40, 0x00];
    bytes.extend(encode(&Packet::Pingresp).unwrap());
    bench.bytes(&bytes);
    let lines = bench.lines();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1].starts_with("disconnected Malformed"), "{lines:?}");
    bench.deliver(TOPIC, "late", Some(1));
    assert_eq!(bench.lines(), [""; 0]);
}

#[test]
fn a_packet_that_only_a_device_sends_breaks_the_protocol() {
    for packet in [Packet::Pingreq, Packet::Disconnect, Packet::Pubrec(pid(1))] {
        let mut bench = Bench::connected(calm());
        bench.hub(&packet);
        assert!(bench.lines()[1].starts_with("disconnected Unexpected"));
    }
}
