//! The page of the site.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::{AREAS, Differences, EVIDENCE, Row, STATES, Words, word};
use crate::error::Error;
use crate::texts::{self, FIRST_LOCALE, escaped};

/// The page of a locale.
pub(super) struct Page<'a> {
    pub(super) all: &'a Differences,
    pub(super) words: &'a Words,
    pub(super) locale: &'a str,
    pub(super) locales: &'a BTreeMap<String, Words>,
    pub(super) styles: &'a str,
}

/// The name of a locale's page.
pub(super) fn file_name(locale: &str) -> String {
    if locale == FIRST_LOCALE {
        "differences.html".into()
    } else {
        format!("differences-{locale}.html")
    }
}

/// Links to the page's styles: those of the site, with a fingerprint in their name, and its own.
pub(super) fn styles(staging: &Path) -> Result<String, Error> {
    let files = texts::entries(staging)?;
    let names: Vec<&str> = files
        .iter()
        .filter_map(|path| path.file_name()?.to_str())
        .filter(|name| Path::new(name).extension().is_some_and(|it| it == "css"))
        .collect();
    let mut links = String::new();
    for style in ["style", "differences"] {
        let is_it = |name: &&&str| {
            name.strip_prefix(style)
                .is_some_and(|rest| rest.starts_with(['-', '.']))
        };
        let name = names.iter().find(is_it).ok_or_else(|| Error::Missing {
            what: format!("the style sheet {style} in {}", staging.display()),
            hint: "see that www/index.html names it for Trunk".into(),
        })?;
        // Writing to a text cannot fail.
        let _ = write!(links, "<link rel=\"stylesheet\" href=\"{name}\">");
    }
    Ok(links)
}

impl Page<'_> {
    /// The whole page.
    pub(super) fn html(&self, template: &str) -> Result<String, String> {
        let places = [
            ("{{locale}}", escaped(self.locale)),
            ("{{styles}}", self.styles.to_owned()),
            ("{{locales}}", self.other_locales()),
            ("{{legend}}", self.legend()),
            ("{{areas}}", self.areas()),
            ("{{filter}}", self.filter()),
            ("{{counts}}", self.counts()),
            ("{{sections}}", self.sections()),
        ];
        let filled = texts::with_words(template, self.words)?;
        Ok(places
            .into_iter()
            .fold(filled, |page, (place, html)| page.replace(place, &html)))
    }

    fn word(&self, id: &str) -> String {
        escaped(word(self.words, id))
    }

    fn other_locales(&self) -> String {
        let others = self.locales.iter().filter(|(id, _)| *id != self.locale);
        let links = others.map(|(id, words)| {
            format!(
                "<a class=\"button bare\" lang=\"{id}\" hreflang=\"{id}\" href=\"{}\">{}</a>",
                file_name(id),
                escaped(word(words, "differences-language"))
            )
        });
        links.collect()
    }

    /// What the states and marks mean.
    fn legend(&self) -> String {
        let states = STATES.iter().map(|it| ("state", it));
        let marks = EVIDENCE.iter().map(|it| ("evidence", it));
        let entries = states.chain(marks).map(|(kind, it)| {
            format!(
                "<dt>{}</dt><dd>{}</dd>",
                self.word(&format!("{kind}-{it}")),
                self.word(&format!("differences-{kind}-{it}"))
            )
        });
        format!("<dl>{}</dl>", entries.collect::<String>())
    }

    fn areas(&self) -> String {
        let links = self.filled_areas().map(|area| {
            let name = self.word(&format!("area-{area}"));
            format!("<li><a href=\"#{area}\">{name}</a></li>")
        });
        format!("<ul>{}</ul>", links.collect::<String>())
    }

    fn filter(&self) -> String {
        let choice = |id: &str, label: String, count: usize, checked: &str| {
            format!(
                "<label><input type=\"radio\" name=\"show\" id=\"show-{id}\"{checked}>\
                 <span>{label} <b>{count}</b></span></label>"
            )
        };
        let all = self.word("differences-all");
        let all = choice("all", all, self.all.rows.len(), " checked");
        let states = STATES.iter().map(|state| {
            let label = self.word(&format!("state-{state}"));
            choice(state, label, self.all.count(state), "")
        });
        all + &states.collect::<String>()
    }

    fn counts(&self) -> String {
        let (rows, tests) = self.all.tested();
        let untested = self.all.rows.len() - rows;
        let counts = [("rows", rows), ("tests", tests), ("untested", untested)];
        let parts: Vec<String> = counts
            .iter()
            .map(|(id, count)| {
                format!("{}: {count}", self.word(&format!("differences-count-{id}")))
            })
            .collect();
        parts.join(" · ")
    }

    fn sections(&self) -> String {
        let sections = self.filled_areas().map(|area| {
            let rows: String = self.all.of(area).map(|row| self.row(row)).collect();
            format!(
                "<section class=\"differences-area\" id=\"{area}\" aria-labelledby=\"{area}-title\">\
                 <h2 id=\"{area}-title\">{}</h2><ul class=\"differences-list\">{rows}</ul></section>\n",
                self.word(&format!("area-{area}"))
            )
        });
        sections.collect()
    }

    fn filled_areas(&self) -> impl Iterator<Item = &'static str> {
        let areas = AREAS.iter().copied();
        areas.filter(|area| self.all.of(area).next().is_some())
    }

    fn row(&self, row: &Row) -> String {
        let evidence = row.evidence.as_deref().map(|evidence| {
            let label = self.word(&format!("evidence-{evidence}"));
            format!("<span>{label}</span>")
        });
        let held = match row.untested.as_deref() {
            Some(why) => format!("<span>{}</span>", self.word(&format!("untested-{why}"))),
            None => self.tests(row),
        };
        format!(
            "<li class=\"difference {state}\" id=\"{id}\">\
             <span class=\"difference-state\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"#icon-{state}\"></use></svg>{label}</span>\
             <div><p class=\"difference-text\">{text}</p><div class=\"difference-source\">{evidence}{held}</div></div></li>\n",
            state = row.state,
            id = row.id,
            label = self.word(&format!("state-{}", row.state)),
            text = with_code(word(self.words, &row.id)),
            evidence = evidence.unwrap_or_default(),
        )
    }

    /// The tests that hold a row, folded. Their names are sentences.
    fn tests(&self, row: &Row) -> String {
        let tests = row.tests.iter().filter_map(|test| test.rsplit_once("::"));
        let items = tests.map(|(file, function)| {
            let sentence = escaped(&function.replace('_', " "));
            format!("<li>{sentence} <code>{}</code></li>", escaped(file))
        });
        format!(
            "<details><summary>{}: {}</summary><ul class=\"difference-tests\" lang=\"en\">{}</ul></details>",
            self.word("differences-tests"),
            row.tests.len(),
            items.collect::<String>()
        )
    }
}

/// A text as HTML, with code between backticks.
fn with_code(text: &str) -> String {
    let mut html = String::new();
    for (index, piece) in text.split('`').enumerate() {
        let piece = escaped(piece);
        if index % 2 == 1 {
            let _ = write!(html, "<code>{piece}</code>");
        } else {
            html += &piece;
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_marked_and_all_is_escaped() {
        assert_eq!(
            with_code("a < `b & c` d"),
            "a &lt; <code>b &amp; c</code> d"
        );
        assert_eq!(with_code(""), "");
    }
}
