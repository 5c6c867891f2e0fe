//! A button that puts text on the clipboard and says so.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use super::icon::icon;
use crate::dom;
use crate::i18n::Words;

/// How long the button says what it did, in milliseconds.
const ANSWER: u32 = 1_600;

/// What is copied.
#[derive(Clone, PartialEq, Properties)]
pub struct CopyButtonProps {
    /// The words of the reader's language.
    pub words: Words,
    /// The text.
    pub text: AttrValue,
    /// What the text is, for the button's name: `Copy the connection string`.
    pub label: AttrValue,
    /// Whether the name is shown beside the picture.
    #[prop_or_default]
    pub is_labelled: bool,
}

/// The button.
#[component]
pub fn CopyButton(props: &CopyButtonProps) -> Html {
    let words = &props.words;
    let copied = use_state(|| None::<bool>);
    let timer = use_mut_ref(|| None::<Timeout>);
    let onclick = {
        let (copied, text) = (copied.clone(), props.text.clone());
        Callback::from(move |_: MouseEvent| {
            let (copied, timer, text) = (copied.clone(), timer.clone(), text.to_string());
            wasm_bindgen_futures::spawn_local(async move {
                copied.set(Some(dom::copy(text).await));
                *timer.borrow_mut() = Some(Timeout::new(ANSWER, move || copied.set(None)));
            });
        })
    };
    let (picture, answer) = match *copied {
        None => ("copy", None),
        Some(true) => ("check", Some(words.text("copied"))),
        Some(false) => ("warning", Some(words.text("copy-failed"))),
    };
    let class = if props.is_labelled {
        "button small copy"
    } else {
        "button bare square small copy"
    };
    html! {
        <button type="button" {class} aria-label={props.label.clone()}
            title={answer.clone().unwrap_or_else(|| props.label.clone())} {onclick}>
            { icon(picture) }
            if props.is_labelled { <span>{ props.label.clone() }</span> }
            if let Some(answer) = answer {
                <span class="bubble" role="status">{ answer }</span>
            }
        </button>
    }
}
