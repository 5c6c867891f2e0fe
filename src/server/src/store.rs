//! A hub's state on disk: SQLite behind [`hub::Store`] and [`host::Keep`](crate::host::Keep).
//!
//! What is acknowledged is kept, even if the program is killed or the power fails: the changes of all inputs that wait
//! make one transaction, and the transaction is in the write-ahead log and the log is synced (`synchronous = FULL`)
//! before anybody hears of one of them. A transaction costs one sync however many changes it has, which is what makes
//! this fast. The log is folded into the file when it has grown, and both are synced in the order that a power cut
//! at any moment demands.
//!
//! A transaction that cannot be written ends the program: nothing of it was acknowledged, and the hub's memory is
//! ahead of what is kept. The next start goes on from the last one that could.
//!
//! A hub is restored from [`hub::Record`]s by key, each a line of a snapshot, and from its events, each a row. Every
//! row has a checksum, and all are read at the start: of a damaged file nothing is used, and nothing in it is changed.
//! The hub itself decides what is too old or too much to be kept; rows that it has forgotten are deleted some at once.

mod checksum;
mod database;
mod error;
mod examine;
#[cfg(test)]
mod full_disk;
mod load;

mod rows;
mod schema;
mod transfer;
mod wal;
mod write;

use std::{path::Path, rc::Rc};

use hub::{Hub, HubOptions};

use crate::{clock::now, data_folder::DataFolder, host::Keep};

use self::{
    database::Database,
    write::{Flusher, Writer, keep_all},
};

pub use self::error::StoreFault;
pub use self::examine::{Examined, examine};
pub use self::transfer::{TransferError, export, import};

/// The hub that a folder holds, or a new one if it holds none, and what keeps its changes there.
///
/// The options decide on what is not kept: limits, how long and how much is kept, and what new keys are drawn from.
/// The seed has to be another one at every start; the keys that there are stay as they are.
pub fn open(folder: &DataFolder, options: HubOptions) -> Result<(Hub, Box<dyn Keep>), StoreFault> {
    let database = Rc::new(Database::open(folder)?);
    let writer = Writer::new(Rc::clone(&database));
    let hub = if database.is_new()? {
        let hub = Hub::with_store(options, Box::new(writer));
        keep_all(&database, &hub)?;
        hub
    } else {
        load::hub(&database, options, Box::new(writer), now())?
    };
    Ok((hub, Box::new(Flusher::new(database))))
}

/// Whether a folder holds the file of a hub.
pub fn is_in(folder: &Path) -> bool {
    folder.join(database::FILE).is_file()
}
