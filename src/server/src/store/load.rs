//! What a file holds, as the lines of a snapshot, and the hub that they tell of.

use hub::{Hub, HubOptions, RecordKind, Store};
use rusqlite::{Row, Statement};
use wire::timestamp::Timestamp;

use super::{
    database::Database,
    error::StoreFault,
    rows::{EVENTS, HEADER, RECORDS, read_event, read_record},
};

/// The hub that the file tells of, with all that time did to it until `now`.
pub(super) fn hub(
    database: &Database,
    options: HubOptions,
    store: Box<dyn Store>,
    now: Timestamp,
) -> Result<Hub, StoreFault> {
    let hub = with_lines(database, |lines| {
        Hub::restore_lines(options, store, now, lines)
    })?;
    hub.map_err(|error| StoreFault::Unfit {
        path: database.path.clone(),
        problem: error.problem,
    })
}

/// Gives all lines of a snapshot to `read`, one at a time. If one could not be had, `read` sees no more of them, and
/// what it makes of those before is dropped.
pub(super) fn with_lines<T>(
    database: &Database,
    read: impl FnOnce(&mut dyn Iterator<Item = String>) -> T,
) -> Result<T, StoreFault> {
    let fault = |error| StoreFault::sqlite(&database.path, &error);
    let names = RecordKind::ALL.map(RecordKind::name);
    let mut kinds = Vec::with_capacity(1 + names.len());
    for name in [HEADER].into_iter().chain(names) {
        kinds.push((name, database.connection.prepare(RECORDS).map_err(fault)?));
    }
    let mut events = database.connection.prepare(EVENTS).map_err(fault)?;
    let mut problem = None;
    let records = kinds
        .iter_mut()
        .flat_map(|(kind, statement)| lines(statement, [*kind], read_record));
    let mut lines =
        records
            .chain(lines(&mut events, [], read_event))
            .map_while(|line| match line {
                Ok(Ok(line)) => Some(line),
                Ok(Err(unlike)) => {
                    problem = Some(StoreFault::damaged(&database.path, unlike));
                    None
                }
                Err(error) => {
                    problem = Some(fault(error));
                    None
                }
            });
    let made = read(&mut lines);
    drop(lines);
    problem.map_or(Ok(made), Err)
}

type Line = rusqlite::Result<Result<String, String>>;

/// The lines of a statement's rows.
fn lines<'s>(
    statement: &'s mut Statement<'_>,
    values: impl rusqlite::Params,
    read: impl FnMut(&Row<'_>) -> Line + 's,
) -> impl Iterator<Item = Line> + 's {
    let (rows, error) = match statement.query_map(values, read) {
        Ok(rows) => (Some(rows), None),
        Err(error) => (None, Some(Err(error))),
    };
    error.into_iter().chain(rows.into_iter().flatten())
}
