//! The programs that turn compiled WebAssembly into a site.
//!
//! One of the right version on PATH is used as it is. Otherwise it is installed into a cache
//! folder that all copies of this repository share.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Error;
use crate::run::{Job, first_line};
use crate::{npm, workspace};

/// The newest Trunk that this workspace's minimum compiler can build.
const TRUNK: &str = "0.21.14";

/// The version of wasm-opt; `Trunk.toml` names it too.
const BINARYEN: &str = "132";

const CARGO_FUZZ: &str = "0.13.2";

/// Folders to put before PATH so that the tools are found.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tools {
    folders: Vec<PathBuf>,
}

impl Tools {
    /// PATH with the tools' folders before it.
    pub(crate) fn path(&self) -> OsString {
        let old = std::env::var_os("PATH").unwrap_or_default();
        let folders = self.folders.iter().cloned();
        // Joining fails only for a folder with the separator in its name; then PATH stays.
        std::env::join_paths(folders.chain(std::env::split_paths(&old))).unwrap_or(old)
    }

    fn add(&mut self, folder: Option<PathBuf>) {
        self.folders.extend(folder);
    }
}

/// What builds the site; `wasm-opt` only for a release.
pub(crate) fn for_site(release: bool) -> Result<Tools, Error> {
    let mut tools = Tools::default();
    tools.add(trunk()?);
    tools.add(wasm_bindgen()?);
    if release {
        tools.add(wasm_opt()?);
    }
    Ok(tools)
}

/// What runs unit tests in a browser.
pub(crate) fn for_wasm_tests() -> Result<Tools, Error> {
    let mut tools = Tools::default();
    tools.add(wasm_bindgen()?);
    Ok(tools)
}

/// What runs fuzz targets.
pub(crate) fn for_fuzzing() -> Result<Tools, Error> {
    let mut tools = Tools::default();
    if first_line("cargo-fuzz", &["--version"]).is_none() {
        let tool = CargoTool {
            package: "cargo-fuzz",
            version: CARGO_FUZZ,
            flags: &["--debug", "--locked"],
            expect: "about a minute",
        };
        tools.add(Some(tool.install()?));
    }
    Ok(tools)
}

fn trunk() -> Result<Option<PathBuf>, Error> {
    if version_on_path("trunk").is_some_and(|version| same_minor(&version, TRUNK)) {
        return Ok(None);
    }
    let tool = CargoTool {
        package: "trunk",
        version: TRUNK,
        // Every tool that Trunk could fetch is found beside it, so it needs no TLS and no check
        // for updates, and a debug build of it is as quick in use.
        flags: &["--debug", "--locked", "--no-default-features"],
        expect: "two to four minutes",
    };
    tool.install().map(Some)
}

fn wasm_bindgen() -> Result<Option<PathBuf>, Error> {
    let version = workspace::locked_version("wasm-bindgen")?;
    let on_path = |program| version_on_path(program).is_some_and(|found| found == version);
    if on_path("wasm-bindgen") && on_path("wasm-bindgen-test-runner") {
        return Ok(None);
    }
    let tool = CargoTool {
        package: "wasm-bindgen-cli",
        version: &version,
        flags: &["--debug", "--no-default-features"],
        expect: "one or two minutes",
    };
    tool.install().map(Some)
}

fn wasm_opt() -> Result<Option<PathBuf>, Error> {
    if version_on_path("wasm-opt").is_some_and(|version| version == BINARYEN) {
        return Ok(None);
    }
    let folder = workspace::tools()?.join(format!("binaryen-{BINARYEN}"));
    let bin = folder.join("node_modules").join(".bin");
    install_once(&folder, |partial| {
        println!("set-up: wasm-opt {BINARYEN} from the npm package binaryen");
        npm::add(partial, &format!("binaryen@{BINARYEN}.0.0"))
    })?;
    Ok(Some(bin))
}

struct CargoTool<'a> {
    package: &'a str,
    version: &'a str,
    flags: &'a [&'a str],
    expect: &'a str,
}

impl CargoTool<'_> {
    /// Installs the tool unless it is there, and returns the folder of its programs.
    fn install(&self) -> Result<PathBuf, Error> {
        let name = format!("{}-{}", self.package, self.version);
        let folder = workspace::tools()?.join(&name);
        install_once(&folder, |partial| {
            println!("set-up: building {name} ({})", self.expect);
            let built = Job::new(format!("cargo install {name}"), "cargo")
                .args(["install", self.package, "--version", self.version])
                .args(self.flags)
                .arg_path("--root", partial)
                // Outside the workspace, so that its configuration does not apply.
                .dir(partial)
                .limit(Duration::from_mins(25))
                .hint("see that this machine reaches crates.io and has a C compiler")
                .quiet()?
                .require()?;
            println!("set-up: built in {} s", built.took.as_secs());
            Ok(())
        })?;
        Ok(folder.join("bin"))
    }
}

/// Fills `folder` unless it is there. What is half done is never taken for done, and of two
/// commands that start at once, one waits for the other.
fn install_once(folder: &Path, fill: impl FnOnce(&Path) -> Result<(), Error>) -> Result<(), Error> {
    if folder.is_dir() {
        return Ok(());
    }
    let all = workspace::tools()?;
    fs::create_dir_all(&all).map_err(Error::file(&all))?;
    let lock_path = all.join("lock");
    let lock = File::create(&lock_path).map_err(Error::file(&lock_path))?;
    if lock.try_lock().is_err() {
        println!("set-up: waiting for another command that is installing tools");
        lock.lock().map_err(Error::file(&lock_path))?;
    }
    if folder.is_dir() {
        return Ok(());
    }
    let mut partial = folder.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let _ = fs::remove_dir_all(&partial);
    fs::create_dir_all(&partial).map_err(Error::file(&partial))?;
    fill(&partial)?;
    fs::rename(&partial, folder).map_err(Error::file(folder))
}

fn version_on_path(program: &str) -> Option<String> {
    version_in(&first_line(program, &["--version"])?).map(str::to_owned)
}

/// The first word of a line such as `wasm-opt version 132 (version_132)` that is a version.
fn version_in(line: &str) -> Option<&str> {
    line.split_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
}

/// Whether `found` is of the same minor release as `wanted`, and no older.
fn same_minor(found: &str, wanted: &str) -> bool {
    let parts = |version: &str| -> Option<[u32; 3]> {
        let numbers: Result<Vec<u32>, _> = version.split('.').map(str::parse).collect();
        numbers.ok()?.try_into().ok()
    };
    match (parts(found), parts(wanted)) {
        (Some(found), Some(wanted)) => found[..2] == wanted[..2] && found[2] >= wanted[2],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_what_a_tool_prints() {
        let check = |line, expected: Option<&str>| assert_eq!(version_in(line), expected);
        check("trunk 0.21.14", Some("0.21.14"));
        check("wasm-opt version 132 (version_132)", Some("132"));
        check("wasm-bindgen 0.2.130", Some("0.2.130"));
        check("no version here", None);
    }

    #[test]
    fn a_later_patch_will_do_and_a_later_minor_will_not() {
        let check = |found, expected| assert_eq!(same_minor(found, "0.21.14"), expected, "{found}");
        check("0.21.14", true);
        check("0.21.15", true);
        check("0.21.9", false);
        check("0.22.1", false);
        check("0.22.0-beta.1", false);
    }
}
