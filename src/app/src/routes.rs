//! Addresses: every page has a folder in every language, and every step a name behind the `#`.
//!
//! `ko/telemetry/#send` is a step of a lesson in Korean. The folders are there, with HTML in them, so that the site
//! works from any folder of any static host. Once the page runs, it goes from one to another without a reload.

use std::cell::RefCell;

use gloo::events::{EventListener, EventListenerOptions};
use js_sys::Reflect;
use lessons::outline::{LESSONS, LessonOutline, StepOutline};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, Event, HtmlAnchorElement, MouseEvent};

use crate::dom;
use crate::i18n::{LOCALES, Locale};

/// What an address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// `en/`: what this is, and the list of lessons.
    Home,
    /// `en/telemetry/`: a lesson by its id, at the step where the learner is.
    Lesson(String),
    /// `en/telemetry/#send`: a step by the lesson's id and its own.
    Step(String, String),
    /// `en/glossary/#sas-token`: the terms, at one of them or at the first.
    Glossary(String),
    /// `en/doctor/`: what a connection string is.
    Doctor,
    /// `en/live/`: what works at a hub of one's own.
    Live,
    /// `en/#p=`: progress that somebody shared, as a code.
    Progress(String),
    /// Nothing that there is.
    NotFound,
}

/// Where a reader is: a language, if the address names one, and a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The language.
    pub locale: Option<&'static Locale>,
    /// The page.
    pub route: Route,
}

impl Address {
    /// Reads an address: its path below the site's folder, and the part from the `#` on.
    pub fn parse(path: &str, hash: &str) -> Self {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let fragment = hash.strip_prefix('#').unwrap_or(hash);
        let (first, page, rest) = (parts.next(), parts.next(), parts.next());
        let locale = LOCALES.iter().find(|locale| first == Some(locale.id));
        let route = match (first, page, rest) {
            // The addresses of old were behind the `#` altogether.
            (_, None, _) if fragment.starts_with('/') => Route::of_old(fragment),
            (None | Some("index.html"), ..) => Route::of_home(fragment),
            _ if locale.is_none() => Route::NotFound,
            (_, None | Some("index.html"), _) => Route::of_home(fragment),
            (_, Some("doctor"), None | Some("index.html")) => Route::Doctor,
            (_, Some("live"), None | Some("index.html")) => Route::Live,
            (_, Some("glossary"), None | Some("index.html")) => {
                Route::Glossary(fragment.to_owned())
            }
            (_, Some(lesson), None | Some("index.html")) if fragment.is_empty() => {
                Route::Lesson(lesson.to_owned())
            }
            (_, Some(lesson), None | Some("index.html")) => Route::step(lesson, fragment),
            _ => Route::NotFound,
        };
        Self { locale, route }
    }

    /// Where the reader is now.
    pub fn current() -> Self {
        let location = web_sys::window().map(|window| window.location());
        let part = |read: fn(&web_sys::Location) -> Result<String, JsValue>| {
            location
                .as_ref()
                .and_then(|location| read(location).ok())
                .unwrap_or_default()
        };
        let path = part(web_sys::Location::pathname);
        let hash = part(web_sys::Location::hash);
        let path = SITE.with_borrow(|site| path.strip_prefix(&site.base).map(str::to_owned));
        path.map_or(NOWHERE, |path| Self::parse(&path, &hash))
    }
}

const NOWHERE: Address = Address {
    locale: None,
    route: Route::NotFound,
};

/// Where the site lies, and the language of its links.
struct Site {
    base: String,
    locale: &'static Locale,
}

thread_local! {
    static SITE: RefCell<Site> = RefCell::new(Site { base: "/".to_owned(), locale: &LOCALES[0] });
}

/// Asks the start script for the path of the site's folder. To be called before anything else here.
pub fn find_base() {
    let base = Reflect::get(&js_sys::global(), &"siteBase".into());
    if let Some(base) = base.ok().and_then(|base| base.as_string()) {
        SITE.with_borrow_mut(|site| site.base = base);
    }
}

/// Lets all links lead to pages in this language.
pub fn speak(locale: &'static Locale) {
    SITE.with_borrow_mut(|site| site.locale = locale);
}

/// The tag of that language.
pub fn language() -> &'static str {
    SITE.with_borrow(|site| site.locale.id)
}

/// The scheme and host of this page.
pub fn origin() -> String {
    let location = web_sys::window().map(|window| window.location());
    location
        .and_then(|location| location.origin().ok())
        .unwrap_or_default()
}

/// The address of a file of the site.
pub fn file(path: &str) -> String {
    SITE.with_borrow(|site| format!("{}{path}", site.base))
}

impl Route {
    /// The address of a step.
    pub fn step(lesson: &str, step: &str) -> Self {
        Self::Step(lesson.to_owned(), step.to_owned())
    }

    fn of_home(fragment: &str) -> Self {
        let code = fragment.strip_prefix("p=").map(str::to_owned);
        code.map_or(Self::Home, Self::Progress)
    }

    fn of_old(path: &str) -> Self {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => Self::Home,
            (Some(lesson), None, _) => Self::Lesson(lesson.to_owned()),
            (Some(lesson), Some(step), None) => Self::step(lesson, step),
            _ => Self::NotFound,
        }
    }

    /// The address as a link writes it, in the language that is spoken.
    pub fn href(&self) -> String {
        SITE.with_borrow(|site| self.below(&site.base, site.locale))
    }

    /// The same page in another language.
    pub fn href_in(&self, locale: &Locale) -> String {
        SITE.with_borrow(|site| self.below(&site.base, locale))
    }

    fn below(&self, base: &str, locale: &Locale) -> String {
        let home = format!("{base}{}/", locale.id);
        match self {
            Self::Home | Self::NotFound => home,
            Self::Progress(code) => format!("{home}#p={code}"),
            Self::Doctor => format!("{home}doctor/"),
            Self::Live => format!("{home}live/"),
            Self::Lesson(lesson) => format!("{home}{lesson}/"),
            Self::Step(lesson, step) => format!("{home}{lesson}/#{step}"),
            Self::Glossary(term) if term.is_empty() => format!("{home}glossary/"),
            Self::Glossary(term) => format!("{home}glossary/#{term}"),
        }
    }

    /// The lesson that it is in.
    pub fn lesson(&self) -> Option<&str> {
        match self {
            Self::Lesson(lesson) | Self::Step(lesson, _) => Some(lesson),
            Self::Home
            | Self::Glossary(_)
            | Self::Doctor
            | Self::Live
            | Self::Progress(_)
            | Self::NotFound => None,
        }
    }

    /// Goes there, and takes the present address out of the browser's history.
    pub fn rename(&self) {
        if let Some(history) = history() {
            let renamed = history.replace_state_with_url(&JsValue::NULL, "", Some(&self.href()));
            renamed.is_ok().then(tell);
        }
    }
}

fn history() -> Option<web_sys::History> {
    web_sys::window()?.history().ok()
}

/// Goes to an address of the site without a reload.
fn go(href: &str) {
    let pushed =
        history().map(|history| history.push_state_with_url(&JsValue::NULL, "", Some(href)));
    if let (Some(Ok(())), Some(window)) = (pushed, web_sys::window()) {
        window.scroll_to_with_x_and_y(0.0, 0.0);
        tell();
    }
}

/// Browsers tell of a change in the history only when it was theirs.
fn tell() {
    if let (Some(window), Ok(event)) = (web_sys::window(), Event::new("popstate")) {
        let _ = window.dispatch_event(&event);
    }
}

/// Calls `act` whenever the address has changed, until what this returns is dropped.
/// Links to pages of the site then lead there without a reload.
pub fn listen(act: impl Fn(Address) + 'static) -> Option<[EventListener; 2]> {
    let window = web_sys::window()?;
    let moved = EventListener::new(&window, "popstate", move |_| act(Address::current()));
    let options = EventListenerOptions::enable_prevent_default();
    let clicked = EventListener::new_with_options(&dom::document(), "click", options, |event| {
        if let Some(href) = followed(event) {
            event.prevent_default();
            go(&href);
        }
    });
    Some([moved, clicked])
}

/// The address of the page to which a click leads, unless the browser goes there well by itself.
fn followed(event: &Event) -> Option<String> {
    let click: &MouseEvent = event.dyn_ref()?;
    let asks_for_more =
        click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key();
    if click.default_prevented() || click.button() != 0 || asks_for_more {
        return None;
    }
    let clicked: Element = event.target()?.dyn_into().ok()?;
    let link: HtmlAnchorElement = clicked.closest("a[href]").ok()??.dyn_into().ok()?;
    let here = web_sys::window()?.location();
    let is_another_page = here.pathname().ok()? != link.pathname();
    if here.origin().ok()? != link.origin() || !link.target().is_empty() || !is_another_page {
        return None;
    }
    let path =
        SITE.with_borrow(|site| link.pathname().strip_prefix(&site.base).map(str::to_owned))?;
    let address = Address::parse(&path, &link.hash());
    let is_known = match (address.locale, &address.route) {
        (None, _) | (_, Route::NotFound) => false,
        (_, route) => route
            .lesson()
            .is_none_or(|lesson| lessons::outline::lesson(lesson).is_some()),
    };
    is_known.then(|| link.href())
}

/// The step that these ids name.
pub fn find(lesson: &str, step: &str) -> Option<(&'static LessonOutline, &'static StepOutline)> {
    let lesson = lessons::outline::lesson(lesson)?;
    let step = lesson.steps.iter().find(|candidate| candidate.id == step)?;
    Some((lesson, step))
}

/// The step after this one, in this lesson or at the start of the next.
pub fn next(lesson: &LessonOutline, step: &StepOutline) -> Option<Route> {
    let at = lesson
        .steps
        .iter()
        .position(|candidate| candidate.id == step.id)?;
    if let Some(next) = lesson.steps.get(at + 1) {
        return Some(Route::step(lesson.id, next.id));
    }
    let at = LESSONS
        .iter()
        .position(|candidate| candidate.id == lesson.id)?;
    let next = LESSONS.get(at + 1)?;
    Some(Route::step(next.id, next.steps.first()?.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_written() {
        for (path, hash, route) in [
            ("en/", "", Route::Home),
            ("en/telemetry/", "", Route::Lesson("telemetry".to_owned())),
            (
                "en/telemetry/",
                "#hand-over",
                Route::step("telemetry", "hand-over"),
            ),
            ("en/", "#p=MQ", Route::Progress("MQ".to_owned())),
            ("ko/doctor/", "", Route::Doctor),
            ("ru/live/", "", Route::Live),
            ("ru/glossary/", "", Route::Glossary(String::new())),
            (
                "ko/glossary/",
                "#device-twin",
                Route::Glossary("device-twin".to_owned()),
            ),
        ] {
            let address = Address::parse(path, hash);
            assert_eq!(address.route, route, "{path}{hash}");
            let locale = address.locale.expect("each names a language");
            assert_eq!(route.below("", locale), format!("{path}{hash}"));
        }
    }

    #[test]
    fn addresses_of_old_lead_on() {
        for (hash, route) in [
            ("#/", Route::Home),
            ("#/telemetry", Route::Lesson("telemetry".to_owned())),
            ("#/telemetry/send", Route::step("telemetry", "send")),
            ("#/a/b/c", Route::NotFound),
        ] {
            assert_eq!(Address::parse("", hash).route, route, "{hash}");
            assert_eq!(Address::parse("ko/", hash).route, route, "{hash}");
        }
    }

    #[test]
    fn what_is_in_no_language_is_nowhere() {
        for path in [
            "telemetry/",
            "fr/",
            "en/telemetry/send/",
            "differences.html",
        ] {
            assert_eq!(Address::parse(path, "").route, Route::NotFound, "{path}");
        }
        assert_eq!(Address::parse("", "").route, Route::Home);
        assert_eq!(Address::parse("", "").locale, None);
    }

    #[test]
    fn only_what_there_is_is_found() {
        assert!(find("telemetry", "send").is_some());
        assert!(find("telemetry", "fly").is_none());
        assert!(find("cooking", "send").is_none());
    }

    #[test]
    fn steps_follow_each_other() {
        let (lesson, step) = find("telemetry", "register").unwrap();
        assert_eq!(
            next(lesson, step),
            Some(Route::step("telemetry", "hand-over"))
        );
    }
}
