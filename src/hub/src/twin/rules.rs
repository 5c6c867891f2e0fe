//! What a twin may hold. (IoT Hub documentation: understand and use device twins, tags and properties format.)

use wire::error::{ErrorCode, ServiceError};

use super::{
    json::{Json, Members},
    tree::{Object, Value},
};

/// How many bytes of UTF-8 a name may have.
const MOST_NAME_BYTES: usize = 1_024;

/// How many bytes of UTF-8 a string may have.
const MOST_STRING_BYTES: usize = 4_096;

/// How many objects may be nested in a section.
const MOST_LEVELS: usize = 10;

/// How much room a section may take for each byte of its size. What counts nothing in a size (an empty object or text,
/// a control character) must not make a section of any size. What does count takes less than half of this.
const MOST_ROOM_PER_BYTE: usize = 4;

/// The smallest and the largest integer.
const LEAST_INTEGER: i64 = -4_503_599_627_370_496;
const MOST_INTEGER: i64 = 4_503_599_627_370_495;

/// A section of a twin, by its name in messages and its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SectionName {
    Tags,
    Desired,
    Reported,
}

impl SectionName {
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Tags => "tags",
            Self::Desired => "properties.desired",
            Self::Reported => "properties.reported",
        }
    }

    /// How many bytes it may have, counted by [`size`].
    const fn most_bytes(self) -> usize {
        match self {
            Self::Tags => 8 * 1_024,
            Self::Desired | Self::Reported => 32 * 1_024,
        }
    }

    /// Refuses a patch that would bring in what a section may not hold.
    pub(super) fn check_patch(self, patch: &Members) -> Result<(), ServiceError> {
        check_members(patch, &mut vec![self.path().to_owned()])
    }

    /// Refuses a section that has grown too large.
    pub(super) fn check_size(self, root: &Object) -> Result<(), ServiceError> {
        let (path, most) = (self.path(), self.most_bytes());
        let size = size(root);
        if size > most {
            return Err(invalid(format!(
                "{path} would have {size} bytes, and may have {most}. Keep less in it."
            )));
        }
        let (taken, most) = (room(root), most * MOST_ROOM_PER_BYTE);
        if taken > most {
            return Err(invalid(format!(
                "{path} would have {taken} values and bytes of text, control characters among them, and may have \
                 {most}. Keep less in it."
            )));
        }
        Ok(())
    }

    /// Refuses what a store holds and a writer could not have written.
    pub(super) fn check_stored(self, root: &Object) -> Result<(), ServiceError> {
        let text = serde_json::to_vec(&super::tree::Plain(root)).unwrap_or_default();
        let Ok(Json::Object(members)) = serde_json::from_slice(&text) else {
            return Err(invalid("expected an object"));
        };
        self.check_patch(&members)?;
        self.check_size(root)
    }
}

/// How much a section holds: the bytes of names and strings without control characters, 8 for a number, 4 for a
/// boolean. Metadata does not count.
fn size(object: &Object) -> usize {
    let members = object.iter();
    members
        .map(|(name, node)| text_size(name) + value_size(&node.value))
        .sum()
}

fn value_size(value: &Value) -> usize {
    match value {
        Value::Bool(_) => 4,
        Value::Number(_) => 8,
        Value::String(text) => text_size(text),
        Value::Array(items) => items.iter().map(value_size).sum(),
        Value::Object(object) => size(object),
    }
}

fn text_size(text: &str) -> usize {
    let counted = text.chars().filter(|c| !c.is_control());
    counted.map(char::len_utf8).sum()
}

/// How much room a section takes: its values, and all bytes of names and strings.
fn room(object: &Object) -> usize {
    let members = object.iter();
    members
        .map(|(name, node)| name.len() + value_room(&node.value))
        .sum()
}

fn value_room(value: &Value) -> usize {
    1 + match value {
        Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(value_room).sum(),
        Value::Object(object) => room(object),
    }
}

/// Checks an object whose path has as many parts as it has levels above it.
fn check_members(members: &Members, path: &mut Vec<String>) -> Result<(), ServiceError> {
    for (name, value) in members {
        check_name(name, path)?;
        path.push(name.to_string());
        check_value(value, path)?;
        path.pop();
    }
    Ok(())
}

fn check_value(value: &Json, path: &mut Vec<String>) -> Result<(), ServiceError> {
    match value {
        Json::Number(number) => {
            let fits = |integer: i64| (LEAST_INTEGER..=MOST_INTEGER).contains(&integer);
            let is_integer = !number.is_f64();
            if is_integer && !number.as_i64().is_some_and(fits) {
                return Err(invalid(format!(
                    "{} is {number}, and an integer is from {LEAST_INTEGER} to {MOST_INTEGER}. Write it as a string.",
                    path.join(".")
                )));
            }
            Ok(())
        }
        Json::String(text) if text.len() > MOST_STRING_BYTES => Err(invalid(format!(
            "{} is a string of {} bytes, and may have {MOST_STRING_BYTES}.",
            path.join("."),
            text.len()
        ))),
        Json::Null | Json::Bool(_) | Json::String(_) => Ok(()),
        Json::Array(items) => check_items(items, path),
        Json::Object(_) if path.len() > MOST_LEVELS + 1 => Err(invalid(format!(
            "{} is an object on level {}, and objects may be nested {MOST_LEVELS} deep.",
            path.join("."),
            path.len() - 1
        ))),
        Json::Object(members) => check_members(members, path),
    }
}

fn check_items(items: &[Json], path: &mut Vec<String>) -> Result<(), ServiceError> {
    // An array is a value of the object that it is in; only arrays in arrays add levels.
    if path.len() > MOST_LEVELS + 2 {
        return Err(invalid(format!(
            "{} is an array on level {}, and values may be nested {MOST_LEVELS} deep.",
            path.join("."),
            path.len() - 1
        )));
    }
    for (index, item) in items.iter().enumerate() {
        path.push(index.to_string());
        if *item == Json::Null {
            return Err(invalid(format!(
                "{} is null, and an array may not hold null. Leave the element out.",
                path.join(".")
            )));
        }
        check_value(item, path)?;
        path.pop();
    }
    Ok(())
}

fn check_name(name: &str, path: &[String]) -> Result<(), ServiceError> {
    if name.len() > MOST_NAME_BYTES {
        return Err(invalid(format!(
            "{} has a property whose name has {} bytes, and a name may have {MOST_NAME_BYTES}.",
            path.join("."),
            name.len()
        )));
    }
    let is_refused = |c: char| c.is_control() || matches!(c, '.' | '$' | '#' | ' ');
    if let Some(refused) = name.chars().find(|c| is_refused(*c)) {
        return Err(invalid(format!(
            "{} has a property {name:?} whose name holds {refused:?}. A name may not hold control characters, '.', \
             '$', '#' or a space.",
            path.join(".")
        )));
    }
    Ok(())
}

pub(super) fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new(ErrorCode::ArgumentInvalid, message)
}
