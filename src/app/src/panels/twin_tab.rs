//! The Twin tab: a device's tags and desired properties to be changed, its reported ones to be read.

use lab::action::{CloudAction, Outcome, Refusal};
use lab::view::TwinView;
use web_sys::InputEvent;
use yew::prelude::*;

use super::answer::{code, status};
use super::form::{Field, Form, Kind, action_button, device_line, form, value};
use super::icon::icon;
use crate::by_hand::{Change, Desk};

/// The form; a change of it that has succeeded is not a draft any more.
pub const SEND: Form = Form {
    id: "twin-send",
    fields: &[
        Field {
            id: "twin-tags",
            kind: Kind::Json,
            first: "{}",
        },
        Field {
            id: "twin-desired",
            kind: Kind::Json,
            first: "{}",
        },
    ],
};
const READ: &str = "twin-read";
/// Beside what is typed: the etag that the twin had when the typing began.
const ETAG: &str = "twin-etag";
/// The service's code for a twin that somebody else has changed.
const PRECONDITION_FAILED: u32 = 412_001;

/// The tab.
pub fn twin_tab(desk: &Desk) -> Html {
    html! {
        <>
            { device_line(desk) }
            if let Some(detail) = &desk.detail { { editor(desk, &detail.twin) } } else { { left_behind(desk) } }
            { status(desk, READ, &desk.standing(READ)) }
        </>
    }
}

/// What was typed for the twin of a device that is gone, until the learner discards it.
fn left_behind(desk: &Desk) -> Html {
    if desk.device().is_some() || !desk.hand.has_draft("twin-") {
        return html! {};
    }
    let words = &desk.words;
    let typed = SEND.fields.iter().filter_map(|field| {
        let text = desk.hand.draft(field.id)?;
        Some(html! { <><h3>{ words.text(field.id) }</h3>{ code(words.text(field.id), text) }</> })
    });
    let discard = {
        let hand = desk.hand.dispatcher();
        Callback::from(move |_| {
            hand.dispatch(Change::Forget("twin-"));
            hand.dispatch(Change::Asked(SEND.id, None));
        })
    };
    html! {
        <>
            <p class="by-hand-wait">{ icon("not-yet") }
                <span>{ words.with("twin-gone", [("device", desk.shown.as_str().into())]) }</span></p>
            { for typed }
            { action_button(desk, "twin-discard", discard) }
        </>
    }
}

fn editor(desk: &Desk, twin: &TwinView) -> Html {
    let words = &desk.words;
    let begun = desk.hand.draft(ETAG);
    let etag = begun.unwrap_or(&twin.etag).to_owned();
    let has_changed = begun.is_some_and(|begun| begun != twin.etag);
    let oninput = {
        let (hand, etag) = (desk.hand.dispatcher(), etag.clone());
        Callback::from(move |_: InputEvent| {
            hand.dispatch(Change::Draft(ETAG.to_owned(), etag.clone()));
        })
    };
    let now = [
        ("twin-tags", twin.tags.as_str()),
        ("twin-desired", twin.desired.as_str()),
    ];
    let send = {
        let (desk, etag) = (desk.clone(), etag.clone());
        Callback::from(move |()| patch(&desk, Some(etag.clone())))
    };
    let line = words.with(
        "twin-etag",
        [
            ("etag", etag.as_str().into()),
            ("version", twin.version.to_string().as_str().into()),
        ],
    );
    html! {
        <div class="by-hand-columns" {oninput}>
            <div>
                <p class="quiet">{ words.text("twin-how") }</p>
                { form(desk, &SEND, &now, buttons(desk), send) }
                <p class="quiet"><code>{ line }</code></p>
                if has_changed {
                    <p class="by-hand-wait">{ icon("not-yet") }<span>{ words.text("twin-changed") }</span></p>
                }
            </div>
            <div>
                <h3>{ words.with("twin-reported", [("version", twin.reported_version.to_string().as_str().into())]) }</h3>
                { code(words.text("twin-reported-label"), &twin.reported) }
            </div>
        </div>
    }
}

/// What can be done beside sending: more of it once somebody else has changed the twin.
fn buttons(desk: &Desk) -> Html {
    let read = {
        let desk = desk.clone();
        Callback::from(move |_| {
            desk.hand.dispatch(Change::Forget("twin-"));
            desk.hand.dispatch(Change::Asked(SEND.id, None));
            let device_id = desk.shown.clone();
            desk.in_cloud(READ, CloudAction::ReadTwin { device_id });
        })
    };
    let answer = desk.answer(SEND.id);
    let is_conflict = matches!(
        answer.as_deref(),
        Some(Outcome::Refused(Refusal {
            code: Some(PRECONDITION_FAILED),
            ..
        }))
    );
    let force = {
        let desk = desk.clone();
        Callback::from(move |_| patch(&desk, None))
    };
    html! {
        <>
            { action_button(desk, READ, read) }
            if is_conflict { { action_button(desk, "twin-force", force) } }
        </>
    }
}

/// Sends what stands in the fields. Both hold JSON: the form has looked.
fn patch(desk: &Desk, etag: Option<String>) {
    let part =
        |name: &str, text: String| (!text.trim().is_empty()).then(|| format!("\"{name}\":{text}"));
    let desired = part("desired", value("twin-desired"));
    let parts = [
        part("tags", value("twin-tags")),
        desired.map(|desired| format!("\"properties\":{{{desired}}}")),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    let action = CloudAction::PatchTwin {
        device_id: desk.shown.clone(),
        patch: format!("{{{}}}", parts.join(",")),
        etag,
    };
    desk.hand.dispatch(Change::Asked(READ, None));
    desk.in_cloud(SEND.id, action);
}
