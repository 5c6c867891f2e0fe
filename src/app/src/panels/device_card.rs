//! The device: its program, what it prints, its connection string and its cable.

use std::rc::Rc;

use lab::view::{ConsoleLine, DeviceView, ProgramState, Side};
use lessons::message::{Command, DeviceString};
use lessons::outline::{LessonOutline, ProgramOutline, StepOutline};
use yew::prelude::*;

use super::console::Console;
use super::device_string::DeviceStringField;
use super::icon::icon;
use super::listing::Listing;
use super::settings_form::SettingsForm;
use crate::app::KeptHandle;
use crate::classroom_link::use_classroom;
use crate::i18n::{Words, use_words};
use crate::state::Log;
use crate::storage::Change;

/// The device as it stands.
#[derive(Clone, PartialEq, Properties)]
pub struct DeviceCardProps {
    /// The lesson.
    pub lesson: &'static LessonOutline,
    /// The open step.
    pub step: &'static StepOutline,
    /// The device's id, as its string or the settings name it.
    pub device_id: AttrValue,
    /// The device in the registry, if it is there.
    pub device: Option<DeviceView>,
    /// What the device was given to connect with.
    pub string: Rc<DeviceString>,
    /// What its programs do, in the outline's order.
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
pub fn DeviceCard(props: &DeviceCardProps) -> Html {
    let words = use_words();
    let kept = use_context::<KeptHandle>().expect("the app provides what is kept");
    let toggle = {
        let kept = kept.dispatcher();
        Callback::from(move |open| kept.dispatch(Change::Listings(open)))
    };
    let programs = programs(props.lesson, Side::Device);
    let focus = focus(&programs, props.step);
    html! {
        <section class="card device" aria-labelledby="device-card">
            <header class="card-head">
                { icon("device") }
                <h3 id="device-card">{ words.text("device") }</h3>
                <span class="card-name" title={props.device_id.clone()}>{ props.device_id.clone() }</span>
                { connection(props.device.as_ref(), &words) }
                <Plug device={props.device.clone()} />
            </header>
            <DeviceStringField given={props.string.clone()} />
            if focus.is_some() {
                <SettingsForm lesson={props.lesson} step={props.step} />
            }
            <Listing {programs} states={props.states.clone()} {focus} open={kept.listings} on_toggle={toggle} />
            <Console lines={props.lines.clone()} label={words.text("device-console")}
                empty={words.text(&format!("{}-empty-device-console", props.lesson.id))} />
        </section>
    }
}

/// The lesson's programs on one side.
pub fn programs(lesson: &LessonOutline, side: Side) -> Vec<&'static ProgramOutline> {
    lesson
        .programs
        .iter()
        .filter(|program| program.side == side)
        .collect()
}

/// The name of the step's program, if it is one of these.
pub fn focus(programs: &[&'static ProgramOutline], step: &StepOutline) -> Option<&'static str> {
    programs
        .iter()
        .map(|program| program.name)
        .find(|name| Some(*name) == step.program)
}

fn connection(device: Option<&DeviceView>, words: &Words) -> Html {
    let (class, picture, id) = match device {
        Some(device) if !device.plugged => ("unplugged", "unplugged", "device-unplugged"),
        Some(device) if device.connected => ("connected", "plugged", "device-connected"),
        _ => ("disconnected", "not-started", "device-disconnected"),
    };
    html! { <span class={classes!("chip", class)}>{ icon(picture) }<span>{ words.text(id) }</span></span> }
}

#[derive(Clone, PartialEq, Properties)]
struct PlugProps {
    device: Option<DeviceView>,
}

/// The cable, in or out.
#[component]
fn Plug(props: &PlugProps) -> Html {
    let words = use_words();
    let link = use_classroom();
    let plugged = props.device.as_ref().is_none_or(|device| device.plugged);
    let onclick = {
        let id = props.device.as_ref().map(|device| device.device_id.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(device_id) = id.clone() {
                link.send(&Command::SetPlugged {
                    device_id,
                    plugged: !plugged,
                });
            }
        })
    };
    let (id, picture) = if plugged {
        ("plug-pull", "unplugged")
    } else {
        ("plug-back", "plugged")
    };
    html! {
        <button type="button" class="button small plug" disabled={props.device.is_none()} {onclick}>
            { icon(picture) }<span>{ words.text(id) }</span>
        </button>
    }
}
