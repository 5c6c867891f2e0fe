//! A Yew page with nothing in it: what the playground's start is measured against.

use yew::prelude::{Html, component, html};

#[component]
fn Page() -> Html {
    html! { <p>{ "ready" }</p> }
}

fn main() {
    yew::Renderer::<Page>::new().render();
}
