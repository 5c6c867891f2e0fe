//! The page's entry.

use page::app::{App, AppProps};
use page::storage::Kept;
use page::{dom, i18n, texts};
use wasm_bindgen::JsValue;

fn main() {
    yew::set_custom_panic_hook(Box::new(|panic| show_panic(&panic.to_string())));
    wasm_bindgen_futures::spawn_local(start());
}

/// Fetches the words, then shows the page with them.
async fn start() {
    let kept = Kept::load();
    let languages = web_sys::window().map(|window| window.navigator().languages().to_vec());
    let languages: Vec<String> = languages
        .unwrap_or_default()
        .iter()
        .filter_map(JsValue::as_string)
        .collect();
    let wanted = kept
        .locale
        .as_deref()
        .into_iter()
        .chain(languages.iter().map(String::as_str));
    match texts::load(i18n::choose(wanted)).await {
        Ok((words, texts)) => show(AppProps { words, texts, kept }),
        Err(reason) => show_panic(&reason),
    }
}

fn show(props: AppProps) {
    // The text that was there before this module gives way; both happen before the next paint.
    if let Some(first_paint) = dom::element("first-paint") {
        first_paint.remove();
    }
    if let Some(root) = dom::document().get_element_by_id("app") {
        yew::Renderer::<App>::with_root_and_props(root, props).render();
    }
}

/// The panic page is plain JavaScript in `www/start.js`, as nothing here can be trusted any more.
fn show_panic(report: &str) {
    if let Some(window) = web_sys::window() {
        dom::call(&window, "showPanic", &report.into());
    }
}
