//! Groups of twins, and the aggregates over them.

use std::{borrow::Cow, cmp::Ordering, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    ast::{Aggregate, Column, Content},
    path::Path,
    record::{Record, number},
    row::{Operand, Row},
};

/// One of the values that a group has in common.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Part<'a> {
    /// No value, or one that does not compare.
    Nothing,
    Null,
    Bool(bool),
    /// The bits of a number, so that none is lost on the way through a continuation.
    Number(u64),
    Text(Cow<'a, str>),
}

impl Part<'_> {
    fn rank(&self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Null => 1,
            Self::Bool(_) => 2,
            Self::Number(_) => 3,
            Self::Text(_) => 4,
        }
    }

    fn to_json(&self) -> Option<Value> {
        Some(match self {
            Self::Nothing => return None,
            Self::Null => Value::Null,
            Self::Bool(value) => Value::from(*value),
            Self::Number(bits) => number(f64::from_bits(*bits)),
            Self::Text(text) => Value::from(&**text),
        })
    }
}

impl<'a> From<Operand<'a>> for Part<'a> {
    fn from(operand: Operand<'a>) -> Self {
        match operand {
            Operand::Null => Self::Null,
            Operand::Bool(value) => Self::Bool(value),
            // Both zeros are the same number.
            Operand::Number(value) => Self::Number((value + 0.0).to_bits()),
            Operand::Text(text) => Self::Text(text),
            Operand::Time(time) => Self::Text(Cow::Owned(time.to_iso())),
            Operand::Undefined | Operand::Array(_) | Operand::Texts(_) | Operand::Composite => {
                Self::Nothing
            }
        }
    }
}

impl Ord for Part<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(one), Self::Bool(other)) => one.cmp(other),
            (Self::Number(one), Self::Number(other)) => {
                f64::from_bits(*one).total_cmp(&f64::from_bits(*other))
            }
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Part<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Part<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Part<'_> {}

/// What the twins of a group have in common; empty if there is only one group.
pub(super) type Key<'a> = Vec<Part<'a>>;

/// The groups of all rows, by what each has in common.
pub(super) struct Groups<'a> {
    columns: &'a [Column],
    group_by: &'a [Path],
    tallies: BTreeMap<Key<'a>, Vec<Tally<'a>>>,
}

/// What was gathered for a column.
#[derive(Clone)]
struct Tally<'a> {
    count: u64,
    sum: f64,
    /// The least or the most value.
    extreme: Option<Part<'a>>,
}

impl<'a> Groups<'a> {
    pub(super) fn of(
        rows: impl Iterator<Item = Row<'a>>,
        columns: &'a [Column],
        group_by: &'a [Path],
    ) -> Self {
        let mut groups = Self {
            columns,
            group_by,
            tallies: BTreeMap::new(),
        };
        if group_by.is_empty() {
            // Without groups there is one result, also about no twins.
            let blank = groups.blank();
            groups.tallies.insert(Vec::new(), blank);
        }
        for row in rows {
            groups.add(row);
        }
        groups
    }

    fn blank(&self) -> Vec<Tally<'a>> {
        let blank = Tally {
            count: 0,
            sum: 0.0,
            extreme: None,
        };
        vec![blank; self.columns.len()]
    }

    fn add(&mut self, row: Row<'a>) {
        let key: Key<'a> = self
            .group_by
            .iter()
            .map(|path| row.value(path).into())
            .collect();
        let blank = if self.tallies.contains_key(&key) {
            Vec::new()
        } else {
            self.blank()
        };
        let tallies = self.tallies.entry(key).or_insert(blank);
        for (column, tally) in self.columns.iter().zip(tallies) {
            tally.add(&column.content, row);
        }
    }

    /// The groups after one, as results.
    pub(super) fn after(
        &self,
        last: Option<&Key<'a>>,
    ) -> impl Iterator<Item = (&Key<'a>, Record<'a>)> {
        let is_given = move |key: &Key<'a>| last.is_some_and(|last| key <= last);
        self.tallies
            .iter()
            .skip_while(move |(key, _)| is_given(key))
            .map(|(key, tallies)| (key, self.record(key, tallies)))
    }

    fn record(&self, key: &Key<'a>, tallies: &[Tally<'a>]) -> Record<'a> {
        let columns = self.columns.iter().zip(tallies);
        Record::new(columns.map(|(column, tally)| {
            let value = match &column.content {
                Content::Path(path) => {
                    let place = self.group_by.iter().position(|it| it.names == path.names);
                    place.and_then(|place| key.get(place)?.to_json())
                }
                Content::Count => Some(Value::from(tally.count)),
                Content::Aggregate(aggregate, _) => tally.value(*aggregate),
            };
            (&*column.key, value)
        }))
    }
}

impl<'a> Tally<'a> {
    fn add(&mut self, content: &'a Content, row: Row<'a>) {
        match content {
            Content::Path(_) => {}
            Content::Count => self.count += 1,
            Content::Aggregate(aggregate, path) => self.gather(*aggregate, row.value(path)),
        }
    }

    /// Takes a value in. What is missing or of another type does not count.
    fn gather(&mut self, aggregate: Aggregate, operand: Operand<'a>) {
        match aggregate {
            Aggregate::Average | Aggregate::Sum => {
                if let Operand::Number(number) = operand {
                    self.count += 1;
                    self.sum += number;
                }
            }
            Aggregate::Least => self.keep(operand.into(), Ordering::Less),
            Aggregate::Most => self.keep(operand.into(), Ordering::Greater),
        }
    }

    /// Keeps a number or a text if it is nearer to the end than what is kept. Numbers come before texts.
    fn keep(&mut self, part: Part<'a>, nearer: Ordering) {
        if !matches!(part, Part::Number(_) | Part::Text(_)) {
            return;
        }
        if self
            .extreme
            .as_ref()
            .is_none_or(|kept| part.cmp(kept) == nearer)
        {
            self.extreme = Some(part);
        }
    }

    /// The aggregate; none over no values.
    fn value(&self, aggregate: Aggregate) -> Option<Value> {
        match aggregate {
            Aggregate::Least | Aggregate::Most => self.extreme.as_ref()?.to_json(),
            _ if self.count == 0 => None,
            Aggregate::Sum => Some(number(self.sum)),
            #[allow(
                clippy::cast_precision_loss,
                reason = "there are fewer than 2^53 twins"
            )]
            Aggregate::Average => Some(number(self.sum / self.count as f64)),
        }
    }
}
