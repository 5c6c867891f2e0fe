//! What the page knows of the bench: the reports of the classroom, folded into what is shown.
//!
//! Pure: no DOM, no clock. A batch of reports is one change, so it is drawn once.

use std::rc::Rc;

use lab::action::Outcome as Answer;
use lab::view::{
    ConsoleLine, DeviceDetail, DeviceView, Diagnosis, Direction, EntryDetail, EventView, Mark,
    ProgramState, Side, TraceEntry, Upcoming,
};
use lessons::message::{DeviceString, HubView, LiveHub, Message, Report, StepState};
use yew::Reducible;

use crate::i18n::Words;

/// The most lines that one console keeps.
const CONSOLE_LIMIT: usize = 500;
/// The most messages that the trace keeps.
const TRACE_LIMIT: usize = 10_000;
/// The most events that the table keeps.
const EVENT_LIMIT: usize = 5_000;
/// The most happenings that charts mark.
const MARK_LIMIT: usize = 200;

/// The most answers to things done by hand that are kept.
const ANSWER_LIMIT: usize = 50;

/// A list that only grows at its end and forgets its oldest entries. Cheap to clone and to compare.
#[derive(Debug)]
pub struct Log<T> {
    entries: Rc<Vec<Rc<T>>>,
    forgotten: usize,
}

impl<T> Log<T> {
    fn push(&mut self, entry: T, limit: usize) {
        let entries = Rc::make_mut(&mut self.entries);
        // Forgetting many at once keeps the cost of moving the others small.
        if entries.len() >= limit {
            let gone = limit / 10;
            entries.drain(..gone);
            self.forgotten += gone;
        }
        entries.push(Rc::new(entry));
    }

    /// Counts entries that were never kept.
    fn forget(&mut self, count: u64) {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        self.forgotten = self.forgotten.saturating_add(count);
    }

    /// The entries, oldest first.
    pub fn entries(&self) -> &[Rc<T>] {
        &self.entries
    }

    /// How many older entries are no longer kept.
    pub fn forgotten(&self) -> usize {
        self.forgotten
    }

    /// Whether nothing was ever added.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<T> Default for Log<T> {
    fn default() -> Self {
        Self {
            entries: Rc::default(),
            forgotten: 0,
        }
    }
}

impl<T> Clone for Log<T> {
    fn clone(&self) -> Self {
        Self {
            entries: Rc::clone(&self.entries),
            forgotten: self.forgotten,
        }
    }
}

/// Two logs are the same if they are the same list: entries never change.
impl<T> PartialEq for Log<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entries, &other.entries) && self.forgotten == other.forgotten
    }
}

/// How time goes on the bench.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    /// The bench's time in milliseconds since the Unix epoch.
    pub now: u64,
    /// Bench seconds for each real second.
    pub speed: f64,
    /// When the next thing will happen by itself.
    pub next: Option<u64>,
    /// What that thing is.
    pub what: Option<Upcoming>,
}

/// What a program is at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// The line of its Rust source that it came to last, while it runs.
    pub line: Option<u32>,
    /// The entry of the trace that it sent last.
    pub entry: Option<u64>,
    /// Such an entry in other words: its id, and what is in it if it is still kept.
    pub spelt: Option<(u64, Option<Rc<EntryDetail>>)>,
}

/// Something that a chart marks.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// When it was, in milliseconds since the Unix epoch.
    pub at: u64,
    /// The device that it is about.
    pub device_id: Option<String>,
    /// What it was.
    pub mark: Mark,
}

/// A sentence for the live region, and a number that tells it from an equal one before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Rises with every outcome.
    pub number: usize,
    /// The step's new state; none before the first.
    pub state: Option<StepState>,
}

/// What is known of the bench.
#[derive(Clone, Debug, PartialEq)]
pub struct Bench {
    /// The lesson and the step that the bench holds open.
    pub open: Option<(String, String)>,
    /// The hub's host name.
    pub host_name: String,
    /// Which hub it is, and how things stand with it.
    pub hub: Rc<HubView>,
    /// How time goes.
    pub clock: Option<Clock>,
    /// What the programs on the device printed.
    pub device_console: Log<ConsoleLine>,
    /// What the programs in the cloud printed.
    pub cloud_console: Log<ConsoleLine>,
    /// What crossed the wire.
    pub trace: Log<TraceEntry>,
    /// The events that the monitor received.
    pub events: Log<EventView>,
    /// What charts mark of what crossed the wire.
    pub marks: Log<Happening>,
    /// The devices of the registry, by id.
    pub devices: Rc<Vec<DeviceView>>,
    /// What each program does, by its name.
    pub programs: Vec<(String, ProgramState)>,
    /// What each program is at, by its name.
    pub progress: Vec<(String, Progress)>,
    /// The program that was started last on the device.
    pub device_program: String,
    /// The entries of the trace that listings asked for, each with its program.
    pub asked: Vec<(&'static str, u64)>,
    /// What the device was given to connect with.
    pub device_string: Rc<DeviceString>,
    /// How the steps stand, by lesson and step.
    pub steps: Vec<((String, String), StepState)>,
    /// Why the last command was not carried out.
    pub refused: Option<Message>,
    /// The last outcome of the open step.
    pub outcome: Outcome,
    /// What came of things done by hand, the newest last, each with its action's id.
    pub answers: Vec<(u64, Rc<Answer>)>,
    /// The watched device: its id, and all there is to see of it if it is in the registry.
    pub watched: Option<(String, Option<Rc<DeviceDetail>>)>,
    /// The opened entry of the trace: its id, and what is in it if it is still kept.
    pub inspected: Option<(u64, Option<Rc<EntryDetail>>)>,
    /// The doctor's last answer, with the question's id.
    pub diagnosed: Option<(u64, Rc<Diagnosis>)>,
    /// How many messages crossed the wire without being told one by one.
    pub skipped: u64,
    /// How often the bench was made anew.
    pub generation: usize,
}

impl Default for Bench {
    fn default() -> Self {
        Self {
            open: None,
            host_name: String::new(),
            hub: Rc::new(HubView::Emulated),
            clock: None,
            device_console: Log::default(),
            cloud_console: Log::default(),
            trace: Log::default(),
            events: Log::default(),
            marks: Log::default(),
            devices: Rc::default(),
            programs: Vec::new(),
            progress: Vec::new(),
            device_program: String::new(),
            asked: Vec::new(),
            device_string: Rc::new(DeviceString::Missing),
            steps: Vec::new(),
            refused: None,
            outcome: Outcome::default(),
            answers: Vec::new(),
            watched: None,
            inspected: None,
            diagnosed: None,
            skipped: 0,
            generation: 0,
        }
    }
}

/// What changes the page's knowledge of the bench.
pub enum Action {
    /// The classroom told something.
    Reports(Vec<Report>),
    /// A step's action was asked for; the classroom's word on it is under way. The step is on the page already, but
    /// the classroom may not have told yet that it opened.
    Asked {
        /// The lesson's id.
        lesson: &'static str,
        /// The step's id.
        step: &'static str,
    },
    /// A listing asked what is in an entry of the trace.
    AskedToSpell(&'static str, u64),
}

impl Reducible for Bench {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut bench = Rc::unwrap_or_clone(self);
        match action {
            Action::Reports(reports) => reports.into_iter().for_each(|report| bench.take(report)),
            Action::Asked { lesson, step } => bench.ask(lesson, step),
            Action::AskedToSpell(program, entry) => bench.asked.push((program, entry)),
        }
        Rc::new(bench)
    }
}

impl Bench {
    /// How a step stands.
    pub fn step(&self, lesson: &str, step: &str) -> &StepState {
        let mut steps = self.steps.iter();
        let found = steps.find(|((of, known), _)| of == lesson && known == step);
        found.map_or(&StepState::NotStarted, |(_, state)| state)
    }

    /// The live hub, if it is one.
    pub fn live(&self) -> Option<&LiveHub> {
        match &*self.hub {
            HubView::Live(hub) => Some(hub),
            HubView::Emulated => None,
        }
    }

    /// Whether it has something to say for which the words about live hubs are needed beside these.
    pub fn speaks_of_live(&self, words: &Words) -> bool {
        let lacks_words = |message: &Message| !words.has(&message.id);
        self.live().is_some() || self.refused.as_ref().is_some_and(lacks_words)
    }

    /// What a program does, if anything was heard of it.
    pub fn program(&self, name: &str) -> Option<ProgramState> {
        let (_, state) = self.programs.iter().find(|(known, _)| known == name)?;
        Some(*state)
    }

    /// What a program is at.
    pub fn progress(&self, name: &str) -> Progress {
        let found = self.progress.iter().find(|(known, _)| known == name);
        found
            .map(|(_, progress)| progress.clone())
            .unwrap_or_default()
    }

    /// Whether any program runs.
    pub fn is_busy(&self) -> bool {
        self.programs
            .iter()
            .any(|(_, state)| *state == ProgramState::Running)
    }

    /// What came of the action with this id, if it is known and still kept.
    pub fn answer(&self, id: u64) -> Option<Rc<Answer>> {
        let (_, answer) = self.answers.iter().rev().find(|(known, _)| *known == id)?;
        Some(Rc::clone(answer))
    }

    /// The console of one side.
    pub fn console(&self, side: Side) -> &Log<ConsoleLine> {
        match side {
            Side::Device => &self.device_console,
            Side::Cloud => &self.cloud_console,
        }
    }

    /// A click is answered at once, before the classroom says the same.
    fn ask(&mut self, lesson: &str, step: &str) {
        self.refused = None;
        self.note_step(lesson.to_owned(), step.to_owned(), StepState::Running);
    }

    fn take(&mut self, report: Report) {
        match report {
            Report::Opened {
                lesson,
                step,
                host_name,
                fresh,
            } => {
                if fresh {
                    self.clear();
                }
                self.open = Some((lesson, step));
                self.host_name = host_name;
                self.refused = None;
            }
            // The storage takes it.
            Report::Keep { .. } => {}
            Report::Answered { id, outcome } => self.note_answer(id, outcome),
            Report::Watched { device_id, detail } => {
                self.watched = Some((device_id, detail.map(Rc::new)));
            }
            Report::Inspected { entry, detail } => self.inspect(entry, detail.map(Rc::new)),
            Report::Diagnosed { id, diagnosis } => {
                self.diagnosed = Some((id, Rc::new(diagnosis)));
            }
            Report::TraceSkipped { count } => self.skipped += count,
            Report::LeftOut {
                device_lines,
                cloud_lines,
                events,
            } => {
                self.device_console.forget(device_lines);
                self.cloud_console.forget(cloud_lines);
                self.events.forget(events);
            }
            Report::Refused { message, .. } => {
                self.refused = Some(message);
                self.take_back_running();
            }
            Report::Clock {
                now,
                speed,
                next,
                what,
            } => {
                let next = next.map(wire::timestamp::Timestamp::as_millis);
                self.clock = Some(Clock {
                    now: now.as_millis(),
                    speed,
                    next,
                    what,
                });
            }
            Report::Console(line) => match line.side {
                Side::Device => self.device_console.push(line, CONSOLE_LIMIT),
                Side::Cloud => self.cloud_console.push(line, CONSOLE_LIMIT),
            },
            Report::Trace(entry) => {
                self.note_sent(&entry);
                if let Some(mark) = entry.mark.clone() {
                    let happening = Happening {
                        at: entry.at.as_millis(),
                        device_id: entry.device_id.clone(),
                        mark,
                    };
                    self.marks.push(happening, MARK_LIMIT);
                }
                self.trace.push(entry, TRACE_LIMIT);
            }
            Report::Arrived(event) => self.events.push(event, EVENT_LIMIT),
            Report::Devices(devices) => self.devices = Rc::new(devices),
            Report::DevicesChanged { devices, gone } => self.change_devices(devices, &gone),
            Report::Line { program, line } => {
                if self.program(&program) == Some(ProgramState::Running) {
                    self.progress_of(&program).line = Some(line);
                }
            }
            Report::Program { side, name, state } => {
                self.progress_of(&name).line = None;
                if (side, state) == (Side::Device, ProgramState::Running) {
                    self.device_program.clone_from(&name);
                }
                self.programs.retain(|(known, _)| *known != name);
                self.programs.push((name, state));
            }
            Report::Hub(hub) => self.hub = Rc::new(hub),
            Report::DeviceString(string) => self.device_string = Rc::new(string),
            Report::Step {
                lesson,
                step,
                state,
            } => self.set_step(lesson, step, state),
        }
    }

    fn progress_of(&mut self, program: &str) -> &mut Progress {
        let place = self.progress.iter().position(|(known, _)| known == program);
        let place = place.unwrap_or_else(|| {
            self.progress
                .push((program.to_owned(), Progress::default()));
            self.progress.len() - 1
        });
        &mut self.progress[place].1
    }

    /// Notes which program sent an entry. Of a device, the wire tells no more than its name.
    fn note_sent(&mut self, entry: &TraceEntry) {
        if entry.direction != Direction::ToHub {
            return;
        }
        let program = match (entry.side, &*self.device_string) {
            (Side::Cloud, _) => entry.party.clone(),
            (Side::Device, DeviceString::Given { device_id, .. })
                if ["PUBLISH", "SUBSCRIBE"].contains(&&*entry.kind)
                    && *device_id == entry.party =>
            {
                self.device_program.clone()
            }
            _ => return,
        };
        // The program may have ended in the same batch.
        if self.program(&program).is_some() {
            self.progress_of(&program).entry = Some(entry.id);
        }
    }

    /// What is in an entry goes to whoever asked for it first.
    fn inspect(&mut self, entry: u64, detail: Option<Rc<EntryDetail>>) {
        let mut asked = self.asked.iter();
        match asked.position(|(_, asked)| *asked == entry) {
            Some(place) => {
                let (program, _) = self.asked.remove(place);
                self.progress_of(program).spelt = Some((entry, detail));
            }
            None => self.inspected = Some((entry, detail)),
        }
    }

    /// Both lists are sorted by id, and so is the result.
    fn change_devices(&mut self, changed: Vec<DeviceView>, gone: &[String]) {
        let devices = Rc::make_mut(&mut self.devices);
        devices.retain(|device| !gone.contains(&device.device_id));
        for device in changed {
            match devices.binary_search_by(|known| known.device_id.cmp(&device.device_id)) {
                Ok(at) => devices[at] = device,
                Err(at) => devices.insert(at, device),
            }
        }
    }

    fn note_answer(&mut self, id: u64, outcome: Answer) {
        if self.answers.len() >= ANSWER_LIMIT {
            self.answers.remove(0);
        }
        self.answers.push((id, Rc::new(outcome)));
    }

    fn set_step(&mut self, lesson: String, step: String, state: StepState) {
        let is_open = self
            .open
            .as_ref()
            .is_some_and(|open| open.0 == lesson && open.1 == step);
        let is_outcome = matches!(
            state,
            StepState::Passed { .. } | StepState::NotYet { .. } | StepState::ToConfirm { .. }
        );
        if is_open && is_outcome && *self.step(&lesson, &step) != state {
            self.outcome = Outcome {
                number: self.outcome.number + 1,
                state: Some(state.clone()),
            };
        }
        self.note_step(lesson, step, state);
    }

    fn note_step(&mut self, lesson: String, step: String, state: StepState) {
        let key = (lesson, step);
        self.steps.retain(|(known, _)| *known != key);
        self.steps.push((key, state));
    }

    /// A refused action does not run, whatever [`Bench::ask`] promised.
    fn take_back_running(&mut self) {
        if let (Some(open), false) = (&self.open, self.is_busy()) {
            self.steps
                .retain(|(known, state)| known != open || *state != StepState::Running);
        }
    }

    /// A new bench has another hub: nothing of the old one may be shown.
    fn clear(&mut self) {
        *self = Self {
            // The same hub may be on the new bench; the classroom tells if it is another.
            hub: Rc::clone(&self.hub),
            clock: self.clock.take(),
            diagnosed: self.diagnosed.take(),
            outcome: Outcome {
                number: self.outcome.number,
                state: None,
            },
            generation: self.generation + 1,
            ..Self::default()
        };
    }
}

#[cfg(test)]
mod tests {
    use lab::view::{Span, Tone};
    use wire::timestamp::Timestamp;

    use super::*;

    fn after(bench: Bench, reports: Vec<Report>) -> Bench {
        let bench = Rc::new(bench).reduce(Action::Reports(reports));
        Rc::unwrap_or_clone(bench)
    }

    fn opened(fresh: bool) -> Report {
        Report::Opened {
            lesson: "telemetry".to_owned(),
            step: "register".to_owned(),
            host_name: "playground.azure-devices.net".to_owned(),
            fresh,
        }
    }

    fn line(id: u64, side: Side) -> Report {
        Report::Console(ConsoleLine {
            id,
            at: Timestamp::from_millis(id),
            side,
            program: "simulated_device".to_owned(),
            tone: Tone::Plain,
            spans: vec![Span::Text("hello".to_owned())],
        })
    }

    fn message(id: &str) -> Message {
        Message {
            id: id.to_owned(),
            arguments: Vec::new(),
        }
    }

    fn step(state: StepState) -> Report {
        Report::Step {
            lesson: "telemetry".to_owned(),
            step: "register".to_owned(),
            state,
        }
    }

    fn ask(step: &'static str) -> Action {
        Action::Asked {
            lesson: "telemetry",
            step,
        }
    }

    fn passed() -> StepState {
        StepState::Passed {
            looked_for: message("looked"),
            saw: message("saw"),
        }
    }

    #[test]
    fn lines_go_to_the_console_of_their_side() {
        let bench = after(
            Bench::default(),
            vec![
                opened(true),
                line(1, Side::Device),
                line(2, Side::Cloud),
                line(3, Side::Device),
            ],
        );
        let ids = |side| {
            bench
                .console(side)
                .entries()
                .iter()
                .map(|line| line.id)
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(Side::Device), [1, 3]);
        assert_eq!(ids(Side::Cloud), [2]);
    }

    #[test]
    fn a_fresh_bench_shows_nothing_of_the_old_one() {
        let bench = after(
            Bench::default(),
            vec![opened(true), line(1, Side::Device), step(passed())],
        );
        let kept = after(bench.clone(), vec![opened(false)]);
        assert!(!kept.device_console.is_empty());
        let cleared = after(bench, vec![opened(true)]);
        assert!(cleared.device_console.is_empty());
        assert_eq!(
            cleared.step("telemetry", "register"),
            &StepState::NotStarted
        );
        assert_eq!(cleared.generation, 2);
    }

    fn live_hub() -> HubView {
        HubView::Live(Box::new(LiveHub {
            host_name: "hub.example".to_owned(),
            policy: Some("service".to_owned()),
            rights: None,
            relay: false,
            events: false,
            prefix: "playground-".to_owned(),
            created: Vec::new(),
            metered: lab::Metered::default(),
            metered_in_lesson: lab::Metered::default(),
            trouble: None,
        }))
    }

    #[test]
    fn a_lesson_that_begins_anew_leaves_the_live_hub_marked() {
        let bench = after(
            Bench::default(),
            vec![Report::Hub(live_hub()), opened(true)],
        );
        assert!(bench.live().is_some());
        let bench = after(bench, vec![Report::Hub(HubView::Emulated), opened(true)]);
        assert!(bench.live().is_none());
    }

    #[test]
    fn what_is_to_be_confirmed_is_told_as_an_outcome() {
        let state = StepState::ToConfirm {
            looked_for: message("looked"),
            why: message("why"),
        };
        let bench = after(Bench::default(), vec![opened(true), step(state.clone())]);
        assert_eq!(bench.outcome.state, Some(state));
    }

    fn device(id: &str, queued: usize) -> DeviceView {
        DeviceView {
            device_id: id.to_owned(),
            enabled: true,
            connected: false,
            plugged: true,
            last_activity: Timestamp::NEVER,
            generation_id: String::new(),
            etag: String::new(),
            queued,
            switched_on: false,
        }
    }

    #[test]
    fn changed_devices_take_the_place_of_the_old_ones() {
        let bench = after(
            Bench::default(),
            vec![
                Report::Devices(vec![device("b", 0), device("c", 0), device("d", 0)]),
                Report::DevicesChanged {
                    devices: vec![device("a", 1), device("c", 2)],
                    gone: vec!["b".to_owned(), "x".to_owned()],
                },
            ],
        );
        assert_eq!(
            *bench.devices,
            [device("a", 1), device("c", 2), device("d", 0)]
        );
    }

    #[test]
    fn a_click_is_answered_before_the_classroom_answers() {
        let bench = after(Bench::default(), vec![opened(true)]);
        let asked = Rc::new(bench).reduce(ask("register"));
        assert_eq!(asked.step("telemetry", "register"), &StepState::Running);
        let refused = asked.reduce(Action::Reports(vec![Report::Refused {
            message: message("no"),
            of_hub: false,
        }]));
        assert_eq!(
            refused.step("telemetry", "register"),
            &StepState::NotStarted
        );
        assert_eq!(refused.refused, Some(message("no")));
    }

    #[test]
    fn a_click_on_a_step_that_opens_leaves_the_one_before_as_it_is() {
        let bench = after(Bench::default(), vec![opened(true), step(passed())]);
        let asked = Rc::new(bench).reduce(ask("hand-over"));
        assert_eq!(asked.step("telemetry", "register"), &passed());
        assert_eq!(asked.step("telemetry", "hand-over"), &StepState::Running);
    }

    #[test]
    fn an_outcome_is_told_once() {
        let bench = after(
            Bench::default(),
            vec![opened(true), step(passed()), step(passed())],
        );
        assert_eq!(
            bench.outcome,
            Outcome {
                number: 1,
                state: Some(passed())
            }
        );
    }

    #[test]
    fn outcomes_of_other_steps_are_not_told() {
        let other = Report::Step {
            lesson: "telemetry".to_owned(),
            step: "send".to_owned(),
            state: passed(),
        };
        let bench = after(Bench::default(), vec![opened(true), other]);
        assert_eq!(bench.outcome.number, 0);
        assert_eq!(bench.step("telemetry", "send"), &passed());
    }

    #[test]
    fn the_line_of_a_program_is_known_while_it_runs() {
        let program = |state| Report::Program {
            side: Side::Device,
            name: "simulated_device".to_owned(),
            state,
        };
        let line = || Report::Line {
            program: "simulated_device".to_owned(),
            line: 7,
        };
        let bench = after(
            Bench::default(),
            vec![program(ProgramState::Running), line()],
        );
        assert_eq!(bench.progress("simulated_device").line, Some(7));
        let bench = after(bench, vec![program(ProgramState::Stopped), line()]);
        assert_eq!(bench.progress("simulated_device").line, None);
    }

    #[test]
    fn what_a_program_sent_last_is_a_message_or_a_subscription() {
        let sent = |id: u64, kind: &str| {
            Report::Trace(TraceEntry {
                id,
                at: Timestamp::from_millis(id),
                direction: Direction::ToHub,
                side: Side::Device,
                party: "device".to_owned(),
                protocol: lab::view::Protocol::Mqtt,
                kind: kind.to_owned(),
                summary: String::new(),
                device_id: None,
                size: 2,
                mark: None,
                answers: None,
            })
        };
        let begun = vec![
            Report::DeviceString(DeviceString::Given {
                host_name: String::new(),
                device_id: "device".to_owned(),
            }),
            Report::Program {
                side: Side::Device,
                name: "receive_messages".to_owned(),
                state: ProgramState::Running,
            },
        ];
        let mut bench = after(Bench::default(), begun);
        for (id, kind, last) in [
            (1, "CONNECT", None),
            (2, "SUBSCRIBE", Some(2)),
            (3, "PUBACK", Some(2)),
            (4, "PUBLISH", Some(4)),
        ] {
            bench = after(bench, vec![sent(id, kind)]);
            assert_eq!(bench.progress("receive_messages").entry, last, "{kind}");
        }
    }

    #[test]
    fn a_log_forgets_its_oldest_entries() {
        let mut log = Log::default();
        for number in 0..25 {
            log.push(number, 10);
        }
        assert!(log.entries().len() <= 10);
        assert_eq!(log.forgotten() + log.entries().len(), 25);
        assert_eq!(log.entries().last().map(|last| **last), Some(24));
    }
}
