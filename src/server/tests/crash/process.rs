//! A process that is used, and killed.

use std::{path::Path, process::Stdio};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout},
    time::{Instant, timeout},
};

use crate::{LIMIT, subject::Subject, wire_ends::Ends};

pub(crate) struct Process {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
    began: Instant,
}

impl Process {
    pub(crate) fn start(subject: Subject, folder: &Path) -> Self {
        let mut child = subject
            .command(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            output,
            began: Instant::now(),
        }
    }

    /// Where the hub is to be found, once it lets clients in.
    pub(crate) async fn ends(&mut self, folder: &Path) -> Ends {
        timeout(LIMIT, self.until_ready())
            .await
            .expect("the hub started in time");
        let connections = std::fs::read(folder.join("connections.json")).unwrap();
        let connections: Value = serde_json::from_slice(&connections).unwrap();
        Ends::new(&connections)
    }

    async fn until_ready(&mut self) {
        loop {
            let line = self.output.next_line().await.unwrap();
            let line = line.expect("it ended before it was ready");
            if line.contains("is ready") {
                return;
            }
        }
    }

    /// For how long it has been there.
    pub(crate) fn age(&self) -> std::time::Duration {
        self.began.elapsed()
    }

    /// SIGKILL, and no process of that name any more.
    pub(crate) async fn kill(&mut self) {
        self.child.start_kill().unwrap();
        let status = self.child.wait().await.unwrap();
        assert_eq!(status.code(), None, "it ended before it was killed");
    }
}
