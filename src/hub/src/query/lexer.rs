//! Cuts a query into tokens.

use wire::number;

use super::hint::{QueryHint, Span};

/// A word, a constant or a sign, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum TokenKind {
    /// A keyword or a name.
    Word(Box<str>),
    /// A name in double brackets.
    Bracketed(Box<str>),
    Number(f64),
    Text(Box<str>),
    Sign(Sign),
    /// The query ends.
    End,
    /// What follows cannot be read, and this is why. It is the last token.
    Unreadable(Box<QueryHint>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Star,
    Comma,
    Dot,
    Open,
    Close,
    OpenList,
    CloseList,
    Plus,
    Minus,
    Slash,
    Percent,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The tokens of a query. The last one says that the query ends, or why it cannot be read further.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        chars: text.chars().collect(),
        at: 0,
    };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_space();
        let start = lexer.at;
        let is_after_dot = matches!(
            tokens.last(),
            Some(Token {
                kind: TokenKind::Sign(Sign::Dot),
                ..
            })
        );
        let kind = lexer
            .token(is_after_dot)
            .unwrap_or_else(|hint| TokenKind::Unreadable(Box::new(hint)));
        let is_last = matches!(kind, TokenKind::End | TokenKind::Unreadable(_));
        let span = lexer.span(start);
        tokens.push(Token { kind, span });
        if is_last {
            return tokens;
        }
    }
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    /// From `start` to here.
    fn span(&self, start: usize) -> Span {
        Span {
            start,
            end: self.at,
        }
    }

    fn skip_space(&mut self) {
        while self.peek(0).is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn token(&mut self, is_after_dot: bool) -> Result<TokenKind, QueryHint> {
        let Some(first) = self.peek(0) else {
            return Ok(TokenKind::End);
        };
        match first {
            '\'' | '"' => self.text(first),
            '[' if is_after_dot && self.peek(1) == Some('[') => self.bracketed(),
            _ if first.is_ascii_digit() => self.number(),
            _ if begins_word(first) => Ok(TokenKind::Word(self.word())),
            _ => self.sign(first).map(TokenKind::Sign),
        }
    }

    fn word(&mut self) -> Box<str> {
        let start = self.at;
        while self.peek(0).is_some_and(continues_word) {
            self.at += 1;
        }
        self.slice(start, self.at)
    }

    fn slice(&self, start: usize, end: usize) -> Box<str> {
        let chars = self.chars.get(start..end).unwrap_or_default();
        chars.iter().collect::<String>().into()
    }

    /// A name up to `]]`, as it stands: there are no escapes in it.
    fn bracketed(&mut self) -> Result<TokenKind, QueryHint> {
        let open = self.at;
        self.at += 2;
        let start = self.at;
        loop {
            match (self.peek(0), self.peek(1), self.peek(2)) {
                // A name may itself end with a bracket.
                (Some(']'), Some(']'), third) if third != Some(']') => break,
                (Some(_), ..) => self.at += 1,
                (None, ..) => {
                    return Err(QueryHint::refusal(
                        self.span(open),
                        "open-brackets",
                        "The name in double brackets does not end. Write ]] after it.",
                    ));
                }
            }
        }
        let name = self.slice(start, self.at);
        self.at += 2;
        if name.is_empty() {
            return Err(QueryHint::refusal(
                self.span(open),
                "empty-name",
                "There is no name between the double brackets.",
            ));
        }
        Ok(TokenKind::Bracketed(name))
    }

    fn number(&mut self) -> Result<TokenKind, QueryHint> {
        let start = self.at;
        let is_hexadecimal = self.peek(0) == Some('0') && matches!(self.peek(1), Some('x' | 'X'));
        let number = if is_hexadecimal {
            self.at += 2;
            self.hexadecimal()
        } else {
            self.decimal()
        };
        let ends_well = !self.peek(0).is_some_and(continues_word);
        if let Some(number) = number.filter(|it| it.is_finite() && ends_well) {
            return Ok(TokenKind::Number(number));
        }
        self.word();
        Err(QueryHint::refusal(
            self.span(start),
            "bad-number",
            "This is no number. Write 12, 1.5, 1e3 or 0x1F. A text stands in quotes, and a name that begins with a \
             digit in double brackets after a dot: tags.[[1st]].",
        ))
    }

    fn hexadecimal(&mut self) -> Option<f64> {
        let mut number = None;
        while let Some(digit) = self.peek(0).and_then(|c| c.to_digit(16)) {
            number = Some(number.unwrap_or(0.0) * 16.0 + f64::from(digit));
            self.at += 1;
        }
        number
    }

    fn decimal(&mut self) -> Option<f64> {
        let start = self.at;
        self.digits();
        if self.peek(0) == Some('.') && self.peek(1).is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
            self.digits();
        }
        let sign = usize::from(matches!(self.peek(1), Some('+' | '-')));
        if matches!(self.peek(0), Some('e' | 'E'))
            && self.peek(1 + sign).is_some_and(|c| c.is_ascii_digit())
        {
            self.at += 1 + sign;
            self.digits();
        }
        number::parse(&self.slice(start, self.at))
    }

    fn digits(&mut self) {
        while self.peek(0).is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
    }

    fn text(&mut self, quote: char) -> Result<TokenKind, QueryHint> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.peek(0) {
            if c == '\\' {
                text.push(self.escape()?);
                continue;
            }
            self.at += 1;
            if c != quote {
                text.push(c);
            } else if self.peek(0) == Some(quote) {
                return Err(QueryHint::refusal(
                    self.span(self.at - 1),
                    "doubled-quote",
                    "A quote inside of a text is written with a backslash: \\' or \\\".",
                ));
            } else {
                return Ok(TokenKind::Text(text.into()));
            }
        }
        Err(QueryHint::refusal(
            self.span(start),
            "open-text",
            format!("The text does not end. Write {quote} after it."),
        ))
    }

    /// One character that is written with a backslash.
    fn escape(&mut self) -> Result<char, QueryHint> {
        let start = self.at;
        let escaped = match self.peek(1) {
            Some(c @ ('\'' | '"' | '\\')) => {
                self.at += 2;
                Some(c)
            }
            Some('u') => self.unicode_escape(),
            _ => None,
        };
        escaped.ok_or_else(|| {
            self.at = self.chars.len().min(self.at.max(start + 2));
            QueryHint::refusal(
                self.span(start),
                "bad-escape",
                "After a backslash comes ', \", another backslash, or u and four hexadecimal digits. Write \\\\ for \
                 the backslash itself.",
            )
        })
    }

    /// `\uXXXX`, or two of them for a character beyond the basic plane.
    fn unicode_escape(&mut self) -> Option<char> {
        let first = self.utf16_unit()?;
        if let Some(c) = char::from_u32(u32::from(first)) {
            return Some(c);
        }
        let second = self.utf16_unit()?;
        char::decode_utf16([first, second]).next()?.ok()
    }

    fn utf16_unit(&mut self) -> Option<u16> {
        if self.peek(0) != Some('\\') || self.peek(1) != Some('u') {
            return None;
        }
        let mut unit = 0;
        for place in 2..6 {
            unit = unit * 16 + self.peek(place)?.to_digit(16)?;
        }
        self.at += 6;
        u16::try_from(unit).ok()
    }

    fn sign(&mut self, first: char) -> Result<Sign, QueryHint> {
        let (length, sign) = match (first, self.peek(1)) {
            ('-', Some('-')) | ('/', Some('*' | '/')) => {
                return Err(self.misplaced(
                    2,
                    "unsupported-comment",
                    "There are no comments in a query. Leave it out.",
                ));
            }
            ('=', Some('=')) => {
                return Err(self.misplaced(2, "double-equals", "Equality is written with one =."));
            }
            ('&', Some('&')) => return Err(self.misplaced(2, "and-sign", "Write AND.")),
            ('|', Some('|')) => {
                return Err(self.misplaced(
                    2,
                    "or-sign",
                    "Write OR. Texts cannot be joined in a query.",
                ));
            }
            ('!', Some('=')) | ('<', Some('>')) => (2, Sign::NotEqual),
            ('<', Some('=')) => (2, Sign::LessOrEqual),
            ('>', Some('=')) => (2, Sign::GreaterOrEqual),
            ('*', _) => (1, Sign::Star),
            (',', _) => (1, Sign::Comma),
            ('.', _) => (1, Sign::Dot),
            ('(', _) => (1, Sign::Open),
            (')', _) => (1, Sign::Close),
            ('[', _) => (1, Sign::OpenList),
            (']', _) => (1, Sign::CloseList),
            ('+', _) => (1, Sign::Plus),
            ('-', _) => (1, Sign::Minus),
            ('/', _) => (1, Sign::Slash),
            ('%', _) => (1, Sign::Percent),
            ('=', _) => (1, Sign::Equal),
            ('<', _) => (1, Sign::Less),
            ('>', _) => (1, Sign::Greater),
            ('!', _) => return Err(self.misplaced(1, "not-sign", "Write NOT.")),
            (';', _) => {
                return Err(self.misplaced(
                    1,
                    "semicolon",
                    "A query ends without a semicolon. Leave it out.",
                ));
            }
            ('‘' | '’' | '“' | '”' | '„' | '«' | '»' | '`', _) => {
                return Err(self.misplaced(
                    1,
                    "typographic-quote",
                    "A text stands in straight quotes: 'text' or \"text\".",
                ));
            }
            ('{', _) => {
                return Err(self.misplaced(
                    1,
                    "object-constant",
                    "There are no objects in a query. Compare their members one by one.",
                ));
            }
            _ => {
                return Err(self.misplaced(
                    1,
                    "unknown-sign",
                    format!(
                        "'{}' means nothing in a query. A name that contains it stands in double brackets after a \
                         dot: tags.[[odd name]].",
                        first.escape_default()
                    ),
                ));
            }
        };
        self.at += length;
        Ok(sign)
    }

    /// The refusal of the next `length` characters.
    fn misplaced(
        &mut self,
        length: usize,
        id: &'static str,
        reason: impl Into<std::borrow::Cow<'static, str>>,
    ) -> QueryHint {
        let start = self.at;
        self.at += length;
        QueryHint::refusal(self.span(start), id, reason)
    }
}

fn begins_word(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '_' | '$')
}

fn continues_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

impl Sign {
    /// How it is written.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Star => "*",
            Self::Comma => ",",
            Self::Dot => ".",
            Self::Open => "(",
            Self::Close => ")",
            Self::OpenList => "[",
            Self::CloseList => "]",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Slash => "/",
            Self::Percent => "%",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}
