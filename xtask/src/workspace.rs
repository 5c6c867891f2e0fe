//! Where things are: the workspace's folders, the cache of tools, and what Cargo.lock says.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// The root folder of the workspace.
pub(crate) fn root() -> PathBuf {
    // Known since compile time; the manifest of this package is one folder down.
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// The folder for what can be thrown away.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// The folder of the built site.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// The folder for tools, shared between all copies of this repository on the machine.
pub(crate) fn tools() -> Result<PathBuf, Error> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let cache = variable("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| variable("LOCALAPPDATA").map(PathBuf::from))
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
        .ok_or_else(|| Error::Missing {
            what: "a folder for tools".into(),
            hint: "set XDG_CACHE_HOME to a folder that you may write to".into(),
        })?;
    Ok(cache.join("iothub-playground").join("tools"))
}

/// The tests for Node.js in `folder`. They are named one by one because its releases differ in what they make of a folder.
pub(crate) fn test_files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::file(folder))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    Ok(files)
}

/// The version of `package` that Cargo.lock names.
pub(crate) fn locked_version(package: &str) -> Result<String, Error> {
    let path = root().join("Cargo.lock");
    let lock = fs::read_to_string(&path).map_err(Error::file(&path))?;
    version_in_lock(&lock, package).ok_or_else(|| Error::Content {
        path,
        expected: format!("a version of the package {package}"),
    })
}

fn version_in_lock(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    let version = lines.next()?.strip_prefix("version = \"")?;
    Some(version.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"
[[package]]
name = "wasm-bindgen-futures"
version = "0.4.80"
source = "registry"

[[package]]
name = "wasm-bindgen"
version = "0.2.130"
source = "registry"
"#;

    #[test]
    fn a_version_is_found_by_the_whole_name() {
        let check = |package, expected: Option<&str>| {
            assert_eq!(version_in_lock(LOCK, package).as_deref(), expected);
        };
        check("wasm-bindgen", Some("0.2.130"));
        check("wasm-bindgen-futures", Some("0.4.80"));
        check("wasm", None);
    }

    #[test]
    fn the_root_is_the_workspace() {
        assert!(root().join("xtask").join("Cargo.toml").is_file());
    }
}
