//! Pictures from the sprite in `www/index.html`.

use yew::prelude::*;

/// The picture with this name, which is its symbol's id without `icon-`. It stands beside a word
/// that says the same, so screen readers skip it.
pub fn icon(name: &'static str) -> Html {
    html! {
        <svg class="icon" aria-hidden="true" data-icon={name}><use href={format!("#icon-{name}")} /></svg>
    }
}
