//! The terms of the course, each with an address of its own.

use yew::prelude::*;

use crate::i18n::Words;

/// All terms. They come as HTML, made when the site was built.
pub fn glossary(words: &Words, terms: Option<AttrValue>) -> Html {
    html! {
        <main id="main" class="home glossary" tabindex="-1">
            <h1>{ words.text("title-glossary") }</h1>
            <p class="lead">{ words.text("summary-glossary") }</p>
            <div class="prose">{ terms.map(Html::from_html_unchecked) }</div>
        </main>
    }
}
