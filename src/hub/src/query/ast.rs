//! A query as it was understood.

use super::{hint::Span, path::Path};

/// A query over twins.
#[derive(Clone, Debug)]
pub(super) struct Query {
    /// How many results there may be at most.
    pub(super) top: Option<u64>,
    pub(super) select: Select,
    pub(super) source: Source,
    pub(super) filter: Option<Expression>,
    pub(super) group_by: Vec<Path>,
}

impl Query {
    /// The paths whose values are asked of every twin, and not only of those for which something else is true.
    pub(super) fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        if let Some(filter) = &self.filter {
            filter.collect_paths(&mut paths);
            return paths;
        }
        paths.extend(&self.group_by);
        if let Select::Columns(columns) = &self.select {
            paths.extend(columns.iter().filter_map(|column| match &column.content {
                Content::Aggregate(_, path) => Some(path),
                Content::Path(_) | Content::Count => None,
            }));
        }
        paths
    }
}

/// What the twins are that a query reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Devices,
    Modules,
}

/// What a result holds.
#[derive(Clone, Debug)]
pub(super) enum Select {
    /// The whole twin.
    Twin,
    Columns(Vec<Column>),
}

#[derive(Clone, Debug)]
pub(super) struct Column {
    /// What the column is called in the results.
    pub(super) key: Box<str>,
    pub(super) content: Content,
    /// Where it stands in the query.
    pub(super) span: Span,
}

/// Whether any of the columns is about several twins.
pub(super) fn has_aggregates(columns: &[Column]) -> bool {
    columns
        .iter()
        .any(|column| !matches!(column.content, Content::Path(_)))
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Path(Path),
    Count,
    Aggregate(Aggregate, Path),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aggregate {
    Average,
    Sum,
    Least,
    Most,
}

/// What has a value for each twin.
#[derive(Clone, Debug)]
pub(super) enum Expression {
    Constant(Constant),
    Path(Path),
    Not(Box<Expression>),
    Negative(Box<Expression>),
    /// At least two conditions joined with AND.
    All(Vec<Expression>),
    /// At least two conditions joined with OR.
    Any(Vec<Expression>),
    Compare {
        left: Box<Expression>,
        comparison: Comparison,
        right: Box<Expression>,
    },
    /// A chain of operators of the same precedence, from left to right.
    Arithmetic {
        first: Box<Expression>,
        rest: Vec<(Operator, Expression)>,
    },
    In {
        path: Path,
        list: Vec<Expression>,
        is_negated: bool,
    },
    IsDefined(Path),
    StartsWith(Path, Box<str>),
    ArrayContains(Path, Box<Expression>),
}

#[derive(Clone, Debug)]
pub(super) enum Constant {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(Box<str>),
    /// Its elements do not count: arrays are not compared.
    Array,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Plus,
    Minus,
    Times,
    Over,
    Modulo,
}

impl Expression {
    fn collect_paths<'a>(&'a self, paths: &mut Vec<&'a Path>) {
        match self {
            Self::Constant(_) => {}
            Self::Path(path) | Self::IsDefined(path) | Self::StartsWith(path, _) => {
                paths.push(path);
            }
            Self::Not(inner) | Self::Negative(inner) => inner.collect_paths(paths),
            Self::All(parts) => {
                if let Some(first) = parts.first() {
                    first.collect_paths(paths);
                }
            }
            Self::Any(parts) => {
                for part in parts {
                    part.collect_paths(paths);
                }
            }
            Self::Compare { left, right, .. } => {
                left.collect_paths(paths);
                right.collect_paths(paths);
            }
            Self::Arithmetic { first, rest } => {
                first.collect_paths(paths);
                for (_, operand) in rest {
                    operand.collect_paths(paths);
                }
            }
            Self::In { path, list, .. } => {
                paths.push(path);
                for element in list {
                    element.collect_paths(paths);
                }
            }
            Self::ArrayContains(path, element) => {
                paths.push(path);
                element.collect_paths(paths);
            }
        }
    }
}
