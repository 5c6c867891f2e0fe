//! Which bytes are a control packet, and what is said about those that are not.

use wire::mqtt::{Frame, MqttError, packet_name};

/// Bytes as hexadecimal; text in quotes stands for itself with its length in front.
fn bytes(notation: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in notation.split_whitespace() {
        if let Some(text) = word.strip_prefix('\'') {
            let text = text.trim_end_matches('\'');
            let size = u16::try_from(text.len()).expect("a short text");
            bytes.extend_from_slice(&size.to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        } else {
            bytes.push(u8::from_str_radix(word, 16).expect("two hexadecimal digits"));
        }
    }
    bytes
}

/// A packet with the right remaining length.
fn packet(first: &str, body: &str) -> Vec<u8> {
    let body = bytes(body);
    let mut packet = bytes(first);
    packet.push(u8::try_from(body.len()).expect("a short body"));
    packet.extend(body);
    packet
}

fn good(bytes: &[u8]) {
    let frame = Frame::parse(bytes).unwrap_or_else(|error| panic!("{bytes:02x?}: {error}"));
    frame
        .decode()
        .unwrap_or_else(|error| panic!("the codec refuses the checked {bytes:02x?}: {error}"));
    assert_eq!(frame.bytes(), bytes);
}

fn bad(bytes: &[u8], expected: &str) {
    match Frame::parse(bytes) {
        Ok(frame) => panic!("{bytes:02x?} passed as {}", frame.name()),
        Err(error) => assert_eq!(error.to_string(), expected, "{bytes:02x?}"),
    }
}

/// The codec panics on each of these, or reads past the packet's end.
#[test]
fn the_byte_strings_that_crash_the_codec_are_errors() {
    let check = |notation: &str, expected: &str| bad(&bytes(notation), expected);
    check(
        "20 00",
        "malformed CONNACK: expected a remaining length of 2",
    );
    check(
        "40 00",
        "malformed PUBACK: expected a remaining length of 2",
    );
    check(
        "34 02 00 00",
        "malformed PUBLISH: topic: expected at least one character",
    );
    check(
        "34 03 00 01 61",
        "malformed PUBLISH: packet id: the packet ends before it does",
    );
    check(
        "82 00",
        "malformed SUBSCRIBE: packet id: the packet ends before it does",
    );
    check(
        "10 01 00 00",
        "malformed CONNECT: more bytes follow than the remaining length",
    );
    check(
        "10 01 00",
        "malformed CONNECT: protocol name: the packet ends before it does",
    );
    check(
        "30 00",
        "malformed PUBLISH: topic: the packet ends before it does",
    );
    check(
        "a2 00",
        "malformed UNSUBSCRIBE: packet id: the packet ends before it does",
    );
    check(
        "90 00",
        "malformed SUBACK: packet id: the packet ends before it does",
    );
}

#[test]
fn fixed_header() {
    let check = |notation: &str, expected: &str| bad(&bytes(notation), expected);
    check("", "malformed NONE: the bytes end inside the fixed header");
    check(
        "c0",
        "malformed PINGREQ: the bytes end inside the fixed header",
    );
    check(
        "00 00",
        "malformed RESERVED: packet types 0 and 15 are reserved",
    );
    check(
        "f0 00",
        "malformed RESERVED: packet types 0 and 15 are reserved",
    );
    let too_long =
        "the remaining length in the fixed header has more than four bytes; expected at most four";
    check("c0 80 80 80 80 00", too_long);
    check("30 ff ff ff ff", too_long);
    check(
        "30 ff ff ff",
        "malformed PUBLISH: the bytes end inside the fixed header",
    );
    check(
        "c0 00 00",
        "malformed PINGREQ: more bytes follow than the remaining length",
    );
    check(
        "40 02 00",
        "malformed PUBACK: fewer bytes follow than the remaining length",
    );
    // Leading zeros in the remaining length: MQTT 3.1.1 does not forbid them.
    good(&bytes("c0 80 00"));
    good(&bytes("40 82 80 80 00 00 01"));
}

#[test]
fn flags_of_the_fixed_header() {
    for kind in [1, 2, 4, 5, 7, 9, 11, 12, 13, 14] {
        for flags in 1..16 {
            let first = kind << 4 | flags;
            let name = packet_name(&[first]);
            let expected =
                format!("malformed {name}: expected 0000 in the lower half of the first byte");
            bad(&[first, 0], &expected);
        }
    }
    for kind in [6, 8, 10] {
        for flags in (0..16).filter(|flags| *flags != 2) {
            let first = kind << 4 | flags;
            let name = packet_name(&[first]);
            let expected =
                format!("malformed {name}: expected 0010 in the lower half of the first byte");
            bad(&[first, 0], &expected);
        }
    }
}

#[test]
fn packets_of_one_length() {
    for first in [0x40, 0x50, 0x62, 0x70, 0xB0] {
        let name = packet_name(&[first]);
        good(&[first, 2, 0, 1]);
        good(&[first, 2, 0xFF, 0xFF]);
        bad(
            &[first, 2, 0, 0],
            &format!("malformed {name}: packet id: expected 1 to 65535, found 0"),
        );
        let length = format!("malformed {name}: expected a remaining length of 2");
        bad(&[first, 0], &length);
        bad(&[first, 1, 1], &length);
        bad(&[first, 3, 0, 1, 0], &length);
    }
    for first in [0xC0, 0xD0, 0xE0] {
        let name = packet_name(&[first]);
        good(&[first, 0]);
        bad(
            &[first, 1, 0],
            &format!("malformed {name}: expected a remaining length of 0"),
        );
    }
}

#[test]
fn connect() {
    let good = |body: &str| good(&packet("10", body));
    let bad = |body: &str, expected: &str| {
        bad(
            &packet("10", body),
            &format!("malformed CONNECT: {expected}"),
        );
    };
    good("'MQTT' 04 02 00 3c 'dev1'");
    good("'MQTT' 04 00 00 00 ''");
    good("'MQTT' 04 c0 00 3c 'd' 'user' 'password'");
    good("'MQTT' 04 80 00 3c 'd' 'user'");
    good("'MQTT' 04 f6 00 3c 'd' 'topic' 'will' 'user' ''");
    good("'MQTT' 04 04 00 3c 'd' 't' ''");
    good("'MQTT' 04 c0 00 3c 'd' 'u' 00 02 00 ff");

    let reserved = "connect flags: the reserved bit 0 is set";
    bad("'MQTT' 04 03 00 3c 'd'", reserved);
    let lonely = "connect flags: a password without a user name";
    bad("'MQTT' 04 40 00 3c 'd' 'p'", lonely);
    bad(
        "'MQTT' 04 1c 00 3c 'd' 't' 'w'",
        "connect flags: expected a will QoS of 0, 1 or 2, found 3",
    );
    let no_will = "connect flags: a will QoS without a will";
    bad("'MQTT' 04 08 00 3c 'd'", no_will);
    bad("'MQTT' 04 10 00 3c 'd'", no_will);
    bad(
        "'MQTT' 04 20 00 3c 'd'",
        "connect flags: will retain without a will",
    );

    bad("", "protocol name: the packet ends before it does");
    bad("'MQTT'", "protocol level: the packet ends before it does");
    bad("'MQTT' 04", "connect flags: the packet ends before it does");
    bad(
        "'MQTT' 04 02 00",
        "keep alive: the packet ends before it does",
    );
    bad(
        "'MQTT' 04 02 00 3c",
        "client id: the packet ends before it does",
    );
    bad(
        "'MQTT' 04 02 00 3c 00 05 61",
        "client id: the packet ends before it does",
    );
    bad(
        "'MQTT' 04 06 00 3c 'd'",
        "will topic: the packet ends before it does",
    );
    bad(
        "'MQTT' 04 06 00 3c 'd' 't'",
        "will payload: the packet ends before it does",
    );
    bad(
        "'MQTT' 04 80 00 3c 'd'",
        "user name: the packet ends before it does",
    );
    bad(
        "'MQTT' 04 c0 00 3c 'd' 'u' 00 09 61",
        "password: the packet ends before it does",
    );
    bad(
        "'MQTT' 04 02 00 3c 'd' 00",
        "bytes are left after its last field",
    );
    bad(
        "'MQTT' 04 06 00 3c 'd' '' 'w'",
        "will topic: expected at least one character",
    );
    bad(
        "'MQTT' 04 06 00 3c 'd' 'a/#' 'w'",
        "will topic: a topic cannot hold the wildcards `+` and `#`",
    );
    bad(
        "00 04 4d 51 54 ff 04",
        "protocol name: expected UTF-8, found other bytes",
    );
}

#[test]
fn other_protocols_are_named() {
    let check = |body: &str, name: &str, level: u8| {
        let expected = MqttError::UnsupportedProtocol {
            name: name.to_owned(),
            level,
        };
        assert_eq!(Frame::parse(&packet("10", body)), Err(expected), "{body}");
    };
    // MQTT 5, whose CONNECT goes on differently, and MQTT 3.1.
    check("'MQTT' 05 02 00 3c 05 11 00 00 00 0a 'd'", "MQTT", 5);
    check("'MQIsdp' 03 02 00 3c 'd'", "MQIsdp", 3);
    check("'MQTT' 03 02 00 3c 'd'", "MQTT", 3);
    check("'MQIsdp' 04 02 00 3c 'd'", "MQIsdp", 4);
    check("'mqtt' 04 02 00 3c 'd'", "mqtt", 4);
    // The bit that marks a bridge.
    check("'MQTT' 84 02 00 3c 'd'", "MQTT", 0x84);
    check("'' 04", "", 4);
    check("'ANameThatGoesOnAndOn' 04", "ANameThatGoesOnA", 4);
}

#[test]
fn connack() {
    let bad = |body: &str, expected: &str| {
        bad(
            &packet("20", body),
            &format!("malformed CONNACK: {expected}"),
        );
    };
    for body in [
        "00 00", "01 00", "00 01", "00 02", "00 03", "00 04", "00 05",
    ] {
        good(&packet("20", body));
    }
    bad("00 06", "return code: expected 0 to 5");
    bad("00 ff", "return code: expected 0 to 5");
    bad("02 00", "acknowledge flags: expected 0 or 1");
    bad("81 00", "acknowledge flags: expected 0 or 1");
    bad("01 05", "a refusal cannot have a session present");
    bad("00", "expected a remaining length of 2");
    bad("00 00 00", "expected a remaining length of 2");
}

#[test]
fn publish() {
    let good = |first: &str, body: &str| good(&packet(first, body));
    let bad = |first: &str, body: &str, expected: &str| {
        bad(
            &packet(first, body),
            &format!("malformed PUBLISH: {expected}"),
        );
    };
    good("30", "'a/b'");
    good("31", "'a/b' 00 ff");
    good("32", "'a/b' 00 01");
    good("3a", "'a/b' 00 01 68 69");
    good("34", "'a/b' ff ff 68 69");
    good("3d", "'a/b' 00 01");
    good("30", "'/'");
    good("30", "'$iothub/twin/GET/?$rid=1'");

    let wildcard = "topic: a topic cannot hold the wildcards `+` and `#`";
    bad("30", "'a/#'", wildcard);
    bad("30", "'a/+/b'", wildcard);
    bad("30", "'a+b'", wildcard);
    bad("30", "''", "topic: expected at least one character");
    bad("30", "00 02 61", "topic: the packet ends before it does");
    bad("32", "'a'", "packet id: the packet ends before it does");
    bad("32", "'a' 00", "packet id: the packet ends before it does");
    bad("32", "'a' 00 00", "packet id: expected 1 to 65535, found 0");
    bad("34", "'a' 00 00", "packet id: expected 1 to 65535, found 0");
    bad("36", "'a' 00 01", "expected QoS 0, 1 or 2, found 3");
    bad("3f", "'a' 00 01", "expected QoS 0, 1 or 2, found 3");
    bad(
        "38",
        "'a'",
        "a packet of QoS 0 cannot be a duplicate, but DUP is set",
    );
}

/// MQTT 3.1.1 §1.5.3.
#[test]
fn texts_are_utf8_without_the_zero_character() {
    let check = |text: &str, expected: Option<&str>| {
        let packet = packet("30", text);
        match expected {
            None => good(&packet),
            Some(expected) => bad(&packet, &format!("malformed PUBLISH: topic: {expected}")),
        }
    };
    let not_utf8 = Some("expected UTF-8, found other bytes");
    check("'온도'", None);
    check("'температура/🌡'", None);
    // U+FEFF is a character like any other.
    check("00 03 ef bb bf", None);
    check("00 01 00", Some("a text cannot hold the character U+0000"));
    check(
        "00 03 61 00 62",
        Some("a text cannot hold the character U+0000"),
    );
    check("00 01 ff", not_utf8);
    // A surrogate, the zero character in two bytes, a cut character, one past the last.
    check("00 03 ed a0 80", not_utf8);
    check("00 02 c0 80", not_utf8);
    check("00 02 e2 82", not_utf8);
    check("00 04 f4 90 80 80", not_utf8);
}

#[test]
fn subscribe_and_unsubscribe() {
    let filters = [
        ("'a'", true),
        ("'#'", true),
        ("'+'", true),
        ("'/'", true),
        ("'+/+/#'", true),
        ("'a/+/b/#'", true),
        ("'/#'", true),
        ("'a//b'", true),
        ("'devices/d/messages/devicebound/#'", true),
        ("'$iothub/methods/POST/#'", true),
        ("'a#'", false),
        ("'a/#/b'", false),
        ("'#/a'", false),
        ("'a+'", false),
        ("'a/b+/c'", false),
        ("'++'", false),
        ("'##'", false),
        ("'a/+#'", false),
    ];
    let why = "topic filter: `+` must fill a whole level, and `#` the whole last level";
    for (filter, valid) in filters {
        let subscribe = packet("82", &format!("00 01 {filter} 01"));
        let unsubscribe = packet("a2", &format!("00 01 {filter}"));
        if valid {
            good(&subscribe);
            good(&unsubscribe);
        } else {
            bad(&subscribe, &format!("malformed SUBSCRIBE: {why}"));
            bad(&unsubscribe, &format!("malformed UNSUBSCRIBE: {why}"));
        }
    }
}

#[test]
fn subscribe() {
    let bad = |body: &str, expected: &str| {
        bad(
            &packet("82", body),
            &format!("malformed SUBSCRIBE: {expected}"),
        );
    };
    good(&packet("82", "00 01 'a' 00 'b' 01 'c' 02"));
    bad("00 01", "expected at least one topic filter");
    bad("00 00 'a' 00", "packet id: expected 1 to 65535, found 0");
    bad("00 01 'a'", "requested QoS: the packet ends before it does");
    bad("00 01 'a' 03", "requested QoS: expected 0, 1 or 2");
    bad("00 01 'a' 81", "requested QoS: expected 0, 1 or 2");
    bad(
        "00 01 '' 00",
        "topic filter: expected at least one character",
    );
    bad(
        "00 01 'a' 00 'b'",
        "requested QoS: the packet ends before it does",
    );
    bad(
        "00 01 'a' 00 00",
        "topic filter: the packet ends before it does",
    );
}

#[test]
fn suback() {
    let bad = |body: &str, expected: &str| {
        bad(
            &packet("90", body),
            &format!("malformed SUBACK: {expected}"),
        );
    };
    good(&packet("90", "00 01 00 01 02 80"));
    bad("00 01", "expected at least one return code");
    bad("00 00 01", "packet id: expected 1 to 65535, found 0");
    bad("00 01 03", "return code: expected 0, 1, 2 or 128");
    bad("00 01 81", "return code: expected 0, 1, 2 or 128");
}

#[test]
fn unsubscribe() {
    let bad = |body: &str, expected: &str| {
        bad(
            &packet("a2", body),
            &format!("malformed UNSUBSCRIBE: {expected}"),
        );
    };
    good(&packet("a2", "00 01 'a' 'b/#'"));
    bad("00 01", "expected at least one topic filter");
    bad("00 00 'a'", "packet id: expected 1 to 65535, found 0");
    bad("00 01 ''", "topic filter: expected at least one character");
    bad(
        "00 01 'a' 00",
        "topic filter: the packet ends before it does",
    );
}

/// A CONNECT holds a token, and errors and traces are printed.
#[test]
fn debug_output_shows_no_password() {
    let connect = packet("10", "'MQTT' 04 c0 00 3c 'd' 'u' 'hunter2'");
    let frame = Frame::parse(&connect).expect("a good packet");
    assert_eq!(format!("{frame:?}"), "Frame(CONNECT, 27 bytes)");
}
