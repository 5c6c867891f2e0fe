//! The words of checks and steps on a live hub. They are fetched once there is something to say of one: nobody else
//! needs them.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::i18n::{Locale, Words};
use crate::texts;

/// The words of the page, and those of live hubs once they were wanted: what was said of one may still be shown when it
/// is left.
#[hook]
pub fn use_live_words(words: &Words, is_wanted: bool) -> Words {
    let fetched = use_state(|| None::<(&'static Locale, Rc<str>)>);
    let locale = words.locale();
    use_effect_with((is_wanted, locale.id), {
        let fetched = fetched.clone();
        move |(is_wanted, _)| {
            let is_there = fetched.as_ref().is_some_and(|(known, _)| *known == locale);
            if *is_wanted && !is_there {
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
    let text = known.map(|(_, text)| text);
    let joined = use_memo((words.clone(), text), |(words, text)| match text {
        Some(text) => words.and(text.to_string()),
        None => words.clone(),
    });
    (*joined).clone()
}
