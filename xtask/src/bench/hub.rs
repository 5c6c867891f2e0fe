//! `cargo xtask bench hub`: how fast and how small the hub is, beside programs that do the same work.

use std::env::consts::EXE_SUFFIX;
use std::time::Duration;

use crate::error::Error;
use crate::run::{Job, first_line};
use crate::{apt, npm, workspace};

/// Sets up the peers, builds the benchmarks and runs them.
pub(super) fn bench() -> Result<(), Error> {
    let folder = workspace::root().join("tests").join("bench-hub");
    ensure_openssl()?;
    npm::ensure(&folder)?;
    // Not with the workspace's own builds, whose dependencies and profiles are others.
    let target = workspace::target().join("bench-hub");
    println!("building the benchmarks of the hub (two or three minutes, once)");
    Job::new("building the benchmarks of the hub", "cargo")
        .args(["build", "--release"])
        .dir(&folder)
        .env("CARGO_TARGET_DIR", &target)
        .limit(Duration::from_mins(20))
        .hint("it needs a C compiler, for SQLite")
        .quiet()?
        .require()?;
    let program = target
        .join("release")
        .join(format!("bench-hub{EXE_SUFFIX}"));
    Job::new("the benchmarks of the hub", program)
        .limit(Duration::from_mins(20))
        .hint("run it again while nothing else keeps the machine busy")
        .show()?
        .require()?;
    Ok(())
}

/// What a program needs to be linked with OpenSSL.
fn ensure_openssl() -> Result<(), Error> {
    let is_there = || first_line("pkg-config", &["--modversion", "openssl"]).is_some();
    if is_there() {
        return Ok(());
    }
    let packages = ["libssl-dev", "pkg-config"];
    let outcome = apt::install("OpenSSL to link with", &packages);
    if outcome.is_ok() && is_there() {
        return Ok(());
    }
    outcome.and(Err(Error::Missing {
        what: "OpenSSL to link with".into(),
        hint: "install it so that `pkg-config --modversion openssl` finds it, then run this \
               command again"
            .into(),
    }))
}
