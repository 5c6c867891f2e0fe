//! The lessons on a live hub: a hub beside the bench, which the classroom reaches as it reaches one outside of the page.

mod opening;

use std::{collections::BTreeSet, sync::OnceLock, time::Duration};

use futures::{future::LocalBoxFuture, stream::LocalBoxStream};
use http::{Method, Request, Response};
use lab::{
    Metered,
    action::{DeviceAction, Outcome},
    beside::{Beside, Faults},
    outside::{
        Door, Outside, OutsideLink, ReadFrom, ReadNews, Target, Trouble, TroubleKind, Way as Route,
        Ways,
    },
};
use lessons::{
    classroom::Classroom,
    message::{Argument, Command, HubView, LiveHub, Message, Report, Settings, StepState},
    outline::{Access, LESSONS, LessonOutline, Need, OnLive, Reach, StepOutline, lesson},
};
use opening::open;
use wire::timestamp::Timestamp;

const START: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const HOST: &str = "contoso.azure-devices.net";
const PREFIX: &str = "ada-";

/// The longest that a step may take: the hub gathers feedback, and messages expire.
const LONGEST: Duration = Duration::from_mins(4);

/// An Event Hubs-compatible string.
const EVENTS: &str = "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=s;\
                      SharedAccessKey=c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlYw==;EntityPath=e";

/// How far the hub's clock may be from the page's, in milliseconds. With more, tokens are refused.
const OFFSETS: [i64; 4] = [-240_000, -5_000, 5_000, 240_000];

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
            events: false,
        }
    }
}

impl Place {
    /// A classroom that has not gone anywhere yet.
    fn new(way: Way) -> Self {
        Self::with_clock(way, 0)
    }

    /// The same with a hub whose clock is ahead by so many milliseconds.
    fn with_clock(way: Way, ahead: i64) -> Self {
        let beside = Beside::new(HOST, START);
        beside.set_faults(Faults {
            no_relay: way != Way::Relay,
            ahead,
            ..Faults::default()
        });
        Self::with_door(beside.clone(), Box::new(beside))
    }

    fn with_door(beside: Beside, door: Box<dyn Door>) -> Self {
        Self {
            classroom: Classroom::new([7; 32], START).with_door(door),
            beside,
            now: START,
            reports: Vec::new(),
        }
    }

    /// A classroom with a lesson open on the live hub.
    fn live(way: Way, lesson: &LessonOutline, step: &StepOutline) -> Self {
        Self::new(way).at(way, lesson, step)
    }

    /// The same with a lesson open on the live hub.
    fn at(mut self, way: Way, lesson: &LessonOutline, step: &StepOutline) -> Self {
        let string = self.string(way, lesson);
        self.go(&string);
        self.tell(open(lesson, step));
        if way == Way::NoRelay {
            self.give_string(lesson);
        }
        self
    }

    /// What the learner pastes.
    fn string(&self, way: Way, lesson: &LessonOutline) -> String {
        if way == Way::Device {
            return self.register(lesson);
        }
        self.policy_string("iothubowner")
    }

    /// The string of a policy.
    fn policy_string(&self, name: &str) -> String {
        let hub = self.beside.hub();
        let string = hub.service_connection_string(name).unwrap();
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
            group: None,
            prefix: PREFIX.to_owned(),
        });
        self.wait(Duration::from_secs(1));
        assert!(self.hub().is_some(), "{:?}", self.refused());
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
        // The time at which a message expires is the sender's, and the hub has its own of when that is.
        let behind = self.beside.faults().ahead.saturating_neg();
        let behind = Duration::from_millis(behind.try_into().unwrap_or_default());
        let end = self.now.plus(LONGEST + behind);
        while !is_so(self) {
            let step = self.reports.iter().rev();
            let mut step = step.filter(|it| matches!(it, Report::Step { .. }));
            assert!(
                self.now < end,
                "waited for {what} in vain: {:?}",
                step.next()
            );
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
            HubView::Live(hub) => Some(*hub),
            HubView::Emulated => None,
        }
    }

    /// What the check of a step saw last.
    fn saw(&self, id: &str) -> String {
        match self.state(id) {
            StepState::Passed { saw, .. } | StepState::NotYet { saw, .. } => saw.id,
            other => format!("{other:?}"),
        }
    }

    fn refused(&self) -> Vec<String> {
        let refused = self.reports.iter().filter_map(|report| match report {
            Report::Refused { message, .. } => Some(message.id.clone()),
            _ => None,
        });
        refused.collect()
    }

    /// Presses the open step's button until it is passed, or until it is the learner's turn; then confirms.
    fn do_step(&mut self, step: &StepOutline) {
        self.act();
        for _ in 0..9 {
            let id = step.id.to_owned();
            self.wait_until(&format!("{id} to end"), |place| {
                let state = place.state(&id);
                let is_settled = matches!(state, StepState::NotYet { mends: true, .. });
                is_settled || passed(&state) || matches!(state, StepState::ToConfirm { .. })
            });
            match self.state(step.id) {
                StepState::NotYet { mends: true, .. } => self.act(),
                StepState::ToConfirm { .. } => self.tell(Command::Confirm),
                StepState::Passed { .. } => return,
                other => panic!("{}: {other:?}", step.id),
            }
        }
        panic!("{}: {:?}", step.id, self.state(step.id));
    }

    fn ids(&self) -> BTreeSet<String> {
        let hub = self.beside.hub();
        hub.devices().map(|it| it.device_id.clone()).collect()
    }
}

impl Place {
    /// How often the page was told to keep something.
    fn kept(&self) -> usize {
        let reports = self.reports.iter();
        reports
            .filter(|it| matches!(it, Report::Keep { .. }))
            .count()
    }

    /// All that was said in messages has its words in each language, and something for each of their places.
    fn check_words(&self) {
        for report in &self.reports {
            match report {
                Report::Refused { message, .. } => check(message),
                Report::Step { state, .. } => match state {
                    StepState::Passed { looked_for, saw }
                    | StepState::NotYet {
                        looked_for, saw, ..
                    } => [looked_for, saw].into_iter().for_each(check),
                    StepState::ToConfirm { looked_for, why } => {
                        [looked_for, why].into_iter().for_each(check);
                    }
                    StepState::NotStarted | StepState::Running => {}
                },
                _ => {}
            }
        }
    }
}

fn check(message: &Message) {
    static WORDS: OnceLock<Vec<String>> = OnceLock::new();
    for words in WORDS.get_or_init(|| ["en", "ko", "ru"].map(words).into()) {
        let start = format!("{} =", message.id);
        let mut lines = words.lines().skip_while(|line| !line.starts_with(&start));
        let first = lines
            .next()
            .unwrap_or_else(|| panic!("no words for {}", message.id));
        let rest = lines.take_while(|line| line.starts_with(' '));
        let text: String = std::iter::once(first).chain(rest).collect();
        let places = text.split("{ $").skip(1);
        for place in places.filter_map(|rest| rest.split(' ').next()) {
            let is_given = message.arguments.iter().any(|(name, _)| name == place);
            assert!(is_given, "{}: {place}", message.id);
        }
    }
}

/// All words of a language.
fn words(locale: &str) -> String {
    let folder = format!("{}/../../www/texts/{locale}", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let words = files.filter(|path| path.extension().is_some_and(|it| it == "ftl"));
    words
        .map(|path| std::fs::read_to_string(path).unwrap() + "\n")
        .collect()
}

fn passed(state: &StepState) -> bool {
    matches!(state, StepState::Passed { .. })
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
                place.tell(open(lesson, step));
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
            place.check_words();
        }
    }
}

#[test]
fn every_lesson_can_be_done_whatever_the_hub_s_clock_says() {
    for ahead in OFFSETS {
        for way in Way::ALL {
            for lesson in LESSONS {
                let place = Place::with_clock(way, ahead);
                let mut place = place.at(way, lesson, &lesson.steps[0]);
                for step in lesson.steps {
                    place.tell(open(lesson, step));
                    place.do_step(step);
                }
            }
        }
    }
}

#[test]
fn every_step_can_be_done_however_far_the_hub_s_clock_is_off() {
    for ahead in [OFFSETS[0], OFFSETS[3]] {
        each_step(|way, lesson, step| {
            let place = Place::with_clock(way, ahead);
            place.at(way, lesson, step).do_step(step);
        });
    }
}

#[test]
fn every_step_can_be_done_without_the_steps_before_it() {
    each_step(|way, lesson, step| {
        let mut place = Place::live(way, lesson, step);
        place.do_step(step);
        place.check_words();
    });
}

#[test]
fn every_check_fails_at_the_start_of_its_step() {
    each_step(|way, lesson, step| {
        let mut place = Place::live(way, lesson, step);
        if way != Way::Relay && ["hand-over", "strings"].contains(&step.id) {
            // The learner has pasted the string already.
            return;
        }
        place.tell(Command::Check);
        let state = place.state(step.id);
        let is_by_hand = step.on_live(&way.reach()) == OnLive::ByHand;
        match state {
            StepState::NotYet { .. } if !is_by_hand => {}
            StepState::ToConfirm { .. } if is_by_hand => {}
            state => panic!("{way:?} {} {}: {state:?}", lesson.id, step.id),
        }
        place.check_words();
    });
}

#[test]
fn every_step_is_solved_in_real_time() {
    each_step(|way, lesson, step| {
        let mut place = Place::live(way, lesson, step);
        place.tell(Command::Solve);
        let by_hand = step.on_live(&way.reach()) == OnLive::ByHand;
        place.wait_until(step.id, |place| match place.state(step.id) {
            StepState::ToConfirm { .. } => by_hand,
            StepState::Passed { .. } => !by_hand,
            _ => false,
        });
    });
}

#[test]
fn every_step_can_be_done_after_the_hub_was_away_in_the_middle_of_it() {
    each_step(|way, lesson, step| {
        let mut place = Place::live(way, lesson, step);
        place.act();
        let faults = place.beside.faults();
        place.beside.set_faults(Faults {
            down: true,
            ..faults
        });
        place.wait(Duration::from_secs(20));
        place.beside.set_faults(faults);
        place.wait(Duration::from_secs(40));
        place.do_step(step);
    });
}

#[test]
fn a_reset_puts_a_step_back_to_its_start() {
    each_step(|way, lesson, step| {
        let mut place = Place::live(way, lesson, step);
        place.do_step(step);
        place.tell(Command::Reset);
        // A device that is registered stays so, and a message that waits goes on waiting.
        let is_kept = ["register", "prepare", "queue"].contains(&step.id);
        // The page gives a device's string to the device by itself.
        let is_given = way == Way::Device && ["hand-over", "strings"].contains(&step.id);
        if !is_kept && !is_given {
            assert_eq!(place.state(step.id), StepState::NotStarted, "{}", step.id);
        }
        if way == Way::NoRelay {
            // Where the string is to be handed over, it is gone, and is pasted again.
            place.give_string(lesson);
        }
        place.do_step(step);
    });
}

/// What there is on the hub for all to see but how devices are connected, as its owner would find it.
fn inventory(place: &Place) -> Vec<String> {
    let hub = place.beside.hub();
    let there = hub.devices().map(|device| {
        let id = &device.device_id;
        let twin = hub.twin_document(id).unwrap();
        let twin: serde_json::Value = serde_json::from_str(&twin).unwrap();
        let (tags, properties) = (&twin["tags"], &twin["properties"]);
        let (etag, waiting) = (&device.etag, device.cloud_to_device_message_count);
        format!(
            "{id} {:?} {etag} {waiting} {tags} {properties}",
            device.status
        )
    });
    there.collect()
}

/// Has another on the hub do what service programs do.
fn do_elsewhere(
    place: &Place,
    calls: impl Fn(&client::service::Service, Timestamp) -> Vec<Request<Vec<u8>>>,
) {
    place.beside.elsewhere(|hub, now| {
        let string = hub.service_connection_string("iothubowner").unwrap();
        let service = client::service::Service::new(string);
        for request in calls(&service, now) {
            hub.request(now, &request);
        }
    });
}

#[test]
fn a_reset_changes_nothing_on_the_hub_and_says_so() {
    each_step(|way, lesson, step| {
        let mut place = Place::live(way, lesson, step);
        do_elsewhere(&place, |service, now| {
            let change = client::service::TwinChange::tags(serde_json::json!({ "floor": 3 }));
            vec![
                service.create_device(now, "neighbour").request,
                service
                    .patch_twin(now, "neighbour", &change, &client::service::IfMatch::Any)
                    .request,
            ]
        });
        place.do_step(step);
        place.tell(Command::Stop { program: None });
        // What programs had under way comes to its end.
        place.wait(Duration::from_secs(20));
        let before = inventory(&place);
        assert!(
            before
                .iter()
                .any(|it| it.starts_with("neighbour") && it.contains("floor"))
        );
        place.tell(Command::Reset);
        place.wait(Duration::from_secs(20));
        assert_eq!(
            inventory(&place),
            before,
            "{way:?} {} {}",
            lesson.id,
            step.id
        );
        assert_eq!(place.refused().last().unwrap(), "refused-live-reset");
        place.check_words();
    });
}

#[test]
fn after_a_reset_the_devices_that_were_created_are_still_to_be_deleted() {
    let telemetry = lesson("telemetry").unwrap();
    let mut place = Place::live(Way::Relay, telemetry, &telemetry.steps[0]);
    place.do_step(&telemetry.steps[0]);
    let created = place.hub().unwrap().created;
    assert_eq!(created, [device_of(telemetry)]);
    place.tell(Command::Reset);
    place.wait(Duration::from_secs(2));
    assert_eq!(place.hub().unwrap().created, created);
}

#[test]
fn a_device_that_was_there_before_is_not_to_be_deleted_after_any_reset() {
    let telemetry = lesson("telemetry").unwrap();
    let mut place = Place::new(Way::Relay);
    place.register(telemetry);
    let string = place.string(Way::Relay, telemetry);
    place.go(&string);
    place.tell(open(telemetry, &telemetry.steps[0]));
    place.act();
    place.wait(Duration::from_secs(5));
    place.tell(Command::Reset);
    place.act();
    place.wait(Duration::from_secs(5));
    assert!(place.hub().unwrap().created.is_empty());
    place.tell(Command::Leave {
        delete_devices: true,
    });
    place.wait(Duration::from_secs(5));
    assert_eq!(place.ids(), [device_of(telemetry)].into());
}

/// A door to a hub of which a step gets no more than it claims to need.
struct Denying {
    beside: Beside,
    need: Need,
}

impl Door for Denying {
    fn open(&self, _: Target) -> LocalBoxFuture<'static, Ways> {
        let ways = Ways::new(Self {
            beside: self.beside.clone(),
            need: self.need,
        });
        Box::pin(async { ways })
    }
}

impl Outside for Denying {
    fn open_link(&self) -> LocalBoxFuture<'static, Result<Box<dyn OutsideLink>, Trouble>> {
        self.beside.open_link()
    }

    fn has_relay(&self) -> bool {
        self.need == Need::Service
    }

    fn way_of(&self, request: &Request<Vec<u8>>) -> Option<Route> {
        let path = request.uri().path();
        let is_sent = request.method() == Method::POST && path.ends_with("/messages/deviceBound");
        let is_feedback = path.starts_with("/messages/serviceBound/feedback");
        match self.need {
            Need::Service => Some(Route::Relay),
            Need::Messages if is_sent || is_feedback => Some(Route::Amqp),
            Need::Device | Need::Events | Need::Messages | Need::Bench => None,
        }
    }

    fn request(
        &self,
        request: Request<Vec<u8>>,
    ) -> LocalBoxFuture<'static, Result<Response<Vec<u8>>, Trouble>> {
        if self.way_of(&request).is_some() {
            return self.beside.request(request);
        }
        Box::pin(async { Err(Trouble::new(TroubleKind::NoRelay, "denied")) })
    }

    fn read_events(&self, from: ReadFrom) -> LocalBoxStream<'static, ReadNews> {
        if self.need == Need::Events {
            return self.beside.read_events(from);
        }
        Box::pin(futures::stream::pending())
    }
}

#[test]
fn no_step_needs_more_than_it_claims() {
    for lesson in LESSONS {
        for step in lesson.steps.iter().filter(|it| it.needs != Need::Bench) {
            let beside = Beside::new(HOST, START);
            let door = Denying {
                beside: beside.clone(),
                need: step.needs,
            };
            let mut place = Place::with_door(beside, Box::new(door));
            let string = place.string(Way::Relay, lesson);
            place.go(&string);
            place.tell(open(lesson, step));
            if step.needs != Need::Service {
                place.give_string(lesson);
            }
            place.do_step(step);
            let StepState::Passed { saw, .. } = place.state(step.id) else {
                panic!("{}", step.id);
            };
            assert_ne!(saw.id, "confirmed-by-hand", "{} {}", lesson.id, step.id);
        }
    }
}

#[test]
fn a_policy_without_the_rights_leaves_steps_to_the_learner() {
    let methods = lesson("methods").unwrap();
    let mut place = Place::new(Way::Relay);
    let string = place.beside.hub().service_connection_string("service");
    let string = string.unwrap().to_text();
    place.go(string.expose());
    place.tell(open(methods, &methods.steps[0]));
    place.act();
    let StepState::ToConfirm { why, .. } = place.state("register") else {
        panic!("{:?}", place.state("register"));
    };
    assert_eq!(why.id, "to-confirm-no-right");
    let right = Argument::Text("RegistryRead".to_owned());
    assert!(why.arguments.contains(&("right".to_owned(), right)));
    place.tell(Command::Confirm);
    let call = methods.steps.iter().find(|step| step.id == "call").unwrap();
    place.give_string(methods);
    place.tell(open(methods, call));
    place.do_step(call);
}

#[test]
fn an_event_hubs_string_lets_the_page_read_events_whatever_the_other_string_allows() {
    let telemetry = lesson("telemetry").unwrap();
    let read = step(telemetry, "read");
    for way in [Way::Device, Way::Relay] {
        let mut place = Place::new(way);
        let connection_string = match way {
            Way::Device => place.string(way, telemetry),
            _ => place.policy_string("device"),
        };
        place.tell(Command::GoLive {
            connection_string,
            events: Some(EVENTS.to_owned()),
            group: None,
            prefix: PREFIX.to_owned(),
        });
        place.wait(Duration::from_secs(1));
        let hub = place.hub().unwrap();
        assert!(hub.events);
        assert_eq!(read.on_live(&hub.reach()), OnLive::Live);
        place.tell(open(telemetry, read));
        if way == Way::Relay {
            place.give_string(telemetry);
        }
        place.do_step(read);
        let StepState::Passed { saw, .. } = place.state("read") else {
            panic!("{:?}", place.state("read"));
        };
        assert_ne!(saw.id, "confirmed-by-hand");
    }
}

#[test]
fn a_lesson_begins_anew_on_the_live_hub_with_devices_of_its_prefix() {
    let telemetry = lesson("telemetry").unwrap();
    let mut place = Place::new(Way::Relay);
    place.tell(open(telemetry, &telemetry.steps[1]));
    let string = place.string(Way::Relay, telemetry);
    place.go(&string);
    let opened = place.reports.iter().rev().find_map(|report| match report {
        Report::Opened {
            host_name, fresh, ..
        } => Some((host_name.clone(), *fresh)),
        _ => None,
    });
    assert_eq!(opened, Some((HOST.to_owned(), true)));
    assert_eq!(place.state("register"), StepState::NotStarted);
    place.tell(open(telemetry, &telemetry.steps[0]));
    place.do_step(&telemetry.steps[0]);
    assert_eq!(place.ids(), [device_of(telemetry)].into());
    let hub = place.hub().unwrap();
    assert_eq!(hub.created, [device_of(telemetry)]);
    assert_eq!((hub.host_name.as_str(), hub.relay), (HOST, true));
    assert_eq!(hub.policy.as_deref(), Some("iothubowner"));
    assert_eq!(hub.rights.unwrap().len(), 4);
}

#[test]
fn leaving_deletes_what_was_created_and_nothing_else() {
    let methods = lesson("methods").unwrap();
    let mut place = Place::new(Way::Relay);
    let telemetry = lesson("telemetry").unwrap();
    place.beside.elsewhere(|hub, now| {
        let string = hub.service_connection_string("iothubowner").unwrap();
        let service = client::service::Service::new(string);
        for id in ["pump", "ada-pump"] {
            hub.request(now, &service.create_device(now, id).request);
        }
    });
    let string = place.string(Way::Relay, telemetry);
    place.go(&string);
    // Two benches, one after the other: the first one's devices are remembered.
    place.tell(open(telemetry, &telemetry.steps[0]));
    place.do_step(&telemetry.steps[0]);
    place.tell(open(methods, &methods.steps[0]));
    place.do_step(&methods.steps[0]);
    assert_eq!(place.ids().len(), 4, "{:?}", place.ids());
    assert_eq!(place.hub().unwrap().created.len(), 2);
    place.tell(Command::Leave {
        delete_devices: true,
    });
    place.wait_until("the hub to be left", |place| place.hub().is_none());
    let own = ["ada-pump".to_owned(), "pump".to_owned()];
    assert_eq!(place.ids(), own.into());
    assert!(place.refused().is_empty(), "{:?}", place.refused());
}

#[test]
fn what_a_lesson_used_is_told_beside_what_the_visit_did() {
    let telemetry = lesson("telemetry").unwrap();
    let twins = lesson("twins").unwrap();
    let mut place = Place::live(Way::Relay, telemetry, &telemetry.steps[0]);
    let used = |place: &Place| {
        let hub = place.hub().unwrap();
        (hub.metered, hub.metered_in_lesson)
    };
    place.do_step(&telemetry.steps[0]);
    place.tell(open(telemetry, step(telemetry, "send")));
    place.do_step(step(telemetry, "send"));
    let (visit, in_lesson) = used(&place);
    assert!(in_lesson.free > 0 && in_lesson.standard > 0);
    assert_eq!(visit, in_lesson);
    place.tell(open(twins, step(twins, "tag")));
    let (before, in_lesson) = used(&place);
    assert!(before.free >= visit.free);
    assert_eq!(in_lesson, Metered::default());
    place.do_step(step(twins, "tag"));
    let (visit, in_lesson) = used(&place);
    assert!(in_lesson.free > 0);
    assert_eq!(visit, before.plus(in_lesson));
    // Beginning a lesson anew gives nothing back.
    place.tell(Command::Reset);
    let (_, after) = used(&place);
    assert!(after.free >= in_lesson.free);
}

#[test]
fn leaving_without_deleting_leaves_all() {
    let telemetry = lesson("telemetry").unwrap();
    let mut place = Place::live(Way::Relay, telemetry, &telemetry.steps[0]);
    place.do_step(&telemetry.steps[0]);
    place.tell(Command::Leave {
        delete_devices: false,
    });
    assert!(place.hub().is_none());
    assert_eq!(place.ids().len(), 1);
}

#[test]
fn what_could_not_be_deleted_is_told() {
    let telemetry = lesson("telemetry").unwrap();
    let mut place = Place::live(Way::Relay, telemetry, &telemetry.steps[0]);
    place.do_step(&telemetry.steps[0]);
    place.beside.set_faults(Faults {
        down: true,
        ..Faults::default()
    });
    place.tell(Command::Leave {
        delete_devices: true,
    });
    place.wait_until("the hub to be left", |place| place.hub().is_none());
    assert_eq!(place.refused(), ["refused-live-not-deleted"]);
    place.check_words();
}

#[test]
fn the_bench_of_the_page_is_as_before_after_leaving() {
    let telemetry = lesson("telemetry").unwrap();
    let mut place = Place::new(Way::Relay);
    place.tell(open(telemetry, &telemetry.steps[2]));
    let string = place.string(Way::Relay, telemetry);
    place.go(&string);
    let kept_before = place.kept();
    place.do_step(&telemetry.steps[2]);
    place.wait(Duration::from_secs(5));
    assert_eq!(place.kept(), kept_before, "nothing is kept of a live hub");
    place.reports.clear();
    place.tell(Command::Leave {
        delete_devices: false,
    });
    let devices = place.reports.iter().rev().find_map(|report| match report {
        Report::Devices(devices) if !devices.is_empty() => Some(devices.clone()),
        _ => None,
    });
    assert_eq!(devices.unwrap()[0].device_id, "MyFirstPythonDevice");
    assert!(place.kept() > 0, "the page's bench is kept again");
    // The steps before are not done again.
    assert_eq!(place.state("register"), StepState::NotStarted);
}

#[test]
fn nobody_moves_the_time_of_a_live_hub() {
    let telemetry = lesson("telemetry").unwrap();
    let mut place = Place::live(Way::Relay, telemetry, &telemetry.steps[0]);
    place.tell(Command::SetSpeed { factor: 60.0 });
    place.tell(Command::SkipToNext);
    place.tell(Command::SetQueryLag { seconds: 5 });
    let expected = [
        "refused-live-time",
        "refused-live-time",
        "refused-live-query-lag",
    ];
    assert_eq!(place.refused(), expected);
    place.check_words();
}

#[test]
fn another_live_hub_takes_the_place_of_the_first() {
    let telemetry = lesson("telemetry").unwrap();
    let mut place = Place::live(Way::Relay, telemetry, &telemetry.steps[0]);
    place.do_step(&telemetry.steps[0]);
    let device = place.string(Way::Device, telemetry);
    place.reports.clear();
    place.tell(Command::GoLive {
        connection_string: device,
        events: Some(" ".to_owned()),
        group: None,
        prefix: String::new(),
    });
    place.wait(Duration::from_secs(1));
    let hub = place.hub().unwrap();
    assert_eq!(hub.policy, None);
    let created = place.reports.iter().any(|report| {
        matches!(report, Report::Hub(HubView::Live(hub)) if hub.policy.is_none() && !hub.created.is_empty())
    });
    assert!(
        !created,
        "what was created at the first hub is not at this one"
    );
    assert_eq!(place.state("register"), StepState::NotStarted);
    let send = step(telemetry, "send");
    place.tell(open(telemetry, send));
    place.do_step(send);
}

#[test]
fn what_is_no_string_of_a_hub_is_refused() {
    let key = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlYw==";
    let cases = [
        ("a poem".to_owned(), "doctor-not-name-value"),
        (
            format!(
                "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=s;SharedAccessKey={key};EntityPath=e"
            ),
            "refused-live-event-hubs",
        ),
        (
            format!("HostName={HOST};DeviceId=d;ModuleId=m;SharedAccessKey={key}"),
            "refused-live-module",
        ),
        (
            format!(
                "HostName={HOST};DeviceId=d;SharedAccessKey={key};GatewayHostName=edge.example"
            ),
            "refused-live-gateway",
        ),
        (
            format!("HostName={HOST};DeviceId=d;x509=true"),
            "refused-live-certificate",
        ),
        (
            format!("HostName={HOST};SharedAccessKey={key}"),
            "doctor-no-kind",
        ),
    ];
    for (text, expected) in cases {
        let mut place = Place::new(Way::Relay);
        place.tell(Command::GoLive {
            connection_string: text.clone(),
            events: None,
            group: None,
            prefix: String::new(),
        });
        place.wait(Duration::from_secs(1));
        assert!(place.hub().is_none(), "{expected}");
        assert_eq!(place.refused(), [expected]);
        place.check_words();
    }
}

#[test]
fn a_prefix_that_no_id_can_have_is_refused() {
    let telemetry = lesson("telemetry").unwrap();
    for prefix in ["a b".to_owned(), "x".repeat(41)] {
        let mut place = Place::new(Way::Relay);
        let connection_string = place.string(Way::Relay, telemetry);
        place.tell(Command::GoLive {
            connection_string,
            events: None,
            group: None,
            prefix,
        });
        assert_eq!(place.refused(), ["refused-live-prefix"]);
        place.check_words();
    }
}

/// A door behind which nobody answers.
struct Shut;

impl Door for Shut {
    fn open(&self, _: Target) -> LocalBoxFuture<'static, Ways> {
        Box::pin(futures::future::pending())
    }
}

#[test]
fn a_hub_that_is_not_reached_in_time_is_given_up() {
    let telemetry = lesson("telemetry").unwrap();
    let mut place = Place::with_door(Beside::new(HOST, START), Box::new(Shut));
    place.tell(open(telemetry, &telemetry.steps[0]));
    let connection_string = place.string(Way::Relay, telemetry);
    place.tell(Command::GoLive {
        connection_string,
        events: None,
        group: None,
        prefix: String::new(),
    });
    place.do_step(&telemetry.steps[0]);
    place.wait(Duration::from_secs(31));
    assert_eq!(place.refused(), ["refused-live-no-way"]);
    assert!(place.hub().is_none());
    place.check_words();
}

#[test]
fn what_needs_a_live_hub_is_refused_without_one() {
    let telemetry = lesson("telemetry").unwrap();
    let mut place = Place::new(Way::Relay);
    place.tell(open(telemetry, &telemetry.steps[0]));
    place.tell(Command::Leave {
        delete_devices: true,
    });
    place.tell(Command::Confirm);
    assert_eq!(
        place.refused(),
        ["refused-not-live", "refused-nothing-to-confirm"]
    );
    place.classroom = Classroom::new([7; 32], START);
    let connection_string = place.string(Way::Relay, telemetry);
    place.tell(Command::GoLive {
        connection_string,
        events: None,
        group: None,
        prefix: String::new(),
    });
    assert_eq!(place.refused().last().unwrap(), "refused-no-door");
    place.check_words();
}

/// Goes to the hub with a key that is not the policy's.
fn go_with_wrong_key(place: &mut Place, policy: &str) {
    let key = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlYw==";
    place.go(&format!(
        "HostName={HOST};SharedAccessKeyName={policy};SharedAccessKey={key}"
    ));
}

#[test]
fn a_wrong_key_is_told_as_trouble() {
    let telemetry = lesson("telemetry").unwrap();
    let mut place = Place::new(Way::Relay);
    go_with_wrong_key(&mut place, "iothubowner");
    place.tell(open(telemetry, &telemetry.steps[0]));
    place.act();
    place.wait(Duration::from_secs(2));
    let (trouble, _) = place.hub().unwrap().trouble.unwrap();
    assert_eq!(trouble.kind, TroubleKind::Unauthorized);
    assert_eq!(place.saw("register"), "check-live-key-refused");
    place.check_words();
}

#[test]
fn a_wrong_key_is_told_as_soon_as_it_was_given_and_before_any_step() {
    let telemetry = lesson("telemetry").unwrap();
    for policy in ["iothubowner", "service", "students"] {
        let mut place = Place::new(Way::Relay);
        go_with_wrong_key(&mut place, policy);
        place.wait(Duration::from_secs(3));
        let is_told = |place: &Place| {
            let trouble = place.hub().unwrap().trouble;
            trouble.is_some_and(|(trouble, _)| trouble.kind == TroubleKind::Unauthorized)
        };
        assert!(is_told(&place), "{policy}, on the first page");
        place.tell(open(telemetry, &telemetry.steps[0]));
        place.wait(Duration::from_secs(3));
        assert!(is_told(&place), "{policy}, in a lesson");
    }
}

#[test]
fn without_a_relay_a_key_is_tried_by_reading_events_if_its_policy_may() {
    for (policy, readers) in [("iothubowner", 1), ("service", 1), ("registryRead", 0)] {
        let mut place = Place::new(Way::NoRelay);
        go_with_wrong_key(&mut place, policy);
        assert_eq!(place.beside.readers(), readers, "{policy}");
    }
}

#[test]
fn what_goes_wrong_right_after_connecting_is_told_though_no_lesson_is_open() {
    let mut place = Place::new(Way::NoRelay);
    let string = place.string(Way::NoRelay, lesson("telemetry").unwrap());
    place.tell(Command::GoLive {
        connection_string: string,
        events: None,
        group: None,
        prefix: PREFIX.to_owned(),
    });
    place.beside.set_faults(Faults {
        no_relay: true,
        barred: true,
        ..Faults::default()
    });
    // As a page does it: it runs the classroom when a way can go on, and then only when the classroom says so.
    let mut next = Some(START.plus(Duration::from_millis(200)));
    while let Some(at) = next.filter(|at| *at < START.plus(Duration::from_secs(1))) {
        place.classroom.advance(at);
        next = place.classroom.next_wake();
    }
    place.drain();
    let trouble = place.hub().unwrap().trouble;
    assert_eq!(trouble.unwrap().0.kind, TroubleKind::NoSocket);
}

#[test]
fn a_key_that_the_hub_accepts_is_no_trouble_whatever_its_policy_may_do() {
    for way in [Way::Relay, Way::NoRelay] {
        for policy in [
            "iothubowner",
            "service",
            "registryRead",
            "registryReadWrite",
            "device",
        ] {
            let mut place = Place::new(way);
            let hub = place.beside.hub();
            let string = hub.service_connection_string(policy).unwrap();
            let string = string.to_text().expose().clone();
            drop(hub);
            place.go(&string);
            place.wait(Duration::from_secs(10));
            assert_eq!(place.hub().unwrap().trouble, None, "{policy}, {way:?}");
        }
    }
}

#[test]
fn a_step_whose_device_has_no_string_says_so_without_a_relay() {
    let telemetry = lesson("telemetry").unwrap();
    let mut place = Place::new(Way::NoRelay);
    let string = place.string(Way::Relay, telemetry);
    place.go(&string);
    place.tell(open(telemetry, &telemetry.steps[2]));
    place.act();
    assert_eq!(place.refused(), ["refused-live-no-string"]);
    assert_eq!(place.state("send"), StepState::NotStarted);
    place.check_words();
}

#[test]
fn a_step_that_takes_long_says_what_it_waits_for() {
    let telemetry = lesson("telemetry").unwrap();
    let read = telemetry.steps.iter().find(|it| it.id == "read").unwrap();
    let mut place = Place::live(Way::Relay, telemetry, read);
    place.act();
    assert_eq!(place.state("read"), StepState::Running);
    place.wait(Duration::from_secs(10));
    let StepState::NotYet { saw, .. } = place.state("read") else {
        panic!("{:?}", place.state("read"));
    };
    assert_eq!(saw.id, "check-read-few");
    place.wait_until("the step", |place| passed(&place.state("read")));
}

/// The step of a lesson.
fn step(lesson: &'static LessonOutline, id: &str) -> &'static StepOutline {
    lesson.steps.iter().find(|step| step.id == id).unwrap()
}

#[test]
fn a_message_that_waits_to_expire_is_waited_for() {
    let messages = lesson("messages").unwrap();
    let mut place = Place::live(Way::Relay, messages, step(messages, "expire"));
    place.act();
    place.wait(Duration::from_secs(15));
    assert_eq!(place.saw("expire"), "check-live-expire-waiting");
    place.wait(Duration::from_secs(50));
    assert_eq!(place.saw("expire"), "check-live-expire-no-feedback");
    place.wait_until("the step", |place| passed(&place.state("expire")));
    place.check_words();
}

#[test]
fn a_query_that_is_late_can_be_asked_again() {
    let twins = lesson("twins").unwrap();
    let mut place = Place::live(Way::Relay, twins, step(twins, "tag"));
    place
        .beside
        .elsewhere(|hub, now| hub.set_query_lag(now, Duration::from_secs(20)));
    place.act();
    place.wait(Duration::from_secs(10));
    assert_eq!(place.saw("tag"), "check-live-query-late");
    place.wait(Duration::from_secs(20));
    // What was written before is there by now.
    place.act();
    place.wait_until("the step", |place| passed(&place.state("tag")));
    place.check_words();
}

#[test]
fn the_string_of_another_device_is_not_taken_for_the_lesson_s() {
    let telemetry = lesson("telemetry").unwrap();
    let methods = lesson("methods").unwrap();
    let mut place = Place::live(Way::Relay, telemetry, step(telemetry, "hand-over"));
    place.tell(Command::Check);
    assert_eq!(place.saw("hand-over"), "check-handed-over-missing");
    place.give_string(methods);
    place.tell(Command::Check);
    assert_eq!(place.saw("hand-over"), "check-live-handed-over-other");
    place.check_words();
}

#[test]
fn nothing_is_begun_while_devices_are_being_deleted() {
    let telemetry = lesson("telemetry").unwrap();
    let mut place = Place::live(Way::Relay, telemetry, &telemetry.steps[0]);
    place.tell(Command::Check);
    assert_eq!(place.saw("register"), "check-live-not-registered");
    place.do_step(&telemetry.steps[0]);
    place.beside.set_faults(Faults {
        slowness: Duration::from_secs(5),
        ..Faults::default()
    });
    let leave = || Command::Leave {
        delete_devices: true,
    };
    place.tell(leave());
    place.act();
    assert_eq!(place.refused(), ["refused-live-leaving"]);
    assert!(place.hub().is_some());
    // Who does not want to wait presses once more.
    place.tell(leave());
    assert!(place.hub().is_none());
    place.check_words();
}

#[test]
fn a_fleet_is_not_started_on_a_live_hub() {
    let telemetry = lesson("telemetry").unwrap();
    let mut place = Place::live(Way::Relay, telemetry, &telemetry.steps[0]);
    place.tell(Command::AtDevice {
        id: 3,
        action: DeviceAction::StartFleet {
            count: 5,
            interval: 1.0,
        },
    });
    let answered = place.reports.iter().any(|report| {
        matches!(report, Report::Answered { id: 3, outcome: Outcome::Refused(why) } if why.text.contains("fleet"))
    });
    assert!(answered);
    assert!(place.ids().is_empty());
}

/// What a file of the page's texts says in a language.
fn text(locale: &str, file: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../www/texts");
    std::fs::read_to_string(format!("{folder}/{locale}/{file}")).unwrap()
}

#[test]
fn texts_send_nobody_to_the_clock_of_a_live_hub() {
    for (locale, hub_in_page) in [
        ("en", "the hub in this page"),
        ("ko", "이 페이지 안의 허브"),
        ("ru", "хабе этой страницы"),
    ] {
        for lesson in LESSONS {
            let text = text(locale, &format!("{}.md", lesson.id));
            let advice = text.replace('\u{a0}', " ");
            let mut advice = advice
                .lines()
                .filter(|line| line.contains("(control:speed)") || line.contains("(control:skip)"));
            let astray = advice.find(|line| !line.contains(hub_in_page));
            assert_eq!(astray, None, "{locale}, {}", lesson.id);
        }
    }
}

#[test]
fn each_language_has_the_same_words() {
    let ids = |locale: &str| {
        let words = text(locale, "live-checks.ftl");
        let ids = words.lines().filter_map(|line| line.split_once(" ="));
        ids.filter(|(id, _)| !id.starts_with([' ', '#']))
            .map(|(id, _)| id.to_owned())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(ids("ko"), ids("en"));
    assert_eq!(ids("ru"), ids("en"));
    for lesson in LESSONS {
        for step in lesson.steps.iter().filter(|it| it.needs != Need::Device) {
            let id = format!("to-confirm-{}-{}", lesson.id, step.id);
            assert!(ids("en").contains(&id), "{id}");
        }
    }
}

#[test]
fn a_device_that_is_there_already_is_taken_as_it_is() {
    let telemetry = lesson("telemetry").unwrap();
    let mut place = Place::new(Way::Relay);
    place.register(telemetry);
    let string = place.string(Way::Relay, telemetry);
    place.go(&string);
    for step in telemetry.steps {
        place.tell(open(telemetry, step));
        place.do_step(step);
    }
    assert!(
        place.hub().unwrap().created.is_empty(),
        "it was not created here"
    );
}

#[test]
fn a_consumer_group_that_cannot_be_is_refused() {
    let telemetry = lesson("telemetry").unwrap();
    let refused_with = |group: &str| {
        let mut place = Place::new(Way::Relay);
        let connection_string = place.string(Way::Relay, telemetry);
        place.tell(Command::GoLive {
            connection_string,
            events: None,
            group: Some(group.to_owned()),
            prefix: String::new(),
        });
        place.check_words();
        place.refused()
    };
    for group in ["a/b", "two words", "$else", &"x".repeat(51)] {
        assert_eq!(refused_with(group), ["refused-live-group"], "{group}");
    }
    for group in ["", " ", "$Default", "page-1.test_2", &"x".repeat(50)] {
        assert!(refused_with(group).is_empty(), "{group}");
    }
}
