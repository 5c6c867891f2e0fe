//! The projector view: the bench and the open step, half as large again. The styles do it.
//!
//! It is not kept: whoever opens the page anew has forgotten the key that leaves it.

use crate::dom;

const MARK: &str = "data-projector";

/// Whether the page is shown so.
pub fn is_on() -> bool {
    let root = dom::document().document_element();
    root.is_some_and(|root| root.has_attribute(MARK))
}

/// Begins or ends it.
pub fn toggle() {
    if let Some(root) = dom::document().document_element() {
        let _ = root.toggle_attribute(MARK);
    }
}
