//! Fetching the words and texts of a page, and nothing of the others.

use std::rc::Rc;

use js_sys::{Array, JSON, Reflect};
use lessons::text::{LessonText, StepText};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;
use yew::AttrValue;

use crate::i18n::{Locale, Words};
use crate::routes::{self, Route};

/// What has been fetched in one language. Cheap to clone.
#[derive(Clone, PartialEq)]
pub struct Texts {
    /// The words, with those of the lessons below.
    pub words: Words,
    /// The texts of the lessons that were opened.
    pub lessons: LessonTexts,
    /// The terms, as HTML, if somebody looked at them.
    pub glossary: Option<AttrValue>,
    /// What there is to say of live hubs, as HTML, if somebody looked at it.
    pub live: Option<AttrValue>,
}

/// The texts of the lessons that were opened, in one language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LessonTexts(Rc<Vec<(&'static str, Rc<LessonText>)>>);

impl LessonTexts {
    /// The text of the lesson with this id.
    pub fn get(&self, lesson: &str) -> Option<Rc<LessonText>> {
        let (_, text) = self.0.iter().find(|(id, _)| *id == lesson)?;
        Some(Rc::clone(text))
    }

    fn with(&self, lesson: &'static str, text: LessonText) -> Self {
        let mut all = Vec::clone(&self.0);
        all.push((lesson, Rc::new(text)));
        Self(Rc::new(all))
    }
}

/// Fetches what a page needs beside what is there already.
pub async fn load(
    locale: &'static Locale,
    route: &Route,
    known: Option<Texts>,
) -> Result<Texts, String> {
    let mut texts = match known.filter(|texts| texts.words.locale() == locale) {
        Some(texts) => texts,
        None => Texts {
            words: Words::new(locale, fetch_in(locale, "ui.ftl").await?),
            lessons: LessonTexts::default(),
            glossary: None,
            live: None,
        },
    };
    if let Route::Glossary(_) = route
        && texts.glossary.is_none()
    {
        texts.glossary = Some(fetch_in(locale, "glossary.html").await?.into());
    }
    if *route == Route::Live && texts.live.is_none() {
        texts.live = Some(fetch_in(locale, "live.html").await?.into());
    }
    let lesson = route.lesson().and_then(lessons::outline::lesson);
    if let Some(lesson) = lesson
        && texts.lessons.get(lesson.id).is_none()
    {
        let words = fetch_in(locale, &format!("{}.ftl", lesson.id)).await?;
        let name = format!("{}.json", lesson.id);
        let text = lesson_text(&fetch_in(locale, &name).await?);
        let text = text.ok_or_else(|| format!("{name} is not the text of a lesson"))?;
        texts.words = texts.words.and(words);
        texts.lessons = texts.lessons.with(lesson.id, text);
    }
    Ok(texts)
}

/// The words of live hubs, as Fluent.
pub async fn live_words(locale: &Locale) -> Result<String, String> {
    fetch_in(locale, "live.ftl").await
}

/// Reads a [`LessonText`] with the browser's own parser, which costs the page nothing.
fn lesson_text(json: &str) -> Option<LessonText> {
    let lesson = JSON::parse(json).ok()?;
    let steps: Array = Reflect::get(&lesson, &"steps".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let step = |step: JsValue| {
        Some(StepText {
            id: member(&step, "id")?,
            title: member(&step, "title")?,
            body: member(&step, "body")?,
            hint: member(&step, "hint")?,
        })
    };
    Some(LessonText {
        title: member(&lesson, "title")?,
        intro: member(&lesson, "intro")?,
        steps: steps.iter().map(step).collect::<Option<_>>()?,
    })
}

fn member(object: &JsValue, name: &str) -> Option<String> {
    Reflect::get(object, &name.into()).ok()?.as_string()
}

/// The text of a file of a language.
async fn fetch_in(locale: &Locale, name: &str) -> Result<String, String> {
    fetch(&format!("texts/{}/{name}", locale.id)).await
}

/// The text of a file of the site, by its path from the site's root.
pub async fn fetch(path: &str) -> Result<String, String> {
    let path = routes::file(path);
    let described = |error: JsValue| format!("{path}: {}", describe(&error));
    let window = web_sys::window().ok_or("no window")?;
    let response = JsFuture::from(window.fetch_with_str(&path))
        .await
        .map_err(described)?;
    let response: Response = response.dyn_into().map_err(described)?;
    if !response.ok() {
        return Err(format!("{path}: status {}", response.status()));
    }
    let text = JsFuture::from(response.text().map_err(described)?)
        .await
        .map_err(described)?;
    text.as_string().ok_or_else(|| format!("{path}: no text"))
}

fn describe(error: &JsValue) -> String {
    error
        .dyn_ref::<js_sys::Error>()
        .map_or_else(|| "not readable".to_owned(), |error| error.message().into())
}
