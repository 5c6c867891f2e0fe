//! Lists that follow their end until somebody scrolls away from it.

use web_sys::Element;
use yew::prelude::*;

use crate::i18n::Words;
use crate::panels::icon::icon;

/// How far from the end a list still counts as at its end, in pixels.
const SLACK: i32 = 24;

/// The ways of a list that follows its end.
pub struct Follow {
    /// To be called when the list is scrolled.
    pub on_scroll: Callback<Event>,
    /// Whether new entries come into view by themselves.
    pub is_following: bool,
    /// Goes back to the end.
    pub jump: Callback<MouseEvent>,
}

/// Keeps the end of `view` in sight whenever `content` changes.
#[hook]
pub fn use_follow_end<T: PartialEq + 'static>(view: NodeRef, content: T) -> Follow {
    let following = use_state(|| true);
    // What is drawn may be older than what was scrolled.
    let now = use_mut_ref(|| true);
    use_effect_with(content, {
        let (view, now) = (view.clone(), now.clone());
        move |_| {
            if *now.borrow() {
                to_end(&view);
            }
        }
    });
    let on_scroll = {
        let (following, now) = (following.clone(), now.clone());
        Callback::from(move |event: Event| {
            let Some(view) = event.target_dyn_into::<Element>() else {
                return;
            };
            let is_at_end =
                view.scroll_top() + view.client_height() + SLACK >= view.scroll_height();
            *now.borrow_mut() = is_at_end;
            following.set(is_at_end);
        })
    };
    let jump = {
        let following = following.clone();
        Callback::from(move |_| {
            *now.borrow_mut() = true;
            following.set(true);
            to_end(&view);
        })
    };
    Follow {
        on_scroll,
        is_following: *following,
        jump,
    }
}

fn to_end(view: &NodeRef) {
    if let Some(view) = view.cast::<Element>() {
        view.set_scroll_top(view.scroll_height());
    }
}

/// The way back to the end, shown when the list does not follow it.
pub fn jump_button(follow: &Follow, words: &Words) -> Html {
    if follow.is_following {
        return html! {};
    }
    html! {
        <button type="button" class="button jump" onclick={follow.jump.clone()}>
            { icon("arrow-down") }{ words.text("jump-to-newest") }
        </button>
    }
}
