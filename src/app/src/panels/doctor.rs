//! The connection-string doctor: what a text is, what is wrong with it, and where it belongs.
//!
//! The bench's worker reads the text; it goes nowhere else, and what comes back holds no secret.

use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use gloo::events::EventListener;
use lab::view::Diagnosis;
use lessons::message::Command;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::icon::icon;
use crate::i18n::Words;
use crate::insight::{Insight, use_insight};

/// Tells questions apart, whoever asks.
static QUESTIONS: AtomicU64 = AtomicU64::new(1);

/// Asks what a text is, and gives back the question's id.
pub fn ask(insight: &Insight, text: String) -> u64 {
    let id = QUESTIONS.fetch_add(1, Ordering::Relaxed);
    insight.link.send(&Command::Diagnose { id, text });
    id
}

/// The answer to a question, if it has come.
pub fn answer(insight: &Insight, question: u64) -> Option<Rc<Diagnosis>> {
    let (id, diagnosis) = insight.diagnosed.as_ref()?;
    (*id == question).then(|| Rc::clone(diagnosis))
}

/// What the doctor's page needs.
#[derive(Clone, PartialEq, Properties)]
pub struct DoctorPageProps {
    /// The words of the reader's language.
    pub words: Words,
}

/// A field for a text, and what the doctor says of it. The text is nowhere but in the field.
#[component]
pub fn DoctorPage(props: &DoctorPageProps) -> Html {
    let words = &props.words;
    let insight = use_insight();
    let field = use_node_ref();
    let question = use_state(|| None::<u64>);
    // A browser may keep a page that was left just as it was.
    use_effect_with((), {
        let field = field.clone();
        move |()| {
            let window = web_sys::window();
            let listener = window
                .map(|window| EventListener::new(&window, "pagehide", move |_| empty(&field)));
            move || drop(listener)
        }
    });
    let oninput = {
        let (insight, question) = (insight.clone(), question.clone());
        Callback::from(move |event: InputEvent| {
            let field = event.target_dyn_into::<HtmlTextAreaElement>();
            let text = field.map(|field| field.value()).unwrap_or_default();
            let is_empty = text.trim().is_empty();
            question.set((!is_empty).then(|| ask(&insight, text)));
        })
    };
    let clear = {
        let (field, question) = (field.clone(), question.clone());
        Callback::from(move |_: MouseEvent| {
            empty(&field);
            question.set(None);
        })
    };
    let answer = question.and_then(|question| answer(&insight, question));
    html! {
        <main id="main" class="doctor" tabindex="-1">
            <h1>{ words.text("doctor-title") }</h1>
            <p class="lead">{ words.text("doctor-lead") }</p>
            <p class="doctor-promise">{ icon("passed") }<span>{ words.text("doctor-promise") }</span></p>
            <div class="field">
                <label for="doctor-text">{ words.text("doctor-field") }</label>
                <textarea id="doctor-text" ref={field} rows="4" {oninput} autocomplete="off" spellcheck="false"
                    autocapitalize="off" placeholder={words.text("doctor-placeholder")} />
                <p class="doctor-buttons">
                    <button type="button" class="button" disabled={question.is_none()} onclick={clear}>
                        { icon("close") }{ words.text("doctor-clear") }</button>
                </p>
            </div>
            <div role="status">
                if let Some(answer) = answer { { diagnosis(&answer, words) } }
            </div>
        </main>
    }
}

fn empty(field: &NodeRef) {
    if let Some(field) = field.cast::<HtmlTextAreaElement>() {
        field.set_value("");
    }
}

/// What the doctor says.
pub fn diagnosis(diagnosis: &Diagnosis, words: &Words) -> Html {
    let kind = diagnosis.kind.as_deref().unwrap_or("unknown");
    let finding = |(id, argument): &(String, String)| {
        let text = words.with(id, [("argument", argument.as_str().into())]);
        html! { <li>{ icon("warning") }<span>{ text }</span></li> }
    };
    let part = |(name, value): &(String, String)| {
        html! { <tr><th scope="row"><code>{ name }</code></th><td><code>{ value }</code></td></tr> }
    };
    let right = |right: &String| html! { <li><code>{ right }</code></li> };
    html! {
        <section class="diagnosis" aria-label={words.text("doctor-diagnosis")}>
            <p class="diagnosis-kind">{ words.text(&format!("doctor-kind-{kind}")) }</p>
            if diagnosis.findings.is_empty() {
                <p class="diagnosis-good">{ icon("passed") }<span>{ words.text("doctor-nothing-wrong") }</span></p>
            } else {
                <ul class="diagnosis-findings">{ for diagnosis.findings.iter().map(finding) }</ul>
            }
            <p>{ words.text(&format!("doctor-belongs-{kind}")) }</p>
            if !diagnosis.parts.is_empty() {
                <div class="diagnosis-parts" role="region" tabindex="0" aria-label={words.text("doctor-parts")}>
                    <table>
                        <caption>{ words.text("doctor-parts") }</caption>
                        <tbody>{ for diagnosis.parts.iter().map(part) }</tbody>
                    </table>
                </div>
            }
            if !diagnosis.rights.is_empty() {
                <div class="diagnosis-rights"><span>{ words.text("doctor-rights") }</span>
                    <ul>{ for diagnosis.rights.iter().map(right) }</ul></div>
            }
        </section>
    }
}
