//! Files that are not as they were written: refused with clear words, and left as they are.

use std::{fs, os::unix::fs::PermissionsExt as _};

use crate::bench::{Bench, damage};

fn lived() -> Bench {
    let mut bench = Bench::new();
    bench.register("dev1");
    for number in 0..300 {
        bench.send_event("dev1", &format!("event {number} {}", "x".repeat(500)));
    }
    bench
}

#[test]
fn a_file_with_damage_anywhere_is_refused_or_comes_back_whole() {
    let mut bench = lived();
    let state = bench.state();
    bench.stop();
    let sound = fs::read(bench.file()).unwrap();
    let mut refused = 0;
    for step in 0..64 {
        let at = (sound.len() * step / 64 + step * 61 % 4_096).min(sound.len() - 16);
        damage(&bench.file(), |bytes| {
            bytes[at..at + 16].fill(0xA5);
        });
        let damaged = fs::read(bench.file()).unwrap();
        match bench.try_start() {
            // What is not used by anything may be anything.
            Ok(()) => {
                assert_eq!(bench.state(), state, "damage at {at}");
                bench.stop();
            }
            Err(error) => {
                refused += 1;
                let words = error.to_string();
                assert!(words.contains("hub.sqlite3"), "{words}");
                assert_eq!(fs::read(bench.file()).unwrap(), damaged);
            }
        }
        fs::write(bench.file(), &sound).unwrap();
    }
    assert!(refused > 40, "{refused} of 64");
    bench.start();
    assert_eq!(bench.state(), state);
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
    let mut bench = lived();
    bench.stop();
    damage(&bench.file(), |bytes| bytes.truncate(bytes.len() / 2));
    let refusal = bench.refusal();
    assert!(refusal.contains("is damaged"), "{refusal}");
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let mut bench = lived();
    bench.stop();
    fs::write(
        bench.file(),
        "a letter to a friend, of a few lines".repeat(99),
    )
    .unwrap();
    let refusal = bench.refusal();
    assert!(refusal.contains("is damaged"), "{refusal}");
}

#[test]
fn a_log_that_lost_what_was_acknowledged_is_refused() {
    let mut bench = lived();
    let state = bench.state();
    bench.kill();
    let sound = fs::read(bench.log()).unwrap();
    assert!(sound.len() > 100_000);
    for at in [0, 20, 40, 5_000, sound.len() / 2, sound.len() - 100_000] {
        damage(&bench.log(), |bytes| bytes[at] ^= 0x55);
        let refusal = bench.refusal();
        assert!(refusal.contains("hub.sqlite3-wal is damaged"), "{refusal}");
        fs::write(bench.log(), &sound).unwrap();
    }
    bench.start();
    assert_eq!(bench.state(), state);
}

#[test]
fn a_log_whose_last_transaction_was_cut_off_is_taken_without_it() {
    let mut bench = lived();
    let state = bench.state();
    bench.send_event("dev1", "cut off");
    bench.kill();
    damage(&bench.log(), |bytes| bytes.truncate(bytes.len() - 5));
    bench.start();
    assert_eq!(bench.state(), state);
    // And what is written after that is there the next time.
    bench.send_event("dev1", "a");
    bench.send_event("dev1", "b");
    let state = bench.state();
    bench.kill();
    bench.start();
    assert_eq!(bench.state(), state);
}

#[test]
fn a_log_without_its_file_is_refused() {
    let mut bench = lived();
    bench.kill();
    fs::remove_file(bench.file()).unwrap();
    let refusal = bench.refusal();
    assert!(refusal.contains("there is a log of changes"), "{refusal}");
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_left_as_it_is() {
    let mut bench = lived();
    bench.stop();
    let connection = rusqlite::Connection::open(bench.file()).unwrap();
    let newer = "UPDATE schema SET version = 99";
    connection.execute_batch(newer).unwrap();
    drop(connection);
    let before = fs::read(bench.file()).unwrap();
    let refusal = bench.refusal();
    assert!(refusal.contains("schema 99"), "{refusal}");
    assert_eq!(fs::read(bench.file()).unwrap(), before);
}

#[test]
fn a_file_that_cannot_be_written_is_refused() {
    let mut bench = lived();
    bench.stop();
    fs::set_permissions(bench.file(), fs::Permissions::from_mode(0o400)).unwrap();
    let may_write = fs::OpenOptions::new()
        .write(true)
        .open(bench.file())
        .is_ok();
    if may_write {
        // This is run by a user whom rights do not bind.
        return;
    }
    let refusal = bench.refusal();
    assert!(refusal.contains("cannot be written"), "{refusal}");
}
