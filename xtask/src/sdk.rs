//! The published SDKs against the emulator, on this machine.

use std::time::Duration;

use crate::error::Error;
use crate::run::Job;
use crate::{emulator, npm, python, workspace};

/// How many tests wait for something at a time. They do little else.
const AT_A_TIME: &str = "4";

/// The tests with the SDKs, ready to be run: those in Python and those in JavaScript. The emulator is built with `options`.
pub(crate) fn tests(options: &[&str]) -> Result<[Job; 2], Error> {
    let folder = workspace::root().join("tests").join("sdk");
    let program = emulator::build(options)?;
    let python = python::ensure(&folder)?;
    npm::ensure(&folder)?;
    let job = |what: &str| {
        Job::new(what, &python)
            .env(emulator::VARIABLE, &program)
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
