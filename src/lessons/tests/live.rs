//! The lessons on a live hub: a hub beside the bench, which the classroom reaches as it reaches one outside of the page.

use std::{collections::BTreeSet, time::Duration};

use lab::{
    action::CloudAction,
    beside::{Beside, Faults},
    view::ProgramState,
};
use lessons::{
    classroom::Classroom,
    message::{Command, HubView, LiveHub, Report, Settings, StepState},
    outline::{
        Access, LESSONS, LessonOutline, Need, Obstacle, OnLive, Reach, StepOutline, lesson,
    },
};
use wire::{rest::ConnectionState, timestamp::Timestamp};

const START: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const HOST: &str = "contoso.azure-devices.net";
const PREFIX: &str = "ada-";

/// The longest that a step may take: the hub gathers feedback, and messages expire.
const LONGEST: Duration = Duration::from_mins(4);

/// A classroom with a hub beside it.
struct Place {
    classroom: Classroom,
    beside: Beside,
    now: Timestamp,
    reports: Vec<Report>,
}

/// With what a learner comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The owner's string, and a relay.
    Relay,
    /// The owner's string, without a relay.
    NoRelay,
    /// A device's string, without a relay.
    Device,
}

impl Way {
    const ALL: [Self; 3] = [Self::Relay, Self::NoRelay, Self::Device];

    fn reach(self) -> Reach {
        Reach {
            relay: self == Self::Relay,
            access: match self {
                Self::Device => Access::Device,
                Self::Relay | Self::NoRelay => Access::Policy,
            },
        }
    }
}

impl Place {
    /// A classroom that has not gone anywhere yet.
    fn new(way: Way) -> Self {
        let beside = Beside::new(HOST, START);
        beside.set_faults(Faults {
            no_relay: way != Way::Relay,
            ..Faults::default()
        });
        Self {
            classroom: Classroom::new([7; 32], START).with_door(Box::new(beside.clone())),
            beside,
            now: START,
            reports: Vec::new(),
        }
    }

    /// A classroom with a lesson open on the live hub.
    fn live(way: Way, lesson: &LessonOutline, step: &StepOutline) -> Self {
        let mut place = Self::new(way);
        let string = place.string(way, lesson);
        place.go(&string);
        place.open(lesson, step);
        if way == Way::NoRelay {
            place.give_string(lesson);
        }
        place
    }

    /// What the learner pastes.
    fn string(&self, way: Way, lesson: &LessonOutline) -> String {
        if way == Way::Device {
            return self.register(lesson);
        }
        let hub = self.beside.hub();
        let string = hub.service_connection_string("iothubowner").unwrap();
        string.to_text().expose().clone()
    }

    /// Registers the lesson's device in the portal; its connection string.
    fn register(&self, lesson: &LessonOutline) -> String {
        let id = device_of(lesson);
        self.beside.elsewhere(|hub, now| {
            let string = hub.service_connection_string("iothubowner").unwrap();
            let service = client::service::Service::new(string);
            hub.request(now, &service.create_device(now, &id).request);
        });
        let hub = self.beside.hub();
        let string = hub.device_connection_string(&id).unwrap();
        string.to_text().expose().clone()
    }

    fn give_string(&mut self, lesson: &LessonOutline) {
        let text = self.register(lesson);
        self.tell(Command::SetDeviceString { text });
    }

    fn go(&mut self, connection_string: &str) {
        self.tell(Command::GoLive {
            connection_string: connection_string.to_owned(),
            events: None,
            prefix: PREFIX.to_owned(),
        });
        self.wait(Duration::from_secs(1));
        assert!(self.hub().is_some(), "{:?}", self.refused());
    }

    fn open(&mut self, lesson: &LessonOutline, step: &StepOutline) {
        self.tell(Command::Open {
            lesson: lesson.id.to_owned(),
            step: step.id.to_owned(),
            settings: Settings::new(),
        });
    }

    fn tell(&mut self, command: Command) {
        self.classroom.handle(self.now, command);
        self.drain();
        self.settle();
    }

    /// Lets both sides answer each other what they can at once.
    fn settle(&mut self) {
        for _ in 0..4 {
            self.beside.move_to(self.now);
            self.classroom.advance(self.now);
            self.drain();
        }
    }

    fn wait(&mut self, time: Duration) {
        let end = self.now.plus(time);
        while self.now < end {
            self.now = self.now.plus(Duration::from_millis(250)).min(end);
            self.settle();
        }
    }

    /// Waits until something is so.
    fn wait_until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let end = self.now.plus(LONGEST);
        while !is_so(self) {
            assert!(self.now < end, "waited for {what} in vain");
            self.wait(Duration::from_millis(500));
        }
    }

    fn drain(&mut self) {
        while let Some(report) = self.classroom.poll() {
            self.reports.push(report);
        }
    }

    fn act(&mut self) {
        self.tell(Command::Act {
            settings: Settings::new(),
        });
    }

    /// How a step stands, as last reported.
    fn state(&self, id: &str) -> StepState {
        let states = self.reports.iter().rev().filter_map(|report| match report {
            Report::Step { step, state, .. } if step == id => Some(state.clone()),
            _ => None,
        });
        states.into_iter().next().unwrap_or(StepState::NotStarted)
    }

    /// How things stand with the live hub; none if the emulated one is there.
    fn hub(&self) -> Option<LiveHub> {
        let views = self.reports.iter().rev().find_map(|report| match report {
            Report::Hub(view) => Some(view.clone()),
            _ => None,
        });
        match views? {
            HubView::Live(hub) => Some(hub),
            HubView::Emulated => None,
        }
    }

    fn refused(&self) -> Vec<String> {
        let refused = self.reports.iter().filter_map(|report| match report {
            Report::Refused { message } => Some(message.id.clone()),
            _ => None,
        });
        refused.collect()
    }

    /// Presses the open step's button until it is passed, or until it is the learner's turn; then confirms.
    fn do_step(&mut self, step: &StepOutline) {
        self.act();
        loop {
            let id = step.id.to_owned();
            self.wait_until(&format!("{id} to end"), |place| {
                place.state(&id) != StepState::Running
            });
            match self.state(step.id) {
                StepState::NotYet { mends: true, .. } => self.act(),
                StepState::ToConfirm { .. } => self.tell(Command::Confirm),
                StepState::Passed { .. } => return,
                other => panic!("{}: {other:?}", step.id),
            }
        }
    }

    fn ids(&self) -> BTreeSet<String> {
        let hub = self.beside.hub();
        hub.devices().map(|it| it.device_id.clone()).collect()
    }
}

fn device_of(lesson: &LessonOutline) -> String {
    format!("{PREFIX}{}", lesson.settings[0].default)
}

fn each_step(mut test: impl FnMut(Way, &'static LessonOutline, &'static StepOutline)) {
    for way in Way::ALL {
        for lesson in LESSONS {
            for step in lesson.steps {
                test(way, lesson, step);
            }
        }
    }
}

#[test]
fn every_lesson_can_be_done_from_first_to_last_step() {
    for way in Way::ALL {
        for lesson in LESSONS {
            let mut place = Place::live(way, lesson, &lesson.steps[0]);
            for step in lesson.steps {
                place.open(lesson, step);
                place.do_step(step);
                let StepState::Passed { saw, .. } = place.state(step.id) else {
                    panic!("{way:?} {} {}", lesson.id, step.id);
                };
                let is_by_hand = step.on_live(&way.reach()) == OnLive::ByHand;
                assert_eq!(
                    saw.id == "confirmed-by-hand",
                    is_by_hand,
                    "{way:?} {} {}: {saw:?}",
                    lesson.id,
                    step.id
                );
            }
        }
    }
}
