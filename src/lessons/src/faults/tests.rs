//! What the checks of lesson 5 see, and what its programs print.

use std::time::Duration;

use hub::Tier;
use lab::Program;
use wire::connection_string::{DeviceConnectionString, DeviceCredential};

use super::{
    OUTLINE, checks,
    programs::{
        CALL, CALL_A_METHOD, CHANGE, CHANGE_THE_TWIN, CONNECT, CONNECT_AND_SEND, SEND, SEND_MANY,
        SET_DEVICE_STATUS, SET_STATUS, WRITE,
    },
    steps::with_token,
};
use crate::test_bench::{Check, PUPPET, Story, TestBench, tell};

const WORDS: &str = include_str!("../../../../www/texts/en/faults.ftl");

const DISABLED: &[(&str, &str)] = &[("status", "disabled")];

fn change_string(
    bench: &TestBench,
    change: impl FnOnce(DeviceConnectionString) -> DeviceConnectionString,
) {
    let string = bench.hands.device_string();
    bench.hands.set_device_string(string.map(change));
}

/// Gives the device the key of a policy.
fn give_wrong_key(bench: &mut TestBench) {
    let service = bench.hands.hub().service_connection_string("service");
    change_string(bench, |string| DeviceConnectionString {
        credential: DeviceCredential::SharedAccessKey(service.unwrap().key),
        ..string
    });
}

fn give_policy_string(bench: &mut TestBench) {
    let service = bench.hands.hub().service_connection_string("service");
    let text = service.unwrap().to_text();
    give_text(bench, text.expose());
}

fn give_text(bench: &mut TestBench, text: &str) {
    let error = text.parse::<DeviceConnectionString>().unwrap_err();
    bench.hands.set_wrong_device_string(error);
}

/// Gives the device a token that is good for a second.
fn give_token(bench: &mut TestBench) {
    let expires = bench.hands.now().plus(Duration::from_secs(1));
    change_string(bench, |string| with_token(string, expires.as_seconds()));
}

fn be_somebody_else(bench: &mut TestBench) {
    let settings = &mut bench.settings;
    settings.insert("device-id".to_owned(), "nobody".to_owned());
}

fn use_up_the_day(bench: &mut TestBench) {
    bench.hands.enforce_limits(Some(Tier::F1));
    bench.run(&SEND);
}

/// Somebody writes between the program's reading and its writing.
fn write_too_late(bench: &mut TestBench) {
    bench.run(&CHANGE);
    bench.run(&WRITE);
    bench.wait(2);
}

fn run(bench: &mut TestBench, programs: &[&'static Program]) {
    for program in programs {
        bench.run(program);
    }
}

/// What is seen of the fault after what.
const FAULT_CASES: &[(&str, Check, Story)] = &[
    (
        "check-faults-wrong-string-own",
        checks::wrong_string_seen,
        |_| {},
    ),
    (
        "check-faults-wrong-string-missing",
        checks::wrong_string_seen,
        |bench| bench.hands.set_device_string(None),
    ),
    (
        "check-faults-wrong-string-other",
        checks::wrong_string_seen,
        |bench| give_text(bench, "a poem"),
    ),
    (
        "check-faults-wrong-string-not-tried",
        checks::wrong_string_seen,
        give_policy_string,
    ),
    (
        "check-faults-wrong-string-fault-saw",
        checks::wrong_string_seen,
        |bench| {
            give_policy_string(bench);
            bench.run(&CONNECT);
        },
    ),
    (
        "check-faults-wrong-key-missing",
        checks::wrong_key_seen,
        |bench| bench.hands.set_device_string(None),
    ),
    (
        "check-faults-wrong-key-other-device",
        checks::wrong_key_seen,
        be_somebody_else,
    ),
    (
        "check-faults-wrong-key-right",
        checks::wrong_key_seen,
        |_| {},
    ),
    (
        "check-faults-not-tried",
        checks::wrong_key_seen,
        give_wrong_key,
    ),
    ("check-faults-let-in", checks::wrong_key_seen, |bench| {
        bench.run(&CONNECT);
        give_wrong_key(bench);
    }),
    ("check-faults-other-code", checks::wrong_key_seen, |bench| {
        use_up_the_day(bench);
        bench.run(&CONNECT);
        give_wrong_key(bench);
    }),
    (
        "check-faults-wrong-key-fault-saw",
        checks::wrong_key_seen,
        |bench| {
            give_wrong_key(bench);
            bench.run(&CONNECT);
        },
    ),
    (
        "check-faults-disabled-unknown",
        checks::disabled_seen,
        be_somebody_else,
    ),
    (
        "check-faults-disabled-enabled",
        checks::disabled_seen,
        |_| {},
    ),
    (
        "check-faults-disabled-fault-saw",
        checks::disabled_seen,
        |bench| {
            bench.run_with(&SET_STATUS, DISABLED);
            bench.run(&CONNECT);
        },
    ),
    (
        "check-faults-expired-token-missing",
        checks::expired_token_seen,
        |bench| bench.hands.set_device_string(None),
    ),
    (
        "check-faults-expired-token-key",
        checks::expired_token_seen,
        |_| {},
    ),
    (
        "check-faults-expired-token-good",
        checks::expired_token_seen,
        give_token,
    ),
    (
        "check-faults-expired-token-fault-saw",
        checks::expired_token_seen,
        |bench| {
            give_token(bench);
            bench.wait(1);
            bench.run(&CONNECT);
        },
    ),
    ("check-faults-offline-none", checks::offline_seen, |_| {}),
    (
        "check-faults-offline-answered",
        checks::offline_seen,
        |bench| run(bench, &[&CONNECT, &CALL]),
    ),
    (
        "check-faults-other-refusal",
        checks::offline_seen,
        |bench| {
            be_somebody_else(bench);
            bench.run(&CALL);
        },
    ),
    ("check-faults-unanswered", checks::offline_seen, |bench| {
        bench.run_with(&PUPPET, &[("listen", "methods")]);
        bench.run(&CALL);
    }),
    (
        "check-faults-offline-fault-saw",
        checks::offline_seen,
        |bench| bench.run(&CALL),
    ),
    ("check-faults-conflict-none", checks::conflict_seen, |_| {}),
    (
        "check-faults-conflict-alone",
        checks::conflict_seen,
        |bench| {
            bench.run(&CHANGE);
            bench.wait(2);
        },
    ),
    (
        "check-faults-conflict-fault-saw",
        checks::conflict_seen,
        write_too_late,
    ),
    ("check-faults-quota-off", checks::quota_seen, |_| {}),
    ("check-faults-quota-left", checks::quota_seen, |bench| {
        bench.hands.enforce_limits(Some(Tier::F1));
    }),
    (
        "check-faults-quota-not-refused",
        checks::quota_seen,
        |bench| {
            use_up_the_day(bench);
            bench.wait(1);
            give_policy_string(bench);
            bench.run(&SEND);
        },
    ),
    (
        "check-faults-quota-not-called",
        checks::quota_seen,
        use_up_the_day,
    ),
    (
        "check-faults-quota-fault-saw",
        checks::quota_seen,
        |bench| {
            use_up_the_day(bench);
            bench.run(&CALL);
        },
    ),
];

/// What is seen of its end after what.
const MENDED_CASES: &[(&str, Check, Story)] = &[
    (
        "check-faults-not-tried",
        checks::wrong_string_mended,
        |_| {},
    ),
    (
        "check-faults-silent",
        checks::wrong_string_mended,
        |bench| {
            // The program does not get in; another one does, and has nothing to say.
            bench.run_with(&SET_STATUS, DISABLED);
            run(bench, &[&CONNECT, &SET_STATUS, &PUPPET]);
        },
    ),
    ("check-faults-refused", checks::disabled_mended, |bench| {
        bench.run_with(&SET_STATUS, DISABLED);
        bench.run(&CONNECT);
    }),
    (
        "check-faults-mended-saw",
        checks::wrong_string_mended,
        |bench| bench.run(&CONNECT),
    ),
    (
        "check-faults-mended-saw",
        checks::wrong_key_mended,
        |bench| bench.run(&CONNECT),
    ),
    (
        "check-faults-mended-saw",
        checks::expired_token_mended,
        |bench| bench.run(&CONNECT),
    ),
    ("check-faults-offline-none", checks::offline_mended, |_| {}),
    (
        "check-faults-offline-still",
        checks::offline_mended,
        |bench| bench.run(&CALL),
    ),
    (
        "check-faults-offline-mended-saw",
        checks::offline_mended,
        |bench| run(bench, &[&CONNECT, &CALL]),
    ),
    (
        "check-faults-conflict-none",
        checks::conflict_mended,
        |_| {},
    ),
    (
        "check-faults-conflict-still",
        checks::conflict_mended,
        write_too_late,
    ),
    (
        "check-faults-conflict-mended-saw",
        checks::conflict_mended,
        |bench| {
            write_too_late(bench);
            bench.run(&CHANGE);
            bench.wait(2);
        },
    ),
    (
        "check-faults-quota-used-up",
        checks::quota_mended,
        use_up_the_day,
    ),
    ("check-faults-quota-on", checks::quota_mended, |bench| {
        bench.hands.enforce_limits(Some(Tier::F1));
        bench.run(&CONNECT);
    }),
    ("check-faults-refused", checks::quota_mended, |bench| {
        bench.run_with(&SET_STATUS, DISABLED);
        bench.run(&CONNECT);
    }),
    (
        "check-faults-quota-mended-saw",
        checks::quota_mended,
        |bench| bench.run(&CONNECT),
    ),
];

#[test]
fn checks_tell_apart_all_that_they_can_see() {
    let cases = [FAULT_CASES, MENDED_CASES].concat();
    tell(&OUTLINE, WORDS, &cases);
}

#[test]
fn a_device_with_a_wrong_string_is_not_mended() {
    let wrongs: [fn(&mut TestBench); 2] = [give_wrong_key, give_policy_string];
    for (wrong, expected) in wrongs
        .into_iter()
        .zip(["check-handed-over-key", "check-handed-over-missing"])
    {
        let mut bench = TestBench::new(&OUTLINE);
        wrong(&mut bench);
        bench.run(&CONNECT);
        let verdict = checks::wrong_key_mended(&bench.hands, &bench.settings);
        assert_eq!((verdict.passed, verdict.saw.id.as_str()), (false, expected));
    }
}

#[test]
fn programs_print_the_code_that_they_were_refused_with() {
    let cases: [(&str, Story, &str); 6] = [
        (
            CONNECT_AND_SEND,
            |bench| {
                give_wrong_key(bench);
                bench.run(&CONNECT);
            },
            "(5, not authorised)",
        ),
        (
            CONNECT_AND_SEND,
            |bench| {
                give_policy_string(bench);
                bench.run(&CONNECT);
            },
            "DeviceId",
        ),
        (
            CALL_A_METHOD,
            |bench| bench.run(&CALL),
            "404 DeviceNotOnline",
        ),
        (CHANGE_THE_TWIN, write_too_late, "412 PreconditionFailed"),
        (SEND_MANY, use_up_the_day, "(3, server unavailable)"),
        (
            CALL_A_METHOD,
            |bench| {
                use_up_the_day(bench);
                bench.run(&CALL);
            },
            "403 IotHubQuotaExceeded",
        ),
    ];
    for (program, story, expected) in cases {
        let mut bench = TestBench::new(&OUTLINE);
        story(&mut bench);
        let printed = bench.printed(program);
        let last = printed.last().unwrap();
        assert!(last.contains(expected), "{program}: {last}");
    }
}

#[test]
fn programs_print_what_went_well() {
    let mut bench = TestBench::new(&OUTLINE);
    run(&mut bench, &[&CONNECT, &CALL, &WRITE]);
    bench.run_with(&SET_STATUS, DISABLED);
    let id = bench.device_id();
    let expected = [
        &format!("Connecting as {id}."),
        "The hub accepted the connection.",
        "The hub confirmed the message after 0 ms.",
        "Method GetState was called.",
    ];
    assert_eq!(bench.printed(CONNECT_AND_SEND)[..4], expected);
    let called = bench.printed(CALL_A_METHOD);
    assert_eq!(
        called[1..],
        [&format!("{id} answered 200:"), r#"    {"state":"well"}"#]
    );
    let status = bench.printed(SET_DEVICE_STATUS);
    assert_eq!(status, [&format!("{id} is Disabled now.")]);
}

#[test]
fn a_device_is_enabled_with_the_keys_that_it_had() {
    let mut bench = TestBench::new(&OUTLINE);
    bench.run_with(&SET_STATUS, DISABLED);
    bench.run(&SET_STATUS);
    bench.run(&CONNECT);
    let verdict = checks::disabled_mended(&bench.hands, &bench.settings);
    assert!(verdict.passed, "{:?}", verdict.saw);
}
