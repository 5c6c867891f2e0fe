//! The bench's clock: what time it is there, how fast it runs, and the jump to the next event.

use lessons::message::Command;
use yew::prelude::*;

use super::icon::icon;
use crate::app::KeptHandle;
use crate::classroom_link::use_classroom;
use crate::clock;
use crate::i18n::use_words;
use crate::state::Clock;
use crate::storage::{Change, SPEEDS};

/// How time goes on the bench.
#[derive(Clone, PartialEq, Properties)]
pub struct BenchBarProps {
    /// The clock, once the bench has told of it.
    pub clock: Option<Clock>,
}

/// The bar above the cards.
///
/// # Panics
///
/// Outside of the app.
#[component]
pub fn BenchBar(props: &BenchBarProps) -> Html {
    let words = use_words();
    let link = use_classroom();
    let kept = use_context::<KeptHandle>().expect("the app provides what is kept");
    let speed = |speed: u32| {
        let choose = {
            let (link, kept) = (link.clone(), kept.dispatcher());
            Callback::from(move |_: Event| {
                kept.dispatch(Change::Speed(speed));
                link.send(&Command::SetSpeed {
                    factor: f64::from(speed),
                });
            })
        };
        html! {
            <label>
                <input type="radio" name="speed" checked={kept.speed == speed} onchange={choose} />
                <span>{ format!("{speed}×") }</span>
            </label>
        }
    };
    let now = props.clock.map_or_else(
        || "--:--:--".to_owned(),
        |clock| clock::time_of_day(clock.now),
    );
    let wait = props
        .clock
        .and_then(|clock| Some(clock::length(clock.next?.saturating_sub(clock.now))));
    let skip = {
        let link = link.clone();
        Callback::from(move |_: MouseEvent| link.send(&Command::SkipToNext))
    };
    html! {
        <div class="bench-bar">
            <h2>{ words.text("bench") }</h2>
            <p class="clock"><span class="unseen">{ words.text("clock") }</span>
                <time>{ now }</time><span class="quiet">{ "UTC" }</span></p>
            <fieldset class="segments">
                <legend class="unseen">{ words.text("speed") }</legend>
                { for SPEEDS.iter().map(|factor| speed(*factor)) }
            </fieldset>
            <button type="button" class="button skip" disabled={wait.is_none()} onclick={skip}>
                { icon("skip") }<span>{ words.text("skip-to-next") }</span>
                <span class="skip-wait">{ wait.map(|wait| words.with("skip-wait", [("wait", wait.into())])) }</span>
            </button>
        </div>
    }
}
