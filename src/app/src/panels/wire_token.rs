//! A SAS token, taken apart.

use lab::view::TokenView;
use yew::prelude::*;

use crate::clock;
use crate::i18n::Words;

/// What the token opens, until when, and what was signed.
pub fn token(token: &TokenView, now: u64, words: &Words) -> Html {
    let expires = token.expires.as_millis();
    let policy = match &token.policy {
        Some(policy) => words.with("token-policy", [("policy", policy.as_str().into())]),
        None => words.text("token-device-key"),
    };
    let part = |id: &str, value: Html| {
        html! { <div><dt>{ words.text(id) }</dt><dd>{ value }</dd></div> }
    };
    html! {
        <dl class="token">
            { part("token-opens", html! { <code>{ &token.resource }</code> }) }
            { part("token-signer", html! { { policy } }) }
            { part("token-until", html! { { until(expires, now, words) } }) }
            { part("token-signed", html! { <><pre>{ &token.signed }</pre><span class="quiet">{ words.text("token-signed-note") }</span></> }) }
            { part("token-whole", html! { <pre>{ &token.masked }</pre> }) }
        </dl>
    }
}

/// Until when a token is valid, and how long that still is.
fn until(expires: u64, now: u64, words: &Words) -> AttrValue {
    let day = clock::day(expires, words.locale().id);
    let time = clock::time_of_day(expires);
    match expires.checked_sub(now).filter(|left| *left > 0) {
        Some(left) => words.with(
            "token-valid",
            [
                ("day", day.into()),
                ("time", time.into()),
                ("left", clock::length(left).into()),
            ],
        ),
        None => words.with(
            "token-expired",
            [("day", day.into()), ("time", time.into())],
        ),
    }
}
