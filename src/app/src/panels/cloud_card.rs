//! The cloud: the hub's registry, the service programs and what they print.

use lab::view::{DeviceView, Side};
use lessons::outline::{LessonOutline, StepOutline};
use yew::prelude::*;

use super::card::card_body;
use super::device_card::connection;
use super::form::MOST_LISTED;
use super::icon::icon;
use super::shortened::{ID_TAIL, shortened};
use crate::screen::Screen;

/// The card.
pub fn cloud_card(
    screen: &Screen,
    lesson: &'static LessonOutline,
    step: &'static StepOutline,
) -> Html {
    let host_name = screen.bench.host_name.clone();
    html! {
        <section class="card cloud" aria-labelledby="cloud-card">
            <header class="card-head">
                { icon("cloud") }
                <h3 id="cloud-card">{ screen.words.text("cloud") }</h3>
                <span class="card-name" title={host_name.clone()}>{ host_name }</span>
            </header>
            { registry(screen, lesson) }
            { card_body(screen, lesson, step, Side::Cloud) }
        </section>
    }
}

/// The devices that the hub knows.
fn registry(screen: &Screen, lesson: &LessonOutline) -> Html {
    let words = &screen.words;
    let devices = &screen.bench.devices;
    let row = |device: &DeviceView| {
        let enabled = if device.enabled {
            "registry-enabled"
        } else {
            "registry-disabled"
        };
        html! {
            <li key={device.device_id.clone()}>
                { shortened("registry-id", &device.device_id, ID_TAIL) }
                <span class="quiet">{ words.text(enabled) }</span>
                { connection(Some(device), words) }
            </li>
        }
    };
    html! {
        <div id="registry" class="registry" tabindex="0" role="region" aria-labelledby="registry-head">
            <h4 id="registry-head">{ words.text("registry") }</h4>
            if devices.is_empty() {
                <p class="field-note">{ words.text(&format!("{}-empty-registry", lesson.id)) }</p>
            } else {
                <ul aria-labelledby="registry-head">{ for devices.iter().take(MOST_LISTED).map(row) }</ul>
            }
        </div>
    }
}
