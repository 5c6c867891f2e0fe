//! Building the site with Trunk: what `serve` and `dist` share.

use std::time::Duration;

use crate::error::Error;
use crate::run::Job;
use crate::{npm, toolchain, tools, workspace};

/// A run of Trunk in the workspace, with all it needs set up.
pub(crate) fn trunk(what: &str, release: bool) -> Result<Job, Error> {
    let toolchain = toolchain::ensure()?;
    let tools = tools::for_site(release)?;
    npm::ensure(&workspace::root().join("www"))?;
    let own = std::env::current_exe().map_err(Error::file("xtask"))?;
    Ok(Job::new(what, "trunk")
        .envs(toolchain.variables)
        .env("PATH", tools.path())
        // The hook in Trunk.toml calls this very program, which another compiler must not rebuild.
        .env("IOTHUB_XTASK", own)
        // Trunk's own backtrace would bury the compiler's message.
        .env("RUST_BACKTRACE", "0")
        .env("TRUNK_SKIP_VERSION_CHECK", "true")
        .dir(&workspace::root())
        .limit(Duration::from_mins(40))
        .hint("read the compiler's or Trunk's lines above"))
}
