//! The Messages tab: cloud-to-device messages, the device's queue of them, and feedback.

use lab::action::{Acknowledgement, CloudAction};
use lab::view::QueuedMessageView;
use yew::prelude::*;

use super::answer::{feedback, status, table};
use super::form::{Field, Form, Kind, action_button, device_line, form, number, value};
use crate::by_hand::Desk;
use crate::clock;
use crate::i18n::Words;

const SEND: Form = Form {
    id: "message-send",
    fields: &[
        Field {
            id: "message-id",
            kind: Kind::Line,
            first: "message-1",
        },
        Field {
            id: "message-ack",
            kind: Kind::Choice(&["full", "positive", "negative", "none"]),
            first: "full",
        },
        Field {
            id: "message-expires",
            kind: Kind::Number(1, 172_800),
            first: "",
        },
        Field {
            id: "message-properties",
            kind: Kind::Line,
            first: "",
        },
        Field {
            id: "message-body",
            kind: Kind::Area,
            first: "Hello from the cloud",
        },
    ],
};
const PURGE: &str = "message-purge";
const RECEIVE: &str = "feedback-receive";

/// The tab.
pub fn messages_tab(desk: &Desk) -> Html {
    let words = &desk.words;
    let send = {
        let desk = desk.clone();
        Callback::from(move |()| desk.in_cloud(SEND.id, message(&desk)))
    };
    let purge = {
        let desk = desk.clone();
        Callback::from(move |_| {
            let device_id = desk.shown.clone();
            desk.in_cloud(PURGE, CloudAction::PurgeQueue { device_id });
        })
    };
    let receive = {
        let desk = desk.clone();
        Callback::from(move |_| desk.in_cloud(RECEIVE, CloudAction::ReceiveFeedback))
    };
    let records = desk.feedback();
    html! {
        <>
            { device_line(desk) }
            <div class="by-hand-columns">
                <div>{ form(desk, &SEND, &[], html! {}, send) }</div>
                <div>
                    <div class="by-hand-buttons"><h3>{ words.text("queue") }</h3>{ action_button(desk, PURGE, purge) }</div>
                    { status(desk, PURGE, &desk.standing(PURGE)) }
                    if let Some(detail) = &desk.detail { { queue(words, &detail.queue) } }
                    <div class="by-hand-buttons"><h3>{ words.text("feedback") }</h3>{ action_button(desk, RECEIVE, receive) }</div>
                    { status(desk, RECEIVE, &desk.standing(RECEIVE)) }
                    if !records.is_empty() { { feedback(desk, &records) } }
                </div>
            </div>
        </>
    }
}

/// The message that the fields describe.
fn message(desk: &Desk) -> CloudAction {
    let acknowledgement = match value("message-ack").as_str() {
        "positive" => Acknowledgement::Positive,
        "negative" => Acknowledgement::Negative,
        "none" => Acknowledgement::None,
        _ => Acknowledgement::Full,
    };
    CloudAction::SendMessage {
        device_id: desk.shown.clone(),
        body: value("message-body"),
        message_id: value("message-id").trim().to_owned(),
        acknowledgement,
        expires_after: number("message-expires"),
        properties: properties(&value("message-properties")),
    }
}

/// `level=3; unit=bar` as names and values.
pub fn properties(text: &str) -> Vec<(String, String)> {
    let property = |text: &str| {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        let name = name.trim();
        (!name.is_empty()).then(|| (name.to_owned(), value.trim().to_owned()))
    };
    text.split(';').filter_map(property).collect()
}

/// The messages that wait for a device.
pub fn queue(words: &Words, queue: &[QueuedMessageView]) -> Html {
    if queue.is_empty() {
        return html! { <p class="empty">{ words.text("queue-empty") }</p> };
    }
    let heads = [
        "column-message",
        "column-body",
        "column-expires",
        "column-deliveries",
        "column-place",
    ];
    let rows = queue.iter().map(|message| {
        let place = if message.locked {
            "queue-locked"
        } else {
            "queue-waiting"
        };
        vec![
            message.message_id.clone(),
            message.body.clone(),
            clock::time_of_day(message.expires.as_millis()),
            message.delivery_count.to_string(),
            words.text(place).to_string(),
        ]
    });
    let heads = heads.map(|head| words.text(head)).to_vec();
    table(words.text("queue"), heads, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_names_and_values() {
        let check = |text, expected: &[(&str, &str)]| {
            let found = properties(text);
            let found: Vec<_> = found
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            assert_eq!(found, expected, "{text}");
        };
        check("level=3; unit = bar", &[("level", "3"), ("unit", "bar")]);
        check("flag", &[("flag", "")]);
        check("a=b=c;;", &[("a", "b=c")]);
        check(" ", &[]);
    }
}
