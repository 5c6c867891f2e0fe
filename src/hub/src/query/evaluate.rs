//! Whether a condition is true of a twin.
//!
//! There are three answers: true, false and undefined. What is not there is undefined, and so is every comparison with
//! it or between values of different types; only twins for which the whole condition is true are results. (IoT Hub
//! documentation: query language, expressions and conditions.)

use std::{borrow::Cow, cmp::Ordering};

use super::{
    ast::{Comparison, Constant, Expression, Operator},
    row::{Operand, Row},
};

/// What a condition is for a twin; `None` if it is undefined or no condition at all.
pub(super) fn truth(condition: &Expression, row: Row<'_>) -> Option<bool> {
    match condition {
        Expression::Not(inner) => truth(inner, row).map(|it| !it),
        Expression::All(parts) => joined(parts, row, false),
        Expression::Any(parts) => joined(parts, row, true),
        Expression::Compare {
            left,
            comparison,
            right,
        } => {
            let order = compare(value(left, row), value(right, row))?;
            Some(holds(*comparison, order))
        }
        Expression::In {
            path,
            list,
            is_negated,
        } => is_in(&row.value(path), list, row).map(|it| it != *is_negated),
        Expression::IsDefined(path) => Some(!matches!(row.value(path), Operand::Undefined)),
        Expression::StartsWith(path, start) => {
            Some(row.value(path).into_text()?.starts_with(&**start))
        }
        Expression::ArrayContains(path, element) => contains(&row.value(path), value(element, row)),
        Expression::Constant(_)
        | Expression::Path(_)
        | Expression::Negative(_)
        | Expression::Arithmetic { .. } => match value(condition, row) {
            Operand::Bool(value) => Some(value),
            _ => None,
        },
    }
}

/// Conditions that are joined so that one of them which is `decisive` settles the matter.
fn joined(parts: &[Expression], row: Row<'_>, decisive: bool) -> Option<bool> {
    let mut outcome = Some(!decisive);
    for part in parts {
        match truth(part, row) {
            Some(it) if it == decisive => return Some(decisive),
            Some(_) => {}
            None => outcome = None,
        }
    }
    outcome
}

fn value<'a>(expression: &'a Expression, row: Row<'a>) -> Operand<'a> {
    match expression {
        Expression::Constant(constant) => match constant {
            Constant::Undefined => Operand::Undefined,
            Constant::Null => Operand::Null,
            Constant::Bool(value) => Operand::Bool(*value),
            Constant::Number(number) => Operand::Number(*number),
            Constant::Text(text) => Operand::Text(Cow::Borrowed(text)),
            Constant::Array => Operand::Composite,
        },
        Expression::Path(path) => row.value(path),
        Expression::Negative(inner) => match value(inner, row) {
            Operand::Number(number) => Operand::Number(-number),
            _ => Operand::Undefined,
        },
        Expression::Arithmetic { first, rest } => {
            calculate(first, rest, row).map_or(Operand::Undefined, Operand::Number)
        }
        condition => truth(condition, row).map_or(Operand::Undefined, Operand::Bool),
    }
}

fn calculate(first: &Expression, rest: &[(Operator, Expression)], row: Row<'_>) -> Option<f64> {
    let number = |expression| match value(expression, row) {
        Operand::Number(number) => Some(number),
        _ => None,
    };
    let mut total = number(first)?;
    for (operator, expression) in rest {
        let operand = number(expression)?;
        total = match operator {
            Operator::Plus => total + operand,
            Operator::Minus => total - operand,
            Operator::Times => total * operand,
            Operator::Over => total / operand,
            Operator::Modulo => total % operand,
        };
    }
    // Dividing by zero, for one, gives no number.
    total.is_finite().then_some(total)
}

/// The order of two values of the same type; `None` if they do not compare.
fn compare(left: Operand<'_>, right: Operand<'_>) -> Option<Ordering> {
    match (left, right) {
        (Operand::Null, Operand::Null) => Some(Ordering::Equal),
        (Operand::Bool(left), Operand::Bool(right)) => Some(left.cmp(&right)),
        (Operand::Number(left), Operand::Number(right)) => left.partial_cmp(&right),
        (Operand::Text(left), Operand::Text(right)) => Some(left.cmp(&right)),
        (Operand::Time(left), Operand::Time(right)) => Some(left.cmp(&right)),
        (left @ (Operand::Text(_) | Operand::Time(_)), right) => {
            Some(left.into_text()?.cmp(&right.into_text()?))
        }
        _ => None,
    }
}

fn holds(comparison: Comparison, order: Ordering) -> bool {
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    }
}

fn is_equal(left: Operand<'_>, right: Operand<'_>) -> bool {
    compare(left, right) == Some(Ordering::Equal)
}

/// Whether one of the values of a list is the same; `None` if there is nothing to compare.
fn is_in(needle: &Operand<'_>, list: &[Expression], row: Row<'_>) -> Option<bool> {
    if matches!(
        needle,
        Operand::Undefined | Operand::Array(_) | Operand::Texts(_) | Operand::Composite
    ) {
        return None;
    }
    let same = |element| is_equal(needle.clone(), value(element, row));
    Some(list.iter().any(same))
}

/// Whether an array has an element; `None` if it is no array.
fn contains(array: &Operand<'_>, element: Operand<'_>) -> Option<bool> {
    if matches!(element, Operand::Undefined) {
        return None;
    }
    match array {
        Operand::Array(elements) => {
            let same = |it| is_equal(Operand::from(it), element.clone());
            Some(elements.iter().any(same))
        }
        Operand::Texts(texts) => {
            let text = element.into_text();
            Some(text.is_some_and(|text| texts.iter().any(|it| **it == *text)))
        }
        _ => None,
    }
}
