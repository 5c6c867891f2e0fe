//! The panel under the cards: what crossed the wire, and what arrived.

use lab::view::{EventView, TraceEntry};
use lessons::outline::LessonOutline;
use yew::prelude::*;

use super::events_tab::EventsTab;
use super::wire_tab::WireTab;
use crate::dom;
use crate::i18n::Words;
use crate::state::Log;

/// What the tabs show.
#[derive(Clone, PartialEq, Properties)]
pub struct PanelProps {
    /// The words of the reader's language.
    pub words: Words,
    /// The lesson.
    pub lesson: &'static LessonOutline,
    /// What crossed the wire.
    pub trace: Log<TraceEntry>,
    /// What arrived.
    pub events: Log<EventView>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tab {
    Wire,
    Events,
}

impl Tab {
    const ALL: [Self; 2] = [Self::Wire, Self::Events];

    fn id(self) -> &'static str {
        match self {
            Self::Wire => "wire",
            Self::Events => "events",
        }
    }

    /// The tab that a key leads to.
    fn after(self, key: &str) -> Option<Self> {
        let at = Self::ALL.iter().position(|tab| *tab == self)?;
        let count = Self::ALL.len();
        match key {
            "ArrowRight" => Some(Self::ALL[(at + 1) % count]),
            "ArrowLeft" => Some(Self::ALL[(at + count - 1) % count]),
            "Home" => Some(Self::ALL[0]),
            "End" => Some(Self::ALL[count - 1]),
            _ => None,
        }
    }
}

/// The tabs and the open one's content.
#[component]
pub fn Panel(props: &PanelProps) -> Html {
    let words = &props.words;
    let open = use_state(|| Tab::Wire);
    let onkeydown = {
        let open = open.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(tab) = open.after(&event.key()) {
                event.prevent_default();
                open.set(tab);
                dom::focus(&format!("tab-{}", tab.id()));
            }
        })
    };
    let tab = |tab: Tab| {
        let count = match tab {
            Tab::Wire => props.trace.entries().len() + props.trace.forgotten(),
            Tab::Events => props.events.entries().len() + props.events.forgotten(),
        };
        let selected = *open == tab;
        let choose = {
            let open = open.clone();
            Callback::from(move |_: MouseEvent| open.set(tab))
        };
        html! {
            <button type="button" role="tab" id={format!("tab-{}", tab.id())} class="tab"
                aria-selected={selected.to_string()} aria-controls="tab-content"
                tabindex={if selected { "0" } else { "-1" }} onclick={choose}>
                { words.text(&format!("tab-{}", tab.id())) }<span class="count">{ count }</span>
            </button>
        }
    };
    html! {
        <section id="panel" class="panel" aria-label={words.text("panel")}>
            <h2 class="unseen">{ words.text("panel") }</h2>
            <div class="tabs" role="tablist" aria-label={words.text("panel")} {onkeydown}>
                { for Tab::ALL.into_iter().map(tab) }
            </div>
            <div id="tab-content" class="tab-content" role="tabpanel" aria-labelledby={format!("tab-{}", open.id())}>
                { match *open {
                    Tab::Wire => html! { <WireTab words={words.clone()} lesson={props.lesson} trace={props.trace.clone()} /> },
                    Tab::Events => html! { <EventsTab words={words.clone()} lesson={props.lesson} events={props.events.clone()} /> },
                } }
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_go_round() {
        assert_eq!(Tab::Wire.after("ArrowRight"), Some(Tab::Events));
        assert_eq!(Tab::Wire.after("ArrowLeft"), Some(Tab::Events));
        assert_eq!(Tab::Events.after("Home"), Some(Tab::Wire));
        assert_eq!(Tab::Wire.after("a"), None);
    }
}
