//! Twins as devices see and write them, over MQTT. (IoT Hub documentation: communicate using the MQTT protocol.)

use hub::{ConnectionId, HubOptions};
use serde_json::{Value, json};
use wire::mqtt::{
    Frame,
    mqttrs::{Packet, QoS},
};

use crate::{
    bench::{Ask, Bench, HOST, SEED, json as body_of},
    stores::FailingStore,
};

const GET: &str = "$iothub/twin/GET/?$rid=";
const REPORTED: &str = "$iothub/twin/PATCH/properties/reported/?$rid=";
const DESIRED: &str = "$iothub/twin/PATCH/properties/desired/#";

/// What the hub published to a client since it was last asked: topics and payloads. Everything is at QoS 0.
fn heard(bench: &mut Bench) -> Vec<(String, Value)> {
    let transcript = std::mem::take(&mut bench.transcript);
    let mut rest = transcript.as_slice();
    let mut heard = Vec::new();
    while rest.len() > 1 {
        // Every packet here is shorter than 2 MB: its length has at most three digits.
        let digits = 1 + rest[1..].iter().take_while(|it| **it >= 0x80).count();
        let length: usize = (0..digits)
            .map(|at| usize::from(rest[1 + at] & 0x7f) << (7 * at))
            .sum();
        let (packet, after) = rest.split_at(1 + digits + length);
        rest = after;
        if let Packet::Publish(publish) = Frame::parse(packet).unwrap().decode().unwrap() {
            assert_eq!(publish.qospid.qos(), QoS::AtMostOnce);
            let payload = serde_json::from_slice(publish.payload).unwrap_or(Value::Null);
            heard.push((publish.topic_name.to_owned(), payload));
        }
    }
    heard
}

/// A connected device whose former words are forgotten.
fn device(bench: &mut Bench) -> ConnectionId {
    let link = bench.connect("dev1");
    bench.transcript.clear();
    link
}

/// Publishes, and gives the one answer.
fn ask(bench: &mut Bench, link: ConnectionId, topic: &str, body: &[u8]) -> (String, Value) {
    bench.transcript.clear();
    bench.publish(link, topic, body, None);
    let mut heard = heard(bench);
    assert_eq!(heard.len(), 1, "{topic}: {heard:?}");
    heard.remove(0)
}

fn service_patch(bench: &mut Bench, method: &'static str, desired: &Value) {
    let body = json!({ "tags": { "t": 1 }, "properties": { "desired": desired } });
    let ask = Ask::path(method, "/twins/dev1").body(&body.to_string());
    // What the service is answered is not for the device to hear.
    let transcript = std::mem::take(&mut bench.transcript);
    assert_eq!(bench.outcome(&ask), "200");
    let said = std::mem::replace(&mut bench.transcript, transcript);
    let end = said
        .windows(3)
        .position(|it| it == b"200")
        .unwrap_or(said.len());
    bench.transcript.extend(&said[..end]);
}

#[test]
fn a_device_gets_both_sections_without_metadata_and_without_tags() {
    let mut bench = Bench::new();
    let link = device(&mut bench);
    service_patch(&mut bench, "PATCH", &json!({"a": {"b": 1}}));
    let expected = json!({
        "desired": { "a": { "b": 1 }, "$version": 2 },
        "reported": { "$version": 1 },
    });
    // What comes with the request does not matter.
    for body in [&b""[..], b" ", b"{", b"null"] {
        let answer = ask(&mut bench, link, &format!("{GET}7"), body);
        assert_eq!(
            answer,
            ("$iothub/twin/res/200/?$rid=7".to_owned(), expected.clone())
        );
    }
}

#[test]
fn members_come_in_the_order_in_which_they_were_written() {
    let mut bench = Bench::new();
    let link = device(&mut bench);
    ask(
        &mut bench,
        link,
        &format!("{REPORTED}1"),
        br#"{"z":1,"a":{"y":2,"b":3}}"#,
    );
    bench.transcript.clear();
    bench.publish(link, &format!("{GET}2"), b"", None);
    let said = String::from_utf8_lossy(&bench.transcript).into_owned();
    assert!(
        said.contains(r#"{"z":1,"a":{"y":2,"b":3},"$version":2}"#),
        "{said}"
    );
}

#[test]
fn an_answer_carries_the_request_id_as_it_came() {
    let mut bench = Bench::new();
    let link = device(&mut bench);
    for id in ["1", "a-b", "1e52b7f8-0000", "%2F", "x%20y"] {
        let (topic, _) = ask(&mut bench, link, &format!("{GET}{id}"), b"");
        assert_eq!(topic, format!("$iothub/twin/res/200/?$rid={id}"));
    }
}

#[test]
fn a_request_is_acknowledged_before_it_is_answered() {
    let mut bench = Bench::new();
    let link = device(&mut bench);
    bench.said(link);
    bench.publish(link, &format!("{REPORTED}1"), b"{}", Some(7));
    let said = bench.said(link);
    assert_eq!(said[0], "PUBACK 7");
    assert!(
        said[1].contains("$iothub/twin/res/204/?$rid=1&$version=2"),
        "{said:?}"
    );
}

#[test]
fn reported_properties_are_merged_and_answered_with_their_version() {
    let mut bench = Bench::new();
    let link = device(&mut bench);
    let steps = [
        (r#"{"a":{"b":1,"c":2}}"#, json!({"a": {"b": 1, "c": 2}})),
        (
            r#"{"a":{"b":null},"d":[1]}"#,
            json!({"a": {"c": 2}, "d": [1]}),
        ),
        ("{}", json!({"a": {"c": 2}, "d": [1]})),
    ];
    for (version, (patch, expected)) in (2..).zip(steps) {
        let (topic, body) = ask(&mut bench, link, &format!("{REPORTED}1"), patch.as_bytes());
        assert_eq!(
            topic,
            format!("$iothub/twin/res/204/?$rid=1&$version={version}")
        );
        assert_eq!(body, Value::Null);
        let twin = body_of(&bench.ask(&Ask::path("GET", "/twins/dev1")));
        let mut reported = twin["properties"]["reported"].clone();
        reported.as_object_mut().unwrap().remove("$metadata");
        reported.as_object_mut().unwrap().remove("$version");
        assert_eq!(reported, expected, "{patch}");
    }
}

#[test]
fn a_change_that_is_refused_says_why_and_changes_nothing() {
    let long = format!(r#"{{"a":"{}"}}"#, "s".repeat(4_097));
    let large = json!({ "a": vec!["s".repeat(4_000); 9] }).to_string();
    let cases = [
        ("", "", 400, 400_004),
        ("", "{", 400, 400_004),
        ("", "[]", 400, 400_004),
        ("", "1", 400, 400_004),
        ("", r#"{"$version":1}"#, 400, 400_004),
        ("", r#"{"a.b":1}"#, 400, 400_004),
        ("", r#"{"a":[null]}"#, 400, 400_004),
        ("", &long, 400, 400_004),
        ("", &large, 400, 400_004),
        ("&$version=2", "{}", 412, 412_001),
        ("&$version=0", "{}", 412, 412_001),
    ];
    for (query, body, status, code) in cases {
        let mut bench = Bench::new();
        let link = device(&mut bench);
        let (topic, error) = ask(
            &mut bench,
            link,
            &format!("{REPORTED}9{query}"),
            body.as_bytes(),
        );
        assert_eq!(
            topic,
            format!("$iothub/twin/res/{status}/?$rid=9"),
            "{body}"
        );
        assert_eq!(error["errorCode"], code, "{body}");
        for member in ["message", "trackingId", "timestampUtc"] {
            assert!(error[member].is_string(), "{member}");
        }
        let twin = body_of(&bench.ask(&Ask::path("GET", "/twins/dev1")));
        assert_eq!(twin["properties"]["reported"]["$version"], 1);
        assert!(bench.is_alive(link));
    }
}

#[test]
fn a_change_of_the_expected_version_is_made() {
    let mut bench = Bench::new();
    let link = device(&mut bench);
    for version in 1..4 {
        let (topic, _) = ask(
            &mut bench,
            link,
            &format!("{REPORTED}9&$version={version}"),
            b"{}",
        );
        assert_eq!(
            topic,
            format!("$iothub/twin/res/204/?$rid=9&$version={}", version + 1)
        );
    }
}

#[test]
fn without_an_api_version_a_client_reads_its_twin_and_does_not_write_it() {
    let mut bench = Bench::new();
    let mut greeting = bench.greeting("dev1");
    greeting.user_name = Some(format!("{HOST}/dev1"));
    let link = bench.connect_as(&greeting);
    let (topic, _) = ask(&mut bench, link, &format!("{GET}1"), b"");
    assert_eq!(topic, "$iothub/twin/res/200/?$rid=1");
    let (topic, error) = ask(&mut bench, link, &format!("{REPORTED}2"), b"{}");
    assert_eq!(topic, "$iothub/twin/res/400/?$rid=2");
    assert_eq!(error["errorCode"], 400_001);
}

#[test]
fn a_device_that_is_not_subscribed_to_answers_gets_them() {
    // A published SDK asks again after a reconnect without subscribing, and waits for ever if nothing comes.
    let mut bench = Bench::new();
    let link = device(&mut bench);
    ask(&mut bench, link, &format!("{GET}1"), b"");
    bench.subscribe(link, &[("$iothub/twin/res/#", QoS::AtLeastOnce)]);
    ask(&mut bench, link, &format!("{GET}2"), b"");
    bench.unsubscribe(link, &["$iothub/twin/res/#"]);
    ask(&mut bench, link, &format!("{GET}3"), b"");
}

#[test]
fn a_module_has_its_own_twin() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    let greeting = bench.module_greeting("dev1", "m");
    let link = bench.connect_as(&greeting);
    let (topic, _) = ask(&mut bench, link, &format!("{REPORTED}1"), br#"{"a":1}"#);
    assert_eq!(topic, "$iothub/twin/res/204/?$rid=1&$version=2");
    let module = body_of(&bench.ask(&Ask::path("GET", "/twins/dev1/modules/m")));
    assert_eq!(module["properties"]["reported"]["a"], 1);
    let device = body_of(&bench.ask(&Ask::path("GET", "/twins/dev1")));
    assert_eq!(device["properties"]["reported"]["$version"], 1);
}

#[test]
fn a_subscriber_is_told_of_each_change_as_it_was_sent() {
    let mut bench = Bench::new();
    let link = device(&mut bench);
    bench.subscribe(link, &[(DESIRED, QoS::AtLeastOnce)]);
    bench.transcript.clear();
    let steps = [
        ("PATCH", json!({"b": 1, "a": {"c": null}})),
        ("PATCH", json!({"b": null})),
        ("PATCH", json!({})),
        ("PUT", json!({"z": 2, "a": 1})),
    ];
    for (version, (method, desired)) in (2..).zip(steps) {
        service_patch(&mut bench, method, &desired);
        let mut expected = desired;
        expected["$version"] = json!(version);
        let topic = format!("$iothub/twin/PATCH/properties/desired/?$version={version}");
        assert_eq!(heard(&mut bench), [(topic, expected)]);
    }
}

#[test]
fn a_subscriber_is_told_of_a_replacement_as_it_is_now() {
    let mut bench = Bench::new();
    let link = device(&mut bench);
    bench.subscribe(link, &[(DESIRED, QoS::AtLeastOnce)]);
    bench.transcript.clear();
    let sent = json!({"a": null, "b": {"c": null, "d": 1}, "e": [{"f": null}]});
    service_patch(&mut bench, "PUT", &sent);
    let (_, told) = heard(&mut bench).remove(0);
    let now = json!({"b": {"d": 1}, "e": [{}], "$version": 2});
    assert_eq!(told, now);
}

#[test]
fn a_cleared_section_is_told_member_by_member() {
    let mut bench = Bench::new();
    let link = device(&mut bench);
    service_patch(&mut bench, "PATCH", &json!({"a": 1, "b": {"c": 2}}));
    bench.subscribe(link, &[(DESIRED, QoS::AtLeastOnce)]);
    bench.transcript.clear();
    service_patch(&mut bench, "PATCH", &Value::Null);
    let (_, told) = heard(&mut bench).remove(0);
    assert_eq!(told, json!({"a": null, "b": null, "$version": 3}));
}

#[test]
fn who_is_not_connected_or_not_subscribed_is_not_told() {
    let mut bench = Bench::new();
    let link = device(&mut bench);
    service_patch(&mut bench, "PATCH", &json!({"a": 1}));
    assert_eq!(heard(&mut bench), []);
    bench.subscribe(link, &[(DESIRED, QoS::AtMostOnce)]);
    // A change of tags alone is nothing to a device.
    bench.transcript.clear();
    let tags = Ask::path("PATCH", "/twins/dev1").body(r#"{"tags":{"a":1}}"#);
    assert_eq!(bench.outcome(&tags), "200");
    assert!(bench.said(link).iter().all(|it| !it.starts_with("Publish")));
    // What happens while the device is away is not told later.
    bench.lose(link);
    service_patch(&mut bench, "PATCH", &json!({"a": 2}));
    bench.transcript.clear();
    let link = bench.connect("dev1");
    assert!(bench.said(link).iter().all(|it| !it.starts_with("Publish")));
    // The subscription is there still.
    bench.transcript.clear();
    service_patch(&mut bench, "PATCH", &json!({"a": 3}));
    assert_eq!(heard(&mut bench).len(), 1);
}

#[test]
fn what_cannot_be_kept_is_neither_acknowledged_nor_answered() {
    let store = FailingStore::default();
    let mut bench = Bench::with_store(HubOptions::new(HOST, SEED), store.clone());
    let link = device(&mut bench);
    bench.said(link);
    store.fails.set(true);
    bench.publish(link, &format!("{REPORTED}1"), br#"{"a":1}"#, Some(2));
    assert_eq!(bench.said(link), ["close store-failed"]);
    store.fails.set(false);
    let twin = body_of(&bench.ask(&Ask::path("GET", "/twins/dev1")));
    assert_eq!(twin["properties"]["reported"]["$version"], 1);
}
