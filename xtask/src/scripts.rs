//! The page's JavaScript: what is bundled for it, and made small for visitors.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::run::Job;
use crate::workspace;

/// Puts what `www/words.js` needs of its package into one file, which Trunk copies.
pub(crate) fn bundle() -> Result<(), Error> {
    let www = workspace::root().join("www");
    let to = www.join("generated").join("words.js");
    esbuild("bundling words.js")
        .args([www.join("words.js")])
        .args(["--bundle", "--minify", "--format=esm", "--target=es2022"])
        .args([format!("--outfile={}", to.display())])
        .quiet()?
        .require()?;
    Ok(())
}

/// The scripts of ours that Trunk copies as they are.
const OURS: [&str; 6] = [
    "start.js",
    "worker.js",
    "search.js",
    "chart.js",
    "hub.js",
    "hub-dialog.js",
];

/// Makes our scripts, and those that bind the modules to the browser, smaller, in place.
pub(crate) fn minify(folder: &Path) -> Result<(), Error> {
    let ours = OURS.map(|name| folder.join(name));
    for path in bindings(folder)?.into_iter().chain(ours) {
        esbuild("minifying the scripts")
            .args([&path])
            .args(["--minify", "--allow-overwrite", "--log-level=warning"])
            .args([format!("--outfile={}", path.display())])
            .quiet()?
            .require()?;
    }
    Ok(())
}

/// The scripts beside the modules: `app-0123.js` beside `app-0123_bg.wasm`.
fn bindings(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::file(folder))?;
    let names = entries.flatten().map(|entry| entry.file_name());
    let scripts = names.filter_map(|name| {
        let stem = name.to_str()?.strip_suffix("_bg.wasm")?;
        Some(folder.join(format!("{stem}.js")))
    });
    Ok(scripts.filter(|path| path.is_file()).collect())
}

fn esbuild(what: &str) -> Job {
    let name = if cfg!(windows) {
        "esbuild.cmd"
    } else {
        "esbuild"
    };
    let program = workspace::root()
        .join("www")
        .join("node_modules")
        .join(".bin")
        .join(name);
    Job::new(what, program).dir(&workspace::root())
}
