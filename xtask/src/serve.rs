//! `cargo xtask serve`: the playground on this machine, rebuilt on every change.

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::site;

/// Builds and serves until stopped.
pub(crate) fn serve(port: u16, release: bool) -> Result<(), Error> {
    let started = Instant::now();
    require_free(port)?;
    let mut trunk = site::trunk("trunk serve", release)?.args([
        "serve",
        "--address",
        "127.0.0.1",
        "--port",
        &port.to_string(),
    ]);
    if release {
        trunk = trunk.args(["--release"]);
    }
    println!("building the playground (the first build takes minutes, later ones seconds)");
    let mut announced = false;
    trunk
        // Served until the person stops it: longer than anyone stays.
        .limit(Duration::from_hours(30 * 24))
        .with_lines(|line| {
            println!("{line}");
            if !announced && is_served(line) {
                announced = true;
                let seconds = started.elapsed().as_secs();
                println!("\n  http://127.0.0.1:{port}/  (ready after {seconds} s; Ctrl-C stops)\n");
            }
        })?
        .require()
        .map(|_| ())
}

/// Trunk opens its port before the first build ends, so the end of that build is awaited.
fn is_served(line: &str) -> bool {
    line.contains("success") && !line.contains("error")
}

/// A taken port is told at once, not after minutes of building.
fn require_free(port: u16) -> Result<(), Error> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(source) => Err(Error::Missing {
            what: format!("a free port {port} on 127.0.0.1 ({source})"),
            hint: format!(
                "stop the program that uses it, or choose another: `cargo xtask serve --port {}`",
                port.checked_add(1).unwrap_or(8080)
            ),
        }),
    }
}
