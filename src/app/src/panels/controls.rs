//! Controls that several panels use.

use yew::prelude::*;

use super::icon::icon;

/// A small button with a picture alone; its name is spoken, and shown when pointed at.
pub fn icon_button(picture: &'static str, name: AttrValue, onclick: Callback<MouseEvent>) -> Html {
    html! {
        <button type="button" class="button bare square small" aria-label={name.clone()} title={name} {onclick}>
            { icon(picture) }
        </button>
    }
}

/// A button that shows or hides a secret.
pub fn reveal_button(revealed: bool, name: AttrValue, onclick: Callback<MouseEvent>) -> Html {
    html! {
        <button type="button" class="button bare square small" aria-label={name.clone()} title={name}
            aria-pressed={revealed.to_string()} {onclick}>
            { icon(if revealed { "eye-off" } else { "eye" }) }
        </button>
    }
}

/// One of several choices, of which one is taken.
pub struct Choice {
    /// What is shown.
    pub label: Html,
    /// What is shown when pointed at, if the label does not say it.
    pub title: Option<AttrValue>,
    /// Whether it is the one.
    pub taken: bool,
    /// Takes it.
    pub take: Callback<Event>,
}

/// Choices side by side.
pub fn choices(
    group: &'static str,
    legend: AttrValue,
    choices: impl Iterator<Item = Choice>,
) -> Html {
    let draw = |choice: Choice| {
        html! {
            <label title={choice.title}>
                <input type="radio" name={group} checked={choice.taken} onchange={choice.take} />
                <span>{ choice.label }</span>
            </label>
        }
    };
    html! {
        <fieldset id={group} class="segments"><legend class="unseen">{ legend }</legend>{ for choices.map(draw) }</fieldset>
    }
}
