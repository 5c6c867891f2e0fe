//! What keys do anywhere on the page.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast as _;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use crate::{dom, projector};

/// What a key press asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// The open step's action.
    Run,
    /// The sheet of all shortcuts.
    Help,
    /// The search's field.
    Search,
    /// The projector view, or its end.
    Projector,
    /// A pause of what the wire shows, or its end.
    Pause,
}

/// Where the focus is when a key is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// On text or nowhere.
    Page,
    /// On a control, which has its own use for Enter.
    Control,
    /// In a text field, where letters are text.
    TextField,
}

/// What a key means. Enter alone belongs to a focused control; with Ctrl (or ⌘) it always runs: the form of a tab that
/// has the focus, or else the open step.
pub fn meaning(key: &str, with_control: bool, focus: Focus) -> Option<Shortcut> {
    match key {
        "Enter" if with_control || focus == Focus::Page => Some(Shortcut::Run),
        "?" if !with_control && focus != Focus::TextField => Some(Shortcut::Help),
        "/" if !with_control && focus != Focus::TextField => Some(Shortcut::Search),
        "P" if !with_control && focus != Focus::TextField => Some(Shortcut::Projector),
        "p" if !with_control && focus != Focus::TextField => Some(Shortcut::Pause),
        _ => None,
    }
}

/// Calls `act` whenever a shortcut is pressed while the component is shown.
#[hook]
pub fn use_shortcut(shortcut: Shortcut, act: Callback<()>) {
    let latest = use_mut_ref(|| act.clone());
    *latest.borrow_mut() = act;
    use_effect_with(shortcut, move |shortcut| {
        let shortcut = *shortcut;
        let options = EventListenerOptions::enable_prevent_default();
        let listener =
            EventListener::new_with_options(&dom::document(), "keydown", options, move |event| {
                let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
                    return;
                };
                if event.default_prevented() || event.repeat() || event.alt_key() || is_in_dialog()
                {
                    return;
                }
                let with_control = event.ctrl_key() || event.meta_key();
                let meant = match event.key().as_str() {
                    "Escape" if projector::is_on() => Some(Shortcut::Projector),
                    key => meaning(key, with_control, focus()),
                };
                if meant == Some(shortcut) {
                    event.prevent_default();
                    if shortcut == Shortcut::Run && dom::submit_form_in_focus() {
                        return;
                    }
                    let act = latest.borrow().clone();
                    act.emit(());
                }
            });
        move || drop(listener)
    });
}

fn focus() -> Focus {
    match dom::document().active_element() {
        Some(element) if dom::is_text_field(&element) => Focus::TextField,
        Some(element) if dom::is_control(&element) => Focus::Control,
        _ => Focus::Page,
    }
}

fn is_in_dialog() -> bool {
    let in_dialog = |element: Element| element.closest("dialog").ok().flatten().is_some();
    dom::document().active_element().is_some_and(in_dialog)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_belongs_to_a_focused_control() {
        assert_eq!(meaning("Enter", false, Focus::Page), Some(Shortcut::Run));
        assert_eq!(meaning("Enter", false, Focus::Control), None);
        assert_eq!(meaning("Enter", false, Focus::TextField), None);
        assert_eq!(
            meaning("Enter", true, Focus::TextField),
            Some(Shortcut::Run)
        );
    }

    #[test]
    fn a_question_mark_can_be_typed() {
        assert_eq!(meaning("?", false, Focus::Control), Some(Shortcut::Help));
        assert_eq!(meaning("?", false, Focus::TextField), None);
        assert_eq!(meaning("/", false, Focus::TextField), None);
        assert_eq!(meaning("P", false, Focus::TextField), None);
    }

    #[test]
    fn a_letter_can_be_typed() {
        assert_eq!(meaning("p", false, Focus::Control), Some(Shortcut::Pause));
        assert_eq!(meaning("p", false, Focus::TextField), None);
        assert_eq!(meaning("p", true, Focus::Page), None);
    }
}
