//! The languages say the same: the same messages with the same variables, the same steps, links and terms, and nothing
//! is left in English.

#![cfg(not(target_arch = "wasm32"))]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use page::i18n::LOCALES;

/// The language that the others are compared with.
const FIRST: &str = "en";

/// The name of the service, which is the same in every language.
const PRODUCT: &str = "iot hub";

fn folder(locale: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../www/texts/{locale}"))
}

fn others() -> impl Iterator<Item = &'static str> {
    LOCALES
        .iter()
        .map(|locale| locale.id)
        .filter(|id| *id != FIRST)
}

/// The files of a locale with this extension, by their names.
fn files(locale: &str, extension: &str) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder(locale)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// The messages of a Fluent file: what stands behind the `=`, by id.
fn messages(fluent: &str) -> BTreeMap<&str, String> {
    let mut messages: BTreeMap<&str, String> = BTreeMap::new();
    let mut open = None;
    for line in fluent.lines() {
        let is_inside = line.starts_with([' ', '\t', '}']);
        if let Some((id, text)) = line.split_once('=').filter(|_| !is_inside)
            && !line.starts_with('#')
        {
            open = Some(id.trim());
            messages.insert(id.trim(), text.trim().to_owned());
        } else if let Some(message) = open.and_then(|id| messages.get_mut(id))
            && is_inside
        {
            message.push('\n');
            message.push_str(line);
        } else {
            open = None;
        }
    }
    messages
}

/// What stands between `start` and `end`, each time.
fn all_between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    let parts = text.split(start).skip(1);
    parts
        .filter_map(|part| Some(part.split_once(end)?.0))
        .collect()
}

/// The names behind each `$` of a message.
fn variables(message: &str) -> BTreeSet<&str> {
    let parts = message.split('$').skip(1);
    parts
        .filter_map(|part| {
            part.split(|letter: char| {
                !letter.is_ascii_alphanumeric() && letter != '_' && letter != '-'
            })
            .next()
        })
        .filter(|name| !name.is_empty())
        .collect()
}

/// What a Markdown file has in every language: its headings' ids, its code, and where its links lead.
#[derive(Debug, PartialEq)]
struct Frame<'a> {
    steps: Vec<&'a str>,
    hints: usize,
    blocks: Vec<&'a str>,
    sides: BTreeSet<&'a str>,
    controls: BTreeSet<&'a str>,
}

fn frame(markdown: &str) -> Frame<'_> {
    let targets = |kind: &str| {
        let links = all_between(markdown, &format!("]({kind}:"), ")");
        links.into_iter().collect()
    };
    Frame {
        steps: all_between(markdown, "{#", "}"),
        hints: markdown.matches("{.hint}").count(),
        blocks: all_between(markdown, "```", "```")
            .into_iter()
            .step_by(2)
            .collect(),
        sides: targets("side"),
        controls: targets("control"),
    }
}

/// A text without code, variables, what stands in brackets, and where links lead.
fn prose(text: &str) -> String {
    let mut prose = String::new();
    for (index, part) in text.split("```").enumerate() {
        if index % 2 == 0 {
            let parts = part.split('`').step_by(2);
            prose.extend(parts.flat_map(|part| [part, " "]));
        }
    }
    let mut depth = 0_usize;
    prose.retain(|letter| {
        match letter {
            '(' | '{' => depth += 1,
            ')' | '}' => {
                depth = depth.saturating_sub(1);
                return false;
            }
            _ => {}
        }
        depth == 0
    });
    prose
}

/// Whether a text has a letter of the language's own script.
fn is_written_in(locale: &str, text: &str) -> bool {
    text.chars().any(|letter| match locale {
        "ko" => ('가'..='힣').contains(&letter),
        "ru" => ('а'..='я').contains(&letter.to_lowercase().next().unwrap_or(letter)),
        _ => letter.is_alphabetic(),
    })
}

/// Whether four English words stand in a row.
fn has_english_sentence(text: &str) -> bool {
    let mut row = 0;
    text.split_whitespace().any(|word| {
        let is_english = word.len() > 1
            && word
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter == ',');
        row = if is_english { row + 1 } else { 0 };
        row == 4
    })
}

/// The terms of a locale's glossary: what each id is called.
fn terms(locale: &str) -> BTreeMap<String, String> {
    let glossary = fs::read_to_string(folder(locale).join("glossary.md")).unwrap_or_default();
    let headings = glossary.lines().filter_map(|line| line.strip_prefix("## "));
    headings
        .filter_map(|heading| {
            let (title, id) = heading.split_once("{#")?;
            Some((id.trim_end_matches('}').to_owned(), title.trim().to_owned()))
        })
        .collect()
}

/// Tells all problems at once, so that a writer sees all there is to do.
fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_language_has_the_same_messages_with_the_same_variables() {
    let mut problems = Vec::new();
    for locale in others() {
        let written = files(locale, "ftl");
        for (name, english) in files(FIRST, "ftl") {
            let theirs = written.get(&name).map(String::as_str).unwrap_or_default();
            let (english, theirs) = (messages(&english), messages(theirs));
            for (id, text) in &english {
                match theirs.get(id) {
                    None => problems.push(format!("{locale}/{name}: write {id}")),
                    Some(found) if variables(found) != variables(text) => problems.push(format!(
                        "{locale}/{name}: {id} has {:?}, expected {:?}",
                        variables(found),
                        variables(text)
                    )),
                    Some(_) => {}
                }
            }
            for id in theirs.keys().filter(|id| !english.contains_key(*id)) {
                problems.push(format!("{locale}/{name}: nothing asks for {id}"));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn every_language_has_the_same_steps_code_and_links() {
    let mut problems = Vec::new();
    for locale in others() {
        let written = files(locale, "md");
        for (name, english) in files(FIRST, "md") {
            let Some(text) = written.get(&name) else {
                problems.push(format!("{locale}/{name}: write it"));
                continue;
            };
            let (found, expected) = (frame(text), frame(&english));
            // Each language may put its terms in its own order.
            let is_same = name == "glossary.md" || found == expected;
            if !is_same {
                problems.push(format!(
                    "{locale}/{name}: found {found:#?}, expected {expected:#?}"
                ));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn every_language_explains_the_same_terms() {
    let english: BTreeSet<String> = terms(FIRST).into_keys().collect();
    for locale in others() {
        let theirs: BTreeSet<String> = terms(locale).into_keys().collect();
        assert_eq!(theirs, english, "{locale}");
    }
}

#[test]
fn every_link_to_a_term_finds_it() {
    let mut problems = Vec::new();
    for locale in LOCALES {
        let terms = terms(locale.id);
        for (name, text) in files(locale.id, "md") {
            for id in all_between(&text, "](glossary:", ")") {
                if !terms.contains_key(id) {
                    problems.push(format!("{}/{name}: the glossary has no {id}", locale.id));
                }
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn nothing_is_left_in_english() {
    let mut problems = Vec::new();
    let english = terms(FIRST);
    for locale in others() {
        // What the language's own glossary calls as in English is no English left over.
        let own: Vec<String> = terms(locale).values().map(|term| prose(term)).collect();
        let own = own.join("\n").to_lowercase();
        let left: Vec<String> = english
            .values()
            .map(|term| term.to_lowercase())
            .filter(|term| term.contains(' ') && term != PRODUCT && !own.contains(term.as_str()))
            .collect();
        for (name, text) in files(locale, "md") {
            let prose = prose(&text);
            let lower = prose.to_lowercase();
            for term in left.iter().filter(|term| lower.contains(term.as_str())) {
                problems.push(format!("{locale}/{name}: “{term}” is left in English"));
            }
            for line in prose.lines().filter(|line| has_english_sentence(line)) {
                problems.push(format!("{locale}/{name}: left in English: {line}"));
            }
        }
        let first = files(FIRST, "ftl");
        for (name, fluent) in files(locale, "ftl") {
            let english = first
                .get(&name)
                .map(|fluent| messages(fluent))
                .unwrap_or_default();
            for (id, text) in messages(&fluent) {
                let is_same = english.get(id) == Some(&text) && !is_written_in(locale, &text);
                let prose = prose(&text);
                let words = prose.split_whitespace().filter(|word| word.len() > 3);
                if has_english_sentence(&prose) || (is_same && words.count() > 1) {
                    problems.push(format!("{locale}/{name}: {id} is left in English: {text}"));
                }
            }
        }
    }
    assert_none(&problems);
}
