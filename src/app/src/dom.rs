//! The few things that the page asks of the browser directly.

use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, Document, Element, HtmlElement, HtmlFormElement, HtmlTextAreaElement,
    Url,
};

/// The document.
///
/// # Panics
///
/// Outside of a page.
pub fn document() -> Document {
    web_sys::window()
        .and_then(|window| window.document())
        .expect("a page has a document")
}

/// The element with this id.
pub fn element(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Moves the focus to the element with this id, if there is one.
pub fn focus(id: &str) {
    if let Some(element) = element(id) {
        let _ = element.focus();
    }
}

/// Scrolls a row of tabs, and nothing else, to the one with this id.
pub fn reveal_tab(id: &str) {
    let Some(tab) = element(id) else { return };
    let row = tab
        .parent_element()
        .and_then(|row| row.dyn_into::<HtmlElement>().ok());
    if let Some(row) = row {
        row.set_scroll_left(tab.offset_left() - row.offset_left() - row.client_width() / 3);
    }
}

/// Whether the focus is on nothing in particular.
pub fn has_no_focus() -> bool {
    let document = document();
    match (document.active_element(), document.body()) {
        (Some(focused), Some(body)) => focused.is_same_node(Some(&body)),
        _ => true,
    }
}

/// Whether a key press in this element belongs to it: it is a control, or in one. The link of the
/// step that is open already has no use for one.
pub fn is_control(element: &Element) -> bool {
    matches_closest(
        element,
        "a:not([aria-current=step]),button,input,select,textarea,summary,dialog,[role=tab],[role=separator]",
    )
}

/// Submits the form of what is done by hand that has the focus; says whether there is one.
pub fn submit_form_in_focus() -> bool {
    let focused = document().active_element();
    let form = focused.and_then(|element| element.closest("form.by-hand").ok().flatten());
    let form = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
    // A browser that finds a field at fault says so at the field.
    form.is_some_and(|form| form.request_submit().is_ok())
}

/// Whether letters typed in this element are text.
pub fn is_text_field(element: &Element) -> bool {
    matches_closest(element, "input:not([type=radio]),select,textarea")
}

fn matches_closest(element: &Element, selector: &str) -> bool {
    element.closest(selector).ok().flatten().is_some()
}

/// Whether movement on the screen is unwelcome.
pub fn prefers_reduced_motion() -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    call(
        &window,
        "matchMedia",
        &"(prefers-reduced-motion: reduce)".into(),
    )
    .and_then(|query| js_sys::Reflect::get(&query, &"matches".into()).ok())
    .is_some_and(|matches| matches.is_truthy())
}

/// Calls a method that may not be there.
pub fn call(object: &JsValue, method: &str, argument: &JsValue) -> Option<JsValue> {
    let function = js_sys::Reflect::get(object, &method.into()).ok()?;
    function
        .dyn_into::<js_sys::Function>()
        .ok()?
        .call1(object, argument)
        .ok()
}

/// Gives up: says calmly that the page has stopped. `www/start.js` does it, as nothing here can be trusted any more.
pub fn show_panic(report: &str) {
    if let Some(window) = web_sys::window() {
        call(&window, "showPanic", &report.into());
    }
}

/// The text of a piece of HTML. It never becomes part of the page.
pub fn text_of(html: &str) -> String {
    let Ok(element) = document().create_element("pre") else {
        return String::new();
    };
    element.set_inner_html(html);
    element.text_content().unwrap_or_default()
}

/// Puts text on the clipboard. Says whether it is there.
pub async fn copy(text: String) -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    let clipboard = window.navigator().clipboard();
    // Only pages from https or from this machine have one.
    if !clipboard.is_undefined() && JsFuture::from(clipboard.write_text(&text)).await.is_ok() {
        return true;
    }
    copy_by_selection(&text).is_some()
}

/// The way of old: a selected text field and the browser's copy command.
fn copy_by_selection(text: &str) -> Option<()> {
    let document = document();
    let before = document.active_element();
    let field: HtmlTextAreaElement = document.create_element("textarea").ok()?.dyn_into().ok()?;
    field.set_value(text);
    let _ = field.set_attribute("class", "unseen");
    document.body()?.append_child(&field).ok()?;
    field.select();
    let copied = call(&document, "execCommand", &"copy".into());
    field.remove();
    if let Some(before) = before.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = before.focus();
    }
    copied.filter(JsValue::is_truthy).map(|_| ())
}

/// Gives the browser a text to save as a file.
pub fn save(name: &str, text: &str) -> Option<()> {
    let parts = js_sys::Array::of1(&text.into());
    let options = BlobPropertyBag::new();
    options.set_type("application/json");
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let link = document().create_element("a").ok()?;
    let _ = link.set_attribute("href", &address);
    let _ = link.set_attribute("download", name);
    link.dyn_into::<HtmlElement>().ok()?.click();
    // The download has begun by the time that this is carried out.
    gloo::timers::callback::Timeout::new(10_000, move || {
        let _ = Url::revoke_object_url(&address);
    })
    .forget();
    Some(())
}

/// The focusable elements that match a selector, in their order.
pub fn elements(selector: &str) -> Vec<HtmlElement> {
    let Ok(nodes) = document().query_selector_all(selector) else {
        return Vec::new();
    };
    (0..nodes.length())
        .filter_map(|index| nodes.item(index)?.dyn_into().ok())
        .collect()
}
