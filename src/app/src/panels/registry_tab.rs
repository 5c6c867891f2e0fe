//! The Registry tab: the hub's devices, made, disabled and removed by hand; and a fleet of them.

use lab::action::{CloudAction, DeviceAction};
use lab::view::DeviceView;
use yew::prelude::*;

use super::answer::status;
use super::device_card::connection;
use super::form::{
    Field, Form, Kind, MOST_LISTED, action_button, decimal, form, number, only_emulated, value,
};
use super::shortened::{ID_TAIL, shortened};
use crate::by_hand::{Change, Desk};

const CREATE: Form = Form {
    id: "registry-create",
    fields: &[Field {
        id: "registry-id",
        kind: Kind::Required,
        first: "",
    }],
};

const FLEET: Form = Form {
    id: "fleet-start",
    fields: &[
        Field {
            id: "fleet-count",
            kind: Kind::Number(1, 2000),
            first: "20",
        },
        Field {
            id: "fleet-interval",
            kind: Kind::Number(1, 3600),
            first: "10",
        },
    ],
};

/// The form whose answer speaks of the rows' buttons.
const ROWS: &str = "registry-row";

/// The tab.
pub fn registry_tab(desk: &Desk) -> Html {
    let create = {
        let desk = desk.clone();
        Callback::from(move |()| {
            let device_id = value("registry-id").trim().to_owned();
            desk.in_cloud(CREATE.id, CloudAction::CreateDevice { device_id });
        })
    };
    let start = {
        let desk = desk.clone();
        Callback::from(move |()| {
            let count = number("fleet-count").unwrap_or(1);
            let interval = decimal("fleet-interval").unwrap_or(10.0);
            desk.at_device(FLEET.id, DeviceAction::StartFleet { count, interval });
        })
    };
    let stop = {
        let desk = desk.clone();
        Callback::from(move |_| desk.at_device("fleet-stop", DeviceAction::StopFleet))
    };
    html! {
        <div class="by-hand-columns wide-first">
            <div>
                { list(desk) }
                { status(desk, ROWS, &desk.standing(ROWS)) }
            </div>
            <div>
                { form(desk, &CREATE, &[], html! {}, create) }
                { only_emulated(desk, "only-emulated-fleet", form(desk, &FLEET, &[], action_button(desk, "fleet-stop", stop), start)) }
                { status(desk, "fleet-stop", &desk.standing("fleet-stop")) }
            </div>
        </div>
    }
}

fn list(desk: &Desk) -> Html {
    let words = &desk.words;
    if desk.devices.is_empty() {
        return html! { <p class="empty">{ words.text("registry-empty") }</p> };
    }
    let heads = [
        "column-device",
        "column-connection",
        "column-queued",
        "column-actions",
    ];
    let more = desk.devices.len().saturating_sub(MOST_LISTED);
    html! {
        <>
            <div class="by-hand-table" role="region" aria-label={words.text("registry")} tabindex="0">
                <table>
                    <caption class="unseen">{ words.text("registry") }</caption>
                    <thead><tr>{ for heads.map(|head| html! { <th scope="col">{ words.text(head) }</th> }) }</tr></thead>
                    <tbody>{ for desk.devices.iter().take(MOST_LISTED).map(|device| row(desk, device)) }</tbody>
                </table>
            </div>
            if more > 0 { <p class="quiet">{ words.with("registry-more", [("count", more.into())]) }</p> }
        </>
    }
}

fn row(desk: &Desk, device: &DeviceView) -> Html {
    let words = &desk.words;
    let id = device.device_id.clone();
    let toggle = if device.enabled {
        "registry-disable"
    } else {
        "registry-enable"
    };
    let show = {
        let (desk, id) = (desk.clone(), id.clone());
        Callback::from(move |_| {
            desk.hand.dispatch(Change::Choose(id.clone()));
            desk.hand.dispatch(Change::Tools(true));
        })
    };
    let set_status = cloud(
        desk,
        CloudAction::SetStatus {
            device_id: id.clone(),
            enabled: !device.enabled,
        },
    );
    let delete = cloud(
        desk,
        CloudAction::DeleteDevice {
            device_id: id.clone(),
        },
    );
    let button = |label: &str, onclick: Callback<MouseEvent>| {
        let name = words.text(label);
        html! {
            <button type="button" class="button small" aria-label={format!("{name}: {id}")} {onclick}>{ &name }</button>
        }
    };
    html! {
        <tr key={id.clone()} class={(id == desk.shown).then_some("shown")}>
            <th scope="row">{ shortened("", &id, ID_TAIL) }</th>
            <td>{ connection(Some(device), words) }</td>
            <td class="number">{ device.queued }</td>
            <td class="row-buttons">
                { button("registry-show", show) }{ button(toggle, set_status) }{ button("registry-delete", delete) }
            </td>
        </tr>
    }
}

fn cloud(desk: &Desk, action: CloudAction) -> Callback<MouseEvent> {
    let desk = desk.clone();
    Callback::from(move |_| desk.in_cloud(ROWS, action.clone()))
}
