//! `cargo xtask bench server`: how fast and how small the native program is, beside a broker that does less.

use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Error;
use crate::run::Job;
use crate::{apt, workspace};

/// Sets up the broker, builds the program and the benchmark, and runs it.
pub(super) fn bench() -> Result<(), Error> {
    ensure_mosquitto()?;
    println!("building the native program and its benchmark (some minutes, once)");
    let program = build(
        &workspace::root(),
        &workspace::target(),
        "server",
        "iothub-playground",
    )?;
    let folder = workspace::root().join("tests").join("bench-server");
    // Not with the workspace's own builds, whose dependencies and profiles are others.
    let target = workspace::target().join("bench-server");
    let bench = build(&folder, &target, "bench-server", "bench-server")?;
    Job::new("the benchmarks of the native program", bench)
        .args([program])
        .limit(Duration::from_mins(20))
        .hint("run it again while nothing else keeps the machine busy")
        .show()?
        .require()?;
    Ok(())
}

/// Builds a program of a package for speed, and gives its path.
fn build(folder: &Path, target: &Path, package: &str, program: &str) -> Result<PathBuf, Error> {
    Job::new(format!("building {package}"), "cargo")
        .args(["build", "--release", "--package", package])
        .dir(folder)
        .env("CARGO_TARGET_DIR", target)
        .limit(Duration::from_mins(30))
        .hint("it needs a C compiler, for SQLite")
        .quiet()?
        .require()?;
    Ok(target
        .join("release")
        .join(format!("{program}{EXE_SUFFIX}")))
}

fn ensure_mosquitto() -> Result<(), Error> {
    // It prints its version, and then says that it has not done its work.
    let is_there = || {
        let asked = Job::new("asking for the broker", "mosquitto").args(["-h"]);
        asked.quiet().is_ok_and(|told| !told.lines.is_empty())
    };
    if is_there() {
        return Ok(());
    }
    let outcome = apt::install("the broker to measure against", &["mosquitto"]);
    if outcome.is_ok() && is_there() {
        return Ok(());
    }
    outcome.and(Err(Error::Missing {
        what: "the broker to measure against".into(),
        hint: "install it so that `mosquitto -h` runs, then run this command again".into(),
    }))
}
