//! What each step's check looks for, and what it can see.

use lab::{
    Hands,
    view::{Direction, Protocol},
};
use serde_json::{Map, Value};
use wire::{
    error::ErrorCode,
    rest::{Twin, encode_id},
    timestamp::Timestamp,
    topic::TopicFilter,
};

use super::programs::{ADD_TAGS_AND_QUERY, QUERY_TOO_EARLY};
use crate::{
    exchange::{Exchange, exchanges},
    message::{Message, Settings},
    sent,
    step::Verdict,
    telemetry::checks::{device_id, is_connected},
};

/// What the hub's announcements of desired properties begin with.
const DESIRED_PATCH: &str = "$iothub/twin/PATCH/properties/desired/";

/// What the device reports.
const CONNECTIVITY: &str = "connectivity";

/// How much the power level rises in the second run.
const RISE: f64 = 1.0;

/// The power level of the first run.
pub(super) fn first_level(settings: &Settings) -> f64 {
    let level = settings.get("power-level");
    level
        .and_then(|level| wire::number::parse(level))
        .unwrap_or_default()
}

/// The power level of the second run.
pub(super) fn second_level(settings: &Settings) -> f64 {
    first_level(settings) + RISE
}

/// Whether a device is connected and waits for changes of its desired properties.
pub(super) fn is_listening(hands: &Hands, id: &str) -> bool {
    hands.hub().is_listening(id, &TopicFilter::DesiredPatches)
}

pub(super) fn tagged(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let saw = match written(hands, settings, first_level(settings)) {
        Err(saw) => (false, saw),
        Ok(()) => match rows_of_run(hands, id) {
            Err(saw) => (false, saw),
            Ok([0, _]) => (false, not_found(hands, "check-twins-tag-not-found")),
            Ok([_, 0]) => (true, Message::new("check-twins-tag-saw")),
            Ok(_) => (true, Message::new("check-twins-tag-reported-saw")),
        },
    };
    verdict("check-twins-tag-looked-for", saw, id, settings)
}

pub(super) fn reported(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let connectivity = if hands.live().is_some() {
        sent::reported(hands, id, CONNECTIVITY)
    } else {
        let twin = twin(hands, id);
        twin.and_then(|mut twin| twin.properties.reported.remove(CONNECTIVITY))
    };
    let saw = match &connectivity {
        None => (false, Message::new("check-twins-report-nothing")),
        Some(other) if *other != "cellular" => {
            let value = other.to_string();
            let saw = Message::new("check-twins-report-other");
            (false, saw.with("value", value.as_str()))
        }
        Some(_) if !is_connected(&hands.hub(), id) => {
            (false, Message::new("check-twins-report-offline"))
        }
        Some(_) if !is_listening(hands, id) => (false, Message::new("check-twins-report-deaf")),
        Some(_) => (true, Message::new("check-twins-report-saw")),
    };
    verdict("check-twins-report-looked-for", saw, id, settings)
}

pub(super) fn found(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let saw = match written(hands, settings, second_level(settings)) {
        Err(saw) => (false, saw),
        Ok(()) => match rows_of_run(hands, id) {
            Err(saw) => (false, saw),
            Ok([0, _]) => (false, not_found(hands, "check-twins-tag-not-found")),
            Ok([_, 0]) => (false, not_found(hands, "check-twins-again-not-found")),
            Ok(_) if !was_told(hands, id) => (false, Message::new("check-twins-again-not-told")),
            Ok(_) => (true, Message::new("check-twins-again-saw")),
        },
    };
    verdict("check-twins-again-looked-for", saw, id, settings)
}

/// Why a query did not find what was written before: the queries of a live hub lag behind.
fn not_found(hands: &Hands, otherwise: &str) -> Message {
    let is_live = hands.live().is_some();
    Message::new(if is_live {
        "check-live-query-late"
    } else {
        otherwise
    })
}

pub(super) fn kept_apart(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let writes = exchanges(hands, "PATCH", &twin_path(id));
    let conflict = writes
        .iter()
        .rposition(|write| write.is_refused_for(ErrorCode::PreconditionFailed));
    let later = writes.get(conflict.map_or(0, |place| place + 1)..);
    let saw = match (conflict, later.unwrap_or_default()) {
        (None, []) => (false, Message::new("check-twins-conflict-none")),
        (Some(_), []) => (false, Message::new("check-twins-conflict-not-mended")),
        (Some(_), later) if later.iter().any(Exchange::is_success) => {
            (true, Message::new("check-twins-conflict-saw"))
        }
        (_, [.., newest]) => (false, not_a_conflict(newest)),
    };
    verdict("check-twins-conflict-looked-for", saw, id, settings)
}

fn not_a_conflict(write: &Exchange) -> Message {
    match write.refusal() {
        Some(reason) => Message::new("check-twins-conflict-refused").with("reason", reason),
        None if write.is_success() => Message::new("check-twins-conflict-went-through"),
        None => Message::new("check-twins-conflict-unanswered"),
    }
}

pub(super) fn asked_too_early(hands: &Hands, settings: &Settings) -> Verdict {
    let id = device_id(settings);
    let rows: Vec<_> = queries(hands, id, QUERY_TOO_EARLY)
        .iter()
        .map(|query| rows(query, id))
        .collect();
    let is_off = hands.hub().query_lag().is_some_and(|lag| lag.is_zero());
    let saw = match rows.as_slice() {
        [] => (false, Message::new("check-twins-lag-none")),
        [Err(saw), ..] | [.., Err(saw)] => (false, saw.clone()),
        [Ok(0), .., Ok(0)] | [Ok(0)] => (false, Message::new("check-twins-lag-too-early")),
        [Ok(0), .., Ok(_)] if is_off => (true, Message::new("check-twins-lag-saw")),
        [Ok(0), .., Ok(_)] => (false, Message::new("check-twins-lag-on")),
        [Ok(_), ..] => (false, Message::new("check-twins-lag-at-once")),
    };
    let (passed, saw) = saw;
    let saw = (passed, saw.with("count", rows.len()));
    verdict("check-twins-lag-looked-for", saw, id, settings)
}

fn verdict(
    looked_for: &str,
    (passed, saw): (bool, Message),
    id: &str,
    settings: &Settings,
) -> Verdict {
    let plant = plant(settings);
    Verdict {
        passed,
        looked_for: Message::new(looked_for)
            .with("device", id)
            .with("plant", plant),
        saw: saw.with("device", id).with("plant", plant),
    }
}

fn plant(settings: &Settings) -> &str {
    settings.get("plant").map_or("", String::as_str)
}

fn twin(hands: &Hands, id: &str) -> Option<Twin> {
    let document = hands.hub().twin_document(id)?;
    serde_json::from_slice(document.as_bytes()).ok()
}

/// Whether the twin has the plant among its tags and the power level among its desired properties; otherwise what is
/// missing.
fn written(hands: &Hands, settings: &Settings, level: f64) -> Result<(), Message> {
    let Some(twin) = twin(hands, device_id(settings)) else {
        return Err(Message::new("check-twins-tag-unknown"));
    };
    let location = twin.tags.get("location").and_then(Value::as_object);
    let found = text(location, "plant");
    if found.is_none_or(|found| found != plant(settings)) {
        let saw = Message::new("check-twins-tag-untagged");
        return Err(saw.with("found", found.unwrap_or("–")));
    }
    let found = twin.properties.desired.get("power_level");
    if found.and_then(Value::as_f64) != Some(level) {
        let found = found.map_or_else(|| "–".to_owned(), Value::to_string);
        let saw = Message::new("check-twins-tag-level");
        return Err(saw.with("found", found.as_str()).with("level", level));
    }
    Ok(())
}

fn text<'a>(object: Option<&'a Map<String, Value>>, name: &str) -> Option<&'a str> {
    object?.get(name)?.as_str()
}

/// The queries of a program's latest run, which begins with a write to the twin.
fn queries(hands: &Hands, id: &str, program: &str) -> Vec<Exchange> {
    let mut writes = exchanges(hands, "PATCH", &twin_path(id)).into_iter();
    let Some(write) = writes.rfind(|write| write.party() == program) else {
        return Vec::new();
    };
    let mut queries = exchanges(hands, "POST", "/devices/query");
    queries.retain(|query| query.party() == program && query.id() > write.id());
    queries
}

fn twin_path(id: &str) -> String {
    format!("/twins/{}", encode_id(id))
}

/// How many rows of a query's answer are the device's; otherwise why that cannot be said.
fn rows(query: &Exchange, id: &str) -> Result<usize, Message> {
    if let Some(reason) = query.refusal() {
        return Err(Message::new("check-twins-query-refused").with("reason", reason));
    }
    let Some(twins) = query.answer::<Vec<Twin>>() else {
        return Err(Message::new("check-twins-query-unanswered"));
    };
    Ok(twins.iter().filter(|twin| twin.device_id == id).count())
}

/// What the two queries of the latest run brought.
fn rows_of_run(hands: &Hands, id: &str) -> Result<[usize; 2], Message> {
    let rows: Vec<_> = queries(hands, id, ADD_TAGS_AND_QUERY)
        .iter()
        .map(|query| rows(query, id))
        .collect::<Result<_, _>>()?;
    rows.try_into()
        .map_err(|_| Message::new("check-twins-query-none"))
}

/// Whether the hub told the device of a change of its desired properties since the latest run began.
fn was_told(hands: &Hands, id: &str) -> bool {
    let started = hands.program_started(ADD_TAGS_AND_QUERY);
    let started = started.unwrap_or(Timestamp::NEVER);
    hands.trace().iter().rev().any(|entry| {
        entry.at >= started
            && entry.protocol == Protocol::Mqtt
            && entry.direction == Direction::FromHub
            && entry.party == id
            && entry.summary.starts_with(DESIRED_PATCH)
    })
}
