//! How long an AMQP value is, and whether it is one: hostile lengths, depths and counts are found before anything is
//! decoded.
//!
//! The codec that both sides build on reads values by recursion. Whoever gives it bytes of a stranger measures them
//! first, so that nobody exhausts a stack or takes memory for elements that have no bytes.

use thiserror::Error;

/// How deep values may lie in each other. What clients and hubs send is at most six deep.
const DEEPEST: usize = 16;
/// The most elements of an array whose elements take no bytes.
const MOST_EMPTY_ELEMENTS: usize = 256;

/// Why bytes are no AMQP value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ValueError {
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
}

/// How long the first value is, once all lengths and counts in it have been found right.
pub fn measure(bytes: &[u8]) -> Result<usize, ValueError> {
    let mut rest = bytes;
    skip_value(&mut rest, 0)?;
    Ok(bytes.len() - rest.len())
}

fn skip_value(rest: &mut &[u8], depth: usize) -> Result<(), ValueError> {
    if depth > DEEPEST {
        return Err(ValueError::TooComplex);
    }
    let code = take_code(rest, depth)?;
    skip_body(rest, code, depth)
}

/// Takes the constructor of a value: its descriptors, if it has any, and the code of its type.
fn take_code(rest: &mut &[u8], depth: usize) -> Result<u8, ValueError> {
    // A described value's value may be described again.
    for _ in depth..=DEEPEST {
        match take(rest, 1)?.first() {
            Some(0) => skip_value(rest, depth + 1)?,
            Some(code) => return Ok(*code),
            None => break,
        }
    }
    Err(ValueError::TooComplex)
}

/// Skips what follows the code of a type.
fn skip_body(rest: &mut &[u8], code: u8, depth: usize) -> Result<(), ValueError> {
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
        _ => return Err(ValueError::Type { code }),
    };
    take(rest, fixed).map(|_| ())
}

fn skip_list(rest: &mut &[u8], width: usize, depth: usize) -> Result<(), ValueError> {
    let (count, mut items) = take_compound(rest, width)?;
    for _ in 0..count {
        skip_value(&mut items, depth + 1)?;
    }
    all_used(items)
}

fn skip_array(rest: &mut &[u8], width: usize, depth: usize) -> Result<(), ValueError> {
    let (count, mut items) = take_compound(rest, width)?;
    if count == 0 && items.is_empty() {
        return Ok(());
    }
    let code = take_code(&mut items, depth + 1)?;
    if items.is_empty() && count > MOST_EMPTY_ELEMENTS || depth >= DEEPEST {
        return Err(ValueError::TooComplex);
    }
    for _ in 0..count {
        skip_body(&mut items, code, depth + 1)?;
    }
    all_used(items)
}

/// Takes the size, the count and the items of a list, map or array.
fn take_compound<'a>(rest: &mut &'a [u8], width: usize) -> Result<(usize, &'a [u8]), ValueError> {
    let size = take_number(rest, width)?;
    let mut items = take(rest, size)?;
    let count = take_number(&mut items, width)?;
    Ok((count, items))
}

fn all_used(items: &[u8]) -> Result<(), ValueError> {
    if items.is_empty() {
        Ok(())
    } else {
        Err(ValueError::Size)
    }
}

fn take_number(rest: &mut &[u8], width: usize) -> Result<usize, ValueError> {
    let bytes = take(rest, width)?;
    Ok(bytes
        .iter()
        .fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], ValueError> {
    let missing = count.saturating_sub(rest.len());
    let (taken, after) = rest
        .split_at_checked(count)
        .ok_or(ValueError::CutOff { missing })?;
    *rest = after;
    Ok(taken)
}
