//! `cargo xtask bench lighthouse`: what Lighthouse says of the site.

use std::time::Duration;

use crate::error::Error;
use crate::run::Job;
use crate::{browser, dist, npm, workspace};

/// Where the site is looked at. Search engines want whole addresses, so the site has to know its own.
const ADDRESS: &str = "http://localhost:8083/";

/// Builds the site as it would be published, and looks at it as a phone and as a desktop computer do.
pub(super) fn bench() -> Result<(), Error> {
    dist::build(Some(ADDRESS))?;
    let chromium = browser::ensure()?;
    let folder = workspace::root().join("tests").join("lighthouse");
    npm::ensure(&folder)?;
    Job::new("Lighthouse", "node")
        .args([folder.join("scores.mjs")])
        .env("IOTHUB_CHROMIUM", chromium)
        .env("IOTHUB_DIST", workspace::dist())
        .env("IOTHUB_SITE_URL", ADDRESS)
        .limit(Duration::from_mins(15))
        .hint("see what cost points: node tests/lighthouse/scores.mjs --audits")
        .show()?
        .require()?;
    Ok(())
}
