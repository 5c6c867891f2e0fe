//! What this hub does as Azure IoT Hub does it, what it does differently, and what it does not do.
//!
//! `www/differences.toml` says what holds each rule, and `differences.ftl` of each locale says it in words.
//! From both come a page of the site for each locale, and a document for who reads the hub's code.

mod document;
mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::Error;
use crate::{texts, workspace};

/// The words of the rows, beside the other texts of a locale. They are not for the page of the lessons.
pub(crate) const WORDS: &str = "differences.ftl";

/// The areas, in the order of the page.
const AREAS: &[&str] = &[
    "connecting",
    "telemetry",
    "cloud-to-device",
    "methods",
    "twins",
    "queries",
    "registry",
    "modules",
    "rest",
    "access",
    "limits",
    "time",
    "storage",
    "not-built",
];

/// How a row compares with the service.
const STATES: &[&str] = &["same", "different", "absent"];

/// How sure it is that the service does what the row says of it.
const EVIDENCE: &[&str] = &["documented", "observed", "sdk", "inferred"];

/// Why a row names no test.
const UNTESTED: &[&str] = &["nothing-runs", "not-written"];

/// All rows, in the order of the page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Differences {
    #[serde(rename = "row")]
    rows: Vec<Row>,
}

/// One rule of the service, and what becomes of it here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// Names the row in addresses and texts.
    id: String,
    area: String,
    state: String,
    evidence: Option<String>,
    /// The tests that hold the row, each as `file::function`, the file from the root of the workspace.
    #[serde(default)]
    tests: Vec<String>,
    /// Why there is none.
    untested: Option<String>,
}

/// The plain messages of a locale, by id.
type Words = BTreeMap<String, String>;

impl Differences {
    /// Reads `differences.toml` of a `www` folder, and checks it against itself.
    pub(crate) fn read(www: &Path) -> Result<Self, Error> {
        let path = www.join("differences.toml");
        let source = texts::read(&path)?;
        let wrong = |problem| Error::Texts {
            path: path.clone(),
            problem,
        };
        let all: Self = toml::from_str(&source).map_err(|error| wrong(error.to_string()))?;
        let problems = all.problems();
        if problems.is_empty() {
            Ok(all)
        } else {
            Err(wrong(problems.join("\n")))
        }
    }

    /// What is wrong with the rows themselves.
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut ids = BTreeSet::new();
        for row in &self.rows {
            let mut expect = |holds: bool, what: &str| {
                if !holds {
                    problems.push(format!("row {}: {what}", row.id));
                }
            };
            let known = |list: &[&str], word: &Option<String>| {
                word.as_deref().is_none_or(|word| list.contains(&word))
            };
            expect(ids.insert(&row.id), "there is another row of this id");
            expect(AREAS.contains(&row.area.as_str()), "the area is unknown");
            expect(STATES.contains(&row.state.as_str()), "the state is unknown");
            expect(known(EVIDENCE, &row.evidence), "the evidence is unknown");
            expect(
                row.state != "same" || row.evidence.is_some(),
                "say how sure the service's rule is",
            );
            expect(known(UNTESTED, &row.untested), "the reason is unknown");
            expect(
                row.tests.is_empty() == row.untested.is_some(),
                "expected either tests or `untested`; name a test, or say why there is none",
            );
        }
        problems
    }

    /// What is wrong with the tests that the rows name: each must be a function of its file.
    #[cfg(test)]
    fn missing_tests(&self, root: &Path) -> Vec<String> {
        let is_there = |test: &str| {
            let (file, function) = test.rsplit_once("::")?;
            let source = fs::read_to_string(root.join(file)).ok()?;
            source.contains(&format!("fn {function}(")).then_some(())
        };
        let missing = self.rows.iter().flat_map(|row| {
            let tests = row.tests.iter().filter(|test| is_there(test).is_none());
            tests.map(move |test| format!("row {} names {test}, which is not there", row.id))
        });
        missing.collect()
    }

    /// The rows of an area.
    fn of<'a>(&'a self, area: &'a str) -> impl Iterator<Item = &'a Row> {
        self.rows.iter().filter(move |row| row.area == area)
    }

    /// How many rows have this state.
    fn count(&self, state: &str) -> usize {
        self.rows.iter().filter(|row| row.state == state).count()
    }

    /// How many rows are held by tests, and by how many.
    fn tested(&self) -> (usize, usize) {
        let rows = self.rows.iter().filter(|row| !row.tests.is_empty());
        let tests: BTreeSet<&String> = self.rows.iter().flat_map(|row| &row.tests).collect();
        (rows.count(), tests.len())
    }

    /// All messages that a locale must have for the rows and their marks.
    fn messages(&self) -> BTreeSet<String> {
        let named = |prefix: &'static str, list: &'static [&str]| {
            list.iter().map(move |word| format!("{prefix}-{word}"))
        };
        named("area", AREAS)
            .chain(named("state", STATES))
            .chain(named("evidence", EVIDENCE))
            .chain(named("untested", UNTESTED))
            .chain(self.rows.iter().map(|row| row.id.clone()))
            .collect()
    }
}

/// Writes the page of every locale that has words for it into a build, and the files that it needs.
pub(crate) fn write_pages(www: &Path, staging: &Path) -> Result<(), Error> {
    let all = Differences::read(www)?;
    let template = texts::read(&www.join("differences.html"))?;
    let locales = locales(www, &all)?;
    for file in ["theme.js", "styles/differences.css"] {
        let from = www.join(file);
        let name = from.file_name().unwrap_or(from.as_os_str());
        texts::save(&staging.join(name), &texts::read(&from)?)?;
    }
    let styles = page::styles(staging)?;
    for (locale, words) in &locales {
        let page = page::Page {
            all: &all,
            words,
            locale,
            locales: &locales,
            styles: &styles,
        };
        let html = page.html(&template).map_err(|problem| Error::Texts {
            path: www.join("differences.html"),
            problem,
        })?;
        texts::save(&staging.join(page::file_name(locale)), &html)?;
    }
    Ok(())
}

/// The name of the page of differences in a locale, or in English if it has none.
pub(crate) fn file_name(texts: &Path, locale: &str) -> String {
    let has_words = texts.join(locale).join(WORDS).is_file();
    page::file_name(if has_words {
        locale
    } else {
        texts::FIRST_LOCALE
    })
}

/// Brings the document beside the hub's code up to date; a file that is right already is not touched.
pub(crate) fn write_document() -> Result<(), Error> {
    let (path, text) = document()?;
    if fs::read_to_string(&path).is_ok_and(|known| known == text) {
        return Ok(());
    }
    println!("writing {}", path.display());
    texts::save(&path, &text)
}

/// Where the document belongs, and what it says.
fn document() -> Result<(PathBuf, String), Error> {
    let root = workspace::root();
    let www = root.join("www");
    let all = Differences::read(&www)?;
    let words = words(&www.join("texts").join(texts::FIRST_LOCALE), &all)?;
    let path = root.join("src").join("hub").join("DIFFERENCES.md");
    Ok((path, document::markdown(&all, &words)))
}

/// The words of each locale that has any for this page.
fn locales(www: &Path, all: &Differences) -> Result<BTreeMap<String, Words>, Error> {
    let mut locales = BTreeMap::new();
    for folder in texts::entries(&www.join("texts"))? {
        if let Some(name) = folder.file_name().and_then(|name| name.to_str())
            && folder.join(WORDS).is_file()
        {
            locales.insert(name.to_owned(), words(&folder, all)?);
        }
    }
    Ok(locales)
}

/// The words of a locale, which must be those that the rows ask for, no more and no less.
fn words(locale: &Path, all: &Differences) -> Result<Words, Error> {
    let path = locale.join(WORDS);
    let words = texts::plain_messages(&texts::read(&path)?);
    let asked = all.messages();
    let missing = asked.iter().filter(|id| !words.contains_key(*id));
    let mut problems: Vec<String> = missing
        .map(|id| format!("expected a plain message {id}, found none; write it"))
        .collect();
    for (id, text) in &words {
        if !asked.contains(id) && !id.starts_with("differences-") {
            problems.push(format!("no row asks for {id}; add the row, or remove it"));
        }
        if text.matches('`').count() % 2 == 1 {
            problems.push(format!("{id} opens code with ` and does not close it"));
        }
    }
    if !problems.is_empty() {
        let problem = problems.join("\n");
        return Err(Error::Texts { path, problem });
    }
    let (Some(texts), Some(id)) = (locale.parent(), locale.file_name()) else {
        return Ok(words);
    };
    let messages = texts::Messages::read(texts, &id.to_string_lossy())?;
    // A row's words count before those of the page.
    let mut all = texts::plain_messages(&messages.page);
    all.extend(words);
    Ok(all)
}

/// A message that was asked for; those are known to be there.
fn word<'a>(words: &'a Words, id: &str) -> &'a str {
    words.get(id).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rows: &str) -> Differences {
        toml::from_str(rows).expect("rows")
    }

    #[test]
    fn a_row_has_tests_or_says_why_not() {
        let start = "[[row]]\nid = 'a'\narea = 'time'\nstate = 'same'\nevidence = 'sdk'\n";
        let cases = [
            ("tests = ['f.rs::t']", true),
            ("untested = 'nothing-runs'", true),
            ("", false),
            ("tests = []", false),
            ("tests = ['f.rs::t']\nuntested = 'nothing-runs'", false),
            ("untested = 'because'", false),
        ];
        for (end, is_right) in cases {
            let problems = read(&format!("{start}{end}")).problems();
            assert_eq!(problems.is_empty(), is_right, "{end}: {problems:?}");
        }
    }

    #[test]
    fn what_is_unknown_in_a_row_is_named() {
        let row = "[[row]]\nid = 'a'\narea = 'x'\nstate = 'y'\nevidence = 'z'\ntests = ['t']\n";
        assert_eq!(read(row).problems().len(), 3);
        assert_eq!(read(&row.repeat(2)).problems().len(), 7, "the id is taken");
    }

    #[test]
    fn every_test_that_a_row_names_is_there() {
        let root = workspace::root();
        let all = Differences::read(&root.join("www")).expect("the rows are in order");
        assert_eq!(all.missing_tests(&root), Vec::<String>::new());
        let row = "[[row]]\nid = 'a'\narea = 'time'\nstate = 'same'\nevidence = 'sdk'\n";
        let lost = read(&format!(
            "{row}tests = ['xtask/src/differences.rs::no_such']"
        ));
        assert_eq!(lost.missing_tests(&root).len(), 1);
    }

    #[test]
    fn the_document_is_what_the_rows_give() {
        let (path, expected) = document().expect("rows and words are in order");
        let known = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            known == expected,
            "{} is out of date; run `cargo xtask texts`",
            path.display()
        );
    }

    #[test]
    fn the_page_holds_every_row_of_the_project() {
        let staging = std::env::temp_dir().join(format!("differences-{}", std::process::id()));
        fs::create_dir_all(&staging).expect("a folder for the test");
        fs::write(staging.join("style-1a.css"), "").expect("a style for the test");
        let www = workspace::root().join("www");
        write_pages(&www, &staging).expect("rows, words and page are in order");
        let html = fs::read_to_string(staging.join("differences.html")).expect("the page");
        for row in Differences::read(&www).expect("rows").rows {
            assert!(html.contains(&format!("id=\"{}\"", row.id)), "{}", row.id);
        }
        assert!(!html.contains("{{"), "every place is filled");
        assert!(html.contains("href=\"style-1a.css\""));
        fs::remove_dir_all(&staging).expect("the folder goes again");
    }
}
