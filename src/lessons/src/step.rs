//! The running side of a step: what its button does, and how its check looks.

use futures::future::LocalBoxFuture;
use lab::Hands;
use wire::timestamp::Timestamp;

use crate::message::{Message, Settings, StepState};

/// Something that a step's button starts.
pub(crate) type Act = fn(Hands, Settings) -> LocalBoxFuture<'static, ()>;

/// A step of a lesson.
pub(crate) struct Step {
    /// What the step's button does.
    pub(crate) act: Act,
    /// Looks whether the step is done.
    pub(crate) check: fn(&Hands, &Settings) -> Verdict,
    /// Whether what the button started has come to an end, so that a check that does not pass now will not pass later.
    pub(crate) is_over: fn(&Hands, &Settings) -> bool,
}

/// The first half of a step that is about a fault: the step's button causes it, and once it was seen mends it.
/// The step's check then looks whether it is mended.
pub(crate) struct Fault {
    /// Looks whether the fault has shown itself: the verdict passes if it has.
    pub(crate) seen: fn(&Hands, &Settings) -> Verdict,
    /// To when the clock moves before the fault can be mended, if it has to.
    pub(crate) wait: Option<fn(&Hands) -> Timestamp>,
    /// What the step's button does about it.
    pub(crate) mend: Act,
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
            Self::NotYet {
                looked_for,
                saw,
                mends: false,
            }
        }
    }
}
