//! Fetching the words and the lessons' texts of a locale.

use std::collections::BTreeMap;
use std::rc::Rc;

use lessons::outline::LESSONS;
use lessons::text::LessonText;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::i18n::{Locale, Words};

/// The texts of all lessons in one language, by the lesson's id.
pub type LessonTexts = BTreeMap<&'static str, Rc<LessonText>>;

/// Fetches everything that is read in a locale.
pub async fn load(locale: &'static Locale) -> Result<(Words, LessonTexts), String> {
    let words = fetch(&format!("texts/{}/strings.ftl", locale.id)).await?;
    let mut texts = LessonTexts::new();
    for lesson in LESSONS {
        let path = format!("texts/{}/{}.json", locale.id, lesson.id);
        let json = fetch(&path).await?;
        let text = serde_json::from_str(&json).map_err(|error| format!("{path}: {error}"))?;
        texts.insert(lesson.id, Rc::new(text));
    }
    Ok((Words::new(locale, words), texts))
}

/// The text of a file of the site.
async fn fetch(path: &str) -> Result<String, String> {
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
        .map_or_else(|| format!("{error:?}"), |error| error.message().into())
}
