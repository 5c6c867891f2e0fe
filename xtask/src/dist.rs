//! `cargo xtask dist`: the site as it is published.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::Path;

use crate::error::Error;
use crate::service_worker::PUBLISH;
use crate::sizes::Sizes;
use crate::texts::SITE_URL;
use crate::{site, sizes, workspace};

/// What the site is made of.
const INPUTS: &[&str] = &[
    "src",
    "www",
    "xtask/src",
    ".cargo/config.toml",
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
];

/// Builds the site and prints its sizes. Search engines are told where it is published, if that is known.
pub(crate) fn dist(site_url: Option<&str>) -> Result<(), Error> {
    let table = match build(site_url)? {
        Some(measured) => measured,
        None => sizes::measure(&workspace::dist())?,
    };
    print!("{}", sizes::for_people(&table));
    Ok(())
}

/// Builds the site, and measures it into `target/dist-sizes.json`; `None` if nothing has changed.
pub(crate) fn build(site_url: Option<&str>) -> Result<Option<Vec<Sizes>>, Error> {
    let stamp = workspace::target().join("dist-inputs");
    let inputs = format!("{} {}", fingerprint(), site_url.unwrap_or_default());
    let site_url = site_url.map(|url| format!("{}/", url.trim_end_matches('/')));
    let built = workspace::dist().join("index.html").is_file();
    if built && fs::read_to_string(&stamp).is_ok_and(|known| known == inputs) {
        println!("dist/ is up to date");
        return Ok(None);
    }
    println!("building the site (release, optimised for size: some minutes the first time)");
    let _ = fs::remove_file(&stamp);
    let outcome = site::trunk("trunk build", true)?
        .args(["build", "--release"])
        .env(PUBLISH, "1")
        .env(SITE_URL, site_url.unwrap_or_default())
        .show()?
        .require()?;
    println!("built in {} s", outcome.took.as_secs());
    require_modules(&workspace::dist())?;
    fs::create_dir_all(workspace::target()).map_err(Error::file(workspace::target()))?;
    let path = workspace::target().join("dist-sizes.json");
    let table = sizes::measure(&workspace::dist())?;
    fs::write(&path, sizes::for_programs(&table)).map_err(Error::file(&path))?;
    fs::write(&stamp, inputs).map_err(Error::file(&stamp))?;
    Ok(Some(table))
}

/// Refuses a site whose modules are not whole: another build in the same folder can empty them.
fn require_modules(folder: &Path) -> Result<(), Error> {
    let entries = fs::read_dir(folder).map_err(Error::file(folder))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        if path
            .extension()
            .is_some_and(|extension| extension == "wasm")
        {
            let bytes = fs::read(&path).map_err(Error::file(&path))?;
            if !bytes.starts_with(b"\0asm") {
                return Err(Error::Missing {
                    what: format!("the module that belongs into {}", path.display()),
                    hint: "see that no other build of this site runs, then build it again".into(),
                });
            }
        }
    }
    Ok(())
}

/// Names, sizes and times of all inputs, in short.
fn fingerprint() -> String {
    let mut hasher = DefaultHasher::new();
    for input in INPUTS {
        add(&workspace::root().join(input), &mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

fn add(path: &Path, hasher: &mut DefaultHasher) {
    if path.ends_with("node_modules") || path.ends_with("www/generated") {
        return;
    }
    path.hash(hasher);
    if let Ok(entries) = fs::read_dir(path) {
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            add(&path, hasher);
        }
    } else if let Ok(metadata) = fs::metadata(path) {
        metadata.len().hash(hasher);
        metadata.modified().ok().hash(hasher);
    }
}
