//! The first draw of the page, in several tasks of the browser instead of a long one.
//!
//! What is read first comes first. Between two parts the browser paints, and hears a key or a press.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

/// How much of the page is drawn; each part comes with those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Drawn {
    /// What is read: the header, the text, the open step's button.
    Text,
    /// The bench with its cards.
    Bench,
    /// All, also what is out of sight at first.
    All,
}

impl Drawn {
    fn next(self) -> Option<Self> {
        match self {
            Self::Text => Some(Self::Bench),
            Self::Bench => Some(Self::All),
            Self::All => None,
        }
    }
}

/// How much of the page is to be drawn now. It is drawn again, with more, in a task of its own.
#[hook]
pub fn use_first_draw() -> Drawn {
    let drawn = use_state(|| Drawn::Text);
    use_effect_with(*drawn, {
        let setter = drawn.setter();
        move |drawn| {
            let next = drawn.next();
            let timeout = next.map(|next| Timeout::new(0, move || setter.set(next)));
            move || drop(timeout)
        }
    });
    *drawn
}
