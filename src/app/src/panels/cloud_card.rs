//! The cloud: the hub's registry, the service programs and what they print.

use std::rc::Rc;

use lab::view::{ConsoleLine, DeviceView, ProgramState, Side};
use lessons::outline::{LessonOutline, StepOutline};
use yew::prelude::*;

use super::console::Console;
use super::device_card::{focus, programs};
use super::icon::icon;
use super::listing::Listing;
use super::settings_form::SettingsForm;
use crate::app::KeptHandle;
use crate::i18n::{Words, use_words};
use crate::state::Log;
use crate::storage::Change;

/// The cloud as it stands.
#[derive(Clone, PartialEq, Properties)]
pub struct CloudCardProps {
    /// The lesson.
    pub lesson: &'static LessonOutline,
    /// The open step.
    pub step: &'static StepOutline,
    /// The hub's host name; empty before the bench is there.
    pub host_name: AttrValue,
    /// The registry.
    pub devices: Rc<Vec<DeviceView>>,
    /// What the service programs do, in the outline's order.
    pub states: Vec<Option<ProgramState>>,
    /// What they printed.
    pub lines: Log<ConsoleLine>,
}

/// The card.
///
/// # Panics
///
/// Outside of the app.
#[component]
pub fn CloudCard(props: &CloudCardProps) -> Html {
    let words = use_words();
    let kept = use_context::<KeptHandle>().expect("the app provides what is kept");
    let toggle = {
        let kept = kept.dispatcher();
        Callback::from(move |open| kept.dispatch(Change::Listings(open)))
    };
    let programs = programs(props.lesson, Side::Cloud);
    let focus = focus(&programs, props.step);
    html! {
        <section class="card cloud" aria-labelledby="cloud-card">
            <header class="card-head">
                { icon("cloud") }
                <h3 id="cloud-card">{ words.text("cloud") }</h3>
                <span class="card-name" title={props.host_name.clone()}>{ props.host_name.clone() }</span>
            </header>
            { registry(props, &words) }
            if focus.is_some() {
                <SettingsForm lesson={props.lesson} step={props.step} />
            }
            <Listing {programs} states={props.states.clone()} {focus} open={kept.listings} on_toggle={toggle} />
            <Console lines={props.lines.clone()} label={words.text("cloud-console")}
                empty={words.text(&format!("{}-empty-cloud-console", props.lesson.id))} />
        </section>
    }
}

/// The devices that the hub knows.
fn registry(props: &CloudCardProps, words: &Words) -> Html {
    let row = |device: &DeviceView| {
        let enabled = words.text(if device.enabled {
            "registry-enabled"
        } else {
            "registry-disabled"
        });
        let connected = words.text(if device.connected {
            "device-connected"
        } else {
            "device-disconnected"
        });
        html! {
            <li key={device.device_id.clone()}>
                <span class="registry-id" title={device.device_id.clone()}>{ &device.device_id }</span>
                <span class="quiet">{ enabled }</span>
                <span class={classes!("chip", if device.connected { "connected" } else { "disconnected" })}>
                    { icon(if device.connected { "plugged" } else { "not-started" }) }<span>{ connected }</span>
                </span>
            </li>
        }
    };
    html! {
        <div class="registry">
            <h4 id="registry">{ words.text("registry") }</h4>
            if props.devices.is_empty() {
                <p class="field-note">{ words.text(&format!("{}-empty-registry", props.lesson.id)) }</p>
            } else {
                <ul aria-labelledby="registry">{ for props.devices.iter().map(row) }</ul>
            }
        </div>
    }
}
