//! What stands beside a lesson's progress: whether it is kept, how to share it, and how to begin anew.

use lessons::message::Command;
use lessons::outline::LessonOutline;
use yew::prelude::*;

use super::copy_button::CopyButton;
use super::icon::icon;
use crate::clock;
use crate::progress_code;
use crate::routes::{self, Route};
use crate::screen::Screen;
use crate::storage::{self, Change, Kept};

/// The link that carries progress and edits, once there are any; and what the learner should know of them.
pub fn share(screen: &Screen, lesson: &'static LessonOutline) -> Html {
    let (words, kept) = (&screen.words, &screen.kept);
    let has_any = !kept.passed.is_empty() || !kept.edits.is_empty();
    let link = has_any.then(|| {
        let code = progress_code::write(kept);
        let link = format!("{}{}", routes::origin(), Route::Progress(code).href());
        let label = words.text("share");
        html! { <CopyButton words={words.clone()} text={link} {label} is_labelled=true /> }
    });
    html! {
        <>
            { link }
            if !kept.is_lasting {
                <p class="note">{ icon("hint") }<span>{ words.text("not-kept") }</span></p>
            }
            { kept.begun_before(lesson.id).map(|at| old_copy(screen, lesson, at)) }
        </>
    }
}

/// Says that the lesson goes on from an earlier visit, and offers to begin anew.
fn old_copy(screen: &Screen, lesson: &'static LessonOutline, at: u64) -> Html {
    let words = &screen.words;
    let day = clock::day(at, words.locale().id);
    let onclick = {
        let screen = screen.clone();
        Callback::from(move |_: MouseEvent| begin_anew(&screen, lesson))
    };
    html! {
        <p class="note old-copy">{ icon("hint") }
            <span>{ words.with("old-copy", [("day", day.into())]) }</span>
            // Not before the bench has told what it brought back: that is to be forgotten too.
            <button type="button" class="button small" title={words.text("begin-anew-title")} disabled={screen.bench.open.is_none()} {onclick}>
                { icon("reset") }{ words.text("begin-anew") }</button></p>
    }
}

/// Forgets progress, edits and the hub of a lesson, and opens its first step on a new bench.
fn begin_anew(screen: &Screen, lesson: &'static LessonOutline) {
    screen.kept.dispatch(Change::Forget(lesson.id));
    storage::forget_hub();
    let Some(first) = lesson.steps.first() else {
        return;
    };
    screen.link.send(&Command::Open {
        lesson: lesson.id.to_owned(),
        step: first.id.to_owned(),
        settings: Kept::default().settings(lesson),
    });
    screen.link.send(&Command::Reset);
    Route::step(lesson.id, first.id).rename();
}
