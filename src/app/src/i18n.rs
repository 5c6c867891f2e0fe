//! Words by locale: everything a person reads comes through here.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod native;

use std::rc::Rc;

use lessons::message::{Argument, Message};
use yew::prelude::*;

#[cfg(target_arch = "wasm32")]
use browser::Bundle;
#[cfg(not(target_arch = "wasm32"))]
use native::Bundle;

/// A language that the page can speak.
#[derive(Debug, PartialEq, Eq)]
pub struct Locale {
    /// Its language tag, and its folder under `texts/`.
    pub id: &'static str,
    /// Its name in itself.
    pub name: &'static str,
}

/// All of them. The first one is spoken to whoever asks for none of them.
pub const LOCALES: &[Locale] = &[
    Locale {
        id: "en",
        name: "English",
    },
    Locale {
        id: "ko",
        name: "한국어",
    },
    Locale {
        id: "ru",
        name: "Русский",
    },
];

/// The locale for somebody who prefers `wanted`, best first.
pub fn choose<'a>(wanted: impl IntoIterator<Item = &'a str>) -> &'static Locale {
    let language = |tag: &str| {
        tag.split('-')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    wanted
        .into_iter()
        .find_map(|tag| LOCALES.iter().find(|locale| locale.id == language(tag)))
        .unwrap_or(&LOCALES[0])
}

/// The words of one locale. Cheap to clone.
#[derive(Clone)]
pub struct Words(Rc<Loaded>);

struct Loaded {
    locale: &'static Locale,
    files: Vec<Rc<str>>,
    bundle: Bundle,
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Words {
    /// The words in a Fluent file. Entries with mistakes are left out; the others are used.
    pub fn new(locale: &'static Locale, fluent: String) -> Self {
        Self::of(locale, vec![fluent.into()])
    }

    /// These words and those of another Fluent file of the same locale.
    #[must_use]
    pub fn and(&self, fluent: String) -> Self {
        let mut files = self.0.files.clone();
        files.push(fluent.into());
        Self::of(self.0.locale, files)
    }

    fn of(locale: &'static Locale, files: Vec<Rc<str>>) -> Self {
        let bundle = Bundle::of(locale.id, &files);
        Self(Rc::new(Loaded {
            locale,
            files,
            bundle,
        }))
    }

    /// The locale of these words.
    pub fn locale(&self) -> &'static Locale {
        self.0.locale
    }

    /// Whether there is a message with this id.
    pub fn has(&self, id: &str) -> bool {
        self.0.bundle.has(id)
    }

    /// The message with this id, or the id itself if there is none.
    pub fn text(&self, id: &str) -> AttrValue {
        self.format(id, &mut std::iter::empty())
    }

    /// The message with this id and these arguments.
    pub fn with<const N: usize>(&self, id: &str, arguments: [(&str, Value); N]) -> AttrValue {
        self.format(
            id,
            &mut arguments.into_iter().map(|(name, value)| (name, value.0)),
        )
    }

    /// What the bench wants to say.
    pub fn say(&self, message: &Message) -> AttrValue {
        let arguments = message.arguments.iter();
        self.format(
            &message.id,
            &mut arguments.map(|(name, argument)| (name.as_str(), argument.clone())),
        )
    }

    fn format(&self, id: &str, arguments: &mut dyn Iterator<Item = (&str, Argument)>) -> AttrValue {
        let text = self.0.bundle.format(id, arguments);
        AttrValue::from(text.unwrap_or_else(|| {
            warn(&format!("no Fluent message {id}"));
            id.to_owned()
        }))
    }
}

/// An argument of a message.
pub struct Value(Argument);

impl<T: Into<Argument>> From<T> for Value {
    fn from(value: T) -> Self {
        Self(value.into())
    }
}

/// Tells whoever works on the page; learners are not bothered.
fn warn(text: &str) {
    if cfg!(debug_assertions) {
        #[cfg(target_arch = "wasm32")]
        web_sys::console::warn_1(&text.into());
        #[cfg(not(target_arch = "wasm32"))]
        eprintln!("{text}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(fluent: &str) -> Words {
        Words::new(&LOCALES[0], fluent.to_owned())
    }

    #[test]
    fn a_missing_message_shows_its_id() {
        assert_eq!(words("").text("nowhere"), "nowhere");
    }

    #[test]
    fn a_broken_entry_does_not_take_the_others_with_it() {
        let words = words("good = Good\nbad { = \nalso = Also\n");
        assert_eq!(words.text("good"), "Good");
        assert_eq!(words.text("also"), "Also");
    }

    #[test]
    fn arguments_are_put_in() {
        let words = words(
            "sent = { $count ->\n    [one] one message\n   *[other] { $count } messages\n }\n",
        );
        let message = |count| Message {
            id: "sent".to_owned(),
            arguments: vec![("count".to_owned(), Argument::Number(count))],
        };
        assert_eq!(words.say(&message(1.0)), "one message");
        assert_eq!(words.say(&message(3.0)), "3 messages");
        assert_eq!(
            words.with("sent", [("count", 2_usize.into())]),
            "2 messages"
        );
    }

    #[test]
    fn words_that_come_later_are_added() {
        let words = words("a = A\nb = B\n").and("b = Bee\nc = C\n".to_owned());
        assert_eq!(
            ["a", "b", "c"].map(|id| words.text(id).to_string()),
            ["A", "Bee", "C"]
        );
    }

    #[test]
    fn a_locale_is_chosen_by_its_language() {
        assert_eq!(choose(["fr-CA", "en-GB"]).id, "en");
        assert_eq!(choose(["fr", "ko-KR", "en"]).id, "ko");
        assert_eq!(choose([]).id, "en");
    }
}
