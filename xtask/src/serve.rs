//! `cargo xtask serve`: the playground on this machine, rebuilt on every change.

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::site;

/// Builds and serves until stopped.
pub(crate) fn serve(port: u16, release: bool) -> Result<(), Error> {
    let started = Instant::now();
    require_free(port)?;
    let mut trunk = site::trunk("trunk serve", release)?
        .args([
            "serve",
            "--address",
            "127.0.0.1",
            "--port",
            &port.to_string(),
        ])
        .args(["--disable-address-lookup", "true"])
        // It would be a script in the page, and the page allows none.
        .args(["--no-autoreload", "true"])
        // The published site in dist/ stays what `cargo xtask dist` made it.
        .args(["--dist", "target/serve"]);
    if release {
        trunk = trunk.args(["--release"]);
    }
    println!("building the playground (the first build takes minutes, later ones seconds)");
    let mut progress = Progress::default();
    trunk
        // Served until the person stops it: longer than anyone stays.
        .limit(Duration::from_hours(30 * 24))
        .without_heartbeat()
        .with_lines(|line| {
            println!("{line}");
            match progress.read(line) {
                Some(News::Ready) => println!(
                    "\n  http://127.0.0.1:{port}/  (ready after {} s; Ctrl-C stops)\n",
                    started.elapsed().as_secs()
                ),
                Some(News::Broken) => println!(
                    "\n  http://127.0.0.1:{port}/  will show the page once the error is mended\n"
                ),
                None => {}
            }
        })?
        .require()
        .map(|_| ())
}

/// What Trunk has told so far.
#[derive(Default)]
struct Progress {
    listening: bool,
    built: bool,
}

/// What a person wants to know.
#[derive(Debug, PartialEq, Eq)]
enum News {
    /// The page can be opened.
    Ready,
    /// The server runs, but has nothing to show.
    Broken,
}

impl Progress {
    /// Trunk opens its port after the first build, whether that went well or not.
    fn read(&mut self, line: &str) -> Option<News> {
        let first_build = !self.built && line.contains("✅ success");
        let first_listen = !self.listening && line.contains("server listening at");
        self.built |= first_build;
        self.listening |= first_listen;
        match (self.listening, self.built) {
            (true, true) if first_build || first_listen => Some(News::Ready),
            (true, false) if first_listen => Some(News::Broken),
            _ => None,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    const BUILT: &str = "2026-11-21T03:58:36.9Z  INFO ✅ success";
    const FAILED: &str = "2026-11-21T04:24:40.2Z ERROR ❌ error";
    const LISTENING: &str = "2026-11-21T04:24:40.6Z  INFO 📡 server listening at:";

    fn check(lines: &[&str], expected: &[News]) {
        let mut progress = Progress::default();
        let news: Vec<News> = lines
            .iter()
            .filter_map(|line| progress.read(line))
            .collect();
        assert_eq!(news, expected, "{lines:?}");
    }

    #[test]
    fn the_address_is_told_once_it_answers() {
        check(&[BUILT], &[]);
        check(&[BUILT, LISTENING], &[News::Ready]);
        check(&[BUILT, LISTENING, BUILT, FAILED, BUILT], &[News::Ready]);
    }

    #[test]
    fn a_broken_first_build_is_told_and_so_is_its_mending() {
        check(&[FAILED, LISTENING], &[News::Broken]);
        check(
            &[FAILED, LISTENING, FAILED, BUILT],
            &[News::Broken, News::Ready],
        );
    }
}
