//! Fetching the listings of programs, each when it is first shown.

use std::cell::RefCell;
use std::rc::Rc;

use yew::AttrValue;

use crate::{dom, texts};

/// A program's source.
pub struct Listing {
    /// As HTML: an element for each line, with its number in `data-line`.
    pub html: AttrValue,
    /// As text.
    pub text: AttrValue,
}

thread_local! {
    /// A few dozen at most: those that were shown on this visit, by their paths.
    static SHOWN: RefCell<Vec<(String, Rc<Listing>)>> = const { RefCell::new(Vec::new()) };
}

/// A listing that was fetched before.
pub fn known(path: &str) -> Option<Rc<Listing>> {
    SHOWN.with_borrow(|shown| {
        let (_, listing) = shown.iter().find(|(known, _)| known == path)?;
        Some(Rc::clone(listing))
    })
}

/// Fetches a listing; [`known`] has it then. Says whether it is there.
pub async fn fetch(path: String) -> bool {
    let Ok(html) = texts::fetch(&path).await else {
        return false;
    };
    let text = dom::text_of(&html);
    let listing = Rc::new(Listing {
        html: html.into(),
        text: text.into(),
    });
    SHOWN.with_borrow_mut(|shown| shown.push((path, listing)));
    true
}
