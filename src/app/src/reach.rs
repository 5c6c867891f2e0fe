//! How a step goes at a live hub: from the page itself, through the relay, or by the learner's own hand.

use lessons::message::{LiveHub, Right};
use lessons::outline::{Need, OnLive};
use yew::prelude::*;

use crate::i18n::Words;
use crate::panels::icon::icon;

/// How a step with this need goes there, with the string that opened the hub.
pub fn reach(hub: &LiveHub, need: Need) -> OnLive {
    let rights = hub.rights.as_ref();
    let may_serve = rights.is_none_or(|rights| rights.contains(&Right::ServiceConnect));
    if hub.policy.is_some() && may_serve {
        need.on_live(hub.relay)
    } else {
        need.on_live_as_device()
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn hub(policy: Option<&str>, rights: Option<Vec<Right>>, relay: bool) -> LiveHub {
        LiveHub {
            host_name: "hub.example".to_owned(),
            policy: policy.map(str::to_owned),
            rights,
            relay,
            prefix: String::new(),
            created: Vec::new(),
            metered: 0,
            trouble: None,
        }
    }

    #[test]
    fn a_policy_reaches_the_cloud_side_unless_it_is_known_not_to() {
        for (rights, way) in [
            (None, OnLive::Relayed),
            (Some(vec![Right::ServiceConnect]), OnLive::Relayed),
            (Some(vec![Right::RegistryRead]), OnLive::ByHand),
        ] {
            let hub = hub(Some("policy"), rights, true);
            assert_eq!(reach(&hub, Need::Service), way, "{:?}", hub.rights);
        }
    }

    #[test]
    fn a_relay_helps_nobody_who_may_only_be_a_device() {
        for relay in [true, false] {
            let hub = hub(None, None, relay);
            assert_eq!(reach(&hub, Need::Service), OnLive::ByHand);
            assert_eq!(reach(&hub, Need::Events), OnLive::ByHand);
            assert_eq!(reach(&hub, Need::Device), OnLive::Live);
        }
    }
}
