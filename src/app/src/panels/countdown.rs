//! The seconds until something is tried again.

use gloo::timers::callback::Interval;
use yew::prelude::*;

use crate::i18n::Words;

/// A moment to come.
#[derive(Clone, PartialEq, Properties)]
pub struct CountdownProps {
    /// The words of the reader's language.
    pub words: Words,
    /// When it is, in milliseconds since the Unix epoch.
    pub until: u64,
}

/// How long it is till then, drawn anew every second.
#[component]
pub fn Countdown(props: &CountdownProps) -> Html {
    let update = use_force_update();
    use_effect_with((), move |()| {
        let interval = Interval::new(1_000, move || update.force_update());
        move || drop(interval)
    });
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a time of today in milliseconds"
    )]
    let now = js_sys::Date::now() as u64;
    let seconds = props.until.saturating_sub(now).div_ceil(1_000);
    html! { <span class="countdown">{ props.words.with("hub-retry", [("seconds", seconds.into())]) }</span> }
}
