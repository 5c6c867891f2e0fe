//! What programs printed.

use lab::view::{ConsoleLine, Span, Tone};
use yew::prelude::*;

use super::icon::icon;
use super::secret::Secret;
use crate::clock;
use crate::i18n::Words;
use crate::scroll::{jump_button, use_follow_end};
use crate::state::Log;

/// A console.
#[derive(Clone, PartialEq, Properties)]
pub struct ConsoleProps {
    /// The words of the reader's language.
    pub words: Words,
    /// Its lines.
    pub lines: Log<ConsoleLine>,
    /// Its element's id.
    pub id: &'static str,
    /// Its name for screen readers.
    pub label: AttrValue,
    /// What will appear here and which step makes it appear.
    pub empty: AttrValue,
}

/// The lines, following their end until somebody scrolls.
#[component]
pub fn Console(props: &ConsoleProps) -> Html {
    let words = &props.words;
    let view = use_node_ref();
    let follow = use_follow_end(view.clone(), props.lines.clone());
    let mut program = "";
    let lines = props.lines.entries().iter().map(|line| {
        let is_other = std::mem::replace(&mut program, &line.program) != line.program;
        html! {
            <key={line.id}>
                if is_other { <div class="console-program">{ &line.program }</div> }
                { draw(line, words) }
            </>
        }
    });
    let lines: Html = lines.collect();
    html! {
        <div class="console-frame">
            <div id={props.id} ref={view} class="console" role="region" aria-label={props.label.clone()} tabindex="0" onscroll={follow.on_scroll.clone()}>
                if props.lines.is_empty() {
                    <p class="empty">{ props.empty.clone() }</p>
                }
                if props.lines.forgotten() > 0 {
                    <p class="empty">{ words.with("console-forgotten", [("count", props.lines.forgotten().into())]) }</p>
                }
                { lines }
            </div>
            { jump_button(&follow, words) }
        </div>
    }
}

fn draw(line: &ConsoleLine, words: &Words) -> Html {
    let tone = match line.tone {
        Tone::Plain => "plain",
        Tone::Error => "error",
        Tone::Note => "note",
    };
    let spans = line.spans.iter().map(|span| match span {
        Span::Text(text) => html! { <span>{ text }</span> },
        Span::Secret(text) => html! { <Secret words={words.clone()} text={text.clone()} /> },
    });
    html! {
        <div class={classes!("console-line", tone)} title={clock::precise_time_of_day(line.at.as_millis())}>
            if line.tone == Tone::Error { { icon("warning") } }
            { for spans }
        </div>
    }
}
