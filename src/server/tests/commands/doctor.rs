//! `doctor`.

use std::{
    fs::{self, File, Permissions},
    io::{Seek as _, SeekFrom, Write as _},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Running, connections, program, told};

const VARIABLES: [&str; 3] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];

/// A doctor for a folder whose hub is to have any free ports.
fn doctor(folder: &Path) -> Command {
    let mut command = program(["doctor", "--json", "--data"]);
    command.arg(folder);
    for port in ["--https", "--mqtts", "--amqps", "--amqp"] {
        command.args([port, "0"]);
    }
    command
}

/// The exit code, and the findings about something: how bad each is, and what it says with its remedy.
fn findings(mut command: Command, about: &str) -> (i32, Vec<(String, String)>) {
    let (code, json, _) = told(command.output().unwrap());
    let told: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(told["ok"], code == 0);
    let all = told["findings"].as_array().unwrap().iter();
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    let these = all.filter(|finding| finding["about"] == about);
    let these = these.map(|finding| {
        let words = text(finding, "found") + ": " + &text(finding, "remedy");
        (text(finding, "level"), words)
    });
    (code, these.collect())
}

/// The findings of one kind, which are a problem.
fn problem(command: Command, about: &str) -> String {
    let (code, findings) = findings(command, about);
    assert_eq!(code, 1, "{findings:?}");
    let mut problems = findings.into_iter().filter(|(level, _)| level == "problem");
    let (_, words) = problems.next().expect("a problem");
    assert_eq!(problems.next(), None);
    words
}

/// A folder in which a hub has run.
fn used() -> TempDir {
    let folder = TempDir::new().unwrap();
    drop(Running::hub(folder.path()));
    folder
}

fn authority(folder: &TempDir) -> PathBuf {
    folder.path().join("ca.pem")
}

#[test]
fn a_folder_that_is_yet_to_be_made_is_well_and_is_not_made() {
    let place = TempDir::new().unwrap();
    let folder = place.path().join("new");
    let (code, found) = findings(doctor(&folder), "data-folder");
    assert_eq!((code, found[0].0.as_str()), (0, "ok"));
    assert!(!folder.exists());
}

#[test]
fn a_sound_hub_is_named_and_nothing_of_it_is_changed() {
    let folder = used();
    let contents = || {
        let files = ["hub.sqlite3", "hub.sqlite3-wal", "ca.pem", "server.pem"];
        files.map(|name| fs::read(folder.path().join(name)).ok())
    };
    let before = contents();
    let (code, found) = findings(doctor(folder.path()), "data-folder");
    assert_eq!(code, 0, "{found:?}");
    assert!(found[0].1.contains("the hub localhost"), "{found:?}");
    assert_eq!(contents(), before);
}

#[test]
fn a_damaged_hub_is_a_problem() {
    let folder = used();
    let path = folder.path().join("hub.sqlite3");
    drop(Running::hub(folder.path()));
    let _ = fs::remove_file(folder.path().join("hub.sqlite3-wal"));
    let length = fs::metadata(&path).unwrap().len();
    let mut file = File::options().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(100)).unwrap();
    let rest = usize::try_from(length).unwrap() - 100;
    file.write_all(&vec![0x5a; rest]).unwrap();
    let words = problem(doctor(folder.path()), "data-folder");
    assert!(
        words.contains("damaged") && words.contains("copy"),
        "{words}"
    );
}

#[test]
fn a_file_for_a_folder_is_a_problem() {
    let place = TempDir::new().unwrap();
    let file = place.path().join("file");
    fs::write(&file, "").unwrap();
    let words = problem(doctor(&file), "data-folder");
    assert!(words.contains("--data"), "{words}");
}

#[test]
fn a_hub_that_runs_is_told_by_its_process_and_its_ports_are_well() {
    let folder = TempDir::new().unwrap();
    let hub = Running::hub(folder.path());
    let process = format!("process {}", hub.process());
    let ports = connections(folder.path())["ports"].clone();
    let command = || {
        let mut command = program(["doctor", "--json", "--data"]);
        command.arg(folder.path());
        for port in ["https", "mqtts", "amqps", "amqp"] {
            command.args([format!("--{port}"), ports[port].to_string()]);
        }
        command
    };
    let (code, found) = findings(command(), "data-folder");
    assert_eq!((code, found[0].0.as_str()), (0, "warning"));
    assert!(found[0].1.contains(&process), "{found:?}");
    let (_, found) = findings(command(), "ports");
    assert_eq!(found.len(), 4);
    for (level, words) in found {
        assert_eq!(level, "ok");
        if cfg!(target_os = "linux") {
            assert!(words.contains(&process), "{words}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_taken_port_is_told_with_the_program_that_has_it() {
    let folder = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut command = program(["doctor", "--json", "--amqps", &port]);
    command.args(["--https", "0", "--mqtts", "0", "--amqp", "0", "--data"]);
    command.arg(folder.path());
    let words = problem(command, "ports");
    assert!(
        words.contains(&port) && words.contains("--amqps"),
        "{words}"
    );
    let process = format!("process {}", std::process::id());
    assert!(words.contains(&process), "{words}");
}

#[test]
fn a_key_that_others_can_read_is_a_problem() {
    let folder = used();
    let key = folder.path().join("server-key.pem");
    fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    let words = problem(doctor(folder.path()), "certificates");
    assert!(
        words.contains("chmod 600") && words.contains("server-key.pem"),
        "{words}"
    );
}

#[test]
fn a_certificate_that_lacks_a_name_is_told() {
    let folder = used();
    let mut command = doctor(folder.path());
    command.args(["--listen", "127.0.0.9"]);
    let (_, found) = findings(command, "certificates");
    let told = found
        .iter()
        .any(|(level, words)| level == "warning" && words.contains("127.0.0.9"));
    assert!(told, "{found:?}");
}

#[test]
fn a_broken_certificate_is_a_problem() {
    let folder = used();
    fs::write(folder.path().join("server.pem"), "nothing").unwrap();
    let words = problem(doctor(folder.path()), "certificates");
    assert!(words.contains("server.pem"), "{words}");
}

#[test]
fn a_variable_that_is_not_set_is_told_with_the_line_to_copy() {
    let folder = used();
    let (code, found) = findings(doctor(folder.path()), "trust");
    assert_eq!(code, 0);
    for (name, (level, words)) in VARIABLES.iter().zip(&found) {
        assert_eq!(level, "warning");
        let line = format!("export {name}={}", authority(&folder).display());
        assert!(words.contains(&line), "{words}");
    }
}

#[test]
fn a_bundle_with_the_authority_in_it_is_trusted() {
    let (folder, other) = (used(), used());
    let bundle = folder.path().join("bundle.pem");
    let both = [&other, &folder]
        .map(|it| fs::read(authority(it)).unwrap())
        .concat();
    fs::write(&bundle, both).unwrap();
    let mut command = doctor(folder.path());
    command.envs(VARIABLES.map(|name| (name, &bundle)));
    let (code, found) = findings(command, "trust");
    assert_eq!((code, found.len()), (0, 3));
    assert!(found.iter().all(|(level, _)| level == "ok"), "{found:?}");
}

#[test]
fn a_variable_that_names_another_authority_is_a_problem() {
    let (folder, other) = (used(), used());
    let mut command = doctor(folder.path());
    command.env("NODE_EXTRA_CA_CERTS", authority(&other));
    let words = problem(command, "trust");
    assert!(words.contains("NODE_EXTRA_CA_CERTS"), "{words}");
}

#[test]
fn a_variable_that_names_no_file_is_a_problem() {
    let folder = used();
    let mut command = doctor(folder.path());
    command.env("SSL_CERT_FILE", folder.path().join("missing.pem"));
    let words = problem(command, "trust");
    assert!(words.contains("missing.pem"), "{words}");
}

#[test]
fn a_name_that_leads_elsewhere_is_a_problem() {
    let folder = TempDir::new().unwrap();
    let mut command = doctor(folder.path());
    command.args(["--hostname", "192.0.2.7"]);
    let words = problem(command, "host-name");
    assert!(
        words.contains("192.0.2.7") && words.contains("/etc/hosts"),
        "{words}"
    );
}

#[test]
fn a_person_reads_a_line_a_finding() {
    let folder = used();
    let mut command = doctor(folder.path());
    let arguments: Vec<_> = command
        .get_args()
        .filter(|it| *it != "--json")
        .map(ToOwned::to_owned)
        .collect();
    command = program(arguments);
    let (code, text, _) = told(command.output().unwrap());
    assert_eq!(code, 0);
    for line in text.lines() {
        assert!(
            ["ok ", "warning "]
                .iter()
                .any(|level| line.starts_with(level)),
            "{line}"
        );
    }
}
