//! The folder in which a hub keeps everything: made for its owner alone, and used by one program at a time.
//!
//! | file | what it holds |
//! |---|---|
//! | `lock` | the id of the process that uses the folder, which also holds a lock on the file |
//! | `hub.sqlite3` | the state of the hub and its events; see [`crate::store`] |
//! | `hub.sqlite3-wal` | the newest changes, while the program runs or after it was killed; belongs to the above |
//!
//! Other parts of the program have files of their own beside these. Whoever copies a folder copies all of it, and
//! while no program uses it.

use std::{
    fs::{File, TryLockError},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use crate::owner_only;

/// The name of the file whose lock is the folder's.
const LOCK: &str = "lock";

/// A folder that no other program uses. It is free again once this is dropped, or the program has ended in any way.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another program uses it.
    #[error(
        "the data folder {} is in use by {}: stop that program, or choose another folder",
        path.display(), program(*process)
    )]
    InUse {
        /// The folder.
        path: PathBuf,
        /// The id of the other program's process, if it told.
        process: Option<u32>,
    },
    /// The system refused something.
    #[error("cannot {action} the data folder {}: {error}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

impl DataFolder {
    /// Makes the folder if there is none, takes everybody else's rights on it, and locks it.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let failed = |action| {
            move |error| FolderError::Io {
                action,
                path: path.to_owned(),
                error,
            }
        };
        let is_new = !path.exists();
        owner_only::create_folder(path).map_err(failed("make"))?;
        let path = path.canonicalize().map_err(failed("find"))?;
        let folder = Self {
            _lock: lock(&path)?,
            path,
        };
        if is_new {
            folder.outlast_power().map_err(failed("sync"))?;
        }
        Ok(folder)
    }

    /// Locks a folder that is there, and changes nothing else in it.
    pub fn lock(path: &Path) -> Result<Self, FolderError> {
        Ok(Self {
            _lock: lock(path)?,
            path: path.to_owned(),
        })
    }

    /// Whether a program has ever used a folder.
    pub fn was_used(path: &Path) -> bool {
        path.join(LOCK).exists()
    }

    /// The folder: an absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file that only its owner can read: the whole of it, or nothing.
    pub fn write(&self, name: &str, contents: &[u8]) -> Result<PathBuf, FolderError> {
        let path = self.file(name);
        match owner_only::write(&path, contents) {
            Ok(()) => Ok(path),
            Err(error) => Err(FolderError::Io {
                action: "write",
                path,
                error,
            }),
        }
    }

    /// The path of a file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Has a folder that was made just now still be there after a power cut, with those above it that were made too.
    fn outlast_power(&self) -> io::Result<()> {
        // On other systems a folder cannot be synced, and need not be.
        if cfg!(unix) {
            for above in self.path.ancestors().skip(1) {
                match File::open(above) {
                    Ok(above) => above.sync_all()?,
                    // Who may not read it did not make it.
                    Err(_) => break,
                }
            }
        }
        Ok(())
    }
}

fn lock(folder: &Path) -> Result<File, FolderError> {
    let failed = |action| {
        move |error| FolderError::Io {
            action,
            path: folder.to_owned(),
            error,
        }
    };
    let mut file = owner_only::open(&folder.join(LOCK)).map_err(failed("write to"))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(FolderError::InUse {
                path: folder.to_owned(),
                process: holder(&mut file),
            });
        }
        Err(TryLockError::Error(error)) => return Err(failed("lock")(error)),
    }
    let told = file
        .set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()));
    told.map_err(failed("write to"))?;
    Ok(file)
}

/// The process that holds a lock, as it wrote down itself.
fn holder(lock: &mut File) -> Option<u32> {
    let mut text = String::new();
    lock.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn program(process: Option<u32>) -> String {
    process.map_or_else(
        || "another program".to_owned(),
        |id| format!("another program (process {id})"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(path: &Path) -> String {
        DataFolder::open(path).unwrap_err().to_string()
    }

    #[test]
    fn a_second_use_is_refused_with_folder_and_process_until_the_first_ends() {
        let place = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(&place.path().join("a/b")).unwrap();
        let error = refusal(folder.path());
        let process = format!("process {}", std::process::id());
        assert!(error.contains(&process), "{error}");
        let path = folder.path().to_owned();
        assert!(error.contains(&path.display().to_string()), "{error}");
        drop(folder);
        DataFolder::open(&path).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn others_have_no_rights_on_a_folder_whether_it_was_there_or_not() {
        use std::{fs, os::unix::fs::PermissionsExt as _};
        let place = tempfile::tempdir().unwrap();
        let open = place.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
        for path in [open, place.path().join("new")] {
            let folder = DataFolder::open(&path).unwrap();
            let mode = fs::metadata(folder.path()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700, "{}", path.display());
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_all_users_share_is_refused_and_left_as_it_is() {
        use std::{fs, os::unix::fs::PermissionsExt as _};
        let place = tempfile::tempdir().unwrap();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o1777)).unwrap();
        let error = refusal(place.path());
        assert!(error.contains("shared by all users"), "{error}");
        let mode = fs::metadata(place.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o777);
    }

    #[test]
    fn what_is_no_folder_is_refused_by_name() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("file");
        std::fs::write(&file, "").unwrap();
        let error = refusal(&file);
        assert!(error.contains(&file.display().to_string()), "{error}");
    }
}
