//! One program leaves its place to another that can speak to live hubs: what a learner has done is there, and what was
//! asked for happens.

use std::time::Duration;

use lab::{action::CloudAction, beside::Beside};
use lessons::{
    classroom::{Classroom, HOST_NAME, Legacy},
    message::{Command, HubView, Report, Settings, StepState},
};
use wire::timestamp::Timestamp;

const START: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const HOST: &str = "contoso.azure-devices.net";

/// A classroom, and what it told.
struct Place {
    classroom: Classroom,
    now: Timestamp,
}

impl Place {
    /// In a program that has a successor.
    fn first() -> Self {
        Self {
            classroom: Classroom::new([1; 32], START).with_successor(),
            now: START,
        }
    }

    /// The successor's, after it did what it was left.
    fn second(beside: &Beside, legacy: Legacy) -> (Self, Vec<Report>) {
        let door = Box::new(beside.clone());
        let mut place = Self {
            classroom: Classroom::new([2; 32], START).with_door(door),
            now: START,
        };
        let mut told: Vec<_> = legacy
            .into_commands()
            .flat_map(|command| place.tell(command))
            .collect();
        told.extend(place.wait(Duration::from_secs(1)));
        (place, told)
    }

    fn tell(&mut self, command: Command) -> Vec<Report> {
        self.classroom.handle(self.now, command);
        std::iter::from_fn(|| self.classroom.poll()).collect()
    }

    fn wait(&mut self, long: Duration) -> Vec<Report> {
        self.now = self.now.plus(long);
        self.classroom.advance(self.now);
        std::iter::from_fn(|| self.classroom.poll()).collect()
    }

    fn open(&mut self, step: &str) -> Vec<Report> {
        self.tell(Command::Open {
            lesson: "telemetry".to_owned(),
            step: step.to_owned(),
            settings: Settings::from([("device-id".to_owned(), "mine".to_owned())]),
        })
    }
}

fn go_live(beside: &Beside) -> Command {
    let string = beside.hub().service_connection_string("iothubowner");
    Command::GoLive {
        connection_string: string.unwrap().to_text().into_inner(),
        events: None,
        group: None,
        prefix: "ada-".to_owned(),
    }
}

/// The lesson, the step and the hub that were opened last.
fn opened(told: &[Report]) -> Option<(&str, &str, &str)> {
    told.iter().rev().find_map(|report| match report {
        Report::Opened {
            lesson,
            step,
            host_name,
            ..
        } => Some((lesson.as_str(), step.as_str(), host_name.as_str())),
        _ => None,
    })
}

fn refused(told: &[Report]) -> Vec<&str> {
    told.iter()
        .filter_map(|report| match report {
            Report::Refused { message, .. } => Some(message.id.as_str()),
            _ => None,
        })
        .collect()
}

#[test]
fn a_live_hub_is_the_successors_to_reach() {
    let beside = Beside::new(HOST, START);
    let mut first = Place::first();
    first.open("hand-over");
    let told = first.tell(go_live(&beside));
    assert!(refused(&told).is_empty());
    assert!(first.classroom.wants_successor());
    let (_, told) = Place::second(&beside, first.classroom.hand_over());
    assert_eq!(opened(&told), Some(("telemetry", "hand-over", HOST)));
}

#[test]
fn who_leaves_the_live_hub_finds_the_bench_of_the_first_program() {
    let beside = Beside::new(HOST, START);
    let mut first = Place::first();
    first.open("send");
    first.tell(go_live(&beside));
    let (mut second, _) = Place::second(&beside, first.classroom.hand_over());
    let told = second.tell(Command::Leave {
        delete_devices: false,
    });
    assert_eq!(opened(&told), Some(("telemetry", "send", HOST_NAME)));
    let is_emulated = |report: &Report| matches!(report, Report::Hub(HubView::Emulated));
    assert!(told.iter().any(is_emulated));
    // It was registered by the first.
    let told = second.tell(Command::Watch {
        device_id: Some("mine".to_owned()),
    });
    let has_detail = |report: &Report| {
        matches!(
            report,
            Report::Watched {
                detail: Some(_),
                ..
            }
        )
    };
    assert!(told.iter().any(has_detail), "{told:?}");
}

#[test]
fn steps_that_were_done_are_not_done_again() {
    let beside = Beside::new(HOST, START);
    let mut first = Place::first();
    first.open("send");
    first.tell(go_live(&beside));
    let (_, told) = Place::second(&beside, first.classroom.hand_over());
    let is_done = |report: &&Report| {
        matches!(
            report,
            Report::Step {
                state: StepState::Passed { .. },
                ..
            }
        )
    };
    assert_eq!(told.iter().filter(is_done).count(), 0);
}

#[test]
fn what_was_watched_is_watched_by_the_successor() {
    let beside = Beside::new(HOST, START);
    let mut first = Place::first();
    first.open("send");
    first.tell(Command::Watch {
        device_id: Some("mine".to_owned()),
    });
    first.tell(go_live(&beside));
    let (_, told) = Place::second(&beside, first.classroom.hand_over());
    let is_of_mine = |report: &Report| matches!(report, Report::Watched { device_id, .. } if device_id == "mine");
    assert!(told.iter().any(is_of_mine));
}

#[test]
fn what_a_page_kept_goes_on_to_the_successor_before_a_lesson_is_open() {
    let beside = Beside::new(HOST, START);
    let mut first = Place::first();
    let text = "kept".to_owned();
    first.tell(Command::Restore { text: text.clone() });
    first.tell(go_live(&beside));
    let mut commands = first.classroom.hand_over().into_commands();
    let restored = commands.any(|command| match command {
        Command::Restore { text: left } => left == text,
        _ => false,
    });
    assert!(restored);
}

#[test]
fn what_is_under_way_by_hand_is_answered_before_the_place_is_left() {
    let beside = Beside::new(HOST, START);
    let mut first = Place::first();
    first.open("send");
    let call = CloudAction::CallMethod {
        device_id: "mine".to_owned(),
        name: "reboot".to_owned(),
        payload: "{}".to_owned(),
        response_timeout: 30,
        connect_timeout: 30,
    };
    first.tell(Command::InCloud {
        id: 7,
        action: call,
    });
    first.tell(go_live(&beside));
    first.classroom.hand_over();
    let told = first.wait(Duration::ZERO);
    let is_answered = |report: &Report| matches!(report, Report::Answered { id: 7, .. });
    assert!(told.iter().any(is_answered));
}

#[test]
fn nobody_is_called_for_a_string_that_is_wrong() {
    let mut first = Place::first();
    let told = first.tell(Command::GoLive {
        connection_string: "HostName=contoso.azure-devices.net".to_owned(),
        events: None,
        group: None,
        prefix: String::new(),
    });
    assert_eq!(refused(&told).len(), 1);
    assert!(!first.classroom.wants_successor());
}

#[test]
fn a_successor_that_does_not_come_is_told_as_a_refusal() {
    let beside = Beside::new(HOST, START);
    let mut first = Place::first();
    first.tell(go_live(&beside));
    first.classroom.stay();
    let told = first.wait(Duration::ZERO);
    assert_eq!(refused(&told), ["refused-live-not-loaded"]);
    assert!(!first.classroom.wants_successor());
}

#[test]
fn who_changes_their_mind_stays() {
    let beside = Beside::new(HOST, START);
    let mut first = Place::first();
    first.tell(go_live(&beside));
    let told = first.tell(Command::Leave {
        delete_devices: false,
    });
    assert!(refused(&told).is_empty());
    assert!(!first.classroom.wants_successor());
}
