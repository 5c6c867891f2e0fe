//! Looks for the site that a program with the feature `site` has in it.

use std::{env, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_SITE").is_none() {
        return;
    }
    let site = Path::new("../../dist");
    println!("cargo::rerun-if-changed={}", site.display());
    if !site.join("index.html").is_file() {
        println!(
            "cargo::error=the feature `site` puts the built site into the program, and there is none in dist/: \
             run `cargo xtask dist` first"
        );
    }
}
