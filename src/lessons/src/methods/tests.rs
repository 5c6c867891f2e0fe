//! What the checks of lesson 2 see, and what its programs do.

use serde_json::Value;
use wire::timestamp::Timestamp;

use super::{
    OUTLINE, checks,
    programs::{BACK_END, BACK_END_APPLICATION, DEVICE, SIMULATED_DEVICE_WITH_METHODS},
};
use crate::test_bench::{Check, PUPPET, Story, TestBench, tell};

const WORDS: &str = include_str!("../../../../www/texts/en/methods.ftl");

const NO_NUMBER: (&str, &str) = ("method-payload", r#""ten""#);
const NO_METHOD: (&str, &str) = ("method-name", "Reboot");

/// A device that never answers.
fn run_mute(bench: &mut TestBench) {
    bench.run_with(&PUPPET, &[("listen", "methods")]);
}

/// What is seen after what.
const CASES: &[(&str, Check, Story)] = &[
    ("check-methods-listen-offline", checks::listening, |_| {}),
    ("check-methods-listen-deaf", checks::listening, |bench| {
        bench.run(&PUPPET);
    }),
    ("check-methods-listen-quiet", checks::listening, run_mute),
    ("check-methods-listen-pace", checks::listening, |bench| {
        bench.run_with(&PUPPET, &[("listen", "methods"), ("interval", "5")]);
        bench.wait(6);
    }),
    ("check-methods-listen-saw", checks::listening, |bench| {
        bench.run(&DEVICE);
        bench.wait(1);
    }),
    ("check-methods-call-none", checks::called, |bench| {
        bench.run(&DEVICE);
    }),
    ("check-methods-call-unanswered", checks::called, |bench| {
        run_mute(bench);
        bench.run(&BACK_END);
    }),
    ("check-methods-call-refused", checks::called, |bench| {
        bench.run(&BACK_END);
    }),
    ("check-methods-call-other", checks::called, |bench| {
        bench.run(&DEVICE);
        bench.run_with(&BACK_END, &[NO_METHOD]);
    }),
    ("check-methods-call-status", checks::called, |bench| {
        bench.run(&DEVICE);
        bench.run_with(&BACK_END, &[NO_NUMBER]);
    }),
    ("check-methods-call-no-number", checks::called, |bench| {
        bench.run_with(&PUPPET, &[("listen", "methods"), ("status", "200")]);
        bench.run_with(&BACK_END, &[NO_NUMBER]);
    }),
    ("check-methods-call-gone", checks::called, |bench| {
        bench.run(&DEVICE);
        bench.run(&BACK_END);
        bench.stop(SIMULATED_DEVICE_WITH_METHODS);
    }),
    ("check-methods-call-wait", checks::called, |bench| {
        bench.run(&DEVICE);
        bench.run(&BACK_END);
        bench.wait(10);
    }),
    ("check-methods-call-pace", checks::called, |bench| {
        let settings = [("listen", "methods"), ("status", "200"), ("interval", "1")];
        bench.run_with(&PUPPET, &settings);
        bench.run(&BACK_END);
        bench.wait(30);
    }),
    ("check-methods-call-saw", checks::called, |bench| {
        bench.run(&DEVICE);
        bench.run(&BACK_END);
        bench.wait(11);
    }),
    ("check-methods-refuse-none", checks::refused, |bench| {
        bench.run(&DEVICE);
        bench.run(&BACK_END);
    }),
    ("check-methods-refuse-no-404", checks::refused, |bench| {
        bench.run(&DEVICE);
        bench.run_with(&BACK_END, &[NO_NUMBER]);
    }),
    ("check-methods-refuse-no-400", checks::refused, |bench| {
        bench.run(&DEVICE);
        bench.run_with(&BACK_END, &[NO_METHOD]);
    }),
    (
        "check-methods-refuse-unanswered",
        checks::refused,
        |bench| {
            run_mute(bench);
            bench.run_with(&BACK_END, &[NO_NUMBER]);
        },
    ),
    ("check-methods-refuse-hub", checks::refused, |bench| {
        bench.run_with(&BACK_END, &[NO_NUMBER]);
    }),
    ("check-methods-refuse-saw", checks::refused, |bench| {
        bench.run(&DEVICE);
        bench.run_with(&BACK_END, &[NO_NUMBER]);
        bench.run_with(&BACK_END, &[NO_METHOD]);
    }),
    ("check-methods-offline-online", checks::offline, |bench| {
        bench.run(&BACK_END);
        bench.run(&DEVICE);
    }),
    ("check-methods-offline-none", checks::offline, |bench| {
        bench.run(&DEVICE);
        bench.run(&BACK_END);
        bench.stop(SIMULATED_DEVICE_WITH_METHODS);
    }),
    (
        "check-methods-offline-unanswered",
        checks::offline,
        |bench| {
            run_mute(bench);
            bench.run(&BACK_END);
            bench.stop(PUPPET.name);
        },
    ),
    ("check-methods-offline-other", checks::offline, |bench| {
        run_mute(bench);
        bench.run(&BACK_END);
        bench.wait(30);
        bench.stop(PUPPET.name);
    }),
    ("check-methods-offline-saw", checks::offline, |bench| {
        bench.run(&DEVICE);
        bench.stop(SIMULATED_DEVICE_WITH_METHODS);
        bench.run(&BACK_END);
    }),
];

#[test]
fn each_check_tells_what_it_sees() {
    tell(&OUTLINE, WORDS, CASES);
}

#[test]
fn the_device_answers_each_call_with_its_status_and_text() {
    const DONE: &str = "Executed direct method SetTelemetryInterval";
    const WRONG: &str = "Invalid parameter";
    let cases = [
        ("SetTelemetryInterval", "10", 200, DONE),
        ("SetTelemetryInterval", "1.5", 200, DONE),
        ("SetTelemetryInterval", r#""10""#, 400, WRONG),
        ("SetTelemetryInterval", "null", 400, WRONG),
        ("SetTelemetryInterval", "{}", 400, WRONG),
        ("SetTelemetryInterval", "0", 400, WRONG),
        ("SetTelemetryInterval", "-1", 400, WRONG),
        ("SetTelemetryInterval", "1e300", 400, WRONG),
        ("Reboot", "10", 404, "Direct method not defined: Reboot"),
    ];
    for (name, payload, status, text) in cases {
        let mut bench = TestBench::new(&OUTLINE);
        bench.run(&DEVICE);
        bench.run_with(
            &BACK_END,
            &[("method-name", name), ("method-payload", payload)],
        );
        assert_eq!(
            bench.printed(BACK_END_APPLICATION),
            [
                "Calling a direct method of MyPythonDevice:".to_owned(),
                format!("    name     = {name}"),
                format!("    payload  = {}", payload.replace("1e300", "1e+300")),
                "MyPythonDevice answered:".to_owned(),
                format!("    status   = {status}"),
                format!(r#"    payload  = {{"Response":"{text}"}}"#),
            ]
        );
        let device = bench.printed(SIMULATED_DEVICE_WITH_METHODS);
        let answer = format!("Answering {status}: {text}");
        assert_eq!(device.last(), Some(&answer.as_str()));
    }
}

#[test]
fn the_back_end_ends_with_what_is_no_json() {
    let mut bench = TestBench::new(&OUTLINE);
    bench.run_with(&BACK_END, &[("method-payload", "1e999")]);
    let printed = bench.printed(BACK_END_APPLICATION);
    assert!(
        matches!(printed[..], [error] if error.contains("number out of range")),
        "{printed:?}"
    );
}

#[test]
fn telemetry_is_in_its_bounds_and_warns_of_heat() {
    let mut bench = TestBench::new(&OUTLINE);
    bench.run(&DEVICE);
    bench.wait(99);
    let hub = bench.hands.hub();
    let events = hub.device_events(bench.device_id(), Timestamp::NEVER);
    assert_eq!(events.len(), 100);
    let mut alerts = 0;
    for event in events {
        let body: Value = serde_json::from_slice(&event.body).unwrap();
        let temperature = body["temperature"].as_f64().unwrap();
        let humidity = body["humidity"].as_f64().unwrap();
        assert!((20.0..=35.0).contains(&temperature), "{temperature}");
        assert!((60.0..=80.0).contains(&humidity), "{humidity}");
        let is_hot = temperature > 30.0;
        let alert = ("temperatureAlert".to_owned(), Some(is_hot.to_string()));
        assert_eq!(event.properties.application, [alert], "{temperature}");
        alerts += u32::from(is_hot);
    }
    assert!((1..100).contains(&alerts), "{alerts}");
    let printed = bench.printed(SIMULATED_DEVICE_WITH_METHODS);
    assert!(
        printed[1].starts_with(r#"Sent {"temperature": "#),
        "{}",
        printed[1]
    );
}
