//! A folder's hub as text, and a folder made from such a text: the form is that of [`Hub::snapshot`].

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    rc::Rc,
};

use hub::{Hub, HubOptions, MemoryStore, SnapshotError};

use super::{database::Database, error::StoreFault, load::with_lines, write::keep_all};
use crate::{clock::now, data_folder::DataFolder};

/// The longest line that is read. What is in one record has limits far below.
const MOST_LINE_BYTES: u64 = 8 * 1024 * 1024;

/// Why a hub could not be exported or imported.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The folder's file cannot be used.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// There is no hub to export.
    #[error("there is no hub in {} to export", .0.display())]
    Empty(std::path::PathBuf),
    /// There is a hub already.
    #[error(
        "there is a hub in {} already, and an import would replace it: import into an empty folder", .0.display()
    )]
    Occupied(std::path::PathBuf),
    /// The text is not that of a hub.
    #[error(transparent)]
    Text(#[from] SnapshotError),
    /// The text cannot be read or written.
    #[error("cannot {action} the text: {error}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// What the system says.
        error: io::Error,
    },
}

/// Writes the hub of a folder, a JSON value a line. It holds all keys: it is as secret as the folder.
pub fn export(folder: &DataFolder, mut writer: impl Write) -> Result<(), TransferError> {
    let database = Database::open(folder)?;
    if database.is_new()? {
        return Err(TransferError::Empty(folder.path().to_owned()));
    }
    let written = with_lines(&database, |lines| {
        for line in lines {
            writeln!(writer, "{line}")?;
        }
        writer.flush()
    })?;
    written.map_err(|error| TransferError::Io {
        action: "write",
        error,
    })
}

/// Makes the hub that a text tells of in a folder that has none: all of it, or nothing. The hub has the name that the
/// text says, whatever the options do; the options decide on what new keys are drawn from, and on how much is kept.
pub fn import(
    folder: &DataFolder,
    mut options: HubOptions,
    reader: impl Read,
) -> Result<(), TransferError> {
    let database = Rc::new(Database::open(folder)?);
    if !database.is_new()? {
        return Err(TransferError::Occupied(folder.path().to_owned()));
    }
    let mut lines = Lines {
        reader: BufReader::new(reader),
        error: None,
    };
    let header = lines.next().unwrap_or_default();
    if let Some(host_name) = hub::snapshot_host_name(&header) {
        options.host_name = host_name;
    }
    let all = std::iter::once(header).chain(&mut lines);
    let hub = Hub::restore_lines(options, Box::new(MemoryStore), now(), all);
    if let Some(error) = lines.error {
        let action = "read";
        return Err(TransferError::Io { action, error });
    }
    Ok(keep_all(&database, &hub?)?)
}

/// Lines of a text, none of them too long.
struct Lines<R> {
    reader: BufReader<R>,
    error: Option<io::Error>,
}

impl<R: Read> Iterator for Lines<R> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let mut line = String::new();
        let mut limited = (&mut self.reader).take(MOST_LINE_BYTES);
        match limited.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => {
                if line.ends_with('\n') {
                    line.pop();
                }
                Some(line)
            }
            Err(error) => {
                self.error = Some(error);
                None
            }
        }
    }
}
