//! What outlives a visit: progress, edits and the look of the page, in the browser's local storage.
//!
//! Never a secret: connection strings stay in memory. What is read back is treated as hostile (it
//! may be from another version, or from anybody who can write there): whatever is not as expected
//! is dropped, piece by piece, and a storage that is switched off only costs the memory.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use lessons::outline::{self, LESSONS};
use lessons::settings;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use yew::Reducible;

use crate::i18n::LOCALES;
use crate::theme::Theme;

/// The key in local storage. `www/start.js` reads the theme from it before the first paint.
pub const KEY: &str = "iot-hub-playground";
/// Rises when the shape of [`Kept`] changes so that older content means something else.
const VERSION: u64 = 1;
/// Longer content was not written by this page.
const LENGTH_LIMIT: usize = 64 * 1024;

/// Bench seconds for a real second that a learner may choose.
pub const SPEEDS: &[u32] = &[1, 10, 60];

/// The share of the width or the height, in percent, that a split may give to its first part.
pub const SPLIT_RANGE: std::ops::RangeInclusive<f64> = 20.0..=80.0;

/// What is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    version: u64,
    /// Changed settings by lesson and setting, as typed.
    pub settings: BTreeMap<String, BTreeMap<String, String>>,
    /// Passed steps by lesson.
    pub passed: BTreeMap<String, BTreeSet<String>>,
    /// Light, dark, or as the system does.
    pub theme: Theme,
    /// The bench's speed, one of [`SPEEDS`].
    pub speed: u32,
    /// The lesson's share of the width, in percent.
    pub lesson_width: f64,
    /// The cards' share of the bench's height, in percent.
    pub cards_height: f64,
    /// Whether program listings are open.
    pub listings: bool,
    /// The chosen locale; none for the browser's.
    pub locale: Option<String>,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            version: VERSION,
            settings: BTreeMap::new(),
            passed: BTreeMap::new(),
            theme: Theme::System,
            speed: 1,
            lesson_width: 38.0,
            cards_height: 58.0,
            listings: true,
            locale: None,
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
        value: Option<String>,
    },
    /// A step was passed.
    Passed {
        /// The lesson's id.
        lesson: String,
        /// The step's id.
        step: String,
    },
    /// The theme was switched.
    Theme(Theme),
    /// The speed was chosen.
    Speed(u32),
    /// The split between lesson and bench was moved.
    LessonWidth(f64),
    /// The split between cards and panel was moved.
    CardsHeight(f64),
    /// The listings were folded or unfolded.
    Listings(bool),
}

impl Reducible for Kept {
    type Action = Change;

    fn reduce(self: Rc<Self>, change: Change) -> Rc<Self> {
        let mut kept = Rc::unwrap_or_clone(self);
        match change {
            Change::Setting {
                lesson,
                setting,
                value,
            } => {
                let edits = kept.settings.entry(lesson.to_owned()).or_default();
                match value {
                    Some(value) => edits.insert(setting.to_owned(), value),
                    None => edits.remove(setting),
                };
            }
            Change::Passed { lesson, step } => {
                kept.passed.entry(lesson).or_default().insert(step);
            }
            Change::Theme(theme) => kept.theme = theme,
            Change::Speed(speed) => kept.speed = speed,
            Change::LessonWidth(percent) => kept.lesson_width = clamp(percent),
            Change::CardsHeight(percent) => kept.cards_height = clamp(percent),
            Change::Listings(open) => kept.listings = open,
        }
        Rc::new(kept)
    }
}

impl Kept {
    /// Whether a step was ever passed.
    pub fn has_passed(&self, lesson: &str, step: &str) -> bool {
        self.passed
            .get(lesson)
            .is_some_and(|steps| steps.contains(step))
    }

    /// How many of a lesson's steps were ever passed.
    pub fn count_passed(&self, lesson: &str) -> usize {
        self.passed.get(lesson).map_or(0, BTreeSet::len)
    }

    /// Reads what was written, and drops what is not as expected.
    pub fn read(text: &str) -> Self {
        let mut kept = Self::default();
        if text.len() > LENGTH_LIMIT {
            return kept;
        }
        let Ok(value) = serde_json::from_str::<Value>(text) else {
            return kept;
        };
        if value.get("version").and_then(Value::as_u64) != Some(VERSION) {
            return kept;
        }
        kept.settings = read_settings(&value["settings"]);
        kept.passed = read_passed(&value["passed"]);
        kept.theme = Theme::deserialize(&value["theme"]).unwrap_or_default();
        kept.speed = read_speed(&value["speed"]).unwrap_or(kept.speed);
        kept.lesson_width = value["lesson_width"]
            .as_f64()
            .map_or(kept.lesson_width, clamp);
        kept.cards_height = value["cards_height"]
            .as_f64()
            .map_or(kept.cards_height, clamp);
        kept.listings = value["listings"].as_bool().unwrap_or(kept.listings);
        kept.locale = value["locale"]
            .as_str()
            .filter(|id| LOCALES.iter().any(|locale| locale.id == *id))
            .map(str::to_owned);
        kept
    }

    /// What [`Kept::read`] reads.
    pub fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads local storage.
    pub fn load() -> Self {
        local_storage()
            .and_then(|storage| storage.get_item(KEY).ok().flatten())
            .map_or_else(Self::default, |text| Self::read(&text))
    }

    /// Writes local storage, if there is one with room in it.
    pub fn save(&self) {
        if let Some(storage) = local_storage() {
            let _ = storage.set_item(KEY, &self.write());
        }
    }
}

fn read_settings(value: &Value) -> BTreeMap<String, BTreeMap<String, String>> {
    let edits = |lesson: &outline::LessonOutline| {
        let edits = lesson.settings.iter().filter_map(|setting| {
            let typed = value[lesson.id][setting.id].as_str()?;
            let is_right = settings::complaint(setting, typed).is_none();
            is_right.then(|| (setting.id.to_owned(), typed.to_owned()))
        });
        (lesson.id.to_owned(), edits.collect())
    };
    LESSONS
        .iter()
        .map(edits)
        .filter(|(_, edits): &(_, BTreeMap<_, _>)| !edits.is_empty())
        .collect()
}

fn read_passed(value: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let passed = |lesson: &outline::LessonOutline| {
        let written = value[lesson.id]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let is_passed = |id: &str| written.iter().any(|entry| entry.as_str() == Some(id));
        let steps = lesson.steps.iter().filter(|step| is_passed(step.id));
        (
            lesson.id.to_owned(),
            steps.map(|step| step.id.to_owned()).collect(),
        )
    };
    LESSONS
        .iter()
        .map(passed)
        .filter(|(_, steps): &(_, BTreeSet<_>)| !steps.is_empty())
        .collect()
}

fn read_speed(value: &Value) -> Option<u32> {
    let speed = u32::try_from(value.as_u64()?).ok()?;
    SPEEDS.contains(&speed).then_some(speed)
}

fn clamp(percent: f64) -> f64 {
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
        Kept {
            settings: BTreeMap::from([(
                "telemetry".to_owned(),
                BTreeMap::from([("interval-seconds".to_owned(), "5".to_owned())]),
            )]),
            passed: BTreeMap::from([(
                "telemetry".to_owned(),
                BTreeSet::from(["register".to_owned()]),
            )]),
            theme: Theme::Dark,
            speed: 10,
            lesson_width: 45.0,
            cards_height: 50.0,
            listings: false,
            locale: Some("en".to_owned()),
            ..Kept::default()
        }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(Kept::read(&full().write()), full());
        assert_eq!(Kept::read(&Kept::default().write()), Kept::default());
    }

    #[test]
    fn hostile_content_is_dropped() {
        for hostile in [
            "",
            "null",
            "[]",
            "7",
            "{",
            r#"{"version":"1"}"#,
            r#"{"version":2,"speed":60}"#,
            r#"{"version":1,"settings":7,"passed":"x","theme":{},"speed":-1,"lesson_width":"wide","listings":0,"locale":[]}"#,
            r#"{"version":1,"settings":{"telemetry":{"device-id":"<script>"}},"passed":{"telemetry":[1,null,"fly"]}}"#,
            r#"{"version":1,"speed":1e300,"locale":"../../etc"}"#,
            &"[".repeat(100_000),
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
    fn good_pieces_beside_bad_ones_are_kept() {
        let text = full()
            .write()
            .replace("\"dark\"", "\"neon\"")
            .replace("45.0", "4500.0");
        let kept = Kept::read(&text);
        assert_eq!(kept.theme, Theme::System);
        assert!((kept.lesson_width - SPLIT_RANGE.end()).abs() < f64::EPSILON);
        assert_eq!(kept.passed, full().passed);
    }
}
