//! What a device does with its messages over HTTP.

use http::Response;
use hub::HubOptions;
use wire::mqtt::mqttrs::QoS;

use crate::bench::{Ask, Bench, HOST, SECOND, SEED, outcome};
use crate::stores::FailingStore;

const MESSAGES: &str = "/devices/dev1/messages/devicebound";

fn complete(bench: &mut Bench, token: &str) -> String {
    let ask = Ask::path("DELETE", &format!("{MESSAGES}/{token}"));
    outcome(&bench.ask_as("dev1", &ask))
}

fn reject(bench: &mut Bench, token: &str) -> String {
    let ask = Ask::path("DELETE", &format!("{MESSAGES}/{token}?reject"));
    outcome(&bench.ask_as("dev1", &ask))
}

fn abandon(bench: &mut Bench, token: &str) -> String {
    let ask = Ask::path("POST", &format!("{MESSAGES}/{token}/abandon"));
    outcome(&bench.ask_as("dev1", &ask))
}

/// A header of an answer, empty if there is none.
fn header<'a>(response: &'a Response<Vec<u8>>, name: &str) -> &'a str {
    let value = response.headers().get(name);
    value.map_or("", |value| value.to_str().unwrap())
}

#[test]
fn there_may_be_nothing_to_receive() {
    let mut bench = Bench::new();
    let answer = bench.ask_as("dev1", &Ask::path("GET", MESSAGES));
    assert_eq!(outcome(&answer), "204");
    assert!(answer.body().is_empty());
    assert_eq!(header(&answer, "ETag"), "");
}

#[test]
fn a_message_is_received_with_its_properties_in_headers() {
    let mut bench = Bench::new();
    let ask = Ask::send("dev1")
        .body("body")
        .header("iothub-app-alert", "yes & no")
        .header("iothub-messageid", "m1")
        .header("iothub-correlationid", "c1")
        .header("iothub-userid", "u1")
        .header("iothub-expiry", "2026-08-01T11:00:00Z")
        .header("iothub-ack", "full")
        .header("iothub-contenttype", "application/json")
        .header("iothub-contentencoding", "utf-8");
    bench.ask(&ask);
    bench.wait(SECOND);
    let answer = bench.ask_as("dev1", &Ask::path("GET", MESSAGES));
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.body(), b"body");
    let expected = [
        ("iothub-app-alert", "yes & no"),
        ("iothub-messageid", "m1"),
        ("iothub-correlationid", "c1"),
        ("iothub-userid", "u1"),
        ("iothub-to", "/devices/dev1/messages/deviceBound"),
        ("iothub-expiry", "2026-08-01T11:00:00Z"),
        ("iothub-ack", "full"),
        ("iothub-contenttype", "application/json"),
        ("iothub-contentencoding", "utf-8"),
        ("iothub-sequencenumber", "1"),
        ("iothub-enqueuedtime", "2026-08-01T10:00:00.0000000Z"),
        ("iothub-deliverycount", "0"),
    ];
    for (name, value) in expected {
        assert_eq!(header(&answer, name), value, "{name}");
    }
    let etag = header(&answer, "ETag");
    let is_quoted = etag.starts_with('"') && etag.ends_with('"') && etag.len() == 38;
    assert!(is_quoted, "a GUID in quotes: {etag}");
}

#[test]
fn messages_are_received_in_order_one_by_one() {
    let mut bench = Bench::new();
    for body in ["a", "b", "c"] {
        bench.send("dev1", body);
    }
    let (a, _) = bench.fetch().unwrap();
    let (b, lock_of_b) = bench.fetch().unwrap();
    assert_eq!((a.as_str(), b.as_str()), ("a", "b"));
    assert_eq!(abandon(&mut bench, &lock_of_b), "204");
    assert_eq!(bench.fetch().unwrap().0, "b", "it keeps its place");
    assert_eq!(bench.fetch().unwrap().0, "c");
    assert!(bench.fetch().is_none());
}

#[test]
fn how_often_it_was_abandoned_is_told() {
    let mut bench = Bench::new();
    bench.send("dev1", "a");
    for expected in ["0", "1", "2"] {
        let answer = bench.ask_as("dev1", &Ask::path("GET", MESSAGES));
        assert_eq!(header(&answer, "iothub-deliverycount"), expected);
        let token = header(&answer, "ETag").trim_matches('"').to_owned();
        abandon(&mut bench, &token);
    }
}

#[test]
fn a_message_ends_once() {
    type End = fn(&mut Bench, &str) -> String;
    let ends: [(End, &str, u32); 3] = [
        (complete, "m Success", 0),
        (reject, "m Rejected", 0),
        (abandon, "", 1),
    ];
    for (end, feedback, pending) in ends {
        let mut bench = Bench::new();
        bench.send_for_feedback("m", "full");
        let (_, token) = bench.fetch().unwrap();
        assert_eq!(end(&mut bench, &token), "204");
        assert_eq!(bench.pending("dev1"), pending);
        for (again, _, _) in ends {
            let lost = "412 DeviceMessageLockLost";
            assert_eq!(again(&mut bench, &token), lost);
        }
        let expected: Vec<&str> = Some(feedback)
            .filter(|it| !it.is_empty())
            .into_iter()
            .collect();
        assert_eq!(bench.feedback(), expected);
    }
}

#[test]
fn a_lock_that_is_lost_or_never_was_ends_nothing() {
    let mut bench = Bench::new();
    bench.send("dev1", "a");
    let (_, token) = bench.fetch().unwrap();
    bench.wait(60 * SECOND);
    let lost = "412 DeviceMessageLockLost";
    for token in [token.as_str(), "00000000-0000-0000-0000-000000000000", "x"] {
        assert_eq!(complete(&mut bench, token), lost);
        assert_eq!(reject(&mut bench, token), lost);
        assert_eq!(abandon(&mut bench, token), lost);
    }
    assert_eq!(bench.pending("dev1"), 1);
}

#[test]
fn a_lock_of_another_device_ends_nothing() {
    let mut bench = Bench::new();
    bench.send("dev1", "a");
    let (_, token) = bench.fetch().unwrap();
    let path = format!("/devices/dev2/messages/devicebound/{token}");
    let answer = bench.ask_as("dev2", &Ask::path("DELETE", &path));
    assert_eq!(outcome(&answer), "412 DeviceMessageLockLost");
    assert_eq!(bench.pending("dev1"), 1);
}

#[test]
fn what_the_connection_has_is_not_received_over_http() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::AtLeastOnce);
    bench.send("dev1", "a");
    assert!(bench.fetch().is_none());
    bench.lose(link);
    assert_eq!(bench.fetch().unwrap().0, "a");
    // And the other way around.
    let link = bench.connect("dev1");
    assert!(bench.deliveries(link).is_empty());
    bench.wait(60 * SECOND);
    assert_eq!(bench.delivered(link), ["a #1 again"]);
}

#[test]
fn what_was_abandoned_over_http_comes_by_the_connection() {
    let mut bench = Bench::new();
    bench.send("dev1", "a");
    let (_, token) = bench.fetch().unwrap();
    let link = bench.listen(QoS::AtLeastOnce);
    assert!(bench.deliveries(link).is_empty());
    abandon(&mut bench, &token);
    assert_eq!(bench.delivered(link), ["a #1"]);
}

#[test]
fn receiving_is_activity() {
    let mut bench = Bench::new();
    bench.wait(SECOND);
    assert!(bench.fetch().is_none());
    let device = bench.hub.device("dev1").unwrap();
    assert_eq!(device.last_activity_time, bench.now);
}

#[test]
fn a_device_speaks_for_itself_with_its_own_key_or_that_of_a_policy() {
    let mut bench = Bench::new();
    let ask = Ask::path("GET", MESSAGES);
    assert_eq!(bench.ask_as("dev1", &ask).status(), 204);
    for (policy, expected) in [("device", 204), ("iothubowner", 204), ("service", 401)] {
        let request = ask.request(&bench.service_token(policy));
        assert_eq!(bench.request(&request).status(), expected, "{policy}");
    }
    assert_eq!(bench.ask_as("dev2", &ask).status(), 401);
    assert_eq!(bench.request(&ask.unauthorised()).status(), 401);
    let resource = format!("{HOST}/devices/dev2");
    let elsewhere = bench.token(&resource, &bench.key("dev1"), None);
    assert_eq!(bench.request(&ask.request(&elsewhere)).status(), 401);
    let resource = format!("{HOST}/devices/dev1");
    let token = bench.token_for(SECOND, &resource, &bench.key("dev1"), None);
    assert_eq!(bench.request(&ask.request(&token)).status(), 204);
    bench.wait(SECOND);
    assert_eq!(bench.request(&ask.request(&token)).status(), 401);
    bench.disable("dev1");
    assert_eq!(bench.ask_as("dev1", &ask).status(), 401);
}

#[test]
fn what_cannot_be_kept_is_not_acknowledged() {
    let store = FailingStore::default();
    let mut bench = Bench::with_store(HubOptions::new(HOST, SEED), store.clone());
    bench.send("dev1", "a");
    let (_, token) = bench.fetch().unwrap();
    store.fails.set(true);
    for end in [complete, reject, abandon] {
        assert_eq!(end(&mut bench, &token), "500 ServerError");
    }
    store.fails.set(false);
    assert_eq!(bench.pending("dev1"), 1);
    assert_eq!(complete(&mut bench, &token), "204");
    assert_eq!(bench.pending("dev1"), 0);
}
