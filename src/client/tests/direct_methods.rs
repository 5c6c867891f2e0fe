//! Direct methods, as a device answers them.

use client::device::{MethodRequest, SendError, SessionEvent};
use serde_json::{Value, json};
use wire::mqtt::Frame;
use wire::mqtt::mqttrs::Packet;

use crate::bench::{Bench, SECOND, calm};

/// Calls a method on the device.
fn call(bench: &mut Bench, topic: &str, payload: &str) -> MethodRequest {
    bench.events();
    bench.deliver(topic, payload, None);
    bench.lines();
    MethodRequest::read(bench.messages().remove(0)).unwrap()
}

fn reboot(bench: &mut Bench) -> MethodRequest {
    call(bench, "$iothub/methods/POST/reboot/?$rid=1f", "{}")
}

fn respond(bench: &mut Bench, method: &MethodRequest, payload: &Value) {
    bench.session.respond(bench.now, method, 200, payload);
    bench.drain();
}

#[test]
fn a_call_is_read() {
    let cases = [
        (r#"{"delay":3}"#, json!({"delay": 3})),
        ("10", json!(10)),
        ("null", Value::Null),
        ("", Value::Null),
        ("not json", Value::Null),
    ];
    for (body, payload) in cases {
        let mut bench = Bench::connected(calm());
        let method = call(&mut bench, "$iothub/methods/POST/set%20pace/?$rid=1f", body);
        assert_eq!(method.name, "set pace");
        assert_eq!(method.request_id, "1f");
        assert_eq!(method.payload, payload);
        assert_eq!(method.body, body.as_bytes());
    }
}

#[test]
fn another_message_is_no_call() {
    let mut bench = Bench::connected(calm());
    bench.events();
    bench.deliver("devices/dev1/messages/devicebound/", "{}", None);
    assert_eq!(MethodRequest::read(bench.messages().remove(0)), None);
}

#[test]
fn the_answer_carries_the_status_and_the_id_of_the_call() {
    let cases = [
        (json!({"ok": true}), r#"{"ok":true}"#),
        (json!("done"), r#""done""#),
        (Value::Null, ""),
    ];
    for (payload, expected) in cases {
        let mut bench = Bench::connected(calm());
        let method = reboot(&mut bench);
        bench.packets();
        bench.session.respond(bench.now, &method, -3, &payload);
        bench.drain();
        let packets = bench.packets();
        let frame = Frame::parse(&packets[0]).unwrap();
        let Packet::Publish(publish) = frame.decode().unwrap() else {
            panic!("expected the answer");
        };
        assert_eq!(publish.topic_name, "$iothub/methods/res/-3/?$rid=1f");
        assert_eq!(publish.payload, expected.as_bytes());
        bench.lines();
        bench.puback(1);
        assert_eq!(bench.lines(), ["sent (0)"]);
    }
}

#[test]
fn an_answer_after_its_connection_has_ended_fails() {
    let mut bench = Bench::connected(calm());
    let method = reboot(&mut bench);
    bench.lose();
    bench.lines();
    respond(&mut bench, &method, &Value::Null);
    assert_eq!(bench.lines(), ["failed (0) CallerGone"]);
    bench.wait(SECOND);
    bench.accept(true);
    bench.lines();
    respond(&mut bench, &method, &Value::Null);
    assert_eq!(
        bench.lines(),
        ["failed (1) CallerGone"],
        "on the next connection too"
    );
}

#[test]
fn an_answer_whose_connection_ends_under_way_fails_and_is_not_sent_on_the_next() {
    let mut bench = Bench::connected(calm());
    bench.publish("telemetry");
    let method = reboot(&mut bench);
    respond(&mut bench, &method, &Value::Null);
    bench.lines();
    bench.lose();
    assert_eq!(
        bench.lines(),
        [
            "disconnected LinkClosed",
            "failed (1) CallerGone",
            "retry 1 in 1s"
        ]
    );
    bench.wait(SECOND);
    bench.lines();
    bench.accept(true);
    assert_eq!(
        bench.lines(),
        ["CONNECT", "connected", "PUBLISH #1 dup telemetry"]
    );
}

#[test]
fn an_answer_that_is_too_large_is_not_sent() {
    let mut bench = Bench::connected(calm());
    let method = reboot(&mut bench);
    bench.events();
    let payload = Value::String("x".repeat(128 * 1024 - 1));
    respond(&mut bench, &method, &payload);
    let events = bench.events();
    assert!(matches!(
        events[..],
        [SessionEvent::SendFailed(_, SendError::TooLarge { size, limit: 131_072 })]
            if size == 131_073
    ));
}
