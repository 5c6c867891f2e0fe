//! A reload finds the hub as it was left, and the page is never told a key to keep.

use lessons::{
    classroom::Classroom,
    message::{Command, DeviceString, Report, Settings, StepState},
};
use wire::timestamp::Timestamp;

const START: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const LATER: Timestamp = Timestamp::from_millis(1_790_000_600_000);

fn open(step: &str) -> Command {
    Command::Open {
        lesson: "telemetry".to_owned(),
        step: step.to_owned(),
        settings: Settings::new(),
    }
}

/// Carries out commands at one moment, and gives all reports.
fn told(classroom: &mut Classroom, now: Timestamp, commands: Vec<Command>) -> Vec<Report> {
    for command in commands {
        classroom.handle(now, command);
    }
    std::iter::from_fn(|| classroom.poll()).collect()
}

/// A visit that solved the first three steps, and what it kept.
fn earlier_visit() -> (String, String) {
    let mut classroom = Classroom::new([7; 32], START);
    let mut reports = told(&mut classroom, START, vec![open("send"), Command::Solve]);
    let end = START.plus(std::time::Duration::from_secs(3));
    reports.extend(told(&mut classroom, end, vec![Command::Check]));
    (kept(&reports).unwrap(), generation(&reports).unwrap())
}

fn kept(reports: &[Report]) -> Option<String> {
    reports.iter().rev().find_map(|report| match report {
        Report::Keep { text } => Some(text.clone()),
        _ => None,
    })
}

fn generation(reports: &[Report]) -> Option<String> {
    reports.iter().rev().find_map(|report| match report {
        Report::Devices(devices) => Some(devices.first()?.generation_id.clone()),
        _ => None,
    })
}

fn given(reports: &[Report]) -> bool {
    let strings = reports.iter().rev().filter_map(|report| match report {
        Report::DeviceString(string) => Some(string),
        _ => None,
    });
    matches!(strings.into_iter().next(), Some(DeviceString::Given { .. }))
}

fn solved(reports: &[Report]) -> Vec<&str> {
    let solved = reports.iter().filter_map(|report| match report {
        Report::Step {
            step,
            state: StepState::Passed { .. },
            ..
        } => Some(step.as_str()),
        _ => None,
    });
    solved.collect()
}

#[test]
fn the_device_its_events_and_its_string_are_there_again() {
    let (text, generation_before) = earlier_visit();
    let mut classroom = Classroom::new([8; 32], LATER);
    let restore = Command::Restore { text };
    let reports = told(&mut classroom, LATER, vec![restore, open("read")]);
    assert_eq!(generation(&reports), Some(generation_before));
    assert!(given(&reports));
    // Nothing had to be solved again, and the events that were sent can be read.
    assert_eq!(solved(&reports), Vec::<&str>::new());
    let reports = told(&mut classroom, LATER, vec![Command::Solve]);
    assert_eq!(solved(&reports), ["read"]);
}

#[test]
fn a_device_connects_with_the_key_that_was_drawn_anew() {
    let (text, _) = earlier_visit();
    let mut classroom = Classroom::new([8; 32], LATER);
    let restore = Command::Restore { text };
    let reports = told(
        &mut classroom,
        LATER,
        vec![restore, open("unplug"), Command::Solve],
    );
    assert_eq!(solved(&reports).last(), Some(&"unplug"));
}

#[test]
fn no_key_and_no_token_is_kept() {
    let (text, _) = earlier_visit();
    for secret in [
        "SharedAccess",
        "sig=",
        "\"primaryKey\":\"",
        "\"secondaryKey\":\"",
    ] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[test]
fn a_reset_forgets_what_was_left() {
    let (text, generation_before) = earlier_visit();
    let mut classroom = Classroom::new([8; 32], LATER);
    let restore = Command::Restore { text };
    let reports = told(
        &mut classroom,
        LATER,
        vec![restore, open("hand-over"), Command::Reset],
    );
    assert_ne!(generation(&reports), Some(generation_before));
}

#[test]
fn what_cannot_be_used_is_passed_over() {
    let (text, generation_before) = earlier_visit();
    let other_lesson = text.replacen("telemetry", "cooking", 1);
    let half = text[..text.len() / 2].to_owned();
    for text in [String::new(), "\n\n".to_owned(), other_lesson, half] {
        let mut classroom = Classroom::new([8; 32], LATER);
        let restore = Command::Restore { text };
        let reports = told(&mut classroom, LATER, vec![restore, open("send")]);
        assert_eq!(solved(&reports), ["register", "hand-over"]);
        assert_ne!(generation(&reports), Some(generation_before.clone()));
    }
}

#[test]
fn a_message_waits_through_a_reload() {
    let open = |step: &str| Command::Open {
        lesson: "messages".to_owned(),
        step: step.to_owned(),
        settings: Settings::new(),
    };
    let mut classroom = Classroom::new([7; 32], START);
    let mut reports = told(&mut classroom, START, vec![open("queue"), Command::Solve]);
    let end = START.plus(std::time::Duration::from_secs(3));
    reports.extend(told(&mut classroom, end, vec![Command::Check]));
    let text = kept(&reports).unwrap();

    let mut classroom = Classroom::new([8; 32], LATER);
    let restore = Command::Restore { text };
    let reports = told(&mut classroom, LATER, vec![restore, open("deliver")]);
    assert_eq!(solved(&reports), Vec::<&str>::new());
    let reports = told(&mut classroom, LATER, vec![Command::Solve]);
    assert_eq!(solved(&reports), ["deliver"]);
    let received = reports.iter().any(|report| {
        matches!(report, Report::Console(line) if format!("{:?}", line.spans).contains("message_id     = message_"))
    });
    assert!(received);
}
