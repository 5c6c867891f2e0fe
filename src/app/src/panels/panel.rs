//! The panel under the cards: what crossed the wire, what arrived, and what the cloud does by hand.

use lab::view::{EventView, TraceEntry};
use lessons::outline::LessonOutline;
use yew::prelude::*;

use super::events_tab::EventsTab;
use super::form::on_input;
use super::messages_tab::messages_tab;
use super::method_tab::method_tab;
use super::query_tab::query_tab;
use super::registry_tab::registry_tab;
use super::twin_tab::{self, twin_tab};
use super::wire_tab::WireTab;
use crate::by_hand::{Change, Desk, Tab};
use crate::dom;
use crate::state::Log;

/// What the tabs show.
#[derive(Clone, PartialEq, Properties)]
pub struct PanelProps {
    /// What is done by hand.
    pub desk: Desk,
    /// The lesson.
    pub lesson: &'static LessonOutline,
    /// What crossed the wire.
    pub trace: Log<TraceEntry>,
    /// What arrived.
    pub events: Log<EventView>,
}

/// The tabs and the open one's content.
#[component]
pub fn Panel(props: &PanelProps) -> Html {
    let desk = &props.desk;
    let (words, hand) = (&desk.words, &desk.hand);
    let open = hand.tab;
    // What was sent is the twin's own by now: what was typed is no draft any more.
    use_effect_with(desk.succeeded(twin_tab::SEND.id), {
        let hand = hand.dispatcher();
        move |sent| {
            if sent.is_some() {
                hand.dispatch(Change::Forget("twin-"));
            }
        }
    });
    let onkeydown = {
        let hand = hand.dispatcher();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(tab) = open.after(&event.key()) {
                event.prevent_default();
                hand.dispatch(Change::Tab(tab));
                dom::focus(tab.id());
            }
        })
    };
    let tab = |tab: Tab| {
        let count = match tab {
            Tab::Wire => Some(props.trace.entries().len() + props.trace.forgotten()),
            Tab::Events => Some(props.events.entries().len() + props.events.forgotten()),
            _ => None,
        };
        let selected = open == tab;
        let hand = hand.dispatcher();
        html! {
            <button type="button" role="tab" id={tab.id()} class="tab"
                aria-selected={selected.to_string()} aria-controls="tab-content"
                tabindex={if selected { "0" } else { "-1" }} onclick={move |_: MouseEvent| hand.dispatch(Change::Tab(tab))}>
                { words.text(tab.id()) }if let Some(count) = count { <span class="count">{ count }</span> }
            </button>
        }
    };
    html! {
        <section id="panel" class="panel" aria-label={words.text("panel")}>
            <h2 class="unseen">{ words.text("panel") }</h2>
            <div class="tabs" role="tablist" aria-label={words.text("panel")} {onkeydown}>
                { for Tab::ALL.into_iter().map(tab) }
            </div>
            <div id="tab-content" class="tab-content" role="tabpanel" aria-labelledby={open.id()} oninput={on_input(desk)}>
                { content(props, open) }
            </div>
        </section>
    }
}

/// Only the open tab is drawn.
fn content(props: &PanelProps, open: Tab) -> Html {
    let desk = &props.desk;
    let by_hand = match open {
        Tab::Wire => {
            return html! { <WireTab words={desk.words.clone()} lesson={props.lesson} trace={props.trace.clone()} /> };
        }
        Tab::Events => {
            return html! { <EventsTab words={desk.words.clone()} lesson={props.lesson} events={props.events.clone()} /> };
        }
        Tab::Registry => registry_tab(desk),
        Tab::Twin => twin_tab(desk),
        Tab::Query => query_tab(desk),
        Tab::Method => method_tab(desk),
        Tab::Messages => messages_tab(desk),
    };
    html! { <div key={open.id()} class="by-hand-tab">{ by_hand }</div> }
}
