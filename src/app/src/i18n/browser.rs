//! Fluent in the browser: Mozilla's own implementation in JavaScript, a tenth of the size of the one in Rust.
//! `www/words.js` brings it, and writes numbers and plurals with what the browser knows of the language.

use js_sys::{Object, Reflect};
use lessons::message::Argument;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The messages of one language.
    #[derive(Clone)]
    pub(super) type Bundle;

    #[wasm_bindgen(js_name = newWords)]
    fn new_words(locale: &str) -> Bundle;

    #[wasm_bindgen(method)]
    fn add(this: &Bundle, fluent: &str);

    #[wasm_bindgen(method)]
    pub(super) fn has(this: &Bundle, id: &str) -> bool;

    #[wasm_bindgen(method, js_name = format)]
    fn format_with(this: &Bundle, id: &str, arguments: &Object) -> Option<String>;
}

impl Bundle {
    /// The messages of these Fluent files; of several with one id, the last counts.
    pub(super) fn of(locale: &str, files: &[std::rc::Rc<str>]) -> Self {
        let bundle = new_words(locale);
        for file in files {
            bundle.add(file);
        }
        bundle
    }

    /// The message with this id, if there is one.
    pub(super) fn format<'a>(
        &self,
        id: &str,
        arguments: impl Iterator<Item = (&'a str, Argument)>,
    ) -> Option<String> {
        let object = Object::new();
        for (name, argument) in arguments {
            let value = match argument {
                Argument::Text(text) => JsValue::from(text),
                Argument::Number(number) => JsValue::from(number),
            };
            // Setting a member of a new object cannot fail.
            let _ = Reflect::set(&object, &name.into(), &value);
        }
        self.format_with(id, &object)
    }
}
