//! One packet or request: its fields beside its bytes.

use std::rc::Rc;

use lab::view::TraceEntry;
use yew::prelude::*;

use super::bytes::{Line, Run, lines};
use super::icon::icon;
use crate::i18n::use_words;

/// Longer messages are shown up to here.
const LIMIT: usize = 4_096;

/// What is open.
#[derive(Clone, PartialEq, Properties)]
pub struct WireDetailProps {
    /// The packet or request.
    pub entry: Rc<TraceEntry>,
    /// Closes it.
    pub on_close: Callback<()>,
}

/// Fields and bytes; pointing at one marks the other.
#[component]
pub fn WireDetail(props: &WireDetailProps) -> Html {
    let words = use_words();
    let entry = &props.entry;
    let marked = use_state(|| None::<usize>);
    let mark = |field: Option<usize>| {
        let marked = marked.clone();
        move || marked.set(field)
    };
    let field = |(index, field): (usize, &lab::view::FieldView)| {
        let (over, focus, out, blur) = (mark(Some(index)), mark(Some(index)), mark(None), mark(None));
        html! {
            <li key={index}>
                <button type="button" class={classes!("wire-field", (*marked == Some(index)).then_some("marked"))}
                    onmouseenter={move |_: MouseEvent| over()} onmouseleave={move |_: MouseEvent| out()}
                    onfocus={move |_: FocusEvent| focus()} onblur={move |_: FocusEvent| blur()}>
                    <span class="wire-field-name">{ &field.name }</span>
                    <span class="wire-field-value">{ &field.value }</span>
                </button>
            </li>
        }
    };
    let shown = &entry.bytes[..entry.bytes.len().min(LIMIT)];
    let close = {
        let on_close = props.on_close.clone();
        Callback::from(move |_: MouseEvent| on_close.emit(()))
    };
    let on_escape = {
        let on_close = props.on_close.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                on_close.emit(());
            }
        })
    };
    html! {
        <section class="wire-detail" aria-labelledby="wire-detail" onkeydown={on_escape}>
            <div class="wire-detail-head">
                <h3 id="wire-detail"><code>{ &entry.kind }</code></h3>
                <span class="wire-detail-summary">{ &entry.summary }</span>
                <button type="button" class="button bare square small" aria-label={words.text("close")}
                    title={words.text("close")} onclick={close}>{ icon("close") }</button>
            </div>
            <div class="wire-detail-body">
                <div class="wire-fields">
                    <h4>{ words.text("wire-fields") }</h4>
                    <ol>{ for entry.fields.iter().enumerate().map(field) }</ol>
                </div>
                <div class="wire-bytes" role="region" tabindex="0" aria-label={words.text("wire-bytes")}>
                    <h4>{ words.text("wire-bytes") }</h4>
                    { for lines(shown, &entry.fields).iter().map(|line| draw(line, &marked)) }
                    if shown.len() < entry.bytes.len() {
                        <p class="empty">{ words.with("wire-bytes-more", [("count", (entry.bytes.len() - shown.len()).into())]) }</p>
                    }
                </div>
            </div>
        </section>
    }
}

fn draw(line: &Line, marked: &UseStateHandle<Option<usize>>) -> Html {
    let piece = |run: &Run, text: &str| {
        let field = run.field;
        let is_marked = field.is_some() && **marked == field;
        let (over, out) = (marked.clone(), marked.clone());
        html! {
            <span class={classes!("run", field.is_some().then_some("known"), is_marked.then_some("marked"))}
                onmouseenter={move |_: MouseEvent| over.set(field)} onmouseleave={move |_: MouseEvent| out.set(None)}>
                { text.to_owned() }
            </span>
        }
    };
    let hex = line.runs.iter().map(|run| piece(run, &run.hex));
    let text = line.runs.iter().map(|run| piece(run, &run.text));
    html! {
        <div class="bytes-line" key={line.offset}>
            <span class="bytes-offset">{ format!("{:04x}", line.offset) }</span>
            <span class="bytes-hex">{ for hex }</span>
            <span class="bytes-text">{ for text }</span>
        </div>
    }
}
