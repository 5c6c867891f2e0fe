//! What makes the published site an app: a service worker that knows all files, a manifest, and an icon.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::Path;

use serde_json::json;

use crate::error::Error;
use crate::texts::{read, save};

/// Names the variable that says that the site is built to be published. Sites that are being worked on have no
/// service worker: it would show them as they were.
pub(crate) const PUBLISH: &str = "IOTHUB_PUBLISH";

/// Files that nobody needs without a network.
const LEFT_OUT: &[&str] = &[
    "amqp-worker.js",
    "amqp.js",
    "amqp_bg.wasm",
    "live-bench.js",
    "live-bench_bg.wasm",
    "robots.txt",
    "sitemap.xml",
    "sw.js",
];

/// The icon of the app, where the system shows apps.
const ICON: &str = include_str!("../../www/images/icon.svg");

/// Whether the site is built to be published.
pub(crate) fn is_wanted() -> bool {
    std::env::var_os(PUBLISH).is_some()
}

/// Writes the service worker into `staging`, in which all other files are there already.
pub(crate) fn write(www: &Path, staging: &Path) -> Result<(), Error> {
    if !is_wanted() {
        return Ok(());
    }
    let mut files = Vec::new();
    let mut hasher = DefaultHasher::new();
    let template = read(&www.join("sw.js"))?;
    template.hash(&mut hasher);
    collect(staging, "", &mut files, &mut hasher)?;
    let script = template
        .replace("{{version}}", &format!("{:016x}", hasher.finish()))
        .replace("{{files}}", &json!(files).to_string());
    save(&staging.join("sw.js"), &script)
}

/// Writes the manifest and the icon.
pub(crate) fn write_manifest(staging: &Path, name: &str, description: &str) -> Result<(), Error> {
    save(&staging.join("icon.svg"), ICON)?;
    let manifest = json!({
        "name": name,
        "short_name": name,
        "description": description,
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "background_color": "#eceff3",
        "theme_color": "#ffffff",
        "icons": [{ "src": "icon.svg", "type": "image/svg+xml", "sizes": "any", "purpose": "any maskable" }],
    });
    save(&staging.join("site.webmanifest"), &manifest.to_string())
}

/// The addresses of all files under `folder`, in order. That of a folder's first page is the folder's.
fn collect(
    folder: &Path,
    prefix: &str,
    files: &mut Vec<String>,
    hasher: &mut DefaultHasher,
) -> Result<(), Error> {
    for path in crate::texts::entries(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let address = format!("{prefix}{name}");
        if path.is_dir() {
            collect(&path, &format!("{address}/"), files, hasher)?;
        } else if !LEFT_OUT.contains(&address.as_str()) {
            fs::read(&path).map_err(Error::file(&path))?.hash(hasher);
            address.hash(hasher);
            files.push(match address.strip_suffix("index.html") {
                Some("") => "./".to_owned(),
                Some(folder) => folder.to_owned(),
                None => address,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_known_and_every_change_is_another_version() {
        let staging = std::env::temp_dir().join(format!("service-worker-{}", std::process::id()));
        fs::create_dir_all(staging.join("en")).expect("a folder for the test");
        let list = || {
            let (mut files, mut hasher) = (Vec::new(), DefaultHasher::new());
            collect(&staging, "", &mut files, &mut hasher).expect("files can be read");
            (files, hasher.finish())
        };
        for file in ["index.html", "en/index.html", "a.js", "robots.txt"] {
            fs::write(staging.join(file), "x").expect("a file for the test");
        }
        let (files, before) = list();
        assert_eq!(files, ["a.js", "en/", "./"]);
        fs::write(staging.join("a.js"), "y").expect("a file for the test");
        assert_ne!(list().1, before);
        fs::remove_dir_all(&staging).expect("the folder goes again");
    }
}
