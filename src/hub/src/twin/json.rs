//! JSON as a writer of twins sends it: the members of an object stay in their order.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::Number;
use wire::error::{ErrorCode, ServiceError};

use super::rules::invalid;

/// Any JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(Number),
    String(Box<str>),
    Array(Vec<Json>),
    Object(Members),
}

/// The members of an object, each name once.
pub(crate) type Members = Vec<(Box<str>, Json)>;

impl Json {
    /// Reads a text, or refuses it with this code and with what was expected.
    pub(super) fn parse(
        text: &[u8],
        code: ErrorCode,
        expected: &str,
    ) -> Result<Self, ServiceError> {
        let json = serde_json::from_slice(text)
            .map_err(|error| ServiceError::new(code, format!("{expected}: {error}.")))?;
        match unreadable_integer(text) {
            None => Ok(json),
            Some(integer) => Err(invalid(format!(
                "{integer} is an integer of more than 64 bits, and a twin keeps integers of 53. Write it as a string."
            ))),
        }
    }

    /// What kind of value it is, for a refusal.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// Takes a member out of an object.
    pub(crate) fn take(&mut self, name: &str) -> Option<Self> {
        let Self::Object(members) = self else {
            return None;
        };
        let at = members.iter().position(|(known, _)| **known == *name)?;
        Some(members.remove(at).1)
    }
}

/// Leaves out the members that are `null`, of these and of all objects within them.
pub(super) fn leave_out_nulls(members: &mut Members) {
    members.retain(|(_, value)| !matches!(value, Json::Null));
    let values = members.iter_mut().map(|(_, value)| value);
    values.for_each(leave_out_nulls_within);
}

fn leave_out_nulls_within(value: &mut Json) {
    match value {
        Json::Object(members) => leave_out_nulls(members),
        Json::Array(items) => items.iter_mut().for_each(leave_out_nulls_within),
        _ => {}
    }
}

/// An integer that the reader takes for a floating-point number because it has too many digits, or the beginning of a
/// long one: it would come back as another number. The text must be JSON.
fn unreadable_integer(text: &[u8]) -> Option<String> {
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = match byte {
            b'"' => after_string(after),
            b'-' | b'0'..=b'9' => {
                let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
                let end = rest.iter().position(|byte| !is_part(byte));
                let (number, after) = rest.split_at(end.unwrap_or(rest.len()));
                let number = std::str::from_utf8(number).unwrap_or_default();
                if !is_readable(number) {
                    let shown: String = number.chars().take(40).collect();
                    let more = if shown.len() < number.len() {
                        "…"
                    } else {
                        ""
                    };
                    return Some(shown + more);
                }
                after
            }
            _ => after,
        };
    }
    None
}

/// What stands behind a string whose first quote was read.
fn after_string(mut text: &[u8]) -> &[u8] {
    loop {
        text = match text {
            [] => return text,
            [b'"', after @ ..] => return after,
            [b'\\', _, after @ ..] | [_, after @ ..] => after,
        };
    }
}

/// Whether a number is written as a floating-point number, or is an integer of at most 64 bits.
fn is_readable(number: &str) -> bool {
    number.contains(['.', 'e', 'E'])
        || number.parse::<i64>().is_ok()
        || number.parse::<u64>().is_ok()
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => value.serialize(serializer),
            Self::String(value) => serializer.serialize_str(value),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                serializer.collect_map(members.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

/// Reads whatever comes. The reader of the text bounds how deep it may be nested.
struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json, E> {
        let number = Number::from_f64(value);
        number
            .map(Json::Number)
            .ok_or_else(|| E::custom("expected a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::String(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element()? {
            array.push(item);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut given: A) -> Result<Json, A::Error> {
        let mut members = Members::new();
        // Of a name that comes twice the last value counts, as the service's reader has it.
        let mut places = BTreeMap::new();
        while let Some((name, value)) = given.next_entry::<Box<str>, Json>()? {
            let place = places.get(&name).copied();
            if let Some((_, former)) = place.and_then(|at: usize| members.get_mut(at)) {
                *former = value;
            } else {
                places.insert(name.clone(), members.len());
                members.push((name, value));
            }
        }
        Ok(Json::Object(members))
    }
}
