//! Running the program.

use std::{
    ffi::OsStr,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, ChildStdout, Command, Output, Stdio},
};

use serde_json::Value;

/// A command that no variable of this machine's user reaches.
pub(crate) fn program<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_iothub-playground"));
    command
        .args(arguments)
        .env_remove("SSL_CERT_FILE")
        .env_remove("REQUESTS_CA_BUNDLE")
        .env_remove("NODE_EXTRA_CA_CERTS")
        .stdin(Stdio::null());
    command
}

/// Runs a command to its end: its exit code, and what it wrote to standard output and standard error.
pub(crate) fn run<A: AsRef<OsStr>>(
    arguments: impl IntoIterator<Item = A>,
) -> (i32, String, String) {
    told(program(arguments).output().unwrap())
}

pub(crate) fn told(output: Output) -> (i32, String, String) {
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// A program that runs until it is dropped.
pub(crate) struct Running {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let started = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = started.unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// A hub that is ready, on free ports.
    pub(crate) fn hub(folder: &Path) -> Self {
        Self::hub_with(folder, [])
    }

    /// A hub that is ready, on free ports, with more arguments.
    pub(crate) fn hub_with<const N: usize>(folder: &Path, more: [&str; N]) -> Self {
        let mut command = program(["hub", "--data"]);
        command.arg(folder).args(more);
        for port in ["--https", "--mqtts", "--amqps", "--amqp"] {
            command.args([port, "0"]);
        }
        let mut hub = Self::start(command);
        hub.line_with("The same is in");
        hub
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// The next line on standard output that has a text in it.
    pub(crate) fn line_with(&mut self, text: &str) -> String {
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).unwrap() == 0 {
                let mut log = String::new();
                let stderr = self.child.stderr.as_mut().unwrap();
                stderr.read_to_string(&mut log).unwrap();
                panic!("the program ended before it said {text:?}: {log}");
            }
            if line.contains(text) {
                return line;
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a hub has written for programs.
pub(crate) fn connections(folder: &Path) -> Value {
    let json = std::fs::read(folder.join("connections.json")).unwrap();
    serde_json::from_slice(&json).unwrap()
}
