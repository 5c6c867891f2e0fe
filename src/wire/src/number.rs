//! A decimal number, as people write it.

/// Reads a decimal number without a sign: `12`, `1.5`, `.5`, `007` or `1e3`. `None` for what is none, and for what is
/// too large.
///
/// JSON's reader does the work. So a number in a text equals the same number in a JSON document to the last bit, and
/// the page need not carry the tables of a second reader.
pub fn parse(text: &str) -> Option<f64> {
    let starts = text.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    if !starts || !text.ends_with(|last: char| last.is_ascii_digit()) {
        return None;
    }
    // JSON wants exactly one digit before the point if it is a zero.
    let number = text.trim_start_matches('0');
    if number.starts_with(|first: char| first.is_ascii_digit()) {
        serde_json::from_slice(number.as_bytes()).ok()
    } else {
        serde_json::from_slice(format!("0{number}").as_bytes()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_numbers_are_read() {
        let cases = [
            ("0", 0.0),
            ("000", 0.0),
            ("12", 12.0),
            ("007", 7.0),
            ("1.5", 1.5),
            (".5", 0.5),
            ("00.25", 0.25),
            ("1e3", 1000.0),
            ("0e3", 0.0),
            ("2E-2", 0.02),
            ("123456789012345", 123_456_789_012_345.0),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_texts_are_not() {
        let texts = [
            "", ".", "e5", "5.", "-1", "+1", " 1", "1 ", "1.2.3", "1e", "1e999", "NaN", "inf",
            "0x1F", "1_0",
        ];
        for text in texts {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
