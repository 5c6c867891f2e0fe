//! A learner's place: a bench, the step that is open, and how each step stands.

mod by_hand;
mod live;
mod succession;
mod telling;

use std::{cell::Cell, collections::VecDeque, rc::Rc, time::Duration};

use lab::{
    Bench, BenchOptions, Clock, FASTEST, Hands, SLOWEST, SnapshotScope, outside::Door,
    view::Upcoming,
};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng as _, SeedableRng as _},
};
use wire::timestamp::Timestamp;

use crate::{
    faults,
    kept::{Kept, KeptLesson},
    message::{Command, DeviceString, Message, Report, Settings, StepState},
    messages, methods,
    outline::{LESSONS, LessonOutline, SettingOutline, StepOutline},
    step::{Act, Fault, Step, Verdict},
    telemetry, twins,
};

use by_hand::refused_by_bench;
use live::{Live, Opening, SAY_EVERY};
use succession::Exit;
pub use succession::Legacy;
use telling::Telling;

/// The name of the hub on every bench, in the service's form.
pub const HOST_NAME: &str = "iothub-playground.azure-devices.net";

/// The name under which a step's script runs.
const SCRIPT: &str = "script";

/// How far a solution may move the clock.
const SOLVING: Duration = Duration::from_mins(15);

/// How far one jump may move the clock.
const LONGEST_SKIP: Duration = Duration::from_hours(1);

/// How often the clock is reported while nothing else happens, in real time.
const CLOCK_REPORT: Duration = Duration::from_millis(500);

/// The longest real time between two turns that counts for the bench.
/// After a longer one (a laptop that slept) the bench goes on where it was.
const LONGEST_TURN: Duration = Duration::from_secs(10);

/// How often, in real time, the page is told what to keep while the hub changes. After a step it is told at once.
const KEEP_EVERY: Duration = Duration::from_secs(2);

/// How often, in real time, the page is told what a fleet does.
const BATCH_EVERY: Duration = Duration::from_millis(250);

/// About how many messages a fleet may send in one turn.
const MOST_FLEET_MESSAGES: f64 = 2_000.0;

/// How many bytes of each partition's newest events are kept for a reload.
const KEPT_EVENT_BYTES: usize = 64 * 1024;

/// A lesson that can be run: what a bench needs of its outline, and the steps in the outline's order.
///
/// The whole outline would bring along the programs' sources, which only a page shows.
struct Lesson {
    id: &'static str,
    outlines: &'static [StepOutline],
    settings: &'static [SettingOutline],
    steps: &'static [Step],
    reads_events: bool,
    /// What goes wrong in each step, if that is what the lesson is about.
    faults: &'static [Fault],
    /// How many steps, from the first on, get the device and its connection string ready for the others.
    setup: usize,
    /// What is left of a step's action when the rest is the learner's.
    by_hand: fn(&str) -> Option<Act>,
}

impl Lesson {
    const fn new(
        outline: &'static LessonOutline,
        steps: &'static [Step],
        setup: usize,
        by_hand: fn(&str) -> Option<Act>,
    ) -> Self {
        Self {
            id: outline.id,
            outlines: outline.steps,
            settings: outline.settings,
            steps,
            reads_events: outline.reads_events,
            faults: &[],
            setup,
            by_hand,
        }
    }

    const fn with_faults(self, faults: &'static [Fault]) -> Self {
        Self { faults, ..self }
    }
}

/// All lessons in order.
static COURSE: [Lesson; LESSONS.len()] = [
    Lesson::new(&LESSONS[0], telemetry::STEPS, 2, telemetry::by_hand),
    Lesson::new(&LESSONS[1], methods::STEPS, 2, methods::by_hand),
    Lesson::new(&LESSONS[2], messages::STEPS, 1, messages::by_hand),
    Lesson::new(&LESSONS[3], twins::STEPS, 1, twins::by_hand),
    Lesson::new(&LESSONS[4], faults::STEPS, 0, faults::by_hand).with_faults(faults::FAULTS),
];

/// The lesson with this id.
fn lesson(id: &str) -> Option<&'static Lesson> {
    COURSE.iter().find(|lesson| lesson.id == id)
}

/// Carries out a page's commands and tells it what happens.
///
/// # The drain rule
///
/// After every [`handle`](Self::handle) or [`advance`](Self::advance), call [`poll`](Self::poll) until it returns `None`.
/// Call [`advance`](Self::advance) at the latest when [`next_wake`](Self::next_wake) has come.
/// All times are real times, in milliseconds since the Unix epoch.
pub struct Classroom {
    rng: ChaCha20Rng,
    clock: Clock,
    bench: Bench,
    opened: Option<Opened>,
    reports: VecDeque<Report>,
    device_string: DeviceString,
    last_turn: Timestamp,
    /// By how much the machine's clock was set back so far.
    set_back: Duration,
    last_clock: Option<ClockReport>,
    /// What the page kept of an earlier visit, until a lesson is opened.
    left: Option<String>,
    /// How often a step was passed or put back.
    turns: u64,
    last_kept: Option<KeptReport>,
    /// Whether the script of the open step has come to its end.
    script_is_over: Rc<Cell<bool>>,
    telling: Telling,
    exit: Exit,
    /// The live hub that is being reached, if one is.
    opening: Option<Opening>,
    /// The live hub on the bench, if one is.
    live: Option<Live>,
}

/// The lesson that is open.
struct Opened {
    lesson: &'static Lesson,
    /// The index of the open step.
    step: usize,
    /// The settings as the page gave them.
    given: Settings,
    /// The settings as programs and checks have them.
    settings: Settings,
    /// How each step stands.
    states: Vec<StepState>,
    /// How many steps, from the first on, are done on this bench.
    done: usize,
    /// Whether the open step's fault was seen and is not mended yet.
    broken: bool,
    /// Whether the open step's fault is to be mended as soon as it was seen.
    solving: bool,
    /// When to say next, in real time, what the open step waits for while it is under way.
    say_at: Option<Timestamp>,
}

impl Opened {
    fn fault(&self) -> Option<&'static Fault> {
        self.lesson.faults.get(self.step)
    }
}

/// What was last told of the clock, and when.
#[derive(Clone, PartialEq)]
struct ClockReport {
    at: Timestamp,
    speed: f64,
    next: Option<(Timestamp, Upcoming)>,
}

/// What was last told the page to keep, and when.
#[derive(Clone, Copy, PartialEq)]
struct KeptReport {
    at: Timestamp,
    revision: u64,
    /// How often a step was passed or put back.
    turns: u64,
}

impl Classroom {
    /// A classroom with an empty bench. Whoever wants keys that cannot be guessed draws the seed accordingly.
    pub fn new(seed: [u8; 32], now: Timestamp) -> Self {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let bench = new_bench(&mut rng, now);
        Self {
            rng,
            clock: Clock::new(now),
            bench,
            opened: None,
            reports: VecDeque::new(),
            device_string: DeviceString::Missing,
            last_turn: now,
            set_back: Duration::ZERO,
            last_clock: None,
            left: None,
            turns: 0,
            last_kept: None,
            script_is_over: Rc::default(),
            telling: Telling::default(),
            exit: Exit::Nowhere,
            opening: None,
            live: None,
        }
    }

    /// The same, with a way to live hubs.
    #[must_use]
    pub fn with_door(mut self, door: Box<dyn Door>) -> Self {
        self.exit = Exit::Door(door);
        self
    }

    /// Carries out a command.
    pub fn handle(&mut self, now: Timestamp, command: Command) {
        let now = self.steady(now);
        self.telling.begin(true);
        self.turn(now);
        let of_hub = matches!(command, Command::GoLive { .. } | Command::Leave { .. });
        if let Err(message) = self.carry_out(now, command) {
            self.reports.push_back(Report::Refused { message, of_hub });
        }
        self.turn(now);
    }

    /// Lets happen on the bench what is due.
    pub fn advance(&mut self, now: Timestamp) {
        let now = self.steady(now);
        self.telling.begin(false);
        self.turn(now);
    }

    /// A time that never goes back, whatever is done to the machine's clock: nobody would wait until it has caught up.
    fn steady(&mut self, now: Timestamp) -> Timestamp {
        self.set_back = self.set_back.max(self.last_turn.since(now));
        now.plus(self.set_back)
    }

    fn turn(&mut self, now: Timestamp) {
        // The time of a live hub goes on whoever sleeps.
        if self.live.is_none() && now.since(self.last_turn) > LONGEST_TURN {
            self.clock.hold(self.last_turn.plus(LONGEST_TURN), now);
        }
        self.last_turn = now;
        self.look_for_ways(now);
        self.fall_back(now);
        self.bench.run_until(self.clock.bench_time(now));
        self.collect();
        self.look_whether_left(now);
        self.watch();
        self.tell_watched();
        self.tell_hub(now);
        self.report_clock(now);
        self.keep(now);
    }

    /// Lets the clock go no faster than the bench can follow: a fleet has much to do in each of its seconds.
    fn fall_back(&mut self, now: Timestamp) {
        let hands = self.bench.hands();
        if let Some(fleet) = hands.fleet() {
            let longest = Duration::try_from_secs_f64(MOST_FLEET_MESSAGES / fleet.rate());
            let furthest = hands.now().plus(longest.unwrap_or(Duration::MAX));
            self.clock.fall_back(now, furthest);
        }
    }

    /// The next thing to tell the page.
    pub fn poll(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }

    /// When to call [`advance`](Self::advance) at the latest; `None` before a step is open and while no hub is asked for.
    pub fn next_wake(&self) -> Option<Timestamp> {
        let look = self.next_look();
        let tell = self.live.as_ref().and_then(Live::next_telling);
        let wake = self.next_wake_of_bench();
        let wake = look.into_iter().chain(tell).chain(wake).min()?;
        Some(wake.minus(self.set_back))
    }

    fn next_wake_of_bench(&self) -> Option<Timestamp> {
        if self.live.is_none() {
            self.opened.as_ref()?;
        }
        let next = self
            .bench
            .next_deadline()
            .map(|at| self.clock.real_time(at));
        let tick = self
            .last_clock
            .as_ref()
            .map(|clock| clock.at.plus(CLOCK_REPORT));
        let wake = next.into_iter().chain(tick).min()?;
        // A fleet does something every moment: that is told in batches.
        let is_busy = self.bench.hands().fleet().is_some();
        Some(if is_busy {
            wake.max(self.last_turn.plus(BATCH_EVERY))
        } else {
            wake
        })
    }

    fn carry_out(&mut self, now: Timestamp, command: Command) -> Result<(), Message> {
        self.refuse_on_live(&command)?;
        if let Command::Open {
            lesson,
            step,
            settings,
        } = command
        {
            return self.open(now, &lesson, &step, settings);
        }
        if let Command::Restore { text } = command {
            self.left = Some(text);
            return Ok(());
        }
        if let Command::Diagnose { id, text } = command {
            self.diagnose(id, &text);
            return Ok(());
        }
        if let Command::GoLive {
            connection_string,
            events,
            group,
            prefix,
        } = command
        {
            return self.go_live(now, connection_string, events, group, prefix);
        }
        if let Command::Leave { delete_devices } = command {
            return self.leave(now, delete_devices);
        }
        if self.opened.is_none() {
            return Err(Message::new("refused-no-step"));
        }
        match command {
            Command::Open { .. }
            | Command::Restore { .. }
            | Command::Diagnose { .. }
            | Command::GoLive { .. }
            | Command::Leave { .. } => {}
            Command::Act { settings } => self.act(now, settings)?,
            Command::Check => self.check(),
            Command::Solve => self.solve(now)?,
            Command::Reset => self.reset(now),
            Command::Stop { program } => self.stop(program.as_deref()),
            Command::SetSpeed { factor } => self.set_speed(now, factor)?,
            Command::SkipToNext => self.skip(now),
            Command::SetPlugged { device_id, plugged } => self.set_plugged(&device_id, plugged)?,
            Command::SetDeviceString { text } => self.set_device_string(&text),
            Command::InCloud { id, action } => self.act_in_cloud(id, action),
            Command::AtDevice { id, action } => self.act_at_device(id, action),
            Command::Watch { device_id } => self.telling.watch(device_id),
            Command::Inspect { entry } => self.inspect(entry),
            Command::SetQueryLag { seconds } => self.set_query_lag(seconds)?,
            Command::Confirm => self.confirm()?,
        }
        Ok(())
    }

    fn open(
        &mut self,
        now: Timestamp,
        lesson_id: &str,
        step_id: &str,
        given: Settings,
    ) -> Result<(), Message> {
        let unknown = || {
            Message::new("refused-unknown-step")
                .with("lesson", lesson_id)
                .with("step", step_id)
        };
        let lesson = lesson(lesson_id).ok_or_else(unknown)?;
        let step = lesson
            .outlines
            .iter()
            .position(|step| step.id == step_id)
            .ok_or_else(unknown)?;
        let settings = self.settings_of(lesson, &given);
        match &mut self.opened {
            Some(opened) if opened.lesson.id == lesson_id => {
                if opened.step != step {
                    opened.step = step;
                    opened.broken = false;
                    opened.solving = false;
                    opened.say_at = None;
                    // A step that was left may have switched them on.
                    self.bench.hands().enforce_limits(None);
                }
                opened.settings = settings;
                opened.given = given;
                self.report_opened(false);
                self.prepare(now, step);
            }
            _ => {
                self.opened = Some(Opened {
                    lesson,
                    step,
                    given,
                    settings,
                    states: vec![StepState::NotStarted; lesson.steps.len()],
                    done: 0,
                    broken: false,
                    solving: false,
                    say_at: None,
                });
                self.begin_anew(now);
            }
        }
        Ok(())
    }

    /// Begins the open lesson at its open step, on a bench of its own.
    fn begin_anew(&mut self, now: Timestamp) {
        let Some(opened) = &self.opened else {
            self.make_bench(now);
            return;
        };
        let (lesson, step) = (opened.lesson, opened.step);
        let settings = self.settings_of(lesson, &opened.given);
        if let Some(opened) = &mut self.opened {
            opened.settings = settings;
            opened.done = 0;
            opened.broken = false;
            opened.solving = false;
            opened.say_at = None;
        }
        if !self.restore_bench(now) {
            self.make_bench(now);
        }
        self.report_opened(true);
        for index in 0..lesson.steps.len() {
            self.set_state(index, StepState::NotStarted);
        }
        self.prepare(now, step);
    }

    /// The host name of the hub on the bench.
    fn host_name(&self) -> &str {
        self.live.as_ref().map_or(HOST_NAME, Live::host_name)
    }

    fn report_opened(&mut self, fresh: bool) {
        if let Some(opened) = &self.opened {
            self.reports.push_back(Report::Opened {
                lesson: opened.lesson.id.to_owned(),
                step: opened
                    .lesson
                    .outlines
                    .get(opened.step)
                    .map_or("", |step| step.id)
                    .to_owned(),
                host_name: self.host_name().to_owned(),
                fresh,
            });
        }
    }

    fn make_bench(&mut self, now: Timestamp) {
        self.end_asked();
        self.bench = match self.live_bench(now) {
            Some(bench) => bench,
            None => new_bench(&mut self.rng, self.clock.bench_time(now)),
        };
        self.begin_reading();
        self.try_key();
        self.device_string = DeviceString::Missing;
        self.reports
            .push_back(Report::DeviceString(DeviceString::Missing));
        self.reports.push_back(Report::Devices(Vec::new()));
    }

    /// Lets the bench read the hub's events, if the lesson has them seen without a program that does.
    fn begin_reading(&self) {
        let reads = self
            .opened
            .as_ref()
            .is_some_and(|opened| opened.lesson.reads_events);
        if reads && self.live.as_ref().is_none_or(Live::may_read_events) {
            self.bench.read_events();
        }
    }

    /// Goes on where an earlier visit ended, if the page kept that of this lesson and it can be used.
    fn restore_bench(&mut self, now: Timestamp) -> bool {
        // What was left is the emulated hub's.
        if self.live.is_some() {
            return false;
        }
        let (Some(opened), Some(text)) = (&mut self.opened, self.left.take()) else {
            return false;
        };
        let Some(Kept { lesson, hub }) = Kept::read(&text) else {
            return false;
        };
        if lesson.lesson != opened.lesson.id {
            return false;
        }
        let start = lesson.now.max(self.clock.bench_time(now));
        let options = bench_options(&mut self.rng, start);
        let Ok(bench) = Bench::restored(&options, hub) else {
            return false;
        };
        opened.done = lesson.done.min(opened.states.len());
        self.end_asked();
        self.bench = bench;
        self.begin_reading();
        self.clock.move_to(now, start);
        let hands = self.bench.hands();
        let given = lesson
            .given
            .and_then(|id| hands.hub().device_connection_string(&id));
        hands.set_device_string(given);
        self.device_string = DeviceString::Missing;
        true
    }

    /// Tells the page what to keep, if that has changed.
    fn keep(&mut self, now: Timestamp) {
        let Some(revision) = self.revision_to_keep() else {
            return;
        };
        let report = KeptReport {
            at: now,
            revision,
            turns: self.turns,
        };
        let is_due = self.last_kept.is_none_or(|last| {
            let is_old = now.since(last.at) >= KEEP_EVERY;
            last.turns != report.turns || (last.revision != report.revision && is_old)
        });
        if !is_due {
            return;
        }
        self.last_kept = Some(report);
        if let Some(text) = self.kept_text() {
            self.reports.push_back(Report::Keep { text });
        }
    }

    /// The revision of what is to be kept of the hub; none if nothing is.
    fn revision_to_keep(&self) -> Option<u64> {
        self.opened.as_ref()?;
        let hands = self.bench.hands();
        // A page has no room for a fleet: a reload finds what was there before it.
        if hands.fleet().is_some() {
            return None;
        }
        // A live hub keeps itself.
        Some(hands.emulated()?.revision())
    }

    /// What a reload needs of the bench; none if nothing is to be kept.
    fn kept_text(&self) -> Option<String> {
        self.revision_to_keep()?;
        let opened = self.opened.as_ref()?;
        let hands = self.bench.hands();
        let scope = SnapshotScope {
            keys: false,
            event_bytes: KEPT_EVENT_BYTES,
        };
        let hub = hands.emulated()?.snapshot(scope);
        let lesson = KeptLesson {
            lesson: opened.lesson.id.to_owned(),
            done: opened.done,
            now: hands.now(),
            given: hands.device_string().map(|string| string.device_id),
        };
        Some(Kept { lesson, hub: &hub }.write())
    }

    /// Solves the steps before `step` that this bench has not seen done. On a live hub whose time nobody moves, a step
    /// does that itself as far as it must.
    fn prepare(&mut self, now: Timestamp, step: usize) {
        if self.live.is_some() {
            return;
        }
        let done = self.opened.as_ref().map_or(0, |opened| opened.done);
        for earlier in done..step {
            self.solve_step(now, earlier);
        }
    }

    fn act(&mut self, now: Timestamp, given: Settings) -> Result<(), Message> {
        let Some(lesson) = self.opened.as_ref().map(|opened| opened.lesson) else {
            return Ok(());
        };
        let settings = self.settings_of(lesson, &given);
        if let Some(opened) = &mut self.opened {
            opened.settings = settings;
            opened.given = given;
            opened.solving = false;
        }
        self.act_on_step(now)
    }

    /// Does what the open step's button does.
    fn act_on_step(&mut self, now: Timestamp) -> Result<(), Message> {
        let Some(opened) = &self.opened else {
            return Ok(());
        };
        let step = opened.step;
        let fault = opened.fault().filter(|_| opened.broken);
        if let Some(obstacle) = self.obstacle(step) {
            self.start_by_hand(step);
            self.have_confirmed(step, obstacle);
            return Ok(());
        }
        self.refuse_without_string(step)?;
        self.set_state(step, StepState::Running);
        if let Some(opened) = &mut self.opened {
            opened.say_at = Some(now.plus(SAY_EVERY));
        }
        match fault {
            Some(fault) => self.mend(now, fault),
            None => self.start_act(step),
        }
        Ok(())
    }

    /// Starts what a step's button does.
    fn start_act(&mut self, index: usize) {
        let opened = self.opened.as_ref();
        if let Some(step) = opened.and_then(|opened| opened.lesson.steps.get(index)) {
            self.start_script(step.act);
        }
    }

    /// Starts to mend a fault, at the time at which that can be done.
    fn mend(&mut self, now: Timestamp, fault: &Fault) {
        if let Some(wait) = fault.wait.filter(|_| self.live.is_none()) {
            let at = wait(&self.bench.hands());
            self.bench.run_until(at);
            self.clock.move_to(now, self.bench.hands().now());
        }
        self.start_script(fault.mend);
    }

    fn start_script(&mut self, act: Act) {
        let Some(opened) = &self.opened else {
            return;
        };
        self.bench.stop(SCRIPT);
        let ready = self.ready();
        let (hands, settings) = (self.bench.hands(), opened.settings.clone());
        let script = async move {
            ready.await;
            act(hands, settings).await;
        };
        let is_over = Rc::new(Cell::new(false));
        self.script_is_over = Rc::clone(&is_over);
        self.bench.spawn(SCRIPT, async move {
            script.await;
            is_over.set(true);
        });
    }

    fn check(&mut self) {
        let Some(opened) = &self.opened else {
            return;
        };
        let step = opened.step;
        let is_passed = matches!(opened.states.get(step), Some(StepState::Passed { .. }));
        if let Some(obstacle) = self.obstacle(step) {
            // What the learner has confirmed stays confirmed.
            if !is_passed {
                self.have_confirmed(step, obstacle);
            }
            return;
        }
        match opened.fault() {
            Some(fault) if !opened.broken && !is_passed => {
                let verdict = (fault.seen)(&self.bench.hands(), &opened.settings);
                self.settle_fault(step, verdict);
            }
            _ => {
                if let Some(verdict) = self.verdict(opened, step) {
                    self.settle(step, verdict);
                }
            }
        }
    }

    /// Does the open step, unless a fleet is on: its messages of all the time that passes would take long to work through.
    fn solve(&mut self, now: Timestamp) -> Result<(), Message> {
        if self.bench.hands().fleet().is_some() {
            return Err(Message::new("refused-solve-fleet"));
        }
        if self.live.is_some() {
            if let Some(opened) = &mut self.opened {
                opened.solving = true;
            }
            return self.act_on_step(now);
        }
        if let Some(step) = self.opened.as_ref().map(|opened| opened.step) {
            self.set_state(step, StepState::Running);
            self.solve_step(now, step);
        }
        Ok(())
    }

    /// Does a step's work and moves the clock from one event to the next until its check passes.
    fn solve_step(&mut self, now: Timestamp, index: usize) {
        let Some(lesson) = self.opened.as_ref().map(|opened| opened.lesson) else {
            return;
        };
        let Some(step) = lesson.steps.get(index) else {
            return;
        };
        self.start_script(step.act);
        if let Some(fault) = lesson.faults.get(index) {
            let seen = self.run_until_passed(now, fault.seen);
            if !seen.passed {
                self.settle_fault(index, seen);
                return;
            }
            if let Some(opened) = &mut self.opened {
                opened.broken = opened.step == index;
            }
            self.mend(now, fault);
        }
        let verdict = self.run_until_passed(now, step.check);
        self.settle(index, verdict);
    }

    /// Moves the clock from one event to the next until a check passes.
    fn run_until_passed(
        &mut self,
        now: Timestamp,
        check: fn(&Hands, &Settings) -> Verdict,
    ) -> Verdict {
        let hands = self.bench.hands();
        let settings = self.opened.as_ref().map(|opened| opened.settings.clone());
        let settings = settings.unwrap_or_default();
        let start = hands.now();
        let end = start.plus(SOLVING);
        self.bench.run_until(start);
        let verdict = loop {
            let verdict = check(&hands, &settings);
            let next = self.bench.next_deadline().filter(|next| *next <= end);
            match next {
                Some(next) if !verdict.passed => self.bench.run_until(next),
                _ => break verdict,
            }
        };
        self.clock.move_to(now, hands.now());
        self.collect();
        verdict
    }

    fn reset(&mut self, now: Timestamp) {
        let Some(opened) = &mut self.opened else {
            return;
        };
        let step = opened.step;
        opened.done = 0;
        opened.broken = false;
        opened.solving = false;
        opened.say_at = None;
        self.turns += 1;
        let later: Vec<_> = (step..opened.states.len()).collect();
        let string = self.string_to_keep(step);
        self.make_bench(now);
        if string.is_some() {
            self.bench.hands().set_device_string(string);
        }
        self.report_opened(true);
        for index in later {
            self.set_state(index, StepState::NotStarted);
        }
        self.tell_what_stays();
        self.prepare(now, step);
    }

    fn stop(&mut self, program: Option<&str>) {
        self.bench.stop(SCRIPT);
        self.script_is_over.set(true);
        match program {
            Some(name) => self.bench.hands().stop(name),
            None => self.bench.hands().stop_all(),
        }
    }

    fn set_speed(&mut self, now: Timestamp, factor: f64) -> Result<(), Message> {
        if self.clock.set_speed(now, factor) {
            return Ok(());
        }
        Err(Message::new("refused-speed")
            .with("factor", factor)
            .with("least", SLOWEST)
            .with("most", FASTEST))
    }

    fn set_plugged(&mut self, device_id: &str, plugged: bool) -> Result<(), Message> {
        let hands = self.bench.hands();
        // Of a live hub not all devices are known.
        if self.live.is_none() && hands.hub().device(device_id).is_none() {
            return Err(Message::new("refused-no-device").with("device", device_id));
        }
        hands.set_plugged(device_id, plugged);
        Ok(())
    }

    /// What a step's check sees now.
    fn verdict(&self, opened: &Opened, index: usize) -> Option<Verdict> {
        let step = opened.lesson.steps.get(index)?;
        Some((step.check)(&self.bench.hands(), &opened.settings))
    }

    /// Looks whether the open step has come to something. A step that is passed stays passed.
    fn watch(&mut self) {
        let is_to_be_said = self.is_time_to_say();
        let Some(opened) = &self.opened else {
            return;
        };
        let index = opened.step;
        let (Some(state), Some(step)) = (opened.states.get(index), opened.lesson.steps.get(index))
        else {
            return;
        };
        if matches!(state, StepState::Passed { .. }) || self.obstacle(index).is_some() {
            return;
        }
        let hands = self.bench.hands();
        let is_over = *state == StepState::Running && (step.is_over)(&hands, &opened.settings);
        // On a live hub a script gets ready first what earlier steps would have.
        let is_over = is_over && (self.live.is_none() || self.script_is_over.get());
        let Some(fault) = opened.fault() else {
            let verdict = (step.check)(&hands, &opened.settings);
            if verdict.passed || is_over || is_to_be_said {
                self.settle(index, verdict);
            }
            return;
        };
        let is_over = (is_over && self.script_is_over.get()) || is_to_be_said;
        if opened.broken {
            let verdict = (step.check)(&hands, &opened.settings);
            if verdict.passed || is_over {
                self.settle(index, verdict);
            }
        } else {
            let verdict = (fault.seen)(&hands, &opened.settings);
            if verdict.passed || is_over {
                self.settle_fault(index, verdict);
            }
        }
    }

    /// Takes a verdict on a step's fault: once it was seen, the step's button mends it.
    fn settle_fault(&mut self, index: usize, verdict: Verdict) {
        let Some(opened) = &mut self.opened else {
            return;
        };
        opened.broken = verdict.passed && opened.step == index;
        let mends_now = opened.broken && opened.solving;
        let state = StepState::NotYet {
            looked_for: verdict.looked_for,
            saw: verdict.saw,
            mends: opened.broken,
        };
        self.set_state(index, state);
        if mends_now && self.live.is_some() {
            // What keeps it from being mended was told when the fault was caused.
            let _ = self.act_on_step(self.last_turn);
        }
    }

    /// Takes a verdict as the state of a step.
    fn settle(&mut self, index: usize, verdict: Verdict) {
        let mut state = StepState::from(verdict);
        if let Some(opened) = &mut self.opened {
            match &mut state {
                StepState::Passed { .. } => {
                    opened.done = opened.done.max(index + 1);
                    opened.broken = false;
                    opened.solving = false;
                    opened.say_at = None;
                    self.turns += 1;
                }
                StepState::NotYet { mends, .. } => *mends = opened.broken,
                StepState::NotStarted | StepState::Running | StepState::ToConfirm { .. } => {}
            }
        }
        self.set_state(index, state);
    }

    fn set_state(&mut self, index: usize, state: StepState) {
        let Some(opened) = &mut self.opened else {
            return;
        };
        let lesson = opened.lesson;
        let (Some(current), Some(step)) =
            (opened.states.get_mut(index), lesson.outlines.get(index))
        else {
            return;
        };
        if *current != state {
            *current = state.clone();
            self.reports.push_back(Report::Step {
                lesson: lesson.id.to_owned(),
                step: step.id.to_owned(),
                state,
            });
        }
    }

    fn report_clock(&mut self, now: Timestamp) {
        if self.opened.is_none() {
            return;
        }
        let hands = self.bench.hands();
        let clock = ClockReport {
            at: now,
            speed: self.clock.speed(),
            // What no jump reaches is not worth waiting for.
            next: hands
                .upcoming()
                .filter(|(at, _)| *at <= hands.now().plus(LONGEST_SKIP)),
        };
        let due = self.last_clock.as_ref().is_none_or(|last| {
            last.speed.total_cmp(&clock.speed).is_ne()
                || last.next != clock.next
                || now.since(last.at) >= CLOCK_REPORT
        });
        if due {
            let (next, what) = clock.next.clone().unzip();
            self.reports.push_back(Report::Clock {
                now: hands.now(),
                speed: clock.speed,
                next,
                what,
            });
            self.last_clock = Some(clock);
        }
    }
}

fn new_bench(rng: &mut ChaCha20Rng, start: Timestamp) -> Bench {
    Bench::new(&bench_options(rng, start))
}

fn bench_options(rng: &mut ChaCha20Rng, start: Timestamp) -> BenchOptions {
    let mut seed = [0; 32];
    rng.fill_bytes(&mut seed);
    BenchOptions {
        host_name: HOST_NAME.to_owned(),
        seed,
        start,
    }
}

#[cfg(test)]
mod tests {
    use lab::{beside::Beside, view::Span};
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    use super::*;
    use crate::{message::HubView, outline::LESSONS};

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    /// All that a report tells, but for what a console shows only on request.
    fn told(report: Report) -> String {
        let bytes = match &report {
            Report::Inspected {
                detail: Some(detail),
                ..
            } => String::from_utf8_lossy(&detail.bytes).into_owned(),
            _ => String::new(),
        };
        let report = match report {
            Report::Console(mut line) => {
                line.spans.retain(|span| matches!(span, Span::Text(_)));
                Report::Console(line)
            }
            report => report,
        };
        serde_json::to_string(&report).unwrap() + &bytes
    }

    /// The value after each `sig=`.
    fn signatures(text: &str) -> impl Iterator<Item = &str> {
        let end = |c: char| !(c.is_ascii_alphanumeric() || "*%+/=".contains(c));
        text.split("sig=")
            .skip(1)
            .filter_map(move |rest| rest.split(end).next())
    }

    /// All keys of a hub, as they are and as they stand in a URL.
    fn keys_of(hub: &hub::Hub) -> Vec<String> {
        let of_policies = hub
            .policies()
            .iter()
            .flat_map(|policy| [&policy.primary_key, &policy.secondary_key])
            .map(|key| key.to_base64().into_inner());
        let of_devices = hub
            .devices()
            .map(|device| &device.authentication.symmetric_key)
            .flat_map(|keys| [&keys.primary_key, &keys.secondary_key])
            .flatten()
            .filter_map(|key| Some(key.to_key().ok()?.to_base64().into_inner()));
        of_policies
            .chain(of_devices)
            .flat_map(|key| [utf8_percent_encode(&key, NON_ALPHANUMERIC).to_string(), key])
            .collect()
    }

    /// How many signatures were masked in reports, none of which tells one of the keys.
    fn masked(reports: Vec<Report>, keys: &[String]) -> usize {
        let mut masked = 0;
        for text in reports.into_iter().map(told) {
            for key in keys {
                assert!(!text.contains(key), "a key in a report");
            }
            for signature in signatures(&text) {
                assert!(!signature.contains(|c: char| c.is_ascii_alphanumeric()));
                masked += 1;
            }
        }
        masked
    }

    /// Does each step of a lesson on a live hub, as far as it goes in two minutes; what was reported, and the
    /// keys that the hub had.
    fn done_live(
        lesson: &LessonOutline,
        string: &str,
        beside: &Beside,
    ) -> (Vec<Report>, Vec<String>) {
        let door = Box::new(beside.clone());
        let mut classroom = Classroom::new([7; 32], NOW).with_door(door);
        let mut reports = Vec::new();
        let mut now = NOW;
        let mut tell = |classroom: &mut Classroom, command, seconds| {
            classroom.handle(now, command);
            for _ in 0..seconds * 4 {
                now = now.plus(Duration::from_millis(250));
                beside.move_to(now);
                classroom.advance(now);
            }
            reports.extend(std::iter::from_fn(|| classroom.poll()));
        };
        let live = Command::GoLive {
            connection_string: string.to_owned(),
            events: None,
            group: None,
            prefix: String::new(),
        };
        tell(&mut classroom, live, 1);
        for step in lesson.steps {
            let open = Command::Open {
                lesson: lesson.id.to_owned(),
                step: step.id.to_owned(),
                settings: Settings::new(),
            };
            tell(&mut classroom, open, 1);
            tell(&mut classroom, Command::Solve, 60);
        }
        for entry in 0..300 {
            tell(&mut classroom, Command::Inspect { entry }, 0);
        }
        let keys = keys_of(&beside.hub());
        let leave = Command::Leave {
            delete_devices: true,
        };
        tell(&mut classroom, leave, 5);
        (reports, keys)
    }

    #[test]
    fn no_report_of_a_live_hub_tells_a_key_or_a_signature() {
        for lesson in LESSONS {
            let beside = Beside::new("contoso.azure-devices.net", NOW);
            let string = beside.hub().service_connection_string("iothubowner");
            let string = string.unwrap().to_text().into_inner();
            let (reports, keys) = done_live(lesson, &string, &beside);
            assert!(keys.len() >= 24, "the key that was pasted among them");
            let is_live = |report: &Report| matches!(report, Report::Hub(HubView::Live(_)));
            assert!(reports.iter().any(is_live), "{}", lesson.id);
            assert!(
                masked(reports, &keys) > 1,
                "tokens of {} were traced",
                lesson.id
            );
        }
    }

    #[test]
    fn no_report_tells_a_key_or_a_signature() {
        for lesson in LESSONS {
            let mut classroom = Classroom::new([7; 32], NOW);
            let mut reports = Vec::new();
            let mut tell = |classroom: &mut Classroom, command| {
                classroom.handle(NOW, command);
                let new: Vec<Report> = std::iter::from_fn(|| classroom.poll()).collect();
                reports.extend(new);
            };
            let open = Command::Open {
                lesson: lesson.id.to_owned(),
                step: lesson.steps.last().unwrap().id.to_owned(),
                settings: Settings::new(),
            };
            tell(&mut classroom, open);
            tell(&mut classroom, Command::Solve);
            for entry in 0..300 {
                tell(&mut classroom, Command::Inspect { entry });
            }
            let keys = keys_of(&classroom.bench.hands().emulated().unwrap());
            assert!(
                keys.len() >= 24,
                "five policies and a device, two keys each"
            );
            assert!(
                masked(reports, &keys) > 1,
                "tokens of {} were traced",
                lesson.id
            );
        }
    }
}
