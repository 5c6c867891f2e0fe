//! The program as a person or a script starts it.

use std::{
    net::TcpListener,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
};

use crate::site::soon;

fn hub(folder: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_iothub-playground"));
    command
        .args([
            "hub",
            "--ephemeral",
            "--https",
            "0",
            "--mqtts",
            "0",
            "--data",
        ])
        .arg(folder)
        .args(more)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Starts the program and gives what it says until it is ready.
async fn started(folder: &Path, more: &[&str]) -> (Child, String) {
    let mut child = hub(folder, more).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = String::new();
    loop {
        let line = soon(lines.next_line()).await.unwrap().expect("ready");
        said += &line;
        said.push('\n');
        if line.starts_with("The same is in") {
            return (child, said);
        }
    }
}

fn connections(folder: &Path) -> Value {
    let json = std::fs::read(folder.join("connections.json")).unwrap();
    serde_json::from_slice(&json).unwrap()
}

/// Sends a signal, as `kill` does.
async fn signal(child: &Child, name: &str) {
    let id = child.id().unwrap().to_string();
    let sent = Command::new("kill").args(["-s", name, &id]).status().await;
    assert!(sent.unwrap().success());
}

/// Runs the program to its end, which is a failure: gives the exit code and what it said.
async fn fails(folder: &Path, more: &[&str]) -> (Option<i32>, String) {
    let mut child = hub(folder, more).spawn().unwrap();
    let mut said = String::new();
    let mut stderr = child.stderr.take().unwrap();
    soon(stderr.read_to_string(&mut said)).await.unwrap();
    (soon(child.wait()).await.unwrap().code(), said)
}

#[tokio::test]
async fn what_clients_need_is_written_and_printed() {
    let folder = TempDir::new().unwrap();
    let (_child, said) = started(folder.path(), &[]).await;
    let written = connections(folder.path());
    for name in [
        "iothubowner",
        "service",
        "eventhub",
        "eventhub_emulator",
        "ca",
    ] {
        let text = written[name].as_str().unwrap();
        assert!(said.contains(text), "{name} is printed as well");
    }
    let emulator = written["eventhub_emulator"].as_str().unwrap();
    assert!(emulator.contains("UseDevelopmentEmulator=true"));
    assert!(Path::new(written["ca"].as_str().unwrap()).is_absolute());
    for name in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] {
        assert!(said.contains(&format!("export {name}=")), "{name}");
    }
    let port = written["ports"]["mqtts"].as_u64().unwrap();
    let port = u16::try_from(port).unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_ok());
}

#[cfg(unix)]
#[tokio::test]
async fn folder_and_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let above = TempDir::new().unwrap();
    let folder = above.path().join("a/b");
    let (_child, _) = started(&folder, &[]).await;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for file in std::fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[tokio::test]
async fn a_signal_ends_it_in_time_whoever_is_connected() {
    for name in ["TERM", "INT"] {
        let folder = TempDir::new().unwrap();
        let (mut child, _) = started(folder.path(), &[]).await;
        let ports = connections(folder.path())["ports"].clone();
        let mut open = Vec::new();
        // Some that never shake hands, on each port.
        for port in ["https", "mqtts"] {
            let port = u16::try_from(ports[port].as_u64().unwrap()).unwrap();
            open.push(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
        }
        let begun = Instant::now();
        signal(&child, name).await;
        let status = soon(child.wait()).await.unwrap();
        assert_eq!((status.code(), status.signal()), (Some(0), None), "{name}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{name}");
    }
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_iothub-playground"));
    command.args(["hub", "--ephemeral", "--https", "0", "--mqtts", &port]);
    let output = command.arg("--data").arg(folder.path()).output();
    let output = soon(output).await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains(&port) && said.contains("--mqtts"), "{said}");
}

#[tokio::test]
async fn an_address_of_another_machine_is_named() {
    let folder = TempDir::new().unwrap();
    let (code, said) = fails(folder.path(), &["--listen", "192.0.2.1"]).await;
    assert_eq!(code, Some(1));
    assert!(
        said.contains("192.0.2.1") && said.contains("--listen"),
        "{said}"
    );
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_made_is_named() {
    let above = TempDir::new().unwrap();
    let file = above.path().join("file");
    std::fs::write(&file, "").unwrap();
    let (code, said) = fails(&file.join("data"), &[]).await;
    assert_eq!(code, Some(6));
    assert!(said.contains("file/data"), "{said}");
}

#[tokio::test]
async fn a_host_name_that_is_none_is_refused() {
    let folder = TempDir::new().unwrap();
    let (code, said) = fails(folder.path(), &["--hostname", "two words"]).await;
    assert_eq!(code, Some(2));
    assert!(said.contains("two words"), "{said}");
}

#[tokio::test]
async fn the_log_has_no_secrets() {
    let folder = TempDir::new().unwrap();
    let (mut child, said) = started(folder.path(), &["--log", "debug"]).await;
    signal(&child, "TERM").await;
    let mut log = String::new();
    let mut stderr = child.stderr.take().unwrap();
    soon(stderr.read_to_string(&mut log)).await.unwrap();
    assert!(log.contains("ready"), "{log}");
    let keys = said.split("SharedAccessKey=").skip(1);
    for key in keys.filter_map(|rest| rest.split([';', '\n']).next()) {
        assert!(key.len() > 40, "a key was printed for the person");
        assert!(!log.contains(key), "but is not in the log");
    }
}
