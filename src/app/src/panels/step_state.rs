//! How a step stands, as a picture and a word.

use lessons::message::StepState;
use yew::prelude::*;

use super::icon::icon;
use crate::i18n::Words;
use crate::screen::Screen;

/// A step's state as the list shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing has been tried.
    NotStarted,
    /// The action is under way.
    Running,
    /// The check found what it looked for.
    Passed,
    /// It was passed in an earlier visit or on an earlier bench.
    PassedBefore,
    /// The check did not find what it looked for.
    NotYet,
    /// The check cannot look; the learner does.
    ToConfirm,
}

impl Standing {
    /// The standing of a step in this state, which was or was not passed before.
    pub fn new(state: &StepState, passed_before: bool) -> Self {
        match state {
            StepState::NotStarted if passed_before => Self::PassedBefore,
            StepState::NotStarted => Self::NotStarted,
            StepState::Running => Self::Running,
            StepState::Passed { .. } => Self::Passed,
            StepState::NotYet { .. } => Self::NotYet,
            StepState::ToConfirm { .. } => Self::ToConfirm,
        }
    }

    /// How a step of a lesson stands.
    pub fn of(screen: &Screen, lesson: &str, step: &str) -> Self {
        Self::new(
            screen.bench.step(lesson, step),
            screen.kept.has_passed(lesson, step),
        )
    }

    /// Whether it was passed, now or before.
    pub fn is_passed(self) -> bool {
        matches!(self, Self::Passed | Self::PassedBefore)
    }

    /// Its name in `data-step-state`, in the ids of its words, and in the sprite.
    pub fn id(self) -> &'static str {
        match self {
            Self::NotStarted => "not-started",
            Self::Running => "running",
            Self::Passed => "passed",
            Self::PassedBefore => "passed-before",
            Self::NotYet => "not-yet",
            Self::ToConfirm => "to-confirm",
        }
    }
}

/// The picture and the word.
pub fn badge(standing: Standing, words: &Words) -> Html {
    let id = standing.id();
    html! {
        <span class={classes!("step-state", id)}>
            { icon(picture(standing)) }
            <span>{ words.text(&format!("step-{id}")) }</span>
        </span>
    }
}

fn picture(standing: Standing) -> &'static str {
    match standing {
        Standing::PassedBefore => "passed",
        Standing::ToConfirm => "eye",
        _ => standing.id(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_passed_before_stays_visible_until_something_happens() {
        assert_eq!(
            Standing::new(&StepState::NotStarted, true),
            Standing::PassedBefore
        );
        assert_eq!(Standing::new(&StepState::Running, true), Standing::Running);
        assert_eq!(
            Standing::new(&StepState::NotStarted, false),
            Standing::NotStarted
        );
    }
}
