//! The first page: what this is, and the way in.

use lessons::outline::{LESSONS, LessonOutline};
use yew::prelude::*;

use super::header::hub_button;
use super::icon::icon;
use crate::i18n::Words;
use crate::reach::live_note;
use crate::routes::{self, Route};
use crate::screen::Screen;

/// The address of the page of differences in a language that has it; a word that the build adds.
const DIFFERENCES: &str = "differences-address";

/// One screen: a sentence, a picture, a button, and the list of lessons.
pub fn home(screen: &Screen) -> Html {
    let words = &screen.words;
    html! {
        <main id="main" class="home" tabindex="-1">
            <h1>{ words.text("home-title") }</h1>
            <p class="lead">{ words.text("home-lead") }</p>
            { picture(words) }
            <p class="home-start">{ start(screen) }{ hub_button(screen, "large") }</p>
            if let Some(hub) = screen.live() {
                { live_note(hub, words) }
            } else {
                <p class="quiet">{ words.text("home-promise") }</p>
            }
            <h2>{ words.text("lessons") }</h2>
            <ol class="home-lessons">{ for LESSONS.iter().map(|lesson| entry(lesson, screen)) }</ol>
            // The differences are a page without any program; `cargo xtask texts` makes it.
            <p class="quiet home-more">
                <a href={Route::Live.href()}>{ words.text("live-title") }</a>
                <a href={Route::Doctor.href()}>{ words.text("doctor-title") }</a>
                <a href={Route::Glossary(String::new()).href()}>{ words.text("title-glossary") }</a>
                <a href={routes::file(&words.text(DIFFERENCES))}>{ words.text("home-differences") }</a>
            </p>
        </main>
    }
}

/// Device, hub and program, and the wire between them.
fn picture(words: &Words) -> Html {
    let party = |side: &'static str| {
        html! {
            <span class={classes!("home-party", side)}>{ icon(side) }<span>{ words.text(side) }</span></span>
        }
    };
    let wire = |side: &'static str, kind: &'static str| {
        html! { <span class={classes!("home-wire", side)}><code>{ kind }</code></span> }
    };
    html! {
        <div class="home-picture" role="img" aria-label={words.text("home-picture")}>
            { party("device") }{ wire("device", "PUBLISH") }{ party("hub") }{ wire("cloud", "GET") }{ party("cloud") }
        </div>
    }
}

/// The way on: to the first lesson that is not done.
fn start(screen: &Screen) -> Html {
    let is_done =
        |lesson: &LessonOutline| screen.kept.count_passed(lesson.id) >= lesson.steps.len();
    let next = LESSONS.iter().position(|lesson| !is_done(lesson));
    let at = next.unwrap_or(0);
    let lesson = &LESSONS[at];
    let label = if at == 0 && screen.kept.count_passed(lesson.id) == 0 {
        screen.words.text("home-start")
    } else {
        screen
            .words
            .with("home-continue", [("number", (at + 1).into())])
    };
    html! {
        <a class="button primary large" href={Route::Lesson(lesson.id.to_owned()).href()}>
            { label }{ icon("arrow-right") }
        </a>
    }
}

fn entry(lesson: &LessonOutline, screen: &Screen) -> Html {
    let words = &screen.words;
    html! {
        <li key={lesson.id}>
            <a href={Route::Lesson(lesson.id.to_owned()).href()}>{ title(lesson, screen) }</a>
            <span class="quiet">{ progress(lesson, screen) }</span>
            <p>{ words.text(&format!("lesson-{}-summary", lesson.id)) }</p>
        </li>
    }
}

/// A lesson's title.
pub fn title(lesson: &LessonOutline, screen: &Screen) -> AttrValue {
    screen.words.text(&format!("title-{}", lesson.id))
}

/// How far the learner came in a lesson.
pub fn progress(lesson: &LessonOutline, screen: &Screen) -> AttrValue {
    screen.words.with(
        "progress",
        [
            ("passed", screen.kept.count_passed(lesson.id).into()),
            ("steps", lesson.steps.len().into()),
        ],
    )
}
