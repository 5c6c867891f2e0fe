//! What the checks of lesson 3 see, and what its programs print.

use std::collections::BTreeSet;

use client::service::Message;
use lab::{Context, Program, ProgramError, view::Side};

use super::{
    OUTLINE, checks,
    programs::{
        DEVICE, FEEDBACK_READER, FILL_THE_QUEUE, FILLER, RECEIVE_FEEDBACK,
        SEND_CLOUD_TO_DEVICE_MESSAGE, SEND_WITH_TIME_TO_LIVE, SENDER, SENDER_WITH_EXPIRY,
        SIMULATED_DEVICE_THAT_RECEIVES,
    },
};
use crate::test_bench::{Check, PUPPET, Story, TestBench, tell};

const WORDS: &str = include_str!("../../../../www/texts/en/messages.ftl");

/// Longer than feedback takes: it is gathered for 15 s, and asked for every 15 s.
const FEEDBACK: u64 = 30;

/// The time that it takes to fill a queue.
const FILLING: u64 = 6;

/// Fills a queue to the brim, and not beyond.
static BRIM: Program = Program {
    name: "brim",
    side: Side::Cloud,
    run: |bench| Box::pin(brim(bench)),
};

async fn brim(bench: Context) -> Result<(), ProgramError> {
    let service = bench.service("service")?;
    for _ in 0..50 {
        let (now, to) = (bench.now(), bench.setting("device-id"));
        let call = service.send_to_device(now, to, &Message::new("x"))?;
        bench.send(call).await?;
    }
    Ok(())
}

/// A device that gets its messages and confirms none.
fn run_greedy(bench: &mut TestBench) {
    bench.run_with(&PUPPET, &[("listen", "messages")]);
}

/// What is seen after what.
const CASES: &[(&str, Check, Story)] = &[
    ("check-messages-receive-offline", checks::receiving, |_| {}),
    ("check-messages-receive-deaf", checks::receiving, |bench| {
        bench.run(&PUPPET);
    }),
    ("check-messages-receive-saw", checks::receiving, |bench| {
        bench.run(&DEVICE);
    }),
    ("check-messages-send-none", checks::sent, |bench| {
        bench.run(&DEVICE);
    }),
    ("check-messages-send-refused", checks::sent, |bench| {
        bench.run(&BRIM);
        bench.run(&SENDER);
    }),
    ("check-messages-send-waiting", checks::sent, |bench| {
        run_greedy(bench);
        bench.run(&SENDER);
    }),
    ("check-messages-send-no-feedback", checks::sent, |bench| {
        bench.run(&DEVICE);
        bench.run(&SENDER);
        bench.wait(14);
    }),
    ("check-messages-send-other", checks::sent, |bench| {
        bench.run(&SENDER);
        bench.wait(3600 + FEEDBACK);
    }),
    ("check-messages-send-saw", checks::sent, |bench| {
        bench.run(&DEVICE);
        bench.run(&SENDER);
        bench.wait(FEEDBACK);
    }),
    ("check-messages-queue-online", checks::waiting, |bench| {
        run_greedy(bench);
        bench.run(&SENDER);
    }),
    ("check-messages-queue-empty", checks::waiting, |_| {}),
    ("check-messages-queue-saw", checks::waiting, |bench| {
        bench.run(&SENDER);
    }),
    (
        "check-messages-deliver-offline",
        checks::delivered,
        |bench| {
            bench.run(&SENDER);
        },
    ),
    (
        "check-messages-deliver-queued",
        checks::delivered,
        |bench| {
            bench.run(&SENDER);
            run_greedy(bench);
        },
    ),
    (
        "check-messages-deliver-no-feedback",
        checks::delivered,
        |bench| {
            // Feedback on an earlier message does not count.
            bench.run(&DEVICE);
            bench.run(&SENDER);
            bench.wait(FEEDBACK);
            bench.stop(SIMULATED_DEVICE_THAT_RECEIVES);
            bench.run(&SENDER);
            bench.run(&DEVICE);
        },
    ),
    ("check-messages-deliver-other", checks::delivered, |bench| {
        bench.run(&SENDER);
        bench.wait(3600 + FEEDBACK);
    }),
    ("check-messages-deliver-saw", checks::delivered, |bench| {
        bench.run(&SENDER);
        bench.stop(SEND_CLOUD_TO_DEVICE_MESSAGE);
        bench.run(&DEVICE);
        bench.run(&FEEDBACK_READER);
        bench.wait(FEEDBACK);
    }),
    ("check-messages-expire-none", checks::expired, |bench| {
        bench.run(&SENDER);
    }),
    ("check-messages-expire-refused", checks::expired, |bench| {
        bench.run(&BRIM);
        bench.run(&SENDER_WITH_EXPIRY);
    }),
    ("check-messages-expire-waiting", checks::expired, |bench| {
        bench.run(&SENDER_WITH_EXPIRY);
        bench.wait(59);
    }),
    (
        "check-messages-expire-no-feedback",
        checks::expired,
        |bench| {
            bench.run(&SENDER_WITH_EXPIRY);
            bench.wait(60);
        },
    ),
    ("check-messages-expire-other", checks::expired, |bench| {
        bench.run(&DEVICE);
        bench.run(&SENDER_WITH_EXPIRY);
        bench.wait(FEEDBACK);
    }),
    ("check-messages-expire-saw", checks::expired, |bench| {
        bench.run(&SENDER_WITH_EXPIRY);
        bench.wait(60 + FEEDBACK);
    }),
    ("check-messages-limit-few", checks::limited, |bench| {
        bench.run(&SENDER);
    }),
    ("check-messages-limit-online", checks::limited, |bench| {
        bench.run(&DEVICE);
        bench.run(&FILLER);
        bench.wait(FILLING);
    }),
    (
        "check-messages-limit-no-refusal",
        checks::limited,
        |bench| {
            bench.run(&BRIM);
        },
    ),
    ("check-messages-limit-saw", checks::limited, |bench| {
        bench.run(&FILLER);
        bench.wait(FILLING);
    }),
];

#[test]
fn each_check_tells_what_it_sees() {
    tell(&OUTLINE, WORDS, CASES);
}

/// The number that a message's body holds, as it was printed.
fn value(line: &str) -> f64 {
    let (_, rest) = line
        .split_once(r#"{"service client sent a message": "#)
        .expect("the body");
    rest.trim_end_matches('}').parse().unwrap()
}

#[test]
fn a_message_is_printed_where_it_is_sent_and_where_it_arrives() {
    let mut bench = TestBench::new(&OUTLINE);
    bench.run(&DEVICE);
    let mut numbers = BTreeSet::new();
    for total in 1..=2 {
        bench.run(&SENDER);
        bench.wait(FEEDBACK);
        let sender = bench
            .printed(SEND_CLOUD_TO_DEVICE_MESSAGE)
            .split_off((total - 1) * 5);
        let [sending, queued, waiting, feedback, since] = sender[..] else {
            panic!("{sender:?}");
        };
        let (number, _) = sending
            .strip_prefix("Sending message_")
            .and_then(|rest| rest.split_once(" to MyFirstPythonDevice: "))
            .expect(sending);
        numbers.insert(number.to_owned());
        assert_eq!(numbers.len(), total, "each run has an id of its own");
        assert!((12.0..=16.0).contains(&value(sending)), "{sending}");
        let expected = format!("message_{number} is in the queue of MyFirstPythonDevice.");
        assert_eq!(queued, expected);
        assert!(waiting.starts_with("Waiting for feedback."), "{waiting}");
        let expected = format!("Feedback: Success for message_{number} to MyFirstPythonDevice");
        assert_eq!(feedback, expected);
        assert!(since.starts_with("    enqueuedTimeUtc = 20"), "{since}");

        let device = bench
            .printed(SIMULATED_DEVICE_THAT_RECEIVES)
            .split_off(1 + (total - 1) * 5);
        let [received, data, id, property, all] = device[..] else {
            panic!("{device:?}");
        };
        assert_eq!(received, "Message received:");
        assert!((value(sending) - value(data)).abs() < 0.001, "{data}");
        assert_eq!(id, format!("    message_id     = message_{number}"));
        // HTTP carries properties as headers, whose names have no case.
        assert_eq!(property, format!("    property       = PropMsg_{number}"));
        assert_eq!(all, format!("    received in all: {total}"));
    }
}

#[test]
fn feedback_about_others_is_printed_and_waited_past() {
    let mut bench = TestBench::new(&OUTLINE);
    bench.run(&SENDER);
    bench.stop(SEND_CLOUD_TO_DEVICE_MESSAGE);
    bench.run(&DEVICE);
    bench.wait(1);
    bench.stop(SIMULATED_DEVICE_THAT_RECEIVES);
    bench.run(&SENDER_WITH_EXPIRY);
    bench.wait(60 + FEEDBACK);
    let printed = bench.printed(SEND_WITH_TIME_TO_LIVE);
    let feedback: Vec<_> = printed
        .iter()
        .filter(|line| line.starts_with("Feedback"))
        .collect();
    let [success, expired] = feedback[..] else {
        panic!("{printed:?}");
    };
    assert!(success.starts_with("Feedback: Success for message_"));
    let (id, _) = printed[1].split_once(" waits until").expect(printed[1]);
    let expected = format!("Feedback: Expired for {id} to MyFirstPythonDevice");
    assert_eq!(*expired, expected);
}

#[test]
fn feedback_is_there_for_whoever_asks() {
    let mut bench = TestBench::new(&OUTLINE);
    bench.run(&SENDER);
    bench.stop(SEND_CLOUD_TO_DEVICE_MESSAGE);
    bench.run(&DEVICE);
    bench.run(&FEEDBACK_READER);
    bench.wait(FEEDBACK);
    let printed = bench.printed(RECEIVE_FEEDBACK);
    assert!(
        printed[1].starts_with("Feedback: Success for message_"),
        "{printed:?}"
    );
}

#[test]
fn a_queue_takes_fifty_and_names_why_it_takes_no_more() {
    let mut bench = TestBench::new(&OUTLINE);
    bench.run(&FILLER);
    bench.wait(FILLING);
    let printed = bench.printed(FILL_THE_QUEUE);
    assert_eq!(printed.len(), 51);
    assert_eq!(printed[49], "message_50 is in the queue.");
    let refusal = "message_51: the hub refused: 403 DeviceMaximumQueueDepthExceeded";
    assert!(printed[50].starts_with(refusal), "{}", printed[50]);
}

#[test]
fn filling_the_queue_of_a_device_that_is_connected_comes_to_an_end() {
    let mut bench = TestBench::new(&OUTLINE);
    bench.run(&DEVICE);
    bench.run(&FILLER);
    bench.wait(FILLING);
    let printed = bench.printed(FILL_THE_QUEUE);
    assert_eq!(printed.len(), 61);
    assert!(printed[60].contains("is connected"), "{}", printed[60]);
}

#[test]
fn feedback_on_an_earlier_message_of_the_same_id_is_not_taken_for_the_new_one_s() {
    let mut bench = TestBench::new(&OUTLINE);
    let saw = |bench: &TestBench| checks::delivered(&bench.hands, &bench.settings).saw.id;
    bench.run(&FILLER);
    bench.wait(FILLING);
    bench.run(&DEVICE);
    bench.run(&FEEDBACK_READER);
    bench.wait(FEEDBACK);
    assert_eq!(saw(&bench), "check-messages-deliver-saw");
    bench.stop(SIMULATED_DEVICE_THAT_RECEIVES);
    bench.wait(1);
    bench.run(&FILLER);
    bench.wait(FILLING);
    bench.run(&DEVICE);
    bench.wait(1);
    assert_eq!(saw(&bench), "check-messages-deliver-no-feedback");
}
