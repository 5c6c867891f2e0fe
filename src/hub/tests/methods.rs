//! Direct methods: what a service program sends, what the device gets, and what comes back.

use http::Response;
use hub::{ConnectionId, RequestId};
use serde_json::{Value, json};
use wire::mqtt::mqttrs::QoS;

use crate::bench::{Ask, Bench, MethodRequest, SECOND, json as body_of, outcome};

pub(crate) const FILTER: &str = "$iothub/methods/POST/#";

/// A connection of a device that is subscribed to methods.
pub(crate) fn listener(bench: &mut Bench, device_id: &str) -> ConnectionId {
    let link = bench.connect(device_id);
    bench.subscribe(link, &[(FILTER, QoS::AtLeastOnce)]);
    bench.said(link);
    link
}

/// Calls a method of `dev1`.
pub(crate) fn call(bench: &mut Bench, body: &Value) -> RequestId {
    bench.start(&Ask::method("dev1", &body.to_string()))
}

/// The one call that came in on a link.
pub(crate) fn called(bench: &mut Bench, link: ConnectionId) -> MethodRequest {
    let mut calls = bench.calls(link);
    assert_eq!(calls.len(), 1, "{calls:?}");
    calls.remove(0)
}

/// Answers a call at QoS 0.
pub(crate) fn reply(bench: &mut Bench, link: ConnectionId, rid: &str, status: i64, body: &[u8]) {
    let topic = format!("$iothub/methods/res/{status}/?$rid={rid}");
    bench.publish(link, &topic, body, None);
}

/// The numbered refusal that stands as a text in `Message`.
pub(crate) fn nested(answer: &Response<Vec<u8>>) -> Value {
    let body = body_of(answer);
    assert_eq!(body["ExceptionMessage"], "");
    serde_json::from_str(body["Message"].as_str().unwrap()).unwrap()
}

#[test]
fn a_call_reaches_the_device_and_its_answer_the_caller() {
    let mut bench = Bench::new();
    let link = listener(&mut bench, "dev1");
    let id = call(
        &mut bench,
        &json!({ "methodName": "reboot", "payload": { "delay": 3 } }),
    );
    let request = called(&mut bench, link);
    assert_eq!(request.name, "reboot");
    assert_eq!(request.payload, r#"{"delay":3}"#);
    let rid = &request.request_id;
    assert!(rid.bytes().all(|byte| byte.is_ascii_hexdigit()), "{rid}");
    assert_eq!(
        request.topic,
        format!("$iothub/methods/POST/reboot/?$rid={rid}")
    );
    assert!(bench.answer(id).is_none(), "the caller waits");

    reply(&mut bench, link, rid, 200, br#"{"ok":true}"#);
    let answer = bench.answer(id).unwrap();
    assert_eq!(outcome(&answer), "200");
    assert_eq!(answer.body(), br#"{"status":200,"payload":{"ok":true}}"#);
    assert_eq!(
        answer.headers()["content-type"],
        "application/json; charset=utf-8"
    );
    assert!(answer.headers().contains_key("x-ms-request-id"));
}

#[test]
fn payloads_arrive_as_they_were_written() {
    let payloads = [
        "null",
        "\"\"",
        "true",
        "1",
        "1.0",
        "1e400",
        "123456789012345678901234567890",
        r#""a \u0000 b""#,
        r#"{ "b" : 1,  "a":[1.50, null] , "b":2 }"#,
        "[[[[]]]]",
        "{\n}",
    ];
    for payload in payloads {
        let mut bench = Bench::new();
        let link = listener(&mut bench, "dev1");
        let body = format!(r#"{{"payload": {payload} ,"methodName":"m"}}"#);
        let id = bench.start(&Ask::method("dev1", &body));
        let request = called(&mut bench, link);
        assert_eq!(request.payload, payload);
        reply(&mut bench, link, &request.request_id, 0, payload.as_bytes());
        let answer = bench.answer(id).unwrap().into_body();
        let expected = format!(r#"{{"status":0,"payload":{payload}}}"#);
        assert_eq!(String::from_utf8(answer).unwrap(), expected);
    }
}

#[test]
fn what_is_left_out_is_null_both_ways() {
    let mut bench = Bench::new();
    let link = listener(&mut bench, "dev1");
    for empty in ["", " ", "\n"] {
        let id = call(&mut bench, &json!({ "methodName": "m" }));
        let request = called(&mut bench, link);
        assert_eq!(request.payload, "null");
        reply(&mut bench, link, &request.request_id, 200, empty.as_bytes());
        let answer = body_of(&bench.answer(id).unwrap());
        assert_eq!(answer, json!({ "status": 200, "payload": null }));
    }
}

#[test]
fn the_status_is_the_devices_own_and_never_that_of_the_request() {
    for status in [0, 200, 404, 500, -1, i32::MAX, i32::MIN] {
        let mut bench = Bench::new();
        let link = listener(&mut bench, "dev1");
        let id = call(&mut bench, &json!({ "methodName": "m" }));
        let rid = called(&mut bench, link).request_id;
        reply(&mut bench, link, &rid, status.into(), b"1");
        let answer = bench.answer(id).unwrap();
        assert_eq!(outcome(&answer), "200");
        assert_eq!(body_of(&answer)["status"], status);
    }
}

#[test]
fn names_are_percent_encoded_in_the_topic() {
    let long = "n".repeat(100);
    let cases = [
        ("reboot", "reboot"),
        ("component*command", "component*command"),
        ("a b/c", "a%20b%2Fc"),
        ("+#", "%2B%23"),
        ("überwachen", "%C3%BCberwachen"),
        ("100%", "100%25"),
        (&long, &long),
    ];
    for (name, in_topic) in cases {
        let mut bench = Bench::new();
        let link = listener(&mut bench, "dev1");
        call(&mut bench, &json!({ "methodName": name }));
        let request = called(&mut bench, link);
        assert_eq!(request.name, name);
        let start = format!("$iothub/methods/POST/{in_topic}/?$rid=");
        assert!(request.topic.starts_with(&start), "{}", request.topic);
    }
}

#[test]
fn bodies_that_are_refused() {
    let long = json!({ "methodName": "n".repeat(101) }).to_string();
    let cases = [
        ("", "400 DeserializationError"),
        ("null", "400 DeserializationError"),
        ("[]", "400 DeserializationError"),
        (r#"["m", 1]"#, "400 DeserializationError"),
        (r#"{"methodName":"#, "400 DeserializationError"),
        (r#"{"methodName":1}"#, "400 DeserializationError"),
        (
            r#"{"methodName":"m","payload":}"#,
            "400 DeserializationError",
        ),
        (
            r#"{"methodName":"m","responseTimeoutInSeconds":"30"}"#,
            "400 DeserializationError",
        ),
        (
            r#"{"methodName":"m","responseTimeoutInSeconds":7.5}"#,
            "400 DeserializationError",
        ),
        ("{}", "400 ArgumentNull"),
        (r#"{"methodName":null}"#, "400 ArgumentNull"),
        (r#"{"methodName":""}"#, "400 ArgumentNull"),
        (r#"{"methodname":"m"}"#, "400 ArgumentNull"),
        (&long, "400 ArgumentInvalid"),
    ];
    let mut bench = Bench::new();
    let link = listener(&mut bench, "dev1");
    for (body, expected) in cases {
        let id = bench.start(&Ask::method("dev1", body));
        let answer = bench.answer(id).expect(body);
        assert_eq!(outcome(&answer), expected, "{body}");
        let message = body_of(&answer)["Message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("ErrorCode:"), "{message}");
    }
    assert_eq!(bench.calls(link), []);
}

#[test]
fn timeouts_have_limits() {
    let cases = [
        (json!(4), json!(null), "400 ArgumentInvalid"),
        (json!(301), json!(null), "400 ArgumentInvalid"),
        (json!(0), json!(0), "400 ArgumentInvalid"),
        (json!(-5), json!(null), "400 ArgumentInvalid"),
        (json!(null), json!(-1), "400 ArgumentInvalid"),
        (json!(null), json!(301), "400 ArgumentInvalid"),
        (json!(300), json!(301), "400 ArgumentInvalid"),
        // The device must be there before its time is over.
        (json!(null), json!(31), "400 ArgumentInvalid"),
        (json!(10), json!(11), "400 ArgumentInvalid"),
        (json!(5), json!(0), "200"),
        (json!(300), json!(300), "200"),
        (json!(10), json!(10), "200"),
        (json!(null), json!(30), "200"),
        (json!(null), json!(null), "200"),
    ];
    for (response, connect, expected) in cases {
        let mut bench = Bench::new();
        let link = listener(&mut bench, "dev1");
        let body = json!({
            "methodName": "m",
            "responseTimeoutInSeconds": response,
            "connectTimeoutInSeconds": connect,
        });
        let id = call(&mut bench, &body);
        for request in bench.calls(link) {
            reply(&mut bench, link, &request.request_id, 200, b"");
        }
        assert_eq!(outcome(&bench.answer(id).unwrap()), expected, "{body}");
    }
}

#[test]
fn a_payload_of_128_kilobytes_each_way() {
    for (size, expected) in [
        (131_072, "200"),
        (131_073, "413 MessageTooLarge"),
        (200_000, "413 MessageTooLarge"),
    ] {
        let text = format!("\"{}\"", "x".repeat(size - 2));
        let mut bench = Bench::new();
        let link = listener(&mut bench, "dev1");
        let body = format!(r#"{{"methodName":"m","payload":{text}}}"#);
        let id = bench.start(&Ask::method("dev1", &body));
        for request in bench.calls(link) {
            assert_eq!(request.payload, text);
            reply(&mut bench, link, &request.request_id, 200, b"");
        }
        assert_eq!(outcome(&bench.answer(id).unwrap()), expected, "there");

        let id = call(&mut bench, &json!({ "methodName": "m" }));
        let rid = called(&mut bench, link).request_id;
        reply(&mut bench, link, &rid, 200, text.as_bytes());
        assert_eq!(outcome(&bench.answer(id).unwrap()), expected, "back");
        assert!(bench.is_alive(link));
    }
}

#[test]
fn an_answer_that_is_not_json_ends_the_call_with_a_refusal() {
    let bodies: [&[u8]; 7] = [b"ok", b"{", b"{} {}", b"'a'", b"\"\xFF\"", b"\x00", b"NaN"];
    for body in bodies {
        let mut bench = Bench::new();
        let link = listener(&mut bench, "dev1");
        let id = call(&mut bench, &json!({ "methodName": "m" }));
        let rid = called(&mut bench, link).request_id;
        reply(&mut bench, link, &rid, 200, body);
        let answer = bench.answer(id).unwrap();
        assert_eq!(outcome(&answer), "400 DeserializationError", "{body:?}");
        assert_eq!(nested(&answer)["errorCode"], 400_012);
        assert!(bench.is_alive(link));
    }
}

#[test]
fn deep_payloads_are_carried_like_others() {
    let deep = "[".repeat(60_000) + &"]".repeat(60_000);
    let mut bench = Bench::new();
    let link = listener(&mut bench, "dev1");
    let body = format!(r#"{{"methodName":"m","payload":{deep}}}"#);
    let id = bench.start(&Ask::method("dev1", &body));
    let request = called(&mut bench, link);
    assert_eq!(request.payload, deep);
    reply(&mut bench, link, &request.request_id, 200, deep.as_bytes());
    assert_eq!(outcome(&bench.answer(id).unwrap()), "200");
}

#[test]
fn answers_at_qos_1_are_acknowledged_whoever_waits_for_them() {
    let mut bench = Bench::new();
    let link = listener(&mut bench, "dev1");
    let id = call(&mut bench, &json!({ "methodName": "m" }));
    let rid = called(&mut bench, link).request_id;
    bench.said(link);
    let topic = format!("$iothub/methods/res/200/?$rid={rid}");
    for pid in [7, 8] {
        bench.publish(link, &topic, b"1", Some(pid));
        assert_eq!(bench.said(link), [format!("PUBACK {pid}")]);
    }
    assert_eq!(outcome(&bench.answer(id).unwrap()), "200");
    let unknown = "$iothub/methods/res/200/?$rid=unknown";
    bench.publish(link, unknown, b"not json", Some(9));
    assert_eq!(bench.said(link), ["PUBACK 9"]);
}

#[test]
fn only_the_answer_of_the_device_that_was_asked_counts() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    let link = listener(&mut bench, "dev1");
    let other = listener(&mut bench, "dev2");
    let greeting = bench.module_greeting("dev1", "m");
    let module = bench.connect_as(&greeting);
    let id = call(&mut bench, &json!({ "methodName": "m" }));
    let rid = called(&mut bench, link).request_id;
    for stranger in [other, module] {
        reply(&mut bench, stranger, &rid, 200, b"\"stranger\"");
        assert!(bench.answer(id).is_none());
    }
    let upper = rid.to_uppercase() + "0";
    reply(&mut bench, link, &upper, 200, b"\"another call\"");
    assert!(bench.answer(id).is_none());
    reply(&mut bench, link, &rid, 200, b"\"own\"");
    assert_eq!(body_of(&bench.answer(id).unwrap())["payload"], "own");
}

#[test]
fn many_calls_are_answered_in_any_order() {
    let mut bench = Bench::new();
    let link = listener(&mut bench, "dev1");
    let ids: Vec<_> = (0..10)
        .map(|number| {
            let body = json!({ "methodName": "m", "payload": number });
            call(&mut bench, &body)
        })
        .collect();
    let mut calls = bench.calls(link);
    let order: Vec<_> = calls.iter().map(|call| call.payload.clone()).collect();
    let expected: Vec<_> = (0..10).map(|number: u8| number.to_string()).collect();
    assert_eq!(order, expected);
    calls.reverse();
    for call in calls {
        reply(
            &mut bench,
            link,
            &call.request_id,
            200,
            call.payload.as_bytes(),
        );
    }
    for (number, id) in ids.into_iter().enumerate() {
        assert_eq!(body_of(&bench.answer(id).unwrap())["payload"], number);
    }
}

#[test]
fn request_ids_are_never_used_twice() {
    let mut bench = Bench::new();
    let link = listener(&mut bench, "dev1");
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..100 {
        let id = call(&mut bench, &json!({ "methodName": "m" }));
        let rid = called(&mut bench, link).request_id;
        assert!(rid.len() <= 16, "{rid}");
        reply(&mut bench, link, &rid, 200, b"");
        assert!(bench.answer(id).is_some());
        assert!(seen.insert(rid));
    }
}

#[test]
fn ten_calls_at_a_time() {
    let mut bench = Bench::new();
    let link = listener(&mut bench, "dev1");
    let other = listener(&mut bench, "dev2");
    for _ in 0..10 {
        call(&mut bench, &json!({ "methodName": "m" }));
    }
    let first = bench.calls(link).remove(0);
    let id = call(&mut bench, &json!({ "methodName": "m" }));
    let answer = bench.answer(id).unwrap();
    assert_eq!(outcome(&answer), "403 DeviceMaximumInflightMethodExceeded");
    assert_eq!(nested(&answer)["errorCode"], 403_800);
    assert_eq!(bench.calls(link), []);
    // Other devices have their own.
    bench.start(&Ask::method("dev2", r#"{"methodName":"m"}"#));
    assert_eq!(bench.calls(other).len(), 1);
    // One that ends makes room.
    reply(&mut bench, link, &first.request_id, 200, b"");
    let id = call(&mut bench, &json!({ "methodName": "m" }));
    assert!(bench.answer(id).is_none());
}

#[test]
fn unknown_devices_and_modules() {
    let mut bench = Bench::new();
    let cases = [
        ("/twins/dev3/methods", "404 DeviceNotFound"),
        ("/twins/dev3/modules/m/methods", "404 DeviceNotFound"),
        ("/twins/dev1/modules/m/methods", "404 ModuleNotFound"),
    ];
    for (path, expected) in cases {
        let ask = Ask::path("POST", path).body(r#"{"methodName":"m","connectTimeoutInSeconds":9}"#);
        let answer = bench.ask(&ask);
        assert_eq!(outcome(&answer), expected, "{path}");
        let message = body_of(&answer)["Message"].as_str().unwrap().to_owned();
        let start = format!("ErrorCode:{};", expected.split(' ').nth(1).unwrap());
        assert!(message.starts_with(&start), "{message}");
    }
}

#[test]
fn modules_have_methods_of_their_own() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    let device = listener(&mut bench, "dev1");
    let greeting = bench.module_greeting("dev1", "m");
    let module = bench.connect_as(&greeting);
    bench.subscribe(module, &[(FILTER, QoS::AtMostOnce)]);
    let ask = Ask::path("POST", "/twins/dev1/modules/m/methods").body(r#"{"methodName":"x"}"#);
    let id = bench.start(&ask);
    assert_eq!(bench.calls(device), []);
    let rid = called(&mut bench, module).request_id;
    reply(&mut bench, module, &rid, 201, b"{}");
    let answer = body_of(&bench.answer(id).unwrap());
    assert_eq!(answer, json!({ "status": 201, "payload": {} }));
}

#[test]
fn a_call_and_its_answer_are_activity_of_the_device() {
    let mut bench = Bench::new();
    let link = listener(&mut bench, "dev1");
    bench.wait(SECOND);
    call(&mut bench, &json!({ "methodName": "m" }));
    let device = bench.hub.device("dev1").unwrap();
    assert_eq!(device.last_activity_time, bench.now);
    let rid = called(&mut bench, link).request_id;
    bench.wait(SECOND);
    reply(&mut bench, link, &rid, 200, b"");
    let device = bench.hub.device("dev1").unwrap();
    assert_eq!(device.last_activity_time, bench.now);
}

#[test]
fn a_status_that_is_no_number_closes_the_connection() {
    for topic in [
        "$iothub/methods/res/ok/?$rid=1",
        "$iothub/methods/res/200/",
        "$iothub/methods/res/3000000000/?$rid=1",
    ] {
        let mut bench = Bench::new();
        let link = listener(&mut bench, "dev1");
        bench.publish(link, topic, b"", Some(1));
        assert_eq!(bench.said(link), ["close unreadable-topic"], "{topic}");
    }
}
