//! The words of a locale: its Fluent files as the page fetches them.
//!
//! What a lesson alone says is fetched with the lesson; the rest is what every page needs.
//! A message that a locale lacks is taken from English, so that translators can work step by step.

use std::collections::BTreeMap;
use std::path::Path;

use fluent_syntax::ast::{Entry, Resource};
use fluent_syntax::{parser, serializer};
use lessons::outline::LESSONS;

use super::{FIRST_LOCALE, entries, read};
use crate::differences;
use crate::error::Error;

/// The files whose words are fetched when somebody asks for a live hub.
const LIVE: [&str; 2] = ["live", "live-checks"];

/// A part of the words, fetched by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Page,
    Live,
    Lesson(&'static str),
}

/// The Fluent text of a locale, in the parts in which it is fetched. Comments are left out.
pub(crate) struct Messages {
    /// What every page needs.
    pub(crate) page: String,
    /// What each lesson needs beside it, by the lesson's id.
    pub(crate) lessons: BTreeMap<&'static str, String>,
    /// What is needed beside it by whoever asks for a live hub.
    pub(crate) live: String,
    /// The ids that English stands in for.
    pub(crate) missing: Vec<String>,
}

impl Messages {
    /// Reads the messages of `locale` under the folder of all texts.
    pub(crate) fn read(texts: &Path, locale: &str) -> Result<Self, Error> {
        let english = files(&texts.join(FIRST_LOCALE))?;
        let own = if locale == FIRST_LOCALE {
            Vec::new()
        } else {
            files(&texts.join(locale))?
        };
        Ok(Self::new(english, own, locale == FIRST_LOCALE))
    }

    fn new(english: Vec<File>, own: Vec<File>, is_english: bool) -> Self {
        let own = own.into_iter().flat_map(|file| file.entries);
        let mut own: BTreeMap<String, Entry<String>> =
            own.filter_map(|entry| Some((id(&entry)?, entry))).collect();
        let mut parts: BTreeMap<Part, Vec<Entry<String>>> = BTreeMap::new();
        let mut missing = Vec::new();
        for file in english {
            for entry in file.entries {
                let Some(id) = id(&entry) else { continue };
                let translated = own.remove(&id);
                if translated.is_none() && !is_english {
                    missing.push(id.clone());
                }
                let part = parts.entry(part_of(&file.name, &id)).or_default();
                part.push(translated.unwrap_or(entry));
            }
        }
        let mut written = |part| {
            serializer::serialize(&Resource {
                body: parts.remove(&part).unwrap_or_default(),
            })
        };
        Self {
            page: written(Part::Page),
            live: written(Part::Live),
            lessons: LESSONS
                .iter()
                .map(|lesson| (lesson.id, written(Part::Lesson(lesson.id))))
                .collect(),
            missing,
        }
    }
}

/// A Fluent file: its name without the ending, and what is in it.
struct File {
    name: String,
    entries: Vec<Entry<String>>,
}

impl File {
    fn parse(name: &str, source: String) -> Self {
        // What cannot be parsed is no message; the page's own tests look at that.
        let resource = parser::parse(source).unwrap_or_else(|(resource, _)| resource);
        let name = name.to_owned();
        let entries = resource.body;
        Self { name, entries }
    }
}

/// The Fluent files of a folder, but for the words of pages that are built here.
fn files(folder: &Path) -> Result<Vec<File>, Error> {
    let mut files = Vec::new();
    for path in entries(folder)? {
        let is_fluent = path.extension().is_some_and(|extension| extension == "ftl");
        if is_fluent && !path.ends_with(differences::WORDS) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            files.push(File::parse(&name, read(&path)?));
        }
    }
    Ok(files)
}

/// The part to which a message of this id in this file belongs.
fn part_of(file: &str, id: &str) -> Part {
    match lesson_of(file, id) {
        Some(lesson) => Part::Lesson(lesson),
        None if LIVE.contains(&file) => Part::Live,
        None => Part::Page,
    }
}

/// The lesson that alone says a message of this id in this file. Lessons share the others.
fn lesson_of(file: &str, id: &str) -> Option<&'static str> {
    let lesson = LESSONS.iter().find(|lesson| lesson.id == file)?.id;
    let rest = id.strip_prefix("check-").unwrap_or(id);
    rest.strip_prefix(lesson)?
        .starts_with('-')
        .then_some(lesson)
}

/// The id of a message, or of a term behind its `-`.
fn id(entry: &Entry<String>) -> Option<String> {
    match entry {
        Entry::Message(message) => Some(message.id.name.clone()),
        Entry::Term(term) => Some(format!("-{}", term.id.name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(english: &[(&str, &str)], own: &[(&str, &str)]) -> Messages {
        let files = |files: &[(&str, &str)]| {
            let parse = |(name, source): &(&str, &str)| File::parse(name, (*source).to_owned());
            files.iter().map(parse).collect()
        };
        Messages::new(files(english), files(own), false)
    }

    #[test]
    fn english_stands_in_for_what_a_locale_lacks() {
        let all = messages(
            &[("ui", "# Fruit\na = Apple\nb = Pear\n")],
            &[("ui", "a = 사과\n")],
        );
        assert_eq!(all.page, "a = 사과\nb = Pear\n");
        assert_eq!(all.missing, ["b"]);
    }

    #[test]
    fn a_lesson_has_its_own_words_and_shares_the_others() {
        let source = "telemetry-send-action = Send\ncheck-telemetry-x = X\nsetting-y = Y\n";
        let all = messages(
            &[("telemetry", source), ("ui", "telemetry-empty = -\n")],
            &[],
        );
        let lesson = &all.lessons["telemetry"];
        assert_eq!(
            lesson,
            "telemetry-send-action = Send\ncheck-telemetry-x = X\n"
        );
        assert_eq!(all.page, "setting-y = Y\ntelemetry-empty = -\n");
    }

    #[test]
    fn the_words_of_live_hubs_are_fetched_by_themselves() {
        let all = messages(
            &[
                ("live", "live-a = A\n"),
                ("live-checks", "check-live-c = C\n"),
                ("hub", "hub-b = B\n"),
            ],
            &[],
        );
        assert_eq!(all.live, "live-a = A\ncheck-live-c = C\n");
        assert_eq!(all.page, "hub-b = B\n");
    }

    #[test]
    fn a_message_with_choices_is_kept_whole() {
        let source = "a = { $n ->\n    [one] One\n   *[other] { $n } of them\n }\n";
        let all = messages(&[("ui", source)], &[]);
        assert!(
            all.page.contains("[one] One") && all.page.contains("{ $n } of them"),
            "{}",
            all.page
        );
    }
}
