//! `cargo xtask bench start`: how soon the first telemetry message is acknowledged after a visitor
//! arrives, beside the first render of an empty Yew page.

use std::time::Duration;

use crate::error::Error;
use crate::run::Job;
use crate::{browser, dist, npm, site, workspace};

/// Builds both pages as they would be published, and visits them in turn.
pub(super) fn bench() -> Result<(), Error> {
    let tests = workspace::root().join("tests");
    dist::build(None)?;
    println!("building the empty page");
    site::trunk("trunk build of the empty page", true)?
        .args(["build", "--release"])
        .dir(&tests.join("empty-page"))
        .quiet()?
        .require()?;
    let chromium = browser::ensure()?;
    let end_to_end = tests.join("e2e");
    npm::ensure(&end_to_end)?;
    Job::new("the start benchmark", "node")
        .args([end_to_end.join("bench-start.mjs")])
        .env("IOTHUB_CHROMIUM", chromium)
        .env("IOTHUB_DIST", workspace::dist())
        .env("IOTHUB_EMPTY_PAGE", workspace::target().join("empty-page"))
        .limit(Duration::from_mins(10))
        .hint("run it again while nothing else keeps the machine busy")
        .show()?
        .require()?;
    Ok(())
}
