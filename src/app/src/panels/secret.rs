//! A key or a connection string: dots until somebody asks to see it.

use yew::prelude::*;

use super::controls::reveal_button;
use super::copy_button::CopyButton;
use crate::i18n::Words;

/// What is hidden.
#[derive(Clone, PartialEq, Properties)]
pub struct SecretProps {
    /// The words of the reader's language.
    pub words: Words,
    /// The secret.
    pub text: AttrValue,
}

/// The secret, with buttons to reveal and to copy it.
#[component]
pub fn Secret(props: &SecretProps) -> Html {
    let words = &props.words;
    let revealed = use_state(|| false);
    let onclick = {
        let revealed = revealed.clone();
        Callback::from(move |_: MouseEvent| revealed.set(!*revealed))
    };
    html! {
        <span class="secret">
            if *revealed {
                <span class="secret-text">{ props.text.clone() }</span>
            } else {
                <span class="secret-dots" aria-label={words.text("secret-hidden")} role="img">{ "••••••••••••" }</span>
            }
            { reveal_button(*revealed, words.text("secret-reveal"), onclick) }
            <CopyButton words={words.clone()} text={props.text.clone()} label={words.text("secret-copy")} />
        </span>
    }
}
