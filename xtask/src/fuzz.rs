//! `cargo xtask fuzz`: a search for inputs that break a parser.

use std::fs;
use std::time::Duration;

use crate::error::Error;
use crate::run::{Job, first_line};
use crate::{tools, workspace};

/// Runs one fuzz target, or each in turn, for `seconds` each.
pub(crate) fn fuzz(target: Option<&str>, seconds: u64) -> Result<(), Error> {
    let folder = workspace::root().join("tests").join("fuzz");
    if !folder.join("Cargo.toml").is_file() {
        return Err(Error::Missing {
            what: "tests/fuzz/Cargo.toml".into(),
            hint: "run this in a full copy of the repository".into(),
        });
    }
    if first_line("cargo", &["+nightly", "--version"]).is_none() {
        return Err(Error::Missing {
            what: "a nightly toolchain, which fuzzing needs".into(),
            hint: "run `rustup toolchain install nightly`".into(),
        });
    }
    let path = tools::for_fuzzing()?.path();
    let cargo_fuzz = |what: String| {
        Job::new(what, "cargo")
            // The active toolchain is named by a variable, which `+nightly` overrides.
            .args(["+nightly", "fuzz"])
            .env("PATH", &path)
            .dir(&folder)
    };
    let known = cargo_fuzz("listing the fuzz targets".into()).args(["list"]);
    let known = known.quiet()?.require()?.lines;
    let targets = match target {
        None => known,
        Some(one) if known.iter().any(|name| name == one) => vec![one.to_owned()],
        Some(one) => {
            return Err(Error::Usage(format!(
                "there is no fuzz target `{one}`; there are {}",
                known.join(", ")
            )));
        }
    };
    for name in targets {
        println!("fuzzing {name} for {seconds} s");
        let corpus = folder.join("corpus").join(&name);
        fs::create_dir_all(&corpus).map_err(Error::file(&corpus))?;
        cargo_fuzz(format!("fuzzing {name}"))
            // What is found goes to the first folder; the second is only read.
            .args([
                "run",
                &name,
                &format!("corpus/{name}"),
                &format!("seeds/{name}"),
            ])
            .args(["--", &format!("-dict={name}.dict")])
            .args([format!("-max_total_time={seconds}")])
            // Building the target comes first, and takes minutes.
            .limit(Duration::from_secs(seconds) + Duration::from_mins(30))
            .hint("the input that failed is in tests/fuzz/artifacts; make it a unit test")
            .show()?
            .require()?;
    }
    Ok(())
}
