//! The lesson's text: its introduction and its steps, one of them open.

use std::rc::Rc;

use lessons::message::Command;
use lessons::outline::{LessonOutline, StepOutline};
use lessons::text::{LessonText, StepText};
use web_sys::Element;
use yew::prelude::*;

use super::icon::icon;
use super::step_state::{Standing, badge};
use crate::classroom_link::use_classroom;
use crate::dom;
use crate::i18n::{Words, use_words};
use crate::routes::Route;

/// A lesson and how its steps stand.
#[derive(Clone, PartialEq, Properties)]
pub struct LessonProps {
    /// The lesson.
    pub lesson: &'static LessonOutline,
    /// The open step.
    pub step: &'static StepOutline,
    /// The lesson's text.
    pub text: Rc<LessonText>,
    /// How the steps stand, in their order.
    pub standings: Vec<Standing>,
}

/// The text.
#[component]
pub fn Lesson(props: &LessonProps) -> Html {
    let words = use_words();
    let link = use_classroom();
    use_effect_with(props.step.id, |_| {
        // What may scroll sideways must be reachable by keys.
        for code in dom::elements(".prose pre") {
            let _ = code.set_attribute("tabindex", "0");
        }
    });
    let passed = props
        .standings
        .iter()
        .filter(|standing| is_passed(**standing))
        .count();
    let progress = words.with(
        "progress",
        [
            ("passed", passed.into()),
            ("steps", props.lesson.steps.len().into()),
        ],
    );
    let entries = props
        .lesson
        .steps
        .iter()
        .zip(&props.text.steps)
        .zip(&props.standings)
        .enumerate();
    let entries = entries.map(|(index, ((step, text), standing))| {
        let head = StepHead { lesson: props.lesson.id, number: index + 1, step, text, standing: *standing };
        let is_open = step.id == props.step.id;
        html! {
            <li key={step.id} class={classes!("step", is_open.then_some("open"))}
                data-step={step.id} data-step-state={standing.id()}>
                { head.draw(is_open, &words) }
                if is_open {
                    <div class="step-body">
                        <div class="prose">{ Html::from_html_unchecked(text.body.clone().into()) }</div>
                        { aids(text, &link, &words) }
                    </div>
                }
            </li>
        }
    });
    html! {
        <article class="lesson-text">
            <h1>{ &props.text.title }</h1>
            <div class="prose">{ Html::from_html_unchecked(props.text.intro.clone().into()) }</div>
            <p class="progress quiet">{ progress }</p>
            <ol class="steps" aria-label={words.text("steps")} onkeydown={Callback::from(|event: KeyboardEvent| walk(&event))}>{ for entries }</ol>
        </article>
    }
}

fn is_passed(standing: Standing) -> bool {
    matches!(standing, Standing::Passed | Standing::PassedBefore)
}

/// The line of a step that is always there.
struct StepHead<'a> {
    lesson: &'a str,
    number: usize,
    step: &'a StepOutline,
    text: &'a StepText,
    standing: Standing,
}

impl StepHead<'_> {
    fn draw(&self, is_open: bool, words: &Words) -> Html {
        html! {
            <h2 class="step-head">
                <a id={format!("step-{}", self.step.id)} href={Route::step(self.lesson, self.step.id).href()}
                    aria-current={is_open.then_some("step")}>
                    <span class="step-number">{ self.number }</span>
                    <span class="step-title">{ &self.text.title }</span>
                    { badge(self.standing, words) }
                </a>
            </h2>
        }
    }
}

/// What helps whoever is stuck.
fn aids(text: &StepText, link: &crate::classroom_link::ClassroomLink, words: &Words) -> Html {
    let button = |id: &str, picture: &'static str, command: Command| {
        let link = link.clone();
        html! {
            <button type="button" class="button" title={words.text(&format!("{id}-title"))}
                onclick={move |_: MouseEvent| link.send(&command)}>
                { icon(picture) }{ words.text(id) }
            </button>
        }
    };
    html! {
        <div class="aids" key={text.id.clone()}>
            <details class="hint">
                <summary>{ icon("hint") }{ words.text("hint") }</summary>
                <div class="prose">{ Html::from_html_unchecked(text.hint.clone().into()) }</div>
            </details>
            <div class="aid-buttons">
                { button("check", "check", Command::Check) }
                { button("solve", "solve", Command::Solve) }
                { button("reset", "reset", Command::Reset) }
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
