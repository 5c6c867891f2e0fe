//! The app: what all panels share, and which page is shown.

use lessons::message::{Command, Report, StepState};
use yew::prelude::*;
use yew_router::prelude::*;

use crate::classroom_link::ClassroomLink;
use crate::i18n::Words;
use crate::panels::header::Header;
use crate::panels::home::Home;
use crate::panels::lesson_page::LessonPage;
use crate::panels::not_found::NotFound;
use crate::panels::shortcut_sheet::{self, ShortcutSheet};
use crate::routes::{self, Route};
use crate::shortcuts::{Shortcut, use_shortcut};
use crate::state::{Action, Bench};
use crate::storage::{Change, Kept};
use crate::texts::LessonTexts;
use crate::{dom, theme};

/// What is known before the page is shown.
#[derive(Clone, PartialEq, Properties)]
pub struct AppProps {
    /// The words of the reader's language.
    pub words: Words,
    /// The lessons' texts in it.
    pub texts: LessonTexts,
    /// What an earlier visit left.
    pub kept: Kept,
}

/// What outlives a visit, and the way to change it.
pub type KeptHandle = UseReducerHandle<Kept>;
/// What is known of the bench, and the way to change it.
pub type BenchHandle = UseReducerHandle<Bench>;

/// The whole page.
///
/// # Panics
///
/// If the start script has not made the worker.
#[component]
pub fn App(props: &AppProps) -> Html {
    let bench = use_reducer(Bench::default);
    let kept = use_reducer({
        let kept = props.kept.clone();
        move || kept
    });
    let link = use_state({
        let (bench, kept) = (bench.dispatcher(), kept.dispatcher());
        move || {
            ClassroomLink::connect(Callback::from(move |reports: Vec<Report>| {
                for (lesson, step) in passed(&reports) {
                    kept.dispatch(Change::Passed { lesson, step });
                }
                bench.dispatch(Action::Reports(reports));
            }))
            .expect("the start script makes the worker")
        }
    });
    use_effect_with((*kept).clone(), Kept::save);
    use_effect_with(kept.theme, |theme: &theme::Theme| theme.apply());
    use_effect_with((), {
        let (link, speed) = ((*link).clone(), kept.speed);
        move |()| {
            link.send(&Command::SetSpeed {
                factor: f64::from(speed),
            });
            // The text that was there before this module is no longer needed.
            if let Some(first_paint) = dom::element("first-paint") {
                first_paint.remove();
            }
        }
    });
    html! {
        <ContextProvider<Words> context={props.words.clone()}>
        <ContextProvider<ClassroomLink> context={(*link).clone()}>
        <ContextProvider<KeptHandle> context={kept}>
        <ContextProvider<BenchHandle> context={bench}>
            <HashRouter>
                <Pages texts={props.texts.clone()} />
            </HashRouter>
        </ContextProvider<BenchHandle>>
        </ContextProvider<KeptHandle>>
        </ContextProvider<ClassroomLink>>
        </ContextProvider<Words>>
    }
}

/// The steps that these reports say were passed.
fn passed(reports: &[Report]) -> Vec<(String, String)> {
    let passed = reports.iter().filter_map(|report| match report {
        Report::Step {
            lesson,
            step,
            state: StepState::Passed { .. },
        } => Some((lesson.clone(), step.clone())),
        _ => None,
    });
    passed.collect()
}

#[derive(Clone, PartialEq, Properties)]
struct PagesProps {
    texts: LessonTexts,
}

#[component]
fn Pages(props: &PagesProps) -> Html {
    let route = use_route::<Route>().unwrap_or(Route::NotFound);
    use_shortcut(Shortcut::Help, Callback::from(|()| shortcut_sheet::open()));
    html! {
        <>
            <Header texts={props.texts.clone()} />
            { page(&route, &props.texts) }
            <ShortcutSheet />
        </>
    }
}

fn page(route: &Route, texts: &LessonTexts) -> Html {
    match route {
        Route::Home => html! { <Home texts={texts.clone()} /> },
        Route::Lesson { lesson } => html! { <ToOpenStep lesson={lesson.clone()} /> },
        Route::Step { lesson, step } => {
            match (routes::find(lesson, step), texts.get(lesson.as_str())) {
                (Some((lesson, step)), Some(text)) => {
                    html! { <LessonPage key={lesson.id} {lesson} {step} text={text.clone()} /> }
                }
                _ => html! { <NotFound /> },
            }
        }
        Route::NotFound => html! { <NotFound /> },
    }
}

#[derive(Clone, PartialEq, Properties)]
struct ToOpenStepProps {
    lesson: String,
}

/// Goes on to the first step of the lesson that was not passed yet.
#[component]
fn ToOpenStep(props: &ToOpenStepProps) -> Html {
    let kept = use_context::<KeptHandle>();
    let Some(lesson) = lessons::outline::lesson(&props.lesson) else {
        return html! { <NotFound /> };
    };
    let is_open = |step: &&lessons::outline::StepOutline| {
        kept.as_ref()
            .is_none_or(|kept| !kept.has_passed(lesson.id, step.id))
    };
    match lesson.steps.iter().find(is_open).or(lesson.steps.first()) {
        Some(step) => html! { <Redirect<Route> to={Route::step(lesson.id, step.id)} /> },
        None => html! { <NotFound /> },
    }
}
