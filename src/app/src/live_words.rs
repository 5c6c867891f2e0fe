//! The words of live hubs, which only they need who ask for one: they are fetched then, and stand beside the others.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::i18n::{Locale, Words};
use crate::texts;

/// What has come of the words of a language.
type Fetched = (&'static Locale, Result<Rc<str>, String>);

/// A message that only these words have.
const ANY: &str = "live-intro";

/// Whether the words of live hubs are among these.
pub fn are_in(words: &Words) -> bool {
    words.has(ANY)
}

/// The words, with those of live hubs once they are wanted and have arrived; and whether they did not arrive.
#[hook]
pub fn use_live_words(words: &Words, wanted: bool) -> (Words, bool) {
    let fetched = use_state(|| None::<Fetched>);
    use_effect_with((words.locale(), wanted), {
        let setter = fetched.setter();
        move |(locale, wanted): &(&'static Locale, bool)| {
            let locale = *locale;
            if *wanted {
                spawn_local(async move {
                    let text = texts::fetch_in(locale, "live.ftl").await;
                    setter.set(Some((locale, text.map(Rc::from))));
                });
            }
        }
    });
    let here = fetched.as_ref().filter(|(of, _)| *of == words.locale());
    let text = here.and_then(|(_, text)| text.as_ref().ok().cloned());
    let failed = here.is_some_and(|(_, text)| text.is_err());
    let all = use_memo((words.clone(), text), |(words, text)| {
        text.as_ref()
            .map_or_else(|| words.clone(), |text| words.and(text.to_string()))
    });
    ((*all).clone(), failed)
}
