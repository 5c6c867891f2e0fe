//! The folder in which a hub keeps everything: made for its owner alone, and used by one program at a time.
//!
//! | file | what it holds |
//! |---|---|
//! | `lock` | the id of the program that uses the folder, which also holds a lock on the file |
//! | `hub.sqlite3` | the state of the hub and its events; see [`crate::store`] |
//! | `hub.sqlite3-wal` | the newest changes, while the program runs or after it was killed; belongs to the above |
//!
//! Other parts of the program have files of their own beside these. Whoever copies a folder copies all of it, and
//! while no program uses it.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Read as _, Write as _},
    os::unix::fs::{
        DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
    },
    path::{Path, PathBuf},
};

/// Rights on a folder: all for its owner, none for anybody else.
const FOLDER_RIGHTS: u32 = 0o700;
/// Rights on a file: all but running it for its owner, none for anybody else.
const FILE_RIGHTS: u32 = 0o600;
/// The bit of folders in which everybody may make files, such as `/tmp`.
const SHARED: u32 = 0o1000;
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
    /// Everybody may make files in it.
    #[error(
        "the data folder {} is shared with other users, and keys are kept in it: choose a folder of its own, such as {}",
        path.display(), path.join("iothub").display()
    )]
    Shared {
        /// The folder.
        path: PathBuf,
    },
    /// The system refused something.
    #[error("cannot {action} {}: {error}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

impl DataFolder {
    /// Makes the folder if there is none, takes everybody else's rights on it, and locks it.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        make(path)?;
        let lock = lock(path)?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file that only its owner can read: the whole of it, or nothing, even if the power fails.
    pub fn write(&self, name: &str, contents: &[u8]) -> Result<PathBuf, FolderError> {
        let path = self.file(name);
        let new = self.file(&format!("{name}.new"));
        let written = own_file(&new).and_then(|mut file| {
            file.set_len(0)?;
            file.write_all(contents)?;
            file.sync_all()
        });
        written.map_err(failed("write", &new))?;
        fs::rename(&new, &path).map_err(failed("replace", &path))?;
        sync(&self.path)?;
        Ok(path)
    }
}

/// Opens a file that only its owner can read, made if there is none.
pub(crate) fn own_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(FILE_RIGHTS)
        .open(path)
}

/// Has a folder's entries last: a file that was made is still there after a power cut.
fn sync(path: &Path) -> Result<(), FolderError> {
    let synced = File::open(path).and_then(|folder| folder.sync_all());
    synced.map_err(failed("sync the folder", path))
}

fn make(path: &Path) -> Result<(), FolderError> {
    let Ok(metadata) = fs::metadata(path) else {
        let mut builder = DirBuilder::new();
        let made = builder.recursive(true).mode(FOLDER_RIGHTS).create(path);
        made.map_err(failed("make the data folder", path))?;
        return match path.parent() {
            Some(parent) if parent != Path::new("") => sync(parent),
            _ => sync(Path::new(".")),
        };
    };
    let mode = metadata.mode();
    if mode & SHARED != 0 || path.parent().is_none() {
        let path = path.to_owned();
        return Err(FolderError::Shared { path });
    }
    if metadata.is_dir() && mode & 0o777 != FOLDER_RIGHTS {
        let rights = fs::Permissions::from_mode(FOLDER_RIGHTS);
        let set = fs::set_permissions(path, rights);
        set.map_err(failed("take the rights of others on the data folder", path))?;
    }
    Ok(())
}

fn lock(folder: &Path) -> Result<File, FolderError> {
    let path = folder.join(LOCK);
    let mut file = own_file(&path).map_err(failed("write to the data folder:", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(FolderError::InUse {
                path: folder.to_owned(),
                process: holder(&mut file),
            });
        }
        Err(TryLockError::Error(error)) => return Err(failed("lock", &path)(error)),
    }
    let told = file
        .set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()));
    told.map_err(failed("write", &path))?;
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

fn failed<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> FolderError + 'a {
    move |error| FolderError::Io {
        action,
        path: path.to_owned(),
        error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn a_new_folder_and_its_files_are_their_owners_alone() {
        let place = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(&place.path().join("a/b")).unwrap();
        let written = folder.write("connections.json", b"{}").unwrap();
        assert_eq!(rights(folder.path()), FOLDER_RIGHTS);
        assert_eq!(rights(&written), FILE_RIGHTS);
        assert_eq!(rights(&folder.file(LOCK)), FILE_RIGHTS);
        assert_eq!(fs::read(written).unwrap(), b"{}");
    }

    #[test]
    fn others_lose_their_rights_on_a_folder_that_was_there() {
        let place = tempfile::tempdir().unwrap();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let folder = DataFolder::open(place.path()).unwrap();
        assert_eq!(rights(folder.path()), FOLDER_RIGHTS);
    }

    #[test]
    fn a_folder_for_everybody_is_refused_and_left_as_it_is() {
        let place = tempfile::tempdir().unwrap();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o1777)).unwrap();
        let error = DataFolder::open(place.path()).unwrap_err();
        assert!(matches!(error, FolderError::Shared { .. }), "{error}");
        assert_eq!(rights(place.path()), 0o777);
    }

    #[test]
    fn a_second_use_is_refused_with_folder_and_process_until_the_first_ends() {
        let place = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(place.path()).unwrap();
        let error = DataFolder::open(place.path()).unwrap_err().to_string();
        let process = format!("process {}", std::process::id());
        assert!(error.contains(&process), "{error}");
        assert!(
            error.contains(&place.path().display().to_string()),
            "{error}"
        );
        drop(folder);
        DataFolder::open(place.path()).unwrap();
    }

    #[test]
    fn what_is_no_folder_is_refused_by_name() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("file");
        fs::write(&file, "").unwrap();
        let error = DataFolder::open(&file).unwrap_err().to_string();
        assert!(error.contains(&file.display().to_string()), "{error}");
        assert_eq!(rights(&file) & 0o100, 0);
    }
}
