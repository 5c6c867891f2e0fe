//! What is done to the clock of the machine while a lesson runs.

use std::time::Duration;

use lessons::{
    classroom::Classroom,
    message::{Command, Report, Settings},
};
use wire::timestamp::Timestamp;

const START: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// Lets so many seconds pass from a time on, as a page does that wakes the classroom when it wants to be; the bench's
/// times that were told, and how often it was woken.
fn pass(classroom: &mut Classroom, from: Timestamp, seconds: u64) -> (Vec<Timestamp>, usize) {
    let end = from.plus(Duration::from_secs(seconds));
    let (mut now, mut told, mut wakes) = (from, Vec::new(), 0);
    while now < end {
        classroom.advance(now);
        wakes += 1;
        while let Some(report) = classroom.poll() {
            if let Report::Clock { now, .. } = report {
                told.push(now);
            }
        }
        let wake = classroom.next_wake().expect("a lesson is open");
        now = wake.max(now.plus(Duration::from_millis(16)));
    }
    (told, wakes)
}

#[test]
fn a_clock_that_is_set_back_stops_nothing() {
    let mut classroom = Classroom::new([7; 32], START);
    let open = Command::Open {
        lesson: "telemetry".to_owned(),
        step: "send".to_owned(),
        settings: Settings::new(),
    };
    classroom.handle(START, open);
    let (before, _) = pass(&mut classroom, START, 10);
    let (after, wakes) = pass(&mut classroom, START.minus(Duration::from_hours(1)), 10);
    let last = before.last().expect("told");
    let newest = after.last().expect("told");
    let passed = newest.since(*last);
    let expected = Duration::from_secs(9)..Duration::from_secs(12);
    assert!(expected.contains(&passed), "{passed:?}");
    assert!(wakes < 100, "it sleeps in between: {wakes}");
}
