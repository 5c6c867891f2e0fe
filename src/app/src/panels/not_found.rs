//! What an address shows that leads nowhere.

use yew::prelude::*;

use super::title::use_title;
use crate::i18n::use_words;
use crate::routes::Route;

/// Says so, and offers the way back.
#[component]
pub fn NotFound() -> Html {
    let words = use_words();
    let title = words.text("not-found-title");
    use_title(Some(title.clone()));
    html! {
        <main id="main" class="home" tabindex="-1">
            <h1>{ title }</h1>
            <p class="lead">{ words.text("not-found-text") }</p>
            <p><a class="button primary" href={Route::Home.href()}>{ words.text("not-found-home") }</a></p>
        </main>
    }
}
