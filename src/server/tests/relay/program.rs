//! The program itself.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use crate::{page::Page, written::Written};

/// What would have it take a proxy of the machine that runs the tests.
const OF_THE_MACHINE: [&str; 6] = [
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// The program, until it is dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) page: Page,
    log: Option<Written>,
    _folder: TempDir,
}

impl Program {
    /// Starts `serve` with these options and this environment.
    pub(crate) fn start(options: &[String], environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("index.html"), "<p>home").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_iothub-playground"));
        for name in OF_THE_MACHINE {
            command.env_remove(name);
        }
        let always = ["serve", "--ephemeral", "--port", "0", "--log", "trace"];
        let mut child = command
            .envs(environment.iter().copied())
            .args(always)
            .arg("--site")
            .arg(folder.path())
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Written::by(&mut child);
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap();
        let address = address.split('/').next().unwrap();
        Self {
            page: Page::at(address.parse().unwrap()),
            child,
            log: Some(log),
            _folder: folder,
        }
    }

    /// Ends the program, and gives all that it wrote to its log.
    pub(crate) fn stop(mut self) -> String {
        let _ = self.child.kill();
        self.log.take().unwrap().text()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
