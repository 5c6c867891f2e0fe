//! What both cards have: settings, programs and a console.

use lab::view::Side;
use lessons::outline::{LessonOutline, StepOutline};
use yew::prelude::*;

use super::console::Console;
use super::listing::Listing;
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
    let programs: Vec<_> = programs
        .map(|program| (program, screen.bench.program(program.name)))
        .collect();
    let here = programs.iter().map(|(program, _)| program.name);
    let focus = here.into_iter().find(|name| Some(*name) == step.program);
    let (console, console_id, listing_id) = match side {
        Side::Device => ("device-console", "console-device", "listing-device"),
        Side::Cloud => ("cloud-console", "console-cloud", "listing-cloud"),
    };
    html! {
        <>
            if focus.is_some() { { settings_form(screen, lesson, step) } }
            <Listing id={listing_id} words={words.clone()} {programs} {focus} open={screen.kept.listings} kept={screen.kept.dispatcher()} />
            <Console id={console_id} words={words.clone()} lines={screen.bench.console(side).clone()} label={words.text(console)}
                empty={words.text(&format!("{}-empty-{console}", lesson.id))} />
        </>
    }
}
