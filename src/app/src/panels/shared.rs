//! What a link with progress holds, and the question whether to take it over.

use lessons::outline::{LESSONS, LessonOutline};
use yew::prelude::*;

use super::icon::icon;
use crate::i18n::Words;
use crate::progress_code::{self, Shared};
use crate::routes::Route;
use crate::screen::Screen;
use crate::storage::Change;

/// The page of such a link. Nothing is taken over before the learner says so.
pub fn shared(screen: &Screen, code: &str) -> Html {
    let words = &screen.words;
    let content = match progress_code::read(code) {
        None => refusal("shared-unreadable", words),
        Some(shared) if shared.is_empty() => refusal("shared-empty", words),
        Some(shared) => offer(screen, &shared),
    };
    html! {
        <main id="main" class="shared" tabindex="-1">
            <h1>{ words.text("shared-title") }</h1>
            { content }
        </main>
    }
}

fn refusal(id: &str, words: &Words) -> Html {
    html! {
        <><p>{ words.text(id) }</p><p><a href={Route::Home.href()}>{ words.text("not-found-home") }</a></p></>
    }
}

fn offer(screen: &Screen, shared: &Shared) -> Html {
    let words = &screen.words;
    let lessons = LESSONS
        .iter()
        .filter_map(|lesson| held(screen, lesson, shared));
    let take = {
        let kept = screen.kept.dispatcher();
        let shared = shared.clone();
        Callback::from(move |_: MouseEvent| {
            kept.dispatch(Change::TakeOver(shared.clone()));
            Route::Home.rename();
        })
    };
    let leave = Callback::from(|_: MouseEvent| Route::Home.rename());
    html! {
        <>
            <p class="lead">{ words.text("shared-lead") }</p>
            <ul class="shared-lessons">{ for lessons }</ul>
            <p>{ words.text("shared-effect") }</p>
            <p class="shared-buttons">
                <button type="button" class="button primary" onclick={take}>{ icon("check") }{ words.text("shared-take") }</button>
                <button type="button" class="button" onclick={leave}>{ words.text("shared-leave") }</button>
            </p>
        </>
    }
}

/// What the link holds of a lesson.
fn held(screen: &Screen, lesson: &LessonOutline, shared: &Shared) -> Option<Html> {
    let words = &screen.words;
    let passed = shared.count_passed(lesson.id);
    let edits: Vec<_> = shared
        .edits
        .iter()
        .filter(|edit| edit.lesson == lesson.id)
        .map(|edit| {
            let name = words.text(&format!("setting-{}", edit.setting));
            html! { <li>{ name }{ ": " }<code>{ &edit.typed }</code></li> }
        })
        .collect();
    if passed == 0 && edits.is_empty() {
        return None;
    }
    let progress = words.with(
        "progress",
        [
            ("passed", passed.into()),
            ("steps", lesson.steps.len().into()),
        ],
    );
    Some(html! {
        <li key={lesson.id}>
            <strong>{ words.text(&format!("title-{}", lesson.id)) }</strong><span class="quiet">{ progress }</span>
            if !edits.is_empty() { <ul>{ edits }</ul> }
        </li>
    })
}
