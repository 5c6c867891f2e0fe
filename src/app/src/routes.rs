//! Addresses: every step of every lesson has one, after the `#`, so that the site works from any
//! folder of any static host.

use lessons::outline::{LESSONS, LessonOutline, StepOutline};
use yew_router::prelude::*;

/// What an address asks for.
#[derive(Clone, Debug, PartialEq, Eq, Routable)]
pub enum Route {
    /// What this is, and the list of lessons.
    #[at("/")]
    Home,
    /// A lesson, at the step where the learner is.
    #[at("/:lesson")]
    Lesson {
        /// The lesson's id.
        lesson: String,
    },
    /// A step of a lesson.
    #[at("/:lesson/:step")]
    Step {
        /// The lesson's id.
        lesson: String,
        /// The step's id.
        step: String,
    },
    /// Nothing that there is.
    #[not_found]
    #[at("/404")]
    NotFound,
}

impl Route {
    /// The address of a step.
    pub fn step(lesson: &str, step: &str) -> Self {
        Self::Step {
            lesson: lesson.to_owned(),
            step: step.to_owned(),
        }
    }

    /// The address as a link writes it.
    pub fn href(&self) -> String {
        format!("#{}", self.to_path())
    }
}

/// The step that these ids name.
pub fn find(lesson: &str, step: &str) -> Option<(&'static LessonOutline, &'static StepOutline)> {
    let lesson = lessons::outline::lesson(lesson)?;
    let step = lesson.steps.iter().find(|candidate| candidate.id == step)?;
    Some((lesson, step))
}

/// The step after this one, in this lesson or at the start of the next.
pub fn next(lesson: &LessonOutline, step: &StepOutline) -> Option<Route> {
    let at = lesson
        .steps
        .iter()
        .position(|candidate| candidate.id == step.id)?;
    if let Some(next) = lesson.steps.get(at + 1) {
        return Some(Route::step(lesson.id, next.id));
    }
    let at = LESSONS
        .iter()
        .position(|candidate| candidate.id == lesson.id)?;
    let next = LESSONS.get(at + 1)?;
    Some(Route::step(next.id, next.steps.first()?.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_has_an_address_and_back() {
        let route = Route::step("telemetry", "hand-over");
        assert_eq!(route.href(), "#/telemetry/hand-over");
        assert_eq!(Route::recognize("/telemetry/hand-over"), Some(route));
        assert_eq!(Route::recognize("/"), Some(Route::Home));
        assert_eq!(Route::recognize("/a/b/c"), Some(Route::NotFound));
    }

    #[test]
    fn only_what_there_is_is_found() {
        assert!(find("telemetry", "send").is_some());
        assert!(find("telemetry", "fly").is_none());
        assert!(find("cooking", "send").is_none());
    }

    #[test]
    fn steps_follow_each_other() {
        let (lesson, step) = find("telemetry", "register").unwrap();
        assert_eq!(
            next(lesson, step),
            Some(Route::step("telemetry", "hand-over"))
        );
    }
}
