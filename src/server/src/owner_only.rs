//! Files and folders that nobody but their owner may read: they hold keys.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
};

/// Makes a folder, with those above it, that only its owner can look into. One that is there already is closed to
/// others.
pub fn create_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    close_to_others(path)
}

/// Opens a file that only its owner can read, to read and write it; makes an empty one if there is none.
pub fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes a file that only its owner can read, all of it or nothing: whoever reads meanwhile sees the old one.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = Path::new(&unfinished);
    // What an earlier attempt has left may have other permissions.
    match fs::remove_file(unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = create(unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(unfinished, path)
}

/// Whether a folder is one in which every user may make files, such as `/tmp`.
#[cfg(unix)]
pub fn is_shared(folder: &Path) -> bool {
    const STICKY: u32 = 0o1000;
    mode(folder) & STICKY != 0
}

/// Whether others than the owner have rights on a file or folder.
#[cfg(unix)]
pub fn is_open_to_others(path: &Path) -> bool {
    mode(path) & 0o077 != 0
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).map_or(0, |it| it.permissions().mode())
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(unix)]
fn close_to_others(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    // A folder that is not there is an error below.
    if is_shared(folder) {
        let why = "the folder is shared by all users of this machine; choose one within it";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
pub fn is_shared(_folder: &Path) -> bool {
    false
}

#[cfg(not(unix))]
pub fn is_open_to_others(_path: &Path) -> bool {
    false
}

// A user's own folders are closed to others there from the start.
#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(not(unix))]
fn close_to_others(_folder: &Path) -> io::Result<()> {
    Ok(())
}
