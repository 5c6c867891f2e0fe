//! The table in `README.md` of what is live, relayed or done by hand on a live hub, from the same outlines as the page's.

use std::path::PathBuf;

use super::{FIRST_LOCALE, Locale, live, read, save};
use crate::error::Error;
use crate::workspace;

/// The line before the table.
const BEGIN: &str = "<!-- The next table is written by `cargo xtask texts`, from the outlines of the lessons. -->\n";
/// The line behind it.
const END: &str = "<!-- Here ends what is written by `cargo xtask texts`. -->\n";

/// Brings the table up to date; a file that is right already is not touched.
pub(super) fn write() -> Result<(), Error> {
    let (path, known, wanted) = texts()?;
    if known == wanted {
        return Ok(());
    }
    println!("writing {}", path.display());
    save(&path, &wanted)
}

/// Where the README is, what it says, and what it should say.
fn texts() -> Result<(PathBuf, String, String), Error> {
    let root = workspace::root();
    let path = root.join("README.md");
    let known = read(&path)?;
    let locale = Locale::read(&root.join("www").join("texts"), FIRST_LOCALE)?;
    let wanted = with_table(&known, &live::markdown(&locale)).map_err(|problem| Error::Texts {
        path: path.clone(),
        problem,
    })?;
    Ok((path, known, wanted))
}

/// The text with another table between the two lines.
fn with_table(text: &str, table: &str) -> Result<String, String> {
    let places = text.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let (before, after) = places.ok_or_else(|| {
        format!("expected two lines around the table of steps, found none or one; write them:\n{BEGIN}{END}")
    })?;
    Ok(format!("{before}{BEGIN}\n{table}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_the_table_that_the_outlines_give() {
        let (path, known, wanted) = texts().expect("the texts and the README are in order");
        assert!(
            known == wanted,
            "the table in {} is out of date; run `cargo xtask texts`",
            path.display()
        );
    }

    #[test]
    fn only_what_is_between_the_lines_is_written_anew() {
        let text = format!("before\n{BEGIN}old\n{END}after\n");
        let written = with_table(&text, "| new |\n").expect("both lines are there");
        assert_eq!(written, format!("before\n{BEGIN}\n| new |\n\n{END}after\n"));
        let again = with_table(&written, "| new |\n");
        assert_eq!(again.as_deref(), Ok(written.as_str()));
    }

    #[test]
    fn a_line_that_is_missing_is_asked_for() {
        for text in ["", BEGIN, END, &format!("{END}{BEGIN}")] {
            assert!(with_table(text, "").is_err(), "{text}");
        }
    }
}
