//! Why a hub's file cannot be used, in words for whoever runs the program.

use std::path::{Path, PathBuf};

use hub::StoreError;
use rusqlite::ErrorCode;

/// Why a hub's file cannot be used. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    /// What is in it is not what was written.
    #[error(
        "{} is damaged: {problem}. Nothing in it was changed. Put back a copy of the data folder, or choose another one",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        problem: String,
    },
    /// A newer version of this program wrote it.
    #[error(
        "{} is of a newer version of this program: it has schema {found}, and this version knows schemas up to \
         {known}. Start the newer version, or choose another data folder", path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema that this version knows.
        known: i64,
    },
    /// Another program wrote it.
    #[error(
        "{} is a database of another program: choose another data folder", path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// No hub with these options can be made from it.
    #[error("the hub in {} cannot be started as asked: {problem}", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// What was expected, and what is in the file.
        problem: String,
    },
    /// It cannot be read or written.
    #[error("cannot use {}: {problem}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        problem: String,
    },
}

impl StoreFault {
    pub(super) fn damaged(path: &Path, problem: impl Into<String>) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            problem: problem.into(),
        }
    }

    pub(super) fn unusable(path: &Path, problem: impl Into<String>) -> Self {
        Self::Unusable {
            path: path.to_owned(),
            problem: problem.into(),
        }
    }

    /// What SQLite found while it read.
    pub(super) fn sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::damaged(path, error.to_string())
            }
            // A value is not of its column's type.
            None => Self::damaged(path, error.to_string()),
            Some(_) => Self::unusable(path, words(error)),
        }
    }
}

/// Why changes could not be written, for whoever runs the hub.
pub(super) fn not_kept(path: &Path, error: &rusqlite::Error) -> StoreError {
    StoreError::new(format!(
        "cannot write to {}: {}. Nothing that was acknowledged is lost: start again when this is mended",
        path.display(),
        words(error)
    ))
}

/// What SQLite says, in plainer words where they help.
fn words(error: &rusqlite::Error) -> String {
    let plain = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "there is no room left on the disk",
        Some(ErrorCode::ReadOnly) => "it cannot be written, only read",
        Some(ErrorCode::CannotOpen) => "it, or a file beside it, cannot be opened",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "another program has it open",
        _ => return error.to_string(),
    };
    format!("{plain} ({error})")
}
