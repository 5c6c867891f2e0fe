//! The field for the device's connection string. What is typed goes to the bench and nowhere else.

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use lessons::message::{Command, DeviceString};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::controls::reveal_button;
use super::doctor;
use super::icon::icon;
use crate::classroom_link::ClassroomLink;
use crate::i18n::Words;
use crate::insight::use_insight;

/// What the device was given.
#[derive(Clone, PartialEq, Properties)]
pub struct DeviceStringFieldProps {
    /// The words of the reader's language.
    pub words: Words,
    /// The way to the classroom.
    pub link: ClassroomLink,
    /// As the bench tells it.
    pub given: Rc<DeviceString>,
}

/// The field, and what became of its content.
#[component]
pub fn DeviceStringField(props: &DeviceStringFieldProps) -> Html {
    let words = &props.words;
    let field = use_node_ref();
    let revealed = use_state(|| false);
    let insight = use_insight();
    let question = use_state(|| None::<u64>);
    // A string that the device took has no business in the page any more.
    use_effect_with(props.given.clone(), {
        let field = field.clone();
        move |given: &Rc<DeviceString>| {
            if let (DeviceString::Given { .. }, Some(field)) =
                (&**given, field.cast::<HtmlInputElement>())
            {
                field.set_value("");
            }
        }
    });
    let give = {
        let (field, link) = (field.clone(), props.link.clone());
        let (insight, question) = (insight.clone(), question.clone());
        Callback::from(move |()| {
            let Some(field) = field.cast::<HtmlInputElement>() else {
                return;
            };
            let text = field.value();
            if !text.trim().is_empty() {
                question.set(Some(doctor::ask(&insight, text.clone())));
                link.send(&Command::SetDeviceString { text });
            }
        })
    };
    let onsubmit = {
        let give = give.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            give.emit(());
        })
    };
    let onpaste = Callback::from(move |_: Event| {
        // The field holds what was pasted only after this event.
        let give = give.clone();
        Timeout::new(0, move || give.emit(())).forget();
    });
    let reveal = {
        let revealed = revealed.clone();
        Callback::from(move |_: MouseEvent| revealed.set(!*revealed))
    };
    let wrong = complaint(&props.given, words);
    html! {
        <form class="field device-string" {onsubmit}>
            <div class="label-row">
                <label for="device-string">{ words.text("device-string") }</label>
                { state(&props.given, words) }
            </div>
            <div class="field-row">
                <input id="device-string" ref={field} type={if *revealed { "text" } else { "password" }} {onpaste}
                    placeholder={words.text("device-string-placeholder")} autocomplete="off" spellcheck="false"
                    aria-describedby="device-string-state" aria-invalid={wrong.is_some().then_some("true")} />
                { reveal_button(*revealed, words.text("secret-reveal"), reveal) }
                <button type="submit" class="button small">{ words.text("device-string-give") }</button>
            </div>
            // A node in either case: the field before it must stay the same element.
            if let Some(wrong) = wrong {
                { wrong }
                if let Some(answer) = question.and_then(|question| doctor::answer(&insight, question)) {
                    <details class="device-string-doctor">
                        <summary>{ words.text("doctor-ask") }</summary>
                        { doctor::diagnosis(&answer, words) }
                    </details>
                }
            }
        </form>
    }
}

/// What the device has, beside the label.
fn state(given: &DeviceString, words: &Words) -> Html {
    match given {
        DeviceString::Missing => {
            html! { <span id="device-string-state" class="field-note">{ words.text("device-string-missing") }</span> }
        }
        DeviceString::Given {
            host_name,
            device_id,
        } => {
            let arguments = || {
                [
                    ("device", device_id.as_str().into()),
                    ("host", host_name.as_str().into()),
                ]
            };
            html! {
                <span id="device-string-state" class="field-note good" title={words.with("device-string-where", arguments())}>
                    { icon("passed") }<span>{ words.with("device-string-given", arguments()) }</span>
                </span>
            }
        }
        DeviceString::Wrong { .. } => html! {},
    }
}

/// What is wrong with the text, under the field.
fn complaint(given: &DeviceString, words: &Words) -> Option<Html> {
    let DeviceString::Wrong { message, detail } = given else {
        return None;
    };
    Some(html! {
        <p id="device-string-state" class="field-error">{ icon("warning") }
            <span>{ words.say(message) }{ " " }<code>{ detail }</code></span></p>
    })
}
