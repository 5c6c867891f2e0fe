//! Listings: the sources of the course's programs, highlighted once, when the site is built.
//!
//! A listing is a piece of HTML with an element for each line. Without its tags it is the source, to the last character,
//! so a page copies what it shows.

use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::Path;

use lessons::outline::{LESSONS, Language, ProgramOutline};
use syntect::parsing::{ParseState, Scope, ScopeStack, ScopeStackOp, SyntaxReference, SyntaxSet};
use syntect::util::LinesWithEndings;

use crate::error::Error;
use crate::texts::{escaped, read, save};
use crate::workspace;

/// What a piece of a program is, by the beginning of its scope's name. The first that fits counts; nothing is marked
/// where the class is empty.
const CLASSES: &[(&str, &str)] = &[
    ("comment", "code-comment"),
    ("meta.interpolation", ""),
    ("constant.other.placeholder", "code-number"),
    ("constant.character.escape", "code-number"),
    ("constant.numeric", "code-number"),
    ("constant.language", "code-keyword"),
    ("string", "code-text"),
    ("keyword.operator.logical.python", "code-keyword"),
    ("keyword.operator", ""),
    ("keyword", "code-keyword"),
    ("storage.type.string", "code-text"),
    ("storage", "code-keyword"),
    ("variable.language", "code-keyword"),
    ("entity.name.function", "code-function"),
    ("support.function", "code-function"),
    ("variable.function", "code-function"),
    ("support.macro", "code-function"),
    ("entity.name", "code-type"),
    ("support.type", "code-type"),
];

/// Writes the listings of all programs to `listings/` in `staging`.
pub(crate) fn write(staging: &Path) -> Result<(), Error> {
    let highlighter = Highlighter::new();
    for program in LESSONS.iter().flat_map(|lesson| lesson.programs) {
        for language in Language::ALL {
            let to = staging.join(program.listing(language));
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder).map_err(Error::file(folder))?;
            }
            save(&to, &highlighter.listing(program, language)?)?;
        }
    }
    Ok(())
}

/// Knows the languages' grammars.
struct Highlighter {
    syntaxes: SyntaxSet,
    classes: Vec<(Scope, &'static str)>,
}

impl Highlighter {
    fn new() -> Self {
        let class = |(name, class): &(&str, &'static str)| Some((Scope::new(name).ok()?, *class));
        Self {
            syntaxes: SyntaxSet::load_defaults_newlines(),
            classes: CLASSES.iter().filter_map(class).collect(),
        }
    }

    /// A program's source as HTML.
    fn listing(&self, program: &ProgramOutline, language: Language) -> Result<String, Error> {
        let path = workspace::root().join(program.source(language));
        let source = read(&path)?;
        let syntax = self.syntaxes.find_syntax_by_extension(language.extension());
        let html = syntax.and_then(|syntax| self.highlight(syntax, &source));
        html.ok_or_else(|| Error::Content {
            path,
            expected: format!("a program in {language:?}"),
        })
    }

    fn highlight(&self, syntax: &SyntaxReference, source: &str) -> Option<String> {
        let mut state = ParseState::new(syntax);
        let mut scopes = ScopeStack::new();
        let mut html = String::new();
        for (index, line) in LinesWithEndings::from(source).enumerate() {
            let changes = state.parse_line(line, &self.syntaxes).ok()?;
            // Writing to a text cannot fail.
            let _ = write!(html, "<span class=\"line\" data-line=\"{}\">", index + 1);
            self.write_line(&mut html, line, &changes, &mut scopes)?;
            html += "</span>";
        }
        Some(html)
    }

    /// Writes a line: neighbours of one class share an element.
    fn write_line(
        &self,
        html: &mut String,
        line: &str,
        changes: &[(usize, ScopeStackOp)],
        scopes: &mut ScopeStack,
    ) -> Option<()> {
        let mut pieces: Vec<(&str, Range<usize>)> = Vec::new();
        let ends = changes.iter().map(|(at, _)| *at).chain([line.len()]);
        let mut start = 0;
        for (index, end) in ends.enumerate() {
            let class = self.class(scopes);
            match pieces.last_mut() {
                _ if start == end => {}
                Some((last, piece)) if *last == class => piece.end = end,
                _ => pieces.push((class, start..end)),
            }
            start = end;
            if let Some((_, change)) = changes.get(index) {
                scopes.apply(change).ok()?;
            }
        }
        for (class, piece) in pieces {
            write_piece(html, class, line.get(piece)?);
        }
        Some(())
    }

    /// The class of the innermost scope that has one.
    fn class(&self, scopes: &ScopeStack) -> &'static str {
        let class = |scope: &Scope| {
            let mut classes = self.classes.iter();
            classes.find(|(prefix, _)| prefix.is_prefix_of(*scope))
        };
        let innermost = scopes.as_slice().iter().rev().find_map(class);
        innermost.map_or("", |(_, class)| *class)
    }
}

fn write_piece(html: &mut String, class: &str, text: &str) {
    // The end of a line is shown in no colour.
    if class.is_empty() || text.trim().is_empty() {
        *html += &escaped(text);
    } else {
        // Writing to a text cannot fail.
        let _ = write!(html, "<span class=\"{class}\">{}</span>", escaped(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of a listing, as a browser gives it.
    fn text(html: &str) -> String {
        let mut text = String::new();
        for piece in html.split('<') {
            text += piece.split_once('>').map_or(piece, |(_, text)| text);
        }
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&amp;", "&")
    }

    fn highlighted(source: &str, extension: &str) -> String {
        let highlighter = Highlighter::new();
        let syntax = highlighter.syntaxes.find_syntax_by_extension(extension);
        highlighter
            .highlight(syntax.expect("a known language"), source)
            .expect("a listing")
    }

    #[test]
    fn a_listing_without_its_tags_is_its_source() {
        let highlighter = Highlighter::new();
        for program in LESSONS.iter().flat_map(|lesson| lesson.programs) {
            for language in Language::ALL {
                let source = read(&workspace::root().join(program.source(language)));
                let html = highlighter.listing(program, language);
                assert_eq!(
                    text(&html.expect("a listing")),
                    source.expect("a source"),
                    "{}",
                    program.file(language)
                );
            }
        }
    }

    #[test]
    fn a_listing_holds_no_tags_of_its_source() {
        let source = "let a = \"</span><script>&amp;\"; // <b>\n'<'\n<!-- & -->";
        for extension in ["rs", "py"] {
            let html = highlighted(source, extension);
            assert_eq!(text(&html), source);
            for tag in html.split('<').skip(1) {
                assert!(
                    tag.starts_with("span class=\"") || tag.starts_with("/span>"),
                    "<{tag}"
                );
            }
        }
    }

    #[test]
    fn every_line_is_an_element_with_its_number() {
        let html = highlighted("fn a() {}\n\n// b", "rs");
        assert_eq!(
            html,
            "<span class=\"line\" data-line=\"1\"><span class=\"code-keyword\">fn</span> \
             <span class=\"code-function\">a</span>() {}\n</span>\
             <span class=\"line\" data-line=\"2\">\n</span>\
             <span class=\"line\" data-line=\"3\"><span class=\"code-comment\">// b</span></span>"
        );
    }

    #[test]
    fn values_in_a_text_are_no_text() {
        let html = highlighted("print(f\"{a} b\")\n", "py");
        assert!(
            html.contains("<span class=\"code-text\">f&quot;</span>{a}<"),
            "{html}"
        );
        assert!(
            html.contains("<span class=\"code-text\"> b&quot;</span>"),
            "{html}"
        );
    }

    #[test]
    fn every_class_has_a_colour() {
        let styles = workspace::root().join("www/styles/listing.css");
        let styles = read(&styles).expect("the styles of listings");
        for (_, class) in CLASSES.iter().filter(|(_, class)| !class.is_empty()) {
            assert!(styles.contains(&format!(".{class} {{")), "{class}");
        }
    }
}
