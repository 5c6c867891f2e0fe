//! What came of something done by hand: a sentence of ours, the service's own words beside it, and what there is to see.

use lab::action::{FeedbackView, Outcome, Refusal};
use yew::prelude::*;

use super::icon::icon;
use crate::by_hand::{Desk, Standing};
use crate::clock;

/// The sentence under a form. It is there from the start, so that a screen reader speaks what comes into it.
pub fn status(desk: &Desk, form: &str, standing: &Standing) -> Html {
    let words = &desk.words;
    let said = match standing {
        Standing::Idle => html! {},
        Standing::Waiting => html! { <span class="quiet">{ words.text("by-hand-waiting") }</span> },
        Standing::NotJson(_, detail) => bad(words.text("not-json"), Some(detail.clone().into())),
        Standing::Wrong(_, why) => bad(words.text(why), None),
        Standing::Answered(outcome) => match &**outcome {
            Outcome::Refused(refusal) => refused(desk, refusal),
            outcome => {
                html! { <span class="by-hand-good">{ icon("passed") }<span>{ done(desk, form, outcome) }</span></span> }
            }
        },
    };
    html! { <div id={format!("answer-{form}")} class="by-hand-status" role="status">{ said }</div> }
}

fn bad(ours: AttrValue, theirs: Option<AttrValue>) -> Html {
    html! {
        <>
            <span class="by-hand-bad">{ icon("warning") }<span>{ ours }</span></span>
            if let Some(theirs) = theirs { <code class="by-hand-theirs">{ theirs }</code> }
        </>
    }
}

/// Our words for a refusal, and the service's own.
fn refused(desk: &Desk, refusal: &Refusal) -> Html {
    let known = refusal.code.map(|code| format!("error-{code}"));
    let id = known
        .as_deref()
        .filter(|_| refusal.hint.is_none())
        .filter(|id| desk.words.has(id))
        .unwrap_or(match refusal {
            Refusal { hint: Some(_), .. } => "error-query",
            Refusal {
                status: Some(_), ..
            } => "error-other",
            _ => "error-bench",
        });
    let status = refusal.status.map(|status| match refusal.code {
        Some(code) => format!("{status} · {code} · "),
        None => format!("{status} · "),
    });
    let theirs = format!("{}{}", status.unwrap_or_default(), refusal.text);
    bad(desk.words.text(id), Some(theirs.into()))
}

/// What was done, in a sentence.
fn done(desk: &Desk, form: &str, outcome: &Outcome) -> AttrValue {
    let words = &desk.words;
    match outcome {
        Outcome::Rows { rows, .. } => words.with("did-query", [("count", rows.len().into())]),
        Outcome::Method { status, .. } => words.with(
            "did-method",
            [("status", status.to_string().as_str().into())],
        ),
        Outcome::Sent { message_id } if message_id.is_empty() => words.text("did-send-unnamed"),
        Outcome::Sent { message_id } => {
            words.with("did-send", [("id", message_id.as_str().into())])
        }
        Outcome::Purged { count } => {
            let count = usize::try_from(*count).unwrap_or(usize::MAX);
            words.with("did-purge", [("count", count.into())])
        }
        Outcome::Feedback(records) => words.with("did-feedback", [("count", records.len().into())]),
        _ => words.text(&format!("did-{form}")),
    }
}

/// Records of feedback.
pub fn feedback(desk: &Desk, records: &[FeedbackView]) -> Html {
    let rows = records.iter().map(|record| {
        vec![
            record.message_id.clone(),
            record.device_id.clone(),
            record.status.clone(),
            clock::time_of_day(record.at.as_millis()),
        ]
    });
    let heads = [
        "column-message",
        "column-device",
        "column-status",
        "column-time",
    ];
    table(
        desk.words.text("feedback"),
        heads.map(|head| desk.words.text(head)).to_vec(),
        rows,
    )
}

/// A table of texts.
pub fn table(
    caption: AttrValue,
    heads: Vec<AttrValue>,
    rows: impl Iterator<Item = Vec<String>>,
) -> Html {
    let row = |cells: Vec<String>| {
        html! { <tr>{ for cells.into_iter().map(|cell| html! { <td>{ cell }</td> }) }</tr> }
    };
    html! {
        <div class="by-hand-table" role="region" aria-label={caption.clone()} tabindex="0">
            <table>
                <caption class="unseen">{ caption }</caption>
                <thead><tr>{ for heads.into_iter().map(|head| html! { <th scope="col">{ head }</th> }) }</tr></thead>
                <tbody>{ for rows.map(row) }</tbody>
            </table>
        </div>
    }
}

/// A text as code, such as JSON.
pub fn code(label: AttrValue, text: &str) -> Html {
    html! { <pre class="by-hand-code" role="region" aria-label={label} tabindex="0"><code>{ text.to_owned() }</code></pre> }
}
