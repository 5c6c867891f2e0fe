//! The bar at the top: the name, the lessons, the hub, the theme and the shortcuts.

use lessons::outline::{LESSONS, LessonOutline};
use yew::prelude::*;

use super::controls::{Choice, choices};
use super::home::{progress, title};
use super::icon::icon;
use super::shortcut_sheet;
use crate::dom;
use crate::i18n::{LOCALES, Locale, Words};
use crate::routes::{self, Route};
use crate::screen::Screen;
use crate::storage::Change;
use crate::theme::Theme;

/// The bar.
pub fn header(screen: &Screen, route: &Route) -> Html {
    let words = &screen.words;
    let skip = Callback::from(|event: MouseEvent| {
        // A plain link would change the address, which names the step.
        event.prevent_default();
        dom::focus("main");
    });
    html! {
        <header class="header">
            <a class="skip-link" href="#main" onclick={skip}>{ words.text("skip-to-content") }</a>
            <a class="name" href={Route::Home.href()}>{ icon("hub") }<span>{ words.text("name") }</span></a>
            { lessons(screen, route) }
            <span class="header-gap"></span>
            { search(words) }
            { hub_chip(screen) }
            { languages(screen, route) }
            { themes(screen) }
            <button type="button" class="button bare square keyboard" aria-label={words.text("shortcuts-open")}
                title={words.text("shortcuts-open")} onclick={|_| shortcut_sheet::open()}>
                { icon("keyboard") }
            </button>
        </header>
    }
}

/// What `www/start.js` says beside a control with `data-hub` if the dialog cannot be loaded.
const NOT_LOADED: &str = "hub-not-loaded";

/// Which hub is on the bench, and the way to another. A live one has a bar of its own.
fn hub_chip(screen: &Screen) -> Html {
    let words = &screen.words;
    let is_live = screen.live().is_some();
    let says = if is_live { "hub-live" } else { "hub-in-page" };
    html! {
        <button id="hub-chip" type="button" class={classes!("hub-chip", is_live.then_some("live"))} title={words.text(hub_does(screen))}
            aria-haspopup="dialog" data-hub={words.text(NOT_LOADED)}>
            { icon("hub") }<span>{ words.text(says) }</span>
        </button>
    }
}

/// The same where a phone has room for it, which its header has not.
pub fn hub_button(screen: &Screen, size: &'static str) -> Html {
    html! {
        <button type="button" class={classes!("button", "phone-hub", size)} data-hub={screen.words.text(NOT_LOADED)}>
            { icon("hub") }{ screen.words.text(hub_does(screen)) }
        </button>
    }
}

fn hub_does(screen: &Screen) -> &'static str {
    if screen.live().is_some() {
        "hub-facts"
    } else {
        "hub-connect"
    }
}

/// The lessons, each with how far the learner came.
fn lessons(screen: &Screen, route: &Route) -> Html {
    let words = &screen.words;
    let entry = |lesson: &LessonOutline| {
        let here = route.lesson() == Some(lesson.id);
        html! {
            <li key={lesson.id}>
                <a href={Route::Lesson(lesson.id.to_owned()).href()} aria-current={here.then_some("page")}>
                    <span>{ title(lesson, screen) }</span>
                    <span class="quiet">{ progress(lesson, screen) }</span>
                </a>
            </li>
        }
    };
    // Keyed by the address, so that choosing a lesson closes the list.
    html! {
        <nav aria-label={words.text("lessons")} key={route.href()}>
            <details class="menu">
                <summary class="button bare">{ words.text("lessons") }{ icon("chevron") }</summary>
                <ol class="menu-list">{ for LESSONS.iter().map(entry) }</ol>
            </details>
        </nav>
    }
}

/// The search over lessons and terms. `www/search.js` does it, and comes when the field is first used.
fn search(words: &Words) -> Html {
    let load = Callback::from(|event: FocusEvent| {
        if let Some(field) = event.target() {
            dom::call(&js_sys::global(), "loadSearch", &field);
        }
    });
    let base = routes::file(&format!("{}/", words.locale().id));
    let index = routes::file(&format!("texts/{}/search.json", words.locale().id));
    html! {
        <div class="search" role="search">
            { icon("search") }
            <input id="search" type="search" role="combobox" autocomplete="off" spellcheck="false"
                aria-label={words.text("search")} placeholder={words.text("search-placeholder")} title={words.text("search-placeholder")}
                aria-controls="search-results" aria-expanded="false" aria-autocomplete="list"
                data-base={base} data-index={index} data-none={words.text("search-none")} onfocus={load} />
            <ul id="search-results" class="search-results" role="listbox" aria-label={words.text("search")} hidden=true></ul>
            <span id="search-said" class="unseen" role="status"></span>
        </div>
    }
}

/// The languages, each named in itself. They lead to the same page.
fn languages(screen: &Screen, route: &Route) -> Html {
    let here = screen.words.locale();
    let entry = |locale: &'static Locale| {
        let kept = screen.kept.dispatcher();
        let choose = Callback::from(move |_: MouseEvent| kept.dispatch(Change::Locale(locale)));
        html! {
            <li key={locale.id}>
                <a href={route.href_in(locale)} lang={locale.id} hreflang={locale.id}
                    aria-current={(locale == here).then_some("true")} onclick={choose}>{ locale.name }</a>
            </li>
        }
    };
    let name = screen.words.text("language");
    html! {
        <nav aria-label={name.clone()} key={here.id}>
            <details class="menu languages">
                <summary class="button bare" title={name}>{ icon("language") }<span>{ here.id }</span></summary>
                <ul class="menu-list">{ for LOCALES.iter().map(entry) }</ul>
            </details>
        </nav>
    }
}

fn themes(screen: &Screen) -> Html {
    let choice = |theme: Theme| {
        let name = screen.words.text(&format!("theme-{}", theme.id()));
        let kept = screen.kept.dispatcher();
        Choice {
            label: html! { <>{ icon(theme.id()) }<span class="unseen">{ name.clone() }</span></> },
            title: Some(name),
            taken: screen.kept.theme == theme,
            take: Callback::from(move |_| kept.dispatch(Change::Theme(theme))),
        }
    };
    choices(
        "theme",
        screen.words.text("theme"),
        Theme::ALL.into_iter().map(choice),
    )
}
