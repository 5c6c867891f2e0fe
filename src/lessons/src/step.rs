//! The running side of a step: what its button does, and how its check looks.

use futures::future::LocalBoxFuture;
use lab::Hands;

use crate::message::{Message, Settings, StepState};

/// A step of a lesson.
pub(crate) struct Step {
    /// What the step's button does.
    pub(crate) act: fn(Hands, Settings) -> LocalBoxFuture<'static, ()>,
    /// Looks whether the step is done.
    pub(crate) check: fn(&Hands, &Settings) -> Verdict,
    /// Whether what the button started has come to an end, so that a check that does not pass now will not pass later.
    pub(crate) is_over: fn(&Hands, &Settings) -> bool,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) passed: bool,
    pub(crate) looked_for: Message,
    pub(crate) saw: Message,
}

impl From<Verdict> for StepState {
    fn from(verdict: Verdict) -> Self {
        let Verdict {
            passed,
            looked_for,
            saw,
        } = verdict;
        if passed {
            Self::Passed { looked_for, saw }
        } else {
            Self::NotYet { looked_for, saw }
        }
    }
}
