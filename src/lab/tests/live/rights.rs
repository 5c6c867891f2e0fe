//! A hub that refuses the bench's own questions: what is trouble, when it is asked again, and that it heals.

use std::time::Duration;

use lab::{beside::Beside, outside::TroubleKind};

use crate::table::{DEVICE, HOST, REGISTER, START, Table};

/// Looks at the device and its twin for some time, as a panel of the page does.
fn look_for(table: &mut Table, seconds: u64) {
    for _ in 0..seconds {
        let _ = table.hands().hub().device(DEVICE).is_some();
        let _ = table.hands().hub().twin_document(DEVICE);
        table.run_for(1);
    }
}

fn refusals(table: &Table) -> usize {
    let kinds = table.kinds();
    kinds.iter().filter(|kind| *kind == "401").count()
}

fn trouble(table: &Table) -> Option<TroubleKind> {
    let trouble = table.trouble();
    trouble.map(|(trouble, _)| trouble.kind)
}

fn knows_device(table: &Table) -> bool {
    table.hands().hub().device(DEVICE).is_some()
}

#[test]
fn a_policy_that_may_not_look_is_no_trouble_and_asks_seldom() {
    let table = Table::new();
    let mut other = Table::with_policy(&table, "service");
    for _ in 0..30 {
        look_for(&mut other, 1);
        assert_eq!(trouble(&other), None);
    }
    assert_eq!(refusals(&other), 1);
    assert!(!knows_device(&other));
    assert!(other.hands().hub().twin_document(DEVICE).is_some());
    look_for(&mut other, 3600);
    assert!(refusals(&other) <= 8, "{}", refusals(&other));
    assert_eq!(trouble(&other), None);
}

#[test]
fn a_policy_that_may_look_at_nothing_but_the_registry_is_no_trouble() {
    let table = Table::new();
    let mut other = Table::with_policy(&table, "registryRead");
    for _ in 0..30 {
        look_for(&mut other, 1);
        assert_eq!(trouble(&other), None);
    }
    assert!(knows_device(&other));
    assert_eq!(refusals(&other), 1);
}

#[test]
fn whoever_looks_at_one_thing_only_is_told_of_no_trouble_either() {
    let table = Table::new();
    let mut other = Table::with_policy(&table, "service");
    for _ in 0..60 {
        let _ = knows_device(&other);
        other.run_for(1);
        assert_eq!(trouble(&other), None);
    }
    assert!(refusals(&other) <= 2);
}

#[test]
fn a_right_that_is_given_later_is_found_without_connecting_anew() {
    let table = Table::new();
    let mut other = Table::beside_of(&table);
    other.set_faults(|faults| faults.no_registry = true);
    look_for(&mut other, 30);
    assert!(!knows_device(&other));
    other.set_faults(|faults| faults.no_registry = false);
    look_for(&mut other, 60);
    assert!(knows_device(&other));
}

#[test]
fn a_hub_that_takes_no_key_is_in_trouble_and_asked_again_until_it_does() {
    let table = Table::new();
    let mut other = Table::beside_of(&table);
    other.set_faults(|faults| faults.locked = true);
    look_for(&mut other, 10);
    let hands = other.hands();
    let (told, again) = hands.live().unwrap().trouble.expect("trouble");
    assert_eq!(told.kind, TroubleKind::Unauthorized);
    assert!(again.is_some_and(|again| again > hands.now()));
    other.set_faults(|faults| faults.locked = false);
    // Nobody looks any more: it heals all the same.
    other.run_for(20);
    assert_eq!(trouble(&other), None);
    look_for(&mut other, 60);
    assert!(knows_device(&other));
    assert!(other.hands().hub().twin_document(DEVICE).is_some());
}

#[test]
fn a_hub_that_takes_no_key_is_not_asked_often() {
    let table = Table::new();
    let mut other = Table::beside_of(&table);
    other.set_faults(|faults| faults.locked = true);
    look_for(&mut other, 3600);
    assert!(
        (20..=80).contains(&refusals(&other)),
        "{}",
        refusals(&other)
    );
    let hands = other.hands();
    let (_, again) = hands.live().unwrap().trouble.expect("trouble");
    let longest = Duration::from_mins(2);
    assert!(again.is_some_and(|again| again > hands.now() && again.since(hands.now()) <= longest));
}

#[test]
fn a_key_that_is_replaced_while_it_is_used_is_told_as_trouble() {
    let mut table = Table::new();
    look_for(&mut table, 30);
    assert_eq!(trouble(&table), None);
    table.set_faults(|faults| faults.locked = true);
    look_for(&mut table, 120);
    assert_eq!(trouble(&table), Some(TroubleKind::Unauthorized));
}

#[test]
fn a_clock_that_is_put_right_heals_without_connecting_anew() {
    let ahead = Duration::from_hours(3);
    let beside = Beside::new(HOST, START.plus(ahead));
    let mut table = Table::at(&beside);
    for second in 0..10 {
        let _ = knows_device(&table);
        // Only the bench's clock goes on: that of the hub is ahead.
        table
            .bench
            .run_until(START.plus(Duration::from_secs(second)));
    }
    assert_eq!(trouble(&table), Some(TroubleKind::Unauthorized));
    table.run_for(150);
    assert_eq!(trouble(&table), None);
}

#[test]
fn what_a_program_may_not_do_is_told_and_then_forgotten() {
    let table = Table::new();
    let mut other = Table::with_policy(&table, "service");
    other.start(&REGISTER);
    other.run_for(1);
    let hands = other.hands();
    let (told, again) = hands.live().unwrap().trouble.expect("trouble");
    assert_eq!(told.kind, TroubleKind::Unauthorized);
    assert!(again.is_some());
    other.run_for(30);
    assert_eq!(trouble(&other), None);
}

#[test]
fn while_it_is_not_known_what_is_wrong_the_next_try_is_ahead() {
    let mut table = Table::new();
    table.set_faults(|faults| faults.locked = true);
    table.start(&REGISTER);
    for _ in 0..60 {
        table.run_for(1);
        let hands = table.hands();
        let (_, again) = hands.live().unwrap().trouble.expect("trouble");
        assert!(again.is_some_and(|again| again >= hands.now()));
    }
}
