//! The bench's clock: what time it is there, how fast it runs, and the jump to the next event.

use lab::view::Upcoming;
use lessons::message::Command;
use yew::prelude::*;

use super::controls::{Choice, choices_unless};
use super::header::hub_button;
use super::icon::icon;
use crate::clock;
use crate::i18n::Words;
use crate::screen::Screen;
use crate::storage::{Change, SPEEDS};

/// The bar above the cards.
pub fn bench_bar(screen: &Screen) -> Html {
    let words = &screen.words;
    let time = screen.bench.clock.as_ref();
    let is_live = screen.live().is_some();
    let why_not = is_live.then(|| words.text("only-emulated-clock"));
    let speed = |speed: &u32| {
        let speed = *speed;
        let (link, kept) = (screen.link.clone(), screen.kept.dispatcher());
        Choice {
            label: html! { { format!("{speed}×") } },
            title: None,
            taken: if is_live {
                speed == 1
            } else {
                screen.kept.speed == speed
            },
            take: Callback::from(move |_| {
                kept.dispatch(Change::Speed(speed));
                link.send(&Command::SetSpeed {
                    factor: f64::from(speed),
                });
            }),
        }
    };
    let now = time.map_or_else(
        || "--:--:--".to_owned(),
        |time| clock::time_of_day(time.now),
    );
    let wait = time.and_then(|time| Some(clock::length(time.next?.saturating_sub(time.now))));
    let what = time.and_then(|time| Some(upcoming(time.what.as_ref()?, words)));
    let skip = {
        let link = screen.link.clone();
        Callback::from(move |_: MouseEvent| link.send(&Command::SkipToNext))
    };
    html! {
        <div class="bench-bar">
            <h2>{ words.text("bench") }</h2>
            <p class="clock"><span class="unseen">{ words.text("clock") }</span>
                <time>{ now }</time><span class="quiet">{ "UTC" }</span></p>
            { choices_unless(why_not.as_ref(), "speed", words.text("speed"), SPEEDS.iter().map(speed)) }
            <p class="next-what quiet" title={what.clone()}>{ what.clone() }</p>
            <button id="skip" type="button" class="button skip" title={why_not.or(what)} disabled={is_live || wait.is_none()} onclick={skip}>
                { icon("skip") }<span>{ words.text("skip-to-next") }</span>
                <span class="skip-wait">{ wait.map(|wait| words.with("skip-wait", [("wait", wait.into())])) }</span>
            </button>
            { hub_button(screen, "small") }
        </div>
    }
}

/// What will happen next, in a few words.
fn upcoming(what: &Upcoming, words: &Words) -> AttrValue {
    let of = |id: &str, device: &str| words.with(id, [("device", device.into())]);
    match what {
        Upcoming::MessageExpires { device_id } => of("next-message-expires", device_id),
        Upcoming::LockEnds { device_id } => of("next-lock-ends", device_id),
        Upcoming::MethodTimesOut { device_id } => of("next-method-times-out", device_id),
        Upcoming::ConnectionEnds { device_id } => of("next-connection-ends", device_id),
        Upcoming::FeedbackReady => words.text("next-feedback-ready"),
        Upcoming::QueryCatchesUp => words.text("next-query-catches-up"),
        Upcoming::ProgramGoesOn => words.text("next-program-goes-on"),
        Upcoming::Other => words.text("next-other"),
    }
}
