//! Packages from Python's index: the published SDKs that tests run.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::apt;
use crate::error::Error;
use crate::run::{Job, first_line};

/// The oldest Python that the packages are there for.
const OLDEST: (u32, u32) = (3, 9);

const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };

/// Installs exactly what `requirements.txt` in `folder` names into an environment of its own, unless it is there
/// already. Gives back the environment's Python.
pub(crate) fn ensure(folder: &Path) -> Result<PathBuf, Error> {
    let requirements_path = folder.join("requirements.txt");
    let requirements = fs::read_to_string(&requirements_path);
    let requirements = requirements.map_err(Error::file(&requirements_path))?;
    let environment = folder.join(".venv");
    let python = program(&environment);
    let stamp = environment.join(".installed-requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == requirements) {
        return Ok(python);
    }
    println!("set-up: pip install in {}", folder.display());
    create(&environment)?;
    let installed = Job::new("pip install", &python)
        .args(["-m", "pip", "install", "--disable-pip-version-check"])
        .arg_path("--requirement", &requirements_path)
        .dir(folder)
        .limit(Duration::from_mins(10))
        .hint("see that this machine reaches Python's package index")
        .quiet()?
        .require()?;
    println!("set-up: installed in {} s", installed.took.as_secs());
    fs::write(&stamp, requirements).map_err(Error::file(&stamp))?;
    Ok(python)
}

/// Makes an empty environment, in place of what may be there half made.
fn create(environment: &Path) -> Result<(), Error> {
    ensure_python()?;
    let make = || {
        Job::new("making a Python environment", PYTHON)
            .args(["-m", "venv", "--clear"])
            .args([environment])
            .hint("install Python's `venv` module")
            .quiet()?
            .require()
    };
    // Debian has Python without the module that makes environments.
    let outcome = make().or_else(|error| {
        apt::install("Python's venv module", &["python3-venv"]).map_err(|_| error)?;
        make()
    });
    outcome.map(|_| ())
}

/// Python, from Debian's packages if need be.
fn ensure_python() -> Result<(), Error> {
    let ready = || {
        let line = first_line(PYTHON, &["--version"]);
        line.and_then(|line| version(&line))
            .is_some_and(|version| version >= OLDEST)
    };
    if ready() {
        return Ok(());
    }
    let outcome = apt::install("Python", &["python3", "python3-venv"]);
    if outcome.is_ok() && ready() {
        return Ok(());
    }
    outcome.and(Err(Error::Missing {
        what: format!("Python {}.{} or newer", OLDEST.0, OLDEST.1),
        hint: "install it from python.org, then run this command again".into(),
    }))
}

/// Where an environment has its Python.
fn program(environment: &Path) -> PathBuf {
    if cfg!(windows) {
        environment.join("Scripts").join("python.exe")
    } else {
        environment.join("bin").join("python")
    }
}

/// The 3 and 11 of `Python 3.11.7`.
fn version(line: &str) -> Option<(u32, u32)> {
    let mut numbers = line.strip_prefix("Python ")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read() {
        assert_eq!(version("Python 3.11.7"), Some((3, 11)));
        assert_eq!(version("Python 3.14.0rc1"), Some((3, 14)));
        assert_eq!(version("3.11.7"), None);
    }
}
