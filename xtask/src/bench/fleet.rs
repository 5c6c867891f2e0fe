//! `cargo xtask bench fleet`: how long a thousand devices hold up the page's main thread, and whether its memory grows.

use std::time::Duration;

use crate::error::Error;
use crate::run::Job;
use crate::{browser, dist, npm, workspace};

/// Builds the site as it would be published, and watches a fleet in it.
pub(super) fn bench() -> Result<(), Error> {
    dist::build(None)?;
    let chromium = browser::ensure()?;
    let end_to_end = workspace::root().join("tests").join("e2e");
    npm::ensure(&end_to_end)?;
    Job::new("the benchmark of a fleet", "node")
        .args([end_to_end.join("bench-fleet.mjs")])
        .env("IOTHUB_CHROMIUM", chromium)
        .env("IOTHUB_DIST", workspace::dist())
        .limit(Duration::from_mins(15))
        .hint("run it again while nothing else keeps the machine busy")
        .show()?
        .require()?;
    Ok(())
}
