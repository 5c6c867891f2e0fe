//! A page that is only read: the terms of the course, or what works at a hub of one's own.

use yew::prelude::*;

/// The page. Its text comes as HTML, made when the site was built.
pub fn text_page(title: AttrValue, text: Option<AttrValue>) -> Html {
    html! {
        <main id="main" class="home text-page" tabindex="-1">
            <h1>{ title }</h1>
            <div class="prose">{ text.map(Html::from_html_unchecked) }</div>
        </main>
    }
}
