//! `export` and `import`.

use std::{
    fs::{self, File},
    path::Path,
    process::Stdio,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Running, connections, program, run, told};

/// Runs `import` with a file as its input.
fn import(text: &Path, folder: &Path) -> (i32, String, String) {
    let mut command = program(["import", "--data"]);
    command.arg(folder).stdin(File::open(text).unwrap());
    told(command.output().unwrap())
}

/// A folder with a hub that has run, and the text of that hub.
fn exported() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    drop(Running::hub(folder.path()));
    let (code, text, said) = run([
        "export".as_ref(),
        "--data".as_ref(),
        folder.path().as_os_str(),
    ]);
    assert_eq!(code, 0, "{said}");
    (folder, text)
}

#[test]
fn a_hub_goes_from_one_folder_to_another_with_its_keys() {
    let (first, text) = exported();
    let place = TempDir::new().unwrap();
    let file = place.path().join("state.jsonl");
    fs::write(&file, text).unwrap();
    let second = place.path().join("second");
    let (code, _, said) = import(&file, &second);
    assert_eq!(code, 0, "{said}");
    let _hub = Running::hub(&second);
    let owner = |folder: &Path| connections(folder)["iothubowner"].clone();
    assert_eq!(owner(&second), owner(first.path()));
}

#[test]
fn every_line_of_an_export_is_json() {
    let (_folder, text) = exported();
    for line in text.lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
}

#[test]
fn an_export_warns_of_the_keys_in_it() {
    let folder = TempDir::new().unwrap();
    drop(Running::hub(folder.path()));
    let (_, text, said) = run([
        "export".as_ref(),
        "--data".as_ref(),
        folder.path().as_os_str(),
    ]);
    assert!(said.contains("keys") && said.contains("secret"), "{said}");
    assert!(
        !text.contains("secret"),
        "the warning is not among the text"
    );
}

#[test]
fn without_a_hub_there_is_no_export_and_no_new_folder() {
    let place = TempDir::new().unwrap();
    let folder = place.path().join("mistyped");
    let (code, text, said) = run(["export".as_ref(), "--data".as_ref(), folder.as_os_str()]);
    assert_eq!((code, text.as_str()), (6, ""));
    assert!(said.contains("mistyped"), "{said}");
    assert!(!folder.exists());
}

#[test]
fn a_hub_that_runs_is_not_exported() {
    let folder = TempDir::new().unwrap();
    let hub = Running::hub(folder.path());
    let (code, _, said) = run([
        "export".as_ref(),
        "--data".as_ref(),
        folder.path().as_os_str(),
    ]);
    assert_eq!(code, 5);
    assert!(
        said.contains(&format!("process {}", hub.process())),
        "{said}"
    );
}

#[test]
fn an_import_does_not_replace_a_hub() {
    let (folder, text) = exported();
    let place = TempDir::new().unwrap();
    let file = place.path().join("state.jsonl");
    fs::write(&file, &text).unwrap();
    let (code, _, said) = import(&file, folder.path());
    assert_eq!(code, 6);
    assert!(said.contains("already"), "{said}");
    let (_, after, _) = run([
        "export".as_ref(),
        "--data".as_ref(),
        folder.path().as_os_str(),
    ]);
    assert_eq!(after, text);
}

#[test]
fn what_is_no_hub_is_refused_by_its_line_and_makes_none() {
    let (_folder, text) = exported();
    let place = TempDir::new().unwrap();
    let file = place.path().join("state.jsonl");
    let first = text.lines().next().unwrap();
    fs::write(&file, format!("{first}\nnot a record\n")).unwrap();
    let into = place.path().join("into");
    let (code, _, said) = import(&file, &into);
    assert_eq!(code, 10);
    assert!(said.contains("line 2"), "{said}");
    let (code, ..) = run(["export".as_ref(), "--data".as_ref(), into.as_os_str()]);
    assert_eq!(code, 6, "there is no hub");
}

#[test]
fn an_export_that_nobody_reads_to_its_end_is_a_failure() {
    let folder = TempDir::new().unwrap();
    drop(Running::hub(folder.path()));
    let mut command = program(["export", "--data"]);
    let full = File::options().write(true).open("/dev/full").unwrap();
    command.arg(folder.path()).stdout(Stdio::from(full));
    let (code, _, said) = told(command.output().unwrap());
    assert_eq!(code, 1);
    assert!(said.contains("cannot write"), "{said}");
}
