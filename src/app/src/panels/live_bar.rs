//! The mark of a live hub: a bar on every page, in every view, as long as the hub is connected.

use lessons::message::LiveHub;
use yew::prelude::*;

use super::icon::icon;
use super::trouble::{first_line, retry};
use crate::screen::Screen;

/// The bar; nothing while the hub in the page is on the bench.
pub fn live_bar(screen: &Screen) -> Html {
    let Some(hub) = screen.live() else {
        return html! {};
    };
    let words = &screen.words;
    let open = screen.open_hub.reform(|_: MouseEvent| ());
    let relay = if hub.relay {
        "hub-relay"
    } else {
        "hub-no-relay"
    };
    html! {
        <section class="live-bar" aria-label={words.text("hub-bar")} data-trouble={hub.trouble.is_some().then_some("")}>
            <span class="live-mark">{ icon("hub") }{ words.text("hub-live") }</span>
            <strong class="live-host" title={hub.host_name.clone()}>{ hub.host_name.clone() }</strong>
            <span class="live-note live-metered" title={words.text("hub-metered-title")}>{ words.with("hub-metered", [("count", hub.metered.into())]) }</span>
            <span class="live-note">{ words.with("hub-created", [("count", hub.created.len().into())]) }</span>
            <span class="live-note">{ words.text(relay) }</span>
            <span class="header-gap"></span>
            { trouble(screen, hub) }
            <button id="hub-state" type="button" class="button small" onclick={open.clone()}>{ words.text("hub-details") }</button>
            <button type="button" class="button small" onclick={open}>{ icon("close") }<span>{ words.text("hub-leave") }</span></button>
        </section>
    }
}

/// What is wrong, in a sentence. The countdown is no news for a screen reader every second.
fn trouble(screen: &Screen, hub: &LiveHub) -> Html {
    let words = &screen.words;
    let said = hub
        .trouble
        .as_ref()
        .map(|(trouble, _)| first_line(trouble, hub, words));
    html! {
        <>
            <span class="live-trouble" role="status">
                if let Some(said) = said { { icon("warning") }<span title={said.clone()}>{ said.clone() }</span> }
            </span>
            if let Some((_, Some(at))) = hub.trouble { { retry(at, words) } }
        </>
    }
}

/// Says calmly that a live hub was left by loading the page anew.
pub fn was_live(screen: &Screen, dismiss: Callback<()>) -> Html {
    let words = &screen.words;
    let open = {
        let (open, dismiss) = (screen.open_hub.clone(), dismiss.clone());
        Callback::from(move |_: MouseEvent| {
            dismiss.emit(());
            open.emit(());
        })
    };
    html! {
        <section class="live-bar was-live" aria-label={words.text("hub-bar")}>
            { icon("hint") }
            <span class="was-live-text" role="status">{ words.text("hub-was-live") }</span>
            <button type="button" class="button small" onclick={open}>{ words.text("hub-again") }</button>
            <button type="button" class="button bare square small" aria-label={words.text("close")} title={words.text("close")}
                onclick={dismiss.reform(|_| ())}>{ icon("close") }</button>
        </section>
    }
}
