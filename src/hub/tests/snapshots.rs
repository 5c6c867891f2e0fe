//! What a snapshot holds, and what is refused instead of being made a hub of.

use std::{cell::RefCell, rc::Rc};

use hub::{Change, Hub, HubOptions, MemoryStore, SnapshotError, SnapshotScope, Store, StoreError};
use wire::{event::EventPosition, mqtt::mqttrs::QoS};

use crate::bench::{Ask, Bench, HOST, SECOND, SEED, TOPIC, json};

const WITHOUT_KEYS: SnapshotScope = SnapshotScope {
    keys: false,
    event_bytes: usize::MAX,
};

/// A hub that has something of everything.
fn full() -> Bench {
    let mut bench = Bench::new();
    fill(&mut bench);
    bench
}

fn fill(bench: &mut Bench) {
    bench.register_module("dev1", "m");
    let twin = r#"{"tags":{"a":[1,{"b":"c"}]},"properties":{"desired":{"d":{"e":1.0}}}}"#;
    let patched = bench.ask(&Ask::path("PATCH", "/twins/dev1").body(twin));
    assert_eq!(patched.status(), 200);
    let link = bench.connect("dev1");
    bench.subscribe(link, &[("$iothub/methods/POST/#", QoS::AtLeastOnce)]);
    bench.publish(link, &format!("{TOPIC}k=v"), b"hello", Some(2));
    let reported = "$iothub/twin/PATCH/properties/reported/?$rid=1";
    bench.publish(link, reported, br#"{"f":true}"#, Some(3));
    bench.send_for_feedback("purged", "full");
    assert_eq!(
        bench.outcome(&Ask::path("DELETE", "/devices/dev1/commands")),
        "200"
    );
    bench.send_for_feedback("waiting", "full");
}

fn restore(bench: &Bench, text: &str) -> Result<Hub, SnapshotError> {
    let options = HubOptions::new(HOST, SEED);
    Hub::restore(options, Box::new(MemoryStore), bench.now, text)
}

#[test]
fn a_snapshot_restores_to_the_same_hub() {
    let bench = full();
    let text = bench.hub.snapshot(SnapshotScope::ALL);
    let hub = restore(&bench, &text).unwrap();
    assert_eq!(hub.snapshot(SnapshotScope::ALL), text);
}

#[test]
fn a_restored_hub_answers_as_the_former_one_would() {
    let mut bench = full();
    let link = bench.connect("dev1");
    bench.lose(link);
    let asks = [
        Ask::path("GET", "/twins/dev1"),
        Ask::path("GET", "/devices/dev1/modules"),
        Ask::path("GET", "/statistics/devices"),
        Ask::path("POST", "/devices/query").body(r#"{"query":"SELECT * FROM devices"}"#),
    ];
    let before: Vec<_> = asks.iter().map(|ask| json(&bench.ask(ask))).collect();
    let text = bench.hub.snapshot(SnapshotScope::ALL);
    bench.go_on_with(restore(&bench, &text).unwrap());
    let after: Vec<_> = asks.iter().map(|ask| json(&bench.ask(ask))).collect();
    assert_eq!(after, before);
    assert_eq!(bench.bodies(), ["hello"]);
    // The key that was drawn before opens, and the session is there.
    let link = bench.greet(&bench.greeting("dev1"));
    assert_eq!(bench.said(link), ["CONNACK 0 present"]);
}

#[test]
fn without_keys_nothing_is_secret_and_new_keys_are_drawn() {
    let mut bench = full();
    let key = bench.key("dev1");
    let text = bench.hub.snapshot(WITHOUT_KEYS);
    let policy = bench.hub.policy("iothubowner").unwrap().clone();
    for secret in [&key, &bench.key("dev2"), &policy.primary_key] {
        assert!(!text.contains(secret.to_base64().expose()));
    }
    let options = HubOptions::new(HOST, [9; 32]);
    let hub = Hub::restore(options, Box::new(MemoryStore), bench.now, &text).unwrap();
    bench.go_on_with(hub);
    assert_ne!(bench.key("dev1"), key);
    let drawn = bench.hub.policy("iothubowner").unwrap();
    assert_ne!(drawn.primary_key, policy.primary_key);
    assert_eq!(drawn.permissions, policy.permissions);
    bench.connect("dev1");
}

#[test]
fn only_so_many_bytes_of_the_newest_events_are_written() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    for number in 0..10 {
        bench.publish(link, TOPIC, format!("{number}").as_bytes(), None);
    }
    let event = 1_024 + 1;
    for (event_bytes, expected) in [
        (0, vec![]),
        (event - 1, vec![]),
        (event, vec!["9"]),
        (3 * event, vec!["7", "8", "9"]),
    ] {
        let scope = SnapshotScope {
            keys: true,
            event_bytes,
        };
        let hub = restore(&bench, &bench.hub.snapshot(scope)).unwrap();
        let events = (0..4).flat_map(|it| hub.read_events(it, &EventPosition::Earliest, 99));
        let events: Vec<_> = events.collect();
        let bodies: Vec<_> = events.iter().map(|it| it.body.clone()).collect();
        assert_eq!(
            bodies,
            expected.iter().map(|it| it.as_bytes()).collect::<Vec<_>>()
        );
        // Numbers go on where they were.
        assert!(events.iter().all(|it| it.sequence_number >= 7));
    }
}

#[test]
fn what_is_no_snapshot_is_refused_with_its_line() {
    let text = full().hub.snapshot(SnapshotScope::ALL);
    let header = text.lines().next().unwrap();
    let count = text.lines().count();
    let cases = [
        (String::new(), 1, "column 0"),
        ("{}".to_owned(), 1, "column 2"),
        (
            text.replacen("\"format\":1", "\"format\":2", 1),
            1,
            "expected form 1, got 2",
        ),
        (
            text.replacen(HOST, "fabrikam.azure-devices.net", 1),
            1,
            "one of fabrikam",
        ),
        (format!("{text}{{\"twin\":1}}"), count + 1, "see column"),
        (format!("{text}{{\"unheard\":1}}"), count + 1, "see column"),
        (format!("{text}\n"), count + 1, "see column"),
        (
            format!(
                "{header}\n{}",
                text.lines().find(|it| it.starts_with("{\"twin\"")).unwrap()
            ),
            2,
            "the device \"dev1\" is not in the lines before",
        ),
        (
            format!(
                "{header}\n{}",
                text.lines()
                    .find(|it| it.starts_with("{\"message\""))
                    .unwrap()
            ),
            2,
            "the device \"dev1\" is not in the lines before",
        ),
        (
            text.replacen("\"deviceId\":\"dev1\"", "\"deviceId\":\"a b\"", 1),
            7,
            "A device id has",
        ),
    ];
    let bench = Bench::new();
    for (text, line, problem) in cases {
        let error = restore(&bench, &text).map(|_| ()).unwrap_err();
        assert_eq!(error.line, line, "{error}");
        assert!(error.problem.contains(problem), "{error}");
    }
}

#[test]
fn a_refusal_repeats_no_key() {
    let bench = full();
    let key = bench.key("dev1").to_base64();
    let text = bench.hub.snapshot(SnapshotScope::ALL);
    // A key of the wrong length, and a line that is cut behind a key.
    let short = text.replace(key.expose(), "c2VjcmV0");
    let cut = &text[..text.find(key.expose()).unwrap() + 60];
    for text in [short.as_str(), cut] {
        let error = restore(&bench, text).map(|_| ()).unwrap_err();
        assert!(!error.to_string().contains("c2VjcmV0"), "{error}");
        assert!(!error.to_string().contains(&key.expose()[..8]), "{error}");
    }
}

#[test]
fn a_queue_that_is_too_long_is_refused() {
    let mut bench = Bench::new();
    bench.send("dev1", "x");
    let text = bench.hub.snapshot(SnapshotScope::ALL);
    let message = text
        .lines()
        .find(|it| it.starts_with("{\"message\""))
        .unwrap();
    let mut long = text.clone();
    for number in 2..=51 {
        let other = format!("\"sequenceNumber\":{number}");
        long += &message.replace("\"sequenceNumber\":1", &other);
        long += "\n";
    }
    let error = restore(&bench, &long).map(|_| ()).unwrap_err();
    assert!(error.problem.contains("at most 50"), "{error}");
}

#[test]
fn an_event_out_of_its_place_is_refused() {
    let bench = full();
    let text = bench.hub.snapshot(SnapshotScope::ALL);
    let event = text
        .lines()
        .find(|it| it.starts_with("{\"event\""))
        .unwrap();
    let place = event.find("\"partition\":").unwrap() + "\"partition\":".len();
    let mut foreign = event.to_owned();
    foreign.replace_range(place..=place, "9");
    for line in [event, &foreign] {
        assert!(
            restore(&bench, &format!("{text}{line}\n")).is_err(),
            "{line}"
        );
    }
}

/// A store that remembers every change as a line.
#[derive(Clone, Default)]
struct Journal(Rc<RefCell<String>>);

impl Store for Journal {
    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        let mut lines = self.0.borrow_mut();
        for change in changes {
            *lines += &change.to_json();
            lines.push('\n');
        }
        Ok(())
    }
}

#[test]
fn the_changes_behind_a_snapshot_make_the_hub_that_they_were_made_in() {
    let journal = Journal::default();
    let mut bench = Bench::empty(HubOptions::new(HOST, SEED));
    let start = bench.hub.snapshot(SnapshotScope::ALL);
    let store = Box::new(journal.clone());
    bench.hub = Hub::with_store(HubOptions::new(HOST, SEED), store);
    bench.register("dev1");
    bench.register("dev2");
    fill(&mut bench);
    bench.delete("dev2");
    bench.wait(20 * SECOND);
    let text = format!("{start}{}", journal.0.borrow());
    let hub = restore(&bench, &text).unwrap();
    // A journal does not know when somebody was last active, nor how much chance was drawn.
    assert_eq!(kept(&hub), kept(&bench.hub));
}

/// The lines of a snapshot that a store knows.
fn kept(hub: &Hub) -> Vec<String> {
    let text = hub.snapshot(SnapshotScope::ALL);
    let lines = text.lines().skip(1).map(|line| {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        for kind in ["device", "module"] {
            if let Some(identity) = line.get_mut(kind).and_then(|it| it.as_object_mut()) {
                identity.remove("lastActivityTime");
                identity.remove("connectionStateUpdatedTime");
            }
        }
        line.to_string()
    });
    lines.collect()
}

#[test]
fn feedback_about_a_device_that_is_gone_keeps_nothing_else_alive() {
    let mut bench = Bench::new();
    bench.send_for_feedback("old", "full");
    assert_eq!(
        bench.outcome(&Ask::path("DELETE", "/devices/dev1/commands")),
        "200"
    );
    let text = bench.hub.snapshot(SnapshotScope::ALL);
    let record = text
        .lines()
        .find(|it| it.starts_with("{\"feedback\""))
        .unwrap();
    // A record of another generation of the device that is newer than what is about to expire.
    let generation = bench.hub.device("dev1").unwrap().generation_id.clone();
    let orphan = record
        .replace(&generation, "1")
        .replace("\"number\":1", "\"number\":0")
        .replace(&bench.now.to_iso(), "2099-01-01T00:00:00Z");
    let text = text.replace(record, &format!("{orphan}\n{record}"));
    bench.wait(2 * 3_600 * SECOND);
    let hub = restore(&bench, &text).unwrap();
    assert!(!hub.snapshot(SnapshotScope::ALL).contains("feedback"));
}
