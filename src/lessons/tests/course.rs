//! The course checks itself: from its start every step's check fails, and after its solution it passes.

mod opening;

use std::time::Duration;

use lab::view::ProgramState;
use lessons::{
    classroom::Classroom,
    message::{Command, Message, Report, Settings, StepState},
    outline::{LESSONS, LessonOutline, StepOutline},
};
use opening::open;
use wire::timestamp::Timestamp;

const START: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// A classroom, and the real time that its test has come to.
struct Place {
    classroom: Classroom,
    now: Timestamp,
    reports: Vec<Report>,
}

impl Place {
    fn new() -> Self {
        Self {
            classroom: Classroom::new([7; 32], START),
            now: START,
            reports: Vec::new(),
        }
    }

    fn at(lesson: &LessonOutline, step: &StepOutline) -> Self {
        let mut place = Self::new();
        place.tell(open(lesson, step));
        place
    }

    fn tell(&mut self, command: Command) {
        self.classroom.handle(self.now, command);
        self.drain();
    }

    /// Lets real time pass in small turns, as a page does.
    fn wait(&mut self, time: Duration) {
        let end = self.now.plus(time);
        while self.now < end {
            self.now = self.now.plus(Duration::from_millis(250)).min(end);
            self.classroom.advance(self.now);
            self.drain();
        }
    }

    /// Presses the open step's button and lets it work; once more if it then mends what it has caused.
    fn press(&mut self, step: &StepOutline) {
        self.press_with(step, &Settings::new());
    }

    fn press_with(&mut self, step: &StepOutline, settings: &Settings) {
        self.act(step, settings);
        if matches!(self.state(step.id), StepState::NotYet { mends: true, .. }) {
            self.act(step, settings);
        }
    }

    fn act(&mut self, step: &StepOutline, settings: &Settings) {
        self.tell(Command::Act {
            settings: settings.clone(),
        });
        self.wait(Duration::from_secs(5));
        assert_ne!(self.state(step.id), StepState::Running, "{}", step.id);
    }

    fn drain(&mut self) {
        while let Some(report) = self.classroom.poll() {
            self.reports.push(report);
        }
    }

    /// How a step stands, as last reported.
    fn state(&self, id: &str) -> StepState {
        let states = self.reports.iter().rev().filter_map(|report| match report {
            Report::Step { step, state, .. } if step == id => Some(state.clone()),
            _ => None,
        });
        states.into_iter().next().unwrap_or(StepState::NotStarted)
    }

    /// What each entry of the trace that was told is, and its bytes.
    fn traced(&mut self) -> Vec<(String, Vec<u8>)> {
        let entries = self.reports.iter().filter_map(|report| match report {
            Report::Trace(entry) => Some((entry.id, entry.kind.clone())),
            _ => None,
        });
        let entries: Vec<_> = entries.collect();
        let bytes = |(entry, kind): (u64, String)| {
            self.tell(Command::Inspect { entry });
            let details = self.reports.iter().rev();
            let mut details = details.filter_map(|report| match report {
                Report::Inspected {
                    entry: of,
                    detail: Some(detail),
                } if *of == entry => Some(detail.bytes.clone()),
                _ => None,
            });
            Some((kind, details.next()?))
        };
        let traced: Vec<_> = entries.into_iter().filter_map(bytes).collect();
        assert!(!traced.is_empty(), "nothing was traced");
        traced
    }

    fn saw(&self, step: &str) -> String {
        match self.state(step) {
            StepState::Passed { saw, .. } | StepState::NotYet { saw, .. } => saw.id,
            other => format!("{other:?}"),
        }
    }
}

fn passed(state: &StepState) -> bool {
    matches!(state, StepState::Passed { .. })
}

fn each_step(mut test: impl FnMut(&LessonOutline, &StepOutline)) {
    for lesson in LESSONS {
        for step in lesson.steps {
            test(lesson, step);
        }
    }
}

#[test]
fn every_check_fails_at_the_start_of_its_step() {
    each_step(|lesson, step| {
        let mut place = Place::at(lesson, step);
        assert!(!passed(&place.state(step.id)), "{}", step.id);
        place.tell(Command::Check);
        assert!(
            matches!(place.state(step.id), StepState::NotYet { .. }),
            "{}: {:?}",
            step.id,
            place.state(step.id)
        );
    });
}

#[test]
fn every_check_passes_after_its_solution() {
    each_step(|lesson, step| {
        let mut place = Place::at(lesson, step);
        place.tell(Command::Solve);
        assert!(
            passed(&place.state(step.id)),
            "{}: {:?}",
            step.id,
            place.state(step.id)
        );
    });
}

#[test]
fn every_step_is_passed_by_its_button_and_time() {
    each_step(|lesson, step| {
        let mut place = Place::at(lesson, step);
        place.tell(Command::SetSpeed { factor: 60.0 });
        place.press(step);
        assert!(
            passed(&place.state(step.id)),
            "{}: {:?}",
            step.id,
            place.state(step.id)
        );
    });
}

#[test]
fn opening_a_step_solves_the_steps_before_it() {
    each_step(|lesson, step| {
        let place = Place::at(lesson, step);
        for earlier in lesson
            .steps
            .iter()
            .take_while(|earlier| earlier.id != step.id)
        {
            assert!(
                passed(&place.state(earlier.id)),
                "{} before {}",
                earlier.id,
                step.id
            );
        }
    });
}

#[test]
fn a_reset_brings_back_the_start_of_the_step() {
    each_step(|lesson, step| {
        let mut place = Place::at(lesson, step);
        place.tell(Command::Solve);
        place.tell(Command::Reset);
        assert_eq!(place.state(step.id), StepState::NotStarted, "{}", step.id);
        place.tell(Command::Check);
        assert!(!passed(&place.state(step.id)), "{}", step.id);
        place.tell(Command::Solve);
        assert!(passed(&place.state(step.id)), "{}", step.id);
    });
}

#[test]
fn a_lesson_can_be_done_on_one_bench_from_first_to_last_step() {
    for lesson in LESSONS {
        let mut place = Place::new();
        for step in lesson.steps {
            let settings = Settings::new();
            place.tell(Command::Open {
                lesson: lesson.id.to_owned(),
                step: step.id.to_owned(),
                settings,
            });
            assert!(!passed(&place.state(step.id)), "{}", step.id);
            place.tell(Command::SetSpeed { factor: 60.0 });
            place.press(step);
            assert!(
                passed(&place.state(step.id)),
                "{}: {:?}",
                step.id,
                place.state(step.id)
            );
        }
        let fresh = place
            .reports
            .iter()
            .filter(|report| matches!(report, Report::Opened { fresh: true, .. }))
            .count();
        assert_eq!(fresh, 1, "the bench is made once");
    }
}

#[test]
fn a_button_can_be_pressed_again() {
    each_step(|lesson, step| {
        let mut place = Place::at(lesson, step);
        place.tell(Command::SetSpeed { factor: 60.0 });
        for _ in 0..2 {
            place.press(step);
            assert!(
                passed(&place.state(step.id)),
                "{} {}: {:?}",
                lesson.id,
                step.id,
                place.state(step.id)
            );
        }
    });
}

#[test]
fn every_step_can_be_done_again_after_the_last_one() {
    each_step(|lesson, step| {
        let mut place = Place::at(lesson, lesson.steps.last().unwrap());
        place.tell(Command::Solve);
        place.tell(open(lesson, step));
        place.tell(Command::SetSpeed { factor: 60.0 });
        place.press(step);
        assert!(
            passed(&place.state(step.id)),
            "{} {}: {:?}",
            lesson.id,
            step.id,
            place.state(step.id)
        );
    });
}

#[test]
fn a_button_works_after_everything_was_stopped_and_unplugged() {
    each_step(|lesson, step| {
        let mut place = Place::at(lesson, step);
        place.tell(Command::Stop { program: None });
        let device_id = lesson.settings[0].default.to_owned();
        place.tell(Command::SetPlugged {
            device_id,
            plugged: false,
        });
        place.tell(Command::SetSpeed { factor: 60.0 });
        place.press(step);
        assert!(
            passed(&place.state(step.id)),
            "{} {}: {:?}",
            lesson.id,
            step.id,
            place.state(step.id)
        );
    });
}

#[test]
fn a_fault_that_was_left_does_not_spoil_the_other_steps() {
    let lesson = lessons::outline::lesson("faults").unwrap();
    for left in lesson.steps {
        let mut place = Place::at(lesson, lesson.steps.last().unwrap());
        place.tell(Command::SetSpeed { factor: 60.0 });
        place.tell(open(lesson, left));
        place.act(left, &Settings::new());
        assert!(
            matches!(place.state(left.id), StepState::NotYet { mends: true, .. }),
            "{}: {:?}",
            left.id,
            place.state(left.id)
        );
        for step in lesson.steps.iter().filter(|step| step.id != left.id) {
            place.tell(open(lesson, step));
            place.press(step);
            assert!(
                passed(&place.state(step.id)),
                "{} after {}",
                step.id,
                left.id
            );
        }
    }
}

#[test]
fn a_mended_fault_can_be_caused_and_mended_again() {
    let lesson = lessons::outline::lesson("faults").unwrap();
    for step in lesson.steps {
        let mut place = Place::at(lesson, step);
        place.tell(Command::SetSpeed { factor: 60.0 });
        for _ in 0..2 {
            place.act(step, &Settings::new());
            assert!(
                matches!(place.state(step.id), StepState::NotYet { mends: true, .. }),
                "{}",
                step.id
            );
            place.act(step, &Settings::new());
            assert!(passed(&place.state(step.id)), "{}", step.id);
        }
    }
}

#[test]
fn the_lag_of_queries_ends_with_the_step_that_sets_it() {
    let lesson = lessons::outline::lesson("twins").unwrap();
    let mut place = Place::at(lesson, lesson.steps.last().unwrap());
    place.tell(Command::Act {
        settings: Settings::new(),
    });
    place.wait(Duration::from_secs(1));
    place.tell(Command::Stop { program: None });
    let again = lesson.steps.iter().find(|step| step.id == "again").unwrap();
    place.tell(open(lesson, again));
    // Queries that lag behind would not find the device in its new plant.
    let settings = [("plant".to_owned(), "Hamburg1".to_owned())].into();
    place.tell(Command::Act { settings });
    place.wait(Duration::from_secs(2));
    assert_eq!(place.saw(again.id), "check-twins-again-saw");
}

#[test]
fn another_device_id_is_used_throughout() {
    let settings: Settings = [("device-id".to_owned(), "gauge:7.a".to_owned())].into();
    for lesson in LESSONS {
        let step = lesson.steps.last().unwrap();
        let mut place = Place::new();
        place.tell(Command::Open {
            lesson: lesson.id.to_owned(),
            step: step.id.to_owned(),
            settings: settings.clone(),
        });
        place.tell(Command::SetSpeed { factor: 60.0 });
        place.press_with(step, &settings);
        for step in lesson.steps {
            assert!(
                passed(&place.state(step.id)),
                "{} {}: {:?}",
                lesson.id,
                step.id,
                place.state(step.id)
            );
        }
    }
}

#[test]
fn a_policys_string_is_refused_by_the_device_and_named() {
    let mut place = Place::at(&LESSONS[0], &LESSONS[0].steps[1]);
    let text = "HostName=iothub-playground.azure-devices.net;SharedAccessKeyName=service;\
                SharedAccessKey=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    place.tell(Command::SetDeviceString {
        text: text.to_owned(),
    });
    let message = place.reports.iter().rev().find_map(|report| match report {
        Report::DeviceString(lessons::message::DeviceString::Wrong { message, .. }) => {
            Some(message.id.clone())
        }
        _ => None,
    });
    assert_eq!(message.as_deref(), Some("doctor-wrong-kind"));
    place.tell(Command::Check);
    assert_eq!(place.saw("hand-over"), "check-handed-over-missing");
}

#[test]
fn the_device_string_never_leaves_the_classroom() {
    for lesson in LESSONS {
        let mut place = Place::at(lesson, lesson.steps.last().unwrap());
        place.tell(Command::Solve);
        let secret = place.reports.iter().find_map(|report| match report {
            Report::Console(line) => line.spans.iter().find_map(|span| match span {
                lab::view::Span::Secret(text) if text.contains("SharedAccessKey=") => {
                    text.split("SharedAccessKey=").nth(1).map(str::to_owned)
                }
                _ => None,
            }),
            _ => None,
        });
        let key = secret.expect("the console line that shows it on request");
        for report in &place.reports {
            assert!(
                !format!("{report:?}").contains(&key),
                "a report of {} shows the key",
                lesson.id
            );
        }
        for (kind, bytes) in place.traced() {
            assert!(
                !String::from_utf8_lossy(&bytes).contains(&key),
                "a {kind} in the trace of {} shows the key",
                lesson.id
            );
        }
    }
}

/// When the events were enqueued that the page was told of.
fn arrived(place: &Place) -> Vec<Timestamp> {
    let events = place.reports.iter().filter_map(|report| match report {
        Report::Arrived(event) => Some(event.enqueued_time),
        _ => None,
    });
    events.collect()
}

#[test]
fn a_change_of_pace_is_seen_without_a_program_that_reads_events() {
    let lesson = lessons::outline::lesson("methods").unwrap();
    let call = lesson.steps.iter().find(|step| step.id == "call").unwrap();
    let mut place = Place::at(lesson, call);
    place.wait(Duration::from_secs(4));
    place.tell(Command::Solve);
    let times = arrived(&place);
    let paces: Vec<u64> = times
        .windows(2)
        .map(|two| two[1].since(two[0]).as_secs())
        .collect();
    assert!(paces.contains(&1), "{paces:?}");
    assert!(paces.contains(&10), "{paces:?}");
}

#[test]
fn a_bench_that_reads_events_does_so_after_a_reset() {
    let lesson = lessons::outline::lesson("methods").unwrap();
    let listen = lesson
        .steps
        .iter()
        .find(|step| step.id == "listen")
        .unwrap();
    let mut place = Place::at(lesson, listen);
    place.tell(Command::Reset);
    place.reports.clear();
    place.tell(Command::Solve);
    assert!(!arrived(&place).is_empty());
}

#[test]
fn in_lesson_telemetry_no_events_are_seen_before_the_reader_runs() {
    let lesson = lessons::outline::lesson("telemetry").unwrap();
    let read = lesson.steps.iter().find(|step| step.id == "read").unwrap();
    let mut place = Place::at(lesson, read);
    place.wait(Duration::from_secs(5));
    assert!(arrived(&place).is_empty());
    place.tell(Command::Solve);
    assert!(!arrived(&place).is_empty());
}

#[test]
fn a_step_is_not_solved_while_a_fleet_is_on() {
    let mut place = Place::at(&LESSONS[0], &LESSONS[0].steps[2]);
    let action = lab::action::DeviceAction::StartFleet {
        count: 100,
        interval: 1.0,
    };
    place.tell(Command::AtDevice { id: 1, action });
    place.wait(Duration::from_secs(2));
    place.tell(Command::Solve);
    let refused = place.reports.iter().rev().find_map(|report| match report {
        Report::Refused { message, .. } => Some(message.id.as_str()),
        _ => None,
    });
    assert_eq!(refused, Some("refused-solve-fleet"));
    assert_eq!(place.state("send"), StepState::NotStarted);
}

#[test]
fn a_device_without_a_retry_policy_fails_with_its_connection() {
    let mut place = Place::at(&LESSONS[0], &LESSONS[0].steps[4]);
    place.tell(Command::Solve);
    let failed = place.reports.iter().any(|report| {
        matches!(report, Report::Program { name, state: ProgramState::Failed, .. } if name == "simulated_device")
    });
    assert!(failed);
}

#[test]
fn a_message_whose_answer_was_lost_is_sent_again_and_marked() {
    let mut place = Place::at(&LESSONS[0], &LESSONS[0].steps[5]);
    place.tell(Command::Solve);
    let traced = place.traced().into_iter();
    let duplicates = traced.filter(|(kind, bytes)| {
        kind == "PUBLISH" && bytes.first().is_some_and(|byte| byte & 8 != 0)
    });
    assert_eq!(duplicates.count(), 1);
}

#[test]
fn commands_before_a_step_is_open_are_refused() {
    let mut place = Place::new();
    place.tell(Command::Solve);
    assert!(
        matches!(&place.reports[..], [Report::Refused { message, .. }] if message.id == "refused-no-step")
    );
}

#[test]
fn wrong_commands_are_refused_by_name() {
    let cases = [
        (Command::SetSpeed { factor: 0.0 }, "refused-speed"),
        (Command::SetSpeed { factor: f64::NAN }, "refused-speed"),
        (
            Command::SetPlugged {
                device_id: "nobody".to_owned(),
                plugged: false,
            },
            "refused-no-device",
        ),
        (
            Command::Open {
                lesson: "x".to_owned(),
                step: "y".to_owned(),
                settings: Settings::new(),
            },
            "refused-unknown-step",
        ),
    ];
    for (command, expected) in cases {
        let mut place = Place::at(&LESSONS[0], &LESSONS[0].steps[0]);
        place.tell(command);
        let refused = place.reports.iter().find_map(|report| match report {
            Report::Refused {
                message: Message { id, .. },
                ..
            } => Some(id.as_str()),
            _ => None,
        });
        assert_eq!(refused, Some(expected));
    }
}

#[test]
fn a_jump_moves_the_clock_to_the_next_message() {
    let mut place = Place::at(&LESSONS[0], &LESSONS[0].steps[2]);
    place.tell(Command::Act {
        settings: Settings::new(),
    });
    let publishes = |place: &Place| {
        let kinds = place
            .reports
            .iter()
            .filter(|report| matches!(report, Report::Trace(entry) if entry.kind == "PUBLISH"));
        kinds.count()
    };
    assert_eq!(publishes(&place), 1);
    place.tell(Command::SkipToNext);
    assert_eq!(publishes(&place), 2);
}

#[test]
fn the_clock_announces_the_next_message_and_not_a_timeout_that_is_over() {
    let mut place = Place::at(&LESSONS[0], &LESSONS[0].steps[2]);
    place.tell(Command::Act {
        settings: Settings::new(),
    });
    let clock = place.reports.iter().rev().find_map(|report| match report {
        Report::Clock { now, next, .. } => Some((*now, *next)),
        _ => None,
    });
    let (now, next) = clock.expect("the clock is reported");
    assert_eq!(next, Some(now.plus(Duration::from_secs(30))));
}

#[test]
fn the_same_seed_and_commands_give_the_same_reports() {
    let run = || {
        let mut place = Place::at(&LESSONS[0], &LESSONS[0].steps[5]);
        place.tell(Command::Solve);
        format!("{:?}", place.reports)
    };
    assert_eq!(run(), run());
}
