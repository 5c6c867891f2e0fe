//! The form that connects the learner's own hub: its string, with the doctor's word on it, and what to know before.
//!
//! A string is nowhere but in its field and, once it is given, in the worker's memory.

use lessons::message::{Command, Message};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::controls::reveal_button;
use super::doctor;
use super::icon::icon;
use super::reach_table::{Column, reach_table};
use crate::dom;
use crate::i18n::Words;
use crate::insight::use_insight;
use crate::reach::Access;
use crate::screen::Screen;
use crate::state::{Action, Move};

/// What the form needs.
#[derive(Clone, PartialEq, Properties)]
pub struct ConnectFormProps {
    /// What all parts of the screen share.
    pub screen: Screen,
    /// What the ids of the lessons' devices began with in an earlier visit.
    pub prefix: Option<String>,
    /// Closes the dialog.
    pub cancel: Callback<()>,
}

/// The fields' ids.
const STRING: &str = "hub-string";
const EVENTS: &str = "hub-events";
const PREFIX: &str = "hub-prefix";

/// What the classroom's refusal is shown as, where the focus goes to.
const REFUSAL: &str = "hub-refused";

/// What an id of a device may begin with; the browser's own check of the field.
const PREFIX_PATTERN: &str = "[\\-A-Za-z0-9._:]*";

/// What to know before connecting, by the ids of the messages.
const BEFORE: [&str; 4] = [
    "live-before-cost",
    "live-before-key",
    "live-before-devices",
    "live-before-tests",
];

/// The form.
#[component]
pub fn ConnectForm(props: &ConnectFormProps) -> Html {
    let (screen, words) = (&props.screen, &props.screen.words);
    let insight = use_insight();
    let revealed = use_state(|| false);
    let question = use_state(|| None::<u64>);
    let prefix = {
        let earlier = props.prefix.clone();
        use_memo((), move |()| earlier.unwrap_or_else(new_prefix))
    };
    use_effect_with((), |()| dom::focus(STRING));
    let answer = question.and_then(|question| doctor::answer(&insight, question));
    let kind = answer.as_ref().and_then(|answer| answer.kind.clone());
    let is_wrong = answer.is_some() && !matches!(kind.as_deref(), Some("service" | "device"));
    let oninput = {
        let question = question.clone();
        Callback::from(move |event: InputEvent| {
            let field = event.target_dyn_into::<HtmlInputElement>();
            let text = field.map(|field| field.value()).unwrap_or_default();
            let is_empty = text.trim().is_empty();
            question.set((!is_empty).then(|| doctor::ask(&insight, text)));
        })
    };
    let reveal = {
        let revealed = revealed.clone();
        Callback::from(move |_: MouseEvent| revealed.set(!*revealed))
    };
    let onsubmit = {
        let screen = screen.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if is_wrong {
                dom::focus(STRING);
            } else {
                connect(&screen);
            }
        })
    };
    let kind_of_field = if *revealed { "text" } else { "password" };
    let waiting = screen.bench.hub_move == Move::Asked;
    html! {
        <form class="hub-form" {onsubmit}>
            <p>{ words.text("live-intro") }</p>
            <div class="field">
                <label for={STRING}>{ words.text("live-string") }</label>
                <div class="field-row">
                    <input id={STRING} type={kind_of_field} {oninput} required=true autocomplete="off" spellcheck="false"
                        autocapitalize="off" placeholder={words.text("live-string-placeholder")} aria-describedby="hub-string-note"
                        aria-invalid={is_wrong.then_some("true")} />
                    { reveal_button(*revealed, words.text("secret-reveal"), reveal) }
                </div>
                <p id="hub-string-note" class="field-note">{ words.text("live-string-note") }</p>
            </div>
            <div role="status" class="hub-doctor">
                if is_wrong { <p class="field-error">{ icon("warning") }<span>{ words.text("live-string-wrong") }</span></p> }
                if let Some(answer) = &answer { { doctor::diagnosis(answer, words) } }
            </div>
            <details class="fold-down">
                <summary>{ words.text("live-events") }</summary>
                <div class="field">
                    <label for={EVENTS}>{ words.text("live-events-string") }</label>
                    <input id={EVENTS} type={kind_of_field} autocomplete="off" spellcheck="false" autocapitalize="off"
                        placeholder="Endpoint=sb://…;EntityPath=…" aria-describedby="hub-events-note" />
                    <p id="hub-events-note" class="field-note">{ words.text("live-events-note") }</p>
                </div>
            </details>
            <div class="field">
                <label for={PREFIX}>{ words.text("live-prefix") }</label>
                <input id={PREFIX} value={AttrValue::from((*prefix).clone())} maxlength="40" pattern={PREFIX_PATTERN} title={words.text("live-prefix-rule")}
                    autocomplete="off" spellcheck="false" autocapitalize="off" aria-describedby="hub-prefix-note" />
                <p id="hub-prefix-note" class="field-note">{ words.text("live-prefix-note") }</p>
            </div>
            { before(words) }
            <section aria-labelledby="hub-reach">
                <h3 id="hub-reach">{ words.text("live-reach") }</h3>
                { reach_table(screen, &columns(answer.as_deref())) }
            </section>
            <div class="hub-buttons">
                { refusal(&screen.bench.hub_move, words) }
                <button type="button" class="button" onclick={props.cancel.reform(|_: MouseEvent| ())}>{ words.text("live-cancel") }</button>
                <button type="submit" class="button primary hub-go" disabled={waiting}>
                    { icon(if waiting { "running" } else { "hub" }) }{ words.text("live-connect") }</button>
            </div>
        </form>
    }
}

/// The string with and without a relay: nobody knows yet which it will be. A device's string has no use for one.
fn columns(answer: Option<&lab::view::Diagnosis>) -> Vec<Column> {
    let access = |relay| Access::promised(answer, relay);
    if access(true).service {
        vec![
            Column::new("live-with-relay", access(true)),
            Column::new("live-without-relay", access(false)),
        ]
    } else {
        vec![Column::new("live-with-this", access(false))]
    }
}

fn before(words: &Words) -> Html {
    html! {
        <section class="hub-before" aria-labelledby="hub-before">
            <h3 id="hub-before">{ icon("warning") }{ words.text("live-before") }</h3>
            <ul>{ for BEFORE.map(|id| html! { <li>{ words.text(id) }</li> }) }</ul>
        </section>
    }
}

/// Why the classroom did not do what was asked for.
pub fn refusal(hub_move: &Move, words: &Words) -> Html {
    let said = |message: &Message| {
        html! { <p id={REFUSAL} class="refused">{ icon("warning") }<span>{ words.say(message) }</span></p> }
    };
    html! {
        <div class="hub-refusal" role="alert">
            if let Move::Refused(message) = hub_move { { said(message) } }
        </div>
    }
}

/// Gives the strings to the classroom, and takes them out of the fields.
fn connect(screen: &Screen) {
    let prefix = value(PREFIX);
    screen.link.send(&Command::GoLive {
        connection_string: take(STRING),
        events: Some(take(EVENTS)).filter(|text| !text.is_empty()),
        prefix,
    });
    screen.bench.dispatch(Action::AskedForHub);
}

fn field(id: &str) -> Option<HtmlInputElement> {
    use wasm_bindgen::JsCast as _;
    dom::element(id)?.dyn_into().ok()
}

fn value(id: &str) -> String {
    field(id).map_or_else(String::new, |field| field.value().trim().to_owned())
}

fn take(id: &str) -> String {
    let text = value(id);
    if let Some(field) = field(id) {
        field.set_value("");
    }
    text
}

/// A beginning for ids that hardly anybody else has at the same hub.
fn new_prefix() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number below 32"
    )]
    let letter = || char::from(LETTERS[(js_sys::Math::random() * 32.0) as usize & 31]);
    let ending: String = std::iter::repeat_with(letter).take(4).collect();
    format!("playground-{ending}-")
}
