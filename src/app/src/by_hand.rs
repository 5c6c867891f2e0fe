//! What the learner does at the bench by hand, and the little that the screen remembers of it: which tab is open,
//! which device is shown, what stands in the fields, and which action each form waits for.
//!
//! Nothing of it outlives the visit, and no secret is among it.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use lab::action::{CloudAction, DeviceAction, FeedbackView, Outcome};
use lab::view::{DeviceDetail, DeviceView};
use lessons::message::Command;
use yew::prelude::*;

use crate::classroom_link::ClassroomLink;
use crate::i18n::Words;
use crate::screen::Screen;

/// A tab of the panel under the cards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// What crossed the wire.
    #[default]
    Wire,
    /// What arrived.
    Events,
    /// The hub's devices.
    Registry,
    /// A device's twin.
    Twin,
    /// Queries over twins.
    Query,
    /// Direct methods.
    Method,
    /// Cloud-to-device messages.
    Messages,
}

impl Tab {
    /// All of them, in their order.
    pub const ALL: [Self; 7] = [
        Self::Wire,
        Self::Events,
        Self::Registry,
        Self::Twin,
        Self::Query,
        Self::Method,
        Self::Messages,
    ];

    /// The id of its button.
    pub fn id(self) -> &'static str {
        match self {
            Self::Wire => "tab-wire",
            Self::Events => "tab-events",
            Self::Registry => "tab-registry",
            Self::Twin => "tab-twin",
            Self::Query => "tab-query",
            Self::Method => "tab-method",
            Self::Messages => "tab-messages",
        }
    }

    /// The tab that a key leads to.
    pub fn after(self, key: &str) -> Option<Self> {
        let at = Self::ALL.iter().position(|tab| *tab == self)?;
        let count = Self::ALL.len();
        match key {
            "ArrowRight" => Some(Self::ALL[(at + 1) % count]),
            "ArrowLeft" => Some(Self::ALL[(at + count - 1) % count]),
            "Home" => Some(Self::ALL[0]),
            "End" => Some(Self::ALL[count - 1]),
            _ => None,
        }
    }
}

/// What a form waits for, or what was wrong before anything was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// An action with this id, asked of the bench of this generation.
    Action {
        /// The action's id.
        id: u64,
        /// Which bench was asked; another one never answers.
        generation: usize,
    },
    /// A field that does not hold JSON, and what the browser says of it.
    NotJson {
        /// The field's id.
        field: &'static str,
        /// The browser's words.
        detail: String,
    },
    /// A field that holds what the hub would refuse.
    Wrong {
        /// The field's id.
        field: &'static str,
        /// The message that says why.
        why: &'static str,
    },
}

/// What the screen remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ByHand {
    /// The open tab.
    pub tab: Tab,
    /// Whether the device card shows the device's tools.
    pub tools_open: bool,
    /// The device that the learner chose to see.
    chosen: Option<String>,
    drafts: BTreeMap<String, String>,
    asked: BTreeMap<&'static str, Asked>,
}

/// What changes it.
pub enum Change {
    /// A tab was opened.
    Tab(Tab),
    /// The device's tools were opened or closed.
    Tools(bool),
    /// Another device is to be seen.
    Choose(String),
    /// A field's content changed.
    Draft(String, String),
    /// What was typed in the fields whose ids begin so is not wanted any more.
    Forget(&'static str),
    /// A form asked for something; none to forget what came of it.
    Asked(&'static str, Option<Asked>),
}

impl Reducible for ByHand {
    type Action = Change;

    fn reduce(self: Rc<Self>, change: Change) -> Rc<Self> {
        let mut hand = Rc::unwrap_or_clone(self);
        match change {
            Change::Tab(tab) => hand.tab = tab,
            Change::Tools(open) => hand.tools_open = open,
            Change::Choose(device_id) => hand.choose(device_id),
            Change::Draft(field, text) => {
                hand.drafts.insert(field, text);
            }
            Change::Forget(prefix) => hand.forget(prefix),
            Change::Asked(form, Some(asked)) => {
                hand.asked.insert(form, asked);
            }
            Change::Asked(form, None) => {
                hand.asked.remove(form);
            }
        }
        Rc::new(hand)
    }
}

impl ByHand {
    /// What stands in a field, if the learner has changed it.
    pub fn draft(&self, field: &str) -> Option<&str> {
        self.drafts.get(field).map(String::as_str)
    }

    /// The id of the shown device. What was typed for a twin stays with its device, even if that is gone by now.
    fn shown<'a>(&'a self, lesson_device: &'a str, is_there: impl Fn(&str) -> bool) -> &'a str {
        let chosen = self.chosen.as_deref();
        let kept = chosen.filter(|id| is_there(id) || self.has_draft("twin-"));
        kept.unwrap_or(lesson_device)
    }

    /// Whether the learner has changed a field whose id begins so.
    pub fn has_draft(&self, prefix: &str) -> bool {
        self.drafts.keys().any(|field| field.starts_with(prefix))
    }

    /// What a form waits for.
    pub fn asked(&self, form: &str) -> Option<&Asked> {
        self.asked.get(form)
    }

    /// What was begun for one device's twin, or answered about it, is not meant for another's.
    fn choose(&mut self, device_id: String) {
        self.chosen = Some(device_id);
        self.forget("twin-");
        self.asked.clear();
    }

    fn forget(&mut self, prefix: &str) {
        self.drafts.retain(|field, _| !field.starts_with(prefix));
    }
}

/// What the parts of the screen share that act by hand. They are drawn only when it changes, and not with every tick of
/// the bench's clock.
#[derive(Clone, PartialEq)]
pub struct Desk {
    /// The words of the reader's language.
    pub words: Words,
    /// The way to the classroom.
    pub link: ClassroomLink,
    /// What the screen remembers.
    pub hand: UseReducerHandle<ByHand>,
    /// The devices of the registry.
    pub devices: Rc<Vec<DeviceView>>,
    /// The id of the device that the lesson is about.
    pub lesson_device: String,
    /// The id of the device that is shown.
    pub shown: String,
    /// Whether the hub is a live one.
    pub is_live: bool,
    /// All there is to see of it, if it is watched and in the registry.
    pub detail: Option<Rc<DeviceDetail>>,
    answers: Vec<(u64, Rc<Outcome>)>,
    generation: usize,
}

/// How the last action of a form stands.
pub enum Standing {
    /// Nothing was asked.
    Idle,
    /// A field does not hold JSON: the browser's words.
    NotJson(&'static str, String),
    /// A field holds what the hub would refuse: the message that says why.
    Wrong(&'static str, &'static str),
    /// The answer is under way.
    Waiting,
    /// The answer.
    Answered(Rc<Outcome>),
}

impl Desk {
    /// The desk of a lesson about this device.
    pub fn new(screen: &Screen, hand: UseReducerHandle<ByHand>, lesson_device: String) -> Self {
        let bench = &screen.bench;
        let is_there = |id: &str| bench.devices.iter().any(|device| device.device_id == id);
        let shown = hand.shown(&lesson_device, is_there).to_owned();
        let watched = bench.watched.as_ref().filter(|(id, _)| *id == shown);
        Self {
            words: screen.words.clone(),
            is_live: screen.live().is_some(),
            link: screen.link.clone(),
            detail: watched.and_then(|(_, detail)| detail.clone()),
            devices: Rc::clone(&bench.devices),
            answers: bench.answers.clone(),
            generation: bench.generation,
            hand,
            lesson_device,
            shown,
        }
    }

    /// The shown device, if it is in the registry.
    pub fn device(&self) -> Option<&DeviceView> {
        self.devices
            .iter()
            .find(|device| device.device_id == self.shown)
    }

    /// The device whose details are to be told, and by which bench: none while nothing shows them.
    pub fn watching(&self) -> (Option<String>, usize) {
        let is_needed = self.hand.tools_open || matches!(self.hand.tab, Tab::Twin | Tab::Messages);
        (is_needed.then(|| self.shown.clone()), self.generation)
    }

    /// Does something in the cloud; the form with this id shows the answer.
    pub fn in_cloud(&self, form: &'static str, action: CloudAction) {
        let id = self.ask(form);
        self.link.send(&Command::InCloud { id, action });
    }

    /// Does something at a device; the form with this id shows the answer.
    pub fn at_device(&self, form: &'static str, action: DeviceAction) {
        let id = self.ask(form);
        self.link.send(&Command::AtDevice { id, action });
    }

    /// All feedback that was received, the newest first: receiving takes it away from the hub.
    pub fn feedback(&self) -> Vec<FeedbackView> {
        let answers = self.answers.iter().rev();
        let records = answers.filter_map(|(_, answer)| match &**answer {
            Outcome::Feedback(records) => Some(records.iter().cloned()),
            _ => None,
        });
        records.flatten().collect()
    }

    fn ask(&self, form: &'static str) -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let generation = self.asked_bench();
        self.hand
            .dispatch(Change::Asked(form, Some(Asked::Action { id, generation })));
        id
    }

    /// The generation of the bench that answers what is asked now: before the first one has opened, that is the first.
    fn asked_bench(&self) -> usize {
        self.generation.max(1)
    }

    /// How the last action of a form stands.
    pub fn standing(&self, form: &str) -> Standing {
        match self.hand.asked(form) {
            Some(Asked::Wrong { field, why }) => Standing::Wrong(field, why),
            Some(Asked::NotJson { field, detail }) => Standing::NotJson(field, detail.clone()),
            Some(Asked::Action { id, generation }) if *generation == self.asked_bench() => {
                let answer = self.answers.iter().rev().find(|(known, _)| known == id);
                answer.map_or(Standing::Waiting, |(_, answer)| {
                    Standing::Answered(Rc::clone(answer))
                })
            }
            _ => Standing::Idle,
        }
    }
}

impl Desk {
    /// The answer to a form's last action, if it has come.
    pub fn answer(&self, form: &str) -> Option<Rc<Outcome>> {
        match self.standing(form) {
            Standing::Answered(answer) => Some(answer),
            _ => None,
        }
    }

    /// The id of a form's last action, if it was carried out.
    pub fn succeeded(&self, form: &str) -> Option<u64> {
        let Some(Asked::Action { id, .. }) = self.hand.asked(form) else {
            return None;
        };
        let answer = self.answer(form)?;
        (!matches!(&*answer, Outcome::Refused(_))).then_some(*id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(hand: ByHand, changes: Vec<Change>) -> ByHand {
        let hand = changes.into_iter().fold(Rc::new(hand), Reducible::reduce);
        Rc::unwrap_or_clone(hand)
    }

    fn draft(field: &str, text: &str) -> Change {
        Change::Draft(field.to_owned(), text.to_owned())
    }

    #[test]
    fn arrows_go_round() {
        assert_eq!(Tab::Wire.after("ArrowRight"), Some(Tab::Events));
        assert_eq!(Tab::Wire.after("ArrowLeft"), Some(Tab::Messages));
        assert_eq!(Tab::Events.after("Home"), Some(Tab::Wire));
        assert_eq!(Tab::Wire.after("a"), None);
    }

    #[test]
    fn every_tab_is_a_control_that_texts_may_name() {
        for tab in Tab::ALL {
            assert!(lessons::controls::CONTROLS.contains(&tab.id()), "{tab:?}");
        }
    }

    #[test]
    fn what_was_typed_outlives_a_change_of_tabs() {
        let hand = after(
            ByHand::default(),
            vec![
                draft("query-text", "SELECT * FROM devices"),
                Change::Tab(Tab::Wire),
            ],
        );
        assert_eq!(hand.draft("query-text"), Some("SELECT * FROM devices"));
    }

    #[test]
    fn an_edited_twin_is_not_carried_over_to_another_device() {
        let hand = after(
            ByHand::default(),
            vec![
                draft("twin-tags", "{}"),
                draft("method-name", "reboot"),
                Change::Choose("dev2".to_owned()),
            ],
        );
        assert_eq!(hand.draft("twin-tags"), None);
        assert_eq!(hand.draft("method-name"), Some("reboot"));
    }

    #[test]
    fn what_was_typed_for_a_twin_stays_with_a_device_that_is_gone() {
        let choose = || Change::Choose("dev2".to_owned());
        let nothing_typed = after(ByHand::default(), vec![choose()]);
        assert_eq!(nothing_typed.shown("dev1", |_| false), "dev1");
        let typed = after(nothing_typed, vec![draft("twin-tags", "{}")]);
        assert_eq!(typed.shown("dev1", |_| false), "dev2");
        let discarded = after(typed, vec![Change::Forget("twin-")]);
        assert_eq!(discarded.shown("dev1", |_| false), "dev1");
    }
}
