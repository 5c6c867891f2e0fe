//! The published SDKs against the emulator, on this machine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Error;
use crate::run::Job;
use crate::{npm, python, workspace};

/// How many tests wait for something at a time. They do little else.
const AT_A_TIME: &str = "4";

/// The tests with the SDKs, ready to be run: those in Python and those in JavaScript.
pub(crate) fn tests() -> Result<[Job; 2], Error> {
    let folder = workspace::root().join("tests").join("sdk");
    let emulator = build_emulator()?;
    let python = python::ensure(&folder)?;
    npm::ensure(&folder)?;
    let job = |what: &str| {
        Job::new(what, &python)
            .env("IOTHUB_PLAYGROUND", &emulator)
            .dir(&folder)
            .limit(Duration::from_mins(15))
    };
    let in_python = job("tests with the SDKs for Python")
        .args(["-m", "pytest", "--dist=worksteal"])
        .args(["--numprocesses", AT_A_TIME]);
    let in_javascript = job("tests with the SDKs for Node.js")
        .args(["hub.py", "node", "--test", "--test-reporter=spec"])
        .args([format!("--test-concurrency={AT_A_TIME}")])
        .args(workspace::test_files(&folder.join("node"))?);
    Ok([in_python, in_javascript])
}

/// Builds the native program, and gives back its path, which depends on how cargo is set up.
fn build_emulator() -> Result<PathBuf, Error> {
    const PACKAGE: &str = "server";
    println!("building the emulator");
    let built = Job::new("building the emulator", "cargo")
        .args(["build", "--package", PACKAGE])
        .args(["--message-format=json-render-diagnostics"])
        .dir(&workspace::root())
        .limit(Duration::from_mins(30))
        .quiet()?
        .require()?;
    let program = built.lines.iter().find_map(|line| executable(line));
    program.ok_or_else(|| Error::Content {
        path: Path::new("src").join(PACKAGE).join("Cargo.toml"),
        expected: "a program".into(),
    })
}

/// The program that a line of cargo's messages tells of.
fn executable(line: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    Some(message.get("executable")?.as_str()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_among_cargos_messages() {
        let check = |line: &str, expected: Option<&str>| {
            assert_eq!(executable(line), expected.map(PathBuf::from), "{line}");
        };
        check("warning: unused", None);
        check(r#"{"reason":"compiler-artifact","executable":null}"#, None);
        check(
            r#"{"reason":"compiler-artifact","executable":"/target/debug/hub"}"#,
            Some("/target/debug/hub"),
        );
    }
}
