//! What the codec is spared and what it leaves out: hostile lengths, depths and counts on the way in, and on the way
//! out the trailing nulls that some clients insist on.
//!
//! `serde_amqp` reads values by recursion and leaves out nulls at the end of a list. The first would let a stranger
//! exhaust the stack; the second is right by the standard, but the Event Hubs SDK for Python reads lists by position
//! without a look at their length.

use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;

/// How deep values may lie in each other. What clients send is at most six deep.
const DEEPEST: usize = 16;
/// The most elements of an array whose elements take no bytes.
const MOST_EMPTY_ELEMENTS: usize = 256;

const NULL: u8 = 0x40;
const LIST0: u8 = 0x45;
const LIST8: u8 = 0xC0;
const LIST32: u8 = 0xD0;

/// Why bytes are no AMQP value, or a value cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum EncodingError {
    /// A value is longer than what holds it.
    #[error("an AMQP value is cut off: {missing} more bytes were announced")]
    CutOff {
        /// How many bytes are missing.
        missing: usize,
    },
    /// A value is shorter than what holds it.
    #[error("an AMQP list, map or array announces another size than its elements have")]
    Size,
    /// There is no such type.
    #[error("0x{code:02x} is no AMQP type")]
    Type {
        /// The code of the type.
        code: u8,
    },
    /// Values lie too deep in each other, or an array has too many empty elements.
    #[error(
        "an AMQP value is nested more than {DEEPEST} deep, or has more than {MOST_EMPTY_ELEMENTS} elements without bytes"
    )]
    TooComplex,
    /// The value has the wrong type or fields for its place.
    #[error("an AMQP value is not what is expected in its place: {0}")]
    Unexpected(String),
}

/// How long the first value is, once all lengths and counts in it have been found right.
pub(super) fn measure(bytes: &[u8]) -> Result<usize, EncodingError> {
    let mut rest = bytes;
    skip_value(&mut rest, 0)?;
    Ok(bytes.len() - rest.len())
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
    pad(&bytes, fields).ok_or(EncodingError::Size)
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

fn skip_value(rest: &mut &[u8], depth: usize) -> Result<(), EncodingError> {
    if depth > DEEPEST {
        return Err(EncodingError::TooComplex);
    }
    let code = take_code(rest, depth)?;
    skip_body(rest, code, depth)
}

/// Takes the constructor of a value: its descriptors, if it has any, and the code of its type.
fn take_code(rest: &mut &[u8], depth: usize) -> Result<u8, EncodingError> {
    // A described value's value may be described again.
    for _ in depth..=DEEPEST {
        match take(rest, 1)?.first() {
            Some(0) => skip_value(rest, depth + 1)?,
            Some(code) => return Ok(*code),
            None => break,
        }
    }
    Err(EncodingError::TooComplex)
}

/// Skips what follows the code of a type.
fn skip_body(rest: &mut &[u8], code: u8, depth: usize) -> Result<(), EncodingError> {
    let fixed = match code >> 4 {
        0x4 => 0,
        0x5 => 1,
        0x6 => 2,
        0x7 => 4,
        0x8 => 8,
        0x9 => 16,
        0xA => take_number(rest, 1)?,
        0xB => take_number(rest, 4)?,
        0xC => return skip_list(rest, 1, depth),
        0xD => return skip_list(rest, 4, depth),
        0xE => return skip_array(rest, 1, depth),
        0xF => return skip_array(rest, 4, depth),
        _ => return Err(EncodingError::Type { code }),
    };
    take(rest, fixed).map(|_| ())
}

fn skip_list(rest: &mut &[u8], width: usize, depth: usize) -> Result<(), EncodingError> {
    let (count, mut items) = take_compound(rest, width)?;
    for _ in 0..count {
        skip_value(&mut items, depth + 1)?;
    }
    all_used(items)
}

fn skip_array(rest: &mut &[u8], width: usize, depth: usize) -> Result<(), EncodingError> {
    let (count, mut items) = take_compound(rest, width)?;
    if count == 0 && items.is_empty() {
        return Ok(());
    }
    let code = take_code(&mut items, depth + 1)?;
    if items.is_empty() && count > MOST_EMPTY_ELEMENTS || depth >= DEEPEST {
        return Err(EncodingError::TooComplex);
    }
    for _ in 0..count {
        skip_body(&mut items, code, depth + 1)?;
    }
    all_used(items)
}

/// Takes the size, the count and the items of a list, map or array.
fn take_compound<'a>(
    rest: &mut &'a [u8],
    width: usize,
) -> Result<(usize, &'a [u8]), EncodingError> {
    let size = take_number(rest, width)?;
    let mut items = take(rest, size)?;
    let count = take_number(&mut items, width)?;
    Ok((count, items))
}

fn all_used(items: &[u8]) -> Result<(), EncodingError> {
    if items.is_empty() {
        Ok(())
    } else {
        Err(EncodingError::Size)
    }
}

fn take_number(rest: &mut &[u8], width: usize) -> Result<usize, EncodingError> {
    let bytes = take(rest, width)?;
    Ok(bytes
        .iter()
        .fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], EncodingError> {
    let missing = count.saturating_sub(rest.len());
    let (taken, after) = rest
        .split_at_checked(count)
        .ok_or(EncodingError::CutOff { missing })?;
    *rest = after;
    Ok(taken)
}
