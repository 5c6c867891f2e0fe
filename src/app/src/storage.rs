//! What outlives a visit: progress, edits and the look of the page, in the browser's local storage.
//!
//! Never a secret: connection strings stay in memory. What is read back is treated as hostile (it
//! may be from another version, or from anybody who can write there): a line that is not as
//! expected is dropped, and a storage that is switched off only costs the memory.
//!
//! The hub is kept beside it, as the text that the classroom gives out: it holds no key.
//!
//! The content is text, a line for each thing that is kept:
//!
//! ```text
//! version 1
//! theme dark
//! speed 10
//! spelling python
//! setting telemetry interval-seconds 5
//! passed telemetry register
//! begun telemetry 1785578405123
//! ```
//!
//! Several tabs share it. Each writes all that it knows, and takes over what another one writes; see
//! [`Change::Elsewhere`].

use std::fmt::Write as _;
use std::rc::Rc;

use gloo::events::EventListener;
use lessons::message::Settings;
use lessons::outline::{LessonOutline, SettingOutline};
use lessons::{outline, settings};
use wasm_bindgen::JsCast as _;
use web_sys::StorageEvent;
use yew::{Callback, Reducible};

use crate::i18n::{LOCALES, Locale};
use crate::progress_code::Shared;
use crate::routes;
use crate::spelling::Spelling;
use crate::theme::Theme;

/// The key in local storage. `www/start.js` reads the theme from it before the first paint.
pub const KEY: &str = "iot-hub-playground";
/// The key of the hub's own text. `www/start.js` removes it if the page or the bench stops.
const HUB_KEY: &str = "iot-hub-playground-hub";
/// The first line. Its number rises when older content means something else.
const VERSION: &str = "version 1";
/// Longer content was not written by this page.
const LENGTH_LIMIT: usize = 64 * 1024;
/// A longer hub is not kept: browsers give a site five megabytes.
const HUB_LENGTH_LIMIT: usize = 2 * 1024 * 1024;
/// How long a learner's copy of a lesson counts as today's work, in milliseconds.
const FRESH: u64 = 12 * 60 * 60 * 1000;

/// Bench seconds for a real second that a learner may choose.
pub const SPEEDS: &[u32] = &[1, 10, 60];

/// The share of the width or the height, in percent, that a split may give to its first part.
pub const SPLIT_RANGE: std::ops::RangeInclusive<u32> = 20..=80;

/// A changed setting of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The lesson's id.
    pub lesson: &'static str,
    /// The setting's id.
    pub setting: &'static str,
    /// What was typed.
    pub typed: String,
}

impl Edit {
    /// The edit, if there is such a setting and it may hold this.
    pub fn read(lesson: &str, setting: &str, typed: &str) -> Option<Self> {
        let lesson = outline::lesson(lesson)?;
        let setting = lesson.settings.iter().find(|known| known.id == setting)?;
        is_right(setting, typed).then(|| Self {
            lesson: lesson.id,
            setting: setting.id,
            typed: typed.to_owned(),
        })
    }

    /// Whether both change the same setting.
    pub fn is_same_setting(&self, other: &Self) -> bool {
        (self.lesson, self.setting) == (other.lesson, other.setting)
    }
}

/// What is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Changed settings, as typed.
    pub edits: Vec<Edit>,
    /// Passed steps: the lesson's id and the step's.
    pub passed: Vec<(String, String)>,
    /// Light, dark, or as the system does.
    pub theme: Theme,
    /// The bench's speed, one of [`SPEEDS`].
    pub speed: u32,
    /// The lesson's share of the width, in percent.
    pub lesson_width: u32,
    /// The cards' share of the bench's height, in percent.
    pub cards_height: u32,
    /// Whether program listings are open.
    pub listings: bool,
    /// How listings are spelt.
    pub spelling: Spelling,
    /// The chosen locale's id; none for the browser's.
    pub locale: Option<String>,
    /// When the learner began to pass steps or to edit, by the lesson's id: milliseconds since the Unix epoch.
    pub begun: Vec<(&'static str, u64)>,
    /// When this visit began. It is not written.
    pub visit: u64,
    /// Whether the browser keeps anything. It is not written.
    pub is_lasting: bool,
    /// The lesson that begins anew, until its new bench is there: what its old bench still tells does not count.
    /// It is not written.
    pub forgetting: Option<&'static str>,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            edits: Vec::new(),
            passed: Vec::new(),
            theme: Theme::System,
            speed: 1,
            lesson_width: 38,
            cards_height: 60,
            listings: true,
            spelling: Spelling::ALL[0],
            locale: None,
            begun: Vec::new(),
            visit: 0,
            is_lasting: true,
            forgetting: None,
        }
    }
}

/// What changes it.
pub enum Change {
    /// A setting of a lesson was typed.
    Setting {
        /// The lesson's id.
        lesson: &'static str,
        /// The setting's id.
        setting: &'static str,
        /// What was typed; none to forget the change.
        typed: Option<String>,
    },
    /// A step was passed.
    Passed {
        /// The lesson's id.
        lesson: String,
        /// The step's id.
        step: String,
    },
    /// A language was chosen.
    Locale(&'static Locale),
    /// A lesson begins anew: its progress and its edits are forgotten.
    Forget(&'static str),
    /// A bench was made anew.
    Begun,
    /// What another learner shared is taken over, beside what is there.
    TakeOver(Shared),
    /// Another tab wrote: what was kept before, and what is now.
    Elsewhere(Box<Kept>, Box<Kept>),
    /// The theme was switched.
    Theme(Theme),
    /// The speed was chosen.
    Speed(u32),
    /// The split between lesson and bench was moved.
    LessonWidth(u32),
    /// The split between cards and panel was moved.
    CardsHeight(u32),
    /// The listings were folded or unfolded.
    Listings(bool),
    /// Another spelling was chosen for listings.
    Spelling(Spelling),
}

impl Reducible for Kept {
    type Action = Change;

    fn reduce(self: Rc<Self>, change: Change) -> Rc<Self> {
        let mut kept = Rc::unwrap_or_clone(self);
        match change {
            Change::Setting {
                lesson,
                setting,
                typed,
            } => {
                kept.edits
                    .retain(|edit| (edit.lesson, edit.setting) != (lesson, setting));
                if let Some(typed) = typed {
                    kept.edits.push(Edit {
                        lesson,
                        setting,
                        typed,
                    });
                    kept.begin(lesson);
                }
            }
            Change::Passed { lesson, step } => kept.pass(lesson, step),
            Change::Begun => kept.forgetting = None,
            Change::Forget(lesson) => {
                kept.forgetting = Some(lesson);
                kept.passed.retain(|(of, _)| of != lesson);
                kept.edits.retain(|edit| edit.lesson != lesson);
                kept.begun.retain(|(of, _)| *of != lesson);
            }
            Change::Locale(locale) => kept.locale = Some(locale.id.to_owned()),
            Change::TakeOver(shared) => {
                for (lesson, step) in shared.passed {
                    kept.pass(lesson, step);
                }
                for edit in shared.edits {
                    kept.begin(edit.lesson);
                    kept.edit(edit);
                }
            }
            Change::Elsewhere(before, after) => kept.follow(&before, *after),
            Change::Theme(theme) => kept.theme = theme,
            Change::Speed(speed) => kept.speed = speed,
            Change::LessonWidth(percent) => kept.lesson_width = clamp(percent),
            Change::CardsHeight(percent) => kept.cards_height = clamp(percent),
            Change::Listings(open) => kept.listings = open,
            Change::Spelling(spelling) => kept.spelling = spelling,
        }
        Rc::new(kept)
    }
}

impl Kept {
    fn pass(&mut self, lesson: String, step: String) {
        let is_forgotten = self.forgetting == Some(&*lesson);
        if !is_forgotten && !self.has_passed(&lesson, &step) {
            self.begin(&lesson);
            self.passed.push((lesson, step));
        }
    }

    fn edit(&mut self, edit: Edit) {
        self.edits.retain(|known| !known.is_same_setting(&edit));
        self.edits.push(edit);
    }

    /// Notes when work on a lesson began.
    fn begin(&mut self, lesson: &str) {
        let is_known = self.begun.iter().any(|(known, _)| *known == lesson);
        if let (false, Some(lesson)) = (is_known, outline::lesson(lesson)) {
            self.begun.push((lesson.id, self.visit));
        }
    }

    /// Does what another tab did: adds what it added, and drops what it dropped.
    fn follow(&mut self, before: &Self, after: Self) {
        let (passed, edits) = (&after.passed, &after.edits);
        self.passed
            .retain(|step| passed.contains(step) || !before.passed.contains(step));
        self.edits.retain(|edit| {
            let is_there = |edits: &[Edit]| edits.iter().any(|known| known.is_same_setting(edit));
            is_there(edits) || !is_there(&before.edits)
        });
        self.begun.retain(|begun| {
            let is_there = |kept: &Self| kept.begun.iter().any(|(lesson, _)| *lesson == begun.0);
            is_there(&after) || !is_there(before)
        });
        for (lesson, at) in after.begun {
            if !self.begun.iter().any(|(known, _)| *known == lesson) {
                self.begun.push((lesson, at));
            }
        }
        for (lesson, step) in after.passed {
            self.pass(lesson, step);
        }
        for edit in after.edits {
            if !before.edits.contains(&edit) {
                self.edit(edit);
            }
        }
    }

    /// When work on a lesson began, if that was so long before this visit that it may be forgotten.
    pub fn begun_before(&self, lesson: &str) -> Option<u64> {
        let (_, at) = self.begun.iter().find(|(of, _)| *of == lesson)?;
        (at + FRESH <= self.visit).then_some(*at)
    }

    /// Whether a step was ever passed.
    pub fn has_passed(&self, lesson: &str, step: &str) -> bool {
        self.passed
            .iter()
            .any(|(of, passed)| of == lesson && passed == step)
    }

    /// How many of a lesson's steps were ever passed.
    pub fn count_passed(&self, lesson: &str) -> usize {
        self.passed.iter().filter(|(of, _)| of == lesson).count()
    }

    /// What was typed for a setting, if it was changed.
    pub fn typed(&self, lesson: &str, setting: &str) -> Option<&str> {
        let mut edits = self.edits.iter();
        let edit = edits.find(|edit| edit.lesson == lesson && edit.setting == setting)?;
        Some(&edit.typed)
    }

    /// The lesson's settings with the valid ones of the learner's changes.
    pub fn settings(&self, lesson: &LessonOutline) -> Settings {
        let mut effective = Settings::new();
        for setting in lesson.settings {
            let typed = self
                .typed(lesson.id, setting.id)
                .filter(|typed| is_right(setting, typed));
            effective.insert(
                setting.id.to_owned(),
                typed.unwrap_or(setting.default).to_owned(),
            );
        }
        effective
    }

    /// Reads what was written, and drops what is not as expected.
    pub fn read(text: &str) -> Self {
        let mut kept = Self::default();
        let mut lines = text.lines();
        if text.len() <= LENGTH_LIMIT && lines.next() == Some(VERSION) {
            for line in lines {
                // What cannot be read is left as it is.
                let _ = kept.read_line(line);
            }
        }
        kept
    }

    fn read_line(&mut self, line: &str) -> Option<()> {
        let (name, value) = line.split_once(' ')?;
        match name {
            "theme" => self.theme = Theme::ALL.into_iter().find(|theme| theme.id() == value)?,
            "speed" => self.speed = value.parse().ok().filter(|speed| SPEEDS.contains(speed))?,
            "lesson-width" => self.lesson_width = read_percent(value)?,
            "cards-height" => self.cards_height = read_percent(value)?,
            "listings" => self.listings = value == "open",
            "spelling" => {
                self.spelling = Spelling::ALL.into_iter().find(|one| one.id() == value)?;
            }
            "locale" => {
                let known = LOCALES.iter().find(|locale| locale.id == value)?;
                self.locale = Some(known.id.to_owned());
            }
            "passed" => {
                let (lesson, step) = value.split_once(' ')?;
                let (lesson, step) = routes::find(lesson, step)?;
                if !self.has_passed(lesson.id, step.id) {
                    self.passed.push((lesson.id.to_owned(), step.id.to_owned()));
                }
            }
            "setting" => {
                let mut parts = value.splitn(3, ' ');
                let edit = Edit::read(parts.next()?, parts.next()?, parts.next()?)?;
                self.edit(edit);
            }
            "begun" => {
                let (lesson, at) = value.split_once(' ')?;
                let (lesson, at) = (outline::lesson(lesson)?, at.parse().ok()?);
                self.begun.retain(|(known, _)| *known != lesson.id);
                self.begun.push((lesson.id, at));
            }
            _ => {}
        }
        Some(())
    }

    /// What [`Kept::read`] reads.
    pub fn write(&self) -> String {
        let listings = if self.listings { "open" } else { "folded" };
        let mut text = format!(
            "{VERSION}\ntheme {}\nspeed {}\nlesson-width {}\ncards-height {}\nlistings {listings}\nspelling {}\n",
            self.theme.id(),
            self.speed,
            self.lesson_width,
            self.cards_height,
            self.spelling.id()
        );
        // Writing to a text cannot fail.
        if let Some(locale) = &self.locale {
            let _ = writeln!(text, "locale {locale}");
        }
        for (lesson, step) in &self.passed {
            let _ = writeln!(text, "passed {lesson} {step}");
        }
        for edit in &self.edits {
            let _ = writeln!(
                text,
                "setting {} {} {}",
                edit.lesson, edit.setting, edit.typed
            );
        }
        for (lesson, at) in &self.begun {
            let _ = writeln!(text, "begun {lesson} {at}");
        }
        text
    }

    /// Reads local storage.
    pub fn load() -> Self {
        let storage = local_storage();
        let text = storage
            .as_ref()
            .and_then(|storage| storage.get_item(KEY).ok().flatten());
        let mut kept = text.map_or_else(Self::default, |text| Self::read(&text));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a time of today in milliseconds"
        )]
        let now = js_sys::Date::now() as u64;
        kept.visit = now;
        // Nothing tells beforehand whether writing works.
        kept.is_lasting =
            storage.is_some_and(|storage| storage.set_item(KEY, &kept.write()).is_ok());
        kept
    }

    /// Writes local storage, if there is one with room in it.
    pub fn save(&self) {
        if let Some(storage) = local_storage() {
            let _ = storage.set_item(KEY, &self.write());
        }
    }
}

/// Tells what other tabs write: what was kept before, and what is now.
pub fn listen(on_change: Callback<(Kept, Kept)>) -> Option<EventListener> {
    let window = web_sys::window()?;
    Some(EventListener::new(&window, "storage", move |event| {
        let Some(event) = event.dyn_ref::<StorageEvent>() else {
            return;
        };
        if event.key().as_deref() == Some(KEY) {
            let read = |text: Option<String>| Kept::read(&text.unwrap_or_default());
            on_change.emit((read(event.old_value()), read(event.new_value())));
        }
    }))
}

/// Forgets the hub that is kept.
pub fn forget_hub() {
    if let Some(storage) = local_storage() {
        let _ = storage.remove_item(HUB_KEY);
    }
}

/// The hub as an earlier visit left it; the classroom judges whether it is of use.
pub fn kept_hub() -> Option<String> {
    let text = local_storage()?.get_item(HUB_KEY).ok().flatten()?;
    (text.len() <= HUB_LENGTH_LIMIT).then_some(text)
}

/// Keeps the hub for the next visit. One that has no room is not kept, and no older one is left in its place.
pub fn keep_hub(text: &str) {
    let Some(storage) = local_storage() else {
        return;
    };
    if text.len() > HUB_LENGTH_LIMIT || storage.set_item(HUB_KEY, text).is_err() {
        let _ = storage.remove_item(HUB_KEY);
    }
}

fn read_percent(value: &str) -> Option<u32> {
    value.parse().ok().map(clamp)
}

fn is_right(setting: &SettingOutline, typed: &str) -> bool {
    settings::complaint(setting, typed).is_none()
}

fn clamp(percent: u32) -> u32 {
    percent.clamp(*SPLIT_RANGE.start(), *SPLIT_RANGE.end())
}

/// Local storage, unless it is switched off: asking for it alone can fail.
fn local_storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Kept {
        let edit = |setting, typed: &str| Edit {
            lesson: "telemetry",
            setting,
            typed: typed.to_owned(),
        };
        Kept {
            edits: vec![edit("device-id", "gauge-7"), edit("interval-seconds", "5")],
            passed: vec![("telemetry".to_owned(), "register".to_owned())],
            theme: Theme::Dark,
            speed: 10,
            lesson_width: 45,
            cards_height: 50,
            listings: false,
            spelling: Spelling::Az,
            locale: Some("en".to_owned()),
            begun: vec![("telemetry", 7)],
            ..Kept::default()
        }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(Kept::read(&full().write()), full());
        assert_eq!(Kept::read(&Kept::default().write()), Kept::default());
    }

    #[test]
    fn what_the_old_bench_still_tells_does_not_count() {
        let passed = || Change::Passed {
            lesson: "telemetry".to_owned(),
            step: "register".to_owned(),
        };
        let kept = Rc::new(full()).reduce(Change::Forget("telemetry"));
        let kept = kept.reduce(passed());
        assert_eq!(kept.count_passed("telemetry"), 0);
        let kept = kept.reduce(Change::Begun).reduce(passed());
        assert_eq!(kept.count_passed("telemetry"), 1);
    }

    #[test]
    fn hostile_content_is_dropped() {
        for hostile in [
            "",
            "null",
            r#"{"version":1,"speed":60}"#,
            "version 2\nspeed 60",
            " version 1\nspeed 60",
            "version 1\nspeed -1\nspeed 1e300\nspeed\nlesson-width wide\ntheme neon\nlocale ../../etc\nspelling cobol",
            "version 1\nsetting telemetry device-id <script>\nsetting cooking salt 1\nsetting telemetry",
            "version 1\npassed telemetry fly\npassed telemetry\npassed\n\n\u{0}\u{ffff}",
            "version 1\nbegun cooking 5\nbegun telemetry soon\nbegun telemetry -1\nbegun",
            &format!("version 1\nspeed 60{}", "\n".repeat(LENGTH_LIMIT)),
        ] {
            assert_eq!(
                Kept::read(hostile),
                Kept::default(),
                "{}",
                &hostile[..hostile.len().min(80)]
            );
        }
    }

    #[test]
    fn good_lines_beside_bad_ones_are_kept() {
        let text = full()
            .write()
            .replace("dark", "neon")
            .replace("lesson-width 45", "lesson-width 4500");
        let kept = Kept::read(&text);
        assert_eq!(kept.theme, Theme::System);
        assert_eq!(kept.lesson_width, *SPLIT_RANGE.end());
        assert_eq!(kept.passed, full().passed);
        assert_eq!(kept.edits, full().edits);
    }

    #[test]
    fn nothing_is_kept_twice() {
        let kept = Kept::read(
            "version 1\npassed telemetry send\npassed telemetry send\nsetting telemetry interval-seconds 5\nsetting telemetry interval-seconds 6",
        );
        assert_eq!(kept.count_passed("telemetry"), 1);
        assert_eq!(kept.typed("telemetry", "interval-seconds"), Some("6"));
        assert_eq!(kept.edits.len(), 1);
    }

    #[test]
    fn only_valid_changes_take_effect() {
        let change = |setting, typed: &str| Change::Setting {
            lesson: "telemetry",
            setting,
            typed: Some(typed.to_owned()),
        };
        let kept = Rc::new(Kept::default())
            .reduce(change("device-id", "two words"))
            .reduce(change("interval-seconds", "5"));
        let lesson = outline::lesson("telemetry").unwrap();
        let settings = kept.settings(lesson);
        assert_eq!(settings["device-id"], "MyFirstPythonDevice");
        assert_eq!(settings["interval-seconds"], "5");
        assert_eq!(settings.len(), lesson.settings.len());
    }

    fn passed(step: &str) -> Change {
        Change::Passed {
            lesson: "telemetry".to_owned(),
            step: step.to_owned(),
        }
    }

    /// Two tabs, each with a step of its own; the second one hears what the first one wrote.
    #[test]
    fn a_tab_takes_over_what_another_one_passed() {
        let common = Kept::read(&full().write());
        let other = Rc::new(common.clone()).reduce(passed("send"));
        let this = Rc::new(common.clone()).reduce(passed("read"));
        let this = this.reduce(Change::Elsewhere(
            Box::new(common),
            Box::new((*other).clone()),
        ));
        for step in ["register", "send", "read"] {
            assert!(this.has_passed("telemetry", step), "{step}");
        }
    }

    #[test]
    fn a_tab_takes_over_edits_and_keeps_its_own() {
        let edit = |setting, typed: Option<&str>| Change::Setting {
            lesson: "telemetry",
            setting,
            typed: typed.map(str::to_owned),
        };
        let common = full();
        let other = Rc::new(common.clone())
            .reduce(edit("device-id", Some("gauge-8")))
            .reduce(edit("interval-seconds", None));
        let this = Rc::new(common.clone()).reduce(edit("average-wind-speed", Some("20")));
        let this = this.reduce(Change::Elsewhere(
            Box::new(common),
            Box::new((*other).clone()),
        ));
        let typed = |setting| this.typed("telemetry", setting);
        assert_eq!(typed("device-id"), Some("gauge-8"));
        assert_eq!(typed("interval-seconds"), None);
        assert_eq!(typed("average-wind-speed"), Some("20"));
    }

    #[test]
    fn a_lesson_that_begins_anew_in_one_tab_does_so_in_the_other() {
        let other = Rc::new(full()).reduce(Change::Forget("telemetry"));
        assert_eq!(other.count_passed("telemetry"), 0);
        assert!(other.edits.is_empty() && other.begun.is_empty());
        assert_eq!(other.theme, full().theme);
        let other = other.reduce(Change::Begun);
        let this = Rc::new(full()).reduce(Change::Elsewhere(
            Box::new(full()),
            Box::new((*other).clone()),
        ));
        assert_eq!(*this, *other);
    }

    #[test]
    fn a_copy_is_old_hours_later_but_not_after_a_reload() {
        let first = Kept {
            visit: 5,
            ..Kept::default()
        };
        let first = Rc::new(first).reduce(passed("register"));
        assert_eq!(first.begun_before("telemetry"), None);
        let reloaded = Kept {
            visit: 9,
            ..Kept::read(&first.write())
        };
        assert_eq!(reloaded.begun_before("telemetry"), None);
        let next = Kept {
            visit: 5 + FRESH,
            ..reloaded
        };
        assert_eq!(next.begun_before("telemetry"), Some(5));
        let next = Rc::new(next).reduce(passed("send"));
        assert_eq!(next.begun_before("telemetry"), Some(5));
        assert_eq!(
            next.reduce(Change::Forget("telemetry"))
                .begun_before("telemetry"),
            None
        );
    }

    #[test]
    fn what_is_taken_over_comes_beside_what_is_there() {
        let shared = Shared {
            passed: vec![("telemetry".to_owned(), "send".to_owned())],
            edits: vec![Edit::read("telemetry", "device-id", "other").unwrap()],
        };
        let kept = Rc::new(full()).reduce(Change::TakeOver(shared));
        assert!(kept.has_passed("telemetry", "register") && kept.has_passed("telemetry", "send"));
        assert_eq!(kept.typed("telemetry", "device-id"), Some("other"));
        assert_eq!(kept.typed("telemetry", "interval-seconds"), Some("5"));
    }
}
