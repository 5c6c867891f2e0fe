//! A hub as text, and a hub from a text.

use hub::{HubOptions, Tier};
use server::{
    data_folder::DataFolder,
    store::{self, TransferError},
};

use crate::bench::{Bench, options, state_of};

fn lived() -> Bench {
    let mut bench = Bench::new();
    for id in ["dev1", "dev2"] {
        bench.register(id);
        bench.send_event(id, "hello");
        bench.send_to(id, "wake up");
    }
    bench
}

fn export(bench: &Bench) -> Result<String, TransferError> {
    let mut text = Vec::new();
    store::export(&DataFolder::open(&bench.path()).unwrap(), &mut text)?;
    Ok(String::from_utf8(text).unwrap())
}

/// A bench whose folder has no hub, and does not run.
fn empty() -> Bench {
    let mut bench = Bench::new();
    bench.stop();
    std::fs::remove_dir_all(bench.path()).unwrap();
    bench
}

fn import(bench: &Bench, text: &str) -> Result<(), TransferError> {
    let folder = DataFolder::open(&bench.path()).unwrap();
    store::import(&folder, options(), text.as_bytes())
}

#[test]
fn an_export_is_a_snapshot() {
    let mut bench = lived();
    let state = bench.state();
    bench.stop();
    assert_eq!(state_of(&export(&bench).unwrap()), state);
}

#[test]
fn an_import_makes_the_hub_that_was_exported() {
    let mut bench = lived();
    let state = bench.state();
    bench.stop();
    let mut other = empty();
    import(&other, &export(&bench).unwrap()).unwrap();
    other.start();
    assert_eq!(other.state(), state);
}

#[test]
fn an_import_keeps_the_name_in_the_text() {
    let mut bench = lived();
    bench.stop();
    let text = export(&bench).unwrap();
    let mut other = empty();
    import(&other, &text.replacen("localhost", "hub.example", 1)).unwrap();
    other.options.host_name = "hub.example".to_owned();
    other.start();
    assert_eq!(other.hub().host_name(), "hub.example");
}

#[test]
fn an_import_keeps_the_partitions_of_the_hub_that_was_exported() {
    let mut bench = Bench::of(HubOptions {
        tier: Tier::F1,
        ..options()
    });
    bench.stop();
    let mut other = empty();
    import(&other, &export(&bench).unwrap()).unwrap();
    other.start();
    assert_eq!(other.hub().partition_count(), 2);
}

#[test]
fn an_import_replaces_no_hub() {
    let mut bench = lived();
    let state = bench.state();
    bench.stop();
    let text = export(&bench).unwrap();
    let error = import(&bench, &text).unwrap_err().to_string();
    assert!(error.contains("already"), "{error}");
    bench.start();
    assert_eq!(bench.state(), state);
}

#[test]
fn an_import_of_half_a_text_leaves_no_half_of_a_hub() {
    let mut bench = lived();
    bench.stop();
    let text = export(&bench).unwrap();
    let other = empty();
    for bad in [
        String::new(),
        "no JSON".to_owned(),
        text[..text.len() - 20].to_owned(),
        format!("{text}{}", "x".repeat(9 * 1024 * 1024)),
        format!("{text}\n"),
    ] {
        let error = import(&other, &bad).unwrap_err();
        assert!(matches!(error, TransferError::Text(_)), "{error}");
    }
    let error = export(&other).unwrap_err().to_string();
    assert!(error.contains("no hub"), "{error}");
    import(&other, &text).unwrap();
}
