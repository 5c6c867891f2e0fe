//! The lower end of the device card: what the learner does at the shown device by hand.

use lab::action::DeviceAction;
use yew::prelude::*;

use super::answer::{code, status};
use super::form::{Field, Form, Kind, decimal, form, on_input, value};
use super::icon::icon;
use super::messages_tab::{properties, queue};
use crate::by_hand::{Change, Desk};

const ON: Form = Form {
    id: "device-on",
    fields: &[Field {
        id: "device-interval",
        kind: Kind::Number(0, 3600),
        first: "10",
    }],
};
const OFF: Form = Form {
    id: "device-off",
    fields: &[],
};
const SEND: Form = Form {
    id: "device-send",
    fields: &[
        Field {
            id: "device-body",
            kind: Kind::Area,
            first: "{\"windSpeed\": 11.2}",
        },
        Field {
            id: "device-properties",
            kind: Kind::Line,
            first: "",
        },
    ],
};
const REPORT: Form = Form {
    id: "device-report",
    fields: &[Field {
        id: "device-reported",
        kind: Kind::Json,
        first: "{\"firmware\": \"1.0.1\"}",
    }],
};

/// The bar that opens the tools, and the tools if it is open.
pub fn device_tools(desk: &Desk) -> Html {
    let open = desk.hand.tools_open;
    let toggle = {
        let hand = desk.hand.dispatcher();
        Callback::from(move |_: MouseEvent| hand.dispatch(Change::Tools(!open)))
    };
    html! {
        <div class={classes!("device-tools", open.then_some("open"))} oninput={on_input(desk)}>
            <button id="device-tools" type="button" class="button bare small fold" aria-expanded={open.to_string()} onclick={toggle}>
                { icon("chevron") }<span>{ desk.words.text("device-tools") }</span>
            </button>
            if open { <div class="device-tools-body">{ tools(desk) }</div> }
        </div>
    }
}

fn tools(desk: &Desk) -> Html {
    let words = &desk.words;
    let Some(device) = desk.device() else {
        return html! { <p class="empty">{ words.text("shown-device-missing") }</p> };
    };
    let act = |form: &'static str, action: fn(String) -> DeviceAction| {
        let desk = desk.clone();
        Callback::from(move |()| desk.at_device(form, action(desk.shown.clone())))
    };
    let switch = if device.switched_on {
        let off = act(OFF.id, |device_id| DeviceAction::SwitchOff { device_id });
        form(desk, &OFF, &[], html! {}, off)
    } else {
        let on = act(ON.id, |device_id| DeviceAction::SwitchOn {
            device_id,
            interval: decimal("device-interval").filter(|seconds| *seconds > 0.0),
        });
        form(desk, &ON, &[], html! {}, on)
    };
    let send = act(SEND.id, |device_id| DeviceAction::SendTelemetry {
        device_id,
        body: value("device-body"),
        properties: properties(&value("device-properties")),
    });
    let report = act(REPORT.id, |device_id| DeviceAction::ReportProperties {
        device_id,
        patch: value("device-reported"),
    });
    html! {
        <>
            { switch }
            if device.switched_on {
                { status(desk, ON.id, &desk.standing(ON.id)) }
                { form(desk, &SEND, &[], html! {}, send) }
                { form(desk, &REPORT, &[], html! {}, report) }
            } else {
                { status(desk, OFF.id, &desk.standing(OFF.id)) }
                <p class="quiet">{ words.text("device-tools-off") }</p>
            }
            if let Some(detail) = &desk.detail {
                <h4>{ words.with("twin-reported", [("version", detail.twin.reported_version.to_string().as_str().into())]) }</h4>
                { code(words.text("twin-reported-label"), &detail.twin.reported) }
                <h4>{ words.text("queue") }</h4>
                { queue(words, &detail.queue) }
            }
        </>
    }
}
