//! What a service sends to a device, and what is refused.

use http::Request;
use wire::mqtt::mqttrs::QoS;
use wire::properties::MessageProperties;
use wire::rest::encode_id;

use crate::bench::{Ask, Bench, SECOND, START, json};
use crate::stores::FailingStore;
use hub::HubOptions;

/// The outcome of sending to `dev1` with these headers.
fn send_with(headers: &[(&'static str, &str)]) -> String {
    let ask = headers
        .iter()
        .fold(Ask::send("dev1"), |ask, (name, value)| {
            ask.header(name, value)
        });
    Bench::new().outcome(&ask)
}

#[test]
fn a_message_that_was_accepted_waits_for_its_device() {
    let mut bench = Bench::new();
    let answer = bench.ask(&Ask::send("dev1").body("x"));
    assert_eq!(answer.status(), 204);
    assert!(answer.body().is_empty());
    assert_eq!(bench.pending("dev1"), 1);
    assert_eq!(bench.pending("dev2"), 0);
    let identity = json(&bench.ask(&Ask::of("GET", "dev1")));
    assert_eq!(identity["cloudToDeviceMessageCount"], 1);
}

#[test]
fn an_unknown_device_gets_nothing() {
    let mut bench = Bench::new();
    assert_eq!(
        bench.outcome(&Ask::send("dev3").body("x")),
        "404 DeviceNotFound"
    );
}

#[test]
fn a_disabled_device_has_its_queue() {
    let mut bench = Bench::new();
    bench.disable("dev1");
    bench.send("dev1", "x");
    assert_eq!(bench.pending("dev1"), 1);
}

#[test]
fn fifty_messages_may_wait_for_a_device() {
    let mut bench = Bench::new();
    for number in 0..50 {
        bench.send("dev1", &number.to_string());
    }
    let one_more = Ask::send("dev1").body("50");
    let full = "403 DeviceMaximumQueueDepthExceeded";
    assert_eq!(bench.outcome(&one_more), full);
    assert_eq!(bench.pending("dev1"), 50);
    // Another device has room of its own.
    bench.send("dev2", "x");
    // Those under way count.
    let (_, token) = bench.fetch().unwrap();
    assert_eq!(bench.outcome(&one_more), full);
    let complete = Ask::path(
        "DELETE",
        &format!("/devices/dev1/messages/devicebound/{token}"),
    );
    assert_eq!(bench.ask_as("dev1", &complete).status(), 204);
    assert_eq!(bench.outcome(&one_more), "204");
}

#[test]
fn what_is_too_old_makes_room() {
    let mut bench = Bench::new();
    for _ in 0..50 {
        bench.send("dev1", "x");
    }
    // Even if nobody told the hub of the time.
    bench.now = bench.now.plus(3600 * SECOND);
    bench.send("dev1", "y");
    assert_eq!(bench.pending("dev1"), 1);
}

#[test]
fn a_message_has_64_kilobytes_of_body_and_properties() {
    let cases = [
        (65_536, "", "204"),
        (65_537, "", "413 MessageTooLarge"),
        (65_530, "value", "204"),
        (65_531, "value", "413 MessageTooLarge"),
        (65_000, &"v".repeat(500), "204"),
    ];
    for (size, value, expected) in cases {
        let mut ask = Ask::send("dev1").body(&"b".repeat(size));
        if !value.is_empty() {
            ask = ask.header("iothub-app-n", value);
        }
        assert_eq!(Bench::new().outcome(&ask), expected, "{size} {value}");
    }
}

#[test]
fn properties_that_no_topic_can_hold_are_refused() {
    // Each of these characters takes three in a topic.
    let value = "&".repeat(30_000);
    assert_eq!(
        send_with(&[("iothub-app-n", &value)]),
        "413 MessageTooLarge"
    );
}

#[test]
fn the_properties_stand_in_the_topic_in_the_order_of_the_service() {
    let mut bench = Bench::new();
    let ask = Ask::send("dev1")
        .header("IoTHub-App-Alert", "a b/c&d=e+f")
        .header("iothub-app-empty", "")
        .header("iothub-messageid", "m:1")
        .header("IOTHUB-EXPIRY", "2026-08-01T11:00:00Z")
        .header("iothub-correlationid", "c 1")
        .header("iothub-userid", "u")
        .header("iothub-contenttype", "application/json")
        .header("iothub-contentencoding", "utf-8")
        .header("iothub-ack", "FULL");
    assert_eq!(bench.outcome(&ask), "204");
    let link = bench.listen(QoS::AtLeastOnce);
    let expected = "devices/dev1/messages/devicebound/%24.mid=m%3A1&%24.exp=2026-08-01T11%3A00%3A00Z\
                    &%24.to=%2Fdevices%2Fdev1%2Fmessages%2FdeviceBound&%24.cid=c%201&%24.uid=u\
                    &%24.ct=application%2Fjson&%24.ce=utf-8&iothub-ack=full\
                    &alert=a%20b%2Fc%26d%3De%2Bf&empty=";
    assert_eq!(bench.deliveries(link)[0].topic, expected);
}

#[test]
fn the_address_is_as_its_sender_wrote_it() {
    for word in ["deviceBound", "devicebound", "DeviceBound"] {
        let mut bench = Bench::new();
        let path = format!("/devices/dev1/messages/{word}");
        assert_eq!(bench.outcome(&Ask::path("POST", &path)), "204");
        let link = bench.listen(QoS::AtMostOnce);
        let expected = format!(
            "devices/dev1/messages/devicebound/%24.to=%2Fdevices%2Fdev1%2Fmessages%2F{word}"
        );
        assert_eq!(bench.deliveries(link)[0].topic, expected);
    }
}

#[test]
fn the_headers_of_http_say_what_those_of_the_message_do_not() {
    let cases: [(&[(&'static str, &str)], &str); 3] = [
        (
            &[
                ("Content-Type", "text/plain"),
                ("Content-Encoding", "utf-8"),
            ],
            "&%24.ct=text%2Fplain&%24.ce=utf-8",
        ),
        (
            &[
                ("Content-Type", "text/plain"),
                ("iothub-contenttype", "application/json"),
            ],
            "&%24.ct=application%2Fjson",
        ),
        (&[("Content-Type", "")], ""),
    ];
    for (headers, expected) in cases {
        let mut bench = Bench::new();
        let mut ask = Ask::send("dev1");
        for (name, value) in headers {
            ask = ask.header(name, value);
        }
        assert_eq!(bench.outcome(&ask), "204");
        let link = bench.listen(QoS::AtMostOnce);
        let topic = bench.deliveries(link).remove(0).topic;
        let (_, rest) = topic.split_once("deviceBound").unwrap();
        assert_eq!(rest, expected);
    }
}

#[test]
fn feedback_is_asked_for_by_one_of_four_words_and_needs_a_message_id() {
    let cases = [
        ("none", None, "204"),
        ("", None, "204"),
        ("NONE", None, "204"),
        ("positive", Some("m"), "204"),
        ("Negative", Some("m"), "204"),
        ("full", Some("m"), "204"),
        ("full", None, "400 ArgumentInvalid"),
        ("positive", None, "400 ArgumentInvalid"),
        ("negative", None, "400 ArgumentInvalid"),
        ("all", Some("m"), "400 ArgumentInvalid"),
        ("true", Some("m"), "400 ArgumentInvalid"),
    ];
    for (ack, id, expected) in cases {
        let mut headers = vec![("iothub-ack", ack)];
        headers.extend(id.map(|id| ("iothub-messageid", id)));
        assert_eq!(send_with(&headers), expected, "{ack} {id:?}");
    }
}

#[test]
fn a_message_id_has_its_own_alphabet() {
    let long = "m".repeat(128);
    let longer = "m".repeat(129);
    let cases = [
        ("0b3c9d1e-0000-4000-8000-abcdefabcdef", "204"),
        ("Aa0-:.+%_#*?!(),=@;$'", "204"),
        (&long, "204"),
        (&longer, "400 ArgumentInvalid"),
        ("m 1", "400 ArgumentInvalid"),
        ("m/1", "400 ArgumentInvalid"),
        ("m&1", "400 ArgumentInvalid"),
        ("m\"1", "400 ArgumentInvalid"),
    ];
    for (id, expected) in cases {
        assert_eq!(send_with(&[("iothub-messageid", id)]), expected, "{id}");
    }
}

#[test]
fn an_expiry_is_a_date_or_milliseconds_to_come() {
    let now = START.as_millis();
    let (soon, just_now) = ((now + 1).to_string(), now.to_string());
    let cases = [
        ("2026-08-01T10:00:00.001Z", "204"),
        ("2026-08-01T10:30:00", "204"),
        ("2026-08-01T12:30:00+02:00", "204"),
        ("2126-08-01T10:00:00Z", "204"),
        (&soon, "204"),
        ("0", "204"),
        ("0001-01-01T00:00:00Z", "204"),
        ("", "204"),
        ("2026-08-01T10:00:00Z", "403 InvalidMessageExpiryTime"),
        (&just_now, "403 InvalidMessageExpiryTime"),
        ("1", "403 InvalidMessageExpiryTime"),
        ("-1", "403 InvalidMessageExpiryTime"),
        ("tomorrow", "403 InvalidMessageExpiryTime"),
        ("PT1H", "403 InvalidMessageExpiryTime"),
        ("99999999999999999999999999", "403 InvalidMessageExpiryTime"),
    ];
    for (expiry, expected) in cases {
        assert_eq!(
            send_with(&[("iothub-expiry", expiry)]),
            expected,
            "{expiry}"
        );
    }
}

#[test]
fn properties_that_cannot_be_told_apart_are_refused() {
    let cases: [&[(&'static str, &str)]; 4] = [
        &[("iothub-messageid", "a"), ("iothub-messageid", "b")],
        &[("iothub-app-iothub-ack", "full")],
        &[("iothub-app-", "x")],
        &[("iothub-app-$.mid", "x")],
    ];
    for headers in cases {
        assert_eq!(send_with(headers), "400 ArgumentInvalid", "{headers:?}");
    }
}

#[test]
fn a_name_may_come_twice_among_the_applications() {
    let mut bench = Bench::new();
    let ask = Ask::send("dev1")
        .header("iothub-app-a", "1")
        .header("iothub-app-a", "2");
    assert_eq!(bench.outcome(&ask), "204");
    let link = bench.listen(QoS::AtMostOnce);
    assert!(bench.deliveries(link)[0].topic.ends_with("&a=1&a=2"));
}

#[test]
fn only_a_service_may_send() {
    let mut bench = Bench::new();
    let ask = Ask::send("dev1").body("x");
    for (policy, expected) in [
        ("service", "204"),
        ("iothubowner", "204"),
        ("device", "401 IotHubUnauthorizedAccess"),
        ("registryReadWrite", "401 IotHubUnauthorizedAccess"),
    ] {
        let request = ask.request(&bench.service_token(policy));
        let answer = bench.request(&request);
        assert_eq!(crate::bench::outcome(&answer), expected, "{policy}");
    }
    assert_eq!(bench.ask_as("dev1", &ask).status(), 401);
}

#[test]
fn what_cannot_be_kept_is_not_accepted() {
    let store = FailingStore::default();
    let mut bench = Bench::with_store(
        HubOptions::new(crate::bench::HOST, crate::bench::SEED),
        store.clone(),
    );
    let link = bench.listen(QoS::AtLeastOnce);
    store.fails.set(true);
    let ask = Ask::send("dev1").body("x");
    assert_eq!(bench.outcome(&ask), "500 ServerError");
    assert_eq!(bench.pending("dev1"), 0);
    store.fails.set(false);
    bench.wait(3600 * SECOND);
    assert!(bench.deliveries(link).is_empty());
}

#[test]
fn ids_are_decoded_from_the_path() {
    let mut bench = Bench::new();
    bench.register("a#b?c");
    let path = format!("/devices/{}/messages/deviceBound", encode_id("a#b?c"));
    assert_eq!(bench.outcome(&Ask::path("POST", &path)), "204");
    assert_eq!(bench.pending("a#b?c"), 1);
}

/// A header's name has no case. What came by another protocol is not to lose it on its way through a request.
#[test]
fn properties_that_came_by_another_protocol_keep_the_case_of_their_names() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::AtLeastOnce);
    let mut properties = MessageProperties::default();
    let property = ("Colour".to_owned(), Some("blue".to_owned()));
    properties.application.push(property);
    let mut request = Request::builder()
        .method("POST")
        .uri("/devices/dev1/messages/devicebound?api-version=2021-04-12")
        .header("authorization", bench.service_token("service"))
        .body(b"x".to_vec())
        .unwrap();
    request.extensions_mut().insert(properties);
    assert_eq!(bench.request(&request).status(), 204);
    let deliveries = bench.deliveries(link);
    assert!(
        deliveries[0].topic.ends_with("Colour=blue"),
        "{}",
        deliveries[0].topic
    );
}
