//! A browser to test in, and the driver that unit tests steer it with.

use std::path::PathBuf;

use crate::apt;
use crate::error::Error;

/// Programs that are Chromium or close to it, in the order of preference.
const BROWSERS: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/// Debian's packages; the fonts are for screenshots with Korean text.
const DEBIAN_PACKAGES: &[&str] = &[
    "chromium",
    "chromium-driver",
    "fonts-noto-cjk",
    "fonts-dejavu-core",
];

/// Debian's package with `certutil`.
const NSS_TOOLS: &str = "libnss3-tools";

/// The browser's program: the one that `IOTHUB_CHROMIUM` names, one that is installed, or
/// Debian's package.
pub(crate) fn ensure() -> Result<PathBuf, Error> {
    let find = || named("IOTHUB_CHROMIUM").or_else(|| BROWSERS.iter().find_map(|name| which(name)));
    find_or_install("Chromium or Chrome", "IOTHUB_CHROMIUM", find)
}

/// The browser's driver: the one that `CHROMEDRIVER` names, one on PATH, or Debian's package.
pub(crate) fn ensure_driver() -> Result<PathBuf, Error> {
    let find = || named("CHROMEDRIVER").or_else(|| which("chromedriver"));
    find_or_install("ChromeDriver", "CHROMEDRIVER", find)
}

/// The program that writes into a browser's store of trusted authorities on Linux: the one that `CERTUTIL` names, one
/// on PATH, or Debian's. `None` on other systems, whose browsers ask the system itself.
pub(crate) fn ensure_certutil() -> Result<Option<PathBuf>, Error> {
    const VARIABLE: &str = "CERTUTIL";
    const WHAT: &str = "certutil of NSS";
    if !cfg!(target_os = "linux") {
        return Ok(None);
    }
    let find = || named(VARIABLE).or_else(|| which("certutil"));
    if find().is_none() && apt::knows(NSS_TOOLS) {
        apt::install(WHAT, &[NSS_TOOLS])?;
    }
    find().map(Some).ok_or_else(|| missing(WHAT, VARIABLE))
}

fn find_or_install(
    what: &str,
    variable: &str,
    find: impl Fn() -> Option<PathBuf>,
) -> Result<PathBuf, Error> {
    if let Some(found) = find() {
        return Ok(found);
    }
    if apt::knows("chromium-driver") {
        apt::install(what, DEBIAN_PACKAGES)?;
    }
    find().ok_or_else(|| missing(what, variable))
}

fn missing(what: &str, variable: &str) -> Error {
    Error::Missing {
        what: what.to_owned(),
        hint: format!("install it so that it is on PATH, or name its program in {variable}"),
    }
}

fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_file())
}

/// The file that the system would run for `name`.
fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        // Joining an absolute name yields that name.
        .map(|folder| folder.join(name))
        .map(|program| match std::env::consts::EXE_EXTENSION {
            "" => program,
            extension => program.with_extension(extension),
        })
        .find(|program| program.is_file())
}
