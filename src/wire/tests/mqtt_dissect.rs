//! Packets explained field by field, with secrets masked.

#![allow(
    clippy::needless_raw_string_hashes,
    reason = "the expectations are rewritten in this form"
)]

mod packets;

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use packets::any_packet;
use proptest::collection::vec;
use proptest::prelude::*;
use wire::mqtt::mqttrs::{
    Connack, Connect, ConnectReturnCode, LastWill, Packet, Pid, Protocol, Publish, QoS, QosPid,
    Suback, Subscribe, SubscribeReturnCodes, SubscribeTopic, Unsubscribe,
};
use wire::mqtt::{FIELD_NAMES, dissect, encode, mask_connect_password, packet_name};

fn check(frame: &[u8], expected: &Expect) {
    let mut lines = String::new();
    for field in dissect(frame) {
        let range = field.range;
        writeln!(lines, "{range:?} {}: {}", field.name, field.value)
            .expect("a string takes everything");
    }
    expected.assert_eq(&lines);
}

fn check_packet(packet: impl Into<Packet<'static>>, expected: &Expect) {
    check(
        &encode(&packet.into()).expect("an allowed packet"),
        expected,
    );
}

const TOKEN: &[u8] = b"SharedAccessSignature sr=h%2Fdevices%2Fd&sig=c2VjcmV0&se=1893456000";

fn connect(password: &'static [u8]) -> Connect<'static> {
    Connect {
        protocol: Protocol::MQTT311,
        keep_alive: 60,
        client_id: "d",
        clean_session: false,
        last_will: None,
        username: Some("h/d/?api-version=2021-04-12"),
        password: Some(password),
    }
}

#[test]
fn a_connect_with_a_token() {
    check_packet(
        connect(TOKEN),
        &expect![[r#"
            0..1 packet type: CONNECT
            0..1 flags: 0000
            1..2 remaining length: 111
            2..8 protocol name: MQTT
            8..9 protocol level: 4
            9..10 user name flag: 1
            9..10 password flag: 1
            9..10 will retain: 0
            9..10 will QoS: 0
            9..10 will flag: 0
            9..10 clean session: 0
            9..10 reserved bit: 0
            10..12 keep alive: 60
            12..15 client id: d
            15..44 user name: h/d/?api-version=2021-04-12
            44..113 password: SharedAccessSignature sr=h%2Fdevices%2Fd&sig=********&se=1893456000
        "#]],
    );
}

#[test]
fn a_connect_with_a_will() {
    let connect = Connect {
        last_will: Some(LastWill {
            topic: "devices/d/messages/events/",
            message: &[0xDE, 0xFF],
            qos: QoS::AtLeastOnce,
            retain: true,
        }),
        clean_session: true,
        username: None,
        password: None,
        ..connect(b"")
    };
    check_packet(
        connect,
        &expect![[r#"
            0..1 packet type: CONNECT
            0..1 flags: 0000
            1..2 remaining length: 45
            2..8 protocol name: MQTT
            8..9 protocol level: 4
            9..10 user name flag: 0
            9..10 password flag: 0
            9..10 will retain: 1
            9..10 will QoS: 1
            9..10 will flag: 1
            9..10 clean session: 1
            9..10 reserved bit: 0
            10..12 keep alive: 60
            12..15 client id: d
            15..43 will topic: devices/d/messages/events/
            43..47 will payload: de ff
        "#]],
    );
}

#[test]
fn a_publish() {
    let publish = Publish {
        dup: true,
        qospid: QosPid::AtLeastOnce(Pid::new() + 6),
        retain: false,
        topic_name: "devices/d/messages/events/%24.ce=utf-8",
        payload: b"{\"t\":31}",
    };
    check_packet(
        publish.clone(),
        &expect![[r#"
            0..1 packet type: PUBLISH
            0..1 DUP: 1
            0..1 QoS: 1
            0..1 retain: 0
            1..2 remaining length: 50
            2..42 topic: devices/d/messages/events/%24.ce=utf-8
            42..44 packet id: 7
            44..52 payload: {"t":31}
        "#]],
    );
    let payloads: [(&[u8], &str); 4] = [
        (&[1, 2, 0xFF], "01 02 ff"),
        (&[1, 2, 3], "01 02 03"),
        (b"a\r\n\tb", "a\r\n\tb"),
        ("23 °C".as_bytes(), "23 °C"),
    ];
    for (payload, expected) in payloads {
        let publish = Publish {
            dup: false,
            qospid: QosPid::AtMostOnce,
            topic_name: "t",
            payload,
            ..publish
        };
        let value = dissect(&encode(&publish.into()).expect("an allowed packet"))
            .pop()
            .map(|field| field.value);
        assert_eq!(value.as_deref(), Some(expected));
    }
}

#[test]
fn answers() {
    check_packet(
        Connack {
            session_present: true,
            code: ConnectReturnCode::Accepted,
        },
        &expect![[r#"
            0..1 packet type: CONNACK
            0..1 flags: 0000
            1..2 remaining length: 2
            2..3 session present: 1
            3..4 return code: 0
        "#]],
    );
    check_packet(
        Packet::Puback(Pid::new()),
        &expect![[r#"
            0..1 packet type: PUBACK
            0..1 flags: 0000
            1..2 remaining length: 2
            2..4 packet id: 1
        "#]],
    );
    check_packet(
        Suback::new(
            Pid::new() + 1,
            vec![
                SubscribeReturnCodes::Success(QoS::AtLeastOnce),
                SubscribeReturnCodes::Failure,
            ],
        ),
        &expect![[r#"
            0..1 packet type: SUBACK
            0..1 flags: 0000
            1..2 remaining length: 4
            2..4 packet id: 2
            4..5 granted QoS: 1
            5..6 granted QoS: 128
        "#]],
    );
    check_packet(
        Packet::Pingresp,
        &expect![[r#"
            0..1 packet type: PINGRESP
            0..1 flags: 0000
            1..2 remaining length: 0
        "#]],
    );
}

#[test]
fn subscriptions() {
    let topic = |path: &str, qos| SubscribeTopic {
        topic_path: path.to_owned(),
        qos,
    };
    check_packet(
        Subscribe::new(
            Pid::new(),
            vec![
                topic("$iothub/twin/res/#", QoS::AtMostOnce),
                topic("$iothub/methods/POST/#", QoS::AtLeastOnce),
            ],
        ),
        &expect![[r#"
            0..1 packet type: SUBSCRIBE
            0..1 flags: 0010
            1..2 remaining length: 48
            2..4 packet id: 1
            4..24 topic filter: $iothub/twin/res/#
            24..25 requested QoS: 0
            25..49 topic filter: $iothub/methods/POST/#
            49..50 requested QoS: 1
        "#]],
    );
    check_packet(
        Unsubscribe::new(Pid::new(), vec!["a/#".to_owned()]),
        &expect![[r#"
            0..1 packet type: UNSUBSCRIBE
            0..1 flags: 0010
            1..2 remaining length: 7
            2..4 packet id: 1
            4..9 topic filter: a/#
        "#]],
    );
}

#[test]
fn what_is_not_a_packet() {
    check(&[], &expect![[r#""#]]);
    check(
        b"GET / HTTP/1.1",
        &expect![[r#"
            0..1 packet type: PUBACK
            0..1 flags: 0111
            1..2 remaining length: 69
            2..4 packet id: 21536
            4..14 unread: / HTTP/1.1
        "#]],
    );
    check(
        &[0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x00],
        &expect![[r#"
            0..1 packet type: PUBLISH
            0..1 DUP: 0
            0..1 QoS: 0
            0..1 retain: 0
            1..6 unread: ff ff ff ff 00
        "#]],
    );
    // The topic says 9 bytes, the packet has fewer.
    check(
        &[0x32, 6, 0, 9, b'a', b'b', 0xFF, 0],
        &expect![[r#"
            0..1 packet type: PUBLISH
            0..1 DUP: 0
            0..1 QoS: 1
            0..1 retain: 0
            1..2 remaining length: 6
            2..8 unread: 00 09 61 62 ff 00
        "#]],
    );
    // Another packet follows.
    check(
        &[0x40, 2, 0, 1, 0xC0, 0],
        &expect![[r#"
            0..1 packet type: PUBACK
            0..1 flags: 0000
            1..2 remaining length: 2
            2..4 packet id: 1
            4..6 unread: c0 00
        "#]],
    );
}

/// Where the password of a CONNECT cannot be told from the rest, the rest is masked.
#[test]
fn a_connect_of_mqtt_5() {
    let mut frame = vec![0x10, 17, 0, 4, b'M', b'Q', b'T', b'T', 5, 0xC0, 0, 60];
    frame.extend_from_slice(b"\0secret!");
    check(
        &frame,
        &expect![[r#"
            0..1 packet type: CONNECT
            0..1 flags: 0000
            1..2 remaining length: 17
            2..8 protocol name: MQTT
            8..9 protocol level: 5
            9..10 user name flag: 1
            9..10 password flag: 1
            9..10 will retain: 0
            9..10 will QoS: 0
            9..10 will flag: 0
            9..10 clean session: 0
            9..10 reserved bit: 0
            10..12 keep alive: 60
            12..20 unread: ********
        "#]],
    );
}

fn masked(password: &'static [u8]) -> String {
    let frame = encode(&connect(password).into()).expect("an allowed packet");
    let masked = mask_connect_password(&frame);
    assert_eq!(masked.len(), frame.len(), "masking keeps the length");
    let (before, after) = masked.split_at(frame.len() - password.len());
    assert!(
        frame.starts_with(before),
        "nothing but the password is masked"
    );
    String::from_utf8_lossy(after).into_owned()
}

#[test]
fn passwords_are_masked() {
    assert_eq!(
        masked(TOKEN),
        "SharedAccessSignature sr=h%2Fdevices%2Fd&sig=********&se=1893456000"
    );
    assert_eq!(
        masked(b"SharedAccessSignature sig=c2VjcmV0%3D"),
        "SharedAccessSignature sig=***********"
    );
    assert_eq!(masked(b""), "");
    // A key pasted instead of a token, a connection string, bytes.
    assert_eq!(masked(b"aGVsbG8gc2VjcmV0IQ=="), "********************");
    assert_eq!(
        masked(b"HostName=h;SharedAccessKey=sig="),
        "*******************************"
    );
    assert_eq!(masked(&[0xFF, 0xFE]), "**");
}

#[test]
fn other_packets_are_not_masked() {
    let publish = Publish {
        dup: false,
        qospid: QosPid::AtMostOnce,
        retain: false,
        topic_name: "t",
        payload: TOKEN,
    };
    let frame = encode(&publish.into()).expect("an allowed packet");
    assert_eq!(mask_connect_password(&frame), frame);
    assert_eq!(mask_connect_password(&[]), [0_u8; 0]);
}

/// Every byte has a field, and the fields are in the order of the bytes.
fn check_coverage(frame: &[u8]) {
    let mut covered = 0;
    let mut start = 0;
    for field in dissect(frame) {
        assert!(FIELD_NAMES.contains(&field.name), "{}", field.name);
        assert!(field.range.start < field.range.end, "{field:?} has bytes");
        assert!(field.range.start >= start, "{field:?} is in order");
        assert!(field.range.start <= covered, "{field:?} leaves no gap");
        start = field.range.start;
        covered = covered.max(field.range.end);
    }
    assert_eq!(covered, frame.len(), "{frame:02x?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_byte_has_a_field(bytes in vec(any::<u8>(), 0..200)) {
        check_coverage(&bytes);
        prop_assert_eq!(mask_connect_password(&bytes).len(), bytes.len());
    }

    #[test]
    fn packets_are_understood_to_the_last_byte(packet in any_packet()) {
        let frame = encode(&packet.packet()).expect("an allowed packet");
        check_coverage(&frame);
        let fields = dissect(&frame);
        prop_assert!(fields.iter().all(|field| field.name != "unread"));
        let kind = fields.first().map(|field| field.value.as_str());
        prop_assert_eq!(kind, Some(packet_name(&frame)));
    }

    #[test]
    fn damaged_packets_too(
        packet in any_packet(),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut frame = encode(&packet.packet()).expect("an allowed packet");
        for (place, byte) in damage {
            *place.get_mut(&mut frame) = byte;
        }
        frame.truncate(cut.index(frame.len()));
        check_coverage(&frame);
        prop_assert_eq!(mask_connect_password(&frame).len(), frame.len());
    }
}
