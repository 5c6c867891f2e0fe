//! One packet or request: its fields beside its bytes, its body, its token, and how other tools spell it.

use std::ops::Range;
use std::rc::Rc;

use lab::view::{EntryDetail, FieldView, Spelling, Tool, TraceEntry};
use lessons::message::Command;
use yew::prelude::*;

use super::bytes::{Line, Run, lines};
use super::controls::{Choice, choices};
use super::copy_button::CopyButton;
use super::icon::icon;
use super::wire_tab::summary;
use super::wire_token::token;
use crate::i18n::Words;
use crate::insight::use_insight;
use crate::json;

/// Longer messages are shown up to here.
const LIMIT: usize = 4_096;

/// What is open.
#[derive(Clone, PartialEq, Properties)]
pub struct WireDetailProps {
    /// The words of the reader's language.
    pub words: Words,
    /// The packet or request.
    pub entry: Rc<TraceEntry>,
    /// Closes it.
    pub on_close: Callback<()>,
}

/// What is pointed at.
#[derive(Clone, Debug, PartialEq)]
struct Mark {
    bytes: Range<usize>,
    /// The field itself, if it was not a byte: a byte may belong to several.
    field: Option<usize>,
}

impl Mark {
    fn field(index: usize, field: &FieldView) -> Self {
        Self {
            bytes: field.start..field.end,
            field: Some(index),
        }
    }

    /// Whether a field is to be marked.
    fn marks_field(&self, index: usize, field: &FieldView) -> bool {
        match self.field {
            Some(marked) => marked == index,
            None => self.bytes == (field.start..field.end),
        }
    }

    /// Whether bytes are to be marked.
    fn marks_bytes(&self, bytes: &Range<usize>) -> bool {
        self.bytes.start <= bytes.start && bytes.end <= self.bytes.end
    }
}

/// What is shown beside the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum View {
    Bytes,
    Body,
    Token,
    Spelt,
}

impl View {
    fn name(self) -> &'static str {
        match self {
            Self::Bytes => "wire-bytes",
            Self::Body => "wire-body",
            Self::Token => "wire-token",
            Self::Spelt => "wire-spelt",
        }
    }
}

/// The body of a message, indented, if it is JSON.
fn body(fields: &[FieldView]) -> Option<String> {
    let body = fields
        .iter()
        .rfind(|field| field.name == "body" || field.name == "payload")?;
    json::indented(&body.value)
}

/// Fields, and beside them one view of the rest.
#[component]
pub fn WireDetail(props: &WireDetailProps) -> Html {
    let words = &props.words;
    let entry = &props.entry;
    let insight = use_insight();
    let marked = use_state(|| None::<Mark>);
    let view = use_state(|| View::Bytes);
    use_effect_with(entry.id, {
        let link = insight.link.clone();
        move |entry| link.send(&Command::Inspect { entry: *entry })
    });
    let told = insight.inspected.as_ref().filter(|(id, _)| *id == entry.id);
    let detail = told.and_then(|(_, detail)| detail.as_deref());
    let body = detail.and_then(|detail| body(&detail.fields));
    let views = [
        (View::Bytes, detail.is_some()),
        (View::Body, body.is_some()),
        (
            View::Token,
            detail.is_some_and(|detail| detail.token.is_some()),
        ),
        (
            View::Spelt,
            detail.is_some_and(|detail| !detail.spellings.is_empty()),
        ),
    ];
    let choice = |(choice, _): (View, bool)| {
        let current = view.clone();
        Choice {
            label: html! { { words.text(choice.name()) } },
            title: None,
            taken: *view == choice,
            take: Callback::from(move |_| current.set(choice)),
        }
    };
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
    let shown = detail.map(|detail| match (*view, &body, &detail.token) {
        (View::Body, Some(body), _) => html! { <pre class="wire-json">{ body }</pre> },
        (View::Token, _, Some(view)) => token(view, insight.now, words),
        (View::Spelt, ..) => spellings(&detail.spellings, words),
        _ => bytes(detail, &marked, words),
    });
    html! {
        <section class="wire-detail" aria-labelledby="wire-detail" onkeydown={on_escape}>
            <div class="wire-detail-head">
                <h3 id="wire-detail"><code>{ &entry.kind }</code></h3>
                <span class="wire-detail-summary">{ summary(entry, &insight.host_name, words) }</span>
                if views.iter().filter(|(_, is_there)| *is_there).count() > 1 {
                    { choices("wire-view", words.text("wire-view"), views.into_iter().filter(|(_, is_there)| *is_there).map(choice)) }
                }
                <button type="button" class="button bare square small" aria-label={words.text("close")}
                    title={words.text("close")} onclick={close}>{ icon("close") }</button>
            </div>
            if let (Some(detail), Some(shown)) = (detail, shown) {
                <div class={classes!("wire-detail-body", (*view == View::Bytes).then_some("with-bytes"))}>
                    if *view == View::Bytes {
                        <div class="wire-fields">
                            <h4>{ words.text("wire-fields") }</h4>
                            <ol>{ for detail.fields.iter().enumerate().map(|field| draw_field(field, &marked)) }</ol>
                        </div>
                    }
                    <div class="wire-bytes" role="region" tabindex="0" aria-label={words.text(view.name())} key={view.name()}>
                        { shown }
                    </div>
                </div>
            } else if told.is_some() {
                <p class="empty">{ words.text("wire-gone") }</p>
            }
        </section>
    }
}

fn draw_field((index, field): (usize, &FieldView), marked: &UseStateHandle<Option<Mark>>) -> Html {
    let mark = |mark: Option<Mark>| {
        let marked = marked.clone();
        move || marked.set(mark.clone())
    };
    let on = mark(Some(Mark::field(index, field)));
    let (over, focus, out, blur) = (on.clone(), on, mark(None), mark(None));
    let is_marked = marked
        .as_ref()
        .is_some_and(|mark| mark.marks_field(index, field));
    html! {
        <li key={index}>
            <button type="button" class={classes!("wire-field", is_marked.then_some("marked"))}
                onmouseenter={move |_: MouseEvent| over()} onmouseleave={move |_: MouseEvent| out()}
                onfocus={move |_: FocusEvent| focus()} onblur={move |_: FocusEvent| blur()}>
                <span class="wire-field-name">{ &field.name }</span>
                <span class="wire-field-value">{ &field.value }</span>
            </button>
        </li>
    }
}

fn bytes(detail: &EntryDetail, marked: &UseStateHandle<Option<Mark>>, words: &Words) -> Html {
    let shown = &detail.bytes[..detail.bytes.len().min(LIMIT)];
    let hidden = detail.bytes.len() - shown.len();
    html! {
        <>
            <h4>{ words.text("wire-bytes") }</h4>
            { for lines(shown, &detail.fields).iter().map(|line| draw(line, &detail.fields, marked)) }
            if hidden > 0 {
                <p class="empty">{ words.with("wire-bytes-more", [("count", hidden.into())]) }</p>
            }
        </>
    }
}

/// The same in the words of other tools, each ready to be copied.
fn spellings(spellings: &[Spelling], words: &Words) -> Html {
    let spelling = |spelling: &Spelling| {
        let name = match spelling.tool {
            Tool::Curl => "curl",
            Tool::Az => "az",
            Tool::Mqtt => "MQTT",
        };
        let label = words.with("wire-copy-as", [("tool", name.into())]);
        html! {
            <section class="wire-spelling" key={name}>
                <CopyButton words={words.clone()} text={spelling.text.clone()} {label} is_labelled=true />
                <pre>{ &spelling.text }</pre>
            </section>
        }
    };
    html! {
        <>
            { for spellings.iter().map(spelling) }
            <p class="quiet wire-note">{ words.text("wire-spelt-note") }</p>
        </>
    }
}

fn draw(line: &Line, fields: &[FieldView], marked: &UseStateHandle<Option<Mark>>) -> Html {
    let piece = |run: &Run, text: &str| {
        let field = run.field.and_then(|index| fields.get(index));
        let mark = field.map(|field| Mark {
            bytes: field.start..field.end,
            field: None,
        });
        let is_marked = marked
            .as_ref()
            .is_some_and(|mark| mark.marks_bytes(&run.bytes));
        let (over, out) = (marked.clone(), marked.clone());
        html! {
            <span class={classes!("run", field.is_some().then_some("known"), is_marked.then_some("marked"))}
                onmouseenter={move |_: MouseEvent| over.set(mark.clone())} onmouseleave={move |_: MouseEvent| out.set(None)}>
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

#[cfg(test)]
mod tests {
    use super::*;

    fn field(start: usize, end: usize) -> FieldView {
        FieldView {
            name: String::new(),
            value: String::new(),
            start,
            end,
        }
    }

    #[test]
    fn a_byte_marks_all_of_its_fields_and_a_field_only_itself() {
        let fields = [field(0, 1), field(0, 1), field(1, 5)];
        let marked = |mark: &Mark| -> Vec<usize> {
            (0..fields.len())
                .filter(|index| mark.marks_field(*index, &fields[*index]))
                .collect()
        };
        assert_eq!(marked(&Mark::field(1, &fields[1])), [1]);
        assert_eq!(
            marked(&Mark {
                bytes: 0..1,
                field: None
            }),
            [0, 1]
        );
    }

    #[test]
    fn a_field_marks_the_bytes_in_it() {
        let mark = Mark::field(0, &field(2, 6));
        assert!(mark.marks_bytes(&(2..6)));
        assert!(mark.marks_bytes(&(3..4)));
        assert!(!mark.marks_bytes(&(1..3)));
    }
}
