//! Packages of Debian and its relatives, for machines where nothing else is at hand.

use std::sync::OnceLock;
use std::time::Duration;

use crate::error::Error;
use crate::run::{Job, first_line};

/// Whether this machine's package lists name `package`, after bringing them up to date.
pub(crate) fn knows(package: &str) -> bool {
    if first_line("apt-get", &["--version"]).is_none() {
        return false;
    }
    if is_root() {
        update();
    }
    Job::new("asking for a package", "apt-cache")
        .args(["show", "--no-all-versions", package])
        .quiet()
        .is_ok_and(|outcome| outcome.success() && !outcome.lines.is_empty())
}

/// Installs `packages`, which are needed for `what`.
pub(crate) fn install(what: &str, packages: &[&str]) -> Result<(), Error> {
    let list = packages.join(" ");
    if first_line("apt-get", &["--version"]).is_none() {
        return Err(Error::Missing {
            what: what.to_owned(),
            hint: "install it by your system's own means, then run this command again".into(),
        });
    }
    if !is_root() {
        return Err(Error::Missing {
            what: what.to_owned(),
            hint: format!(
                "run `sudo apt-get update && sudo apt-get install -y --no-install-recommends \
                 {list}`, then this command again"
            ),
        });
    }
    update();
    println!("set-up: apt-get install {list}");
    let installed = Job::new(format!("apt-get install {list}"), "apt-get")
        .args(["install", "-y", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .limit(Duration::from_mins(15))
        .hint("see that this machine reaches its package mirror")
        .quiet()?
        .require()?;
    println!("set-up: installed in {} s", installed.took.as_secs());
    Ok(())
}

/// Brings the package lists up to date, once a run. A failure shows itself when installing.
fn update() {
    static UPDATED: OnceLock<()> = OnceLock::new();
    UPDATED.get_or_init(|| {
        println!("set-up: apt-get update");
        let _ = Job::new("apt-get update", "apt-get")
            .args(["update"])
            .limit(Duration::from_mins(3))
            .quiet();
    });
}

fn is_root() -> bool {
    first_line("id", &["-u"]).is_some_and(|id| id == "0")
}
