//! How a device introduces itself, and what it makes of the hub's answer.

use std::time::Duration;

use client::device::{
    ConnectError, DeviceOptions, DisconnectReason, Message, RetryPolicy, SendError, SessionEvent,
};
use client::network::LinkError;
use wire::connection_string::{DeviceConnectionString, DeviceCredential};
use wire::mqtt::Frame;
use wire::mqtt::mqttrs::{Connect, ConnectReturnCode, Packet, QoS};
use wire::sas::SasToken;
use wire::topic::DeviceTopic;

use crate::bench::{Bench, HOST, KEY, SECOND, START, calm, device};

/// The CONNECT of a session, shown to `look`.
fn with_connect(
    device: DeviceConnectionString,
    options: DeviceOptions,
    look: impl FnOnce(&Connect<'_>),
) {
    let mut bench = Bench::of(device, options);
    bench.connect();
    bench.open();
    let packets = bench.packets();
    let frame = Frame::parse(&packets[0]).unwrap();
    match frame.decode().unwrap() {
        Packet::Connect(connect) => look(&connect),
        other => panic!("expected CONNECT, found {other:?}"),
    }
}

fn token(connect: &Connect<'_>) -> SasToken {
    let password = connect.password.unwrap();
    SasToken::parse(std::str::from_utf8(password).unwrap()).unwrap()
}

#[test]
fn a_device_opens_a_link_then_connects_then_is_connected() {
    let mut bench = Bench::new(calm());
    bench.connect();
    assert_eq!(bench.lines(), [format!("open {HOST}")]);
    bench.open();
    assert_eq!(bench.lines(), ["CONNECT"]);
    assert!(!bench.session.is_connected());
    bench.connack(ConnectReturnCode::Accepted, true);
    assert_eq!(
        bench.events(),
        [SessionEvent::Connected {
            session_present: true
        }]
    );
    assert!(bench.session.is_connected());
}

#[test]
fn connect_carries_the_names_of_the_service_and_the_defaults() {
    with_connect(device(), DeviceOptions::default(), |connect| {
        assert_eq!(connect.client_id, "dev1");
        let agent = format!("iot-hub-playground%2F{}", env!("CARGO_PKG_VERSION"));
        let expected = format!("{HOST}/dev1/?api-version=2021-04-12&DeviceClientType={agent}");
        assert_eq!(connect.username, Some(expected.as_str()));
        assert_eq!(connect.keep_alive, 60);
        assert!(!connect.clean_session);
        assert_eq!(connect.last_will, None);
    });
}

#[test]
fn the_password_is_a_token_for_the_device_signed_at_connect() {
    with_connect(device(), DeviceOptions::default(), |connect| {
        let token = token(connect);
        assert!(token.covers(&format!("{HOST}/devices/dev1")));
        assert_eq!(token.expires(), START.as_seconds() + 3600);
        assert_eq!(token.policy(), None);
        let DeviceCredential::SharedAccessKey(key) = device().credential else {
            panic!("the bench's device has a key");
        };
        assert!(token.verify(&key));
    });
}

#[test]
fn a_module_speaks_of_its_device_and_itself() {
    let text = format!("HostName={HOST};DeviceId=dev1;ModuleId=mod1;SharedAccessKey={KEY}");
    with_connect(text.parse().unwrap(), calm(), |connect| {
        assert_eq!(connect.client_id, "dev1/mod1");
        let name = connect.username.unwrap();
        assert!(name.starts_with(&format!("{HOST}/dev1/mod1/?api-version=")));
        assert!(token(connect).covers(&format!("{HOST}/devices/dev1/modules/mod1")));
    });
}

#[test]
fn a_gateway_is_where_the_link_goes_and_nothing_else() {
    let mut device = device();
    device.gateway_host_name = Some("edge.local".to_owned());
    let mut bench = Bench::of(device.clone(), calm());
    bench.connect();
    assert_eq!(bench.lines(), ["open edge.local"]);
    with_connect(device, calm(), |connect| {
        assert!(connect.username.unwrap().starts_with(HOST));
        assert!(token(connect).covers(&format!("{HOST}/devices/dev1")));
    });
}

#[test]
fn ids_stand_raw_in_connect() {
    let mut device = device();
    device.device_id = "dev#1+(a)".to_owned();
    with_connect(device, calm(), |connect| {
        assert_eq!(connect.client_id, "dev#1+(a)");
        assert!(connect.username.unwrap().contains("/dev#1+(a)/"));
    });
}

#[test]
fn a_token_from_the_connection_string_is_used_as_it_is() {
    let DeviceCredential::SharedAccessKey(key) = device().credential else {
        panic!("the bench's device has a key");
    };
    let given = SasToken::sign(&format!("{HOST}/devices/dev1"), &key, 4_000_000_000, None);
    let device = DeviceConnectionString {
        credential: DeviceCredential::SharedAccessSignature(given.clone()),
        ..device()
    };
    with_connect(device, calm(), |connect| {
        assert_eq!(connect.password, Some(given.to_text().expose().as_bytes()));
    });
}

#[test]
fn a_certificate_needs_no_password() {
    let device = DeviceConnectionString {
        credential: DeviceCredential::X509,
        ..device()
    };
    with_connect(device, calm(), |connect| assert_eq!(connect.password, None));
}

#[test]
fn options_reach_connect() {
    let options = DeviceOptions {
        keep_alive: Duration::from_millis(90_500),
        clean_session: true,
        agent: "a b/c&d".to_owned(),
        ..DeviceOptions::default()
    };
    with_connect(device(), options, |connect| {
        assert_eq!(connect.keep_alive, 91, "rounded up");
        assert!(connect.clean_session);
        let name = connect.username.unwrap();
        assert!(name.ends_with("&DeviceClientType=a%20b%2Fc%26d"), "{name}");
    });
    let no_agent = DeviceOptions {
        agent: String::new(),
        keep_alive: Duration::from_hours(10),
        ..DeviceOptions::default()
    };
    with_connect(device(), no_agent, |connect| {
        assert_eq!(connect.keep_alive, 1177, "the longest of use");
        let name = connect.username.unwrap();
        assert!(name.ends_with("?api-version=2021-04-12"), "{name}");
    });
}

#[test]
fn a_will_is_telemetry_of_the_device() {
    let options = DeviceOptions {
        will: Some(Message::new("gone").with_property("why", "power")),
        ..calm()
    };
    with_connect(device(), options, |connect| {
        let will = connect.last_will.as_ref().unwrap();
        assert_eq!((will.message, will.qos), (&b"gone"[..], QoS::AtLeastOnce));
        assert!(!will.retain);
        match DeviceTopic::parse(will.topic).unwrap() {
            DeviceTopic::Telemetry {
                device_id,
                properties,
                ..
            } => {
                assert_eq!(device_id, "dev1");
                assert_eq!(properties.application("why"), Some(Some("power")));
            }
            other => panic!("expected telemetry, found {other:?}"),
        }
    });
}

#[test]
fn a_will_that_mqtt_cannot_carry_is_refused_before_anything_is_sent() {
    let options = DeviceOptions {
        will: Some(Message::new(vec![0; 65_536])),
        ..calm()
    };
    let mut bench = Bench::new(options);
    bench.connect();
    let error = ConnectError::Will(SendError::TooLarge {
        size: 65_536,
        limit: 65_535,
    });
    assert_eq!(bench.events(), [SessionEvent::GaveUp(error)]);
    assert_eq!(bench.lines(), ["gave up"]);
}

#[test]
fn a_refusal_for_cause_is_final_whatever_the_policy() {
    for code in [
        ConnectReturnCode::RefusedProtocolVersion,
        ConnectReturnCode::RefusedIdentifierRejected,
        ConnectReturnCode::BadUsernamePassword,
        ConnectReturnCode::NotAuthorized,
    ] {
        let mut bench = Bench::new(calm());
        bench.connect();
        bench.publish("waits");
        bench.open();
        bench.lines();
        bench.connack(code, false);
        let refused = SendError::Refused(code);
        assert_eq!(
            bench.lines(),
            [
                "close".to_owned(),
                format!("refused {code:?}"),
                format!("failed (0) {refused:?}"),
                "gave up".to_owned(),
            ]
        );
        let last = bench.events().pop();
        assert_eq!(
            last,
            Some(SessionEvent::GaveUp(ConnectError::Refused(code)))
        );
        bench.wait(Duration::from_hours(1));
        assert_eq!(bench.lines(), [""; 0], "nothing is tried again");
    }
}

#[test]
fn an_unavailable_server_is_tried_again() {
    let mut bench = Bench::new(calm());
    bench.connect();
    bench.open();
    bench.lines();
    bench.connack(ConnectReturnCode::ServerUnavailable, false);
    assert_eq!(
        bench.lines(),
        ["close", "refused ServerUnavailable", "retry 1 in 1s"]
    );
    bench.wait(SECOND);
    assert_eq!(bench.lines(), [format!("open {HOST}")]);
}

#[test]
fn an_unavailable_server_is_final_without_retries() {
    let mut bench = Bench::new(DeviceOptions {
        retry: RetryPolicy::None,
        ..calm()
    });
    bench.connect();
    bench.open();
    bench.connack(ConnectReturnCode::ServerUnavailable, false);
    let error = ConnectError::Refused(ConnectReturnCode::ServerUnavailable);
    assert_eq!(bench.events().pop(), Some(SessionEvent::GaveUp(error)));
}

#[test]
fn an_attempt_has_its_time_with_and_without_a_link() {
    let options = DeviceOptions {
        connect_timeout: 30 * SECOND,
        ..calm()
    };
    let timed_out = "connect failed ConnectTimedOut(30s)";
    for with_link in [false, true] {
        let mut bench = Bench::new(options.clone());
        bench.connect();
        if with_link {
            bench.wait(10 * SECOND);
            bench.open();
        }
        bench.wait(if with_link { 19 * SECOND } else { 29 * SECOND });
        bench.lines();
        bench.wait(SECOND);
        assert_eq!(bench.lines(), ["close", timed_out, "retry 1 in 1s"]);
    }
}

#[test]
fn a_link_that_does_not_open_says_why() {
    let mut bench = Bench::new(DeviceOptions {
        retry: RetryPolicy::None,
        ..calm()
    });
    bench.connect();
    let error = LinkError::new("no such host");
    bench.session.link_failed(bench.now, error.clone());
    bench.drain();
    let last = DisconnectReason::LinkFailed(error);
    let gave_up = ConnectError::Failed { attempts: 1, last };
    assert_eq!(
        gave_up.to_string(),
        "the connection could not be made: the link failed: no such host; check the network and \
         the host name"
    );
    assert_eq!(bench.events().pop(), Some(SessionEvent::GaveUp(gave_up)));
}

#[test]
fn what_is_not_mqtt_or_not_a_connack_ends_the_attempt() {
    let cases: [(&[u8], &str); 4] = [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "Malformed"),
        (&[0x20, 0x00], "Malformed"),
        (&[0xd0, 0x00], "Unexpected"),
        (&[0x30, 0x03, 0x00, 0x01, b't'], "Unexpected"),
    ];
    for (bytes, expected) in cases {
        let mut bench = Bench::new(calm());
        bench.connect();
        bench.open();
        bench.lines();
        bench.bytes(bytes);
        let lines = bench.lines();
        assert_eq!(lines[0], "close");
        assert!(
            lines[1].starts_with(&format!("connect failed {expected}")),
            "{lines:?}"
        );
        assert_eq!(lines[2], "retry 1 in 1s");
    }
}

#[test]
fn a_second_connack_ends_the_connection() {
    let mut bench = Bench::connected(calm());
    bench.connack(ConnectReturnCode::Accepted, false);
    assert_eq!(
        bench.lines(),
        [
            "close",
            "disconnected Unexpected(\"a second CONNACK\")",
            "retry 1 in 1s"
        ]
    );
}

#[test]
fn connecting_twice_is_connecting_once() {
    let mut bench = Bench::new(calm());
    bench.connect();
    bench.lines();
    bench.connect();
    bench.open();
    bench.connect();
    bench.connack(ConnectReturnCode::Accepted, false);
    bench.connect();
    assert_eq!(bench.lines(), ["CONNECT", "connected"]);
}

#[test]
fn disconnecting_says_so_to_the_hub_and_ends_any_attempt() {
    let requested = "disconnected Requested";
    let mut bench = Bench::connected(calm());
    let disconnect = |bench: &mut Bench| {
        bench.lines();
        bench.session.disconnect(bench.now);
        bench.drain();
        bench.lines()
    };
    assert_eq!(disconnect(&mut bench), ["DISCONNECT", "close", requested]);
    assert_eq!(disconnect(&mut bench), [""; 0], "there is nothing to end");

    bench.connect();
    assert_eq!(disconnect(&mut bench), ["close", requested]);
    bench.connect();
    bench.open();
    assert_eq!(disconnect(&mut bench), ["close", requested]);
    bench.connect();
    bench.lose();
    assert_eq!(disconnect(&mut bench), [requested]);
    assert_eq!(bench.session.next_deadline(), None);

    bench.connect();
    bench.accept(false);
    assert!(bench.session.is_connected(), "a session can be used again");
}

#[test]
fn the_record_of_outputs_shows_no_token() {
    let mut bench = Bench::new(calm());
    bench.connect();
    bench.drain();
    bench.session.link_opened(bench.now);
    let output = bench.session.poll().unwrap();
    let shown = format!("{output:?}");
    assert!(shown.starts_with("Send(CONNECT, "), "{shown}");
    assert!(shown.len() < 30, "{shown}");
}
