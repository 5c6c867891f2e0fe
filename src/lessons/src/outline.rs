//! The course as a page shows it: pure data, without the code behind the programs and checks.

use lab::view::Side;

/// A language in which a program is written out in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// What runs on the bench.
    Rust,
    /// The same for the published Python SDKs, to run elsewhere.
    Python,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Rust, Self::Python];

    /// How the names of its files end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Rust => "rs",
            Self::Python => "py",
        }
    }
}

/// A program that a lesson runs. Its source is a file of the folder of the lesson that it was written for.
#[derive(Debug, PartialEq, Eq)]
pub struct ProgramOutline {
    /// Its name, as consoles and states tell it: `simulated_device`.
    pub name: &'static str,
    /// Where it runs.
    pub side: Side,
    /// The lesson that it was written for; others may run it too.
    pub lesson: &'static str,
}

impl ProgramOutline {
    /// The name of its file: `simulated_device.rs`.
    pub fn file(&self, language: Language) -> String {
        format!("{}.{}", self.name, language.extension())
    }

    /// Where the workspace has its source. For Rust, this is the very file that is compiled and run.
    pub fn source(&self, language: Language) -> String {
        let (lesson, file) = (self.lesson, self.file(language));
        match language {
            Language::Rust => format!("src/lessons/src/{lesson}/programs/{file}"),
            Language::Python => format!("www/programs/{lesson}/{file}"),
        }
    }

    /// Where the site has its source, ready to be shown.
    pub fn listing(&self, language: Language) -> String {
        format!("listings/{}/{}.html", self.lesson, self.file(language))
    }
}

/// What a setting may hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SettingKind {
    /// A device id that the registry accepts.
    DeviceId,
    /// A decimal number.
    Number {
        /// The least value.
        least: f64,
        /// The greatest value.
        most: f64,
    },
    /// The name of a direct method.
    MethodName,
    /// JSON text.
    Json,
}

/// A value in a lesson's programs that a learner may change.
/// Its label is the Fluent message `setting-<id>`.
#[derive(Debug, PartialEq)]
pub struct SettingOutline {
    /// The setting's id: `device-id`.
    pub id: &'static str,
    /// What it may hold.
    pub kind: SettingKind,
    /// What it holds at first.
    pub default: &'static str,
}

/// A step of a lesson.
/// Its button's label is the Fluent message `<lesson>-<step>-action`; its title, text and hint come from the lesson's Markdown.
#[derive(Debug, PartialEq, Eq)]
pub struct StepOutline {
    /// The step's id, part of its address.
    pub id: &'static str,
    /// The program that the step is about, if any; the page opens its listing.
    pub program: Option<&'static str>,
    /// The ids of the settings that matter in this step.
    pub settings: &'static [&'static str],
}

/// A lesson.
#[derive(Debug, PartialEq)]
pub struct LessonOutline {
    /// The lesson's id, part of its address.
    pub id: &'static str,
    /// Its steps in order.
    pub steps: &'static [StepOutline],
    /// Its programs.
    pub programs: &'static [ProgramOutline],
    /// What a learner may change.
    pub settings: &'static [SettingOutline],
    /// The numeric member of the events' payload that the chart draws, and its unit.
    pub chart: Option<(&'static str, &'static str)>,
}

/// All lessons in order.
pub const LESSONS: &[LessonOutline] =
    &[TELEMETRY, crate::methods::OUTLINE, crate::messages::OUTLINE];

const TELEMETRY: LessonOutline = LessonOutline {
    id: "telemetry",
    steps: &[
        StepOutline {
            id: "register",
            program: Some("create_device_identity"),
            settings: &["device-id"],
        },
        StepOutline {
            id: "hand-over",
            program: None,
            settings: &[],
        },
        StepOutline {
            id: "send",
            program: Some("simulated_device"),
            settings: &["average-wind-speed", "interval-seconds"],
        },
        StepOutline {
            id: "read",
            program: Some("read_events"),
            settings: &[],
        },
        StepOutline {
            id: "unplug",
            program: Some("simulated_device"),
            settings: &[],
        },
        StepOutline {
            id: "retry",
            program: Some("simulated_device_with_retry"),
            settings: &["average-wind-speed", "interval-seconds"],
        },
    ],
    programs: crate::telemetry::programs::OUTLINES,
    settings: &[
        SettingOutline {
            id: "device-id",
            kind: SettingKind::DeviceId,
            default: "MyFirstPythonDevice",
        },
        SettingOutline {
            id: "average-wind-speed",
            kind: SettingKind::Number {
                least: 0.0,
                most: 100.0,
            },
            default: "10.0",
        },
        SettingOutline {
            id: "interval-seconds",
            kind: SettingKind::Number {
                least: 1.0,
                most: 600.0,
            },
            default: "30",
        },
    ],
    chart: Some(("windSpeed", "m/s")),
};

/// The lesson with this id.
pub fn lesson(id: &str) -> Option<&'static LessonOutline> {
    LESSONS.iter().find(|lesson| lesson.id == id)
}
