//! The open step's button, and what its check looked for and saw.

use lab::view::Side;
use lessons::message::{Command, StepState};
use lessons::outline::{LessonOutline, StepOutline};
use yew::prelude::*;

use super::icon::icon;
use super::step_state::{Standing, badge};
use crate::routes::{self, Route};
use crate::screen::Screen;

/// The panel. `on_run` does the step's action.
pub fn step_panel(
    screen: &Screen,
    lesson: &'static LessonOutline,
    step: &'static StepOutline,
    on_run: Callback<MouseEvent>,
) -> Html {
    let words = &screen.words;
    let standing = Standing::of(screen, lesson.id, step.id);
    let on_stop = {
        let link = screen.link.clone();
        Callback::from(move |_: MouseEvent| link.send(&Command::Stop { program: None }))
    };
    let picture = if standing == Standing::Running {
        "running"
    } else {
        "play"
    };
    // A step has one primary button: the learner's own word on it comes before another try.
    let to_confirm = standing == Standing::ToConfirm;
    let act = match screen.bench.step(lesson.id, step.id) {
        StepState::NotYet { mends: true, .. } => "mend",
        _ => "action",
    };
    html! {
        <section class={classes!("step-panel", standing.id())} data-state={standing.id()} aria-label={words.text("step-panel")}>
            <div class="verdict">
                { badge(standing, words) }
                { verdict(screen, screen.bench.step(lesson.id, step.id)) }
            </div>
            <div class="step-buttons">
                if to_confirm { { confirm(screen) } }
                <button id="run" type="button" class={classes!("button", (!to_confirm).then_some("primary"), side(lesson, step))} onclick={on_run}>
                    { icon(picture) }<span>{ words.text(&format!("{}-{}-{act}", lesson.id, step.id)) }</span>
                </button>
                <button type="button" class="button square stop" disabled={!screen.bench.is_busy()} onclick={on_stop}
                    aria-label={words.text("stop")} title={words.text("stop")}>{ icon("stop") }</button>
                if standing.is_passed() { { next(screen, lesson, step) } }
            </div>
        </section>
    }
}

/// The learner's own word on what the check cannot ask.
fn confirm(screen: &Screen) -> Html {
    let link = screen.link.clone();
    let onclick = Callback::from(move |_: MouseEvent| link.send(&Command::Confirm));
    html! {
        <button id="confirm" type="button" class="button primary" {onclick}>
            { icon("check") }<span>{ screen.words.text("confirm-step") }</span>
        </button>
    }
}

/// The colour of the button tells where its program runs.
fn side(lesson: &LessonOutline, step: &StepOutline) -> Option<&'static str> {
    let name = step.program?;
    let program = lesson
        .programs
        .iter()
        .find(|program| program.name == name)?;
    Some(match program.side {
        Side::Device => "device",
        Side::Cloud => "cloud",
    })
}

fn verdict(screen: &Screen, state: &StepState) -> Html {
    let words = &screen.words;
    if let Some(refused) = &screen.bench.refused {
        return html! {
            <p class="refused" role="alert">{ icon("warning") }<span>{ words.say(refused) }</span></p>
        };
    }
    match state {
        StepState::NotStarted => {
            html! { <p class="quiet">{ words.text("verdict-not-started") }</p> }
        }
        StepState::Running => html! { <p class="quiet">{ words.text("verdict-running") }</p> },
        StepState::Passed { looked_for, saw }
        | StepState::NotYet {
            looked_for, saw, ..
        } => html! {
            <dl class="findings">
                <div class="quiet">
                    <dt class="unseen">{ words.text("verdict-looked-for") }</dt><dd>{ words.say(looked_for) }</dd>
                </div>
                <div><dt class="unseen">{ words.text("verdict-saw") }</dt><dd>{ words.say(saw) }</dd></div>
            </dl>
        },
        StepState::ToConfirm { looked_for, why } => html! {
            <dl class="findings to-confirm">
                <div><dt>{ words.text("verdict-look-for") }</dt><dd>{ words.say(looked_for) }</dd></div>
                <div class="quiet"><dt>{ words.text("verdict-why") }</dt><dd>{ words.say(why) }</dd></div>
            </dl>
        },
    }
}

/// The way on, once there is a reason to take it.
fn next(screen: &Screen, lesson: &LessonOutline, step: &StepOutline) -> Html {
    let (route, label) = match routes::next(lesson, step) {
        Some(route) if route.lesson() == Some(lesson.id) => (route, "next-step"),
        Some(route) => (route, "next-lesson"),
        None => (Route::Home, "lesson-done"),
    };
    html! {
        <a class="button next" href={route.href()}>{ screen.words.text(label) }{ icon("arrow-right") }</a>
    }
}
