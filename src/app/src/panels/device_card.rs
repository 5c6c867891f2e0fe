//! The device: its program, what it prints, its connection string and its cable.

use lab::view::{DeviceView, Side};
use lessons::message::{Command, DeviceString};
use lessons::outline::{LessonOutline, StepOutline};
use lessons::settings::prefixed;
use yew::prelude::*;

use super::card::card_body;
use super::console::Console;
use super::device_string::DeviceStringField;
use super::device_tools::device_tools;
use super::form::device_line;
use super::icon::icon;
use crate::by_hand::Desk;
use crate::i18n::Words;
use crate::screen::Screen;

/// The card.
pub fn device_card(
    screen: &Screen,
    desk: &Desk,
    lesson: &'static LessonOutline,
    step: &'static StepOutline,
) -> Html {
    let words = &screen.words;
    let bench = &screen.bench;
    let device = desk.device();
    let has_others = bench
        .devices
        .iter()
        .any(|device| device.device_id != desk.shown);
    let body = if desk.shown == desk.lesson_device {
        html! {
            <>
                <DeviceStringField words={words.clone()} link={screen.link.clone()} given={bench.device_string.clone()} />
                { card_body(screen, lesson, step, Side::Device) }
            </>
        }
    } else {
        // No program of the lesson runs on another device.
        html! {
            <Console id="console-device" words={words.clone()} lines={bench.device_console.clone()} label={words.text("device-console")}
                empty={words.text("device-console-other")} />
        }
    };
    html! {
        <section class="card device" aria-labelledby="device-card">
            <header class="card-head">
                { icon("device") }
                <h3 id="device-card">{ words.text("device") }</h3>
                <span class="card-name" title={desk.shown.clone()}>{ &desk.shown }</span>
                { connection(device, words) }
                { plug(screen, device) }
            </header>
            if has_others { { device_line(desk) } }
            { body }
            { device_tools(desk) }
        </section>
    }
}

/// The id of the device that the lesson is about: the one whose connection string was handed over, or else the one that
/// the settings name.
pub fn lesson_device(screen: &Screen, lesson: &'static LessonOutline) -> String {
    if let DeviceString::Given { device_id, .. } = &*screen.bench.device_string {
        return device_id.clone();
    }
    let own = screen.kept.settings(lesson);
    let mut own = match screen.live() {
        Some(hub) => prefixed(lesson.settings, own, &hub.prefix),
        None => own,
    };
    own.remove("device-id").unwrap_or_default()
}

/// Whether the device is connected, as a picture and a word.
pub fn connection(device: Option<&DeviceView>, words: &Words) -> Html {
    let (class, picture, id) = match device {
        Some(device) if !device.enabled => ("unplugged", "absent", "device-disabled"),
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
        <button id="plug" type="button" class="button small plug" disabled={device.is_none()} title={screen.words.text(label)} {onclick}>
            { icon(picture) }<span>{ screen.words.text(label) }</span>
        </button>
    }
}
