//! Queries over twins: read, evaluated, and answered page by page.

mod ahead;
mod ast;
mod continuation;
mod evaluate;
mod group;
mod hint;
mod lexer;
mod parser;
mod past;
mod path;
mod record;
mod row;
mod rows;
mod unsupported;

use serde::Serialize;

use ahead::Ahead;
use ast::{Select, Source, has_aggregates};
use continuation::{Continuation, Last};
use group::Groups;
pub use hint::QueryHint;
pub(crate) use past::Past;
use record::Record;
use row::Row;
pub(crate) use rows::Rows;

/// What is wrong or odd about a query, if anything is.
///
/// A hub answers the same hint with the query's answer, in the response header `x-playground-hint`.
pub fn query_hint(text: &str) -> Option<QueryHint> {
    match parser::parse(text) {
        Ok((_, remark)) => remark,
        Err(hint) => Some(hint),
    }
}

/// A query that can be run.
pub(crate) struct Query {
    text: String,
    parsed: ast::Query,
    /// What is odd about it.
    pub(crate) remark: Option<QueryHint>,
}

/// What results are, as the service names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ItemType {
    /// Whole twins.
    Twin,
    /// Anything else.
    Raw,
}

/// Some of the results of a query.
pub(crate) struct Page<'a> {
    pub(crate) item_type: ItemType,
    pub(crate) items: Vec<Item<'a>>,
    /// Where the next page begins; `None` if there is none.
    pub(crate) continuation: Option<String>,
}

/// One result.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Item<'a> {
    Twin(Row<'a>),
    Record(Record<'a>),
}

impl Query {
    pub(crate) fn parse(text: &str) -> Result<Self, QueryHint> {
        let (parsed, remark) = parser::parse(text)?;
        Ok(Self {
            text: text.to_owned(),
            parsed,
            remark,
        })
    }

    /// At most `most` results, from where a continuation leads to. `None` if it belongs to another query.
    pub(crate) fn page<'a>(
        &'a self,
        rows: &'a Rows<'a>,
        most: usize,
        continuation: Option<&str>,
    ) -> Option<Page<'a>> {
        let continuation = match continuation {
            None => None,
            Some(token) => Some(Continuation::parse(token, &self.text)?),
        };
        let (given, last) = match continuation {
            None => (0, None),
            Some(Continuation { given, last, .. }) => (given, Some(last)),
        };
        let left = self.parsed.top.map(|top| top.saturating_sub(given));
        let left = left.and_then(|left| usize::try_from(left).ok());
        let room = Room {
            given,
            most: left.map_or(most, |left| most.min(left)),
            // After a page that TOP fills up there is no other.
            goes_on: left.is_none_or(|left| left > most),
        };
        match (&self.parsed.select, last) {
            (Select::Columns(columns), last)
                if has_aggregates(columns) || !self.parsed.group_by.is_empty() =>
            {
                let last = match last {
                    None => None,
                    Some(Last::Group(key)) => Some(key),
                    Some(Last::Twin(..)) => return None,
                };
                let groups = Groups::of(self.matches(rows, None), columns, &self.parsed.group_by);
                Some(self.page_of_groups(&groups, room, last.as_ref()))
            }
            (_, Some(Last::Group(_))) => None,
            (_, None) => Some(self.page_of_rows(rows, room, None)),
            (_, Some(Last::Twin(device, module))) => {
                Some(self.page_of_rows(rows, room, Some((&device, module.as_deref()))))
            }
        }
    }

    fn page_of_rows<'a>(
        &'a self,
        rows: &'a Rows<'a>,
        room: Room,
        last: Option<(&str, Option<&str>)>,
    ) -> Page<'a> {
        let mut matches = self.matches(rows, last);
        let page: Vec<Row<'a>> = matches.by_ref().take(room.most).collect();
        let goes_on = room.goes_on && matches.next().is_some();
        let continuation = page.last().filter(|_| goes_on).map(|row| {
            let module = row.module_id().map(str::to_owned);
            let last = Last::Twin(row.device_id().to_owned(), module);
            self.continuation(room, page.len(), last)
        });
        let (item_type, items) = match &self.parsed.select {
            Select::Twin => (ItemType::Twin, page.into_iter().map(Item::Twin).collect()),
            Select::Columns(columns) => {
                let record = |row| Item::Record(Record::of_row(columns, row));
                (ItemType::Raw, page.into_iter().map(record).collect())
            }
        };
        Page {
            item_type,
            items,
            continuation,
        }
    }

    fn page_of_groups<'a>(
        &'a self,
        groups: &Groups<'a>,
        room: Room,
        last: Option<&group::Key<'a>>,
    ) -> Page<'a> {
        let mut after = groups.after(last);
        let page: Vec<_> = after.by_ref().take(room.most).collect();
        let goes_on = room.goes_on && after.next().is_some();
        let continuation = page.last().filter(|_| goes_on).map(|(key, _)| {
            let last = Last::Group((*key).clone());
            self.continuation(room, page.len(), last)
        });
        let items = page.into_iter().map(|(_, record)| Item::Record(record));
        Page {
            item_type: ItemType::Raw,
            items: items.collect(),
            continuation,
        }
    }

    fn continuation(&self, room: Room, given: usize, last: Last<'_>) -> String {
        let given = room.given.saturating_add(given as u64);
        Continuation::new(&self.text, given, last).to_token()
    }

    /// The twins that the query is about, after one of them.
    fn matches<'a>(
        &'a self,
        rows: &'a Rows<'a>,
        after: Option<(&str, Option<&str>)>,
    ) -> Box<dyn Iterator<Item = Row<'a>> + 'a> {
        let is_match = |row: &Row<'a>| {
            let filter = self.parsed.filter.as_ref();
            filter.is_none_or(|filter| evaluate::truth(filter, *row) == Some(true))
        };
        let paths = self.parsed.paths();
        match self.parsed.source {
            Source::Devices => {
                let rows = rows.devices(after.map(|it| it.0));
                Box::new(Ahead::new(rows, paths).filter(is_match))
            }
            Source::Modules => Box::new(Ahead::new(rows.modules(after), paths).filter(is_match)),
        }
    }
}

/// How many results a page may have.
#[derive(Clone, Copy)]
struct Room {
    /// How many there were on earlier pages.
    given: u64,
    most: usize,
    /// Whether there may be another page.
    goes_on: bool,
}
