//! Controls that several panels use.

use web_sys::HtmlSelectElement;
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
    choices_unless(None, group, legend, choices)
}

/// Choices side by side, of which none can be taken if there is a reason why not.
pub fn choices_unless(
    why_not: Option<&AttrValue>,
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
        <fieldset id={group} class="segments" disabled={why_not.is_some()} title={why_not.cloned()}><legend class="unseen">{ legend }</legend>{ for choices.map(draw) }</fieldset>
    }
}

/// A list of which one entry is chosen. If there is a word for `any`, none may be chosen.
pub fn select<'a>(
    name: AttrValue,
    any: Option<AttrValue>,
    entries: impl IntoIterator<Item = &'a str>,
    chosen: Option<&str>,
    choose: Callback<Option<String>>,
) -> Html {
    let onchange = Callback::from(move |event: Event| {
        let value = event
            .target_dyn_into::<HtmlSelectElement>()
            .map(|select| select.value());
        choose.emit(value.filter(|value| !value.is_empty()));
    });
    let entries: Vec<AttrValue> = entries
        .into_iter()
        .map(|entry| entry.to_owned().into())
        .collect();
    let chosen = chosen.map(|chosen| AttrValue::from(chosen.to_owned()));
    html! {
        <select aria-label={name} {onchange}>
            <Options {any} {entries} {chosen} />
        </select>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct OptionsProps {
    any: Option<AttrValue>,
    entries: Vec<AttrValue>,
    chosen: Option<AttrValue>,
}

/// The entries of a list, drawn anew only when they change: a fleet has a thousand, beside what changes all the time.
#[component]
fn Options(props: &OptionsProps) -> Html {
    let option = |entry: &AttrValue| {
        let selected = props.chosen.as_ref() == Some(entry);
        html! { <option value={entry.clone()} {selected}>{ entry }</option> }
    };
    html! {
        <>
            if let Some(any) = &props.any {
                <option value="" selected={props.chosen.is_none()}>{ any }</option>
            }
            { for props.entries.iter().map(option) }
        </>
    }
}

/// Texts in order, each once.
pub fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut known: Vec<&str> = Vec::new();
    for text in texts {
        if let Err(place) = known.binary_search(&text) {
            known.insert(place, text);
        }
    }
    known
}
