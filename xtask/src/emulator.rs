//! The native program, built for the tests that run it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Error;
use crate::run::Job;
use crate::workspace;

/// Its package.
pub(crate) const PACKAGE: &str = "server";

/// Where a test finds the program.
pub(crate) const VARIABLE: &str = "IOTHUB_PLAYGROUND";

/// With the feature that puts the built site into it.
pub(crate) const WITH_SITE: [&str; 2] = ["--features", "site"];

/// Builds the program, and gives back its path, which depends on how cargo is set up.
pub(crate) fn build(options: &[&str]) -> Result<PathBuf, Error> {
    println!("building the emulator");
    let built = Job::new("building the emulator", "cargo")
        .args(["build", "--package", PACKAGE])
        .args(["--message-format=json-render-diagnostics"])
        .args(options)
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
