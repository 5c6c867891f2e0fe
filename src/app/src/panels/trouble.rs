//! What keeps a live hub from answering: what it is, what to do about it, and when it is tried again.

use lab::outside::{Trouble, TroubleKind};
use lessons::message::LiveHub;
use wire::timestamp::Timestamp;
use yew::prelude::*;

use super::countdown::Countdown;
use super::icon::icon;
use crate::i18n::Words;

/// What it is, in a sentence: the first line of its words.
pub fn first_line(trouble: &Trouble, hub: &LiveHub, words: &Words) -> AttrValue {
    let text = text(trouble, hub, words);
    text.lines().next().unwrap_or_default().to_owned().into()
}

/// The whole of it: each further line of its words is something to do.
pub fn trouble(trouble: &Trouble, again: Option<Timestamp>, hub: &LiveHub, words: &Words) -> Html {
    let text = text(trouble, hub, words);
    let mut lines = text.lines().map(str::to_owned);
    let what = lines.next().unwrap_or_default();
    html! {
        <section class="trouble" aria-label={words.text("live-trouble")}>
            <p class="trouble-what">{ icon("warning") }<span>{ what }</span></p>
            <ul>{ for lines.map(|line| html! { <li>{ line }</li> }) }</ul>
            if has_to_do_with_trust(trouble.kind) { { trust(hub, words) } }
            if !trouble.detail.is_empty() {
                <p class="quiet">{ words.text("live-trouble-detail") }{ " " }<code>{ trouble.detail.clone() }</code></p>
            }
            if let Some(at) = again { <p>{ retry(at, words) }</p> }
        </section>
    }
}

/// When it is tried again, counted down.
pub fn retry(at: Timestamp, words: &Words) -> Html {
    html! { <Countdown words={words.clone()} until={at.as_millis()} /> }
}

fn text(trouble: &Trouble, hub: &LiveHub, words: &Words) -> AttrValue {
    words.with(
        &format!("trouble-{}", trouble.kind.id()),
        [("host", hub.host_name.as_str().into())],
    )
}

/// A page is not told whether it was the certificate, so the way out is told for all that may be it.
fn has_to_do_with_trust(kind: TroubleKind) -> bool {
    matches!(kind, TroubleKind::NoSocket | TroubleKind::Certificate)
}

/// How to trust the certificate of an emulator.
fn trust(hub: &LiveHub, words: &Words) -> Html {
    let address = format!("https://{}/", hub.host_name);
    let ways = ["chromium", "firefox", "windows", "macos", "linux", "relay"];
    html! {
        <>
            // A page that opens what it was pointed at is not to learn where it came from, or to reach back.
            <p><a href={address.clone()} target="_blank" rel="noopener noreferrer">{ words.with("live-open-host", [("address", address.into())]) }</a></p>
            <details class="fold-down">
                <summary>{ words.text("trust-title") }</summary>
                <p>{ words.text("trust-where") }</p>
                <ul>{ for ways.map(|way| html! { <li>{ words.text(&format!("trust-{way}")) }</li> }) }</ul>
            </details>
        </>
    }
}
