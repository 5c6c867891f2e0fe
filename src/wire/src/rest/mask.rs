//! Masking of the keys in a JSON text.
//!
//! The text may be anything a person typed, so it is not parsed: wherever the name of a key
//! stands, the value after it is covered. Covering too much is fine here, too little is not.

/// The names whose values are secret.
const NAMES: [&[u8]; 2] = [b"primaryKey", b"secondaryKey"];
/// How many backslashes one escape may have: enough for JSON in JSON in JSON, and a bound on the
/// work that a text of nothing but backslashes makes.
const MOST_BACKSLASHES: usize = 8;

/// The same text with the values of `primaryKey` and `secondaryKey` replaced by as many `*` as
/// they have bytes. Names are found in any case, with JSON escapes, and inside of JSON that is
/// itself the text of a JSON string.
pub fn mask_keys(json_text: &str) -> String {
    // What is covered is whole characters: a value ends at an ASCII character.
    String::from_utf8_lossy(&mask_keys_in_bytes(json_text.as_bytes())).into_owned()
}

/// [`mask_keys`] for a body that may not be text at all.
pub(super) fn mask_keys_in_bytes(text: &[u8]) -> Vec<u8> {
    let mut masked = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after_first)) = rest.split_first() {
        let value = NAMES.iter().find_map(|name| secret_value(rest, name));
        let Some((shown, hidden)) = value else {
            masked.push(*first);
            rest = after_first;
            continue;
        };
        let (before, after) = rest.split_at(shown);
        let (covered, after) = after.split_at(hidden);
        masked.extend_from_slice(before);
        masked.extend(covered.iter().map(|_| b'*'));
        rest = after;
    }
    masked
}

/// If `text` starts with `name` and a value follows it: how many bytes there are before the value
/// and how many in it.
fn secret_value(text: &[u8], name: &[u8]) -> Option<(usize, usize)> {
    let mut cursor = Cursor { text, position: 0 };
    for expected in name {
        if !cursor.next_character()?.eq_ignore_ascii_case(expected) {
            return None;
        }
    }
    cursor.skip(|byte| is_space(byte) || is_quote(byte) || byte == b'\\');
    if cursor.next()? != b':' {
        return None;
    }
    cursor.skip(is_space);
    let opening = cursor.position;
    cursor.skip(|byte| byte == b'\\');
    let backslashes = cursor.position - opening;
    match cursor.peek() {
        Some(quote) if is_quote(quote) => {
            cursor.next();
            let start = cursor.position;
            cursor.skip_to_closing(quote, nesting(backslashes));
            Some((start, cursor.position - start))
        }
        // Not a text. What JSON has instead is no secret; anything else is one badly written.
        _ => {
            cursor.position = opening;
            cursor.skip(|byte| !is_space(byte) && !is_quote(byte) && !is_bracket_or_comma(byte));
            let value = without_backslashes_at_end(text.get(opening..cursor.position)?);
            let is_json = matches!(value, b"null" | b"true" | b"false" | b"");
            (!is_json).then_some((opening, value.len()))
        }
    }
}

/// The backslashes at the end belong to the quote after them.
fn without_backslashes_at_end(mut value: &[u8]) -> &[u8] {
    while let [before @ .., b'\\'] = value {
        value = before;
    }
    value
}

/// How deep a text is in JSON that is the text of JSON, by the backslashes of the quote that opens
/// it: every level doubles them and adds one.
fn nesting(backslashes: usize) -> u32 {
    backslashes.trailing_ones()
}

/// If a quote after that many backslashes ends a text at this depth, or one around it: how many of
/// the backslashes belong to the quote.
fn closing(backslashes: usize, nesting: u32) -> Option<usize> {
    let level = backslashes.trailing_ones();
    (level <= nesting).then(|| (1 << level) - 1)
}

fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace()
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

fn is_bracket_or_comma(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}

struct Cursor<'a> {
    text: &'a [u8],
    position: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.position += 1;
        Some(byte)
    }

    fn skip(&mut self, skipped: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&skipped) {
            self.position += 1;
        }
    }

    /// The next character of a name, which JSON may write as `\u0070`. In JSON inside of JSON
    /// there are more backslashes.
    fn next_character(&mut self) -> Option<u8> {
        if self.peek()? != b'\\' {
            return self.next();
        }
        let escape = self
            .text
            .get(self.position..)?
            .iter()
            .take(MOST_BACKSLASHES);
        self.position += escape.take_while(|byte| **byte == b'\\').count();
        if self.next()? != b'u' {
            return None;
        }
        let digits = self.text.get(self.position..self.position + 4)?;
        self.position += 4;
        let digits = std::str::from_utf8(digits).ok()?;
        u8::from_str_radix(digits, 16).ok()
    }

    /// Moves to the quote that closes a text opened by `quote` at that depth, or to the end. What
    /// a `'` opens is closed by either quote.
    fn skip_to_closing(&mut self, quote: u8, nesting: u32) {
        let mut backslashes = 0;
        while let Some(byte) = self.peek() {
            if (byte == quote || byte == b'"')
                && let Some(own) = closing(backslashes, nesting)
            {
                self.position -= own;
                return;
            }
            backslashes = if byte == b'\\' { backslashes + 1 } else { 0 };
            self.position += 1;
        }
    }
}
