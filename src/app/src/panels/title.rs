//! The document's title, which browsers show in tabs and history.

use yew::prelude::*;

use crate::dom;
use crate::i18n::use_words;

/// Sets the document's title to `page` and the name of the site, or to the name alone.
#[hook]
pub fn use_title(page: Option<AttrValue>) {
    let name = use_words().text("name");
    use_effect_with((page, name), |(page, name)| {
        let title = match page {
            Some(page) => format!("{page} · {name}"),
            None => name.to_string(),
        };
        dom::document().set_title(&title);
    });
}
