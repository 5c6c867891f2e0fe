//! A lesson on the screen: its text, the bench, and the panel under it.

use std::rc::Rc;

use lessons::message::{Command, StepState};
use lessons::outline::{LessonOutline, StepOutline};
use lessons::text::LessonText;
use web_sys::Element;
use yew::prelude::*;

use super::bench_bar::bench_bar;
use super::cloud_card::cloud_card;
use super::device_card::{device_card, lesson_device};
use super::gutter::Gutter;
use super::icon::icon;
use super::lesson::{Lesson, lesson};
use super::panel::Panel;
use super::splitter::{Axis, Splitter, splitter};
use super::step_panel::step_panel;
use crate::by_hand::{self as hand, ByHand, Desk, Tab};
use crate::control_link;
use crate::dom;
use crate::first_draw::Drawn;
use crate::i18n::Words;
use crate::screen::Screen;
use crate::shortcuts::{Shortcut, use_shortcut};
use crate::state::{Action, Bench};
use crate::storage::Change;

/// A step of a lesson.
#[derive(Clone, PartialEq, Properties)]
pub struct LessonPageProps {
    /// What all parts of the screen share.
    pub screen: Screen,
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

    /// The view that shows this part of the page.
    fn of(part: &str) -> Self {
        match part {
            "bench" => Self::Bench,
            "panel" => Self::Wire,
            _ => Self::Lesson,
        }
    }
}

/// The page of a step.
#[component]
pub fn LessonPage(props: &LessonPageProps) -> Html {
    let screen = &props.screen;
    let (words, bench, kept) = (&screen.words, &screen.bench, &screen.kept);
    let (outline, step) = (props.lesson, props.step);
    let view = use_state(|| View::Lesson);
    let is_first = use_mut_ref(|| true);
    let hand = use_reducer(ByHand::default);
    let desk = Desk::new(screen, hand, lesson_device(screen, outline));
    // A row of tabs that was hidden could not be scrolled to the open one.
    use_effect_with((*view, desk.hand.tab, screen.drawn), |(_, tab, _)| {
        dom::reveal_tab(tab.id());
    });
    use_effect_with(desk.watching(), {
        let link = screen.link.clone();
        move |(device_id, _)| {
            let device_id = device_id.clone();
            link.send(&Command::Watch { device_id });
        }
    });
    let on_click = {
        let view = view.clone();
        Callback::from(move |event: MouseEvent| {
            let clicked = event.target_dyn_into::<Element>();
            if let Some(id) = clicked.and_then(|clicked| control_link::target(&clicked)) {
                control_link::follow(&id, |part| view.set(View::of(part)));
            }
        })
    };
    // Told while the step is drawn, not after: whoever presses its button in the very frame in which it appears
    // means this step, and the bench has to have it open by then.
    use_memo(step.id, |step| {
        screen.link.send(&Command::Open {
            lesson: outline.id.to_owned(),
            step: (*step).to_owned(),
            settings: kept.settings(outline),
        });
    });
    use_effect_with(step.id, {
        let hand = desk.hand.dispatcher();
        move |step: &&str| {
            show_step(outline, step, is_first.replace(false));
            if let Some(tab) = tab_of_text() {
                hand.dispatch(hand::Change::Tab(tab));
            }
        }
    });
    let on_run = {
        let screen = screen.clone();
        Callback::from(move |()| {
            screen.link.send(&Command::Act {
                settings: screen.kept.settings(outline),
            });
            screen.bench.dispatch(Action::Asked {
                lesson: outline.id,
                step: step.id,
            });
        })
    };
    use_shortcut(Shortcut::Run, on_run.clone());
    let moved = |change: fn(u32) -> Change| {
        let kept = kept.dispatcher();
        Callback::from(move |percent| kept.dispatch(change(percent)))
    };
    let columns = Splitter {
        axis: Axis::Columns,
        label: words.text("split-lesson"),
        first: "lesson",
        last: "panel",
        percent: kept.lesson_width,
        on_move: moved(Change::LessonWidth),
    };
    let rows = Splitter {
        axis: Axis::Rows,
        label: words.text("split-cards"),
        first: "cards",
        last: "panel",
        percent: kept.cards_height,
        on_move: moved(Change::CardsHeight),
    };
    let splits = format!(
        "--lesson:{}%;--cards:.{}",
        kept.lesson_width, kept.cards_height
    );
    html! {
        <main id="main" class="workspace" data-view={view.id()} style={splits} tabindex="-1" onclick={on_click}>
            // On a phone the lesson with its heading is out of sight in two of three views.
            <h1 class="unseen view-title">{ &props.text.title }</h1>
            <section id="lesson" class="lesson" aria-label={words.text("view-lesson")}>
                { lesson(screen, &Lesson { lesson: outline, step, text: &props.text }) }
            </section>
            { step_panel(screen, outline, step, on_run.reform(|_| ())) }
            { splitter(&columns) }
            <section class="bench" aria-label={words.text("bench")}>
                if screen.drawn >= Drawn::Bench {
                    { bench_bar(screen) }
                    <div id="cards" class="cards">
                        { device_card(screen, &desk, outline, step) }
                        <Gutter words={words.clone()} trace={bench.trace.clone()} shown={desk.shown.clone()} />
                        { cloud_card(screen, outline, step) }
                    </div>
                }
            </section>
            if screen.drawn == Drawn::All {
                { splitter(&rows) }
                <Panel {desk} lesson={outline} trace={bench.trace.clone()} events={bench.events.clone()} />
            }
            { views(&view, words) }
            { announcement(bench, words) }
        </main>
    }
}

/// Brings an opened step into sight, and gives it the focus if the control that opened it is gone.
fn show_step(lesson: &LessonOutline, step: &str, is_first: bool) {
    // What may scroll sideways must be reachable by keys.
    for code in dom::elements(".prose pre") {
        let _ = code.set_attribute("tabindex", "0");
    }
    let Some(link) = dom::element(&format!("step-{step}")) else {
        return;
    };
    if !is_first && dom::has_no_focus() {
        let _ = link.focus();
    }
    // Whoever comes to a lesson's first step reads its introduction first.
    if !is_first || lesson.steps.first().is_none_or(|first| first.id != step) {
        link.scroll_into_view();
    }
}

/// The tab that the open step's text speaks of, the last one if there are several: whoever reads it looks there next.
fn tab_of_text() -> Option<Tab> {
    let links = dom::elements(".step-body > .prose [data-control]");
    links.iter().rev().find_map(|link| {
        let id = link.get_attribute("data-control")?;
        Tab::ALL.into_iter().find(|tab| tab.id() == id)
    })
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

/// The live region of the steps: it speaks outcomes, not every packet. Each form for what is done by hand has its own.
fn announcement(bench: &Bench, words: &Words) -> Html {
    let spoken = match &bench.outcome.state {
        Some(StepState::Passed { saw, .. }) => Some(("announce-passed", saw)),
        Some(StepState::NotYet { saw, .. }) => Some(("announce-not-yet", saw)),
        Some(StepState::ToConfirm { looked_for, .. }) => Some(("announce-to-confirm", looked_for)),
        _ => None,
    };
    let text = spoken.map(|(id, saw)| words.with(id, [("saw", words.say(saw).to_string().into())]));
    html! { <p class="unseen" role="status"><span key={bench.outcome.number}>{ text }</span></p> }
}
