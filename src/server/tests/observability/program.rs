//! The program, started with free ports and a folder of its own.

use std::{
    fs,
    io::{self, BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use client::service::Service;
use serde_json::Value;
use tempfile::TempDir;
use wire::timestamp::Timestamp;

use crate::written::Written;

/// The longest that anything in these tests may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// No port that another program may have.
pub(crate) const FREE_PORTS: [&str; 8] = [
    "--https", "0", "--mqtts", "0", "--amqps", "0", "--amqp", "0",
];

pub(crate) struct Program {
    child: Child,
    log: Option<Written>,
    pub(crate) connections: Value,
    /// Deleted at the end.
    _folder: TempDir,
}

impl Program {
    /// Starts the program with an admin port, and waits until it is ready.
    pub(crate) fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_iothub-playground"))
            .args(["hub", "--admin", "0"])
            .args(FREE_PORTS)
            .arg("--data")
            .arg(folder.path())
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Written::by(&mut child);
        let connections = connections_of(&mut child, folder.path());
        Self {
            child,
            log: Some(log),
            connections,
            _folder: folder,
        }
    }

    pub(crate) fn port(&self, surface: &str) -> u16 {
        let port = self.connections["ports"][surface].as_u64().unwrap();
        u16::try_from(port).unwrap()
    }

    /// `127.0.0.1:` and the admin port.
    pub(crate) fn admin(&self) -> String {
        let url = self.connections["admin"].as_str().unwrap();
        url.strip_prefix("http://")
            .unwrap()
            .trim_end_matches('/')
            .to_owned()
    }

    /// A service program's client that may do everything.
    pub(crate) fn owner(&self) -> Service {
        let text = self.connections["iothubowner"].as_str().unwrap();
        Service::new(text.parse().unwrap())
    }

    pub(crate) fn authority(&self) -> Vec<u8> {
        fs::read(self.connections["ca"].as_str().unwrap()).unwrap()
    }

    /// Ends the program, and gives all that it wrote to its log.
    pub(crate) fn stop(mut self) -> String {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.log.take().unwrap().text()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What leads to a program that has just been started: it prints the same once it lets clients in.
pub(crate) fn connections_of(child: &mut Child, folder: &Path) -> Value {
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    stdout.read_line(&mut first).unwrap();
    assert!(first.contains("is ready"), "{first}");
    // The rest is read to its end, so that the program can write it.
    std::thread::spawn(move || io::copy(&mut stdout, &mut io::sink()));
    let file = fs::read(folder.join("connections.json")).unwrap();
    serde_json::from_slice(&file).unwrap()
}

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap())
}
