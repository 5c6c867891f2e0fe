//! The selector by which a reader says where in a partition it starts.

use serde_amqp::Value;
use thiserror::Error;
use wire::{event::EventPosition, timestamp::Timestamp};

use fe2o3_amqp_types::messaging::Source;

use super::extent::PartitionExtent;

/// The key of the selector in a link's filters.
const SELECTOR: &str = "apache.org:selector-filter:string";
/// What stands before the name of an annotation.
const ANNOTATION: &str = "amqp.annotation.";

/// Why a link's filter says no place to start from.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "the filter '{0}' is none of those that name a place in a partition; expected for example \
     \"amqp.annotation.x-opt-offset > '-1'\", or x-opt-sequence-number or x-opt-enqueued-time, with > or >="
)]
pub(super) struct FilterError(String);

/// Where a reader starts, before it is known where the partition ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// After the newest event.
    Latest,
    /// At a place that stands by itself.
    At(EventPosition),
}

impl Start {
    /// What a source's filter says; without one, the oldest event.
    pub(super) fn of(source: Option<&Source>) -> Result<Self, FilterError> {
        let filters = source.and_then(|source| source.filter.as_ref());
        let selector = filters.and_then(|filters| {
            let mut filters = filters.iter();
            filters
                .find(|(key, _)| key.as_str() == SELECTOR)
                .map(|(_, value)| value)
        });
        match selector {
            None | Some(Value::Null) => Ok(Self::At(EventPosition::Earliest)),
            Some(value) => match text(value) {
                Some(text) => Self::parse(text).ok_or_else(|| FilterError(shorten(text))),
                None => Err(FilterError("not a text".to_owned())),
            },
        }
    }

    /// The place in a partition that is so long.
    pub(super) fn resolve(self, extent: &PartitionExtent) -> EventPosition {
        match self {
            Self::At(position) => position,
            Self::Latest => EventPosition::SequenceNumber {
                number: extent.next_number,
                inclusive: true,
            },
        }
    }

    fn parse(selector: &str) -> Option<Self> {
        let comparison = selector.trim().strip_prefix(ANNOTATION)?;
        let (name, rest) = comparison.split_once('>')?;
        let (inclusive, value) = match rest.strip_prefix('=') {
            Some(value) => (true, value),
            None => (false, rest),
        };
        let value = unquote(value.trim());
        match name.trim() {
            "x-opt-offset" => offset(value, inclusive),
            "x-opt-sequence-number" => sequence_number(value, inclusive),
            "x-opt-enqueued-time" | "x-opt-enqueuedtimeutc" => enqueued_time(value, inclusive),
            _ => None,
        }
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Symbol(text) => Some(text.as_str()),
        Value::Described(described) => match &described.value {
            Value::String(text) => Some(text),
            Value::Symbol(text) => Some(text.as_str()),
            _ => None,
        },
        _ => None,
    }
}

fn unquote(value: &str) -> &str {
    let inner = value
        .strip_prefix('\'')
        .and_then(|it| it.strip_suffix('\''));
    inner.unwrap_or(value)
}

/// At most so much of a stranger's text comes back to the stranger.
fn shorten(text: &str) -> String {
    text.chars().take(200).collect()
}

fn offset(value: &str, inclusive: bool) -> Option<Start> {
    if value == "@latest" {
        return Some(Start::Latest);
    }
    let position = match (value.parse::<i64>().ok()?, inclusive) {
        (..=-1, _) | (0, true) => EventPosition::Earliest,
        (offset, true) => EventPosition::Offset((offset - 1).to_string()),
        (offset, false) => EventPosition::Offset(offset.to_string()),
    };
    Some(Start::At(position))
}

fn sequence_number(value: &str, inclusive: bool) -> Option<Start> {
    if value == "@latest" {
        return Some(Start::Latest);
    }
    let number = value.parse::<i64>().ok()?;
    Some(Start::At(match u64::try_from(number) {
        Ok(number) => EventPosition::SequenceNumber { number, inclusive },
        Err(_) => EventPosition::Earliest,
    }))
}

fn enqueued_time(value: &str, inclusive: bool) -> Option<Start> {
    // Some clients write a fraction of a millisecond.
    let value = value.split_once('.').map_or(value, |(whole, _)| whole);
    let millis = u64::try_from(value.parse::<i64>().ok()?.max(0)).ok()?;
    let millis = if inclusive {
        millis
    } else {
        millis.saturating_add(1)
    };
    Some(Start::At(EventPosition::EnqueuedTime(
        Timestamp::from_millis(millis),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(selector: &str, expected: impl Into<Option<Start>>) {
        assert_eq!(Start::parse(selector), expected.into(), "{selector}");
    }

    fn at(position: EventPosition) -> Start {
        Start::At(position)
    }

    fn number(number: u64, inclusive: bool) -> Start {
        at(EventPosition::SequenceNumber { number, inclusive })
    }

    fn time(millis: u64) -> Start {
        at(EventPosition::EnqueuedTime(Timestamp::from_millis(millis)))
    }

    #[test]
    fn the_selectors_of_the_sdks_name_places() {
        let offset = |text: &str| at(EventPosition::Offset(text.to_owned()));
        check(
            "amqp.annotation.x-opt-offset > '-1'",
            at(EventPosition::Earliest),
        );
        check(
            "amqp.annotation.x-opt-offset >= '-1'",
            at(EventPosition::Earliest),
        );
        check(
            "amqp.annotation.x-opt-offset > '@latest'",
            Some(Start::Latest),
        );
        check("amqp.annotation.x-opt-offset > '123'", offset("123"));
        check("amqp.annotation.x-opt-offset >= '123'", offset("122"));
        check(
            "amqp.annotation.x-opt-offset >= '0'",
            at(EventPosition::Earliest),
        );
        check(
            "amqp.annotation.x-opt-sequence-number > '-1'",
            at(EventPosition::Earliest),
        );
        check(
            "amqp.annotation.x-opt-sequence-number > '5'",
            number(5, false),
        );
        check(
            "amqp.annotation.x-opt-sequence-number >= '5'",
            number(5, true),
        );
        check(
            "amqp.annotation.x-opt-enqueued-time > '1755250000000'",
            time(1_755_250_000_001),
        );
        check(
            "amqp.annotation.x-opt-enqueued-time >= '1755250000000'",
            time(1_755_250_000_000),
        );
        check(
            "amqp.annotation.x-opt-enqueuedtimeutc > 1755250000000",
            time(1_755_250_000_001),
        );
    }

    #[test]
    fn other_selectors_are_refused() {
        check("", None);
        check("x-opt-offset > '1'", None);
        check("amqp.annotation.x-opt-offset < '1'", None);
        check("amqp.annotation.x-opt-offset > 'one'", None);
        check("amqp.annotation.x-opt-partition-key > '1'", None);
        check(
            "amqp.annotation.x-opt-sequence-number > '99999999999999999999'",
            None,
        );
    }
}
