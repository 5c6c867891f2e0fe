//! How a step goes at a live hub: from the page itself, through the relay, or by the learner's own hand.

use lessons::message::LiveHub;
use lessons::outline::{OnLive, StepOutline};
use yew::prelude::*;

use crate::i18n::Words;
use crate::panels::icon::icon;

/// How a step goes there, with the string that opened the hub.
pub fn reach(hub: &LiveHub, step: &StepOutline) -> OnLive {
    step.on_live(&hub.reach())
}

/// The same as a picture and a word.
pub fn way_badge(way: OnLive, words: &Words) -> Html {
    let picture = match way {
        OnLive::Live => "hub",
        OnLive::Relayed => "wire",
        OnLive::ByHand => "eye",
    };
    html! {
        <span class={classes!("way", way.id())}>{ icon(picture) }<span>{ words.text(&format!("way-{}", way.id())) }</span></span>
    }
}

/// The texts are about the hub in the page; this says where the lessons run while another one is on the bench.
pub fn live_note(hub: &LiveHub, words: &Words) -> Html {
    const ID: &str = "live-lesson-note";
    // Its words come a moment after the hub.
    if !words.has(ID) {
        return Html::default();
    }
    let text = words.with(ID, [("host", hub.host_name.clone().into())]);
    html! { <p class="live-lesson-note">{ icon("hub") }<span>{ text }</span></p> }
}

#[cfg(test)]
mod tests {
    use lessons::message::Right;

    use super::*;

    fn hub(policy: Option<&str>, rights: Option<Vec<Right>>, relay: bool) -> LiveHub {
        LiveHub {
            host_name: "hub.example".to_owned(),
            policy: policy.map(str::to_owned),
            rights,
            relay,
            events: false,
            prefix: String::new(),
            created: Vec::new(),
            metered: lab::Metered::default(),
            metered_in_lesson: lab::Metered::default(),
            trouble: None,
        }
    }

    /// How steps of the first lessons go: one that registers, one that reads events, one that is a device, one that calls.
    fn ways(hub: &LiveHub) -> [OnLive; 4] {
        let way = |lesson: &str, step: &str| {
            let steps = lessons::outline::lesson(lesson).unwrap().steps;
            reach(hub, steps.iter().find(|it| it.id == step).unwrap())
        };
        [
            way("telemetry", "register"),
            way("telemetry", "read"),
            way("telemetry", "send"),
            way("methods", "call"),
        ]
    }

    #[test]
    fn a_policy_reaches_what_it_has_the_rights_for() {
        use OnLive::{ByHand, Live, Relayed};
        let registry = vec![Right::RegistryRead, Right::RegistryWrite];
        for (rights, expected) in [
            (None, [Relayed, Live, Live, Relayed]),
            (
                Some(vec![Right::ServiceConnect]),
                [ByHand, Live, Live, Relayed],
            ),
            (Some(registry), [Relayed, ByHand, Live, ByHand]),
        ] {
            let hub = hub(Some("policy"), rights, true);
            assert_eq!(ways(&hub), expected, "{:?}", hub.rights);
        }
    }

    #[test]
    fn a_relay_helps_nobody_who_may_only_be_a_device() {
        use OnLive::{ByHand, Live};
        for relay in [true, false] {
            let hub = hub(None, None, relay);
            assert_eq!(ways(&hub), [ByHand, ByHand, Live, ByHand]);
        }
    }
}
