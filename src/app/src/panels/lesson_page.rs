//! A lesson on the screen: its text, the bench, and the panel under it.

use std::rc::Rc;

use lab::view::{ProgramState, Side};
use lessons::message::{Command, DeviceString, Settings, StepState};
use lessons::outline::{LessonOutline, StepOutline};
use lessons::settings;
use lessons::text::LessonText;
use yew::prelude::*;

use super::bench_bar::BenchBar;
use super::cloud_card::CloudCard;
use super::device_card::{DeviceCard, programs};
use super::gutter::Gutter;
use super::icon::icon;
use super::lesson::Lesson;
use super::panel::Panel;
use super::splitter::{Axis, Splitter};
use super::step_panel::StepPanel;
use super::step_state::Standing;
use super::title::use_title;
use crate::app::{BenchHandle, KeptHandle};
use crate::classroom_link::use_classroom;
use crate::dom;
use crate::i18n::{Words, use_words};
use crate::shortcuts::{Shortcut, use_shortcut};
use crate::state::{Action, Bench};
use crate::storage::Change;

/// A step of a lesson.
#[derive(Clone, PartialEq, Properties)]
pub struct LessonPageProps {
    /// The lesson.
    pub lesson: &'static LessonOutline,
    /// The step.
    pub step: &'static StepOutline,
    /// The lesson's text.
    pub text: Rc<LessonText>,
}

/// What a narrow screen shows, one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum View {
    Lesson,
    Bench,
    Wire,
}

impl View {
    const ALL: [Self; 3] = [Self::Lesson, Self::Bench, Self::Wire];

    fn id(self) -> &'static str {
        match self {
            Self::Lesson => "lesson",
            Self::Bench => "bench",
            Self::Wire => "wire",
        }
    }
}

/// The page of a step.
///
/// # Panics
///
/// Outside of the app.
#[component]
pub fn LessonPage(props: &LessonPageProps) -> Html {
    let words = use_words();
    let link = use_classroom();
    let bench = use_context::<BenchHandle>().expect("the app provides the bench");
    let kept = use_context::<KeptHandle>().expect("the app provides what is kept");
    let view = use_state(|| View::Lesson);
    let (lesson, step) = (props.lesson, props.step);
    use_title(
        props
            .text
            .steps
            .iter()
            .find(|text| text.id == step.id)
            .map(|text| text.title.clone().into()),
    );
    let chosen = settings::completed(
        lesson,
        kept.settings.get(lesson.id).unwrap_or(&Settings::new()),
    );
    let is_first = use_mut_ref(|| true);
    use_effect_with(step.id, {
        let (link, settings) = (link.clone(), chosen.clone());
        move |step: &&str| {
            link.send(&Command::Open {
                lesson: lesson.id.to_owned(),
                step: (*step).to_owned(),
                settings,
            });
            show_step(lesson, step, is_first.replace(false));
        }
    });
    let on_run = {
        let (link, bench, settings) = (link.clone(), bench.dispatcher(), chosen.clone());
        Callback::from(move |()| {
            link.send(&Command::Act {
                settings: settings.clone(),
            });
            bench.dispatch(Action::Asked);
        })
    };
    use_shortcut(Shortcut::Run, on_run.clone());
    let standings: Vec<Standing> = lesson
        .steps
        .iter()
        .map(|step| {
            Standing::new(
                bench.step(lesson.id, step.id),
                kept.has_passed(lesson.id, step.id),
            )
        })
        .collect();
    let device_id = match &*bench.device_string {
        DeviceString::Given { device_id, .. } => Some(device_id),
        _ => chosen.get("device-id"),
    };
    let device = bench
        .devices
        .iter()
        .find(|device| Some(&device.device_id) == device_id)
        .cloned();
    let states = |side| -> Vec<Option<ProgramState>> {
        let state =
            |program: &&lessons::outline::ProgramOutline| Some(bench.programs.get(program.name)?.1);
        programs(lesson, side).iter().map(state).collect()
    };
    let splits = format!(
        "--lesson:{}%;--cards:{}",
        kept.lesson_width,
        kept.cards_height / 100.0
    );
    let moved = |change: fn(f64) -> Change| {
        let kept = kept.dispatcher();
        Callback::from(move |percent| kept.dispatch(change(percent)))
    };
    html! {
        <main id="main" class="workspace" data-view={view.id()} style={splits} tabindex="-1">
            // On a phone the lesson with its heading is out of sight in two of three views.
            <h1 class="unseen view-title">{ &props.text.title }</h1>
            <section id="lesson" class="lesson" aria-label={words.text("view-lesson")}>
                <Lesson {lesson} {step} text={props.text.clone()} {standings} />
            </section>
            <StepPanel {lesson} {step} state={bench.step(lesson.id, step.id).clone()}
                passed_before={kept.has_passed(lesson.id, step.id)} busy={bench.is_busy()}
                refused={bench.refused.clone()} {on_run} />
            <Splitter axis={Axis::Columns} label={words.text("split-lesson")} controls="lesson" last="panel"
                percent={kept.lesson_width} on_move={moved(Change::LessonWidth)} />
            <section class="bench" aria-label={words.text("bench")}>
                <BenchBar clock={bench.clock} />
                <div id="cards" class="cards">
                    <DeviceCard {lesson} {step} device_id={device_id.cloned().unwrap_or_default()} {device}
                        string={bench.device_string.clone()} states={states(Side::Device)}
                        lines={bench.device_console.clone()} />
                    <Gutter trace={bench.trace.clone()} />
                    <CloudCard {lesson} {step} host_name={bench.host_name.clone()} devices={bench.devices.clone()}
                        states={states(Side::Cloud)} lines={bench.cloud_console.clone()} />
                </div>
            </section>
            <Splitter axis={Axis::Rows} label={words.text("split-cards")} controls="cards" last="panel"
                percent={kept.cards_height} on_move={moved(Change::CardsHeight)} />
            <Panel {lesson} trace={bench.trace.clone()} events={bench.events.clone()} />
            { views(&view, &words) }
            { announcement(&bench, &words) }
        </main>
    }
}

/// Brings an opened step into sight, and gives it the focus if the control that opened it is gone.
fn show_step(lesson: &LessonOutline, step: &str, is_first: bool) {
    let Some(link) = dom::element(&format!("step-{step}")) else {
        return;
    };
    let document = dom::document();
    let body = document
        .body()
        .map(wasm_bindgen::JsCast::unchecked_into::<web_sys::Element>);
    if !is_first && document.active_element() == body {
        let _ = link.focus();
    }
    // Whoever comes to a lesson's first step reads its introduction first.
    if !is_first || lesson.steps.first().is_none_or(|first| first.id != step) {
        link.scroll_into_view();
    }
}

/// The bar at the bottom of a narrow screen.
fn views(view: &UseStateHandle<View>, words: &Words) -> Html {
    let button = |choice: View| {
        let choose = {
            let view = view.clone();
            Callback::from(move |_: MouseEvent| view.set(choice))
        };
        html! {
            <button type="button" aria-pressed={(**view == choice).to_string()} onclick={choose}>
                { icon(choice.id()) }<span>{ words.text(&format!("view-{}", choice.id())) }</span>
            </button>
        }
    };
    html! {
        <nav class="views" aria-label={words.text("views")}>{ for View::ALL.into_iter().map(button) }</nav>
    }
}

/// The only live region: it speaks outcomes, not every packet.
fn announcement(bench: &Bench, words: &Words) -> Html {
    let (id, saw) = match &bench.outcome.state {
        Some(StepState::Passed { saw, .. }) => ("announce-passed", saw),
        Some(StepState::NotYet { saw, .. }) => ("announce-not-yet", saw),
        _ => return html! { <p class="unseen" role="status"></p> },
    };
    let text = words.with(id, [("saw", words.say(saw).to_string().into())]);
    html! { <p class="unseen" role="status"><span key={bench.outcome.number}>{ text }</span></p> }
}
