//! Results that are made of columns.

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

use super::{
    ast::{Column, Content},
    path::Target,
    row::{Operand, Row},
};

/// A result: its columns in the order in which they were selected, without those that have no value.
pub(crate) struct Record<'a>(Vec<(&'a str, Value)>);

impl<'a> Record<'a> {
    pub(super) fn new(values: impl Iterator<Item = (&'a str, Option<Value>)>) -> Self {
        Self(
            values
                .filter_map(|(key, value)| Some((key, value?)))
                .collect(),
        )
    }

    /// The columns of a twin, none of which is an aggregate.
    pub(super) fn of_row(columns: &'a [Column], row: Row<'_>) -> Self {
        // The document has everything, but it takes time to write it down.
        let mut document = None;
        Self::new(columns.iter().map(|column| {
            let Content::Path(path) = &column.content else {
                return (&*column.key, None);
            };
            let value = match (path.target, row.value(path)) {
                (_, Operand::Undefined) => None,
                (Target::Field(_), operand) => json(&operand),
                _ => {
                    let document = document
                        .get_or_insert_with(|| serde_json::to_value(row).unwrap_or_default());
                    let mut names = path.names.iter();
                    names
                        .try_fold(&*document, |value, name| value.get(&**name))
                        .cloned()
                }
            };
            (&*column.key, value)
        }))
    }
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// A value that is no object, as JSON.
fn json(operand: &Operand<'_>) -> Option<Value> {
    Some(match operand {
        Operand::Null => Value::Null,
        Operand::Bool(value) => Value::from(*value),
        Operand::Number(value) => number(*value),
        Operand::Text(text) => Value::from(&**text),
        Operand::Time(time) => Value::from(time.to_iso()),
        Operand::Texts(texts) => Value::from(texts.to_vec()),
        Operand::Undefined | Operand::Array(_) | Operand::Composite => return None,
    })
}

/// A number, without a fraction if it is whole.
pub(super) fn number(value: f64) -> Value {
    const MOST_EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= MOST_EXACT {
        #[allow(
            clippy::cast_possible_truncation,
            reason = "it is whole and no more than 2^53"
        )]
        return Value::from(value as i64);
    }
    Value::from(value)
}
