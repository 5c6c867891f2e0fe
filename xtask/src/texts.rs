//! `cargo xtask texts`: the part of the site that Trunk does not know how to build.
//!
//! Trunk calls this after each build (see `Trunk.toml`) and names the folder of that build. It gets
//! the words and texts of every locale, and a page for each of them that can be read before the page's
//! module has arrived, or without it.

mod glossary;
mod live;
mod messages;
mod pages;
mod readme;
mod search;
mod styles;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, PatternElement};
use lessons::outline::{LESSONS, LessonOutline};
use lessons::text::LessonText;
use serde::Serialize;

use crate::error::Error;
use crate::{differences, listings, scripts, service_worker, workspace};
use glossary::Glossary;
pub(crate) use messages::Messages;
pub(crate) use pages::SITE_URL;

/// The locale of the page before anybody chose one.
pub(crate) const FIRST_LOCALE: &str = "en";

/// Brings the documents up to date that come from texts, and writes the texts into the folder that Trunk names, if any.
pub(crate) fn from_hook() -> Result<(), Error> {
    differences::write_document()?;
    readme::write()?;
    let Some(staging) = std::env::var_os("TRUNK_STAGING_DIR") else {
        return Ok(());
    };
    let www = workspace::root().join("www");
    write(&www.join("texts"), Path::new(&staging))?;
    listings::write(Path::new(&staging))?;
    differences::write_pages(&www, Path::new(&staging))?;
    if service_worker::is_wanted() {
        scripts::minify(Path::new(&staging))?;
    }
    // At last, as it knows all files.
    service_worker::write(&www, Path::new(&staging))
}

/// Writes the texts of every locale to `texts/<locale>/` in `staging`, and a page for each of them.
fn write(texts: &Path, staging: &Path) -> Result<(), Error> {
    let mut all = Vec::new();
    for id in locales(texts)? {
        let locale = Locale::read(texts, &id)?;
        locale.warn();
        locale.write(&staging.join("texts").join(&id))?;
        all.push(locale);
    }
    if let Some(first) = all.first() {
        let (name, description) = (first.word("name"), first.word("home-lead"));
        service_worker::write_manifest(staging, name, description)?;
    }
    pages::write(&all, staging)
}

/// The ids of all locales, the first one first.
pub(crate) fn locales(texts: &Path) -> Result<Vec<String>, Error> {
    let folders = entries(texts)?.into_iter().filter(|path| path.is_dir());
    let mut ids: Vec<String> = folders
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .collect();
    ids.sort_by_key(|id| id != FIRST_LOCALE);
    Ok(ids)
}

/// All that is read in one language.
pub(crate) struct Locale {
    pub(crate) id: String,
    messages: Messages,
    /// The plain messages of every page.
    pub(crate) words: BTreeMap<String, String>,
    pub(crate) lessons: Vec<(&'static LessonOutline, LessonText)>,
    pub(crate) glossary: Glossary,
    /// The plain messages of those who ask for a live hub.
    live_words: BTreeMap<String, String>,
    /// What there is to say of live hubs, as HTML.
    live: String,
    /// The files that English stands in for.
    missing: Vec<String>,
}

impl Locale {
    fn read(texts: &Path, id: &str) -> Result<Self, Error> {
        let mut messages = Messages::read(texts, id)?;
        let mut missing = Vec::new();
        let mut markdown = |name: String| -> Result<(PathBuf, String), Error> {
            let mut path = texts.join(id).join(&name);
            if !path.is_file() {
                missing.push(name.clone());
                path = texts.join(FIRST_LOCALE).join(&name);
            }
            let text = read(&path)?;
            Ok((path, text))
        };
        let mut lessons = Vec::new();
        for lesson in LESSONS {
            let (path, text) = markdown(format!("{}.md", lesson.id))?;
            let text = LessonText::parse(lesson, &text).map_err(|error| Error::Texts {
                path,
                problem: error.to_string(),
            })?;
            // A brace would open a place for something else.
            let title = text.title.replace('{', "{\"{\"}");
            let _ = writeln!(messages.page, "title-{} = {title}", lesson.id);
            lessons.push((lesson, text));
        }
        let (path, text) = markdown("glossary.md".to_owned())?;
        let glossary = Glossary::parse(&text).map_err(|problem| Error::Texts { path, problem })?;
        let (live_path, live_text) = markdown(live::MARKDOWN.to_owned())?;
        let differences = differences::file_name(texts, id);
        let _ = writeln!(messages.page, "differences-address = {differences}");
        let mut locale = Self {
            id: id.to_owned(),
            words: plain_messages(&messages.page),
            live_words: plain_messages(&messages.live),
            live: String::new(),
            messages,
            lessons,
            glossary,
            missing,
        };
        locale.live = live::html(&live_text, &locale).map_err(|problem| Error::Texts {
            path: live_path,
            problem,
        })?;
        Ok(locale)
    }

    /// Tells translators what there is to do.
    fn warn(&self) {
        let lacking: Vec<&str> = self
            .missing
            .iter()
            .chain(&self.messages.missing)
            .map(String::as_str)
            .collect();
        if !lacking.is_empty() {
            eprintln!(
                "warning: texts/{} lacks these, and English stands in: {}",
                self.id,
                lacking.join(", ")
            );
        }
    }

    /// Writes what the page fetches.
    fn write(&self, to: &Path) -> Result<(), Error> {
        fs::create_dir_all(to).map_err(Error::file(to))?;
        save(&to.join("ui.ftl"), &self.messages.page)?;
        save(&to.join("glossary.html"), &self.glossary_html())?;
        save(&to.join("live.ftl"), &self.messages.live)?;
        save(&to.join("live.html"), &self.live)?;
        let reach = to.join("live.json");
        save(&reach, &json(&live::reach(self), &reach)?)?;
        let search = to.join("search.json");
        save(&search, &json(&search::entries(self), &search)?)?;
        for (lesson, text) in &self.lessons {
            let words = self
                .messages
                .lessons
                .get(lesson.id)
                .map_or("", String::as_str);
            save(&to.join(format!("{}.ftl", lesson.id)), words)?;
            let path = to.join(format!("{}.json", lesson.id));
            save(&path, &json(text, &path)?)?;
        }
        Ok(())
    }

    /// One sentence on a lesson.
    fn summary(&self, lesson: &str) -> &str {
        self.words
            .get(&format!("lesson-{lesson}-summary"))
            .map_or("", String::as_str)
    }

    /// The text of the page of terms.
    pub(crate) fn glossary_html(&self) -> String {
        let lead = escaped(self.word("summary-glossary"));
        format!("<p class=\"lead\">{lead}</p>{}", self.glossary.html())
    }

    /// A plain message of those who ask for a live hub, or of every page.
    pub(crate) fn live_word<'a>(&'a self, id: &'a str) -> &'a str {
        self.live_words
            .get(id)
            .map_or_else(|| self.word(id), String::as_str)
    }

    /// A plain message; what is missing shows its id, as in the page.
    pub(crate) fn word<'a>(&'a self, id: &'a str) -> &'a str {
        self.words.get(id).map_or(id, String::as_str)
    }
}

/// A value as JSON, for the file at `path`.
pub(crate) fn json(value: &impl Serialize, path: &Path) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Texts {
        path: path.to_owned(),
        problem: error.to_string(),
    })
}

/// Replaces each `{{text:id}}` by the message of that id.
pub(crate) fn with_words(html: &str, words: &BTreeMap<String, String>) -> Result<String, String> {
    let mut pieces = html.split("{{text:");
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (id, rest) = piece
            .split_once("}}")
            .ok_or("expected }} behind {{text:, found none; close the place of the text")?;
        let word = words.get(id).ok_or_else(|| {
            format!("expected a plain message {id} in the Fluent files, found none; write it")
        })?;
        filled += &escaped(word);
        filled += rest;
    }
    Ok(filled)
}

/// The messages that are text and nothing else, by id.
pub(crate) fn plain_messages(source: &str) -> BTreeMap<String, String> {
    // What cannot be parsed is no message; the page's own tests look at that.
    let resource = fluent_syntax::parser::parse(source).unwrap_or_else(|(resource, _)| resource);
    let messages = resource.body.into_iter().filter_map(|entry| match entry {
        Entry::Message(message) => Some((message.id.name, message.value?)),
        _ => None,
    });
    messages
        .filter_map(|(id, pattern)| {
            let texts = pattern.elements.into_iter().map(|element| match element {
                PatternElement::TextElement { value } => Some(value),
                PatternElement::Placeable { .. } => None,
            });
            Some((id.to_owned(), texts.collect::<Option<String>>()?))
        })
        .collect()
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

pub(crate) fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(Error::file(path))
}

pub(crate) fn save(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(Error::file(path))
}

/// What is in `folder`, by name; nothing if there is no such folder.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).map_err(Error::file(folder))?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_filled_in_and_escaped() {
        let words = plain_messages("a = 1 < 2\nb = { $x } apples\n");
        assert_eq!(
            with_words("<p>{{text:a}}</p>", &words).as_deref(),
            Ok("<p>1 &lt; 2</p>")
        );
        assert!(
            with_words("{{text:b}}", &words).is_err(),
            "a message with arguments has no plain text"
        );
        assert!(with_words("{{text:missing}}", &words).is_err());
        assert!(with_words("{{text:a", &words).is_err());
    }

    #[test]
    fn a_message_over_several_lines_is_one_text() {
        let words = plain_messages("a =\n    one\n    two\n");
        assert_eq!(words.get("a").map(String::as_str), Some("one\ntwo"));
    }

    #[test]
    fn the_texts_of_this_project_fill_the_pages() {
        let staging = std::env::temp_dir().join(format!("texts-{}", std::process::id()));
        fs::create_dir_all(&staging).expect("a folder for the test");
        let template =
            "<html lang={{locale}}><title>{{title}}</title><link href=./a.css><p>{{main}}</p>";
        fs::write(staging.join("index.html"), template).expect("a page for the test");
        write(&workspace::root().join("www").join("texts"), &staging)
            .expect("the texts are in order");
        for locale in ["en", "ko", "ru"] {
            let page = read(&staging.join(locale).join("telemetry/index.html")).expect("the page");
            assert!(page.starts_with(&format!("<html lang={locale}>")), "{page}");
            assert!(
                page.contains("href=../../a.css") && !page.contains("{{"),
                "{page}"
            );
            let json =
                read(&staging.join(format!("texts/{locale}/telemetry.json"))).expect("the lesson");
            let text: LessonText = serde_json::from_str(&json).expect("a lesson's text");
            for step in text.steps {
                assert!(
                    page.contains(&step.body) && page.contains(&step.hint),
                    "{}",
                    step.id
                );
            }
        }
        fs::remove_dir_all(&staging).expect("the folder goes again");
    }
}
