//! Where the reader is, with all that is read there.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::dom;
use crate::i18n::{self, Locale};
use crate::routes::{self, Address, Route};
use crate::texts::{self, Texts};

/// A page whose texts have arrived.
#[derive(Clone, PartialEq)]
pub struct Place {
    /// The page.
    pub route: Route,
    /// What is read there.
    pub texts: Texts,
}

impl Place {
    /// The page that the address names now, in its language or else in that of the reader.
    ///
    /// # Errors
    ///
    /// If a text does not arrive.
    pub async fn here(chosen: Option<&str>, known: Option<Texts>) -> Result<Self, String> {
        loop {
            let address = Address::current();
            let locale = address.locale.unwrap_or_else(|| preferred(chosen));
            let texts = texts::load(locale, &address.route, known.clone()).await?;
            // Somebody may have gone on meanwhile.
            if Address::current() == address {
                let route = address.route;
                return Ok(Self { route, texts });
            }
        }
    }
}

/// The language that was chosen in an earlier visit, or else the browser's.
fn preferred(chosen: Option<&str>) -> &'static Locale {
    let languages = web_sys::window().map(|window| window.navigator().languages().to_vec());
    let languages: Vec<String> = languages
        .unwrap_or_default()
        .iter()
        .filter_map(JsValue::as_string)
        .collect();
    i18n::choose(
        chosen
            .into_iter()
            .chain(languages.iter().map(String::as_str)),
    )
}

/// The place where the reader is, beginning with `first`. The page before stays until the next one's texts are there.
#[hook]
pub fn use_place(first: &Place) -> Place {
    let place = use_state(|| first.clone());
    use_effect_with((), {
        let (setter, first) = (place.setter(), first.texts.clone());
        move |()| {
            let known = Rc::new(std::cell::RefCell::new(first));
            let listeners = routes::listen(move |_| {
                let (setter, known) = (setter.clone(), Rc::clone(&known));
                spawn_local(async move {
                    let texts = known.borrow().clone();
                    match Place::here(None, Some(texts)).await {
                        Ok(place) => {
                            known.replace(place.texts.clone());
                            setter.set(place);
                        }
                        Err(reason) => dom::show_panic(&reason),
                    }
                });
            });
            move || drop(listeners)
        }
    });
    let locale = place.texts.words.locale();
    // Before anything is drawn: links lead to pages in this language.
    routes::speak(locale);
    use_effect_with(locale, |locale: &&Locale| {
        if let Some(root) = dom::document().document_element() {
            let _ = root.set_attribute("lang", locale.id);
        }
    });
    (*place).clone()
}
