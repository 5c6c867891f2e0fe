//! Colours for program listings: a light reading of Rust, good for the programs of this course.

/// What a piece of a program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// Names, signs and space.
    Plain,
    /// A comment, to the end of its line.
    Comment,
    /// A string.
    Text,
    /// A number.
    Number,
    /// A word of the language.
    Keyword,
}

const KEYWORDS: &[&str] = &[
    "as", "async", "await", "break", "const", "continue", "else", "enum", "false", "fn", "for",
    "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return",
    "self", "Self", "static", "struct", "super", "trait", "true", "type", "use", "where", "while",
];

/// Cuts a program into pieces. Together they are the program.
pub fn tokens(source: &str) -> Vec<(Token, &str)> {
    let mut tokens: Vec<(Token, &str)> = Vec::new();
    let mut rest = source;
    let mut plain = source;
    while let Some(first) = rest.chars().next() {
        let (token, length) = piece(rest, first);
        let (here, after) = rest.split_at(length);
        if token != Token::Plain {
            let before = &plain[..plain.len() - rest.len()];
            if !before.is_empty() {
                tokens.push((Token::Plain, before));
            }
            tokens.push((token, here));
            plain = after;
        }
        rest = after;
    }
    if !plain.is_empty() {
        tokens.push((Token::Plain, plain));
    }
    tokens
}

/// What `rest` starts with, and how many bytes of it belong to that.
fn piece(rest: &str, first: char) -> (Token, usize) {
    let while_ = |matches: fn(char) -> bool| rest.find(|c| !matches(c)).unwrap_or(rest.len());
    if rest.starts_with("//") {
        (Token::Comment, rest.find('\n').unwrap_or(rest.len()))
    } else if first == '"' {
        (Token::Text, end_of_string(rest))
    } else if first.is_ascii_digit() {
        (
            Token::Number,
            while_(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.'),
        )
    } else if first.is_ascii_alphabetic() || first == '_' {
        let length = while_(|c| c.is_ascii_alphanumeric() || c == '_');
        let token = if KEYWORDS.contains(&&rest[..length]) {
            Token::Keyword
        } else {
            Token::Plain
        };
        (token, length)
    } else {
        (Token::Plain, first.len_utf8())
    }
}

fn end_of_string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &[(Token, &str)]) {
        assert_eq!(tokens(source), expected);
    }

    #[test]
    fn pieces_are_told_apart() {
        check("", &[]);
        check(
            "let x1 = 20;",
            &[
                (Token::Keyword, "let"),
                (Token::Plain, " x1 = "),
                (Token::Number, "20"),
                (Token::Plain, ";"),
            ],
        );
        check(
            r#"f("a\"b") // end"#,
            &[
                (Token::Plain, "f("),
                (Token::Text, r#""a\"b""#),
                (Token::Plain, ") "),
                (Token::Comment, "// end"),
            ],
        );
        check("\"open", &[(Token::Text, "\"open")]);
        check("letter()", &[(Token::Plain, "letter()")]);
    }

    #[test]
    fn nothing_is_lost() {
        let source = include_str!("highlight.rs");
        assert_eq!(
            tokens(source)
                .iter()
                .map(|(_, text)| *text)
                .collect::<String>(),
            source
        );
    }
}
