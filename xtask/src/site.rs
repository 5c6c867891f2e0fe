//! Building the site with Trunk: what `serve` and `dist` share.

use std::path::PathBuf;
use std::time::Duration;

use crate::error::Error;
use crate::run::Job;
use crate::{npm, scripts, toolchain, tools, workspace};

/// A run of Trunk in the workspace, with all it needs set up.
pub(crate) fn trunk(what: &str, release: bool) -> Result<Job, Error> {
    let toolchain = toolchain::ensure()?;
    let tools = tools::for_site(release)?;
    npm::ensure(&workspace::root().join("www"))?;
    scripts::bundle()?;
    let own = std::env::current_exe().map_err(Error::file("xtask"))?;
    // A visitor has no use for the paths of the machine that built the site. Only a release is for visitors.
    let flags = if release { remapped_paths() } else { None };
    let flags = flags.map(|flags| ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags));
    Ok(Job::new(what, "trunk")
        .envs(toolchain.variables)
        .envs(flags)
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

/// What keeps the home of cargo out of the modules. It comes on top of the flags of `.cargo/config.toml`.
fn remapped_paths() -> Option<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")))?;
    let home = home.to_str()?;
    // Flags are divided by spaces, so such a path cannot be in one.
    (!home.contains(char::is_whitespace)).then(|| format!("--remap-path-prefix={home}=cargo"))
}
