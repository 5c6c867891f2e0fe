//! Creating, replacing, reading, listing and deleting device identities.

use http::Response;
use serde_json::{Value, json};
use wire::sas::SharedAccessKey;

use crate::bench::{Ask, Bench, HOST, SECOND, SEED, json as body_of, outcome};

fn device(bench: &mut Bench, id: &str) -> Value {
    let answer = bench.ask(&Ask::of("GET", id));
    assert_eq!(outcome(&answer), "200");
    body_of(&answer)
}

fn keys(device: &Value) -> (&str, &str) {
    let keys = &device["authentication"]["symmetricKey"];
    let text = |name| keys[name].as_str().unwrap();
    (text("primaryKey"), text("secondaryKey"))
}

fn etag(answer: &Response<Vec<u8>>) -> String {
    answer.headers()["etag"].to_str().unwrap().to_owned()
}

#[test]
fn a_new_device_has_every_field() {
    let mut bench = Bench::new();
    let answer = bench.ask(&Ask::put("dev3"));
    let created = body_of(&answer);
    let (primary, secondary) = keys(&created);
    for key in [primary, secondary] {
        assert!(SharedAccessKey::from_base64(key).is_ok());
        assert_eq!(key.len(), 44, "32 bytes");
    }
    assert_ne!(primary, secondary);
    let generation_id = created["generationId"].as_str().unwrap();
    assert_eq!(generation_id.len(), 18);
    assert!(generation_id.bytes().all(|byte| byte.is_ascii_digit()));
    assert_eq!(
        etag(&answer),
        format!("\"{}\"", created["etag"].as_str().unwrap())
    );
    let expected = json!({
        "deviceId": "dev3",
        "generationId": generation_id,
        "etag": created["etag"],
        "connectionState": "Disconnected",
        "status": "enabled",
        "statusReason": null,
        "connectionStateUpdatedTime": "0001-01-01T00:00:00Z",
        "statusUpdatedTime": "0001-01-01T00:00:00Z",
        "lastActivityTime": "0001-01-01T00:00:00Z",
        "cloudToDeviceMessageCount": 0,
        "authentication": {
            "symmetricKey": { "primaryKey": primary, "secondaryKey": secondary },
            "x509Thumbprint": { "primaryThumbprint": null, "secondaryThumbprint": null },
            "type": "sas",
        },
        "capabilities": { "iotEdge": false },
        "deviceScope": "",
        "parentScopes": [],
    });
    assert_eq!(created, expected);
    assert_eq!(device(&mut bench, "dev3"), expected);
}

#[test]
fn reading_gives_the_etag_header_of_the_body() {
    let mut bench = Bench::new();
    let answer = bench.ask(&Ask::of("GET", "dev1"));
    let quoted = format!("\"{}\"", body_of(&answer)["etag"].as_str().unwrap());
    assert_eq!(etag(&answer), quoted);
}

#[test]
fn a_put_without_if_match_only_creates() {
    let mut bench = Bench::new();
    let before = device(&mut bench, "dev1");
    let answer = bench.ask(&Ask::put("dev1"));
    assert_eq!(outcome(&answer), "409 DeviceAlreadyExists");
    let message = body_of(&answer)["Message"].clone();
    let expected = "ErrorCode:DeviceAlreadyExists;A device with ID 'dev1' is already registered.";
    assert_eq!(message, expected);
    // The tag in the body does not count.
    let with_etag = json!({ "deviceId": "dev1", "etag": before["etag"] });
    let ask = Ask::put("dev1").body(&with_etag.to_string());
    assert_eq!(bench.outcome(&ask), "409 DeviceAlreadyExists");
    assert_eq!(device(&mut bench, "dev1"), before);
}

#[test]
fn ids_differ_in_case() {
    let mut bench = Bench::new();
    bench.register("DEV1");
    assert_eq!(bench.hub.devices().count(), 3);
}

#[test]
fn a_put_with_if_match_only_replaces() {
    let mut bench = Bench::new();
    for value in ["*", "\"*\"", "MA==", "\"MA==\""] {
        let ask = Ask::put("dev3").if_match(value);
        assert_eq!(bench.outcome(&ask), "404 DeviceNotFound", "{value}");
    }
}

#[test]
fn if_match_takes_any_version_or_the_current_one_bare_or_quoted() {
    type Value = fn(&str) -> String;
    let accepted: [Value; 5] = [
        |_| "*".to_owned(),
        |_| "\"*\"".to_owned(),
        str::to_owned,
        |etag| format!("\"{etag}\""),
        |etag| format!(" \"{etag}\" "),
    ];
    for value in accepted {
        for (method, success) in [("PUT", "200"), ("DELETE", "204")] {
            let mut bench = Bench::new();
            let value = value(&bench.hub.device("dev1").unwrap().etag);
            let ask = Ask::of(method, "dev1").body(r#"{"deviceId":"dev1"}"#);
            assert_eq!(bench.outcome(&ask.if_match(&value)), success, "{value}");
        }
    }
    let refused: [Value; 6] = [
        |_| "MA==".to_owned(),
        |_| String::new(),
        |_| "\"".to_owned(),
        |etag| format!("W/\"{etag}\""),
        |etag| format!("\"{etag}"),
        str::to_lowercase,
    ];
    for value in refused {
        for method in ["PUT", "DELETE"] {
            let mut bench = Bench::new();
            let value = value(&bench.hub.device("dev1").unwrap().etag);
            let ask = Ask::of(method, "dev1").body(r#"{"deviceId":"dev1"}"#);
            let outcome = bench.outcome(&ask.if_match(&value));
            assert_eq!(outcome, "412 PreconditionFailed", "{value}");
        }
    }
}

#[test]
fn a_tag_that_is_no_text_is_refused() {
    let mut bench = Bench::new();
    let mut request = Ask::of("DELETE", "dev1").request(&bench.service_token("iothubowner"));
    let value = http::HeaderValue::from_bytes(b"\xFF").unwrap();
    request.headers_mut().insert("If-Match", value);
    assert_eq!(outcome(&bench.request(&request)), "400 ArgumentInvalid");
}

#[test]
fn each_write_moves_the_tag_so_the_second_of_two_writers_is_refused() {
    let mut bench = Bench::new();
    let read = bench.hub.device("dev1").unwrap().etag.clone();
    let ask = Ask::put("dev1").if_match(&read);
    let answer = bench.ask(&ask);
    assert_eq!(outcome(&answer), "200");
    assert_ne!(etag(&answer), format!("\"{read}\""));
    assert_eq!(bench.outcome(&ask), "412 PreconditionFailed");
}

#[test]
fn a_replacement_is_full() {
    let mut bench = Bench::new();
    let rich = json!({
        "deviceId": "dev3",
        "status": "disabled",
        "statusReason": "in repair",
    });
    let ask = Ask::put("dev3").body(&rich.to_string());
    let before = body_of(&bench.ask(&ask));
    assert_eq!(before["status"], "disabled");
    assert_eq!(before["statusReason"], "in repair");
    bench.wait(SECOND);

    let after = body_of(&bench.ask(&Ask::put("dev3").if_match("*")));
    assert_eq!(after["status"], "enabled");
    assert_eq!(after["statusReason"], Value::Null);
    assert_eq!(after["statusUpdatedTime"], "2026-08-01T10:00:01.0000000Z");
    assert_ne!(keys(&after), keys(&before), "new keys were made");
    assert_eq!(after["generationId"], before["generationId"]);
}

#[test]
fn what_was_read_can_be_sent_back() {
    let mut bench = Bench::new();
    let before = device(&mut bench, "dev1");
    let ask = Ask::put("dev1").if_match("*").body(&before.to_string());
    let mut after = body_of(&bench.ask(&ask));
    assert_ne!(after["etag"], before["etag"]);
    after["etag"] = before["etag"].clone();
    assert_eq!(after, before);
}

#[test]
fn the_time_of_the_status_is_the_time_of_its_change() {
    let mut bench = Bench::new();
    let mut put = |body: &str, if_match: bool| {
        let ask = Ask::put("dev3").body(body);
        let ask = if if_match { ask.if_match("*") } else { ask };
        let answer = body_of(&bench.ask(&ask));
        bench.wait(SECOND);
        answer["statusUpdatedTime"].as_str().unwrap()[..19].to_owned()
    };
    let disabled = r#"{"deviceId":"dev3","status":"disabled"}"#;
    let enabled = r#"{"deviceId":"dev3","status":"enabled"}"#;
    assert_eq!(put(disabled, false), "2026-08-01T10:00:00");
    assert_eq!(put(disabled, true), "2026-08-01T10:00:00");
    assert_eq!(put(enabled, true), "2026-08-01T10:00:02");
    assert_eq!(put(enabled, true), "2026-08-01T10:00:02");
}

/// A body that creates `dev3` with these keys.
fn with_keys(primary: &Value, secondary: &Value) -> String {
    let keys = json!({ "primaryKey": primary, "secondaryKey": secondary });
    json!({ "deviceId": "dev3", "authentication": { "symmetricKey": keys } }).to_string()
}

fn base64(bytes: usize) -> Value {
    // Base64 of zero bytes.
    let padding = (3 - bytes % 3) % 3;
    let text = "A".repeat((bytes + padding) / 3 * 4 - padding) + &"=".repeat(padding);
    Value::String(text)
}

#[test]
fn both_keys_or_neither() {
    let (none, empty, key) = (Value::Null, json!(""), base64(32));
    for (primary, secondary) in [(&none, &none), (&empty, &empty), (&none, &empty)] {
        let mut bench = Bench::new();
        let ask = Ask::put("dev3").body(&with_keys(primary, secondary));
        let answer = bench.ask(&ask);
        assert_eq!(outcome(&answer), "200", "the hub makes them");
        assert_eq!(keys(&body_of(&answer)).0.len(), 44);
    }
    for (primary, secondary) in [(&key, &none), (&none, &key), (&key, &empty), (&empty, &key)] {
        let mut bench = Bench::new();
        let ask = Ask::put("dev3").body(&with_keys(primary, secondary));
        let answer = bench.ask(&ask);
        assert_eq!(outcome(&answer), "400 ArgumentInvalid");
        let text = String::from_utf8(answer.into_body()).unwrap();
        assert!(
            text.contains("Either no keys or both keys can be set"),
            "{text}"
        );
    }
}

#[test]
fn keys_of_16_to_64_bytes() {
    for bytes in [16, 17, 32, 63, 64] {
        let mut bench = Bench::new();
        let ask = Ask::put("dev3").body(&with_keys(&base64(bytes), &base64(64)));
        let created = body_of(&bench.ask(&ask));
        assert_eq!(keys(&created).0, base64(bytes), "{bytes}");
    }
    for bytes in [1, 15, 65, 1000] {
        for (primary, secondary) in [(bytes, 32), (32, bytes)] {
            let mut bench = Bench::new();
            let ask = Ask::put("dev3").body(&with_keys(&base64(primary), &base64(secondary)));
            let answer = bench.ask(&ask);
            assert_eq!(outcome(&answer), "400 ArgumentInvalid", "{bytes}");
            let text = String::from_utf8(answer.into_body()).unwrap();
            assert!(text.contains("Invalid device key length"), "{text}");
        }
    }
    let mut bench = Bench::new();
    let ask = Ask::put("dev3").body(&with_keys(&json!("not base64!"), &base64(32)));
    assert_eq!(bench.outcome(&ask), "400 ArgumentInvalid");
}

#[test]
fn bodies_that_are_refused() {
    let long = format!(
        r#"{{"deviceId":"dev3","statusReason":"{}"}}"#,
        "x".repeat(129)
    );
    let cases = [
        ("", "400 DeserializationError"),
        ("null", "400 DeserializationError"),
        ("[]", "400 DeserializationError"),
        ("\"dev3\"", "400 DeserializationError"),
        ("{", "400 DeserializationError"),
        (r#"{"deviceId":"dev3"} x"#, "400 DeserializationError"),
        (r#"{"deviceId":3}"#, "400 DeserializationError"),
        (
            r#"{"deviceId":"dev3","status":"asleep"}"#,
            "400 DeserializationError",
        ),
        (
            r#"{"deviceId":"dev3","authentication":{"type":"password"}}"#,
            "400 DeserializationError",
        ),
        ("{}", "400 ArgumentInvalid"),
        (r#"{"deviceId":null}"#, "400 ArgumentInvalid"),
        (r#"{"deviceId":"dev4"}"#, "400 ArgumentInvalid"),
        (r#"{"deviceId":"DEV3"}"#, "400 ArgumentInvalid"),
        (
            r#"{"deviceId":"dev3","authentication":{"type":"none"}}"#,
            "400 ArgumentInvalid",
        ),
        (
            r#"{"deviceId":"dev3","authentication":{"x509Thumbprint":{"primaryThumbprint":"x"}}}"#,
            "400 ArgumentInvalid",
        ),
        (&long, "400 ArgumentInvalid"),
    ];
    let mut bench = Bench::new();
    for (body, expected) in cases {
        let ask = Ask::put("dev3").body(body);
        assert_eq!(bench.outcome(&ask), expected, "{body}");
    }
    let invalid = Ask::put("dev3").request(&bench.service_token("iothubowner"));
    let (head, _) = invalid.into_parts();
    let bytes = http::Request::from_parts(head, b"{\xFF}".to_vec());
    assert_eq!(outcome(&bench.request(&bytes)), "400 DeserializationError");
    assert!(bench.hub.device("dev3").is_none());
}

#[test]
fn a_reason_of_128_characters() {
    let mut bench = Bench::new();
    let reason = "\u{e9}".repeat(128);
    let body = json!({ "deviceId": "dev3", "statusReason": reason }).to_string();
    let created = body_of(&bench.ask(&Ask::put("dev3").body(&body)));
    assert_eq!(created["statusReason"], reason);
}

#[test]
fn unknown_members_are_passed_over() {
    let mut bench = Bench::new();
    let body = r#"{"deviceId":"dev3","generationId":"1","connectionState":"Connected","x":[]}"#;
    let created = body_of(&bench.ask(&Ask::put("dev3").body(body)));
    assert_eq!(created["connectionState"], "Disconnected");
    assert_ne!(created["generationId"], "1");
}

#[test]
fn ids_are_percent_encoded_in_the_path_and_raw_in_the_body() {
    let longest = "x".repeat(128);
    for id in [
        "dev#1",
        "a+b",
        "50%",
        "a%23b",
        "-.+%_#*?!(),:=@$'",
        &longest,
    ] {
        let mut bench = Bench::new();
        bench.register(id);
        assert_eq!(device(&mut bench, id)["deviceId"], id);
        bench.delete(id);
        assert_eq!(bench.outcome(&Ask::of("GET", id)), "404 DeviceNotFound");
    }
    let mut bench = Bench::new();
    let raw = Ask::path("PUT", "/devices/a+b!").body(r#"{"deviceId":"a+b!"}"#);
    assert_eq!(bench.outcome(&raw), "200");
    assert_eq!(bench.outcome(&Ask::path("GET", "/devices/a%2bb%21")), "200");
}

#[test]
fn ids_that_cannot_be() {
    let too_long = "x".repeat(129);
    for id in ["a b", "a/b", "\u{e9}", "a&b", "a~b", "\u{0}", &too_long] {
        let mut bench = Bench::new();
        let body = json!({ "deviceId": id }).to_string();
        let ask = Ask::of("PUT", id).body(&body);
        assert_eq!(bench.outcome(&ask), "400 ArgumentInvalid", "{id:?}");
        assert_eq!(bench.outcome(&Ask::of("GET", id)), "404 DeviceNotFound");
    }
    let mut bench = Bench::new();
    for path in ["/devices/%", "/devices/%2", "/devices/%zz", "/devices/%FF"] {
        for method in ["GET", "PUT", "DELETE"] {
            let ask = Ask::path(method, path);
            assert_eq!(bench.outcome(&ask), "400 ArgumentInvalid", "{path}");
        }
    }
}

#[test]
fn deleting_asks_which_version() {
    let mut bench = Bench::new();
    for id in ["dev1", "unknown"] {
        let answer = bench.ask(&Ask::of("DELETE", id));
        assert_eq!(outcome(&answer), "412 PreconditionFailed");
        let text = String::from_utf8(answer.into_body()).unwrap();
        assert!(text.contains("Etag missing"), "{text}");
    }
    for value in ["*", "MA=="] {
        let ask = Ask::of("DELETE", "unknown").if_match(value);
        assert_eq!(bench.outcome(&ask), "404 DeviceNotFound");
    }
    let answer = bench.ask(&Ask::of("DELETE", "dev1").if_match("*"));
    assert_eq!(outcome(&answer), "204");
    assert!(answer.body().is_empty());
    assert!(answer.headers().get("content-type").is_none());
    let again = Ask::of("DELETE", "dev1").if_match("*");
    assert_eq!(bench.outcome(&again), "404 DeviceNotFound");
}

#[test]
fn a_device_that_is_created_anew_has_a_new_generation_and_new_keys() {
    let mut bench = Bench::new();
    let before = device(&mut bench, "dev1");
    bench.delete("dev1");
    bench.register("dev1");
    let after = device(&mut bench, "dev1");
    // The clock has not moved.
    assert_ne!(after["generationId"], before["generationId"]);
    assert_ne!(keys(&after), keys(&before));
}

fn ids(answer: &Response<Vec<u8>>) -> Vec<String> {
    let devices = body_of(answer);
    let devices = devices.as_array().unwrap().iter();
    devices
        .map(|device| device["deviceId"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_list_has_the_first_devices_by_id() {
    let mut bench = Bench::new();
    bench.register("a");
    let lists: [(&str, &[&str]); 5] = [
        ("/devices", &["a", "dev1", "dev2"]),
        ("/devices/", &["a", "dev1", "dev2"]),
        ("/devices?top=1000", &["a", "dev1", "dev2"]),
        ("/devices?top=2", &["a", "dev1"]),
        ("/devices?top=1", &["a"]),
    ];
    for (path, expected) in lists {
        let answer = bench.ask(&Ask::path("GET", path));
        assert_eq!(outcome(&answer), "200");
        assert_eq!(ids(&answer), expected, "{path}");
    }
    let answer = bench.ask(&Ask::path("GET", "/devices?top=1"));
    assert_eq!(body_of(&answer)[0], device(&mut bench, "a"));
}

#[test]
fn a_list_of_none_is_an_empty_array() {
    let mut bench = Bench::empty(hub::HubOptions::new(HOST, SEED));
    let answer = bench.ask(&Ask::path("GET", "/devices"));
    assert_eq!(answer.body(), b"[]");
}

#[test]
fn a_list_has_1000_devices_at_most() {
    let mut bench = Bench::empty(hub::HubOptions::new(HOST, SEED));
    for number in 0..1_001 {
        bench.register(&format!("d{number:04}"));
    }
    for path in ["/devices", "/devices?top=1000"] {
        let answer = bench.ask(&Ask::path("GET", path));
        let ids = ids(&answer);
        assert_eq!(ids.len(), 1_000);
        assert_eq!(ids.last().unwrap(), "d0999");
    }
    let wrong = ["0", "1001", "-1", "", "many", "1.5", "99999999999999999999"];
    for top in wrong {
        let ask = Ask::path("GET", &format!("/devices?top={top}"));
        assert_eq!(bench.outcome(&ask), "400 ArgumentInvalid", "{top}");
    }
}

#[test]
fn defaults_may_be_written_out() {
    let body = json!({
        "deviceId": "dev3",
        "authentication": { "type": "sas", "x509Thumbprint": null },
        "capabilities": { "iotEdge": false },
        "deviceScope": "",
        "parentScopes": [],
    });
    let mut bench = Bench::new();
    let ask = Ask::put("dev3").body(&body.to_string());
    assert_eq!(bench.outcome(&ask), "200");
}
