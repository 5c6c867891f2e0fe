//! The file, and the only connection to it.

use std::{cell::RefCell, path::PathBuf};

use hub::StoreError;
use rusqlite::{Connection, OpenFlags, config::DbConfig};

use super::{error::StoreFault, rows, schema, wal};
use crate::{data_folder::DataFolder, owner_only};

/// The name of the file.
pub(super) const FILE: &str = "hub.sqlite3";

/// How the file is used. There is one connection, so the index of the log need not be shared, and a full disk cannot
/// break it. A log of some 16 MB is folded into the file: larger than SQLite's own 4 MB, as each time costs syncs that
/// whoever waits for an acknowledgement waits for too.
const SETTINGS: &str = "
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA cell_size_check = ON;
    PRAGMA trusted_schema = OFF;
";

/// How the file is used by who only looks.
const LOOK: &str = "
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA query_only = ON;
    PRAGMA cell_size_check = ON;
    PRAGMA trusted_schema = OFF;
";

/// The file, open for this program alone.
pub(super) struct Database {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    /// Why changes could not be written, once they could not.
    pub(super) failure: RefCell<Option<StoreError>>,
}

impl Database {
    /// Opens the file that there is, to read it. Nothing is written, and the log stays as it is.
    pub(super) fn look(folder: &DataFolder) -> Result<Self, StoreFault> {
        let database = Self::connect(folder.file(FILE))?;
        database.fold_at_end(false)?;
        database.run(LOOK)?;
        database.check()?;
        Ok(database)
    }

    /// Opens the file, and makes it if there is none. It is sound, and has the tables that this version wants.
    pub(super) fn open(folder: &DataFolder) -> Result<Self, StoreFault> {
        let path = folder.file(FILE);
        if !path.exists() {
            let made = owner_only::write(&path, &[]);
            made.map_err(|error| StoreFault::unusable(&path, error.to_string()))?;
        }
        let database = Self::connect(path)?;
        database.fold_at_end(false)?;
        database.prepare()?;
        database.fold_at_end(true)?;
        Ok(database)
    }

    fn connect(path: PathBuf) -> Result<Self, StoreFault> {
        wal::check(&path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags);
        let connection = connection.map_err(|error| StoreFault::sqlite(&path, &error))?;
        Ok(Self {
            connection,
            path,
            failure: RefCell::default(),
        })
    }

    /// The schema of the tables, and that of this version of the program; none if there are no tables.
    pub(super) fn schema(&self) -> Result<Option<(i64, i64)>, StoreFault> {
        schema::look(&self.connection, &self.path)
    }

    /// Whether the log is folded into the file when it is closed: not while it may be damaged.
    fn fold_at_end(&self, folds: bool) -> Result<(), StoreFault> {
        let set = self
            .connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !folds);
        set.map(drop)
            .map_err(|error| StoreFault::sqlite(&self.path, &error))
    }

    fn prepare(&self) -> Result<(), StoreFault> {
        let connection = &self.connection;
        connection.set_prepared_statement_cache_capacity(32);
        self.run(SETTINGS)?;
        self.check()?;
        // A log that starts anew has nothing left in it of a transaction that a crash cut off; see `wal`.
        self.run("PRAGMA wal_checkpoint(TRUNCATE)")?;
        self.run("BEGIN IMMEDIATE")?;
        schema::migrate(connection, &self.path)?;
        self.run("COMMIT")
    }

    fn check(&self) -> Result<(), StoreFault> {
        let first = self
            .connection
            .query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
        match first {
            Ok(text) if text == "ok" => Ok(()),
            Ok(problem) => Err(StoreFault::damaged(&self.path, problem)),
            Err(error) => Err(StoreFault::sqlite(&self.path, &error)),
        }
    }

    /// Whether no hub was kept in it yet.
    pub(super) fn is_new(&self) -> Result<bool, StoreFault> {
        let count = "SELECT count(*) FROM record WHERE kind = ?1";
        let count = self
            .connection
            .query_row(count, [rows::HEADER], |row| row.get::<_, i64>(0));
        let count = count.map_err(|error| StoreFault::sqlite(&self.path, &error))?;
        Ok(count == 0)
    }

    /// Runs statements whose results do not matter.
    pub(super) fn run(&self, sql: &str) -> Result<(), StoreFault> {
        let done = self.connection.execute_batch(sql);
        done.map_err(|error| StoreFault::sqlite(&self.path, &error))
    }
}
