//! A device's links to a live hub.

use std::time::Duration;

use client::service::{IfMatch, Message, Service, TwinChange};
use lab::{
    action::{CloudAction, DeviceAction},
    view::{Direction, ProgramState},
};
use serde_json::json;
use wire::{rest::MethodCall, timestamp::Timestamp, topic::TopicFilter};

use crate::table::{DEVICE, DEVICE_PROGRAM, FRAIL, START, Table};

/// What another service program does at the hub.
fn from_elsewhere(table: &Table, request: impl FnOnce(&Service) -> http::Request<Vec<u8>>) {
    table.beside.elsewhere(|hub, now| {
        let service = Service::new(hub.service_connection_string("iothubowner").unwrap());
        hub.request(now, &request(&service));
    });
}

#[test]
fn a_device_connects_and_sends() {
    let mut table = Table::new();
    table.start(&DEVICE_PROGRAM);
    table.run_for(25);
    assert_eq!(table.count("device", "sent"), 3);
    let events = table.beside.hub().device_events(DEVICE, START);
    assert_eq!(events.len(), 3);
    let kinds = table.kinds();
    for kind in ["CONNECT", "CONNACK", "PUBLISH", "PUBACK"] {
        assert!(kinds.iter().any(|it| it == kind), "{kind}: {kinds:?}");
    }
    assert!(table.hands().last_connected(DEVICE, START).is_some());
}

#[test]
fn a_device_receives_what_others_send_it() {
    let mut table = Table::new();
    table.start(&DEVICE_PROGRAM);
    table.run_for(1);
    let now = table.hands().now();
    from_elsewhere(&table, |service| {
        let message = Message::new("hello");
        let call = service.send_to_device(now, DEVICE, &message);
        call.unwrap().request
    });
    from_elsewhere(&table, |service| {
        let method = MethodCall {
            method_name: "go".to_owned(),
            payload: json!(null),
            response_timeout_in_seconds: Some(30),
            connect_timeout_in_seconds: None,
        };
        service.invoke_method(now, DEVICE, &method).request
    });
    from_elsewhere(&table, |service| {
        let change = TwinChange::default().and_desired(json!({"level": 3}));
        let call = service.patch_twin(now, DEVICE, &change, &IfMatch::Any);
        call.request
    });
    table.run_for(2);
    for line in ["message hello", "method go", "desired 2"] {
        assert_eq!(
            table.count("device", line),
            1,
            "{:?}",
            table.printed("device")
        );
    }
    let twin = table.beside.hub().twin_document(DEVICE).unwrap();
    assert!(twin.contains(r#""seen":2"#), "{twin}");
}

#[test]
fn a_device_comes_back_after_the_hub_was_away() {
    let mut table = Table::new();
    table.start(&DEVICE_PROGRAM);
    table.run_for(5);
    table.set_faults(|faults| faults.down = true);
    table.run_for(20);
    let closed = table.trace().iter().find(|it| it.kind == "CLOSED").cloned();
    let closed = closed.expect("the trace tells of the end");
    assert_eq!(closed.summary, "no-reason");
    assert_eq!(closed.direction, Direction::FromHub);
    let (trouble, again) = table.trouble().expect("trouble");
    assert_eq!(trouble.kind.id(), "no-socket");
    assert!(again.is_some_and(|again| again > START), "{again:?}");
    table.set_faults(|faults| faults.down = false);
    table.run_for(120);
    assert!(
        table
            .beside
            .hub()
            .is_listening(DEVICE, &TopicFilter::Methods)
    );
    assert_eq!(table.trouble(), None);
    let connected = table.kinds().iter().filter(|it| *it == "CONNACK").count();
    assert_eq!(connected, 2);
}

#[test]
fn a_pulled_cable_cuts_the_link_and_bars_the_next() {
    let mut table = Table::new();
    table.start(&DEVICE_PROGRAM);
    table.run_for(5);
    table.hands().set_plugged(DEVICE, false);
    table.run_for(30);
    assert!(!table.hands().hub().is_connected(DEVICE));
    assert!(
        !table
            .beside
            .hub()
            .is_listening(DEVICE, &TopicFilter::Methods)
    );
    assert!(table.hands().last_lost(DEVICE, START).is_some());
    let sent = table.count("device", "sent");
    table.hands().set_plugged(DEVICE, true);
    table.run_for(120);
    assert!(table.hands().hub().is_connected(DEVICE));
    assert!(table.count("device", "sent") > sent);
}

#[test]
fn a_device_without_patience_ends_when_it_is_let_go() {
    let mut table = Table::new();
    table.start(&FRAIL);
    table.run_for(5);
    table.set_faults(|faults| faults.down = true);
    table.run_for(30);
    let state = table.hands().program_state("frail");
    assert_eq!(state, Some(ProgramState::Failed));
}

#[test]
fn a_refused_device_is_told_the_return_code() {
    let mut table = Table::new();
    let now = table.hands().now();
    from_elsewhere(&table, |service| {
        service.delete_device(now, DEVICE, &IfMatch::Any).request
    });
    table.start(&FRAIL);
    table.run_for(5);
    assert_eq!(table.count("frail", "connected"), 0);
    let state = table.hands().program_state("frail");
    assert_eq!(state, Some(ProgramState::Failed));
    let closed = table.trace().iter().find(|it| it.kind == "CLOSED").cloned();
    assert_eq!(closed.expect("told").summary, "refused");
}

/// What is wrong now: its kind, and whether it is tried again.
fn trouble(table: &Table) -> Option<(&'static str, bool)> {
    let trouble = table.trouble();
    trouble.map(|(trouble, again)| (trouble.kind.id(), again.is_some()))
}

/// Breaks all links, and lets no new ones open. Service calls get through.
fn break_links(table: &Table) {
    table.set_faults(|faults| faults.down = true);
    table.set_faults(|faults| {
        faults.down = false;
        faults.barred = true;
    });
}

#[test]
fn a_refusal_is_told_when_it_comes_though_the_socket_stays_open() {
    for (code, kind) in [(1, "protocol"), (3, "unavailable"), (4, "unauthorized")] {
        let mut table = Table::new();
        table.set_faults(|faults| {
            faults.refusal = Some(code);
            faults.linger = Duration::from_secs(30);
        });
        table.start(&FRAIL);
        table.run_for(1);
        assert_eq!(trouble(&table), Some((kind, false)), "{code}");
    }
}

#[test]
fn a_refusal_that_may_pass_is_told_until_the_hub_lets_the_device_in() {
    for linger in [0, 30] {
        let mut table = Table::new();
        table.set_faults(|faults| {
            faults.refusal = Some(3);
            faults.linger = Duration::from_secs(linger);
        });
        table.start(&DEVICE_PROGRAM);
        table.run_for(1);
        assert_eq!(trouble(&table), Some(("unavailable", true)), "{linger}");
        table.set_faults(|faults| faults.refusal = None);
        table.run_for(60);
        assert_eq!(trouble(&table), None);
    }
}

#[test]
fn a_socket_that_opens_is_no_sign_that_the_hub_lets_the_device_in() {
    let mut table = Table::new();
    table.set_faults(|faults| faults.refusal = Some(5));
    table.start(&FRAIL);
    table.run_for(1);
    table.set_faults(|faults| {
        faults.refusal = None;
        faults.mute = true;
    });
    table.start(&DEVICE_PROGRAM);
    table.run_for(1);
    assert_eq!(trouble(&table), Some(("unauthorized", false)));
}

#[test]
fn the_trouble_of_a_device_goes_with_the_program_that_was_it() {
    let mut table = Table::new();
    table.start(&DEVICE_PROGRAM);
    table.run_for(1);
    break_links(&table);
    table.run_for(30);
    assert_eq!(trouble(&table), Some(("no-socket", true)));
    table.hands().stop(DEVICE_PROGRAM.name);
    table.run_for(1);
    assert_eq!(trouble(&table), None);
}

#[test]
fn what_made_a_program_give_up_is_told_until_it_is_stopped_or_starts_anew() {
    let mut table = Table::new();
    table.set_faults(|faults| faults.barred = true);
    table.start(&FRAIL);
    table.run_for(30);
    assert_eq!(trouble(&table), Some(("no-socket", false)));
    table.hands().stop(FRAIL.name);
    assert_eq!(trouble(&table), None);
}

#[test]
fn a_call_that_found_no_socket_is_no_trouble_once_a_device_has_one() {
    let mut table = Table::without_relay();
    table.set_faults(|faults| faults.barred = true);
    table
        .hands()
        .start_in_cloud(1, CloudAction::ReceiveFeedback);
    table.run_for(1);
    assert_eq!(trouble(&table), Some(("no-socket", false)));
    table.set_faults(|faults| faults.barred = false);
    table.start(&DEVICE_PROGRAM);
    table.run_for(5);
    assert_eq!(trouble(&table), None);
}

#[test]
fn each_device_has_a_trouble_of_its_own() {
    let mut table = Table::new();
    table.hands().start_at_device(1, switch_on());
    table.run_for(1);
    assert!(table.hands().hub().is_connected(DEVICE));
    table.hands().set_plugged(DEVICE, true);
    let now = table.hands().now();
    from_elsewhere(&table, |service| service.create_device(now, "dev2").request);
    let string = table.beside.hub().device_connection_string("dev2");
    table.hands().set_device_string(string);
    table.set_faults(|faults| faults.refusal = Some(3));
    table.start(&DEVICE_PROGRAM);
    table.run_for(1);
    table.set_faults(|faults| faults.refusal = None);
    // The first one's program is stopped, and the second one's trouble is not over with that.
    let off = DeviceAction::SwitchOff {
        device_id: DEVICE.to_owned(),
    };
    table.hands().start_at_device(2, off);
    table.run_for(0);
    let told = table.trouble().expect("trouble").0;
    assert!(told.detail.starts_with("dev2: "), "{}", told.detail);
}

#[test]
fn a_device_that_is_switched_off_by_hand_is_in_no_trouble() {
    let mut table = Table::new();
    table.hands().start_at_device(1, switch_on());
    table.run_for(1);
    break_links(&table);
    table.run_for(5);
    assert!(trouble(&table).is_some());
    let off = DeviceAction::SwitchOff {
        device_id: DEVICE.to_owned(),
    };
    table.hands().start_at_device(2, off);
    table.run_for(1);
    assert_eq!(trouble(&table), None);
}

fn switch_on() -> DeviceAction {
    DeviceAction::SwitchOn {
        device_id: DEVICE.to_owned(),
        interval: None,
    }
}

#[test]
fn a_device_that_is_taken_over_is_told_that_the_link_closed() {
    let mut table = Table::new();
    table.start(&FRAIL);
    table.run_for(1);
    let mut other = Table::beside_of(&table);
    other.start(&FRAIL);
    other.run_for(1);
    table.run_for(1);
    assert!(table.kinds().iter().any(|kind| kind == "CLOSED"));
    let (trouble, _) = table.trouble().expect("trouble");
    assert_eq!(trouble.kind.id(), "closed");
}

#[test]
fn a_link_that_opens_slowly_is_waited_for() {
    let mut table = Table::new();
    table.set_faults(|faults| faults.slowness = Duration::from_secs(3));
    table.start(&DEVICE_PROGRAM);
    table.run_for(2);
    assert!(!table.hands().hub().is_connected(DEVICE));
    table.run_for(5);
    assert!(table.hands().hub().is_connected(DEVICE));
}

/// Lets the machine sleep: the time goes on everywhere, and nobody runs the bench meanwhile.
fn sleep_for(table: &mut Table, seconds: u64) {
    let woken = table.hands().now().plus(Duration::from_secs(seconds));
    table.beside.move_to(woken);
    table.bench.run_until(woken);
}

#[test]
fn a_device_that_slept_with_its_machine_sends_once_and_not_for_each_time_it_missed() {
    let mut table = Table::new();
    table.start(&DEVICE_PROGRAM);
    table.run_for(5);
    let before = published(&table).len();
    sleep_for(&mut table, 60);
    let woken = table.hands().now();
    assert_eq!(published(&table)[before..], [woken]);
}

#[test]
fn what_came_while_the_machine_slept_is_answered_at_the_time_it_woke() {
    let mut table = Table::new();
    table.start(&DEVICE_PROGRAM);
    table.run_for(5);
    let now = table.hands().now();
    from_elsewhere(&table, |service| {
        let change = TwinChange::default().and_desired(json!({"level": 3}));
        service
            .patch_twin(now, DEVICE, &change, &IfMatch::Any)
            .request
    });
    let before = published(&table).len();
    sleep_for(&mut table, 9);
    let woken = table.hands().now();
    let reported = &published(&table)[before..];
    assert!(!reported.is_empty());
    assert!(reported.iter().all(|at| *at == woken), "{reported:?}");
}

/// When the device published something.
fn published(table: &Table) -> Vec<Timestamp> {
    let trace = table.trace();
    let by_device = trace
        .iter()
        .filter(|it| it.kind == "PUBLISH" && it.direction == Direction::ToHub);
    by_device.map(|it| it.at).collect()
}
