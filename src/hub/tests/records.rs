//! What a store that finds records by key is told, and the hub that is made from its records.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use hub::{
    Change, Hub, HubOptions, MemoryStore, Record, RecordKey, RecordKind, SnapshotScope, Store,
    StoreError,
};
use wire::{event::EventPosition, mqtt::mqttrs::QoS};

use crate::bench::{Ask, Bench, HOST, SECOND, SEED, TOPIC};

type Key = (RecordKind, String, String, u64);

/// A store of records by key, in the order in which a hub is restored from them.
#[derive(Clone, Default)]
struct Keyed(Rc<RefCell<Records>>);

#[derive(Default)]
struct Records {
    by_key: BTreeMap<Key, String>,
    events: Vec<String>,
}

impl Store for Keyed {
    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        for change in changes {
            self.0.borrow_mut().take(change.record());
        }
        Ok(())
    }
}

impl Records {
    fn take(&mut self, record: Record<'_>) {
        match record {
            Record::Put { key, json } => {
                assert!(json.starts_with(&format!("{{\"{}\":", key.kind.name())));
                self.by_key.insert(owned(&key), json);
            }
            Record::Gone(key) => assert!(self.by_key.remove(&owned(&key)).is_some(), "{key:?}"),
            Record::DeviceGone { device_id } => self
                .by_key
                .retain(|(kind, id, _, _), _| id != device_id || *kind == RecordKind::Policy),
            Record::ModuleGone {
                device_id,
                module_id,
            } => self
                .by_key
                .retain(|(_, id, module, _), _| id != device_id || module != module_id),
            Record::Event(event) => self.events.push(event.to_json()),
        }
    }
}

fn owned(key: &RecordKey<'_>) -> Key {
    let (id, module_id) = (key.id.to_owned(), key.module_id.to_owned());
    (key.kind, id, module_id, key.number)
}

fn restore(bench: &Bench, keyed: &Keyed) -> Hub {
    let header = bench.hub.header();
    let records = keyed.0.borrow();
    let lines = [&header].into_iter();
    let lines = lines.chain(records.by_key.values()).chain(&records.events);
    let options = HubOptions::new(HOST, SEED);
    Hub::restore_lines(options, Box::new(MemoryStore), bench.now, lines).unwrap()
}

/// A bench whose hub has had something of everything, and what its store knows of it.
fn lived() -> (Bench, Keyed) {
    let keyed = Keyed::default();
    let mut bench = Bench::with_store(HubOptions::new(HOST, SEED), keyed.clone());
    for module in ["kept", "gone"] {
        bench.register_module("dev1", module);
    }
    let gone = Ask::path("DELETE", "/devices/dev1/modules/gone").header("If-Match", "*");
    assert_eq!(bench.outcome(&gone), "204");
    let twin = r#"{"tags":{"a":1}}"#;
    bench.ask(&Ask::path("PATCH", "/twins/dev1").body(twin));
    let link = bench.connect("dev1");
    bench.subscribe(link, &[("$iothub/methods/POST/#", QoS::AtLeastOnce)]);
    bench.publish(link, &format!("{TOPIC}k=v"), b"hello", Some(2));
    for round in 0..3 {
        bench.send_for_feedback(&format!("purged{round}"), "full");
        let purged = bench.outcome(&Ask::path("DELETE", "/devices/dev1/commands"));
        assert_eq!(purged, "200");
        if round < 2 {
            bench.wait(16 * SECOND);
            assert_eq!(bench.feedback().len(), 1);
        }
    }
    bench.send_for_feedback("waiting", "full");
    (bench, keyed)
}

#[test]
fn records_by_key_make_the_hub_that_they_were_made_in() {
    let (bench, keyed) = lived();
    bench.hub.copy_to(&mut keyed.clone()).unwrap();
    keyed.0.borrow_mut().events.truncate(1);
    let hub = restore(&bench, &keyed);
    let scope = SnapshotScope::ALL;
    assert_eq!(hub.snapshot(scope), bench.hub.snapshot(scope));
}

#[test]
fn all_records_of_a_device_go_with_it() {
    let (mut bench, keyed) = lived();
    bench.delete("dev1");
    let records = keyed.0.borrow();
    assert!(records.by_key.keys().all(|(_, id, _, _)| id == "dev2"));
    assert_eq!(records.by_key.len(), 2, "an identity and its twin");
}

#[test]
fn a_copy_holds_as_much_as_a_snapshot() {
    let (bench, _) = lived();
    let copy = Keyed::default();
    bench.hub.copy_to(&mut copy.clone()).unwrap();
    let copy = copy.0.borrow();
    let lines = copy.by_key.len() + copy.events.len();
    let snapshot = bench.hub.snapshot(SnapshotScope::ALL);
    assert_eq!(lines, snapshot.lines().count() - 1);
}

#[test]
fn numbers_of_events_go_on_in_a_hub_that_was_restored_without_any() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    bench.publish(link, TOPIC, b"old", None);
    let old = bench.events().remove(0);
    bench.wait(25 * 3_600 * SECOND);
    assert!(bench.events().is_empty());
    let text = bench.hub.snapshot(SnapshotScope::ALL);
    let options = HubOptions::new(HOST, SEED);
    let hub = Hub::restore(options, Box::new(MemoryStore), bench.now, &text).unwrap();
    bench.go_on_with(hub);
    let link = bench.connect("dev1");
    bench.publish(link, TOPIC, b"new", None);
    let read = EventPosition::Offset(old.offset);
    let next = bench.hub.read_events(old.partition, &read, 9).remove(0);
    assert_eq!((next.sequence_number, next.body), (1, b"new".to_vec()));
}
