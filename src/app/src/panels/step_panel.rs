//! The open step's button, and what its check looked for and saw.

use lab::view::Side;
use lessons::message::{Command, Message, StepState};
use lessons::outline::{LessonOutline, StepOutline};
use yew::prelude::*;

use super::icon::icon;
use super::step_state::{Standing, badge};
use crate::classroom_link::use_classroom;
use crate::i18n::{Words, use_words};
use crate::routes;

/// The open step and how it stands.
#[derive(Clone, PartialEq, Properties)]
pub struct StepPanelProps {
    /// The lesson.
    pub lesson: &'static LessonOutline,
    /// The open step.
    pub step: &'static StepOutline,
    /// Its state.
    pub state: StepState,
    /// Whether it was passed before.
    pub passed_before: bool,
    /// Whether any program runs.
    pub busy: bool,
    /// Why the last command was not carried out.
    pub refused: Option<Message>,
    /// Does the step's action.
    pub on_run: Callback<()>,
}

/// The panel.
#[component]
pub fn StepPanel(props: &StepPanelProps) -> Html {
    let words = use_words();
    let link = use_classroom();
    let standing = Standing::new(&props.state, props.passed_before);
    let action = words.text(&format!("{}-{}-action", props.lesson.id, props.step.id));
    let run = {
        let on_run = props.on_run.clone();
        Callback::from(move |_: MouseEvent| on_run.emit(()))
    };
    let stop = Callback::from(move |_: MouseEvent| link.send(&Command::Stop { program: None }));
    html! {
        <section class={classes!("step-panel", standing.id())} aria-label={words.text("step-panel")}>
            <div class="verdict">
                { badge(standing, &words) }
                { verdict(props, &words) }
            </div>
            <div class="step-buttons">
                <button id="run" type="button" class={classes!("button", "primary", side_class(props))} onclick={run}>
                    { icon(if standing == Standing::Running { "running" } else { "play" }) }
                    <span>{ action }</span>
                </button>
                <button type="button" class="button stop" disabled={!props.busy} onclick={stop}
                    aria-label={words.text("stop")}>
                    { icon("stop") }<span>{ words.text("stop") }</span>
                </button>
                { next(props, standing, &words) }
            </div>
        </section>
    }
}

/// The colour of the button tells where its program runs.
fn side_class(props: &StepPanelProps) -> Option<&'static str> {
    let name = props.step.program?;
    let program = props
        .lesson
        .programs
        .iter()
        .find(|program| program.name == name)?;
    Some(match program.side {
        Side::Device => "device",
        Side::Cloud => "cloud",
    })
}

fn verdict(props: &StepPanelProps, words: &Words) -> Html {
    if let Some(refused) = &props.refused {
        return html! {
            <p class="refused" role="alert">{ icon("warning") }<span>{ words.say(refused) }</span></p>
        };
    }
    match &props.state {
        StepState::NotStarted => {
            html! { <p class="quiet">{ words.text("verdict-not-started") }</p> }
        }
        StepState::Running => html! { <p class="quiet">{ words.text("verdict-running") }</p> },
        StepState::Passed { looked_for, saw } | StepState::NotYet { looked_for, saw } => html! {
            <dl class="findings">
                <div class="quiet"><dt class="unseen">{ words.text("verdict-looked-for") }</dt><dd>{ words.say(looked_for) }</dd></div>
                <div><dt class="unseen">{ words.text("verdict-saw") }</dt><dd>{ words.say(saw) }</dd></div>
            </dl>
        },
    }
}

/// The way on, once there is a reason to take it.
fn next(props: &StepPanelProps, standing: Standing, words: &Words) -> Html {
    let is_done = matches!(standing, Standing::Passed | Standing::PassedBefore);
    match routes::next(props.lesson, props.step) {
        Some(route) if is_done => html! {
            <a class="button next" href={route.href()}>{ words.text("next-step") }{ icon("arrow-right") }</a>
        },
        None if is_done => html! {
            <a class="button next" href={routes::Route::Home.href()}>{ words.text("lesson-done") }{ icon("arrow-right") }</a>
        },
        _ => html! {},
    }
}
