//! Words by locale: everything a person reads comes through here.

use std::rc::Rc;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use intl_memoizer::IntlLangMemoizer;
use lessons::message::{Argument, Message};
use yew::prelude::*;

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
    bundle: FluentBundle<Rc<FluentResource>>,
    resources: Vec<Rc<FluentResource>>,
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Words {
    /// The words in a Fluent file. Entries with mistakes are left out; the others are used.
    pub fn new(locale: &'static Locale, fluent: String) -> Self {
        Self::of(locale, vec![read(fluent)])
    }

    /// These words and those of another Fluent file of the same locale.
    #[must_use]
    pub fn and(&self, fluent: String) -> Self {
        let mut resources = self.0.resources.clone();
        resources.push(read(fluent));
        Self::of(self.0.locale, resources)
    }

    fn of(locale: &'static Locale, resources: Vec<Rc<FluentResource>>) -> Self {
        let language = locale.id.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new(vec![language]);
        // The marks around arguments are for mixed directions, which none of the locales has.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(as_written_here));
        for resource in &resources {
            bundle.add_resource_overriding(Rc::clone(resource));
        }
        Self(Rc::new(Loaded {
            locale,
            bundle,
            resources,
        }))
    }

    /// The locale of these words.
    pub fn locale(&self) -> &'static Locale {
        self.0.locale
    }

    /// Whether there is a message with this id.
    pub fn has(&self, id: &str) -> bool {
        self.0.bundle.has_message(id)
    }

    /// The message with this id, or the id itself if there is none.
    pub fn text(&self, id: &str) -> AttrValue {
        self.format(id, None)
    }

    /// The message with this id and these arguments.
    pub fn with<const N: usize>(&self, id: &str, arguments: [(&str, Value); N]) -> AttrValue {
        let mut args = FluentArgs::new();
        for (name, value) in arguments {
            args.set(name.to_owned(), value.0);
        }
        self.format(id, Some(&args))
    }

    /// What the bench wants to say.
    pub fn say(&self, message: &Message) -> AttrValue {
        let mut args = FluentArgs::new();
        for (name, argument) in &message.arguments {
            let value = match argument {
                Argument::Text(text) => FluentValue::from(text.clone()),
                Argument::Number(number) => FluentValue::from(*number),
            };
            args.set(name.clone(), value);
        }
        self.format(&message.id, Some(&args))
    }

    fn format(&self, id: &str, args: Option<&FluentArgs<'_>>) -> AttrValue {
        let Some(pattern) = self
            .0
            .bundle
            .get_message(id)
            .and_then(|message| message.value())
        else {
            warn(&format!("no Fluent message {id}"));
            return AttrValue::from(id.to_owned());
        };
        let mut errors = Vec::new();
        let text = self
            .0
            .bundle
            .format_pattern(pattern, args, &mut errors)
            .into_owned();
        if !errors.is_empty() {
            warn(&format!("Fluent message {id}: {errors:?}"));
        }
        AttrValue::from(text)
    }
}

/// An argument of a message.
pub struct Value(FluentValue<'static>);

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self(FluentValue::from(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self(FluentValue::from(text))
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self(FluentValue::from(number))
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self(FluentValue::from(number))
    }
}

/// Reads a Fluent file. Entries with mistakes are left out.
fn read(fluent: String) -> Rc<FluentResource> {
    let resource = FluentResource::try_new(fluent).unwrap_or_else(|(partial, errors)| {
        for error in errors {
            warn(&format!("a Fluent entry is left out: {error}"));
        }
        partial
    });
    Rc::new(resource)
}

/// A number as the reader's language writes it, which the browser knows. What else there is, Fluent writes.
fn as_written_here(value: &FluentValue<'_>, _: &IntlLangMemoizer) -> Option<String> {
    match value {
        #[cfg(target_arch = "wasm32")]
        FluentValue::Number(number)
            if number.options.minimum_fraction_digits.is_none()
                && !is_alike_everywhere(number.value) =>
        {
            let number = js_sys::Number::from(number.value);
            Some(number.to_locale_string(crate::routes::language()).into())
        }
        _ => None,
    }
}

/// Whether a number is written alike in all languages of the page: a small count. Most numbers are, and the browser takes
/// its time over each that it is asked for.
#[cfg(target_arch = "wasm32")]
fn is_alike_everywhere(number: f64) -> bool {
    (0.0..1_000.0).contains(&number) && number.fract() == 0.0
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
