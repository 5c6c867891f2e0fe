//! The day's messages and the registry's room, as the tier gives them.

use std::time::Duration;

use hub::{CloseReason, ConnectionId, Hub, HubOptions, MemoryStore, Refusal, SnapshotScope, Tier};
use wire::mqtt::mqttrs::QoS;

use crate::bench::{Ask, Bench, HOST, SECOND, SEED, TOPIC, json, outcome};

const S1: Tier = Tier::S1 { units: 1 };

/// From the start of the bench's clock until midnight.
const UNTIL_MIDNIGHT: Duration = Duration::from_hours(14);

/// Twenty of these are the free tier's messages of a day.
static TWENTIETH: [u8; 400 * 512] = [b'x'; 400 * 512];

fn options(tier: Tier, enforce_limits: bool) -> HubOptions {
    HubOptions {
        tier,
        enforce_limits,
        ..HubOptions::new(HOST, SEED)
    }
}

fn messages(bench: &Bench) -> u64 {
    bench.hub.usage(bench.now).messages_today
}

/// A hub of the free tier whose messages for today are used up but for this many, and the device that did it.
fn used_up_but(left: usize, enforce: bool) -> (Bench, ConnectionId) {
    let mut bench = Bench::of(options(Tier::F1, enforce));
    let link = bench.connect("dev1");
    for _ in 0..19 {
        bench.publish(link, TOPIC, &TWENTIETH, None);
    }
    bench.publish(link, TOPIC, &TWENTIETH[left * 512..], None);
    assert_eq!(messages(&bench), 8_000 - left as u64);
    (bench, link)
}

#[test]
fn messages_are_counted_in_blocks() {
    let cases = [
        (Tier::F1, 0, "", 1),
        (Tier::F1, 1, "", 1),
        (Tier::F1, 512, "", 1),
        (Tier::F1, 513, "", 2),
        (Tier::F1, 510, "a=b", 1),
        (Tier::F1, 510, "a=bc", 2),
        (Tier::F1, 262_144, "", 512),
        (S1, 0, "", 1),
        (S1, 513, "", 1),
        (S1, 4_096, "", 1),
        (S1, 4_097, "", 2),
        (S1, 262_144, "", 64),
        (Tier::S1 { units: 7 }, 4_097, "", 2),
    ];
    for (tier, size, properties, expected) in cases {
        for enforce in [false, true] {
            let mut bench = Bench::of(options(tier, enforce));
            let link = bench.connect("dev1");
            let topic = format!("{TOPIC}{properties}");
            bench.publish(link, &topic, &vec![b'x'; size], Some(1));
            assert_eq!(bench.said(link), ["PUBACK 1"]);
            let what = format!("{tier:?}: {size} bytes and {properties:?}");
            assert_eq!(messages(&bench), expected, "{what}");
        }
    }
}

#[test]
fn each_tier_has_its_quota() {
    let cases = [
        (Tier::F1, 8_000),
        (S1, 400_000),
        (Tier::S1 { units: 3 }, 1_200_000),
        (Tier::S1 { units: 0 }, 400_000),
    ];
    for (tier, expected) in cases {
        let bench = Bench::empty(options(tier, false));
        let usage = bench.hub.usage(bench.now);
        assert_eq!(usage.daily_quota, expected, "{tier:?}");
    }
}

#[test]
fn registry_operations_connections_and_pings_are_free() {
    let mut bench = Bench::of(options(Tier::F1, true));
    bench.ask(&Ask::path("GET", "/devices"));
    bench.delete("dev2");
    let link = bench.connect("dev1");
    assert!(bench.is_alive(link));
    assert_eq!(messages(&bench), 0);
}

#[test]
fn what_failed_is_free() {
    let mut bench = Bench::of(options(Tier::F1, false));
    for (method, path) in [
        ("GET", "/twins/unknown"),
        ("PATCH", "/twins/unknown"),
        ("POST", "/devices/query"),
        ("POST", "/devices/unknown/messages/deviceBound"),
    ] {
        bench.ask(&Ask::path(method, path).body("no JSON"));
    }
    assert_eq!(messages(&bench), 0);
}

#[test]
fn requests_are_counted_by_what_they_carry() {
    let method = format!(r#"{{"methodName":"m","payload":"{}"}}"#, "x".repeat(600));
    let send = || Ask::path("POST", "/devices/dev1/messages/deviceBound");
    let cases = [
        (send(), 1),
        (send().body(&"x".repeat(512)), 1),
        (send().body(&"x".repeat(513)), 2),
        (
            Ask::path("POST", "/devices/dev1/messages/events").body(&"x".repeat(1_025)),
            3,
        ),
        (Ask::path("GET", "/devices/dev1/messages/deviceBound"), 0),
        (Ask::path("DELETE", "/devices/dev1/commands"), 0),
        // The device is not connected: the call is charged, and there is no answer.
        (Ask::method("dev1", r#"{"methodName":"m"}"#), 1),
        (Ask::method("dev1", &method), 2),
    ];
    for (place, (ask, expected)) in cases.into_iter().enumerate() {
        let mut bench = Bench::of(options(Tier::F1, true));
        bench.ask(&ask);
        assert_eq!(messages(&bench), expected, "{place}");
    }
}

#[test]
fn properties_in_headers_count_by_their_names_and_values() {
    let cases = [
        ("iothub-app-a", "b", 1),
        ("iothub-app-a", "bc", 2),
        // The name of a system property is the hub's own.
        ("iothub-messageid", "ab", 1),
        ("iothub-messageid", "abc", 2),
        ("user-agent", "somebody", 1),
    ];
    for (name, value, expected) in cases {
        let mut bench = Bench::of(options(Tier::F1, true));
        let ask = Ask::path("POST", "/devices/dev1/messages/deviceBound").body(&"x".repeat(510));
        let mut request = ask.request(&bench.service_token("service"));
        let headers = request.headers_mut();
        headers.insert(name, value.parse().unwrap());
        assert_eq!(outcome(&bench.request(&request)), "204");
        assert_eq!(messages(&bench), expected, "{name}: {value}");
    }
}

#[test]
fn the_answer_to_a_direct_method_is_a_message_too_unless_it_is_empty() {
    for (answer, expected) in [
        ("", 1),
        ("{}", 2),
        (&*format!("\"{}\"", "x".repeat(511)), 3),
    ] {
        let mut bench = Bench::of(options(Tier::F1, true));
        let link = bench.connect("dev1");
        bench.subscribe(link, &[("$iothub/methods/POST/#", QoS::AtMostOnce)]);
        let id = bench.start(&Ask::method("dev1", r#"{"methodName":"m"}"#));
        assert_eq!(messages(&bench), 1);
        let call = bench.calls(link).remove(0);
        let topic = format!("$iothub/methods/res/200/?$rid={}", call.request_id);
        bench.publish(link, &topic, answer.as_bytes(), None);
        assert_eq!(outcome(&bench.answer(id).unwrap()), "200");
        assert_eq!(messages(&bench), expected, "{}", answer.len());
    }
}

#[test]
fn twins_are_charged_by_what_is_sent_or_read() {
    let filled = format!(r#"{{"text":"{}"}}"#, "x".repeat(600));
    let get = "$iothub/twin/GET/?$rid=1";
    let patch = "$iothub/twin/PATCH/properties/reported/?$rid=1";
    let stale = "$iothub/twin/PATCH/properties/reported/?$rid=1&$version=99";
    let steps = [
        (get, "", "200", 1),
        (patch, "{}", "204", 1),
        (patch, &*filled, "204", 2),
        // The text is in what is read, with a little around it.
        (get, "", "200", 2),
        (patch, "[]", "400", 0),
        (stale, "{}", "412", 0),
    ];
    let mut bench = Bench::of(options(Tier::F1, true));
    let link = bench.connect("dev1");
    for (topic, body, status, expected) in steps {
        let before = messages(&bench);
        bench.publish(link, topic, body.as_bytes(), None);
        let said = bench.said(link).concat();
        assert!(said.contains(&format!("twin/res/{status}/")), "{said}");
        assert_eq!(messages(&bench) - before, expected, "{topic} {body}");
    }
    let tags = format!(r#"{{"tags":{filled}}}"#);
    let steps = [
        // An empty twin, with its identity and the moments at which it was written.
        (Ask::path("GET", "/twins/dev2"), 2),
        (Ask::path("PATCH", "/twins/dev2").body(&tags), 2),
        (Ask::path("PATCH", "/twins/dev2").body("{}"), 1),
        (Ask::path("PATCH", "/twins/dev2").body("[]"), 0),
        (Ask::path("GET", "/twins/dev2"), 3),
    ];
    for (place, (ask, expected)) in steps.into_iter().enumerate() {
        let before = messages(&bench);
        let size = bench.ask(&ask).body().len();
        assert_eq!(messages(&bench) - before, expected, "{place}: {size} bytes");
    }
}

#[test]
fn without_quota_a_client_is_refused_its_twin_and_stays() {
    let (mut bench, link) = used_up_but(0, true);
    for topic in [
        "$iothub/twin/GET/?$rid=1",
        "$iothub/twin/PATCH/properties/reported/?$rid=1",
    ] {
        bench.said(link);
        bench.publish(link, topic, b"{}", None);
        let said = bench.said(link).concat();
        assert!(said.contains("twin/res/403/"), "{said}");
    }
    assert!(bench.is_alive(link));
}

#[test]
fn the_days_messages_are_in_a_snapshot() {
    let (bench, _) = used_up_but(3, true);
    let text = bench.hub.snapshot(SnapshotScope::ALL);
    let store = Box::new(MemoryStore);
    let hub = Hub::restore(options(Tier::F1, true), store, bench.now, &text).unwrap();
    let (before, after) = (bench.hub.usage(bench.now), hub.usage(bench.now));
    assert_eq!(after.messages_today, 7_997);
    assert_eq!(after.operations, before.operations);
}

#[test]
fn the_count_begins_anew_at_midnight_utc() {
    let mut bench = Bench::of(options(Tier::F1, false));
    let link = bench.connect("dev1");
    bench.publish(link, TOPIC, b"x", None);
    let usage = bench.hub.usage(bench.now);
    assert_eq!(usage.day_ends, bench.now.plus(UNTIL_MIDNIGHT));
    bench.wait_almost(UNTIL_MIDNIGHT);
    assert_eq!(messages(&bench), 1);
    let link = bench.connect("dev1");
    bench.publish(link, TOPIC, b"x", None);
    assert_eq!(messages(&bench), 2);
    bench.wait(Duration::from_millis(1));
    assert_eq!(messages(&bench), 0);
    let ends = bench.hub.usage(bench.now).day_ends;
    assert_eq!(ends, bench.now.plus(Duration::from_hours(24)));
    bench.publish(link, TOPIC, b"x", None);
    assert_eq!(messages(&bench), 1);
}

#[test]
fn the_last_message_of_the_day_may_be_large() {
    let (mut bench, link) = used_up_but(1, true);
    bench.publish(link, TOPIC, &vec![b'x'; 262_144], Some(7));
    assert_eq!(bench.said(link), ["PUBACK 7"]);
    assert_eq!(messages(&bench), 7_999 + 512);
}

#[test]
fn whoever_publishes_beyond_the_quota_is_cut_off_without_an_acknowledgement() {
    for packet_id in [None, Some(1)] {
        let (mut bench, link) = used_up_but(0, true);
        let kept = bench.events().len();
        bench.publish(link, TOPIC, b"x", packet_id);
        assert_eq!(bench.said(link), ["close quota-exceeded"]);
        assert_eq!(bench.reason(link), Some(&CloseReason::QuotaExceeded));
        assert_eq!(bench.events().len(), kept);
        assert_eq!(messages(&bench), 8_000);
    }
}

#[test]
fn a_will_is_a_message_too() {
    let mut bench = Bench::of(options(Tier::F1, true));
    let body = "x".repeat(600);
    let greeting = bench.greeting("dev1").with_will(TOPIC, &body);
    let link = bench.connect_as(&greeting);
    bench.lose(link);
    assert_eq!(bench.events().len(), 1);
    assert_eq!(messages(&bench), 2);
}

#[test]
fn a_will_beyond_the_quota_is_not_published() {
    let (mut bench, _) = used_up_but(1, true);
    let topic = TOPIC.replace("dev1", "dev2");
    let greeting = bench.greeting("dev2").with_will(&topic, "gone");
    let link = bench.connect_as(&greeting);
    bench.publish(link, &topic, b"the last", None);
    let kept = bench.events().len();
    bench.publish(link, &topic, b"one too many", None);
    assert_eq!(bench.reason(link), Some(&CloseReason::QuotaExceeded));
    assert_eq!(bench.events().len(), kept);
}

#[test]
fn without_quota_nobody_connects() {
    let (mut bench, _) = used_up_but(0, true);
    let greeting = bench.greeting("dev2");
    let link = bench.greet(&greeting);
    assert_eq!(bench.said(link), ["CONNACK 3", "close refused"]);
    let reason = CloseReason::Refused(Refusal::QuotaExceeded);
    assert_eq!(bench.reason(link), Some(&reason));
}

#[test]
fn who_may_not_connect_anyway_is_told_so_first() {
    let (mut bench, _) = used_up_but(0, true);
    let mut greeting = bench.greeting("dev2");
    greeting.password = None;
    let link = bench.greet(&greeting);
    assert_eq!(bench.said(link), ["CONNACK 5", "close refused"]);
}

#[test]
fn a_connection_that_stands_is_left_alone() {
    let (mut bench, link) = used_up_but(0, true);
    assert!(bench.is_alive(link));
}

/// Operations that send or receive messages.
const MESSAGES: [(&str, &str); 8] = [
    ("GET", "/twins/dev1"),
    ("PATCH", "/twins/dev1"),
    ("PUT", "/twins/dev1"),
    ("POST", "/devices/query"),
    ("POST", "/twins/dev1/methods"),
    ("POST", "/devices/dev1/messages/deviceBound"),
    ("POST", "/devices/dev1/messages/events"),
    ("GET", "/devices/dev1/messages/deviceBound"),
];

const EXCEEDED: &str = "403 IotHubQuotaExceeded";

#[test]
fn requests_that_are_messages_are_refused_until_midnight() {
    let (mut bench, _) = used_up_but(0, true);
    for (method, path) in MESSAGES {
        let ask = Ask::path(method, path);
        assert_eq!(bench.outcome(&ask), EXCEEDED, "{method} {path}");
    }
    bench.wait_almost(UNTIL_MIDNIGHT);
    for (method, path) in MESSAGES {
        let ask = Ask::path(method, path);
        assert_eq!(bench.outcome(&ask), EXCEEDED, "{method} {path}");
    }
    bench.wait(Duration::from_millis(1));
    for (method, path) in MESSAGES {
        let ask = Ask::path(method, path);
        assert_ne!(bench.outcome(&ask), EXCEEDED, "{method} {path}");
    }
    let link = bench.connect("dev2");
    let topic = TOPIC.replace("dev1", "dev2");
    bench.publish(link, &topic, b"x", Some(1));
    assert_eq!(bench.said(link), ["PUBACK 1"]);
}

#[test]
fn the_refusal_says_how_much_was_used_and_until_when_it_holds() {
    let (mut bench, _) = used_up_but(0, true);
    let answer = bench.ask(&Ask::path("GET", "/twins/dev1"));
    assert_eq!(outcome(&answer), EXCEEDED);
    let body = json(&answer);
    let message = body["Message"].as_str().unwrap();
    assert!(
        message.starts_with("ErrorCode:IotHubQuotaExceeded;"),
        "{message}"
    );
    for part in ["8000 messages", "2026-08-02T00:00:00"] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn the_registry_needs_no_quota() {
    let (mut bench, _) = used_up_but(0, true);
    bench.register("dev3");
    assert_eq!(bench.outcome(&Ask::path("GET", "/devices")), "200");
    bench.delete("dev3");
}

#[test]
fn a_request_without_rights_is_not_told_of_the_quota() {
    let (mut bench, _) = used_up_but(0, true);
    let request = Ask::path("GET", "/twins/dev1").unauthorised();
    let answer = bench.request(&request);
    assert_eq!(outcome(&answer), "401 IotHubUnauthorizedAccess");
}

#[test]
fn limits_that_are_not_enforced_are_only_counted() {
    let (mut bench, link) = used_up_but(0, false);
    bench.publish(link, TOPIC, b"x", Some(1));
    assert_eq!(bench.said(link), ["PUBACK 1"]);
    assert_eq!(messages(&bench), 8_001);
    bench.connect("dev2");
    for (method, path) in MESSAGES {
        let ask = Ask::path(method, path);
        assert_ne!(bench.outcome(&ask), EXCEEDED, "{method} {path}");
    }
}

/// Registers so many devices in all, as fast as the tier lets it.
fn fill(bench: &mut Bench, devices: usize) {
    for number in bench.hub.devices().count()..devices {
        if number % 100 == 0 {
            bench.wait(Duration::from_mins(1));
        }
        bench.register(&format!("device-{number}"));
    }
}

#[test]
fn the_free_tier_has_500_devices() {
    let mut bench = Bench::of(options(Tier::F1, true));
    fill(&mut bench, 500);
    bench.wait(Duration::from_mins(1));
    let answer = bench.ask(&Ask::put("one-more"));
    assert_eq!(outcome(&answer), "413 TooManyDevices");
    let body = json(&answer);
    assert!(body["Message"].as_str().unwrap().contains("500"), "{body}");
    assert!(bench.hub.device("one-more").is_none());
    // What is there can be replaced, and its place be taken.
    assert_eq!(bench.outcome(&Ask::put("dev1").if_match("*")), "200");
    assert_eq!(bench.outcome(&Ask::put("dev1")), "409 DeviceAlreadyExists");
    let absent = Ask::put("one-more").if_match("*");
    assert_eq!(bench.outcome(&absent), "404 DeviceNotFound");
    bench.delete("dev2");
    bench.register("one-more");
}

#[test]
fn many_devices_in_one_request_are_registered_while_there_is_room() {
    let mut bench = Bench::of(options(Tier::F1, true));
    fill(&mut bench, 499);
    bench.wait(Duration::from_mins(1));
    let items = r#"[{"id":"first","importMode":"create"},{"id":"second","importMode":"create"}]"#;
    let answer = bench.ask(&Ask::path("POST", "/devices").body(items));
    assert_eq!(outcome(&answer), "400 BulkRegistryOperationFailure");
    let errors = &json(&answer)["errors"];
    assert_eq!(errors.as_array().unwrap().len(), 1, "{errors}");
    assert_eq!(errors[0]["deviceId"], "second");
    assert_eq!(errors[0]["errorCode"], 413_002);
    assert!(bench.hub.device("first").is_some());
    assert!(bench.hub.device("second").is_none());
}

#[test]
fn other_tiers_have_room_for_more_and_so_has_a_free_one_that_is_not_enforced() {
    for (tier, enforce) in [(Tier::F1, false), (S1, true)] {
        let mut bench = Bench::of(options(tier, enforce));
        fill(&mut bench, 501);
    }
    let bench = Bench::empty(options(S1, true));
    assert_eq!(bench.hub.usage(bench.now).most_devices, 1_000_000);
}

#[test]
fn a_request_that_waited_past_the_quota_is_refused_at_its_turn() {
    let (mut bench, link) = used_up_but(1, true);
    let read = Ask::path("POST", "/devices/query").body("no query");
    let started: Vec<_> = (0..21).map(|_| bench.start(&read)).collect();
    let last = *started.last().unwrap();
    assert!(bench.answer(last).is_none());
    bench.publish(link, TOPIC, b"x", None);
    bench.wait(3 * SECOND);
    assert_eq!(outcome(&bench.answer(last).unwrap()), EXCEEDED);
}

#[test]
fn limits_can_be_switched_on_and_off() {
    let (mut bench, link) = used_up_but(1, false);
    bench.hub.enforce_limits(Some(Tier::F1));
    bench.publish(link, TOPIC, b"last", None);
    assert_eq!(messages(&bench), 8_000);
    bench.publish(link, TOPIC, b"one too many", None);
    assert_eq!(bench.reason(link), Some(&CloseReason::QuotaExceeded));
    assert!(bench.hub.usage(bench.now).enforced);

    bench.hub.enforce_limits(None);
    let link = bench.connect("dev1");
    bench.publish(link, TOPIC, b"free again", None);
    assert_eq!(messages(&bench), 8_001);
    assert!(!bench.hub.usage(bench.now).enforced);
}

#[test]
fn enforced_limits_are_those_of_the_tier() {
    let mut bench = Bench::new();
    for (tier, name, quota) in [(Tier::F1, "F1", 8_000), (S1, "S1", 400_000)] {
        bench.hub.enforce_limits(Some(tier));
        let usage = bench.hub.usage(bench.now);
        assert_eq!((usage.tier, usage.daily_quota), (name, quota));
    }
    bench.hub.enforce_limits(None);
    let usage = bench.hub.usage(bench.now);
    assert_eq!((usage.tier, usage.enforced), ("S1", false));
}
