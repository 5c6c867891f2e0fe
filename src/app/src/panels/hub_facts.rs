//! How things stand with a live hub: what it costs, what was made there, what is wrong; and the way to leave it.

use lessons::message::{Command, LiveHub, Right};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::connect_form::refusal;
use super::icon::icon;
use super::reach_table::{Column, reach_table};
use super::trouble::trouble;
use crate::i18n::Words;
use crate::reach::Access;
use crate::screen::Screen;
use crate::state::{Action, Move};

/// What this needs.
#[derive(Clone, PartialEq, Properties)]
pub struct HubFactsProps {
    /// What all parts of the screen share.
    pub screen: Screen,
}

/// The messages of a day that a unit of a tier has. (IoT Hub documentation: quotas and throttling.)
const QUOTAS: [(&str, u64); 2] = [("F1", 8_000), ("S1", 400_000)];

/// The facts, and the form that leaves the hub.
#[component]
pub fn HubFacts(props: &HubFactsProps) -> Html {
    let (screen, words) = (&props.screen, &props.screen.words);
    let delete = use_node_ref();
    let Some(hub) = screen.live() else {
        return html! {};
    };
    let onsubmit = {
        let (screen, delete) = (screen.clone(), delete.clone());
        let has_any = !hub.created.is_empty();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let checked = delete
                .cast::<HtmlInputElement>()
                .is_some_and(|field| field.checked());
            let delete_devices = has_any && checked;
            screen.link.send(&Command::Leave { delete_devices });
            screen.bench.dispatch(Action::AskedForHub);
        })
    };
    let waiting = screen.bench.hub_move == Move::Asked;
    let column = if hub.relay {
        "live-with-relay"
    } else {
        "live-without-relay"
    };
    html! {
        <div class="hub-form">
            if let Some((what, again)) = &hub.trouble { { trouble(what, *again, hub, words) } }
            <dl class="hub-facts">{ facts(hub, words) }</dl>
            <form class="hub-leave" {onsubmit}>
                { created(hub, words) }
                if !hub.created.is_empty() {
                    <label class="hub-delete"><input type="checkbox" ref={delete} checked=true />
                        <span>{ words.with("live-delete", [("count", hub.created.len().into())]) }</span></label>
                }
                <p class="quiet">{ words.text("live-leave-note") }</p>
                { refusal(&screen.bench.hub_move, words) }
                <button type="submit" class="button primary" disabled={waiting}>
                    { icon(if waiting { "running" } else { "close" }) }{ words.text("live-leave") }</button>
            </form>
            <section aria-labelledby="hub-reach">
                <h3 id="hub-reach">{ words.text("live-reach") }</h3>
                { reach_table(screen, &[Column::new(column, Access::of(hub))]) }
            </section>
        </div>
    }
}

fn facts(hub: &LiveHub, words: &Words) -> Html {
    let fact = |head: &str, says: Html| html! { <div><dt>{ words.text(head) }</dt><dd>{ says }</dd></div> };
    let key = match &hub.policy {
        Some(policy) => words.with("live-policy", [("policy", policy.as_str().into())]),
        None => words.text("live-device-string"),
    };
    let rights = hub
        .rights
        .iter()
        .flatten()
        .map(|right| html! { <>{ " " }<code>{ right_name(*right) }</code></> });
    let shares = QUOTAS.map(|(tier, quota)| {
        let share = words.with(
            "live-share",
            [
                ("tier", tier.into()),
                ("quota", quota.into()),
                ("percent", percent(hub.metered, quota).into()),
            ],
        );
        html! { <span class="quiet">{ share }</span> }
    });
    html! {
        <>
            { fact("live-host", html! { <code>{ hub.host_name.clone() }</code> }) }
            { fact("live-key", html! { <>{ key }{ for rights }</> }) }
            { fact("live-relay", html! { { words.text(if hub.relay { "live-relay-yes" } else { "live-relay-no" }) } }) }
            { fact("live-prefix-is", html! { <code>{ hub.prefix.clone() }</code> }) }
            { fact("live-used", html! { <>{ words.with("hub-metered", [("count", hub.metered.into())]) }{ for shares }</> }) }
        </>
    }
}

/// A share in percent, with one decimal, rounded up: what was used is never nothing.
fn percent(used: u64, of: u64) -> f64 {
    let tenths = used.saturating_mul(1_000).div_ceil(of);
    #[expect(clippy::cast_precision_loss, reason = "a share that a person reads")]
    let tenths = tenths as f64;
    tenths / 10.0
}

fn created(hub: &LiveHub, words: &Words) -> Html {
    if hub.created.is_empty() {
        return html! { <p>{ words.text("live-created-none") }</p> };
    }
    let id = |id: &String| html! { <li><code>{ id.clone() }</code></li> };
    html! {
        <>
            <p id="hub-created">{ words.text("live-created") }</p>
            <ul class="hub-created" aria-labelledby="hub-created">{ for hub.created.iter().map(id) }</ul>
        </>
    }
}

/// A right, as the service writes it.
fn right_name(right: Right) -> &'static str {
    match right {
        Right::RegistryRead => "RegistryRead",
        Right::RegistryWrite => "RegistryWrite",
        Right::ServiceConnect => "ServiceConnect",
        Right::DeviceConnect => "DeviceConnect",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_is_never_nothing() {
        for (used, of, share) in [
            (0, 8_000, 0.0),
            (1, 8_000, 0.1),
            (80, 8_000, 1.0),
            (1, 400_000, 0.1),
            (16_000, 8_000, 200.0),
        ] {
            assert!(
                (percent(used, of) - share).abs() < f64::EPSILON,
                "{used} of {of}"
            );
        }
    }
}
