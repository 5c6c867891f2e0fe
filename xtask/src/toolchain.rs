//! A compiler for `wasm32-unknown-unknown`.
//!
//! The ordinary way is the active toolchain with the target added by rustup.
//! Where rustup's server cannot be reached, Debian's `rustc-web` packages serve instead:
//! a second toolchain, registered with rustup as `wasm`, whose standard library for the target
//! is built here from the packaged source.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Error;
use crate::run::{Job, first_line};
use crate::{apt, workspace};

/// The target of everything that runs in a page.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The name under which rustup knows Debian's toolchain.
const DEBIAN: &str = "wasm";

/// The source of the standard library; it is there once the packages are.
const DEBIAN_SOURCE: &str = "/usr/lib/rustlib/src/rust/library";

const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy"];

/// Which compiler builds for the page, and the variables that make cargo use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Toolchain {
    /// Environment variables for cargo, and for what calls cargo.
    pub(crate) variables: Vec<(&'static str, OsString)>,
}

/// Finds a compiler for the page, or sets one up.
pub(crate) fn ensure() -> Result<Toolchain, Error> {
    if let Some(ready) = find() {
        return Ok(ready);
    }
    if !add_target()? {
        install_debian()?;
    }
    find().ok_or_else(|| Error::Missing {
        what: format!("a standard library for {TARGET}"),
        hint: format!("run `rustup target add {TARGET}`, then this command again"),
    })
}

fn find() -> Option<Toolchain> {
    if library_of(None).is_some() {
        return Some(Toolchain { variables: vec![] });
    }
    library_of(Some(DEBIAN))?;
    let mut variables: Vec<(&'static str, OsString)> = vec![
        ("RUSTUP_TOOLCHAIN", DEBIAN.into()),
        // Two compilers in one target folder would rebuild each other's work for ever.
        ("CARGO_TARGET_DIR", workspace::target().join(DEBIAN).into()),
    ];
    if let Some(linker) = rust_lld() {
        variables.push((
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER",
            linker.into_os_string(),
        ));
    }
    Some(Toolchain { variables })
}

/// The folder of the target's compiled standard library, if it is there.
fn library_of(toolchain: Option<&str>) -> Option<PathBuf> {
    let folder = library_folder(toolchain)?;
    holds_std(&folder).then_some(folder)
}

fn library_folder(toolchain: Option<&str>) -> Option<PathBuf> {
    let choice = toolchain.map(|name| format!("+{name}"));
    let mut arguments: Vec<&str> = choice.as_deref().into_iter().collect();
    arguments.extend(["--print", "target-libdir", "--target", TARGET]);
    first_line("rustc", &arguments).map(PathBuf::from)
}

fn holds_std(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    entries
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
}

/// The linker that rustup's toolchain brings, for the toolchain that brings none.
fn rust_lld() -> Option<PathBuf> {
    let version = Job::new("asking rustc for its host", "rustc")
        .args(["-vV"])
        .quiet()
        .ok()?;
    let host = version
        .lines
        .iter()
        .find_map(|line| line.strip_prefix("host: "))?;
    let sysroot = PathBuf::from(first_line("rustc", &["--print", "sysroot"])?);
    let linker = sysroot.join(format!("lib/rustlib/{host}/bin/rust-lld"));
    linker.is_file().then_some(linker)
}

/// The ordinary way. False means that it cannot be gone here and another one can.
fn add_target() -> Result<bool, Error> {
    if first_line("rustup", &["--version"]).is_none() {
        return Ok(false);
    }
    // A closed network may leave rustup waiting for ever, so where there is another way it gets
    // less time than a slow line may need.
    let other_way = apt::knows("rustc-web");
    let limit = Duration::from_mins(if other_way { 1 } else { 15 });
    println!("set-up: rustup target add {TARGET}");
    let added = Job::new("rustup target add", "rustup")
        .args(["target", "add", TARGET])
        .limit(limit)
        .hint(format!(
            "see that this machine reaches the internet and run `rustup target add {TARGET}`"
        ))
        .quiet();
    match added {
        Ok(outcome) if outcome.success() => Ok(true),
        Ok(_) | Err(Error::TimedOut { .. }) if other_way => {
            println!("set-up: rustup could not fetch it; taking Debian's packages instead");
            Ok(false)
        }
        Ok(outcome) => outcome.require().map(|_| true),
        Err(error) => Err(error),
    }
}

fn install_debian() -> Result<(), Error> {
    if !Path::new(DEBIAN_SOURCE).is_dir() {
        apt::install("a compiler for WebAssembly", DEBIAN_PACKAGES)?;
    }
    if first_line("rustup", &["--version"]).is_some() {
        Job::new("rustup toolchain link", "rustup")
            .args(["toolchain", "link", DEBIAN, "/usr"])
            .quiet()?
            .require()?;
    }
    let folder = library_folder(Some(DEBIAN))
        .or_else(|| library_folder(None))
        .ok_or_else(|| Error::Missing {
            what: "the compiler of the package rustc-web".into(),
            hint: format!("install Rust with rustup, then run `rustup target add {TARGET}`"),
        })?;
    if !holds_std(&folder) {
        build_std(&folder)?;
    }
    Ok(())
}

/// Builds the standard library from the packaged source, once, into the toolchain itself.
fn build_std(folder: &Path) -> Result<(), Error> {
    println!("set-up: building the standard library for {TARGET} from source (about a minute)");
    let scratch = workspace::target().join("std-for-wasm");
    let source = scratch.join("src");
    fs::create_dir_all(&source).map_err(Error::file(&source))?;
    let manifest = scratch.join("Cargo.toml");
    let package =
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n";
    fs::write(&manifest, package).map_err(Error::file(&manifest))?;
    fs::write(source.join("lib.rs"), "").map_err(Error::file(&source))?;

    let built = Job::new("building the standard library", "cargo")
        .args(["build", "--release", "--target", TARGET])
        .args(["-Z", "build-std=std,panic_abort,test"])
        .env("RUSTUP_TOOLCHAIN", DEBIAN)
        // The packaged compiler is a stable one, which keeps `-Z` for those who insist.
        .env("RUSTC_BOOTSTRAP", "1")
        // Without bitcode in the library, link-time optimisation of the page fails.
        .env("RUSTFLAGS", "-C embed-bitcode=yes")
        .env("CARGO_TARGET_DIR", scratch.join("target"))
        .dir(&scratch)
        .quiet()?
        .require()?;
    let libraries = scratch.join(format!("target/{TARGET}/release/deps"));
    install_libraries(&libraries, folder)?;
    println!(
        "set-up: standard library built in {} s",
        built.took.as_secs()
    );
    Ok(())
}

/// Copies beside the final folder first, so that half a library is never taken for a whole one.
fn install_libraries(from: &Path, folder: &Path) -> Result<(), Error> {
    let partial = folder.with_extension("partial");
    fs::create_dir_all(&partial).map_err(|_| Error::Missing {
        what: "leave to add the standard library to Debian's compiler".into(),
        hint: format!(
            "run `sudo install --directory --owner \"$USER\" {}`, then this command again",
            partial.parent().unwrap_or(folder).display()
        ),
    })?;
    for entry in fs::read_dir(from).map_err(Error::file(from))?.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let is_library = path
            .extension()
            .is_some_and(|extension| extension == "rlib");
        if is_library && !name.to_string_lossy().starts_with("libempty-") {
            let to = partial.join(name);
            fs::copy(&path, &to).map_err(Error::file(&to))?;
        }
    }
    let _ = fs::remove_dir_all(folder);
    fs::rename(&partial, folder).map_err(Error::file(folder))
}
