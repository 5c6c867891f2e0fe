//! The document beside the hub's code.

use std::fmt::Write as _;

use super::{AREAS, Differences, Row, STATES, Words, word};

/// All rows as Markdown.
pub(super) fn markdown(all: &Differences, words: &Words) -> String {
    let mut text = format!(
        "<!-- Written by `cargo xtask texts` from www/differences.toml and www/texts/en/differences.ftl. -->\n\n\
         # {}\n\n{}\n{}\n\n",
        word(words, "differences-title"),
        sentences(word(words, "differences-lead")),
        sentences(word(words, "differences-promise")),
    );
    for state in STATES {
        let label = word(words, &format!("state-{state}"));
        // Writing to a text cannot fail.
        let _ = writeln!(text, "- {label}: {}", all.count(state));
    }
    for area in AREAS {
        if all.of(area).next().is_some() {
            let _ = write!(text, "\n## {}\n\n", word(words, &format!("area-{area}")));
        }
        for row in all.of(area) {
            text += &item(row, words);
        }
    }
    text
}

/// A row as an item of a list: what holds, how sure it is, and by which tests.
fn item(row: &Row, words: &Words) -> String {
    let label = |kind: &str, word_of: &str| word(words, &format!("{kind}-{word_of}"));
    let mut text = format!(
        "- **{}.** {}\n",
        label("state", &row.state),
        sentences(word(words, &row.id)).replace('\n', "\n  ")
    );
    let evidence = row.evidence.as_deref().map(|it| label("evidence", it));
    let tests: Vec<String> = row
        .tests
        .iter()
        .filter_map(|test| test.rsplit_once("::"))
        .map(|(file, function)| format!("`{}::{function}`", place(file)))
        .collect();
    let held = match row.untested.as_deref() {
        Some(why) => label("untested", why).to_owned(),
        None => format!("{}: {}", word(words, "differences-tests"), tests.join(", ")),
    };
    let sources: Vec<&str> = evidence.into_iter().chain([held.as_str()]).collect();
    let _ = writeln!(text, "  *{}.*", sources.join(". "));
    text
}

/// A file of tests, by its module if it is one of the hub's own.
fn place(file: &str) -> &str {
    let own = file.strip_prefix("src/hub/tests/");
    own.and_then(|own| own.strip_suffix(".rs")).unwrap_or(file)
}

/// One sentence a line.
fn sentences(text: &str) -> String {
    text.replace(". ", ".\n")
}
