//! The glossary of a locale: from Markdown to the page's HTML.
//!
//! Each term is a heading of level 2 with an id, `## Device twin {#device-twin}`, and paragraphs behind it.

use std::fmt::Write as _;

use lessons::text::to_glossary;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::escaped;

/// All terms, in the order of the file.
pub(crate) struct Glossary {
    pub(crate) terms: Vec<Term>,
}

/// A term and what it means.
pub(crate) struct Term {
    /// Its place in the page's address.
    pub(crate) id: String,
    pub(crate) name: String,
    /// What it means, as HTML.
    pub(crate) body: String,
}

impl Glossary {
    /// Reads the Markdown of a glossary. What stands before the first term is for translators.
    pub(crate) fn parse(markdown: &str) -> Result<Self, String> {
        let mut terms: Vec<Term> = Vec::new();
        let mut events: Vec<Event<'_>> = Vec::new();
        let mut is_name = false;
        for event in Parser::new_ext(markdown, Options::ENABLE_HEADING_ATTRIBUTES) {
            match event {
                Event::Start(Tag::Heading {
                    level: HeadingLevel::H2,
                    id,
                    ..
                }) => {
                    close(&mut terms, &mut events);
                    let id = id.map(CowStr::into_string).unwrap_or_default();
                    terms.push(Term {
                        id,
                        name: String::new(),
                        body: String::new(),
                    });
                    is_name = true;
                }
                Event::End(TagEnd::Heading(HeadingLevel::H2)) => is_name = false,
                Event::Text(text) | Event::Code(text) if is_name => {
                    if let Some(term) = terms.last_mut() {
                        term.name += &text;
                    }
                }
                // Texts are ours, but a stray tag in them is a mistake.
                Event::Html(_) | Event::InlineHtml(_) => {}
                // Terms link to each other as lessons link to them.
                event => events.push(to_glossary(event, "")),
            }
        }
        close(&mut terms, &mut events);
        match terms
            .iter()
            .find(|term| term.id.is_empty() || term.body.is_empty())
        {
            Some(term) => Err(format!(
                "expected an id {{#term}} and a text for the term “{}”, found none; write them",
                term.name
            )),
            None => Ok(Self { terms }),
        }
    }

    /// The page's list.
    pub(crate) fn html(&self) -> String {
        let mut html = String::from("<dl class=\"terms\">");
        for Term { id, name, body } in &self.terms {
            // Writing to a text cannot fail.
            let _ = write!(
                html,
                "<div id=\"{id}\"><dt>{}</dt><dd>{body}</dd></div>",
                escaped(name)
            );
        }
        html + "</dl>"
    }
}

fn close(terms: &mut [Term], events: &mut Vec<Event<'_>>) {
    let events = std::mem::take(events);
    if let Some(term) = terms.last_mut() {
        html::push_html(&mut term.body, events.into_iter());
        term.body.truncate(term.body.trim_end().len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_term_has_a_place() {
        let glossary = Glossary::parse(
            "# G\n\nx\n\n## A & B {#ab}\n\nIt is. See [c](glossary:c).\n\n## C {#c}\n\nThat.",
        );
        let html = glossary.expect("it is in order").html();
        assert_eq!(
            html,
            "<dl class=\"terms\"><div id=\"ab\"><dt>A &amp; B</dt><dd><p>It is. See <a href=\"#c\">c</a>.</p></dd></div>\
             <div id=\"c\"><dt>C</dt><dd><p>That.</p></dd></div></dl>"
        );
    }

    #[test]
    fn a_term_without_a_place_or_a_text_is_refused() {
        assert!(Glossary::parse("## A\n\nText").is_err());
        assert!(Glossary::parse("## A {#a}\n\n## B {#b}\n\nText").is_err());
    }
}
