//! The sheet of all shortcuts.

use wasm_bindgen::JsCast as _;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

use super::icon::icon;
use crate::dom;
use crate::i18n::Words;

const ID: &str = "shortcuts";

/// Each shortcut: its keys and the id of what it does.
const SHORTCUTS: &[(&[&str], &str)] = &[
    (&["Enter"], "shortcut-run"),
    (&["Ctrl", "Enter"], "shortcut-run-anywhere"),
    (&["↑", "↓"], "shortcut-steps"),
    (&["←", "→"], "shortcut-tabs"),
    (&["↑", "↓", "←", "→"], "shortcut-splits"),
    (&["/"], "shortcut-search"),
    (&["P"], "shortcut-pause"),
    (&["Shift", "P"], "shortcut-projector"),
    (&["?"], "shortcut-help"),
    (&["Esc"], "shortcut-close"),
];

/// Opens the sheet.
pub fn open() {
    if let Some(dialog) = dialog()
        && !dialog.open()
    {
        let _ = dialog.show_modal();
    }
}

fn dialog() -> Option<HtmlDialogElement> {
    dom::document().get_element_by_id(ID)?.dyn_into().ok()
}

/// The sheet, closed until it is asked for.
pub fn shortcut_sheet(words: &Words) -> Html {
    let close = Callback::from(|_: MouseEvent| {
        if let Some(dialog) = dialog() {
            dialog.close();
        }
    });
    let row = |(keys, id): &(&[&'static str], &str)| {
        html! {
            <div class="shortcut">
                <dt>{ for keys.iter().map(|key| html! { <kbd>{ *key }</kbd> }) }</dt>
                <dd>{ words.text(id) }</dd>
            </div>
        }
    };
    html! {
        <dialog id={ID} class="sheet" aria-labelledby="shortcuts-title">
            <div class="sheet-head">
                <h2 id="shortcuts-title">{ words.text("shortcuts-title") }</h2>
                <button type="button" class="button bare square" aria-label={words.text("close")} onclick={close}>
                    { icon("close") }
                </button>
            </div>
            <dl>{ for SHORTCUTS.iter().map(row) }</dl>
        </dialog>
    }
}
