//! A key or a connection string: dots until somebody asks to see it.

use yew::prelude::*;

use super::copy_button::CopyButton;
use super::icon::icon;
use crate::i18n::use_words;

/// What is hidden.
#[derive(Clone, PartialEq, Properties)]
pub struct SecretProps {
    /// The secret.
    pub text: AttrValue,
}

/// The secret, with buttons to reveal and to copy it.
#[component]
pub fn Secret(props: &SecretProps) -> Html {
    let words = use_words();
    let revealed = use_state(|| false);
    let onclick = {
        let revealed = revealed.clone();
        Callback::from(move |_: MouseEvent| revealed.set(!*revealed))
    };
    let (label, picture) = if *revealed {
        ("secret-hide", "eye-off")
    } else {
        ("secret-reveal", "eye")
    };
    html! {
        <span class="secret">
            if *revealed {
                <span class="secret-text">{ props.text.clone() }</span>
            } else {
                <span class="secret-dots" aria-label={words.text("secret-hidden")} role="img">{ "••••••••••••" }</span>
            }
            <button type="button" class="button bare square small" aria-pressed={revealed.to_string()}
                aria-label={words.text("secret-reveal")} title={words.text(label)} {onclick}>
                { icon(picture) }
            </button>
            <CopyButton text={props.text.clone()} label={words.text("secret-copy")} />
        </span>
    }
}
