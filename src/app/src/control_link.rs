//! Links in a lesson's text that point at a control: they bring it into sight, focus it and ring it for a moment.

use gloo::timers::callback::Timeout;
use web_sys::{Element, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

use crate::dom;

/// How long the ring is seen, in milliseconds.
const RINGS: u32 = 1_600;

/// The id of the control that a clicked element points at, if it does.
pub fn target(clicked: &Element) -> Option<String> {
    clicked
        .closest("[data-control]")
        .ok()??
        .get_attribute("data-control")
}

/// Opens what is closed around the control, and then shows it. `open_view` brings the part of the page into sight that
/// has this class: a phone shows one at a time.
pub fn follow(id: &str, open_view: impl Fn(&str)) {
    let Some(control) = dom::element(id) else {
        return;
    };
    for part in ["lesson", "bench", "panel"] {
        if control
            .closest(&format!(".{part}"))
            .ok()
            .flatten()
            .is_some()
        {
            open_view(part);
        }
    }
    open(&control);
    // The page has to be drawn with what was opened.
    Timeout::new(50, move || show(&control)).forget();
}

fn open(control: &HtmlElement) {
    if control.get_attribute("role").as_deref() == Some("tab") {
        control.click();
    }
    if control.tag_name() == "DETAILS" {
        let _ = control.set_attribute("open", "");
    }
    if let Ok(Some(fold)) = control.query_selector(".fold[aria-expanded=false]") {
        press(&fold);
    }
    if control
        .matches(".fold[aria-expanded=false]")
        .unwrap_or(false)
    {
        control.click();
    }
}

fn press(element: &Element) {
    dom::call(element, "click", &wasm_bindgen::JsValue::UNDEFINED);
}

fn show(control: &HtmlElement) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    control.scroll_into_view_with_scroll_into_view_options(&options);
    focus(control);
    let _ = control.class_list().add_1("ringed");
    let control = control.clone();
    Timeout::new(RINGS, move || {
        let _ = control.class_list().remove_1("ringed");
    })
    .forget();
}

/// A group of controls has no focus of its own: its first control gets it.
fn focus(control: &HtmlElement) {
    let selector =
        "button,input:not([type=radio]),input:checked,select,textarea,summary,[tabindex='0']";
    let is_group = control.matches(selector).is_ok_and(|matches| !matches);
    let inner = control.query_selector(selector).ok().flatten();
    match inner.filter(|_| is_group) {
        Some(inner) => {
            dom::call(&inner, "focus", &wasm_bindgen::JsValue::UNDEFINED);
        }
        None => {
            let _ = control.focus();
        }
    }
}
