//! What the search looks through: the lessons, their steps and the terms of a language.

use serde::Serialize;

use super::Locale;

/// Something that can be found. `www/search.js` reads it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Entry {
    title: String,
    /// What it belongs to.
    of: String,
    /// What is looked through beside the title.
    text: String,
    /// The address below the language's folder.
    href: String,
}

/// All that can be found in a language.
pub(super) fn entries(locale: &Locale) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (lesson, text) in &locale.lessons {
        entries.push(Entry {
            title: text.title.clone(),
            of: locale.word("lessons").to_owned(),
            text: plain(&text.intro),
            href: format!("{}/", lesson.id),
        });
        entries.extend(text.steps.iter().map(|step| Entry {
            title: step.title.clone(),
            of: text.title.clone(),
            text: plain(&format!("{} {}", step.body, step.hint)),
            href: format!("{}/#{}", lesson.id, step.id),
        }));
    }
    entries.extend(locale.glossary.terms.iter().map(|term| Entry {
        title: term.name.clone(),
        of: locale.word("title-glossary").to_owned(),
        text: plain(&term.body),
        href: format!("glossary/#{}", term.id),
    }));
    entries
}

/// The text of HTML that was made from Markdown.
fn plain(html: &str) -> String {
    let mut text = String::new();
    for (index, piece) in html.split('<').enumerate() {
        let piece = match piece.split_once('>') {
            Some((_, rest)) if index > 0 => rest,
            _ => piece,
        };
        text += piece;
        text.push(' ');
    }
    let text = ["&lt;", "&gt;", "&quot;", "&amp;"]
        .into_iter()
        .zip(["<", ">", "\"", "&"])
        .fold(text, |text, (escaped, plain)| text.replace(escaped, plain));
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace(" .", ".").replace(" ,", ",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_not_looked_through() {
        let html =
            "<p>A <strong>device</strong>, 1 &lt; 2 &amp;amp;</p>\n<p>And <code>send</code>.</p>";
        assert_eq!(plain(html), "A device, 1 < 2 &amp; And send.");
    }
}
