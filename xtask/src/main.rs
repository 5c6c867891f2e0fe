//! What a person types: `cargo xtask <command>`.
//!
//! Each command sets up what it needs, says what it does, and skips what is done.

mod apt;
mod args;
mod bench;
mod browser;
mod counts;
mod differences;
mod dist;
mod emulator;
mod error;
mod fuzz;
mod listings;
mod npm;
mod python;
mod run;
mod scripts;
mod sdk;
mod serve;
mod service_worker;
mod site;
mod sizes;
mod test;
mod texts;
mod toolchain;
mod tools;
mod workspace;

use std::process::ExitCode;

use args::Action;
use error::Error;

fn main() -> ExitCode {
    run::listen_for_signals();
    let outcome = args::parse(std::env::args_os().skip(1)).and_then(perform);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // The summary table has already said which tests failed.
        Err(Error::TestsFailed) => ExitCode::FAILURE,
        Err(Error::Interrupted) => {
            eprintln!("\nstopped");
            // What shells answer for a program that Ctrl-C ended.
            ExitCode::from(130)
        }
        Err(error) => {
            eprintln!("\nerror: {error}");
            ExitCode::FAILURE
        }
    }
}

fn perform(action: Action) -> Result<(), Error> {
    match action {
        Action::Help => {
            print!("{}", args::help());
            Ok(())
        }
        Action::Serve { port, release } => serve::serve(port, release),
        Action::Test { steps } => test::test(&steps),
        Action::Dist { site_url } => dist::dist(site_url.as_deref()),
        Action::Bench { one } => bench::bench(one),
        Action::Texts => texts::from_hook(),
        Action::Fuzz { target, seconds } => fuzz::fuzz(target.as_deref(), seconds),
    }
}
