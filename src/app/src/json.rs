//! JSON for the eye, with the browser's own parser, which costs the page nothing.

use js_sys::JSON;
use wasm_bindgen::JsValue;

/// An object or a list, indented. `None` for any other text.
pub fn indented(text: &str) -> Option<String> {
    let value = JSON::parse(text).ok().filter(JsValue::is_object)?;
    write(&value)
}

/// A value of the browser as indented JSON.
pub fn write(value: &JsValue) -> Option<String> {
    let text = JSON::stringify_with_replacer_and_space(value, &JsValue::NULL, &2.into()).ok()?;
    Some(text.into())
}
