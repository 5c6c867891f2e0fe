//! Progress and edits as a code in an address, so that a learner can carry them to another browser.
//!
//! Never a secret: a code holds ids of lessons and steps, and settings of the lessons. What is read is hostile, as
//! anybody can write a link: a code that is too long or of another form is refused, unknown ids are dropped.
//!
//! The code is base64url of text, a line for each lesson and each edit:
//!
//! ```text
//! 1
//! telemetry register hand-over
//! telemetry=interval-seconds 5
//! ```

use std::fmt::Write as _;

use lessons::outline::LESSONS;

use crate::routes;
use crate::storage::{Edit, Kept};

/// The first line. It changes when older codes mean something else.
const VERSION: &str = "1";
/// Longer codes were not written by this page.
const LENGTH_LIMIT: usize = 8 * 1024;

/// The alphabet of base64url (RFC 4648, section 5).
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What a code holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// Passed steps: the lesson's id and the step's.
    pub passed: Vec<(String, String)>,
    /// Changed settings.
    pub edits: Vec<Edit>,
}

impl Shared {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.passed.is_empty() && self.edits.is_empty()
    }

    /// How many steps of a lesson are in it.
    pub fn count_passed(&self, lesson: &str) -> usize {
        self.passed.iter().filter(|(of, _)| of == lesson).count()
    }
}

/// The code for what is kept.
pub fn write(kept: &Kept) -> String {
    let mut text = VERSION.to_owned();
    for lesson in LESSONS {
        let mut passed = lesson
            .steps
            .iter()
            .filter(|step| kept.has_passed(lesson.id, step.id))
            .peekable();
        // Writing to a text cannot fail.
        if passed.peek().is_some() {
            let _ = write!(text, "\n{}", lesson.id);
        }
        for step in passed {
            let _ = write!(text, " {}", step.id);
        }
    }
    for edit in &kept.edits {
        let _ = write!(text, "\n{}={} {}", edit.lesson, edit.setting, edit.typed);
    }
    encode(text.as_bytes())
}

/// What a code holds; `None` if it is none of this page's codes.
pub fn read(code: &str) -> Option<Shared> {
    if code.len() > LENGTH_LIMIT {
        return None;
    }
    let text = String::from_utf8(decode(code)?).ok()?;
    let mut lines = text.split('\n');
    if lines.next() != Some(VERSION) {
        return None;
    }
    let mut shared = Shared::default();
    for line in lines {
        let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
        match name.split_once('=') {
            Some((lesson, setting)) => shared.read_edit(lesson, setting, rest),
            None => shared.read_passed(name, rest),
        }
    }
    Some(shared)
}

impl Shared {
    fn read_edit(&mut self, lesson: &str, setting: &str, typed: &str) {
        let Some(edit) = Edit::read(lesson, setting, typed) else {
            return;
        };
        self.edits.retain(|known| !known.is_same_setting(&edit));
        self.edits.push(edit);
    }

    fn read_passed(&mut self, lesson: &str, steps: &str) {
        for step in steps.split(' ') {
            let Some((lesson, step)) = routes::find(lesson, step) else {
                continue;
            };
            let passed = (lesson.id.to_owned(), step.id.to_owned());
            if !self.passed.contains(&passed) {
                self.passed.push(passed);
            }
        }
    }
}

fn encode(bytes: &[u8]) -> String {
    let mut code = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - group.len()));
        for place in 0..=group.len() {
            let digit = bits >> (18 - 6 * place) & 63;
            code.push(char::from(ALPHABET[digit as usize]));
        }
    }
    code
}

fn decode(code: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(code.len());
    for group in code.as_bytes().chunks(4) {
        // One character alone holds no byte.
        let whole = group.len().checked_sub(1).filter(|whole| *whole > 0)?;
        let mut bits = 0_u32;
        for character in group {
            let digit = ALPHABET.iter().position(|known| known == character)?;
            bits = bits << 6 | u32::try_from(digit).ok()?;
        }
        bits <<= 6 * (4 - group.len());
        bytes.extend_from_slice(&bits.to_be_bytes()[1..=whole]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        encode(text.as_bytes())
    }

    fn kept() -> Kept {
        Kept::read(
            "version 1\npassed telemetry send\npassed telemetry register\nsetting telemetry interval-seconds 5\nsetting telemetry device-id gauge-7",
        )
    }

    #[test]
    fn what_is_written_is_read() {
        let shared = read(&write(&kept())).unwrap();
        assert_eq!(shared.count_passed("telemetry"), 2);
        assert_eq!(shared.edits, kept().edits);
        assert!(read(&write(&Kept::default())).unwrap().is_empty());
    }

    #[test]
    fn a_code_needs_no_escaping_in_an_address() {
        let all: Vec<u8> = (0..=255).collect();
        for code in [write(&kept()), encode(&all)] {
            assert!(
                code.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
                "{code}"
            );
        }
    }

    #[test]
    fn bytes_of_any_length_come_back() {
        for length in 0..=255_u8 {
            let bytes: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(197)).collect();
            assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
        // RFC 4648, section 10.
        assert_eq!(encode(b"foobar"), "Zm9vYmFy");
        assert_eq!(encode(b"fooba"), "Zm9vYmE");
        assert_eq!(encode(b"foob"), "Zm9vYg");
    }

    #[test]
    fn what_is_no_code_is_refused() {
        let nested = code(&code("1\ntelemetry register"));
        let long = code(&format!("1\n{}", "telemetry register\n".repeat(1_000)));
        let too_many_bytes = encode(&[b'1', b'\n', 0xff, 0xfe]);
        for hostile in [
            "",
            "A",
            "AAAAA",
            "MQ==",
            "MQ%0A",
            "MQ\u{0}\u{0}",
            "ü",
            "<script>alert(1)</script>",
            &code("2\ntelemetry register"),
            &code("version 1\npassed telemetry register"),
            &code("10"),
            &code(" 1\ntelemetry register"),
            &nested,
            &long,
            &too_many_bytes,
        ] {
            assert_eq!(read(hostile), None, "{}", &hostile[..hostile.len().min(60)]);
        }
    }

    #[test]
    fn what_is_unknown_in_a_code_is_dropped() {
        for text in [
            "1",
            "1\n",
            "1\n\n\n \n=\n= =",
            "1\ncooking register",
            "1\ntelemetry fly  \u{0} ../.. <b>",
            "1\ntelemetry",
            "1\ntelemetry=device-id two words",
            "1\ntelemetry=device-id <script>",
            "1\ntelemetry=salt 1\ncooking=salt 1\ntelemetry=interval-seconds 1e300",
            "1\ntelemetry=interval-seconds",
            "1\ntelemetry\r register\r",
        ] {
            assert_eq!(read(&code(text)), Some(Shared::default()), "{text:?}");
        }
        let shared = read(&code(
            "1\ntelemetry fly register register\ntelemetry register\ntelemetry=interval-seconds 5\ntelemetry=interval-seconds 6",
        ));
        let shared = shared.unwrap();
        assert_eq!(shared.count_passed("telemetry"), 1);
        assert_eq!(shared.edits.len(), 1);
        assert_eq!(shared.edits[0].typed, "6");
    }

    /// A small generator is enough: what matters is that no input does harm.
    #[test]
    fn no_code_does_harm() {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 16
        };
        let honest = write(&kept());
        for _ in 0..2_000 {
            let mut code = honest.clone().into_bytes();
            for _ in 0..=next() % 4 {
                let at = next() as usize % code.len();
                code[at] = ALPHABET[next() as usize % 64];
            }
            code.truncate(next() as usize % (code.len() + 1));
            if let Some(shared) = read(&String::from_utf8(code).unwrap()) {
                assert!(
                    shared.passed.len() <= LESSONS.iter().map(|lesson| lesson.steps.len()).sum()
                );
            }
        }
    }
}
