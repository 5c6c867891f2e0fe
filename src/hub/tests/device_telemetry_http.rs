//! Telemetry that a device sends over HTTP.

use wire::event::Event;

use crate::bench::{Ask, Bench, SECOND, outcome};

const EVENTS: &str = "/devices/dev1/messages/events";

/// A batch of messages to send.
fn batch(body: &str) -> Ask {
    Ask::path("POST", EVENTS)
        .header("Content-Type", "application/vnd.microsoft.iothub.json")
        .body(body)
}

/// The application properties of an event, as texts.
fn application(event: &Event) -> Vec<(&str, &str)> {
    let properties = event.properties.application.iter();
    properties
        .map(|(name, value)| (name.as_str(), value.as_deref().unwrap_or_default()))
        .collect()
}

#[test]
fn a_message_is_an_event_like_any_other() {
    let mut bench = Bench::new();
    bench.wait(SECOND);
    let ask = Ask::path("POST", EVENTS)
        .body("{}")
        .header("Content-Type", "application/octet-stream")
        .header("IoTHub-App-Alert", "true")
        .header("iothub-messageid", "m")
        .header("iothub-correlationid", "c")
        .header("iothub-userid", "u")
        .header("iothub-contenttype", "application/json")
        .header("iothub-contentencoding", "utf-8");
    let answer = bench.ask_as("dev1", &ask);
    assert_eq!(outcome(&answer), "204");
    let event = bench.events().remove(0);
    assert_eq!(event.body, b"{}");
    assert_eq!(event.device_id, "dev1");
    assert_eq!(event.enqueued_time, bench.now);
    assert_eq!(application(&event), [("alert", "true")]);
    let expected = [
        ("message-id", "m"),
        ("correlation-id", "c"),
        ("user-id", "u"),
        ("content-type", "application/json"),
        ("content-encoding", "utf-8"),
    ];
    let expected = expected.map(|(name, value)| (name, value.to_owned()));
    assert_eq!(event.sender_properties(), expected);
    let device = bench.hub.device("dev1").unwrap();
    assert_eq!(device.last_activity_time, bench.now);
    assert_eq!(device.generation_id, event.generation_id);
}

#[test]
fn whose_key_was_used_is_stamped() {
    let mut bench = Bench::new();
    let ask = Ask::path("POST", EVENTS);
    bench.ask_as("dev1", &ask);
    let request = ask.request(&bench.service_token("device"));
    assert_eq!(bench.request(&request).status(), 204);
    let scopes: Vec<_> = bench
        .events()
        .into_iter()
        .map(|event| event.auth_method)
        .collect();
    assert!(scopes[0].contains(r#""scope":"device""#), "{scopes:?}");
    assert!(scopes[1].contains(r#""scope":"hub""#), "{scopes:?}");
}

#[test]
fn a_batch_is_many_events() {
    let mut bench = Bench::new();
    let body = r#"[
        {"body": "YQ==", "properties": {"iothub-app-Case": "kept", "iothub-messageid": "m"}},
        {"body": "Yg=="},
        {"body": "c", "base64Encoded": false, "properties": null},
        {"body": "", "base64Encoded": true, "unknown": 1}
    ]"#;
    assert_eq!(outcome(&bench.ask_as("dev1", &batch(body))), "204");
    assert_eq!(bench.bodies(), ["a", "b", "c", ""]);
    let events = bench.events();
    assert_eq!(application(&events[0]), [("Case", "kept")]);
    let id = events[0].properties.system.message_id.as_deref();
    assert_eq!(id, Some("m"));
}

#[test]
fn a_batch_that_is_wrong_somewhere_is_refused_as_a_whole() {
    let cases = [
        ("", "400 DeserializationError"),
        ("{}", "400 DeserializationError"),
        (r#"[{"body": 1}]"#, "400 DeserializationError"),
        (r#"[{"properties": {}}]"#, "400 DeserializationError"),
        (
            r#"[{"body": "YQ==", "properties": {"iothub-app-a": 1}}]"#,
            "400 DeserializationError",
        ),
        (
            r#"[{"body": "YQ=="}, {"body": "?"}]"#,
            "400 ArgumentInvalid",
        ),
        (
            r#"[{"body": "YQ==", "properties": {"iothub-app-": "x"}}]"#,
            "400 ArgumentInvalid",
        ),
    ];
    for (body, expected) in cases {
        let mut bench = Bench::new();
        let answer = bench.ask_as("dev1", &batch(body));
        assert_eq!(outcome(&answer), expected, "{body}");
        assert!(bench.events().is_empty());
    }
}

#[test]
fn what_is_not_said_to_be_a_batch_is_a_message() {
    for content_type in ["application/json", "text/plain", ""] {
        let mut bench = Bench::new();
        let ask = Ask::path("POST", EVENTS)
            .header("Content-Type", content_type)
            .body("[]");
        bench.ask_as("dev1", &ask);
        assert_eq!(bench.bodies(), ["[]"]);
    }
}

#[test]
fn a_request_has_256_kilobytes_of_bodies_and_properties() {
    let item = |size: usize| format!(r#"{{"body":"{}","base64Encoded":false}}"#, "b".repeat(size));
    let two = |size: usize| batch(&format!("[{},{}]", item(131_072), item(size)));
    let one = |size: usize| Ask::path("POST", EVENTS).body(&"b".repeat(size));
    let cases = [
        (one(262_144), "204"),
        (one(262_145), "413 MessageTooLarge"),
        (
            one(262_144).header("iothub-app-a", ""),
            "413 MessageTooLarge",
        ),
        (two(131_072), "204"),
        (two(131_073), "413 MessageTooLarge"),
    ];
    for (ask, expected) in cases {
        let mut bench = Bench::new();
        let answer = bench.ask_as("dev1", &ask);
        assert_eq!(outcome(&answer), expected);
        assert_eq!(bench.events().is_empty(), expected != "204");
    }
}

#[test]
fn an_unknown_device_sends_nothing() {
    let mut bench = Bench::new();
    let ask = Ask::path("POST", "/devices/dev3/messages/events");
    let request = ask.request(&bench.service_token("device"));
    let status = bench.request(&request).status().as_u16();
    assert!([401, 404].contains(&status), "{status}");
    assert!(bench.events().is_empty());
}
