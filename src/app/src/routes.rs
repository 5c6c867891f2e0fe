//! Addresses: every step of every lesson has one, after the `#`, so that the site works from any
//! folder of any static host.

use gloo::events::EventListener;
use lessons::outline::{LESSONS, LessonOutline, StepOutline};
use web_sys::Location;
use yew::prelude::*;

/// What an address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// `#/`: what this is, and the list of lessons.
    Home,
    /// `#/telemetry`: a lesson by its id, at the step where the learner is.
    Lesson(String),
    /// `#/telemetry/send`: a step by the lesson's id and its own.
    Step(String, String),
    /// `#/doctor`: what a connection string is.
    Doctor,
    /// `#p=`: progress that somebody shared, as a code.
    Progress(String),
    /// Nothing that there is.
    NotFound,
}

impl Route {
    /// The address of a step.
    pub fn step(lesson: &str, step: &str) -> Self {
        Self::Step(lesson.to_owned(), step.to_owned())
    }

    /// Reads the part of an address from the `#` on.
    pub fn parse(hash: &str) -> Self {
        let path = hash.strip_prefix('#').unwrap_or(hash);
        if let Some(code) = path.strip_prefix("p=") {
            return Self::Progress(code.to_owned());
        }
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => Self::Home,
            (Some("doctor"), None, _) => Self::Doctor,
            (Some(lesson), None, _) => Self::Lesson(lesson.to_owned()),
            (Some(lesson), Some(step), None) => Self::step(lesson, step),
            _ => Self::NotFound,
        }
    }

    /// The address as a link writes it.
    pub fn href(&self) -> String {
        match self {
            Self::Home | Self::NotFound => "#/".to_owned(),
            Self::Doctor => "#/doctor".to_owned(),
            Self::Progress(code) => format!("#p={code}"),
            Self::Lesson(lesson) => format!("#/{lesson}"),
            Self::Step(lesson, step) => format!("#/{lesson}/{step}"),
        }
    }

    /// Goes there, and takes the present address out of the browser's history.
    pub fn replace(&self) {
        if let Some(location) = location() {
            let _ = location.replace(&self.href());
        }
    }

    fn current() -> Self {
        location()
            .and_then(|location| location.hash().ok())
            .map_or(Self::Home, |hash| Self::parse(&hash))
    }
}

/// The address of this site without the part from the `#` on.
pub fn site() -> String {
    let address = location().and_then(|location| location.href().ok());
    let address = address.unwrap_or_default();
    address.split('#').next().unwrap_or_default().to_owned()
}

fn location() -> Option<Location> {
    web_sys::window().map(|window| window.location())
}

/// What the address asks for now.
#[hook]
pub fn use_route() -> Route {
    let route = use_state(Route::current);
    use_effect_with((), {
        let route = route.setter();
        move |()| {
            let window = web_sys::window();
            let listener = window.map(|window| {
                EventListener::new(&window, "hashchange", move |_| route.set(Route::current()))
            });
            move || drop(listener)
        }
    });
    (*route).clone()
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
    fn an_address_is_read_as_it_is_written() {
        for (hash, route) in [
            ("", Route::Home),
            ("#", Route::Home),
            ("#/", Route::Home),
            ("#/telemetry", Route::Lesson("telemetry".to_owned())),
            (
                "#/telemetry/hand-over",
                Route::step("telemetry", "hand-over"),
            ),
            ("#/doctor", Route::Doctor),
            ("#p=MQ", Route::Progress("MQ".to_owned())),
            ("#/a/b/c", Route::NotFound),
        ] {
            assert_eq!(Route::parse(hash), route, "{hash}");
            assert!(
                route == Route::NotFound || Route::parse(&route.href()) == route,
                "{hash}"
            );
        }
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
