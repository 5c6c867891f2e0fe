//! Packages from npm: what the page shows and what its tests need.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::apt;
use crate::error::Error;
use crate::run::{Job, first_line};

/// The oldest Node.js whose own test runner will do.
const OLDEST_NODE: u32 = 18;

const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// Installs exactly what the lock file in `folder` names, unless it is there already.
pub(crate) fn ensure(folder: &Path) -> Result<(), Error> {
    let lock_path = folder.join("package-lock.json");
    let lock = fs::read_to_string(&lock_path).map_err(Error::file(&lock_path))?;
    let stamp = folder.join("node_modules").join(".installed-lock.json");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    ensure_node()?;
    println!("set-up: npm ci in {}", folder.display());
    npm(folder, &["ci"])?;
    let modules = folder.join("node_modules");
    fs::create_dir_all(&modules).map_err(Error::file(&modules))?;
    fs::write(&stamp, lock).map_err(Error::file(&stamp))
}

/// Installs one package into `folder`.
pub(crate) fn add(folder: &Path, package: &str) -> Result<(), Error> {
    ensure_node()?;
    npm(folder, &["install", "--prefix", ".", package])
}

fn npm(folder: &Path, arguments: &[&str]) -> Result<(), Error> {
    let installed = Job::new(format!("npm {}", arguments.join(" ")), NPM)
        .args(arguments)
        .args(["--no-audit", "--no-fund", "--no-update-notifier"])
        .dir(folder)
        .limit(Duration::from_mins(10))
        .hint("see that this machine reaches the npm registry")
        .quiet()?
        .require()?;
    println!("set-up: installed in {} s", installed.took.as_secs());
    Ok(())
}

/// Node.js and npm, from Debian's packages if need be.
pub(crate) fn ensure_node() -> Result<(), Error> {
    let ready = || {
        let node = first_line("node", &["--version"]).and_then(|line| major(&line));
        node.is_some_and(|version| version >= OLDEST_NODE)
            && first_line(NPM, &["--version"]).is_some()
    };
    if ready() {
        return Ok(());
    }
    let outcome = apt::install("Node.js with npm", &["nodejs", "npm"]);
    if outcome.is_ok() && ready() {
        return Ok(());
    }
    outcome.and(Err(Error::Missing {
        what: format!("Node.js {OLDEST_NODE} or newer, with npm"),
        hint: "install it from nodejs.org, then run this command again".into(),
    }))
}

/// The 20 of `v20.20.2`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("20.20.2"), None);
        assert_eq!(major("vx"), None);
    }
}
