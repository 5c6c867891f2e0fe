//! The Query tab: a query over twins, its result, and how far queries lag behind.

use lab::action::{CloudAction, Outcome, Refusal};
use lessons::message::Command;
use yew::prelude::*;

use super::answer::{code, table};
use super::controls::{Choice, choices};
use super::form::{Field, Form, Kind, action_button, form, number, only_emulated, value};
use crate::by_hand::{Change, Desk};

const QUERY: Form = Form {
    id: "query",
    fields: &[
        Field {
            id: TEXT,
            kind: Kind::Area,
            first: "SELECT * FROM devices",
        },
        Field {
            id: SIZE,
            kind: Kind::Number(1, 1000),
            first: "100",
        },
    ],
};
const LAG: Form = Form {
    id: "query-lag-set",
    fields: &[Field {
        id: "query-lag",
        kind: Kind::Number(0, 600),
        first: "0",
    }],
};
const TEXT: &str = "query-text";
const SIZE: &str = "query-page-size";
/// The query that was asked, which may not be what stands in the field by now.
const ASKED: &str = "query-asked";
const VIEW: &str = "query-view";

/// Queries to begin with, by the id of their button.
const EXAMPLES: [(&str, &str); 2] = [
    (
        "query-example-connected",
        "SELECT deviceId, connectionState, lastActivityTime FROM devices\nWHERE connectionState = 'Connected'",
    ),
    (
        "query-example-count",
        "SELECT status, COUNT() AS number FROM devices\nGROUP BY status",
    ),
];

/// The most rows of a table. The JSON view has them all.
const MOST_ROWS: usize = 200;

/// The tab.
pub fn query_tab(desk: &Desk) -> Html {
    let run = {
        let desk = desk.clone();
        Callback::from(move |()| {
            let text = value(TEXT);
            desk.hand
                .dispatch(Change::Draft(ASKED.to_owned(), text.clone()));
            ask(&desk, text, None);
        })
    };
    let examples = EXAMPLES.map(|(id, text)| {
        let hand = desk.hand.dispatcher();
        let onclick = move |_: MouseEvent| {
            hand.dispatch(Change::Draft(TEXT.to_owned(), text.to_owned()));
        };
        html! { <button type="button" class="button small" {onclick}>{ desk.words.text(id) }</button> }
    });
    let set_lag = {
        let link = desk.link.clone();
        Callback::from(move |()| {
            let seconds = number("query-lag").unwrap_or(0);
            link.send(&Command::SetQueryLag { seconds });
        })
    };
    html! {
        <div class="by-hand-columns">
            <div>
                { form(desk, &QUERY, &[], html! { <>{ for examples }</> }, run) }
                <p class="quiet">{ desk.words.text("query-lag-why") }</p>
                { only_emulated(desk, "only-emulated-lag", form(desk, &LAG, &[], html! {}, set_lag)) }
            </div>
            <div>{ result(desk) }</div>
        </div>
    }
}

fn ask(desk: &Desk, text: String, continuation: Option<String>) {
    let action = CloudAction::Query {
        text,
        page_size: number(SIZE).unwrap_or(100),
        continuation,
    };
    desk.in_cloud(QUERY.id, action);
}

/// The query with the place of its mistake marked.
fn mistake(desk: &Desk, refusal: &Refusal) -> Html {
    let (Some((at, hint)), Some(query)) = (&refusal.hint, desk.hand.draft(ASKED)) else {
        return html! {};
    };
    let (before, marked, after) = around(query, *at);
    html! {
        <div class="query-mistake">
            <pre class="by-hand-code" role="region" aria-label={desk.words.text("query-mistake")} tabindex="0"><code>
                { before }<mark>{ if marked.trim().is_empty() { " " } else { marked } }</mark>{ after }
            </code></pre>
            <p><code>{ hint.clone() }</code></p>
        </div>
    }
}

/// A text cut before and behind the word that begins at a position, in characters.
fn around(text: &str, at: usize) -> (&str, &str, &str) {
    let start = text
        .char_indices()
        .nth(at)
        .map_or(text.len(), |(start, _)| start);
    let (before, rest) = text.split_at(start);
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let word = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let (marked, after) = rest.split_at(word.max(first));
    (before, marked, after)
}

fn result(desk: &Desk) -> Html {
    let words = &desk.words;
    let answer = desk.answer(QUERY.id);
    let (rows, continuation) = match answer.as_deref() {
        Some(Outcome::Rows { rows, continuation }) => (rows, continuation),
        Some(Outcome::Refused(refusal)) => return mistake(desk, refusal),
        _ => return html! { <p class="empty">{ words.text("query-empty") }</p> },
    };
    let as_json = desk.hand.draft(VIEW) == Some("json");
    let view = |id: &'static str, taken: bool| {
        let hand = desk.hand.dispatcher();
        Choice {
            label: html! { { words.text(&format!("query-view-{id}")) } },
            title: None,
            taken,
            take: Callback::from(move |_| {
                hand.dispatch(Change::Draft(VIEW.to_owned(), id.to_owned()));
            }),
        }
    };
    let views = [view("table", !as_json), view("json", as_json)];
    let next = continuation.clone().map(|continuation| {
        let desk = desk.clone();
        Callback::from(move |_| {
            let query = desk.hand.draft(ASKED).unwrap_or_default().to_owned();
            ask(&desk, query, Some(continuation.clone()));
        })
    });
    html! {
        <>
            <div class="by-hand-buttons">
                { choices(VIEW, words.text("query-view"), views.into_iter()) }
                if let Some(next) = next { { action_button(desk, "query-next", next) } }
            </div>
            if as_json {
                { code(words.text("query-result"), &rows.join("\n")) }
            } else {
                { as_table(desk, rows) }
            }
        </>
    }
}

/// The rows' members in columns, as many as there are names, in the order in which they first come.
fn as_table(desk: &Desk, rows: &[String]) -> Html {
    let shown = &rows[..rows.len().min(MOST_ROWS)];
    let rows: Vec<Vec<(String, String)>> = shown.iter().map(|row| members(row)).collect();
    let mut names: Vec<String> = Vec::new();
    for (name, _) in rows.iter().flatten() {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let heads = names.iter().map(|name| name.clone().into()).collect();
    let cell = |row: &[(String, String)], name: &String| {
        let found = row.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let rows = rows
        .iter()
        .map(|row| names.iter().map(|name| cell(row, name)).collect());
    table(desk.words.text("query-result"), heads, rows)
}

/// The members of a JSON object, texts without their quotes and everything else as JSON.
fn members(row: &str) -> Vec<(String, String)> {
    let Ok(row) = js_sys::JSON::parse(row) else {
        return Vec::new();
    };
    let Some(object) = js_sys::Object::try_from(&row) else {
        return Vec::new();
    };
    let entries = js_sys::Object::entries(object);
    let member = |entry: wasm_bindgen::JsValue| {
        let entry = js_sys::Array::from(&entry);
        let (name, value) = (entry.get(0).as_string()?, entry.get(1));
        let json = || {
            js_sys::JSON::stringify(&value)
                .ok()
                .and_then(|text| text.as_string())
        };
        Some((name, value.as_string().or_else(json)?))
    };
    entries.iter().filter_map(member).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_at_the_mistake_is_marked() {
        let check = |text, at, expected| assert_eq!(around(text, at), expected, "{text} at {at}");
        check(
            "SELECT * FORM devices",
            9,
            ("SELECT * ", "FORM", " devices"),
        );
        check("a = = 1", 4, ("a = ", "=", " 1"));
        check("SELECT", 6, ("SELECT", "", ""));
        check("é é x", 4, ("é é ", "x", ""));
        check("a", 99, ("a", "", ""));
    }
}
