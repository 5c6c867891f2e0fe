//! `--tier`, and what stays of it with a hub.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Running, run};

/// How many partitions the hub of a folder has.
fn partitions(folder: &Path) -> usize {
    let (code, text, said) = run(["export".as_ref(), "--data".as_ref(), folder.as_os_str()]);
    assert_eq!(code, 0, "{said}");
    let header: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    header["partitions"].as_array().unwrap().len()
}

#[test]
fn a_hub_has_two_partitions_if_it_was_made_with_the_free_tier_and_four_otherwise() {
    for (first, second, expected) in [("F1", "none", 2), ("none", "F1", 4), ("s1", "f1", 4)] {
        let folder = TempDir::new().unwrap();
        for tier in [first, second] {
            drop(Running::hub_with(folder.path(), ["--tier", tier]));
            assert_eq!(
                partitions(folder.path()),
                expected,
                "{first}, then {second}"
            );
        }
    }
}
