//! The Method tab: a direct method, called by hand.

use lab::action::{CloudAction, Outcome};
use yew::prelude::*;

use super::answer::code;
use super::form::{Field, Form, Kind, device_line, form, number, value};
use crate::by_hand::{Asked, Change, Desk};

const CALL: Form = Form {
    id: "method",
    fields: &[
        Field {
            id: "method-name",
            kind: Kind::Required,
            first: "SetTelemetryInterval",
        },
        Field {
            id: "method-response-timeout",
            kind: Kind::Number(5, 300),
            first: "30",
        },
        Field {
            id: "method-connect-timeout",
            kind: Kind::Number(0, 300),
            first: "0",
        },
        Field {
            id: "method-payload",
            kind: Kind::Json,
            first: "10",
        },
    ],
};

/// The tab.
pub fn method_tab(desk: &Desk) -> Html {
    let call = {
        let desk = desk.clone();
        Callback::from(move |()| {
            let response_timeout = number("method-response-timeout").unwrap_or(30);
            let connect_timeout = number("method-connect-timeout").unwrap_or(0);
            if connect_timeout > response_timeout {
                let wrong = Asked::Wrong {
                    field: "method-connect-timeout",
                    why: "method-timeouts",
                };
                desk.hand.dispatch(Change::Asked(CALL.id, Some(wrong)));
                return;
            }
            let action = CloudAction::CallMethod {
                device_id: desk.shown.clone(),
                name: value("method-name"),
                payload: value("method-payload").trim().to_owned(),
                response_timeout,
                connect_timeout,
            };
            desk.in_cloud(CALL.id, action);
        })
    };
    let answer = desk.answer(CALL.id);
    let payload = match answer.as_deref() {
        Some(Outcome::Method { payload, .. }) if !payload.is_empty() => Some(payload),
        _ => None,
    };
    html! {
        <>
            { device_line(desk) }
            { form(desk, &CALL, &[], html! {}, call) }
            if let Some(payload) = payload { { code(desk.words.text("method-result"), payload) } }
        </>
    }
}
