//! Percent-encoding (RFC 3986), as SAS tokens, paths and property bags share it.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What is percent-encoded: all but the unreserved characters of RFC 3986 §2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Percent-encodes everything but the unreserved characters of RFC 3986.
pub(crate) fn encode(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, RESERVED).into()
}

/// What is wrong with a percent-encoded text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DecodeFault {
    /// A `%` without two hexadecimal digits after it.
    Percent,
    /// The decoded bytes are not UTF-8.
    Utf8,
}

/// Decodes a percent-encoded text, strictly: a stray `%` is a fault. A text without any is its own decoding.
pub(crate) fn decode(text: &str) -> Result<Cow<'_, str>, DecodeFault> {
    if !text.as_bytes().contains(&b'%') {
        return Ok(Cow::Borrowed(text));
    }
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
    let complete = text.split('%').skip(1).all(|after| {
        let mut bytes = after.as_bytes().iter();
        digit(bytes.next()) && digit(bytes.next())
    });
    if !complete {
        return Err(DecodeFault::Percent);
    }
    percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| DecodeFault::Utf8)
}

/// How long a text may be to be decoded on the stack.
const SHORT: usize = 128;

/// Decodes a text as [`decode`] does, and shows the result to `look`. A short text is decoded without an allocation.
pub(crate) fn look_at_decoded<T>(
    text: &str,
    look: impl FnOnce(&str) -> T,
) -> Result<T, DecodeFault> {
    let mut buffer = [0; SHORT];
    if text.len() > SHORT {
        return decode(text).map(|decoded| look(&decoded));
    }
    let mut size = 0;
    let mut bytes = text.bytes();
    for slot in &mut buffer {
        let Some(byte) = bytes.next() else {
            break;
        };
        *slot = match byte {
            b'%' => hexadecimal(bytes.next())? << 4 | hexadecimal(bytes.next())?,
            byte => byte,
        };
        size += 1;
    }
    let decoded = buffer.get(..size).unwrap_or_default();
    let decoded = str::from_utf8(decoded).map_err(|_| DecodeFault::Utf8)?;
    Ok(look(decoded))
}

fn hexadecimal(digit: Option<u8>) -> Result<u8, DecodeFault> {
    match digit {
        Some(digit @ b'0'..=b'9') => Ok(digit - b'0'),
        Some(digit @ b'a'..=b'f') => Ok(digit - b'a' + 10),
        Some(digit @ b'A'..=b'F') => Ok(digit - b'A' + 10),
        _ => Err(DecodeFault::Percent),
    }
}
