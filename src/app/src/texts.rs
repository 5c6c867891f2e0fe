//! Fetching the words and the lessons' texts of a locale.

use std::rc::Rc;

use js_sys::{Array, JSON, Reflect};
use lessons::outline::LESSONS;
use lessons::text::{LessonText, StepText};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::i18n::{Locale, Words};

/// The texts of all lessons in one language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LessonTexts(Rc<Vec<(&'static str, Rc<LessonText>)>>);

impl LessonTexts {
    /// The text of the lesson with this id.
    pub fn get(&self, lesson: &str) -> Option<Rc<LessonText>> {
        let (_, text) = self.0.iter().find(|(id, _)| *id == lesson)?;
        Some(Rc::clone(text))
    }
}

/// Fetches everything that is read in a locale.
pub async fn load(locale: &'static Locale) -> Result<(Words, LessonTexts), String> {
    let words = fetch(&format!("texts/{}/strings.ftl", locale.id)).await?;
    let mut texts = Vec::new();
    for lesson in LESSONS {
        let path = format!("texts/{}/{}.json", locale.id, lesson.id);
        let json = fetch(&path).await?;
        let text =
            lesson_text(&json).ok_or_else(|| format!("{path} is not the text of a lesson"))?;
        texts.push((lesson.id, Rc::new(text)));
    }
    Ok((Words::new(locale, words), LessonTexts(Rc::new(texts))))
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

/// The text of a file of the site.
pub async fn fetch(path: &str) -> Result<String, String> {
    let described = |error: JsValue| format!("{path}: {}", describe(&error));
    let window = web_sys::window().ok_or("no window")?;
    let response = JsFuture::from(window.fetch_with_str(path))
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
