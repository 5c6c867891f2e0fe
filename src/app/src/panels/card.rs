//! What both cards have: settings, programs and a console.

use lab::view::Side;
use lessons::outline::{LessonOutline, StepOutline};
use yew::prelude::*;

use super::console::Console;
use super::listing::{Listing, Shown};
use super::settings_form::settings_form;
use crate::screen::Screen;

/// The lower part of a card.
pub fn card_body(
    screen: &Screen,
    lesson: &'static LessonOutline,
    step: &'static StepOutline,
    side: Side,
) -> Html {
    let words = &screen.words;
    let programs = lesson
        .programs
        .iter()
        .filter(|program| program.side == side);
    let text = screen.texts.get(lesson.id);
    let step_of = |name: &str| {
        let step = lesson
            .steps
            .iter()
            .find(|step| step.program == Some(name))?;
        let mut steps = text.as_ref()?.steps.iter();
        Some(steps.find(|text| text.id == step.id)?.title.clone().into())
    };
    let is_asked = |name| screen.bench.asked.iter().any(|(asked, _)| *asked == name);
    let programs: Vec<_> = programs
        .map(|outline| Shown {
            outline,
            state: screen.bench.program(outline.name),
            progress: screen.bench.progress(outline.name),
            is_asked: is_asked(outline.name),
            step: step_of(outline.name),
        })
        .collect();
    let here = programs.iter().map(|program| program.outline.name);
    let focus = here.into_iter().find(|name| Some(*name) == step.program);
    let (console, console_id, listing_id) = match side {
        Side::Device => ("device-console", "console-device", "listing-device"),
        Side::Cloud => ("cloud-console", "console-cloud", "listing-cloud"),
    };
    html! {
        <>
            if focus.is_some() { { settings_form(screen, lesson, step) } }
            <Listing id={listing_id} words={words.clone()} {side} {programs} {focus} open={screen.kept.listings} spelling={screen.kept.spelling}
                kept={screen.kept.dispatcher()} link={screen.link.clone()} bench={screen.bench.dispatcher()} />
            <Console id={console_id} words={words.clone()} lines={screen.bench.console(side).clone()} label={words.text(console)}
                empty={words.text(&format!("{}-empty-{console}", lesson.id))} />
        </>
    }
}
