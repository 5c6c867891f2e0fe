//! The page's entry.

use gloo::timers::callback::Timeout;
use page::app::{App, AppProps};
use page::place::Place;
use page::storage::Kept;
use page::{dom, routes};

fn main() {
    yew::set_custom_panic_hook(Box::new(|panic| dom::show_panic(&panic.to_string())));
    wasm_bindgen_futures::spawn_local(start());
}

/// Fetches the words, then shows the page with them.
async fn start() {
    routes::find_base();
    let kept = Kept::load();
    match Place::here(kept.locale.as_deref(), None).await {
        // The words have been read in this task; the page is drawn in the next one.
        Ok(place) => {
            Timeout::new(0, move || show(AppProps { place, kept })).forget();
        }
        Err(reason) => dom::show_panic(&reason),
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
