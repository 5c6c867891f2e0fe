//! The events that a reader received from the hub.

use std::rc::Rc;

use lab::view::EventView;
use lessons::outline::LessonOutline;
use yew::prelude::*;

use super::chart::Chart;
use super::controls::{distinct, select};
use super::icon::icon;
use crate::clock;
use crate::i18n::Words;
use crate::scroll::{jump_button, use_follow_end};
use crate::state::Log;

/// The most rows that are drawn at once.
const SHOWN: usize = 200;
/// The most rows while events arrive faster than anybody reads: all of them would be drawn anew many times a second.
const SHOWN_OF_BURST: usize = 40;
/// How long back a burst is looked for, in milliseconds of the bench.
const BURST: u64 = 1000;

/// What arrived.
#[derive(Clone, PartialEq, Properties)]
pub struct EventsTabProps {
    /// The words of the reader's language.
    pub words: Words,
    /// The lesson.
    pub lesson: &'static LessonOutline,
    /// What arrived.
    pub events: Log<EventView>,
}

/// The table and the chart.
#[component]
pub fn EventsTab(props: &EventsTabProps) -> Html {
    let words = &props.words;
    let open = use_state(|| None::<(u16, u64)>);
    let view = use_node_ref();
    let device = use_state(|| None::<String>);
    let follow = use_follow_end(view.clone(), props.events.clone());
    if props.events.is_empty() {
        return html! { <p class="empty">{ words.text(&format!("{}-empty-events", props.lesson.id)) }</p> };
    }
    let kept = props.events.entries();
    let devices = distinct(kept.iter().map(|event| event.device_id.as_str()));
    let entries: Vec<&Rc<EventView>> = kept
        .iter()
        .filter(|event| device.as_ref().is_none_or(|id| *id == event.device_id))
        .collect();
    let older = entries.len().saturating_sub(shown(&entries));
    let choose = {
        let device = device.clone();
        Callback::from(move |chosen| device.set(chosen))
    };
    let columns = ["events-time", "events-body", "events-properties"];
    html! {
        <div class="events">
            <div class="events-list">
                if devices.len() > 1 {
                    <div class="filters">{ select(words.text("filter-device"), Some(words.text("filter-any-device")),
                        devices, device.as_deref(), choose) }</div>
                }
            <div class="events-frame">
                <div ref={view} class="events-rows" role="region" aria-label={words.text("tab-events")} tabindex="0"
                    onscroll={follow.on_scroll.clone()}>
                    if older > 0 {
                        <p class="empty">{ words.with("events-older", [("count", (older + props.events.forgotten()).into())]) }</p>
                    }
                    <table>
                        <thead><tr>
                            { for columns.iter().map(|id| html! { <th scope="col" class={*id}>{ words.text(id) }</th> }) }
                        </tr></thead>
                        <tbody>{ for entries[older..].iter().map(|event| row(event, &open, words)) }</tbody>
                    </table>
                </div>
                { jump_button(&follow, words) }
            </div>
            </div>
            <Chart words={words.clone()} preferred={props.lesson.chart} device={(*device).clone()} events={props.events.clone()} />
        </div>
    }
}

/// How many of the events are drawn: fewer if that many came in the last moment.
fn shown(events: &[&Rc<EventView>]) -> usize {
    let time = |event: &Rc<EventView>| event.enqueued_time.as_millis();
    let first_of_burst = events.iter().nth_back(SHOWN_OF_BURST - 1);
    let is_burst = first_of_burst
        .zip(events.last())
        .is_some_and(|(first, last)| time(first) + BURST > time(last));
    if is_burst { SHOWN_OF_BURST } else { SHOWN }
}

fn row(event: &Rc<EventView>, open: &UseStateHandle<Option<(u16, u64)>>, words: &Words) -> Html {
    let id = (event.partition, event.sequence_number);
    let is_open = **open == Some(id);
    let onclick = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(if is_open { None } else { Some(id) }))
    };
    let body = event
        .text
        .clone()
        .unwrap_or_else(|| words.text("events-binary").to_string());
    let time = clock::time_of_day(event.enqueued_time.as_millis());
    html! {
        <key={format!("{}-{}", id.0, id.1)}>
            <tr class={classes!(is_open.then_some("open"))}>
                <td class="nowrap">
                    <button type="button" class="button bare small row-toggle" aria-expanded={is_open.to_string()} {onclick}>
                        { icon("chevron") }{ time }<span class="unseen">{ " " }{ words.text("events-details") }</span>
                    </button>
                    <span class="events-device" title={event.device_id.clone()}>{ &event.device_id }</span>
                </td>
                <td><code>{ body }</code></td>
                <td>{ pairs(&event.application_properties) }</td>
            </tr>
            if is_open {
                <tr class="events-details"><td colspan="3">{ details(event, words) }</td></tr>
            }
        </>
    }
}

fn pairs(pairs: &[(String, String)]) -> Html {
    let pair = |(name, value): &(String, String)| {
        html! { <span class="pair"><code>{ name }{ "=" }{ value }</code></span> }
    };
    pairs.iter().map(pair).collect()
}

/// What the sender set, and what the hub stamped on it.
fn details(event: &EventView, words: &Words) -> Html {
    let list = |id: &str, pairs: &[(String, String)]| {
        if pairs.is_empty() {
            return html! {};
        }
        let pair = |(name, value): &(String, String)| {
            html! { <div><dt><code>{ name }</code></dt><dd><code>{ value }</code></dd></div> }
        };
        html! {
            <div class="events-stamps"><h3>{ words.text(id) }</h3><dl>{ for pairs.iter().map(pair) }</dl></div>
        }
    };
    let place = words.with(
        "events-place",
        [
            ("partition", usize::from(event.partition).into()),
            ("number", event.sequence_number.to_string().into()),
            ("offset", event.offset.as_str().into()),
            ("size", event.size.into()),
        ],
    );
    html! {
        <div class="events-stamp-lists">
            <p>{ place }</p>
            { list("events-annotations", &event.annotations) }
            { list("events-system", &event.system_properties) }
            { list("events-application", &event.application_properties) }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use wire::timestamp::Timestamp;

    use super::*;

    fn events(count: u64, apart: u64) -> Vec<Rc<EventView>> {
        let event = |number: u64| {
            Rc::new(EventView {
                partition: 0,
                sequence_number: number,
                offset: number.to_string(),
                enqueued_time: Timestamp::from_millis(number * apart),
                device_id: "device".to_owned(),
                text: None,
                size: 0,
                numbers: Vec::new(),
                annotations: Vec::new(),
                system_properties: Vec::new(),
                application_properties: Vec::new(),
            })
        };
        (0..count).map(event).collect()
    }

    #[test]
    fn a_burst_draws_fewer_rows() {
        let shown = |events: Vec<Rc<EventView>>| shown(&events.iter().collect::<Vec<_>>());
        assert_eq!(shown(events(500, 1)), SHOWN_OF_BURST);
        assert_eq!(shown(events(500, 100)), SHOWN);
        assert_eq!(shown(events(3, 1)), SHOWN);
        assert_eq!(shown(Vec::new()), SHOWN);
    }
}
