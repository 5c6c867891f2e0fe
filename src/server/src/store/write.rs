//! Changes on their way into the file.

use std::{
    collections::HashMap,
    rc::Rc,
    time::{Duration, Instant},
};

use hub::{Change, Hub, Record, Store, StoreError};
use rusqlite::params;

use super::{
    database::Database,
    error::{StoreFault, not_kept},
    rows::{
        DELETE_DEVICE, DELETE_EVENTS, DELETE_MODULE, DELETE_RECORD, HEADER, PUT_EVENT, PUT_RECORD,
        columns, put_event, put_record, signed,
    },
};
use crate::host::Keep;

/// How many events the hub has forgotten when their rows are deleted.
const MANY: u64 = 1_024;
/// How long the rows of fewer stay, and the header that is kept falls behind.
const WHILE: Duration = Duration::from_mins(1);

/// Writes a hub's changes into a transaction that waits to be committed.
pub(super) struct Writer(Rc<Database>);

impl Writer {
    pub(super) fn new(database: Rc<Database>) -> Self {
        Self(database)
    }
}

impl Store for Writer {
    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        self.0.write(|database| {
            for change in changes {
                database.put(&change.record())?;
            }
            Ok(())
        })
    }
}

/// Commits what the writer wrote, and deletes the events that the hub has forgotten.
pub(super) struct Flusher {
    database: Rc<Database>,
    /// The number of the first event of each partition whose row is not deleted.
    first_rows: HashMap<u16, u64>,
    /// When rows were deleted and the header was kept, and which revision the hub had then.
    tidied: Option<(Instant, u64)>,
}

impl Flusher {
    pub(super) fn new(database: Rc<Database>) -> Self {
        Self {
            database,
            first_rows: HashMap::new(),
            tidied: None,
        }
    }

    fn is_untidy(&self, hub: &Hub) -> bool {
        let Some((when, revision)) = self.tidied else {
            return true;
        };
        let forgotten: u64 = hub
            .event_bounds()
            .map(|it| {
                let first_row = self.first_rows.get(&it.partition);
                it.first_number
                    .saturating_sub(first_row.copied().unwrap_or_default())
            })
            .sum();
        let is_other = forgotten > 0 || hub.revision() != revision;
        forgotten >= MANY || is_other && when.elapsed() >= WHILE
    }

    fn tidy(&mut self, hub: &Hub) -> Result<(), StoreError> {
        self.database.write(|database| {
            for bounds in hub.event_bounds() {
                let first = signed(bounds.first_number);
                let mut delete = database.connection.prepare_cached(DELETE_EVENTS)?;
                delete.execute(params![bounds.partition, first])?;
            }
            database.put_header(hub)
        })?;
        let bounds = hub.event_bounds();
        self.first_rows = bounds.map(|it| (it.partition, it.first_number)).collect();
        self.tidied = Some((Instant::now(), hub.revision()));
        Ok(())
    }
}

impl Keep for Flusher {
    fn flush(&mut self, hub: &Hub) -> Result<(), StoreError> {
        if self.is_untidy(hub) {
            self.tidy(hub)?;
        }
        self.database.flush()
    }

    fn kind(&self) -> &'static str {
        "sqlite"
    }

    fn close(&mut self, hub: &Hub) -> Result<(), StoreError> {
        self.tidy(hub)?;
        self.database.flush()
    }
}

/// Keeps the whole of a hub in a file that is new.
pub(super) fn keep_all(database: &Rc<Database>, hub: &Hub) -> Result<(), StoreFault> {
    let kept = database
        .write(|database| database.put_header(hub))
        .and_then(|()| hub.copy_to(&mut Writer::new(Rc::clone(database))))
        .and_then(|()| database.flush());
    kept.map_err(|error| StoreFault::unusable(&database.path, error.to_string()))
}

impl Database {
    /// Writes into the transaction that waits. One failure is that of all of it, and of all that would come later: the
    /// hub's memory is ahead of what is kept then.
    fn write(&self, write: impl FnOnce(&Self) -> rusqlite::Result<()>) -> Result<(), StoreError> {
        self.attempt(|| {
            if self.connection.is_autocommit() {
                self.execute("BEGIN IMMEDIATE")?;
            }
            write(self)
        })
    }

    /// Makes all that was written last.
    fn flush(&self) -> Result<(), StoreError> {
        self.attempt(|| {
            if self.connection.is_autocommit() {
                return Ok(());
            }
            self.execute("COMMIT")
        })
    }

    fn attempt(&self, work: impl FnOnce() -> rusqlite::Result<()>) -> Result<(), StoreError> {
        if let Some(failure) = &*self.failure.borrow() {
            return Err(failure.clone());
        }
        work().map_err(|error| {
            // If it cannot be rolled back, it was already, or it will be at the next start.
            let _ = self.execute("ROLLBACK");
            let failure = not_kept(&self.path, &error);
            *self.failure.borrow_mut() = Some(failure.clone());
            failure
        })
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }

    fn put(&self, record: &Record<'_>) -> rusqlite::Result<()> {
        let prepared = |sql| self.connection.prepare_cached(sql);
        match record {
            Record::Put { key, json } => {
                put_record(&mut *prepared(PUT_RECORD)?, columns(key), json)?
            }
            Record::Gone(key) => {
                let (kind, id, module_id, number) = columns(key);
                prepared(DELETE_RECORD)?.execute(params![kind, id, module_id, number])?
            }
            Record::DeviceGone { device_id } => prepared(DELETE_DEVICE)?.execute([device_id])?,
            Record::ModuleGone {
                device_id,
                module_id,
            } => prepared(DELETE_MODULE)?.execute([device_id, module_id])?,
            Record::Event(event) => put_event(&mut *prepared(PUT_EVENT)?, event)?,
        };
        Ok(())
    }

    fn put_header(&self, hub: &Hub) -> rusqlite::Result<()> {
        let mut put = self.connection.prepare_cached(PUT_RECORD)?;
        put_record(&mut put, (HEADER, "", "", 0), &hub.header()).map(drop)
    }
}
