//! Bytes as hexadecimal and as text, in lines, cut where fields begin and end.

use std::ops::Range;

use lab::view::FieldView;

/// A line's length in bytes.
pub const LINE: usize = 8;

/// Bytes of one line that belong to the same field.
#[derive(Debug, PartialEq, Eq)]
pub struct Run {
    /// The numbers of its bytes.
    pub bytes: Range<usize>,
    /// The field's place in the list of fields; none for bytes between fields.
    pub field: Option<usize>,
    /// `10 2A`.
    pub hex: String,
    /// The bytes as characters; a dot for what is none.
    pub text: String,
}

/// A line of bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// The number of its first byte.
    pub offset: usize,
    /// Its bytes.
    pub runs: Vec<Run>,
}

/// Cuts bytes into lines, and lines into runs.
pub fn lines(bytes: &[u8], fields: &[FieldView]) -> Vec<Line> {
    let line = |(index, bytes): (usize, &[u8])| {
        let offset = index * LINE;
        let mut runs: Vec<Run> = Vec::new();
        for (at, byte) in bytes.iter().enumerate() {
            let field = field_of(offset + at, fields);
            match runs.last_mut().filter(|run| run.field == field) {
                Some(run) => run.push(*byte),
                None => runs.push(Run::new(offset + at, field, *byte)),
            }
        }
        Line { offset, runs }
    };
    bytes.chunks(LINE).enumerate().map(line).collect()
}

impl Run {
    fn new(start: usize, field: Option<usize>, byte: u8) -> Self {
        let mut run = Self {
            bytes: start..start,
            field,
            hex: String::new(),
            text: String::new(),
        };
        run.push(byte);
        run
    }

    fn push(&mut self, byte: u8) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        self.bytes.end += 1;
        if !self.hex.is_empty() {
            self.hex.push(' ');
        }
        for digit in [byte >> 4, byte & 15] {
            self.hex.push(char::from(DIGITS[usize::from(digit)]));
        }
        self.text.push(if matches!(byte, b' '..=b'~') {
            char::from(byte)
        } else {
            '.'
        });
    }
}

/// The shortest field that holds a byte: a field may lie in another.
fn field_of(byte: usize, fields: &[FieldView]) -> Option<usize> {
    let holds = |(_, field): &(usize, &FieldView)| (field.start..field.end).contains(&byte);
    let length = |(_, field): &(usize, &FieldView)| field.end - field.start;
    fields
        .iter()
        .enumerate()
        .filter(holds)
        .min_by_key(length)
        .map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(start: usize, end: usize) -> FieldView {
        FieldView {
            name: String::new(),
            value: String::new(),
            start,
            end,
        }
    }

    fn run(start: usize, field: Option<usize>, hex: &str, text: &str) -> Run {
        Run {
            bytes: start..start + text.len(),
            field,
            hex: hex.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn bytes_are_cut_where_fields_begin_and_end() {
        let bytes = [0x10, 0x2a, b'M', b'Q', b'T', b'T', 4, 0xc2, 0, 60];
        assert_eq!(
            lines(&bytes, &[field(0, 1), field(2, 6), field(8, 99)]),
            [
                Line {
                    offset: 0,
                    runs: vec![
                        run(0, Some(0), "10", "."),
                        run(1, None, "2A", "*"),
                        run(2, Some(1), "4D 51 54 54", "MQTT"),
                        run(6, None, "04 C2", ".."),
                    ],
                },
                Line {
                    offset: 8,
                    runs: vec![run(8, Some(2), "00 3C", ".<")]
                },
            ]
        );
    }

    #[test]
    fn the_inner_field_counts() {
        let fields = [field(0, 4), field(1, 2), field(9, 3)];
        assert_eq!(field_of(0, &fields), Some(0));
        assert_eq!(field_of(1, &fields), Some(1));
        assert_eq!(field_of(5, &fields), None);
    }
}
