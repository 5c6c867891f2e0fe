//! `cargo xtask texts`: the part of the site that Trunk does not know how to build.
//!
//! Trunk calls this after each build (see `Trunk.toml`) and names the folder of that build. It gets
//! the words and lesson texts of every locale, and its page gets what is read before the page's
//! module has arrived.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, PatternElement};
use lessons::outline::{LESSONS, LessonOutline};
use lessons::text::LessonText;

use crate::error::Error;
use crate::{differences, listings, workspace};

/// The locale of the page before anybody chose one.
pub(crate) const FIRST_LOCALE: &str = "en";

/// Where the first lesson's text goes in the page.
const LESSON_PLACE: &str = "{{lesson}}";

/// Brings the documents up to date that come from texts, and writes the texts into the folder that Trunk names, if any.
pub(crate) fn from_hook() -> Result<(), Error> {
    differences::write_document()?;
    let Some(staging) = std::env::var_os("TRUNK_STAGING_DIR") else {
        return Ok(());
    };
    let www = workspace::root().join("www");
    write(&www.join("texts"), Path::new(&staging))?;
    listings::write(Path::new(&staging))?;
    differences::write_pages(&www, Path::new(&staging))
}

/// Writes the texts of every locale to `texts/<locale>/` in `staging`, and fills its page.
fn write(texts: &Path, staging: &Path) -> Result<(), Error> {
    for locale in entries(texts)?.into_iter().filter(|path| path.is_dir()) {
        let Some(name) = locale.file_name() else {
            continue;
        };
        let to = staging.join("texts").join(name);
        fs::create_dir_all(&to).map_err(Error::file(&to))?;
        let messages = joined_messages(&locale)?;
        save(&to.join("strings.ftl"), &messages)?;
        for lesson in LESSONS {
            let text = lesson_text(&locale, lesson)?;
            let json = serde_json::to_string(&text).map_err(|error| Error::Texts {
                path: locale.join(lesson.id),
                problem: error.to_string(),
            })?;
            save(&to.join(format!("{}.json", lesson.id)), &json)?;
        }
        if name == FIRST_LOCALE {
            fill_page(&staging.join("index.html"), &locale, &messages)?;
        }
    }
    Ok(())
}

/// All Fluent files of a locale in one, in the order of their names, but for the words of pages that are built here.
pub(crate) fn joined_messages(locale: &Path) -> Result<String, Error> {
    let mut joined = String::new();
    for path in entries(locale)? {
        let is_fluent = path.extension().is_some_and(|extension| extension == "ftl");
        if is_fluent && !path.ends_with(differences::WORDS) {
            joined += &read(&path)?;
            joined.push('\n');
        }
    }
    Ok(joined)
}

fn lesson_text(locale: &Path, lesson: &LessonOutline) -> Result<LessonText, Error> {
    let path = locale.join(format!("{}.md", lesson.id));
    LessonText::parse(lesson, &read(&path)?).map_err(|error| Error::Texts {
        path,
        problem: error.to_string(),
    })
}

/// Puts the words, and the first lesson, into the page: something to read comes with the first bytes.
fn fill_page(page: &Path, locale: &Path, messages: &str) -> Result<(), Error> {
    let Some(first) = LESSONS.first() else {
        return Ok(());
    };
    let html = read(page)?.replace(
        LESSON_PLACE,
        &lesson_html(first, &lesson_text(locale, first)?),
    );
    let html = with_words(&html, &plain_messages(messages)).map_err(|problem| Error::Texts {
        path: page.to_owned(),
        problem,
    })?;
    save(page, &html)
}

/// The lesson as `src/app/src/panels/lesson.rs` draws it, without what needs the page's module.
fn lesson_html(lesson: &LessonOutline, text: &LessonText) -> String {
    let mut html = format!(
        "<h1>{}</h1><div class=\"prose\">{}</div><p class=\"progress quiet\">&nbsp;</p><ol class=\"steps\">",
        escaped(&text.title),
        text.intro
    );
    for (index, step) in text.steps.iter().enumerate() {
        // Writing to a text cannot fail.
        let _ = write!(
            html,
            "<li class=\"step{}\"><h2 class=\"step-head\"><a href=\"#/{}/{}\">\
             <span class=\"step-number\">{}</span><span class=\"step-title\">{}</span></a></h2>\
             <div class=\"step-body\"><div class=\"prose\">{}</div></div></li>",
            // The styles show the others' text only where scripts are off.
            if index == 0 { " open" } else { "" },
            lesson.id,
            step.id,
            index + 1,
            escaped(&step.title),
            step.body
        );
    }
    html + "</ol>"
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
    fn the_texts_of_this_project_fill_a_page() {
        let staging = std::env::temp_dir().join(format!("texts-{}", std::process::id()));
        fs::create_dir_all(&staging).expect("a folder for the test");
        fs::write(staging.join("index.html"), "<p>{{lesson}}</p>").expect("a page for the test");
        write(&workspace::root().join("www").join("texts"), &staging)
            .expect("the texts are in order");
        let page = fs::read_to_string(staging.join("index.html")).expect("the page is there");
        assert!(page.starts_with("<p><h1>"), "{page}");
        let json = fs::read_to_string(staging.join("texts/en/telemetry.json"))
            .expect("the lesson is there");
        assert!(serde_json::from_str::<LessonText>(&json).is_ok());
        fs::remove_dir_all(&staging).expect("the folder goes again");
    }
}
