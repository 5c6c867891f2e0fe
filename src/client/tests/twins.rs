//! Twins, as a device asks for them.

use std::time::Duration;

use client::device::{
    Applied, DesiredPatch, DeviceOptions, RetryPolicy, SessionEvent, TwinAnswer, TwinError,
    TwinState,
};
use serde_json::{Value, json};
use wire::error::ErrorCode;
use wire::mqtt::Frame;
use wire::mqtt::mqttrs::{ConnectReturnCode, Packet, QoS};

use crate::bench::{Bench, SECOND, calm};

const RESPONSES: &str = "$iothub/twin/res/#";
const TWIN: &str = r#"{"desired":{"a":1,"$version":4},"reported":{"b":{"c":2},"$version":7}}"#;

fn get(bench: &mut Bench) {
    bench.session.get_twin(bench.now);
    bench.drain();
}

fn patch(bench: &mut Bench, patch: Value, version: Option<u64>) {
    let Value::Object(patch) = patch else {
        panic!("a patch is an object");
    };
    bench.session.patch_reported(bench.now, &patch, version);
    bench.drain();
}

/// Answers the first request of a session.
fn answer(bench: &mut Bench, status: u16, version: Option<u64>, body: &str) {
    answer_to(bench, "t0", status, version, body);
}

fn answer_to(bench: &mut Bench, id: &str, status: u16, version: Option<u64>, body: &str) {
    let version = version.map_or(String::new(), |version| format!("&$version={version}"));
    let topic = format!("$iothub/twin/res/{status}/?$rid={id}{version}");
    bench.deliver(&topic, body, None);
}

/// A session whose subscription to answers is granted.
fn listening(options: DeviceOptions) -> Bench {
    let mut bench = Bench::connected(options);
    bench
        .session
        .subscribe(bench.now, wire::topic::TopicFilter::TwinResponses);
    bench.drain();
    bench.suback(1, Some(QoS::AtLeastOnce));
    bench.lines();
    bench.packets();
    bench.events();
    bench
}

/// The topics of what the session published since this was last asked for.
fn topics(bench: &mut Bench) -> Vec<String> {
    let packets = bench.packets().into_iter();
    let topics = packets.filter_map(|bytes| {
        let frame = Frame::parse(&bytes).unwrap();
        match frame.decode().unwrap() {
            Packet::Publish(publish) => Some(publish.topic_name.to_owned()),
            _ => None,
        }
    });
    topics.collect()
}

fn failure(bench: &mut Bench) -> Option<TwinError> {
    bench.events().into_iter().find_map(|event| match event {
        SessionEvent::TwinFailed(_, error) => Some(error),
        _ => None,
    })
}

#[test]
fn the_first_request_subscribes_to_the_answers_and_then_asks() {
    let mut bench = Bench::connected(calm());
    get(&mut bench);
    assert_eq!(bench.lines(), [format!("SUBSCRIBE #1 {RESPONSES}")]);
    bench.suback(1, Some(QoS::AtLeastOnce));
    assert_eq!(
        bench.lines(),
        [
            format!("subscribed {RESPONSES} at 1"),
            "PUBLISH #0 ".to_owned()
        ]
    );
    get(&mut bench);
    assert_eq!(bench.lines(), ["PUBLISH #0 "], "the second asks at once");
    assert_eq!(
        topics(&mut bench),
        ["$iothub/twin/GET/?$rid=t0", "$iothub/twin/GET/?$rid=t1"]
    );
}

#[test]
fn the_twin_comes_with_the_versions_of_both_sections() {
    let mut bench = listening(calm());
    get(&mut bench);
    answer(&mut bench, 200, None, TWIN);
    let Some(SessionEvent::TwinAnswered(_, TwinAnswer::Twin(twin))) = bench.events().pop() else {
        panic!("expected the twin");
    };
    assert_eq!((twin.desired.version, twin.reported.version), (4, 7));
    assert_eq!(Value::Object(twin.desired.properties), json!({"a": 1}));
    assert_eq!(
        Value::Object(twin.reported.properties),
        json!({"b": {"c": 2}})
    );
}

#[test]
fn a_change_of_reported_properties_brings_their_new_version() {
    let mut bench = listening(calm());
    patch(&mut bench, json!({"b": null}), None);
    assert_eq!(bench.lines(), [r#"PUBLISH #0 {"b":null}"#]);
    assert_eq!(
        topics(&mut bench),
        ["$iothub/twin/PATCH/properties/reported/?$rid=t0"]
    );
    answer(&mut bench, 204, Some(8), "");
    assert_eq!(bench.lines(), ["reported 8"]);
}

#[test]
fn an_expected_version_goes_with_the_change() {
    let mut bench = listening(calm());
    patch(&mut bench, json!({"b": 1}), Some(7));
    assert_eq!(
        topics(&mut bench),
        ["$iothub/twin/PATCH/properties/reported/?$rid=t0&$version=7"]
    );
}

#[test]
fn answers_are_matched_by_their_request_id_in_whatever_order_they_come() {
    let mut bench = listening(calm());
    get(&mut bench);
    patch(&mut bench, json!({}), None);
    bench.lines();
    answer_to(&mut bench, "t1", 204, Some(8), "");
    answer_to(&mut bench, "t0", 200, None, TWIN);
    assert_eq!(bench.lines(), ["reported 8", "twin desired 4 reported 7"]);
}

#[test]
fn an_answer_that_nobody_waits_for_is_passed_over() {
    let mut bench = listening(calm());
    get(&mut bench);
    answer(&mut bench, 200, None, TWIN);
    bench.lines();
    answer(&mut bench, 200, None, TWIN);
    assert_eq!(bench.lines(), [""; 0]);
}

#[test]
fn an_answer_to_a_request_of_the_program_s_own_making_is_a_message() {
    let mut bench = listening(calm());
    for id in ["mine", "t5", "t", "t-1"] {
        answer_to(&mut bench, id, 200, None, "{}");
        assert_eq!(bench.lines(), ["message {}"], "{id}");
    }
}

#[test]
fn a_refusal_keeps_its_status_its_code_and_its_words() {
    let body = r#"{"errorCode":412001,"trackingId":"x","message":"stale","timestampUtc":"y"}"#;
    let mut bench = listening(calm());
    patch(&mut bench, json!({}), Some(3));
    answer(&mut bench, 412, None, body);
    let error = failure(&mut bench).unwrap();
    assert_eq!(
        error,
        TwinError::Rejected {
            status: 412,
            code: Some(ErrorCode::PreconditionFailed),
            message: "stale".to_owned()
        }
    );
    assert_eq!(
        error.to_string(),
        "the hub refused the request about the twin: 412 PreconditionFailed: stale (read the twin \
         and try again with its version)"
    );
}

#[test]
fn a_refusal_may_have_no_body() {
    for status in [400, 404, 413, 429, 500, 999] {
        let mut bench = listening(calm());
        get(&mut bench);
        answer(&mut bench, status, None, "");
        let found = failure(&mut bench);
        assert!(
            matches!(found, Some(TwinError::Rejected { status: found, .. }) if found == status),
            "{status}: {found:?}"
        );
    }
}

#[test]
fn an_answer_that_is_not_a_twin_is_unreadable() {
    let bodies = [
        "",
        "null",
        "[]",
        "{}",
        r#"{"desired":{"$version":1}}"#,
        r#"{"desired":{},"reported":{"$version":1}}"#,
        r#"{"desired":{"$version":"1"},"reported":{"$version":1}}"#,
        r#"{"desired":{"$version":-1},"reported":{"$version":1}}"#,
    ];
    for body in bodies {
        let mut bench = listening(calm());
        get(&mut bench);
        answer(&mut bench, 200, None, body);
        let found = failure(&mut bench);
        assert!(
            matches!(found, Some(TwinError::Unreadable { .. })),
            "{body}"
        );
    }
    let mut bench = listening(calm());
    patch(&mut bench, json!({}), None);
    answer(&mut bench, 204, None, "");
    assert!(matches!(
        failure(&mut bench),
        Some(TwinError::Unreadable { .. })
    ));
}

#[test]
fn reading_and_a_change_without_an_expected_version_outlive_a_lost_connection() {
    let mut bench = listening(calm());
    get(&mut bench);
    patch(&mut bench, json!({"b": 1}), None);
    bench.lose();
    bench.wait(SECOND);
    bench.lines();
    bench.accept(true);
    bench.suback(2, Some(QoS::AtLeastOnce));
    assert_eq!(
        bench.lines(),
        [
            "CONNECT".to_owned(),
            "connected".to_owned(),
            format!("SUBSCRIBE #2 {RESPONSES}"),
            format!("subscribed {RESPONSES} at 1"),
            "PUBLISH #0 ".to_owned(),
            r#"PUBLISH #0 {"b":1}"#.to_owned(),
        ]
    );
    answer_to(&mut bench, "t1", 204, Some(8), "");
    assert_eq!(bench.lines(), ["reported 8"]);
}

#[test]
fn a_change_that_expects_a_version_is_not_repeated_because_the_first_may_have_counted() {
    let mut bench = listening(calm());
    patch(&mut bench, json!({"b": 1}), Some(7));
    bench.lines();
    bench.lose();
    assert_eq!(
        bench.lines(),
        [
            "disconnected LinkClosed",
            "twin failed ConnectionLost",
            "retry 1 in 1s"
        ]
    );
}

#[test]
fn a_change_that_expects_a_version_and_was_not_sent_waits_for_the_next_connection() {
    let mut bench = listening(calm());
    bench.lose();
    patch(&mut bench, json!({"b": 1}), Some(7));
    bench.wait(SECOND);
    bench.accept(true);
    bench.lines();
    bench.suback(2, Some(QoS::AtLeastOnce));
    assert_eq!(bench.lines()[1], r#"PUBLISH #0 {"b":1}"#);
}

#[test]
fn a_new_token_does_not_lose_a_request() {
    let mut bench = listening(DeviceOptions {
        token_lifetime: Duration::from_hours(1),
        ..calm()
    });
    get(&mut bench);
    bench.wait(Duration::from_mins(58));
    bench.accept(true);
    bench.suback(2, Some(QoS::AtLeastOnce));
    assert_eq!(bench.lines().last().unwrap(), "PUBLISH #0 ");
    answer(&mut bench, 200, None, TWIN);
    assert_eq!(bench.lines(), ["twin desired 4 reported 7"]);
}

#[test]
fn a_request_gives_up_in_time_and_says_whether_it_was_sent() {
    let options = || DeviceOptions {
        message_timeout: 10 * SECOND,
        ..calm()
    };
    for (lost, expected) in [(false, 1), (true, 0)] {
        let mut bench = listening(options());
        if lost {
            bench.lose();
            bench.wait(SECOND);
        }
        get(&mut bench);
        bench.events();
        bench.wait(9 * SECOND);
        assert_eq!(failure(&mut bench), None);
        bench.wait(SECOND);
        let after = 10 * SECOND;
        let times_sent = expected;
        assert_eq!(
            failure(&mut bench),
            Some(TwinError::TimedOut { after, times_sent })
        );
    }
}

#[test]
fn without_the_subscription_no_answer_can_come() {
    let mut bench = Bench::connected(calm());
    get(&mut bench);
    get(&mut bench);
    bench.lines();
    bench.suback(1, None);
    assert_eq!(
        bench.lines(),
        [
            "twin failed NotSubscribed(Rejected)".to_owned(),
            "twin failed NotSubscribed(Rejected)".to_owned(),
            format!("not subscribed {RESPONSES} Rejected"),
        ]
    );
    get(&mut bench);
    assert_eq!(
        bench.lines(),
        [format!("SUBSCRIBE #2 {RESPONSES}")],
        "the next request tries again"
    );
}

#[test]
fn every_request_fails_when_no_connection_comes_any_more() {
    let mut bench = listening(DeviceOptions {
        retry: RetryPolicy::None,
        ..calm()
    });
    get(&mut bench);
    bench.lose();
    assert_eq!(failure(&mut bench), Some(TwinError::ConnectionLost));

    let mut bench = listening(calm());
    get(&mut bench);
    bench.session.disconnect(bench.now);
    bench.drain();
    assert_eq!(failure(&mut bench), Some(TwinError::Closed));
    get(&mut bench);
    assert_eq!(failure(&mut bench), Some(TwinError::NotConnected));

    let mut bench = listening(calm());
    get(&mut bench);
    bench.lose();
    bench.wait(SECOND);
    bench.open();
    let code = ConnectReturnCode::NotAuthorized;
    bench.connack(code, false);
    assert_eq!(failure(&mut bench), Some(TwinError::Refused(code)));
}

#[test]
fn requests_are_bounded_in_number_and_in_size() {
    let mut bench = listening(DeviceOptions {
        max_pending: 1,
        ..calm()
    });
    patch(&mut bench, json!({"a": "x".repeat(300_000)}), None);
    let found = failure(&mut bench);
    assert!(
        matches!(found, Some(TwinError::TooLarge { .. })),
        "{found:?}"
    );
    get(&mut bench);
    get(&mut bench);
    assert_eq!(
        failure(&mut bench),
        Some(TwinError::TooManyPending { limit: 1 })
    );
}

fn state(version: u64, desired: Value) -> TwinState {
    let mut state = TwinState::default();
    state.desired.version = version;
    state.desired.properties = serde_json::from_value(desired).unwrap();
    state
}

#[test]
fn only_the_next_version_is_applied_to_a_twin() {
    let cases = [
        (3, Applied::Known, json!({"a": 1})),
        (4, Applied::Known, json!({"a": 1})),
        (5, Applied::Changed, json!({"a": 2})),
        (6, Applied::Gap, json!({"a": 1})),
        (u64::MAX, Applied::Gap, json!({"a": 1})),
    ];
    for (version, expected, after) in cases {
        let mut twin = state(4, json!({"a": 1}));
        let properties = serde_json::from_value(json!({"a": 2})).unwrap();
        let applied = twin.apply(&DesiredPatch {
            version,
            properties,
        });
        assert_eq!(applied, expected, "{version}");
        assert_eq!(Value::Object(twin.desired.properties), after);
    }
}

#[test]
fn a_change_is_merged_as_rfc_7386_says() {
    let cases = [
        (json!({"a": 1}), json!({"b": 2}), json!({"a": 1, "b": 2})),
        (json!({"a": 1}), json!({"a": null}), json!({})),
        (json!({}), json!({"a": null}), json!({})),
        (
            json!({"a": {"b": 1, "c": 2}}),
            json!({"a": {"b": null}}),
            json!({"a": {"c": 2}}),
        ),
        (
            json!({"a": {"b": 1}}),
            json!({"a": {"b": null}}),
            json!({"a": {}}),
        ),
        (
            json!({"a": 1}),
            json!({"a": {"b": null, "c": 1}}),
            json!({"a": {"c": 1}}),
        ),
        (
            json!({}),
            json!({"a": {"b": {"c": null}}}),
            json!({"a": {"b": {}}}),
        ),
        (json!({"a": [1, 2]}), json!({"a": [3]}), json!({"a": [3]})),
        (json!({"a": {"b": 1}}), json!({"a": "x"}), json!({"a": "x"})),
        (json!({"a": 1}), json!({}), json!({"a": 1})),
    ];
    for (before, patch, after) in cases {
        let mut twin = state(1, before.clone());
        let properties = serde_json::from_value(patch.clone()).unwrap();
        let patched = DesiredPatch {
            version: 2,
            properties,
        };
        assert_eq!(twin.apply(&patched), Applied::Changed);
        assert_eq!(
            Value::Object(twin.desired.properties),
            after,
            "{before} and {patch}"
        );
    }
}
