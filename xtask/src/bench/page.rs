//! `cargo xtask bench page`: messages a second in a browser, beside mqtt.js and aedes.

use std::time::Duration;

use crate::error::Error;
use crate::run::Job;
use crate::{browser, npm, site, workspace};

/// Bundles the peers, builds the page of the benchmark, and runs it in the browser.
pub(super) fn bench() -> Result<(), Error> {
    let tests = workspace::root().join("tests");
    let folder = tests.join("bench-page");
    npm::ensure(&folder)?;
    Job::new("bundling the peers", "npm")
        .args(["run", "--silent", "bundle", "--", "--outfile=peers.js"])
        .dir(&folder)
        .quiet()?
        .require()?;
    println!("building the page of the benchmark");
    site::trunk("trunk build of the benchmark's page", true)?
        .args(["build", "--release"])
        .dir(&folder)
        .quiet()?
        .require()?;
    let chromium = browser::ensure()?;
    npm::ensure(&tests.join("e2e"))?;
    Job::new("the benchmark in the page", "node")
        .args([folder.join("messages.mjs")])
        .env("IOTHUB_CHROMIUM", chromium)
        .env("IOTHUB_BENCH_PAGE", workspace::target().join("bench-page"))
        .limit(Duration::from_mins(10))
        .hint("run it again while nothing else keeps the machine busy")
        .show()?
        .require()?;
    Ok(())
}
