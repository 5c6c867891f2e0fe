//! What an address shows that leads nowhere.

use yew::prelude::*;

use crate::i18n::Words;
use crate::routes::Route;

/// Says so, and offers the way back.
pub fn not_found(words: &Words) -> Html {
    html! {
        <main id="main" class="home" tabindex="-1">
            <h1>{ words.text("not-found-title") }</h1>
            <p class="lead">{ words.text("not-found-text") }</p>
            <p><a class="button primary" href={Route::Home.href()}>{ words.text("not-found-home") }</a></p>
        </main>
    }
}
