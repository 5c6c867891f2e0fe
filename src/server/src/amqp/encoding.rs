//! What the codec is spared and what it leaves out: hostile lengths, depths and counts on the way in, and on the way
//! out the trailing nulls that some clients insist on.
//!
//! `serde_amqp` reads values by recursion and leaves out nulls at the end of a list. The first would let a stranger
//! exhaust the stack; the second is right by the standard, but the Event Hubs SDK for Python reads lists by position
//! without a look at their length.

use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;
use wire::amqp::{ValueError, measure};

const NULL: u8 = 0x40;
const LIST0: u8 = 0x45;
const LIST8: u8 = 0xC0;
const LIST32: u8 = 0xD0;

/// Why bytes are no AMQP value, or a value cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum EncodingError {
    /// The bytes are no value, or one that is too complex.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// The value has the wrong type or fields for its place.
    #[error("an AMQP value is not what is expected in its place: {0}")]
    Unexpected(String),
}

/// Reads the first value, and gives what follows it.
pub(super) fn read_first<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, &[u8]), EncodingError> {
    let (value, rest) = bytes.split_at(measure(bytes)?);
    let value = serde_amqp::from_slice(value).map_err(|error| unexpected(&error))?;
    Ok((value, rest))
}

/// Writes a value as the codec has it.
pub(super) fn write(value: &impl Serialize) -> Result<Vec<u8>, EncodingError> {
    serde_amqp::to_vec(value).map_err(|error| unexpected(&error))
}

/// Writes a described list with so many fields at least, and never as a list without a length.
pub(super) fn write_padded(
    value: &impl Serialize,
    fields: usize,
) -> Result<Vec<u8>, EncodingError> {
    let bytes = write(value)?;
    pad(&bytes, fields).ok_or(EncodingError::Value(ValueError::Size))
}

fn unexpected(error: &serde_amqp::Error) -> EncodingError {
    EncodingError::Unexpected(error.to_string())
}

/// The same described list with nulls for the fields at its end that are missing.
fn pad(bytes: &[u8], fields: usize) -> Option<Vec<u8>> {
    let (descriptor, list) = bytes.split_at_checked(3)?;
    let (count, items) = match *list {
        [LIST0] => (0, &[][..]),
        [LIST8, _, count, ref items @ ..] => (usize::from(count), items),
        [LIST32, _, _, _, _, a, b, c, d, ref items @ ..] => (
            usize::try_from(u32::from_be_bytes([a, b, c, d])).ok()?,
            items,
        ),
        _ => return None,
    };
    let nulls = fields.saturating_sub(count);
    let count = count + nulls;
    let size = items.len() + nulls;
    let mut padded = Vec::with_capacity(size + 12);
    padded.extend_from_slice(descriptor);
    // The size that is written covers the count as well.
    if let (Ok(size), Ok(count)) = (u8::try_from(size + 1), u8::try_from(count)) {
        padded.extend([LIST8, size, count]);
    } else {
        padded.push(LIST32);
        padded.extend(u32::try_from(size + 4).ok()?.to_be_bytes());
        padded.extend(u32::try_from(count).ok()?.to_be_bytes());
    }
    padded.extend_from_slice(items);
    padded.resize(padded.len() + nulls, NULL);
    Some(padded)
}
