//! How tests open a step.

use lessons::{
    message::{Command, Settings},
    outline::{LessonOutline, StepOutline},
};

/// Opens a step with the settings that its lesson has by itself.
pub(crate) fn open(lesson: &LessonOutline, step: &StepOutline) -> Command {
    Command::Open {
        lesson: lesson.id.to_owned(),
        step: step.id.to_owned(),
        settings: Settings::new(),
    }
}
