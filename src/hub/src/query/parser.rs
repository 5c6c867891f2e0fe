//! Reads a query. (IoT Hub documentation: query language for device and module twins, jobs, and message routing.)

use super::{
    ast::{
        Aggregate, Column, Comparison, Constant, Content, Expression, Operator, Query, Select,
        Source, has_aggregates,
    },
    hint::{QueryHint, Span},
    lexer::{Sign, Token, TokenKind, tokens},
    path::{self, Path, Target},
    unsupported,
};

/// How many characters a query may have. (IoT Hub documentation: quotas and throttling.)
const MOST_CHARACTERS: usize = 8_192;

/// How deep conditions may stand within each other. The limit is ours: it keeps the stack small.
const MOST_LEVELS: usize = 64;

/// The words that are no names unless they stand in double brackets.
const RESERVED: [&str; 15] = [
    "SELECT", "TOP", "FROM", "WHERE", "GROUP", "BY", "AS", "AND", "OR", "NOT", "IN", "NIN", "TRUE",
    "FALSE", "NULL",
];

/// Reads a query. What is odd about one that can be read comes with it.
pub(super) fn parse(text: &str) -> Result<(Query, Option<QueryHint>), QueryHint> {
    let length = text.chars().count();
    if length > MOST_CHARACTERS {
        let beyond = Span {
            start: MOST_CHARACTERS,
            end: length,
        };
        return Err(QueryHint::refusal(
            beyond,
            "too-long",
            format!("A query has at most {MOST_CHARACTERS} characters, and this one has {length}."),
        ));
    }
    let end = Token {
        kind: TokenKind::End,
        span: Span {
            start: length,
            end: length,
        },
    };
    let mut parser = Parser {
        tokens: tokens(text),
        end,
        at: 0,
        levels: 0,
        source: Source::Devices,
        remark: None,
    };
    let query = parser.query()?;
    Ok((query, parser.remark))
}

struct Parser {
    tokens: Vec<Token>,
    /// What stands after the last token.
    end: Token,
    at: usize,
    levels: usize,
    source: Source,
    /// The first odd thing.
    remark: Option<QueryHint>,
}

/// A path before it is known what the query reads.
struct RawPath {
    names: Vec<Box<str>>,
    span: Span,
}

/// A column before it is known what the query reads.
struct RawColumn {
    alias: Option<Box<str>>,
    content: RawContent,
    span: Span,
}

enum RawContent {
    Path(RawPath),
    Count,
    Aggregate(Aggregate, RawPath),
}

/// The clauses.
impl Parser {
    fn query(&mut self) -> Result<Query, QueryHint> {
        self.select_word()?;
        let top = self.top()?;
        let select_span = self.peek().span;
        let columns = self.select_list()?;
        self.keyword("FROM")?;
        self.source = self.source()?;
        let select = match columns {
            None => Select::Twin,
            Some(columns) => Select::Columns(self.columns(columns)),
        };
        let filter = if self.takes_word("WHERE") {
            Some(self.condition()?)
        } else {
            None
        };
        let group_by = self.group_by()?;
        self.expect_end(filter.is_some(), !group_by.is_empty())?;
        check_groups(&select, &group_by, select_span)?;
        Ok(Query {
            top,
            select,
            source: self.source,
            filter,
            group_by,
        })
    }

    fn select_word(&mut self) -> Result<(), QueryHint> {
        if self.takes_word("SELECT") {
            return Ok(());
        }
        if let TokenKind::Word(word) = &self.peek().kind
            && let Some((id, reason)) = unsupported::first_word(word)
        {
            return Err(QueryHint::refusal(self.peek().span, id, reason));
        }
        Err(self.unexpected("SELECT"))
    }

    fn top(&mut self) -> Result<Option<u64>, QueryHint> {
        if !self.takes_word("TOP") {
            return Ok(None);
        }
        let token = self.peek().clone();
        if let TokenKind::Number(number) = token.kind
            && (1.0..=f64::from(u32::MAX)).contains(&number)
            && number.fract() == 0.0
        {
            self.at += 1;
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it is a whole number within u32"
            )]
            return Ok(Some(number as u64));
        }
        if matches!(token.kind, TokenKind::Unreadable(_)) {
            return Err(self.unexpected(""));
        }
        Err(QueryHint::refusal(
            token.span,
            "bad-top",
            "After TOP comes how many results there may be: a whole number from 1 on, without parentheses.",
        ))
    }

    /// What is selected; `None` for `*`.
    fn select_list(&mut self) -> Result<Option<Vec<RawColumn>>, QueryHint> {
        if self.takes(Sign::Star) {
            if self.is(Sign::Comma) {
                return Err(self.refuse_here(
                    "star-with-columns",
                    "* stands alone. Write SELECT * for whole twins, or a list of columns.",
                ));
            }
            return Ok(None);
        }
        let mut columns = vec![self.column()?];
        while self.takes(Sign::Comma) {
            if self.is(Sign::Star) {
                return Err(self.refuse_here(
                    "star-with-columns",
                    "* stands alone. Write SELECT * for whole twins, or a list of columns.",
                ));
            }
            columns.push(self.column()?);
        }
        Ok(Some(columns))
    }

    fn column(&mut self) -> Result<RawColumn, QueryHint> {
        let start = self.peek().span;
        let content = self.content()?;
        let span = start.to(self.previous_span());
        if let TokenKind::Sign(
            Sign::Plus | Sign::Minus | Sign::Star | Sign::Slash | Sign::Percent,
        ) = self.peek().kind
        {
            return Err(self.refuse_here(
                "unsupported-arithmetic",
                "SELECT does not calculate. Select the values, and calculate in the program.",
            ));
        }
        let alias = if self.takes_word("AS") {
            Some(self.alias()?)
        } else {
            None
        };
        if alias.is_none()
            && let TokenKind::Word(word) = &self.peek().kind
            && !is_reserved(word)
            && unsupported::word(word).is_none()
        {
            return Err(self.refuse_here(
                "missing-as",
                "Write AS before the name of a column: SELECT deviceId AS name.",
            ));
        }
        Ok(RawColumn {
            alias,
            content,
            span,
        })
    }

    fn alias(&mut self) -> Result<Box<str>, QueryHint> {
        match self.peek().kind.clone() {
            TokenKind::Word(alias) if !is_reserved(&alias) => {
                self.at += 1;
                Ok(alias)
            }
            TokenKind::Word(_) => Err(self.refuse_here(
                "reserved-word",
                "This word belongs to the language. Choose another name for the column.",
            )),
            TokenKind::Text(_) => Err(self.refuse_here(
                "quoted-name",
                "A column's name stands without quotes: SELECT deviceId AS name.",
            )),
            _ => Err(self.unexpected("a name for the column")),
        }
    }

    fn content(&mut self) -> Result<RawContent, QueryHint> {
        match &self.peek().kind {
            TokenKind::Word(word) if self.is_at(1, Sign::Open) => {
                let word = word.clone();
                self.aggregate(&word)
            }
            TokenKind::Number(_) | TokenKind::Text(_) | TokenKind::Sign(Sign::Minus | Sign::OpenList) => {
                Err(self.refuse_here(
                    "constant-column",
                    "SELECT takes paths and aggregates, no constants: SELECT deviceId, tags.location.plant AS plant.",
                ))
            }
            TokenKind::Sign(Sign::Open) => Err(self.refuse_here(
                "unsupported-arithmetic",
                "SELECT takes no parentheses. Select the values, and calculate in the program.",
            )),
            _ => Ok(RawContent::Path(self.raw_path("* or a list of columns")?)),
        }
    }

    fn aggregate(&mut self, name: &str) -> Result<RawContent, QueryHint> {
        let upper = name.to_ascii_uppercase();
        let aggregate = match upper.as_str() {
            "COUNT" => {
                self.at += 2;
                if self.takes(Sign::Close) {
                    return Ok(RawContent::Count);
                }
                return Err(self.refuse_here(
                    "count-of-something",
                    "COUNT() counts twins and takes nothing in its parentheses. To count those with a value add \
                     WHERE IS_DEFINED(path).",
                ));
            }
            "AVG" => Aggregate::Average,
            "SUM" => Aggregate::Sum,
            "MIN" => Aggregate::Least,
            "MAX" => Aggregate::Most,
            _ => {
                return Err(QueryHint::refusal(
                    self.peek().span,
                    "function-in-select",
                    format!(
                        "SELECT has no function {name}: it takes paths, and COUNT(), AVG, SUM, MIN and MAX."
                    ),
                ));
            }
        };
        self.at += 2;
        let path = self.raw_path("the path of a value")?;
        self.close()?;
        Ok(RawContent::Aggregate(aggregate, path))
    }

    fn source(&mut self) -> Result<Source, QueryHint> {
        let start = self.peek().span;
        if !self.takes_word("devices") {
            return Err(match &self.peek().kind {
                TokenKind::Word(_) => self.refuse_here(
                    "unknown-source",
                    "A query reads devices, devices.modules or devices.jobs.",
                ),
                _ => self.unexpected("devices, devices.modules or devices.jobs"),
            });
        }
        let source = if !self.takes(Sign::Dot) {
            Source::Devices
        } else if self.takes_word("modules") {
            Source::Modules
        } else if self.takes_word("jobs") {
            return Err(QueryHint::missing_here(
                start.to(self.previous_span()),
                "unsupported-jobs",
                "This hub has no jobs yet, so there are no queries over them.",
            ));
        } else {
            return Err(self.unexpected("modules or jobs"));
        };
        self.check_after_source()?;
        Ok(source)
    }

    fn check_after_source(&self) -> Result<(), QueryHint> {
        match &self.peek().kind {
            TokenKind::Sign(Sign::Comma) => Err(self.refuse_here(
                "unsupported-join",
                "A query reads one collection. Query devices and devices.modules one after the other, and put the \
                 results together in the program.",
            )),
            TokenKind::Word(word)
                if word.eq_ignore_ascii_case("AS") || (!is_reserved(word) && unsupported::word(word).is_none()) =>
            {
                Err(self.refuse_here(
                    "unexpected-alias",
                    "What is read has no other name: write FROM devices, and paths without a prefix.",
                ))
            }
            _ => Ok(()),
        }
    }

    fn group_by(&mut self) -> Result<Vec<Path>, QueryHint> {
        if !self.takes_word("GROUP") {
            return Ok(Vec::new());
        }
        self.keyword("BY")?;
        let mut paths = Vec::new();
        loop {
            let path = self.raw_path("the path to group by")?;
            paths.push(self.resolve(path));
            if !self.takes(Sign::Comma) {
                return Ok(paths);
            }
        }
    }

    fn expect_end(&self, has_filter: bool, has_groups: bool) -> Result<(), QueryHint> {
        let expected = match (has_filter, has_groups) {
            (_, true) => "the end of the query",
            (true, false) => "AND, OR, GROUP BY or the end of the query",
            (false, false) => "WHERE, GROUP BY or the end of the query",
        };
        match &self.peek().kind {
            TokenKind::End => Ok(()),
            TokenKind::Word(word) if has_groups && word.eq_ignore_ascii_case("WHERE") => {
                Err(self.refuse_here("misplaced-where", "WHERE comes before GROUP BY."))
            }
            _ => Err(self.unexpected(expected)),
        }
    }

    /// Resolves the columns, and leaves out those whose key there is already.
    fn columns(&mut self, raw: Vec<RawColumn>) -> Vec<Column> {
        let mut columns: Vec<Column> = Vec::new();
        let mut unnamed = 0;
        for RawColumn {
            alias,
            content,
            span,
        } in raw
        {
            let content = match content {
                RawContent::Path(path) => Content::Path(self.resolve(path)),
                RawContent::Count => Content::Count,
                RawContent::Aggregate(aggregate, path) => {
                    Content::Aggregate(aggregate, self.resolve(path))
                }
            };
            let key = match (alias, &content) {
                (Some(alias), _) => alias,
                (None, Content::Path(path)) => path.key().into(),
                (None, _) => {
                    unnamed += 1;
                    format!("${unnamed}").into()
                }
            };
            if columns.iter().any(|column| column.key == key) {
                self.note(QueryHint::remark(
                    span,
                    "same-key",
                    format!(
                        "There is a column {key} already, so this one is left out. Name it with AS."
                    ),
                ));
            } else {
                columns.push(Column { key, content, span });
            }
        }
        columns
    }
}

/// Conditions, from what binds least to what binds most.
impl Parser {
    fn condition(&mut self) -> Result<Expression, QueryHint> {
        self.deeper(Self::any)
    }

    fn any(&mut self) -> Result<Expression, QueryHint> {
        let mut parts = vec![self.all()?];
        while self.takes_word("OR") {
            parts.push(self.all()?);
        }
        Ok(joined(parts, Expression::Any))
    }

    fn all(&mut self) -> Result<Expression, QueryHint> {
        let mut parts = vec![self.negation()?];
        while self.takes_word("AND") {
            parts.push(self.negation()?);
        }
        Ok(joined(parts, Expression::All))
    }

    fn negation(&mut self) -> Result<Expression, QueryHint> {
        if self.takes_word("NOT") {
            let inner = self.deeper(Self::negation)?;
            Ok(Expression::Not(Box::new(inner)))
        } else {
            self.comparison()
        }
    }

    fn comparison(&mut self) -> Result<Expression, QueryHint> {
        let start = self.peek().span;
        let left = self.sum()?;
        let span = start.to(self.previous_span());
        if self.takes_word("IN") {
            return self.list(left, span, false);
        }
        if self.takes_word("NIN") {
            return self.list(left, span, true);
        }
        let Some(comparison) = self.comparison_sign() else {
            return Ok(left);
        };
        self.at += 1;
        let right = self.sum()?;
        if self.comparison_sign().is_some() {
            return Err(self.refuse_here(
                "chained-comparison",
                "Comparisons do not follow each other. Join them with AND: a > 1 AND a < 9.",
            ));
        }
        let span = start.to(self.previous_span());
        self.remark_comparison(span, &left, comparison, &right);
        Ok(Expression::Compare {
            left: Box::new(left),
            comparison,
            right: Box::new(right),
        })
    }

    fn comparison_sign(&self) -> Option<Comparison> {
        let TokenKind::Sign(sign) = self.peek().kind else {
            return None;
        };
        Some(match sign {
            Sign::Equal => Comparison::Equal,
            Sign::NotEqual => Comparison::NotEqual,
            Sign::Less => Comparison::Less,
            Sign::LessOrEqual => Comparison::LessOrEqual,
            Sign::Greater => Comparison::Greater,
            Sign::GreaterOrEqual => Comparison::GreaterOrEqual,
            _ => return None,
        })
    }

    fn list(
        &mut self,
        left: Expression,
        span: Span,
        is_negated: bool,
    ) -> Result<Expression, QueryHint> {
        let Expression::Path(path) = left else {
            return Err(QueryHint::refusal(
                span,
                "in-without-path",
                "A path stands before IN and NIN: tags.location.plant IN ['Redmond43', 'Seoul1'].",
            ));
        };
        if !self.is(Sign::OpenList) {
            let hint = "The values after IN and NIN stand in square brackets: ['wired', 'wifi'].";
            return Err(match self.peek().kind {
                TokenKind::Sign(Sign::Open) => self.refuse_here("in-parentheses", hint),
                _ => self.unexpected("[ and a list of values"),
            });
        }
        self.at += 1;
        let mut list = Vec::new();
        loop {
            list.push(self.deeper(Self::sum)?);
            if self.takes(Sign::CloseList) {
                break;
            }
            if !self.takes(Sign::Comma) {
                return Err(self.unexpected(", or ]"));
            }
        }
        Ok(Expression::In {
            path,
            list,
            is_negated,
        })
    }

    fn sum(&mut self) -> Result<Expression, QueryHint> {
        let operator = |sign| match sign {
            Sign::Plus => Some(Operator::Plus),
            Sign::Minus => Some(Operator::Minus),
            _ => None,
        };
        self.chain(operator, Self::product)
    }

    fn product(&mut self) -> Result<Expression, QueryHint> {
        let operator = |sign| match sign {
            Sign::Star => Some(Operator::Times),
            Sign::Slash => Some(Operator::Over),
            Sign::Percent => Some(Operator::Modulo),
            _ => None,
        };
        self.chain(operator, Self::signed)
    }

    fn chain(
        &mut self,
        operator: impl Fn(Sign) -> Option<Operator>,
        operand: impl Fn(&mut Self) -> Result<Expression, QueryHint>,
    ) -> Result<Expression, QueryHint> {
        let first = operand(self)?;
        let mut rest = Vec::new();
        while let TokenKind::Sign(sign) = self.peek().kind
            && let Some(operator) = operator(sign)
        {
            self.at += 1;
            rest.push((operator, operand(self)?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        Ok(Expression::Arithmetic {
            first: Box::new(first),
            rest,
        })
    }

    fn signed(&mut self) -> Result<Expression, QueryHint> {
        if self.takes(Sign::Minus) {
            let inner = self.deeper(Self::signed)?;
            Ok(Expression::Negative(Box::new(inner)))
        } else {
            self.operand()
        }
    }

    fn operand(&mut self) -> Result<Expression, QueryHint> {
        let constant = match self.peek().kind.clone() {
            TokenKind::Number(number) => Constant::Number(number),
            TokenKind::Text(text) => Constant::Text(text),
            TokenKind::Word(word) => match constant_word(&word) {
                Some(constant) => constant,
                None if self.is_at(1, Sign::Open) && !is_reserved(&word) => {
                    return self.function(&word);
                }
                None => {
                    let path = self.raw_path("a path, a value or a function")?;
                    return Ok(Expression::Path(self.resolve(path)));
                }
            },
            TokenKind::Sign(Sign::Open) => return self.parenthesised(),
            TokenKind::Sign(Sign::OpenList) => {
                self.at += 1;
                self.array()?;
                return Ok(Expression::Constant(Constant::Array));
            }
            _ => return Err(self.unexpected("a path, a value or a function")),
        };
        self.at += 1;
        Ok(Expression::Constant(constant))
    }

    fn parenthesised(&mut self) -> Result<Expression, QueryHint> {
        self.at += 1;
        if self.is_word("SELECT") {
            return Err(self.refuse_here(
                "unsupported-subquery",
                "There are no queries within queries. Send them one after the other.",
            ));
        }
        let inner = self.condition()?;
        self.close()?;
        Ok(inner)
    }

    /// The elements of an array constant, after its bracket.
    fn array(&mut self) -> Result<(), QueryHint> {
        if self.takes(Sign::CloseList) {
            return Ok(());
        }
        loop {
            self.deeper(Self::sum)?;
            if self.takes(Sign::CloseList) {
                return Ok(());
            }
            if !self.takes(Sign::Comma) {
                return Err(self.unexpected(", or ]"));
            }
        }
    }

    fn function(&mut self, name: &str) -> Result<Expression, QueryHint> {
        let span = self.peek().span;
        let upper = name.to_ascii_uppercase();
        let refuse = |id, reason: String| Err(QueryHint::refusal(span, id, reason));
        match upper.as_str() {
            "IS_DEFINED" | "STARTSWITH" | "ARRAY_CONTAINS" => {}
            "COUNT" | "AVG" | "SUM" | "MIN" | "MAX" => {
                return refuse(
                    "aggregate-in-where",
                    format!("{upper} stands only in SELECT: a condition is about one twin."),
                );
            }
            _ => {
                if let Some(reason) = unsupported::function(name) {
                    return refuse("routing-function", reason.to_owned());
                }
                if let Some((id, reason)) = unsupported::word(name) {
                    return refuse(id, reason.to_owned());
                }
                return refuse(
                    "unknown-function",
                    format!(
                        "There is no function {name}. Queries over twins have IS_DEFINED(path), \
                         STARTSWITH(path, 'text') and ARRAY_CONTAINS(path, value)."
                    ),
                );
            }
        }
        self.at += 2;
        let path = self.raw_path("a path")?;
        let path = self.resolve(path);
        let call = match upper.as_str() {
            "STARTSWITH" => {
                self.comma()?;
                Expression::StartsWith(path, self.text()?)
            }
            "ARRAY_CONTAINS" => {
                self.comma()?;
                let value = self.deeper(Self::sum)?;
                Expression::ArrayContains(path, Box::new(value))
            }
            _ => Expression::IsDefined(path),
        };
        self.close()?;
        Ok(call)
    }

    fn text(&mut self) -> Result<Box<str>, QueryHint> {
        match self.peek().kind.clone() {
            TokenKind::Text(text) => {
                self.at += 1;
                Ok(text)
            }
            _ => Err(self.unexpected("a text in quotes")),
        }
    }

    /// Notes comparisons that are never true.
    fn remark_comparison(
        &mut self,
        span: Span,
        left: &Expression,
        comparison: Comparison,
        right: &Expression,
    ) {
        let is = |what: fn(&Constant) -> bool| {
            [left, right]
                .iter()
                .any(|side| matches!(side, Expression::Constant(constant) if what(constant)))
        };
        if is(|it| matches!(it, Constant::Array)) {
            self.note(QueryHint::remark(
                span,
                "array-comparison",
                "Arrays and objects are not compared, so this is never true. Write path IN ['a', 'b'], or \
                 ARRAY_CONTAINS(path, value).",
            ));
        } else if is(|it| matches!(it, Constant::Undefined)) {
            self.note(QueryHint::remark(
                span,
                "undefined-comparison",
                "A comparison with undefined is never true. Write NOT IS_DEFINED(path).",
            ));
        } else if is(|it| matches!(it, Constant::Null)) && comparison != Comparison::Equal {
            self.note(QueryHint::remark(
                span,
                "null-comparison",
                "Nothing but null compares with null, so this is never true. Write IS_DEFINED(path).",
            ));
        }
    }
}

/// Paths and tokens.
impl Parser {
    fn raw_path(&mut self, expected: &str) -> Result<RawPath, QueryHint> {
        let start = self.peek().span;
        let first = match &self.peek().kind {
            TokenKind::Word(word) if !is_reserved(word) && unsupported::word(word).is_none() => {
                word.clone()
            }
            _ => return Err(self.unexpected(expected)),
        };
        if matches!(first.to_ascii_lowercase().as_str(), "$twin" | "$body") {
            return Err(self.refuse_here(
                "routing-path",
                "$twin and $body belong to message routing. In a query over twins write tags.… or properties.….",
            ));
        }
        self.at += 1;
        let mut names = vec![first];
        while self.takes(Sign::Dot) {
            names.push(self.name()?);
        }
        if self.is(Sign::OpenList) {
            return Err(self.refuse_here(
                "unsupported-index",
                "Elements of an array have no path. Write ARRAY_CONTAINS(path, value), or a dot before a name in \
                 double brackets: tags.[[odd name]].",
            ));
        }
        if self.is(Sign::Open) {
            return Err(self.refuse_here(
                "function-on-path",
                "A function takes the path in its parentheses: IS_DEFINED(path).",
            ));
        }
        Ok(RawPath {
            names,
            span: start.to(self.previous_span()),
        })
    }

    /// A name after a dot.
    fn name(&mut self) -> Result<Box<str>, QueryHint> {
        match self.peek().kind.clone() {
            // The service refuses tags.group, and takes it in double brackets.
            TokenKind::Word(word) if is_reserved(&word) => Err(self.refuse_here(
                "reserved-name",
                format!("{word} belongs to the language. As a name it stands in double brackets: [[{word}]]."),
            )),
            TokenKind::Word(name) | TokenKind::Bracketed(name) => {
                self.at += 1;
                Ok(name)
            }
            TokenKind::Number(_) => Err(self.refuse_here(
                "bad-name",
                "A name that begins with a digit stands in double brackets: tags.[[1st]].",
            )),
            TokenKind::Text(_) => Err(self.refuse_here(
                "quoted-name",
                "Names stand without quotes, odd ones in double brackets: tags.[[odd name]].",
            )),
            _ => Err(self.unexpected("a name")),
        }
    }

    fn resolve(&mut self, raw: RawPath) -> Path {
        let path = Path::new(raw.names, self.source);
        if path.target == Target::Nowhere
            && let Some(advice) = path::advice(&path.names)
        {
            self.note(QueryHint::remark(raw.span, "unknown-name", advice));
        }
        path
    }

    fn note(&mut self, remark: QueryHint) {
        self.remark.get_or_insert(remark);
    }

    fn peek(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&self.end)
    }

    /// The place of the token before this one.
    fn previous_span(&self) -> Span {
        let previous = self.at.checked_sub(1);
        let token = previous.and_then(|at| self.tokens.get(at));
        token.unwrap_or(&self.end).span
    }

    fn is(&self, sign: Sign) -> bool {
        self.is_at(0, sign)
    }

    fn is_at(&self, ahead: usize, sign: Sign) -> bool {
        let token = self.tokens.get(self.at + ahead);
        matches!(token, Some(Token { kind: TokenKind::Sign(it), .. }) if *it == sign)
    }

    fn takes(&mut self, sign: Sign) -> bool {
        let takes = self.is(sign);
        self.at += usize::from(takes);
        takes
    }

    fn is_word(&self, keyword: &str) -> bool {
        matches!(&self.peek().kind, TokenKind::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    fn takes_word(&mut self, keyword: &str) -> bool {
        let takes = self.is_word(keyword);
        self.at += usize::from(takes);
        takes
    }

    fn keyword(&mut self, keyword: &'static str) -> Result<(), QueryHint> {
        if self.takes_word(keyword) {
            Ok(())
        } else {
            Err(self.unexpected(keyword))
        }
    }

    fn comma(&mut self) -> Result<(), QueryHint> {
        if self.takes(Sign::Comma) {
            Ok(())
        } else {
            Err(self.unexpected(","))
        }
    }

    fn close(&mut self) -> Result<(), QueryHint> {
        if self.takes(Sign::Close) {
            Ok(())
        } else {
            Err(self.unexpected(")"))
        }
    }

    /// Reads something that stands within something else.
    fn deeper(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Expression, QueryHint>,
    ) -> Result<Expression, QueryHint> {
        if self.levels == MOST_LEVELS {
            return Err(self.refuse_here(
                "too-deep",
                format!("Conditions stand at most {MOST_LEVELS} deep within each other here. Take some parentheses out."),
            ));
        }
        self.levels += 1;
        let inner = read(self);
        self.levels -= 1;
        inner
    }

    fn refuse_here(
        &self,
        id: &'static str,
        reason: impl Into<std::borrow::Cow<'static, str>>,
    ) -> QueryHint {
        QueryHint::refusal(self.peek().span, id, reason)
    }

    /// Why the query cannot go on with the token that comes.
    fn unexpected(&self, expected: &str) -> QueryHint {
        let found = match &self.peek().kind {
            TokenKind::Unreadable(hint) => return (**hint).clone(),
            TokenKind::Word(word) => {
                if let Some((id, reason)) = unsupported::word(word) {
                    return self.refuse_here(id, reason);
                }
                format!("came {word}")
            }
            TokenKind::Bracketed(_) => "came a name in double brackets".to_owned(),
            TokenKind::Number(_) => "came a number".to_owned(),
            TokenKind::Text(_) => "came a text".to_owned(),
            TokenKind::Sign(sign) => format!("came {}", sign.text()),
            TokenKind::End => {
                return self.refuse_here(
                    "unexpected-end",
                    format!("Expected {expected}, but the query ends here."),
                );
            }
        };
        self.refuse_here("unexpected", format!("Expected {expected}, but {found}."))
    }
}

/// One condition as it is, or several joined.
fn joined(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            join(parts)
        }
        None => join(parts),
    }
}

fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|it| it.eq_ignore_ascii_case(word))
        || word.eq_ignore_ascii_case("undefined")
}

fn constant_word(word: &str) -> Option<Constant> {
    Some(match word.to_ascii_lowercase().as_str() {
        "true" => Constant::Bool(true),
        "false" => Constant::Bool(false),
        "null" => Constant::Null,
        "undefined" => Constant::Undefined,
        _ => return None,
    })
}

/// What is selected beside aggregates must be what is grouped by.
fn check_groups(select: &Select, group_by: &[Path], span: Span) -> Result<(), QueryHint> {
    let Select::Columns(columns) = select else {
        if group_by.is_empty() {
            return Ok(());
        }
        return Err(QueryHint::refusal(
            span,
            "star-with-groups",
            "Groups are no twins. Select what is grouped by, and aggregates: SELECT tags.location.plant AS plant, \
             COUNT() AS number.",
        ));
    };
    if group_by.is_empty() && !has_aggregates(columns) {
        return Ok(());
    }
    let loose = columns.iter().find(|column| {
        matches!(&column.content, Content::Path(path)
            if !group_by.iter().any(|group| group.names == path.names))
    });
    loose.map_or(Ok(()), |column| {
        Err(QueryHint::refusal(
            column.span,
            "column-not-grouped",
            format!(
                "The column {} is not grouped by, so a group has many values for it. Add its path to GROUP BY, or \
                 leave it out.",
                column.key
            ),
        ))
    })
}
