//! The broker that telemetry is measured against: aedes, in Node.js, over a stream in memory.

use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// The broker's process. It ends when its standard input does.
pub(crate) struct Aedes {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Aedes {
    /// Starts the broker, and connects a client to it that will send this PUBLISH under changing ids.
    pub(crate) fn start(connect: &[u8], publish: &[u8], topic: &str) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/aedes.mjs");
        // The fixed header has two or three bytes, for packets of the sizes here; then comes the topic.
        let header = if publish.len() > 129 { 3 } else { 2 };
        let id_at = header + 2 + topic.len();
        let mut child = Command::new("node")
            .args([script, &hex(connect), &hex(publish), &id_at.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node.js starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("it was piped"));
        Self {
            child,
            input,
            output,
        }
    }

    /// Has messages sent, so many at a time, and acknowledged, and returns how many a second there were.
    pub(crate) fn rate(&mut self, messages: u32, batch: u16) -> f64 {
        let input = self.input.as_mut().expect("it is open");
        writeln!(input, "{messages} {batch}").expect("aedes.mjs reads");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("aedes.mjs answers");
        let answer: serde_json::Value =
            serde_json::from_str(&line).expect("aedes.mjs prints JSON; see what it printed above");
        answer["rate"].as_f64().expect("a rate")
    }
}

impl Drop for Aedes {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
