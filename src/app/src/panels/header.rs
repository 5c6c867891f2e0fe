//! The bar at the top: the name, the lessons, the hub, the theme and the shortcuts.

use lessons::outline::LESSONS;
use yew::prelude::*;
use yew_router::prelude::*;

use super::icon::icon;
use super::shortcut_sheet;
use crate::app::{BenchHandle, KeptHandle};
use crate::dom;
use crate::i18n::{Words, use_words};
use crate::routes::Route;
use crate::storage::Change;
use crate::texts::LessonTexts;
use crate::theme::Theme;

/// The lessons to choose from.
#[derive(Clone, PartialEq, Properties)]
pub struct HeaderProps {
    /// Their texts, for the titles.
    pub texts: LessonTexts,
}

/// The bar.
///
/// # Panics
///
/// Outside of the app.
#[component]
pub fn Header(props: &HeaderProps) -> Html {
    let words = use_words();
    let kept = use_context::<KeptHandle>().expect("the app provides what is kept");
    let bench = use_context::<BenchHandle>().expect("the app provides the bench");
    let skip = Callback::from(|event: MouseEvent| {
        // A plain link would change the address, which names the step.
        event.prevent_default();
        dom::focus("main");
    });
    html! {
        <header class="header">
            <a class="skip-link" href="#main" onclick={skip}>{ words.text("skip-to-content") }</a>
            <a class="name" href={Route::Home.href()}>{ icon("hub") }<span>{ words.text("name") }</span></a>
            <LessonList texts={props.texts.clone()} />
            <span class="header-gap"></span>
            <span class="hub-chip" title={bench.host_name.clone()}>
                { icon("hub") }<span>{ words.text("hub-in-page") }</span>
            </span>
            { theme_switch(&words, &kept) }
            <button type="button" class="button bare square keyboard" aria-label={words.text("shortcuts-open")}
                title={words.text("shortcuts-open")} onclick={|_| shortcut_sheet::open()}>
                { icon("keyboard") }
            </button>
        </header>
    }
}

/// The lessons, each with how far the learner came.
#[component]
fn LessonList(props: &HeaderProps) -> Html {
    let words = use_words();
    let kept = use_context::<KeptHandle>().expect("the app provides what is kept");
    let route = use_route::<Route>();
    let entries = LESSONS.iter().map(|lesson| {
        let here = matches!(&route, Some(Route::Step { lesson: open, .. }) if open == lesson.id);
        let title = props.texts.get(lesson.id).map(|text| text.title.clone());
        let progress = words.with(
            "progress",
            [
                ("passed", kept.count_passed(lesson.id).into()),
                ("steps", lesson.steps.len().into()),
            ],
        );
        html! {
            <li key={lesson.id}>
                <a href={Route::Lesson { lesson: lesson.id.to_owned() }.href()}
                    aria-current={here.then_some("page")}>
                    <span>{ title }</span><span class="quiet">{ progress }</span>
                </a>
            </li>
        }
    });
    // Keyed by the address, so that choosing a lesson closes the list.
    html! {
        <nav aria-label={words.text("lessons")} key={format!("{route:?}")}>
            <details class="menu">
                <summary class="button bare">{ words.text("lessons") }{ icon("chevron") }</summary>
                <ol class="menu-list">{ for entries }</ol>
            </details>
        </nav>
    }
}

fn theme_switch(words: &Words, kept: &KeptHandle) -> Html {
    let choice = |theme: Theme| {
        let label = words.text(&format!("theme-{}", theme.id()));
        let choose = {
            let kept = kept.dispatcher();
            Callback::from(move |_: Event| kept.dispatch(Change::Theme(theme)))
        };
        html! {
            <label title={label.clone()}>
                <input type="radio" name="theme" checked={kept.theme == theme} onchange={choose} />
                <span>{ icon(theme.id()) }<span class="unseen">{ label }</span></span>
            </label>
        }
    };
    html! {
        <fieldset class="segments theme-switch">
            <legend class="unseen">{ words.text("theme") }</legend>
            { for Theme::ALL.into_iter().map(choice) }
        </fieldset>
    }
}
