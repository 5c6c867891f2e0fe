//! Reading a site from a folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use bytes::Bytes;

/// The most files and bytes of a site. More than that is another folder, given by mistake.
const MOST_FILES: usize = 10_000;
const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// The most folders within each other.
const MOST_DEPTH: usize = 16;

/// Why there is no site to give out.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// It is in the program or in a folder, and neither is so.
    #[error(
        "this program was built without the site; give the folder of a built one with --site (`cargo xtask dist` makes \
         dist/), or build the program with it: `cargo xtask dist`, then `cargo build --release -p server --features site`"
    )]
    None,
    /// The folder has no first page.
    #[error(
        "{} holds no built site: there is no index.html in it; give the folder that `cargo xtask dist` makes: --site dist",
        .0.display()
    )]
    NoSite(PathBuf),
    /// The folder is too large for a site.
    #[error(
        "{} is no built site: a site has at most {MOST_FILES} files and {} MiB; give the folder that `cargo xtask dist` \
         makes: --site dist",
        .0.display(), MOST_BYTES / 1024 / 1024
    )]
    TooLarge(PathBuf),
    /// A file cannot be read.
    #[error("cannot read the site's {}: {source}; check the path and who may read it", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// The files of a folder, by their names from there with slashes.
pub(super) fn read(folder: &Path) -> Result<Vec<(String, Bytes)>, SiteError> {
    let mut site = Reading {
        folder,
        files: Vec::new(),
        bytes: 0,
    };
    site.folder(folder, "", 0)?;
    Ok(site.files)
}

struct Reading<'a> {
    folder: &'a Path,
    files: Vec<(String, Bytes)>,
    bytes: u64,
}

impl Reading<'_> {
    fn folder(&mut self, path: &Path, prefix: &str, depth: usize) -> Result<(), SiteError> {
        if depth > MOST_DEPTH {
            return Err(SiteError::TooLarge(self.folder.to_owned()));
        }
        for entry in fs::read_dir(path).map_err(unreadable(path))? {
            let entry = entry.map_err(unreadable(path))?;
            let (path, name) = (entry.path(), entry.file_name());
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else {
                continue;
            };
            let name = format!("{prefix}{name}");
            // This does not follow links, so nothing outside of the folder is read.
            let kind = entry.file_type().map_err(unreadable(&path))?;
            if kind.is_dir() {
                self.folder(&path, &format!("{name}/"), depth + 1)?;
            } else if kind.is_file() {
                self.file(&path, name)?;
            } else {
                tracing::warn!(path = %path.display(), "left out of the site: it is no file of its own, but a link");
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, name: String) -> Result<(), SiteError> {
        let length = fs::metadata(path).map_err(unreadable(path))?.len();
        self.bytes += length;
        if self.files.len() >= MOST_FILES || self.bytes > MOST_BYTES {
            return Err(SiteError::TooLarge(self.folder.to_owned()));
        }
        let contents = fs::read(path).map_err(unreadable(path))?;
        self.files.push((name, contents.into()));
        Ok(())
    }
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> SiteError {
    let path = path.to_owned();
    move |source| SiteError::Unreadable { path, source }
}
