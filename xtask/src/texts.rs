//! `cargo xtask texts`: the part of the site that Trunk does not know how to build.
//!
//! Trunk calls this after each build (see `Trunk.toml`) and names the folder of that build.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::workspace;

/// Writes the texts into the folder that Trunk names.
pub(crate) fn from_hook() -> Result<(), Error> {
    let staging = std::env::var_os("TRUNK_STAGING_DIR").ok_or_else(|| Error::Missing {
        what: "the variable TRUNK_STAGING_DIR".into(),
        hint: "Trunk calls this command; run `cargo xtask dist` instead".into(),
    })?;
    write(&PathBuf::from(staging))
}

/// Writes the texts of every locale to `texts/<locale>/` in `staging`.
fn write(staging: &Path) -> Result<(), Error> {
    let texts = workspace::root().join("www").join("texts");
    for locale in entries(&texts)? {
        let Some(name) = locale.file_name().filter(|_| locale.is_dir()) else {
            continue;
        };
        let to = staging.join("texts").join(name);
        fs::create_dir_all(&to).map_err(Error::file(&to))?;
        copy_messages(&locale, &to)?;
    }
    Ok(())
}

/// Copies the Fluent messages of one locale.
fn copy_messages(locale: &Path, to: &Path) -> Result<(), Error> {
    for path in entries(locale)? {
        if let (Some("ftl"), Some(name)) = (
            path.extension().and_then(|extension| extension.to_str()),
            path.file_name(),
        ) {
            fs::copy(&path, to.join(name)).map_err(Error::file(&path))?;
        }
    }
    Ok(())
}

/// What is in `folder`; nothing if there is no such folder.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).map_err(Error::file(folder))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}
