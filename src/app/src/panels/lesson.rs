//! The lesson's text: its introduction and its steps, one of them open.

use lessons::message::Command;
use lessons::outline::{LessonOutline, StepOutline};
use lessons::text::{LessonText, StepText};
use web_sys::Element;
use yew::prelude::*;

use super::icon::icon;
use super::share::share;
use super::step_state::{Standing, badge};
use crate::dom;
use crate::first_draw::Drawn;
use crate::reach::{live_note, reach, way_badge};
use crate::routes::Route;
use crate::screen::Screen;

/// A lesson and how its steps stand.
pub struct Lesson<'a> {
    /// The lesson.
    pub lesson: &'static LessonOutline,
    /// The open step.
    pub step: &'static StepOutline,
    /// The lesson's text.
    pub text: &'a LessonText,
}

/// The text.
pub fn lesson(screen: &Screen, lesson: &Lesson<'_>) -> Html {
    let words = &screen.words;
    let (outline, text) = (lesson.lesson, lesson.text);
    let standings: Vec<Standing> = outline
        .steps
        .iter()
        .map(|step| Standing::of(screen, outline.id, step.id))
        .collect();
    let passed = standings
        .iter()
        .filter(|standing| standing.is_passed())
        .count();
    let progress = words.with(
        "progress",
        [
            ("passed", passed.into()),
            ("steps", outline.steps.len().into()),
        ],
    );
    let entries = outline
        .steps
        .iter()
        .zip(&text.steps)
        .zip(&standings)
        .enumerate();
    let entries = entries.map(|(index, ((step, text), standing))| {
        let is_open = step.id == lesson.step.id;
        html! {
            <li key={step.id} class={classes!("step", is_open.then_some("open"))}
                data-step={step.id} data-step-state={standing.id()}>
                <h2 class="step-head">
                    <a id={format!("step-{}", step.id)} href={Route::step(outline.id, step.id).href()}
                        aria-current={is_open.then_some("step")}>
                        <span class="step-number">{ index + 1 }</span>
                        <span class="step-title">{ &text.title }</span>
                        if let Some(hub) = screen.live() { { way_badge(reach(hub, step), words) } }
                        { badge(*standing, words) }
                    </a>
                </h2>
                if is_open {
                    { body(screen, text) }
                } else if screen.drawn == Drawn::All {
                    { on_paper(text) }
                }
            </li>
        }
    });
    html! {
        <article class="lesson-text">
            <h1>{ &text.title }</h1>
            if let Some(hub) = screen.live() { { live_note(hub, words) } }
            { prose(&text.intro) }
            <div class="progress"><span class="quiet">{ progress }</span>{ share(screen, outline) }</div>
            <ol class="steps" aria-label={words.text("steps")}
                onkeydown={Callback::from(|event: KeyboardEvent| walk(&event))}>{ for entries }</ol>
        </article>
    }
}

fn prose(html: &str) -> Html {
    html! { <div class="prose">{ Html::from_html_unchecked(html.to_owned().into()) }</div> }
}

/// A step that is not open, as paper shows it.
fn on_paper(text: &StepText) -> Html {
    html! { <div class="on-paper">{ prose(&text.body) }</div> }
}

/// The open step's text, and what helps whoever is stuck.
fn body(screen: &Screen, text: &StepText) -> Html {
    let words = &screen.words;
    let button = |id: &str, picture: &'static str, command: Command| {
        let link = screen.link.clone();
        html! {
            <button id={id.to_owned()} type="button" class="button" title={words.text(&format!("{id}-title"))}
                onclick={move |_: MouseEvent| link.send(&command)}>
                { icon(picture) }{ words.text(id) }
            </button>
        }
    };
    html! {
        <div class="step-body">
            { prose(&text.body) }
            <div class="aids">
                <details id="hint" class="hint">
                    <summary>{ icon("hint") }{ words.text("hint") }</summary>
                    { prose(&text.hint) }
                </details>
                <div class="aid-buttons">
                    { button("check", "check", Command::Check) }
                    { button("solve", "solve", Command::Solve) }
                    { button("reset", "reset", Command::Reset) }
                </div>
            </div>
        </div>
    }
}

/// Up and down move the focus along the steps; Enter opens the one that has it.
fn walk(event: &KeyboardEvent) {
    let by = match event.key().as_str() {
        "ArrowUp" => -1,
        "ArrowDown" => 1,
        _ => return,
    };
    let Some(here) = event.target_dyn_into::<Element>() else {
        return;
    };
    let links = dom::elements(".step-head a");
    let Some(at) = links.iter().position(|link| link.is_same_node(Some(&here))) else {
        return;
    };
    if let Some(to) = at.checked_add_signed(by).and_then(|to| links.get(to)) {
        event.prevent_default();
        let _ = to.focus();
    }
}
