//! The app: its state, and which page is shown.

use lessons::message::{Command, Report, StepState};
use lessons::outline::{LessonOutline, StepOutline};
use yew::prelude::*;

use crate::classroom_link::ClassroomLink;
use crate::first_draw::{Drawn, use_first_draw};
use crate::insight::Insight;
use crate::live_words::use_live_words;
use crate::panels::doctor::DoctorPage;
use crate::panels::header::header;
use crate::panels::home::home;
use crate::panels::lesson_page::LessonPage;
use crate::panels::not_found::not_found;
use crate::panels::shared::shared;
use crate::panels::shortcut_sheet::{self, shortcut_sheet};
use crate::panels::text_page::text_page;
use crate::place::{Place, use_place};
use crate::routes::{self, Route};
use crate::screen::Screen;
use crate::shortcuts::{Shortcut, use_shortcut};
use crate::state::{Action, Bench};
use crate::storage::{self, Change, Kept};
use crate::texts::Texts;
use crate::theme::Theme;
use crate::{dom, projector};

/// What is known before the page is shown.
#[derive(Clone, PartialEq, Properties)]
pub struct AppProps {
    /// Where the reader is.
    pub place: Place,
    /// What an earlier visit left.
    pub kept: Kept,
}

/// The whole page.
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
            let link = ClassroomLink::new(Callback::from(move |reports: Vec<Report>| {
                if let Some(text) = newest_to_keep(&reports) {
                    storage::keep_hub(text);
                }
                for change in reports.iter().filter_map(to_keep) {
                    kept.dispatch(change);
                }
                bench.dispatch(Action::Reports(reports));
            }));
            // Before any page can open a step.
            if let Some(text) = storage::kept_hub() {
                link.send(&Command::Restore { text });
            }
            link
        }
    });
    let Place { route, texts } = use_place(&props.place);
    use_effect_with((*kept).clone(), Kept::save);
    use_effect_with((), {
        let kept = kept.dispatcher();
        move |()| {
            let listener = storage::listen(Callback::from(move |(before, after)| {
                kept.dispatch(Change::Elsewhere(Box::new(before), Box::new(after)));
            }));
            move || drop(listener)
        }
    });
    use_effect_with(kept.theme, |theme: &Theme| theme.apply());
    // A live hub keeps real time.
    use_effect_with(bench.live().is_some(), {
        let (link, speed) = ((*link).clone(), kept.speed);
        move |is_live| {
            if !is_live {
                let factor = f64::from(speed);
                link.send(&Command::SetSpeed { factor });
            }
        }
    });
    let drawn = use_first_draw();
    use_effect_with(drawn == Drawn::All, {
        let link = (*link).clone();
        move |is_all| {
            if *is_all {
                link.start();
            }
        }
    });
    use_effect_with((route.clone(), texts.clone()), |(route, texts)| {
        dom::document().set_title(&title(route, texts));
        // The browser looked for it before the terms were there.
        if let Route::Glossary(term) = route
            && let Some(term) = dom::element(term)
        {
            term.scroll_into_view();
        }
    });
    use_shortcut(Shortcut::Search, Callback::from(|()| dom::focus("search")));
    use_shortcut(
        Shortcut::Projector,
        Callback::from(|()| projector::toggle()),
    );
    use_shortcut(Shortcut::Help, Callback::from(|()| shortcut_sheet::open()));
    let words = use_live_words(&texts.words, bench.speaks_of_live(&texts.words));
    let screen = Screen {
        words,
        texts: texts.lessons.clone(),
        link: (*link).clone(),
        kept,
        bench,
        drawn,
    };
    html! {
        <>
            { header(&screen, &route) }
            <ContextProvider<Insight> context={Insight::of(&screen.link, &screen.bench)}>
                { page(&screen, &route, &texts) }
            </ContextProvider<Insight>>
            if drawn == Drawn::All { { shortcut_sheet(&screen.words) } }
            <p class="projector-hint" aria-hidden="true">{ screen.words.text("projector-on") }</p>
        </>
    }
}

/// What is to be kept for a reload, if these reports say so.
fn newest_to_keep(reports: &[Report]) -> Option<&str> {
    reports.iter().rev().find_map(|report| match report {
        Report::Keep { text } => Some(text.as_str()),
        _ => None,
    })
}

/// What a report changes of what is kept.
fn to_keep(report: &Report) -> Option<Change> {
    match report {
        Report::Opened { fresh: true, .. } => Some(Change::Begun),
        Report::Step {
            lesson,
            step,
            state: StepState::Passed { .. },
        } => Some(Change::Passed {
            lesson: lesson.clone(),
            step: step.clone(),
        }),
        _ => None,
    }
}

fn page(screen: &Screen, route: &Route, texts: &Texts) -> Html {
    let words = &screen.words;
    match route {
        Route::Home => home(screen),
        Route::Glossary(_) => text_page(words.text("title-glossary"), texts.glossary.clone()),
        Route::Lesson(_) | Route::Step(..) => lesson_page(screen, route),
        Route::Doctor => html! { <DoctorPage words={words.clone()} /> },
        Route::Live => text_page(words.text("live-title"), texts.live.clone()),
        Route::Progress(code) => shared(screen, code),
        Route::NotFound => not_found(words),
    }
}

fn lesson_page(screen: &Screen, route: &Route) -> Html {
    let found = match route {
        Route::Step(lesson, step) => routes::find(lesson, step),
        _ => route.lesson().and_then(|lesson| open_step(screen, lesson)),
    };
    let text = route.lesson().and_then(|lesson| screen.texts.get(lesson));
    match (found, text) {
        (Some((lesson, step)), Some(text)) => {
            html! { <LessonPage key={lesson.id} screen={screen.clone()} {lesson} {step} {text} /> }
        }
        _ => not_found(&screen.words),
    }
}

/// The first step of the lesson that was not passed yet. The address takes its name.
fn open_step(
    screen: &Screen,
    lesson: &str,
) -> Option<(&'static LessonOutline, &'static StepOutline)> {
    let lesson = lessons::outline::lesson(lesson)?;
    let is_open = |step: &&StepOutline| !screen.kept.has_passed(lesson.id, step.id);
    let step = lesson.steps.iter().find(is_open).or(lesson.steps.first())?;
    Route::step(lesson.id, step.id).rename();
    Some((lesson, step))
}

/// The document's title, which browsers show in tabs and history.
fn title(route: &Route, texts: &Texts) -> String {
    let words = &texts.words;
    let name = words.text("name");
    let page = match route {
        Route::Step(lesson, step) => texts.lessons.get(lesson).and_then(|text| {
            let step = text.steps.iter().find(|text| text.id == *step)?;
            Some(AttrValue::from(step.title.clone()))
        }),
        Route::Home => return name.to_string(),
        Route::Lesson(lesson) => texts
            .lessons
            .get(lesson)
            .map(|text| text.title.clone().into()),
        Route::Glossary(_) => Some(words.text("title-glossary")),
        Route::Doctor => Some(words.text("doctor-title")),
        Route::Live => Some(words.text("live-title")),
        Route::Progress(_) => Some(words.text("shared-title")),
        Route::NotFound => None,
    };
    format!(
        "{} · {name}",
        page.unwrap_or_else(|| words.text("not-found-title"))
    )
}
