//! The dialog about the learner's own hub: how to connect it, and how things stand while it is connected.
//!
//! It is on the page only while it is open. What was pasted is gone with it.

use gloo::events::EventListener;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

use super::connect_form::ConnectForm;
use super::hub_facts::HubFacts;
use super::icon::icon;
use crate::live_words;
use crate::screen::Screen;

/// What the dialog needs.
#[derive(Clone, PartialEq, Properties)]
pub struct HubDialogProps {
    /// What all parts of the screen share.
    pub screen: Screen,
    /// Whether the words did not arrive.
    pub failed: bool,
    /// What the ids of the lessons' devices began with in an earlier visit.
    pub prefix: Option<String>,
    /// Takes the dialog off the page.
    pub on_close: Callback<()>,
}

/// The dialog.
#[component]
pub fn HubDialog(props: &HubDialogProps) -> Html {
    let words = &props.screen.words;
    let live = props.screen.live();
    let dialog = use_node_ref();
    use_effect_with((), {
        let (dialog, on_close) = (dialog.clone(), props.on_close.clone());
        move |()| {
            let dialog = dialog.cast::<HtmlDialogElement>();
            let listener = dialog.map(|dialog| {
                let _ = dialog.show_modal();
                EventListener::new(&dialog, "close", move |_| on_close.emit(()))
            });
            move || drop(listener)
        }
    });
    let close = {
        let dialog = dialog.clone();
        Callback::from(move |()| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                dialog.close();
            }
        })
    };
    // It has done what it was opened for once another hub is there.
    let opened_at = use_mut_ref(|| live.is_some());
    use_effect_with(live.is_some(), {
        let close = close.clone();
        move |is_live| {
            if *is_live != *opened_at.borrow() {
                close.emit(());
            }
        }
    });
    let content = match live {
        _ if props.failed => {
            html! { <p class="refused" role="alert">{ icon("warning") }<span>{ words.text("hub-words-failed") }</span></p> }
        }
        _ if !live_words::are_in(words) => {
            html! { <p class="quiet">{ words.text("by-hand-waiting") }</p> }
        }
        Some(_) => html! { <HubFacts screen={props.screen.clone()} /> },
        None => {
            html! { <ConnectForm screen={props.screen.clone()} prefix={props.prefix.clone()} cancel={close.clone()} /> }
        }
    };
    let title = if live.is_some() {
        "hub-facts"
    } else {
        "hub-connect"
    };
    html! {
        <dialog ref={dialog} class="sheet hub-dialog" aria-labelledby="hub-dialog-title">
            <div class="sheet-head">
                <h2 id="hub-dialog-title">{ words.text(title) }</h2>
                <button type="button" class="button bare square" aria-label={words.text("close")} onclick={close.reform(|_| ())}>
                    { icon("close") }
                </button>
            </div>
            { content }
        </dialog>
    }
}
