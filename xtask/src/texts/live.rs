//! The page about one's own hub: its text from Markdown, and the table of what is live, relayed or by hand, which
//! the dialog and the README have too.

use std::fmt::Write as _;

use lessons::message::Right;
use lessons::outline::{Access, Need, OnLive, Reach, StepOutline};
use lessons::text::to_glossary;
use pulldown_cmark::{Event, Parser, html};
use serde::Serialize;

use super::{Locale, escaped};

/// The Markdown's file.
pub(super) const MARKDOWN: &str = "live.md";
/// Where the table stands in it: a paragraph of its own.
const TABLE_PLACE: &str = "<p>[table]</p>";

/// The columns: the message over each, and what can be reached there.
const COLUMNS: [(&str, Reach); 3] = [
    ("live-with-relay", reach_of(true, Access::Policy)),
    ("live-without-relay", reach_of(false, Access::Policy)),
    ("live-as-device", reach_of(false, Access::Device)),
];

const fn reach_of(relay: bool, access: Access) -> Reach {
    Reach {
        relay,
        access,
        events: false,
    }
}

/// How a step goes in each column.
fn ways(step: &StepOutline) -> impl Iterator<Item = OnLive> {
    COLUMNS.into_iter().map(|(_, reach)| step.on_live(&reach))
}

/// The text of the page as HTML; terms lead to `glossary`.
pub(super) fn html(markdown: &str, locale: &Locale) -> Result<String, String> {
    let ours = Parser::new(markdown).filter(|event| {
        // Texts are ours, but a stray tag in them is a mistake.
        !matches!(event, Event::Html(_) | Event::InlineHtml(_))
    });
    // The start script opens the dialog, or says that it cannot. What the dialog shows depends on the hub.
    let mut text = format!(
        "<p class=\"lead\">{}</p><p class=\"open-hub\"><button type=\"button\" class=\"button primary large\" data-hub=\"{}\">\
         <svg class=\"icon\" aria-hidden=\"true\"><use href=\"#icon-hub\"></use></svg><span class=\"while-in-page\">{}</span><span class=\"while-live\">{}</span></button></p>",
        escaped(locale.live_word("live-lead")),
        escaped(locale.word("hub-not-loaded")),
        escaped(locale.word("hub-connect")),
        escaped(locale.live_word("live-show"))
    );
    html::push_html(
        &mut text,
        ours.map(|event| to_glossary(event, "../glossary/")),
    );
    // What may scroll sideways must be reachable by keys.
    let text = text.replace("<pre>", "<pre tabindex=\"0\">");
    if text.contains(TABLE_PLACE) {
        Ok(text.replace(TABLE_PLACE, &table(locale)))
    } else {
        Err("expected a paragraph [table] where the table belongs, found none; write it".to_owned())
    }
}

/// A lesson in the table of the dialog, `www/hub-dialog.js`.
#[derive(Debug, Serialize)]
pub(super) struct LessonReach<'a> {
    title: &'a str,
    steps: Vec<StepReach<'a>>,
}

/// A step in it: how it goes in each column, by the names of [`OnLive`], what rights a policy must have for that, and
/// whether a string for events is enough.
#[derive(Debug, Serialize)]
struct StepReach<'a> {
    title: &'a str,
    ways: Vec<&'static str>,
    rights: &'static [Right],
    events: bool,
}

/// The same table for the dialog, which tells what a certain string can do.
pub(super) fn reach(locale: &Locale) -> Vec<LessonReach<'_>> {
    let lessons = locale.lessons.iter();
    lessons
        .map(|(lesson, text)| LessonReach {
            title: &text.title,
            steps: lesson
                .steps
                .iter()
                .zip(&text.steps)
                .map(|(step, text)| StepReach {
                    title: &text.title,
                    ways: ways(step).map(OnLive::id).collect(),
                    rights: step.rights,
                    events: step.needs == Need::Events,
                })
                .collect(),
        })
        .collect()
}

fn table(locale: &Locale) -> String {
    let word = |id: &str| escaped(locale.live_word(id));
    let caption = word("live-by-step");
    let legend: String = OnLive::ALL.map(|way| badge(way, locale)).concat();
    let mut html = format!(
        "<p class=\"ways-legend\">{legend}</p><div class=\"reach\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\"><table><caption class=\"unseen\">{caption}</caption>\
         <thead><tr><th scope=\"col\">{}</th>",
        word("live-step")
    );
    // Writing to a text cannot fail.
    for (head, _) in COLUMNS {
        let _ = write!(html, "<th scope=\"col\">{}</th>", word(head));
    }
    html += "</tr></thead><tbody>";
    for (lesson, text) in &locale.lessons {
        let _ = write!(
            html,
            "<tr class=\"reach-lesson\"><th scope=\"colgroup\" colspan=\"{}\">{}</th></tr>",
            COLUMNS.len() + 1,
            escaped(&text.title)
        );
        for (step, text) in lesson.steps.iter().zip(&text.steps) {
            let _ = write!(html, "<tr><th scope=\"row\">{}</th>", escaped(&text.title));
            for way in ways(step) {
                let _ = write!(html, "<td>{}</td>", badge(way, locale));
            }
            html += "</tr>";
        }
    }
    html + "</tbody></table></div>"
}

/// A way as a picture with words, of which a phone shows the picture alone in the table.
fn badge(way: OnLive, locale: &Locale) -> String {
    format!(
        "<span class=\"way {}\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"#icon-{}\"></use></svg><span class=\"way-words\">{}</span></span>",
        way.id(),
        picture(way),
        escaped(way_word(way, locale)),
    )
}

/// The same table as Markdown.
pub(super) fn markdown(locale: &Locale) -> String {
    let columns: Vec<&str> = std::iter::once("live-step")
        .chain(COLUMNS.map(|(head, _)| head))
        .map(|id| locale.live_word(id))
        .collect();
    let mut text = row(&columns);
    text += &row(&vec!["---"; columns.len()]);
    for (lesson, lesson_text) in &locale.lessons {
        let title = format!("**{}**", lesson_text.title);
        let mut head = vec![title.as_str()];
        head.resize(columns.len(), "");
        text += &row(&head);
        for (step, step_text) in lesson.steps.iter().zip(&lesson_text.steps) {
            let mut cells = vec![step_text.title.clone()];
            cells.extend(ways(step).map(|way| way_word(way, locale).to_owned()));
            text += &row(&cells);
        }
    }
    text
}

fn row(cells: &[impl AsRef<str>]) -> String {
    let cells = cells
        .iter()
        .map(|cell| format!(" {} |", cell.as_ref().replace('|', "\\|")));
    format!("|{}\n", cells.collect::<String>())
}

fn way_word(way: OnLive, locale: &Locale) -> &str {
    let words = &locale.words;
    let id = format!("way-{}", way.id());
    words.get(&id).map_or(way.id(), String::as_str)
}

/// As `src/app/src/reach.rs` draws it.
fn picture(way: OnLive) -> &'static str {
    match way {
        OnLive::Live => "hub",
        OnLive::Relayed => "wire",
        OnLive::ByHand => "eye",
    }
}
