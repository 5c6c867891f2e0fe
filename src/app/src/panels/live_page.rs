//! What works at a hub of one's own, and how to have a relay: a page to read, with the way to the dialog.

use yew::prelude::*;

use super::icon::icon;
use crate::dom;
use crate::screen::Screen;

/// The page. Its text comes as HTML, made when the site was built.
pub fn live_page(screen: &Screen, text: Option<AttrValue>) -> Html {
    let words = &screen.words;
    html! {
        <main id="main" class="home live-page" tabindex="-1">
            <h1>{ words.text("live-title") }</h1>
            <p class="live-page-connect"><button type="button" class="button primary large" onclick={|_| dom::open_hub()}>{ icon("hub") }{ words.text("hub-connect") }</button></p>
            <div class="prose">{ text.map(Html::from_html_unchecked) }</div>
        </main>
    }
}
