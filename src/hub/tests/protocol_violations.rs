//! What ends a connection at once.

use hub::CloseReason;
use wire::mqtt::mqttrs::{Packet, Publish, QosPid};
use wire::mqtt::{MqttError, encode};

use crate::bench::{Bench, TOPIC, message, pid};

/// Sends bytes on a fresh link.
fn first_words(bytes: &[u8], reason: &CloseReason) {
    let mut bench = Bench::new();
    let link = bench.open();
    bench.bytes(link, bytes);
    let ending = format!("close {}", reason.id());
    assert_eq!(bench.said(link), [ending], "{bytes:02X?}");
    assert_eq!(bench.reason(link), Some(reason), "{bytes:02X?}");
}

/// Sends bytes on the connection of `dev1`.
fn later(bytes: &[u8], reason: &CloseReason) {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    bench.bytes(link, bytes);
    let ending = format!("close {}", reason.id());
    assert_eq!(bench.said(link), [ending], "{reason:?}");
    assert_eq!(bench.reason(link), Some(reason));
    assert!(bench.events().is_empty(), "{reason:?}");
    assert!(!bench.is_alive(link));
}

#[test]
fn the_first_packet_must_be_a_connect() {
    let publish = encode(&Packet::Publish(message(TOPIC, b"x", Some(1)))).unwrap();
    let cases: [(&[u8], &str); 4] = [
        (&publish, "PUBLISH"),
        (&[0xC0, 0], "PINGREQ"),
        (&[0xE0, 0], "DISCONNECT"),
        (&[0x20, 2, 0, 0], "CONNACK"),
    ];
    for (bytes, packet) in cases {
        first_words(bytes, &CloseReason::ConnectExpected { packet });
    }
}

#[test]
fn a_second_connect_whatever_it_says() {
    let bench = Bench::new();
    later(&bench.greeting("dev1").bytes(), &CloseReason::SecondConnect);
    let mut newer = bench.greeting("dev1").bytes();
    let level = newer.windows(5).position(|part| part == b"MQTT\x04");
    newer[level.unwrap() + 4] = 5;
    later(&newer, &CloseReason::SecondConnect);
}

#[test]
fn bytes_that_are_not_mqtt() {
    let cases: [&[u8]; 6] = [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
        &[0x00],
        &[0xF0, 0x00],
        &[0x36, 0x00],
        &[0x10, 0xFF, 0xFF, 0xFF, 0xFF],
    ];
    for bytes in cases {
        let mut bench = Bench::new();
        for link in [bench.open(), bench.connect("dev1")] {
            bench.bytes(link, bytes);
            assert_eq!(bench.said(link), ["close malformed"], "{bytes:02X?}");
        }
    }
    first_words(
        &[0x10, 1, 0],
        &CloseReason::Malformed(MqttError::BadField {
            packet: "CONNECT",
            field: "protocol name",
            why: "the packet ends before it does",
        }),
    );
}

#[test]
fn what_follows_the_violation_is_not_read() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    let mut bytes = vec![0xF0, 0];
    bytes.extend(encode(&Packet::Publish(message(TOPIC, b"x", Some(1)))).unwrap());
    bench.bytes(link, &bytes);
    assert_eq!(bench.said(link), ["close malformed"]);
    assert!(bench.events().is_empty());
}

#[test]
fn what_came_before_the_violation_counts() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    let mut bytes = encode(&Packet::Publish(message(TOPIC, b"x", Some(1)))).unwrap();
    bytes.extend([0xF0, 0]);
    bench.bytes(link, &bytes);
    assert_eq!(bench.said(link), ["PUBACK 1", "close malformed"]);
    assert_eq!(bench.bodies(), ["x"]);
}

#[test]
fn a_packet_that_is_too_large_is_refused_by_its_header() {
    // A PUBLISH of 1 MiB, of which no more than the fixed header comes.
    let header = [0x30, 0x80, 0x80, 0x40];
    later(&header, &CloseReason::MessageTooLarge { size: 1_048_580 });
    first_words(
        &[0x10, 0x80, 0x80, 0x40],
        &CloseReason::MessageTooLarge { size: 1_048_580 },
    );
}

#[test]
fn a_message_of_256_kb_and_no_more() {
    // The body, and `a`, `b` and a message id of three bytes.
    let topic = format!("{TOPIC}%24.mid=abc&a=b");
    let size = |bytes: usize| vec![b'x'; bytes - 5];

    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    bench.publish(link, &topic, &size(262_144), Some(1));
    assert_eq!(bench.said(link), ["PUBACK 1"]);
    bench.publish(link, &topic, &size(262_145), Some(2));
    assert_eq!(bench.said(link), ["close message-too-large"]);
    let reason = CloseReason::MessageTooLarge { size: 262_145 };
    assert_eq!(bench.reason(link), Some(&reason));
    assert_eq!(bench.events().len(), 1);
}

#[test]
fn a_message_that_is_allowed_may_be_repeated_and_retained() {
    // The properties that the hub adds for that are not the sender's fault.
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    let body = vec![b'x'; 262_144];
    let publish = Publish {
        dup: true,
        retain: true,
        ..message(TOPIC, &body, Some(1))
    };
    bench.packet(link, &Packet::Publish(publish));
    assert_eq!(bench.said(link), ["PUBACK 1"]);
}

#[test]
fn a_publish_at_qos_2() {
    let publish = Publish {
        qospid: QosPid::ExactlyOnce(pid(1)),
        ..message(TOPIC, b"x", None)
    };
    later(
        &encode(&Packet::Publish(publish)).unwrap(),
        &CloseReason::QosTwo,
    );
}

#[test]
fn topics_that_are_not_the_devices_own() {
    let topics = [
        "devices/dev2/messages/events/",
        "devices/Dev1/messages/events/",
        "devices/dev1/modules/m/messages/events/",
        "/devices/dev1/messages/events/",
        "devices/dev1/messages/event/",
        "devices/dev1/messages/eventsx",
        "devices/dev1/messages/devicebound/",
        "devices/dev1/",
        "devices//messages/events/",
        "$iothub/twin/res/200/?$rid=1",
        "$iothub/unknown",
        "$SYS/broker",
        "temperature",
    ];
    for topic in topics {
        for packet_id in [None, Some(1)] {
            let bytes = encode(&Packet::Publish(message(topic, b"x", packet_id))).unwrap();
            let topic = topic.to_owned();
            later(&bytes, &CloseReason::ForeignTopic { topic });
        }
    }
}

#[test]
fn own_topics_whose_rest_cannot_be_read() {
    let topics = [
        "devices/dev1/messages/events/a=%zz",
        "devices/dev1/messages/events/a=%FF",
        "devices/dev1/messages/events/=b",
        "devices/dev1/messages/events/a=b/c",
        "devices/dev1/messages/events/$.ct=a&%24.ct=b",
        "$iothub/twin/GET/",
        "$iothub/methods/res/abc/?$rid=1",
    ];
    for topic in topics {
        let mut bench = Bench::new();
        let link = bench.connect("dev1");
        bench.publish(link, topic, b"x", Some(1));
        assert_eq!(bench.said(link), ["close unreadable-topic"], "{topic}");
    }
}

#[test]
fn packets_that_a_client_does_not_send() {
    let cases: [(&[u8], &str); 8] = [
        (&[0x20, 2, 0, 0], "CONNACK"),
        (&[0x50, 2, 0, 1], "PUBREC"),
        (&[0x62, 2, 0, 1], "PUBREL"),
        (&[0x70, 2, 0, 1], "PUBCOMP"),
        (&[0x90, 3, 0, 1, 0], "SUBACK"),
        (&[0xB0, 2, 0, 1], "UNSUBACK"),
        (&[0xD0, 0], "PINGRESP"),
        (&[0x90, 4, 0, 1, 0, 1], "SUBACK"),
    ];
    for (bytes, packet) in cases {
        later(bytes, &CloseReason::UnexpectedPacket { packet });
    }
}

#[test]
fn a_link_that_was_closed_or_never_opened_is_ignored() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    bench.lose(link);
    bench.bytes(link, &[0xC0, 0]);
    bench.lose(link);
    assert!(bench.said(link).is_empty());
}
