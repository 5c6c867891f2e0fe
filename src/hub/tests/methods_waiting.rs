//! Direct methods for devices that are not there, or do not answer.

use std::time::Duration;

use hub::ConnectionId;
use serde_json::{Value, json};
use wire::mqtt::mqttrs::QoS;

use crate::bench::{Ask, Bench, SECOND, json as body_of, outcome};
use crate::methods::{FILTER, call, called, listener, nested, reply};

const NOT_ONLINE: &str = "404 DeviceNotOnline";
const TIMEOUT: &str = "504 GatewayTimeout";

/// A call that waits 10 s for the device, and 20 s for its answer.
fn patient() -> Value {
    json!({ "methodName": "m", "connectTimeoutInSeconds": 10, "responseTimeoutInSeconds": 20 })
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn a_device_that_does_not_listen_is_not_online() {
    type Prepare = fn(&mut Bench);
    let cases: [(&str, Prepare); 6] = [
        ("never connected", |_| {}),
        ("connected, not subscribed", |bench| {
            bench.connect("dev1");
        }),
        ("subscribed to something else", |bench| {
            let link = bench.connect("dev1");
            bench.subscribe(link, &[("$iothub/twin/res/#", QoS::AtMostOnce)]);
        }),
        ("unsubscribed", |bench| {
            let link = listener(bench, "dev1");
            bench.unsubscribe(link, &[FILTER]);
        }),
        ("gone", |bench| {
            let link = listener(bench, "dev1");
            bench.lose(link);
        }),
        ("disabled", |bench| {
            listener(bench, "dev1");
            bench.disable("dev1");
        }),
    ];
    for (what, prepare) in cases {
        let mut bench = Bench::new();
        prepare(&mut bench);
        let id = call(&mut bench, &json!({ "methodName": "m" }));
        let answer = bench.answer(id).expect(what);
        assert_eq!(outcome(&answer), NOT_ONLINE, "{what}");
        let error = nested(&answer);
        assert_eq!(error["errorCode"], 404_103);
        assert_eq!(error["info"], Value::Null);
        let members: Vec<_> = error.as_object().unwrap().keys().collect();
        let expected = ["errorCode", "info", "message", "timestampUtc", "trackingId"];
        assert_eq!(members, expected);
    }
}

#[test]
fn a_disabled_device_is_not_waited_for() {
    let mut bench = Bench::new();
    bench.disable("dev1");
    let id = call(&mut bench, &patient());
    assert_eq!(outcome(&bench.answer(id).unwrap()), NOT_ONLINE);
}

#[test]
fn a_call_waits_until_the_device_connects_and_subscribes() {
    let mut bench = Bench::new();
    let id = call(&mut bench, &patient());
    bench.wait(seconds(5));
    let link = bench.connect("dev1");
    assert_eq!(bench.calls(link), []);
    bench.subscribe(link, &[("$iothub/twin/res/#", QoS::AtMostOnce)]);
    assert_eq!(bench.calls(link), []);
    bench.wait_almost(seconds(5));
    bench.subscribe(link, &[(FILTER, QoS::AtMostOnce)]);
    let rid = called(&mut bench, link).request_id;
    // The time for the answer runs from here.
    bench.wait_almost(seconds(20));
    reply(&mut bench, link, &rid, 200, b"1");
    assert_eq!(outcome(&bench.answer(id).unwrap()), "200");
}

#[test]
fn a_subscription_of_the_last_connection_is_enough() {
    let mut bench = Bench::new();
    let link = listener(&mut bench, "dev1");
    bench.lose(link);
    let ids = [call(&mut bench, &patient()), call(&mut bench, &patient())];
    let link = bench.connect("dev1");
    let calls = bench.calls(link);
    assert_eq!(calls.len(), 2);
    for (request, id) in calls.iter().zip(ids) {
        reply(&mut bench, link, &request.request_id, 200, b"");
        assert_eq!(outcome(&bench.answer(id).unwrap()), "200");
    }
}

#[test]
fn the_acknowledgement_of_the_subscription_comes_before_the_call() {
    let mut bench = Bench::new();
    call(&mut bench, &patient());
    let link = bench.connect("dev1");
    bench.subscribe(link, &[(FILTER, QoS::AtMostOnce)]);
    let lines = bench.said(link);
    assert_eq!(lines[0], "SUBACK 1 [0]");
    assert_eq!(lines.len(), 2);
}

#[test]
fn waiting_for_the_device_ends() {
    let mut bench = Bench::new();
    let id = call(&mut bench, &patient());
    bench.wait_almost(seconds(10));
    assert!(bench.answer(id).is_none());
    bench.wait(SECOND);
    let answer = bench.answer(id).unwrap();
    assert_eq!(outcome(&answer), NOT_ONLINE);
    let error = nested(&answer);
    assert_eq!(error["info"], json!({ "timeout": "00:00:10" }));
    assert!(error["timestampUtc"].as_str().unwrap().ends_with('Z'));
    // It is not sent to a device that comes too late.
    let link = listener(&mut bench, "dev1");
    assert_eq!(bench.calls(link), []);
}

#[test]
fn waiting_for_the_answer_ends() {
    for (timeout, shown) in [(5, "00:00:05"), (30, "00:00:30"), (300, "00:05:00")] {
        let mut bench = Bench::new();
        let link = listener(&mut bench, "dev1");
        let body = json!({ "methodName": "m", "responseTimeoutInSeconds": timeout });
        let id = call(&mut bench, &body);
        let rid = called(&mut bench, link).request_id;
        bench.wait_almost(seconds(timeout));
        assert!(bench.answer(id).is_none());
        bench.wait(SECOND);
        let answer = bench.answer(id).unwrap();
        assert_eq!(outcome(&answer), TIMEOUT);
        let error = nested(&answer);
        assert_eq!(error["errorCode"], 504_101);
        assert_eq!(error["info"], json!({ "timeout": shown }));
        // Too late.
        reply(&mut bench, link, &rid, 200, b"1");
        assert!(bench.is_alive(link));
    }
}

#[test]
fn without_a_timeout_the_device_has_30_seconds() {
    let mut bench = Bench::new();
    listener(&mut bench, "dev1");
    let id = call(&mut bench, &json!({ "methodName": "m" }));
    bench.wait_almost(seconds(30));
    assert!(bench.answer(id).is_none());
    bench.wait(SECOND);
    assert_eq!(outcome(&bench.answer(id).unwrap()), TIMEOUT);
}

#[test]
fn a_call_that_was_sent_outlives_the_connection() {
    type End = fn(&mut Bench, ConnectionId) -> ConnectionId;
    let cases: [End; 2] = [
        |bench, link| {
            bench.lose(link);
            bench.connect("dev1")
        },
        // A take-over.
        |bench, _| bench.connect("dev1"),
    ];
    for end in cases {
        let mut bench = Bench::new();
        let link = listener(&mut bench, "dev1");
        let id = call(&mut bench, &json!({ "methodName": "m" }));
        let rid = called(&mut bench, link).request_id;
        let link = end(&mut bench, link);
        assert!(bench.answer(id).is_none());
        assert_eq!(bench.calls(link), [], "it is not sent again");
        reply(&mut bench, link, &rid, 200, b"1");
        assert_eq!(outcome(&bench.answer(id).unwrap()), "200");
    }
}

#[test]
fn a_call_whose_device_went_away_times_out() {
    let mut bench = Bench::new();
    let link = listener(&mut bench, "dev1");
    let id = call(&mut bench, &json!({ "methodName": "m" }));
    bench.lose(link);
    bench.wait(seconds(30));
    assert_eq!(outcome(&bench.answer(id).unwrap()), TIMEOUT);
}

#[test]
fn calls_end_with_their_device() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    let link = listener(&mut bench, "dev1");
    let sent = call(&mut bench, &json!({ "methodName": "m" }));
    called(&mut bench, link);
    bench.unsubscribe(link, &[FILTER]);
    let waiting = call(&mut bench, &patient());
    let ask = Ask::path("POST", "/twins/dev1/modules/m/methods").body(&patient().to_string());
    let of_module = bench.start(&ask);
    let ask = Ask::method("dev2", &patient().to_string());
    let of_other = bench.start(&ask);
    bench.delete("dev1");
    for id in [sent, waiting, of_module] {
        let answer = bench.answer(id).unwrap();
        assert_eq!(outcome(&answer), "404 DeviceNotFound");
        let message = &body_of(&answer)["Message"];
        assert_eq!(
            message,
            "ErrorCode:DeviceNotFound;Device dev1 not registered"
        );
    }
    assert!(bench.answer(of_other).is_none());
    // Nothing of them is left.
    bench.wait(seconds(100));
}

#[test]
fn calls_end_with_their_module() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    let ask = Ask::path("POST", "/twins/dev1/modules/m/methods").body(&patient().to_string());
    let of_module = bench.start(&ask);
    let of_device = call(&mut bench, &patient());
    let ask = Ask::of_module("DELETE", "dev1", "m").if_match("*");
    assert_eq!(bench.outcome(&ask), "204");
    let answer = bench.answer(of_module).unwrap();
    assert_eq!(outcome(&answer), "404 ModuleNotFound");
    assert!(bench.answer(of_device).is_none());
}

#[test]
fn calls_that_wait_count_among_the_ten() {
    let mut bench = Bench::new();
    for _ in 0..10 {
        call(&mut bench, &patient());
    }
    let id = call(&mut bench, &patient());
    let answer = bench.answer(id).unwrap();
    assert_eq!(outcome(&answer), "403 DeviceMaximumInflightMethodExceeded");
    bench.wait(seconds(10));
    let id = call(&mut bench, &patient());
    assert!(bench.answer(id).is_none());
}
