//! The tables, and how those of older versions become those of this one.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _};

use super::error::StoreFault;

/// What makes each schema from the one before it; the first makes it from nothing.
/// A step that was published never changes: a change is a further step.
const STEPS: &[&str] = &["
    -- What the hub knows: a line of a snapshot by what it is about. The line of kind 'header' is the first.
    CREATE TABLE record (
        kind TEXT NOT NULL,
        -- The device, or the name of a policy.
        id TEXT NOT NULL,
        -- Empty for the device itself.
        module_id TEXT NOT NULL,
        -- Of a message or of feedback.
        number INTEGER NOT NULL,
        json TEXT NOT NULL,
        checksum INTEGER NOT NULL,
        PRIMARY KEY (kind, id, module_id, number)
    ) STRICT, WITHOUT ROWID;

    -- The telemetry, as hub::EventRecord has it.
    CREATE TABLE event (
        partition INTEGER NOT NULL,
        number INTEGER NOT NULL,
        offset INTEGER NOT NULL,
        -- Milliseconds since 1970.
        at INTEGER NOT NULL,
        device_id TEXT NOT NULL,
        -- NULL for the device itself.
        module_id TEXT,
        auth_method TEXT NOT NULL,
        generation_id TEXT NOT NULL,
        bag TEXT NOT NULL,
        body BLOB NOT NULL,
        checksum INTEGER NOT NULL,
        PRIMARY KEY (partition, number)
    ) STRICT, WITHOUT ROWID;
"];

/// Makes the tables what this version wants them to be, in the transaction that is open.
pub(super) fn migrate(connection: &Connection, path: &Path) -> Result<(), StoreFault> {
    migrate_by(STEPS, connection, path)
}

fn migrate_by(steps: &[&str], connection: &Connection, path: &Path) -> Result<(), StoreFault> {
    let fault = |error| StoreFault::sqlite(path, &error);
    let found = version(connection, path)?;
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    let Some(missing) = usize::try_from(found).ok().and_then(|it| steps.get(it..)) else {
        let path = path.to_owned();
        return Err(StoreFault::Newer { path, found, known });
    };
    for step in missing {
        connection.execute_batch(step).map_err(fault)?;
    }
    if !missing.is_empty() {
        connection
            .execute("UPDATE schema SET version = ?1", [known])
            .map_err(fault)?;
    }
    Ok(())
}

/// The schema of the tables and that of this version; none if there are no tables.
pub(super) fn look(connection: &Connection, path: &Path) -> Result<Option<(i64, i64)>, StoreFault> {
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    match found(connection, path)? {
        Some(found) if found < 0 || found > known => {
            let path = path.to_owned();
            Err(StoreFault::Newer { path, found, known })
        }
        found => Ok(found.map(|found| (found, known))),
    }
}

/// The schema of the tables: 0 if there were none.
fn version(connection: &Connection, path: &Path) -> Result<i64, StoreFault> {
    let make = "CREATE TABLE schema (version INTEGER NOT NULL) STRICT;
                INSERT INTO schema VALUES (0);";
    if let Some(found) = found(connection, path)? {
        return Ok(found);
    }
    connection
        .execute_batch(make)
        .map_err(|error| StoreFault::sqlite(path, &error))?;
    Ok(0)
}

fn found(connection: &Connection, path: &Path) -> Result<Option<i64>, StoreFault> {
    let fault = |error| StoreFault::sqlite(path, &error);
    let tables = "SELECT count(*), count(*) FILTER (WHERE name = 'schema') FROM sqlite_schema";
    let (all, own): (i64, i64) = connection
        .query_row(tables, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(fault)?;
    if all == 0 {
        return Ok(None);
    }
    let foreign = || StoreFault::Foreign {
        path: path.to_owned(),
    };
    if own == 0 {
        return Err(foreign());
    }
    let version = connection
        .query_row("SELECT version FROM schema", [], |row| row.get(0))
        .optional();
    let version = version.map_err(|_| foreign())?;
    version.map(Some).ok_or_else(foreign)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A schema of two more steps than the first.
    const LATER: &[&str] = &[
        "CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1), (2)",
        "ALTER TABLE a ADD COLUMN y INTEGER; UPDATE a SET y = x * 10",
        "CREATE TABLE b AS SELECT sum(y) AS total FROM a",
    ];

    fn migrated(connection: &Connection, steps: &[&str]) -> Result<(), StoreFault> {
        migrate_by(steps, connection, Path::new("hub.sqlite3"))
    }

    fn total(connection: &Connection) -> i64 {
        let total = connection.query_row("SELECT total FROM b", [], |row| row.get(0));
        total.unwrap()
    }

    #[test]
    fn every_older_schema_becomes_the_newest_with_what_it_holds() {
        for older in 0..=LATER.len() {
            let connection = Connection::open_in_memory().unwrap();
            if older > 0 {
                migrated(&connection, &LATER[..older]).unwrap();
            }
            migrated(&connection, LATER).unwrap();
            assert_eq!(total(&connection), 30, "from schema {older}");
            migrated(&connection, LATER).unwrap();
        }
    }

    #[test]
    fn a_newer_schema_is_refused_by_its_number() {
        let connection = Connection::open_in_memory().unwrap();
        migrated(&connection, LATER).unwrap();
        let error = migrated(&connection, &LATER[..1]).unwrap_err().to_string();
        assert!(error.contains("schema 3"), "{error}");
        assert!(error.contains("up to 1"), "{error}");
    }

    #[test]
    fn a_database_of_another_program_is_refused() {
        for other in [
            "CREATE TABLE photo (x)",
            "CREATE TABLE schema (version TEXT); INSERT INTO schema VALUES ('one')",
            "CREATE TABLE schema (version INTEGER)",
            "CREATE TABLE schema (other INTEGER)",
        ] {
            let connection = Connection::open_in_memory().unwrap();
            connection.execute_batch(other).unwrap();
            let error = migrated(&connection, LATER).unwrap_err();
            assert!(matches!(error, StoreFault::Foreign { .. }), "{error}");
        }
    }
}
