//! `iothub-playground`: the program that a person starts.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::run()
}
