//! What the checks of lesson 4 see, and what its programs print.

use std::time::Duration;

use client::{
    device::DeviceOptions,
    service::{IfMatch, TwinChange},
};
use hub::Tier;
use lab::{Context, Program, ProgramError, view::Side};
use serde_json::json;

use super::{
    OUTLINE, checks,
    programs::{
        ADD_TAGS, ADD_TAGS_AND_QUERY, CHANGE_WITH_AN_OLD_ETAG, OLD_ETAG, QUERY_TOO_EARLY, REPORT,
        REPORT_CONNECTIVITY, TOO_EARLY,
    },
};
use crate::test_bench::{Check, Story, TestBench, tell};

const WORDS: &str = include_str!("../../../../www/texts/en/twins.ftl");

const LAG: Duration = Duration::from_secs(10);

const SECOND_LEVEL: (&str, &str) = ("power-level", "2");

/// A device that reports what it is told to, and does not listen.
static DEAF: Program = Program {
    name: "deaf",
    side: Side::Device,
    run: |bench| Box::pin(deaf(bench)),
};

async fn deaf(bench: Context) -> Result<(), ProgramError> {
    let device = bench.device(bench.device_connection_string()?, DeviceOptions::default());
    device.connect().await?;
    device
        .patch_reported(json!({ "connectivity": bench.setting("connectivity") }))
        .await?;
    std::future::pending().await
}

/// Writes a tag with an etag and a name, as often as it is told to, all at once.
static WRITER: Program = Program {
    name: "writer",
    side: Side::Cloud,
    run: |bench| Box::pin(async move { write(&bench) }),
};

fn write(bench: &Context) -> Result<(), ProgramError> {
    let service = bench.service("service")?;
    let if_match = match bench.setting("etag") {
        "" => IfMatch::Any,
        etag => IfMatch::Etag(etag.to_owned()),
    };
    let change = TwinChange::tags(json!({ bench.setting("tag"): 1 }));
    for _ in 0..bench.setting("times").parse()? {
        let device_id = bench.setting("device-id");
        let call = service.patch_twin(bench.now(), device_id, &change, &if_match);
        let own = bench.clone();
        bench.spawn(async move {
            // What comes of it is for the check to see.
            let _ = own.send(call).await;
        });
    }
    Ok(())
}

const OLD: &[(&str, &str)] = &[("etag", "b2xk"), ("tag", "a"), ("times", "1")];

/// Adds tags and asks, and waits until both queries were asked.
fn tag(bench: &mut TestBench) {
    bench.run(&ADD_TAGS);
    bench.wait(1);
}

fn tag_again(bench: &mut TestBench) {
    bench.run_with(&ADD_TAGS, &[SECOND_LEVEL]);
    bench.wait(1);
}

/// Asks more often than the free tier lets anybody ask.
fn tag_often(bench: &mut TestBench, times: usize) {
    bench.hands.enforce_limits(Some(Tier::F1));
    for _ in 0..times {
        tag(bench);
    }
}

/// What is seen after what.
const CASES: &[(&str, Check, Story)] = &[
    ("check-twins-tag-unknown", checks::tagged, |bench| {
        let settings = &mut bench.settings;
        settings.insert("device-id".to_owned(), "nobody".to_owned());
    }),
    ("check-twins-tag-untagged", checks::tagged, |_| {}),
    ("check-twins-tag-level", checks::tagged, tag_again),
    ("check-twins-query-none", checks::tagged, |bench| {
        bench.run(&ADD_TAGS);
    }),
    ("check-twins-query-unanswered", checks::tagged, |bench| {
        tag_often(bench, 15);
    }),
    ("check-twins-query-refused", checks::tagged, |bench| {
        tag_often(bench, 31);
    }),
    ("check-twins-tag-not-found", checks::tagged, |bench| {
        bench.hands.set_query_lag(LAG);
        tag(bench);
    }),
    ("check-twins-tag-reported-saw", checks::tagged, |bench| {
        bench.run(&REPORT);
        tag(bench);
    }),
    ("check-twins-tag-saw", checks::tagged, tag),
    ("check-twins-report-nothing", checks::reported, |_| {}),
    ("check-twins-report-other", checks::reported, |bench| {
        bench.run_with(&DEAF, &[("connectivity", "wifi")]);
    }),
    ("check-twins-report-offline", checks::reported, |bench| {
        bench.run(&REPORT);
        bench.stop(REPORT_CONNECTIVITY);
    }),
    ("check-twins-report-deaf", checks::reported, |bench| {
        bench.run_with(&DEAF, &[("connectivity", "cellular")]);
    }),
    ("check-twins-report-saw", checks::reported, |bench| {
        bench.run(&REPORT);
    }),
    ("check-twins-tag-level", checks::found, |bench| {
        bench.run(&REPORT);
        tag(bench);
    }),
    ("check-twins-query-none", checks::found, |bench| {
        bench.run(&REPORT);
        bench.run_with(&ADD_TAGS, &[SECOND_LEVEL]);
    }),
    ("check-twins-tag-not-found", checks::found, |bench| {
        bench.run(&REPORT);
        bench.hands.set_query_lag(LAG);
        tag_again(bench);
    }),
    ("check-twins-again-not-found", checks::found, tag_again),
    ("check-twins-again-not-told", checks::found, |bench| {
        bench.run(&REPORT);
        bench.stop(REPORT_CONNECTIVITY);
        tag_again(bench);
    }),
    ("check-twins-again-saw", checks::found, |bench| {
        bench.run(&REPORT);
        tag_again(bench);
    }),
    ("check-twins-conflict-none", checks::kept_apart, |_| {}),
    ("check-twins-conflict-went-through", checks::kept_apart, tag),
    (
        "check-twins-conflict-not-mended",
        checks::kept_apart,
        |bench| bench.run_with(&WRITER, OLD),
    ),
    (
        "check-twins-conflict-refused",
        checks::kept_apart,
        |bench| {
            bench.run_with(&WRITER, OLD);
            bench.run_with(&WRITER, &[("tag", "a.b"), ("times", "1")]);
        },
    ),
    (
        "check-twins-conflict-unanswered",
        checks::kept_apart,
        |bench| {
            bench.hands.enforce_limits(Some(Tier::F1));
            bench.run_with(&WRITER, &[("tag", "a"), ("times", "60")]);
        },
    ),
    ("check-twins-conflict-saw", checks::kept_apart, |bench| {
        bench.run(&OLD_ETAG);
    }),
    ("check-twins-lag-none", checks::asked_too_early, |_| {}),
    (
        "check-twins-lag-at-once",
        checks::asked_too_early,
        |bench| bench.run(&TOO_EARLY),
    ),
    (
        "check-twins-lag-too-early",
        checks::asked_too_early,
        |bench| {
            bench.hands.set_query_lag(LAG);
            bench.run(&TOO_EARLY);
            bench.wait(5);
        },
    ),
    ("check-twins-lag-on", checks::asked_too_early, |bench| {
        bench.hands.set_query_lag(LAG);
        bench.run(&TOO_EARLY);
        bench.wait(10);
    }),
    ("check-twins-lag-saw", checks::asked_too_early, |bench| {
        bench.hands.set_query_lag(LAG);
        bench.run(&TOO_EARLY);
        bench.wait(10);
        bench.hands.set_query_lag(Duration::ZERO);
    }),
];

#[test]
fn checks_tell_apart_all_that_they_can_see() {
    tell(&OUTLINE, WORDS, CASES);
}

#[test]
fn the_first_query_finds_the_device_and_the_second_once_it_has_reported() {
    let mut bench = TestBench::new(&OUTLINE);
    tag(&mut bench);
    let id = bench.device_id().to_owned();
    let found = format!("Devices in Redmond43: {id}");
    let none = "Devices in Redmond43 on a cellular network: none";
    let printed = bench.printed(ADD_TAGS_AND_QUERY);
    assert!(printed.ends_with(&[&found, none]), "{printed:?}");

    bench.run(&REPORT);
    tag_again(&mut bench);
    let both = format!("Devices in Redmond43 on a cellular network: {id}");
    let printed = bench.printed(ADD_TAGS_AND_QUERY);
    assert!(printed.ends_with(&[&found, &both]), "{printed:?}");
    assert!(printed.contains(&"    power_level  = 2"));
}

#[test]
fn the_device_prints_what_it_reports_and_what_is_wanted_of_it() {
    let mut bench = TestBench::new(&OUTLINE);
    tag(&mut bench);
    bench.run(&REPORT);
    tag_again(&mut bench);
    let id = bench.device_id();
    let expected = [
        &format!("{id} is connected over MQTT."),
        "    desired power_level = 1",
        "Reported connectivity = cellular.",
        "    version of the reported properties = 2",
        "Desired properties changed, version 3:",
        "    power_level = 2",
    ];
    assert_eq!(bench.printed(REPORT_CONNECTIVITY), expected);
}

#[test]
fn the_second_attempt_with_a_new_etag_succeeds() {
    let mut bench = TestBench::new(&OUTLINE);
    bench.run(&OLD_ETAG);
    let printed = bench.printed(CHANGE_WITH_AN_OLD_ETAG).join("\n");
    assert!(printed.contains("Attempt 1: the hub refused: 412 PreconditionFailed"));
    assert!(printed.contains("Attempt 2: done."), "{printed}");
}

#[test]
fn a_query_finds_the_change_when_the_lag_is_over() {
    let mut bench = TestBench::new(&OUTLINE);
    bench.hands.set_query_lag(LAG);
    bench.run(&TOO_EARLY);
    bench.wait(10);
    let printed = bench.printed(QUERY_TOO_EARLY);
    let expected = ["0", "0", "1"];
    for (number, count) in (1..).zip(expected) {
        let line = format!("Query {number} finds devices: {count}");
        assert!(printed.contains(&line.as_str()), "{printed:?}");
    }
}
