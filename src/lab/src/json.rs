//! JSON as text: indented, taken apart, and what a person typed, with the order of members kept.

use serde::{Deserialize, Deserializer, de};
use serde_json::{Value, value::RawValue};

/// The text with a line for each member and element. It must be JSON; other text comes out in some form.
pub(crate) fn indented(json: &str) -> String {
    let mut text = String::with_capacity(json.len() * 2);
    let mut depth = 0_usize;
    let mut rest = json.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => {
                text.push('"');
                let mut escaped = false;
                for c in rest.by_ref() {
                    text.push(c);
                    match c {
                        '"' if !escaped => break,
                        '\\' => escaped = !escaped,
                        _ => escaped = false,
                    }
                }
            }
            '{' | '[' => {
                text.push(c);
                while rest.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(end) = rest.next_if(|next| matches!(next, '}' | ']')) {
                    text.push(end);
                } else {
                    depth += 1;
                    new_line(&mut text, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut text, depth);
                text.push(c);
            }
            ',' => {
                text.push(c);
                new_line(&mut text, depth);
            }
            ':' => text.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => text.push(c),
        }
    }
    text
}

fn new_line(text: &mut String, depth: usize) {
    text.push('\n');
    for _ in 0..depth {
        text.push_str("  ");
    }
}

/// The members of a JSON object in their order, each as text.
#[derive(Default)]
pub(crate) struct Members<'a>(pub(crate) Vec<(String, &'a RawValue)>);

impl Members<'_> {
    /// The object again, without the members whose names begin with `$`.
    pub(crate) fn without_metadata(&self) -> String {
        let members = self.0.iter().filter(|(name, _)| !name.starts_with('$'));
        let members: Vec<_> = members
            .map(|(name, value)| format!("{}:{value}", Value::from(name.as_str())))
            .collect();
        format!("{{{}}}", members.join(","))
    }

    /// The text of a member.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(value.get())
    }

    /// A member that is a number.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// Reads what a person typed where `expected` belongs. The error says what that is and where the text goes wrong.
pub(crate) fn typed(text: &str, expected: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Err(format!("expected {expected}, found nothing"));
    }
    serde_json::from_slice(text.as_bytes()).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let why = error.to_string();
        let place = format!(" at line {line} column {column}");
        let why = why.strip_suffix(&place).unwrap_or(&why);
        format!("expected {expected}; line {line}, column {column}: {why}")
    })
}

/// What kind of JSON value it is, with its article.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indented_text_keeps_order_and_texts() {
        let cases = [
            (
                r#"{"b":1,"a":[1,2]}"#,
                "{\n  \"b\": 1,\n  \"a\": [\n    1,\n    2\n  ]\n}",
            ),
            (
                r#"{ "a" : { } , "b":[ ]}"#,
                "{\n  \"a\": {},\n  \"b\": []\n}",
            ),
            (
                r#"{"a{,:":"x\"y\\","c":1e5}"#,
                "{\n  \"a{,:\": \"x\\\"y\\\\\",\n  \"c\": 1e5\n}",
            ),
            ("3", "3"),
        ];
        for (json, expected) in cases {
            assert_eq!(indented(json), expected);
        }
    }

    #[test]
    fn metadata_is_taken_out_and_all_else_kept() {
        let members: Members<'_> =
            serde_json::from_str(r#"{"z":{"$b":1},"$metadata":{},"a\"":2,"$version":7}"#).unwrap();
        assert_eq!(members.without_metadata(), r#"{"z":{"$b":1},"a\"":2}"#);
        assert_eq!(members.number("$version"), Some(7));
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        let cases = [
            ("", "expected X, found nothing"),
            (
                "{\n \"a\": }",
                "expected X; line 2, column 7: expected value",
            ),
            ("{} x", "expected X; line 1, column 4: trailing characters"),
        ];
        for (text, expected) in cases {
            assert_eq!(typed(text, "X").unwrap_err(), expected);
        }
    }
}
