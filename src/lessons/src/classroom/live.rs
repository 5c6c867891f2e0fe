//! A live hub in the place of the one on the bench, and what may be done there.

mod going;
mod leaving;

use std::time::Duration;

use futures::future::LocalBoxFuture;
use lab::{
    Bench, BenchOptions, Hands, LiveState, Metered,
    outside::{Target, Ways},
};
use wire::{
    connection_string::{ConnectionString, DeviceConnectionString},
    rest::encode_id,
    timestamp::Timestamp,
};

pub(super) use going::Opening;
use leaving::Leaving;

use super::{COURSE, Classroom, Lesson, bench_options};
use crate::{
    exchange::{Exchange, exchanges},
    message::{Command, HubView, LiveHub, Message, Report, Settings, StepState},
    outline::{Access, Obstacle, REGISTRY, REGISTRY_READ, Reach, SERVICE},
    settings,
    step::Verdict,
    telemetry::{
        checks::device_id,
        steps::{hand_over, have_device},
    },
};

/// How often, in real time, it is told at most how things stand with the hub.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// How long a step may take until it is said what it waits for, and how often that is said anew.
pub(super) const SAY_EVERY: Duration = Duration::from_secs(5);

/// The live hub on the bench.
pub(super) struct Live {
    target: Target,
    pub(super) prefix: String,
    pub(super) reach: Reach,
    ways: Ways,
    /// Whether the bench is one of this hub's: at first it is the one before.
    is_on_bench: bool,
    /// What was used on benches that are gone.
    metered: Metered,
    /// The lesson that was opened last, and what had been used before it.
    lesson: Option<(&'static str, Metered)>,
    /// The devices that were created on benches that are gone, and are there still.
    created: Vec<String>,
    told: Option<(Timestamp, LiveHub)>,
    /// When it is to be told what was too soon to tell, if there may be anything.
    tell_at: Option<Timestamp>,
    leaving: Option<Leaving>,
}

impl Live {
    pub(super) fn host_name(&self) -> &str {
        self.target.connection_string.host_name()
    }

    /// When it is to be told how things stand with the hub, if that is not at any time.
    pub(super) fn next_telling(&self) -> Option<Timestamp> {
        self.tell_at
    }

    /// The device whose string the learner gave, if it is one.
    fn own_device(&self) -> Option<&DeviceConnectionString> {
        match &self.target.connection_string {
            ConnectionString::Device(device) => Some(device),
            ConnectionString::Service(_) | ConnectionString::EventHubs(_) => None,
        }
    }

    fn policy(&self) -> Option<&str> {
        match &self.target.connection_string {
            ConnectionString::Service(service) => Some(&service.policy),
            ConnectionString::Device(_) | ConnectionString::EventHubs(_) => None,
        }
    }

    /// Whether the hub's events can be read with what the learner gave.
    pub(super) fn may_read_events(&self) -> bool {
        self.reach.may_read_events()
    }

    /// The settings of a lesson on this hub.
    fn settings(&self, lesson: &Lesson, completed: Settings) -> Settings {
        let mut settings = settings::prefixed(lesson.settings, completed, &self.prefix);
        if let Some(device) = self.own_device() {
            settings.insert("device-id".to_owned(), device.device_id.clone());
        }
        settings
    }

    /// A new bench with this hub.
    fn bench(&self, options: &BenchOptions) -> Bench {
        let bench = Bench::live(options, self.target.clone(), self.ways.clone());
        let own = self.own_device().cloned();
        bench.hands().set_device_string(own);
        bench
    }

    /// A bench is about to be replaced: what it knows is kept.
    fn take_over(&mut self, hands: &Hands) {
        self.created = self.created(hands);
        self.metered = self.used(hands);
    }

    /// Notes which lesson begins. Beginning it anew uses no less of the day.
    fn begin(&mut self, lesson: Option<&'static str>) {
        if self.lesson.map(|(id, _)| id) != lesson {
            self.lesson = lesson.map(|id| (id, self.metered));
        }
    }

    /// What was used during the visit.
    fn used(&self, hands: &Hands) -> Metered {
        let known = self.known(hands).map(|known| known.metered);
        self.metered.plus(known.unwrap_or_default())
    }

    /// What the bench knows of this hub.
    fn known(&self, hands: &Hands) -> Option<LiveState> {
        self.is_on_bench.then(|| hands.live()).flatten()
    }

    /// The devices that were created and are still there, as far as is known from here.
    fn created(&self, hands: &Hands) -> Vec<String> {
        let is_there = |id: &&String| {
            let path = format!("/devices/{}", encode_id(id));
            !exchanges(hands, "DELETE", &path)
                .iter()
                .any(Exchange::is_success)
        };
        let known = self.known(hands);
        let known = known.map_or_else(Vec::new, |known| known.created);
        let before = self.created.iter().filter(is_there).cloned();
        let mut created: Vec<_> = before.collect();
        for id in known {
            if !created.contains(&id) {
                created.push(id);
            }
        }
        created
    }

    fn view(&self, hands: &Hands) -> LiveHub {
        let metered = self.used(hands);
        let before = self.lesson.map(|(_, before)| before);
        LiveHub {
            host_name: self.host_name().to_owned(),
            policy: self.policy().map(str::to_owned),
            rights: match &self.reach.access {
                Access::Rights(rights) => Some(rights.clone()),
                Access::Device | Access::Policy => None,
            },
            relay: self.reach.relay,
            events: self.reach.events,
            prefix: self.prefix.clone(),
            created: self.created(hands),
            metered,
            metered_in_lesson: metered.since(before.unwrap_or(metered)),
            trouble: self.known(hands).and_then(|known| known.trouble),
        }
    }
}

/// While a live hub is on the bench.
impl Classroom {
    /// Makes a bench with the live hub, if one is to be on it.
    pub(super) fn live_bench(&mut self, now: Timestamp) -> Option<Bench> {
        let live = self.live.as_mut()?;
        live.take_over(&self.bench.hands());
        live.begin(self.opened.as_ref().map(|opened| opened.lesson.id));
        live.is_on_bench = true;
        Some(live.bench(&bench_options(&mut self.rng, now)))
    }

    /// Has the hub asked something at once, so that a policy's key which it does not accept is told of from the start.
    /// That of a device shows when the device connects.
    pub(super) fn try_key(&self) {
        let Some(live) = self.live.as_ref().filter(|live| live.policy().is_some()) else {
            return;
        };
        let settings = match &self.opened {
            Some(opened) => opened.settings.clone(),
            None => self.settings_of(&COURSE[0], &Settings::new()),
        };
        let (id, hands) = (device_id(&settings), self.bench.hands());
        let (hub, access) = (hands.hub(), &live.reach.access);
        // To look at something of a live hub is to wish to know it.
        if live.reach.relay && access.allows(REGISTRY_READ) {
            let _ = hub.device(id);
        } else if live.reach.relay && access.allows(SERVICE) {
            let _ = hub.twin_document(id);
        } else if live.may_read_events() {
            let _ = hub.device_events(id, self.last_turn);
        }
    }

    /// A lesson's settings as its programs and checks have them.
    pub(super) fn settings_of(&self, lesson: &Lesson, given: &Settings) -> Settings {
        let completed = settings::completed(lesson.settings, given);
        match &self.live {
            Some(live) => live.settings(lesson, completed),
            None => completed,
        }
    }

    /// Refuses what cannot be done on a live hub.
    pub(super) fn refuse_on_live(&self, command: &Command) -> Result<(), Message> {
        let Some(live) = &self.live else {
            return Ok(());
        };
        if live.leaving.is_some() && !matches!(command, Command::Leave { .. }) {
            return Err(Message::new("refused-live-leaving"));
        }
        match command {
            Command::SetSpeed { factor } if (*factor - 1.0).abs() < f64::EPSILON => Ok(()),
            Command::SetSpeed { .. } | Command::SkipToNext => {
                Err(Message::new("refused-live-time"))
            }
            Command::SetQueryLag { .. } => Err(Message::new("refused-live-query-lag")),
            Command::Restore { .. } => Err(Message::new("refused-live-restore")),
            _ => Ok(()),
        }
    }

    /// Why a step is the learner's to do; none if it is not.
    pub(super) fn obstacle(&self, index: usize) -> Option<Obstacle> {
        let live = self.live.as_ref()?;
        let outline = self.opened.as_ref()?.lesson.outlines.get(index)?;
        outline.obstacle(&live.reach)
    }

    /// Starts what is left of a step's action when the rest is the learner's.
    pub(super) fn start_by_hand(&mut self, index: usize) {
        let Some(lesson) = self.opened.as_ref().map(|opened| opened.lesson) else {
            return;
        };
        let step = lesson.outlines.get(index);
        if let Some(act) = step.and_then(|step| (lesson.by_hand)(step.id)) {
            self.start_script(act);
        }
    }

    /// Gets ready what the steps before the open one would have: on a live hub no time is moved to do them all.
    pub(super) fn ready(&self) -> LocalBoxFuture<'static, ()> {
        let (Some(live), Some(opened)) = (&self.live, &self.opened) else {
            return Box::pin(async {});
        };
        let (step, setup) = (opened.step, opened.lesson.setup);
        let may_register = live.reach.relay && live.reach.access.allows(REGISTRY);
        if step == 0 || !may_register || setup == 0 {
            return Box::pin(async {});
        }
        let (hands, settings) = (self.bench.hands(), opened.settings.clone());
        Box::pin(async move {
            if step < setup {
                have_device(&hands, device_id(&settings)).await;
            } else if !has_own_string(&hands, &settings) {
                have_device(&hands, device_id(&settings)).await;
                hand_over(&hands, &settings);
            }
        })
    }

    /// Refuses a step whose device needs a connection string that nobody can get for it from here.
    pub(super) fn refuse_without_string(&self, index: usize) -> Result<(), Message> {
        let (Some(live), Some(opened)) = (&self.live, &self.opened) else {
            return Ok(());
        };
        let may_register = live.reach.relay && live.reach.access.allows(REGISTRY);
        // Who has taken the string away by a fault can give it back.
        let needs_string = index >= opened.lesson.setup && !opened.broken;
        let hands = self.bench.hands();
        if may_register || !needs_string || hands.device_string().is_some() {
            return Ok(());
        }
        Err(Message::new("refused-live-no-string").with("device", device_id(&opened.settings)))
    }

    /// The device's connection string, if a step that is put back starts with it.
    pub(super) fn string_to_keep(&self, index: usize) -> Option<DeviceConnectionString> {
        let opened = self.opened.as_ref().filter(|_| self.live.is_some())?;
        let string = self.bench.hands().device_string()?;
        (index >= opened.lesson.setup).then_some(string)
    }

    /// Says that a step was put back on this page, and not on a live hub: nothing is undone there that others may use.
    pub(super) fn tell_what_stays(&mut self) {
        let (Some(live), Some(opened)) = (&self.live, &self.opened) else {
            return;
        };
        let message = Message::new("refused-live-reset")
            .with("host", live.host_name())
            .with("device", device_id(&opened.settings));
        self.reports.push_back(Report::Refused {
            message,
            of_hub: false,
        });
    }

    /// Says what the learner is to look for, and why nobody else can.
    pub(super) fn have_confirmed(&mut self, index: usize, obstacle: Obstacle) {
        let (Some(live), Some(opened)) = (&self.live, &self.opened) else {
            return;
        };
        let Some(step) = opened.lesson.outlines.get(index) else {
            return;
        };
        let id = format!("to-confirm-{}-{}", opened.lesson.id, step.id);
        let mut looked_for = Message::new(id).with("host", live.host_name());
        for (setting, value) in &opened.settings {
            let name = if setting == "device-id" {
                "device"
            } else {
                setting
            };
            looked_for = looked_for.with(name, value.as_str());
        }
        let why = why(obstacle, live);
        self.set_state(index, StepState::ToConfirm { looked_for, why });
    }

    /// Whether it is time to say what a step waits for that takes long: a live hub does at its own pace what it does.
    pub(super) fn is_time_to_say(&mut self) -> bool {
        let now = self.last_turn;
        let is_live = self.live.is_some();
        let say_at = self
            .opened
            .as_mut()
            .and_then(|opened| opened.say_at.as_mut());
        let Some(say_at) = say_at.filter(|at| is_live && **at <= now) else {
            return false;
        };
        *say_at = now.plus(SAY_EVERY);
        true
    }

    /// The learner has looked.
    pub(super) fn confirm(&mut self) -> Result<(), Message> {
        let refused = || Message::new("refused-nothing-to-confirm");
        let opened = self.opened.as_mut().ok_or_else(refused)?;
        let index = opened.step;
        let Some(StepState::ToConfirm { looked_for, .. }) = opened.states.get(index).cloned()
        else {
            return Err(refused());
        };
        let verdict = Verdict {
            passed: true,
            looked_for,
            saw: Message::new("confirmed-by-hand"),
        };
        self.settle(index, verdict);
        Ok(())
    }

    /// Tells how things stand with the hub, if that is new.
    pub(super) fn tell_hub(&mut self, now: Timestamp) {
        let at_once = self.telling.is_at_once();
        let hands = self.bench.hands();
        let Some(live) = &mut self.live else {
            return;
        };
        let due = live.told.as_ref().map(|(at, _)| at.plus(TELL_EVERY));
        live.tell_at = due.filter(|at| !at_once && *at > now);
        if live.tell_at.is_some() {
            return;
        }
        let view = live.view(&hands);
        if live.told.as_ref().is_some_and(|(_, told)| *told == view) {
            return;
        }
        live.told = Some((now, view.clone()));
        self.reports
            .push_back(Report::Hub(HubView::Live(Box::new(view))));
    }
}

/// Whether the device holds a string that names it.
fn has_own_string(hands: &Hands, settings: &Settings) -> bool {
    let string = hands.device_string();
    string.is_some_and(|string| string.device_id == device_id(settings))
}

/// Why a step is the learner's to do.
fn why(obstacle: Obstacle, live: &Live) -> Message {
    match obstacle {
        Obstacle::Bench => Message::new("to-confirm-bench"),
        Obstacle::DeviceString => Message::new("to-confirm-device-string"),
        Obstacle::NoRelay => Message::new("to-confirm-no-relay"),
        Obstacle::Right(right) => Message::new("to-confirm-no-right")
            .with("policy", live.policy().unwrap_or_default())
            .with("right", right.name()),
    }
}
