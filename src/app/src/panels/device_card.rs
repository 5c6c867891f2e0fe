//! The device: its program, what it prints, its connection string and its cable.

use lab::view::{DeviceView, Side};
use lessons::message::{Command, DeviceString};
use lessons::outline::{LessonOutline, StepOutline};
use yew::prelude::*;

use super::card::card_body;
use super::device_string::DeviceStringField;
use super::icon::icon;
use crate::i18n::Words;
use crate::screen::Screen;

/// The card.
pub fn device_card(
    screen: &Screen,
    lesson: &'static LessonOutline,
    step: &'static StepOutline,
) -> Html {
    let words = &screen.words;
    let bench = &screen.bench;
    let id = match &*bench.device_string {
        DeviceString::Given { device_id, .. } => device_id.clone(),
        _ => screen
            .kept
            .settings(lesson)
            .remove("device-id")
            .unwrap_or_default(),
    };
    let device = bench.devices.iter().find(|device| device.device_id == id);
    html! {
        <section class="card device" aria-labelledby="device-card">
            <header class="card-head">
                { icon("device") }
                <h3 id="device-card">{ words.text("device") }</h3>
                <span class="card-name" title={id.clone()}>{ &id }</span>
                { connection(device, words) }
                { plug(screen, device) }
            </header>
            <DeviceStringField words={words.clone()} link={screen.link.clone()} given={bench.device_string.clone()} />
            { card_body(screen, lesson, step, Side::Device) }
        </section>
    }
}

/// Whether the device is connected, as a picture and a word.
pub fn connection(device: Option<&DeviceView>, words: &Words) -> Html {
    let (class, picture, id) = match device {
        Some(device) if !device.plugged => ("unplugged", "unplugged", "device-unplugged"),
        Some(device) if device.connected => ("connected", "plugged", "device-connected"),
        _ => ("disconnected", "not-started", "device-disconnected"),
    };
    html! { <span class={classes!("chip", class)}>{ icon(picture) }<span>{ words.text(id) }</span></span> }
}

/// The cable, in or out.
fn plug(screen: &Screen, device: Option<&DeviceView>) -> Html {
    let plugged = device.is_none_or(|device| device.plugged);
    let onclick = {
        let (link, id) = (
            screen.link.clone(),
            device.map(|device| device.device_id.clone()),
        );
        Callback::from(move |_: MouseEvent| {
            if let Some(device_id) = id.clone() {
                link.send(&Command::SetPlugged {
                    device_id,
                    plugged: !plugged,
                });
            }
        })
    };
    let (label, picture) = if plugged {
        ("plug-pull", "unplugged")
    } else {
        ("plug-back", "plugged")
    };
    html! {
        <button type="button" class="button small plug" disabled={device.is_none()} {onclick}>
            { icon(picture) }<span>{ screen.words.text(label) }</span>
        </button>
    }
}
