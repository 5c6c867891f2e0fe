//! The wire between the cards, with the hub in its middle: packets of the device travel on one
//! side of it, requests of service programs on the other.

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use lab::view::{Direction, Side, TraceEntry};
use yew::prelude::*;

use super::icon::icon;
use crate::i18n::Words;
use crate::state::Log;

/// How long a packet is seen, in milliseconds: 300 to cross, then long enough to be read.
const SEEN: u32 = 1_400;
/// The most packets that are seen at once, each in a lane of its own. While all lanes are taken, those that come are not
/// drawn: with many packets a second the wire stays calm.
const LANES: usize = 5;

/// What crosses the wire.
#[derive(Clone, PartialEq, Properties)]
pub struct GutterProps {
    /// The words of the reader's language.
    pub words: Words,
    /// All that crossed it.
    pub trace: Log<TraceEntry>,
    /// The device that the card shows; packets of others are dimmer.
    pub shown: String,
}

/// The packets on their way, each with its lane.
#[derive(Default, PartialEq)]
struct Flying(Vec<(usize, Rc<TraceEntry>)>);

enum Flight {
    Start(Vec<Rc<TraceEntry>>),
    End(u64),
}

impl Reducible for Flying {
    type Action = Flight;

    fn reduce(self: Rc<Self>, flight: Flight) -> Rc<Self> {
        let mut flying = self.0.clone();
        match flight {
            Flight::Start(entries) => {
                for entry in entries {
                    let is_free = |lane: &usize| flying.iter().all(|(taken, _)| taken != lane);
                    if let Some(lane) = (0..LANES).find(is_free) {
                        flying.push((lane, entry));
                    }
                }
            }
            Flight::End(last) => flying.retain(|(_, entry)| entry.id > last),
        }
        Rc::new(Self(flying))
    }
}

/// The wire. Decoration: the Wire tab tells the same in words.
#[component]
pub fn Gutter(props: &GutterProps) -> Html {
    let words = &props.words;
    let flying = use_reducer(Flying::default);
    let seen = use_mut_ref(|| last_id(&props.trace));
    use_effect_with(props.trace.clone(), {
        let flying = flying.dispatcher();
        move |trace| {
            let entries = trace.entries();
            let known = seen.replace(last_id(trace));
            let new = entries
                .iter()
                .rev()
                .take(LANES)
                .take_while(|entry| Some(entry.id) > known);
            let mut new: Vec<_> = new.cloned().collect();
            new.reverse();
            if let Some(last) = new.last().map(|entry| entry.id) {
                flying.dispatch(Flight::Start(new));
                Timeout::new(SEEN, move || flying.dispatch(Flight::End(last))).forget();
            }
        }
    });
    html! {
        <div class="gutter" aria-hidden="true">
            <div class="gutter-hub">{ icon("hub") }<span>{ words.text("hub") }</span></div>
            { for (0..LANES).map(|lane| draw(lane, &flying, &props.shown)) }
        </div>
    }
}

fn last_id(trace: &Log<TraceEntry>) -> Option<u64> {
    trace.entries().last().map(|entry| entry.id)
}

/// A lane, with its packet if it has one. Lanes stay where they are, because a browser starts the
/// movement of a packet anew when its element is moved.
fn draw(lane: usize, flying: &Flying, shown: &str) -> Html {
    let packet = flying
        .0
        .iter()
        .find(|(taken, _)| *taken == lane)
        .map(|(_, entry)| packet(entry, shown));
    html! { <div key={lane} class={format!("lane lane-{lane}")}>{ packet }</div> }
}

fn packet(entry: &TraceEntry, shown: &str) -> Html {
    let side = match entry.side {
        Side::Device => "device",
        Side::Cloud => "cloud",
    };
    let direction = match entry.direction {
        Direction::ToHub => "to-hub",
        Direction::FromHub => "from-hub",
    };
    let device = entry.device_id.as_deref();
    let other = device
        .is_some_and(|device| device != shown)
        .then_some("other");
    html! {
        <span key={entry.id} class={classes!("packet", side, direction, other)}>{ &entry.kind }</span>
    }
}
