//! Every message that the page asks for is written in every locale.

#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use lessons::outline::LESSONS;
use page::i18n::LOCALES;

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found
}

/// The ids of the messages in a Fluent file.
fn ids(fluent: &str) -> impl Iterator<Item = &str> {
    let id = |line: &str| line.starts_with(|first: char| first.is_ascii_lowercase());
    fluent
        .lines()
        .filter(move |line| id(line))
        .filter_map(|line| Some(line.split_once(" =")?.0))
}

/// The texts in quotes that are the first argument of calls of `function`.
fn first_arguments<'a>(source: &'a str, function: &str) -> Vec<&'a str> {
    let calls = source.split(function).skip(1);
    calls
        .filter_map(|rest| Some(rest.trim_start().strip_prefix('"')?.split_once('"')?.0))
        .collect()
}

/// The ids that the page's code names.
fn asked_for() -> BTreeSet<String> {
    let mut asked = BTreeSet::new();
    for path in files(&folder("src"), "rs") {
        let source = fs::read_to_string(path).unwrap();
        // The tests of the module have messages of their own.
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        for function in ["words.text(", "words.with("] {
            asked.extend(
                first_arguments(source, function)
                    .into_iter()
                    .map(str::to_owned),
            );
        }
    }
    // What is drawn beside the page's module.
    for script in ["hub.js", "hub-dialog.js"] {
        let source = fs::read_to_string(folder("../../www").join(script)).unwrap();
        let said = first_arguments(&source, "say(");
        assert!(
            said.len() > 5,
            "the search for messages finds {said:?} only"
        );
        asked.extend(said.into_iter().map(str::to_owned));
    }
    let troubles = lab::outside::TroubleKind::ALL;
    asked.extend(troubles.map(|kind| format!("trouble-{}", kind.id())));
    for way in lessons::outline::OnLive::ALL {
        asked.extend(["way", "live-count"].map(|of| format!("{of}-{}", way.id())));
    }
    let page = fs::read_to_string(folder("../../www/index.html")).unwrap();
    let places = page
        .split("{{text:")
        .skip(1)
        .filter_map(|rest| rest.split_once("}}"));
    asked.extend(places.map(|(id, _)| id.to_owned()));
    // Forms and their fields are tables, whose ids are those of their words.
    for path in files(&folder("src/panels"), "rs") {
        let source = fs::read_to_string(path).unwrap();
        for (before, after) in [("Form = Form {", "id: \""), ("Field {", "id: \"")] {
            let tables = source.split(before).skip(1);
            let ids = tables.filter_map(|table| {
                Some(table.trim_start().strip_prefix(after)?.split_once('"')?.0)
            });
            asked.extend(ids.map(str::to_owned));
        }
    }
    asked.extend(page::by_hand::Tab::ALL.map(|tab| tab.id().to_owned()));
    let codes = wire::error::ErrorCode::ALL.iter();
    asked.extend(codes.map(|code| format!("error-{}", code.number())));
    for lesson in LESSONS {
        asked.extend(
            lesson
                .steps
                .iter()
                .map(|step| format!("{}-{}-action", lesson.id, step.id)),
        );
        asked.extend(
            lesson
                .settings
                .iter()
                .map(|setting| format!("setting-{}", setting.id)),
        );
        asked.extend(
            [
                "registry",
                "device-console",
                "cloud-console",
                "wire",
                "events",
            ]
            .map(|place| format!("{}-empty-{place}", lesson.id)),
        );
    }
    asked
}

#[test]
fn every_locale_has_every_message() {
    let asked = asked_for();
    assert!(
        asked.len() > 60,
        "the search for messages finds {} only",
        asked.len()
    );
    for locale in LOCALES {
        let files = files(&folder("../../www/texts").join(locale.id), "ftl");
        let sources: Vec<_> = files
            .iter()
            .map(|path| fs::read_to_string(path).unwrap())
            .collect();
        let written: BTreeSet<&str> = sources.iter().flat_map(|source| ids(source)).collect();
        let missing: Vec<_> = asked
            .iter()
            .filter(|id| !written.contains(id.as_str()))
            .collect();
        assert!(
            missing.is_empty(),
            "write these messages in {}: {missing:?}",
            locale.id
        );
    }
}

#[test]
fn no_fluent_file_has_a_mistake() {
    for path in files(&folder("../../www/texts"), "ftl") {
        let source = fs::read_to_string(&path).unwrap();
        let resource = fluent_bundle::FluentResource::try_new(source);
        assert!(
            resource.is_ok(),
            "{}: {:?}",
            path.display(),
            resource.err().map(|(_, errors)| errors)
        );
    }
}
