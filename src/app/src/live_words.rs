//! The words of checks and steps on a live hub. They are fetched once such a hub is there: nobody else needs them.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::i18n::{Locale, Words};
use crate::texts;

/// The words of the page, and those of a live hub if it is one.
#[hook]
pub fn use_live_words(words: &Words, is_live: bool) -> Words {
    let fetched = use_state(|| None::<(&'static Locale, Rc<str>)>);
    let locale = words.locale();
    use_effect_with((is_live, locale.id), {
        let fetched = fetched.clone();
        move |(is_live, _)| {
            let is_there = fetched.as_ref().is_some_and(|(known, _)| *known == locale);
            if *is_live && !is_there {
                spawn_local(async move {
                    // Without them the ids are shown, which say more than nothing.
                    if let Ok(text) = texts::live_words(locale).await {
                        fetched.set(Some((locale, text.into())));
                    }
                });
            }
        }
    });
    let known = (*fetched).clone().filter(|(known, _)| *known == locale);
    let text = known.map(|(_, text)| text).filter(|_| is_live);
    let joined = use_memo((words.clone(), text), |(words, text)| match text {
        Some(text) => words.and(text.to_string()),
        None => words.clone(),
    });
    (*joined).clone()
}
