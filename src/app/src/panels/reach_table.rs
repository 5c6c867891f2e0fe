//! What is live, relayed or confirmed by hand: lesson by lesson, and step by step for whoever asks.

use lessons::outline::{LESSONS, LessonOutline, OnLive, StepOutline};
use yew::prelude::*;

use super::icon::icon;
use crate::i18n::Words;
use crate::reach::Access;
use crate::screen::Screen;

/// A column of the table.
pub struct Column {
    /// The message over it.
    head: &'static str,
    access: Access,
}

impl Column {
    /// What can be done with this access, under the message with this id.
    pub fn new(head: &'static str, access: Access) -> Self {
        Self { head, access }
    }
}

/// The table.
pub fn reach_table(screen: &Screen, columns: &[Column]) -> Html {
    let words = &screen.words;
    let row = |lesson: &LessonOutline| {
        let cell = |column: &Column| {
            let counts = column.access.counts(lesson);
            html! { <td>{ for counts.into_iter().map(|(way, count)| counted(way, count, words)) }</td> }
        };
        html! {
            <tr key={lesson.id}><th scope="row">{ words.text(&format!("title-{}", lesson.id)) }</th>{ for columns.iter().map(cell) }</tr>
        }
    };
    let steps = LESSONS.iter().map(|lesson| steps(words, lesson, columns));
    html! {
        <>
            <p class="quiet">{ words.text("live-ways") }</p>
            { table("live-by-lesson", "live-lesson", words, columns, LESSONS.iter().map(row).collect()) }
            <details class="fold-down">
                <summary>{ words.text("live-by-step") }</summary>
                { table("live-by-step", "live-step", words, columns, steps.collect()) }
            </details>
        </>
    }
}

fn table(caption: &str, first: &str, words: &Words, columns: &[Column], rows: Html) -> Html {
    let head = |column: &Column| html! { <th scope="col">{ words.text(column.head) }</th> };
    html! {
        <div class="reach" role="region" tabindex="0" aria-label={words.text(caption)}>
            <table>
                <caption class="unseen">{ words.text(caption) }</caption>
                <thead><tr><th scope="col">{ words.text(first) }</th>{ for columns.iter().map(head) }</tr></thead>
                <tbody>{ rows }</tbody>
            </table>
        </div>
    }
}

/// A lesson's steps under its name.
fn steps(words: &Words, lesson: &LessonOutline, columns: &[Column]) -> Html {
    let row = |step: &StepOutline| {
        let cell = |column: &Column| html! { <td>{ way_badge(column.access.reach(step.needs), words) }</td> };
        html! {
            <tr key={step.id}><th scope="row">{ words.text(&format!("live-step-{}-{}", lesson.id, step.id)) }</th>
                { for columns.iter().map(cell) }</tr>
        }
    };
    html! {
        <>
            <tr class="reach-lesson"><th scope="colgroup" colspan={(columns.len() + 1).to_string()}>{ words.text(&format!("title-{}", lesson.id)) }</th></tr>
            { for lesson.steps.iter().map(row) }
        </>
    }
}

/// How a step goes, as a picture and a word.
pub fn way_badge(way: OnLive, words: &Words) -> Html {
    html! {
        <span class={classes!("way", way.id())}>{ icon(picture(way)) }<span>{ words.text(&format!("way-{}", way.id())) }</span></span>
    }
}

fn counted(way: OnLive, count: usize, words: &Words) -> Html {
    let text = words.with(
        &format!("live-count-{}", way.id()),
        [("count", count.into())],
    );
    html! { <span class={classes!("way", way.id())}>{ icon(picture(way)) }<span>{ text }</span></span> }
}

fn picture(way: OnLive) -> &'static str {
    match way {
        OnLive::Live => "hub",
        OnLive::Relayed => "wire",
        OnLive::ByHand => "eye",
    }
}
