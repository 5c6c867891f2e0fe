//! What a bench knows of a live hub.

use std::time::Duration;

use client::service::{IfMatch, Message, Service, TwinChange};
use hub::Tier;
use lab::{DeviceNews, action::CloudAction};
use serde_json::json;
use wire::topic::TopicFilter;

use crate::table::{DEVICE, DEVICE_PROGRAM, START, TWIN_READER, Table};

fn from_elsewhere(table: &Table, request: impl FnOnce(&Service) -> http::Request<Vec<u8>>) {
    table.beside.elsewhere(|hub, now| {
        let service = Service::new(hub.service_connection_string("iothubowner").unwrap());
        hub.request(now, &request(&service));
    });
}

#[test]
fn nothing_is_known_that_was_not_told() {
    let table = Table::new();
    let other = Table::beside_of(&table);
    let hands = other.hands();
    assert_eq!(hands.hub().device_count(), 0);
    assert!(hands.hub().device(DEVICE).is_none());
    assert_eq!(hands.hub().twin_document(DEVICE), None);
    assert_eq!(hands.hub().usage(START), None);
    assert_eq!(hands.hub().query_lag(), None);
    assert!(hands.emulated().is_none());
    assert!(!hands.hub().is_connected(DEVICE));
}

#[test]
fn what_somebody_looks_at_is_asked_for() {
    let table = Table::new();
    let mut other = Table::beside_of(&table);
    let _ = other.hands().hub().twin_document(DEVICE);
    let _ = other.hands().hub().device(DEVICE).is_some();
    other.run_for(2);
    assert!(other.hands().hub().device(DEVICE).is_some());
    let twin = other.hands().hub().twin_document(DEVICE);
    assert_eq!(twin, table.beside.hub().twin_document(DEVICE));
}

#[test]
fn what_nobody_looks_at_is_not_asked_for() {
    let mut table = Table::new();
    table.run_for(600);
    let asked = table.count_of("refresh");
    assert_eq!(asked, 0, "{:?}", table.kinds());
}

#[test]
fn what_does_not_change_is_asked_for_less_and_less_often() {
    let mut table = Table::new();
    for _ in 0..600 {
        let _ = table.hands().hub().twin_document(DEVICE);
        table.run_for(1);
    }
    let asked = table.count_of("refresh");
    assert!((5..20).contains(&asked), "{asked}");
}

#[test]
fn without_a_relay_nothing_is_asked_for() {
    let mut table = Table::without_relay();
    for _ in 0..60 {
        let _ = table.hands().hub().device(DEVICE).is_some();
        let _ = table.hands().hub().twin_document(DEVICE);
        table.run_for(1);
    }
    assert_eq!(table.kinds().len(), 0);
    assert_eq!(table.bench.next_deadline(), None);
}

#[test]
fn a_change_from_elsewhere_is_seen_after_a_refresh() {
    let mut table = Table::new();
    table.hands().refresh(DEVICE);
    table.run_for(2);
    let now = table.hands().now();
    from_elsewhere(&table, |service| {
        let change = TwinChange::default().and_desired(json!({"level": 3}));
        let call = service.patch_twin(now, DEVICE, &change, &IfMatch::Any);
        call.request
    });
    table.hands().refresh(DEVICE);
    table.run_for(3);
    let twin = table.hands().hub().twin_document(DEVICE).unwrap();
    assert!(twin.contains(r#""level":3"#), "{twin}");
}

#[test]
fn a_device_that_was_deleted_elsewhere_is_forgotten() {
    let mut table = Table::new();
    let now = table.hands().now();
    from_elsewhere(&table, |service| {
        service.delete_device(now, DEVICE, &IfMatch::Any).request
    });
    assert!(table.hands().hub().device(DEVICE).is_some(), "not told yet");
    table.hands().refresh(DEVICE);
    table.run_for(2);
    assert!(table.hands().hub().device(DEVICE).is_none());
    assert_eq!(table.hands().live().unwrap().created, [""; 0]);
}

#[test]
fn a_device_that_was_deleted_from_here_is_forgotten() {
    let mut table = Table::new();
    assert_eq!(table.hands().live().unwrap().created, [DEVICE]);
    let device_id = DEVICE.to_owned();
    table
        .hands()
        .start_in_cloud(1, CloudAction::DeleteDevice { device_id });
    table.run_for(1);
    assert!(table.hands().hub().device(DEVICE).is_none());
    assert_eq!(table.hands().live().unwrap().created, [""; 0]);
}

#[test]
fn a_device_that_was_changed_was_not_created_here() {
    let table = Table::new();
    let mut other = Table::beside_of(&table);
    let action = CloudAction::SetStatus {
        device_id: DEVICE.to_owned(),
        enabled: false,
    };
    other.hands().start_in_cloud(1, action);
    other.run_for(1);
    assert!(other.hands().hub().device(DEVICE).is_some());
    assert_eq!(other.hands().live().unwrap().created, [""; 0]);
}

#[test]
fn its_own_links_tell_what_a_device_listens_to() {
    let mut table = Table::without_relay();
    table.start(&DEVICE_PROGRAM);
    table.run_for(5);
    let messages = TopicFilter::CloudToDevice {
        device_id: DEVICE.to_owned(),
    };
    for filter in [
        &TopicFilter::Methods,
        &TopicFilter::DesiredPatches,
        &messages,
    ] {
        assert!(
            table.hands().hub().is_listening(DEVICE, filter),
            "{filter:?}"
        );
    }
    table.hands().stop("device");
    table.run_for(1);
    assert!(
        !table
            .hands()
            .hub()
            .is_listening(DEVICE, &TopicFilter::Methods)
    );
}

#[test]
fn whom_the_hub_lets_in_is_registered_and_has_its_key() {
    let mut table = Table::without_relay();
    table.start(&DEVICE_PROGRAM);
    table.run_for(5);
    assert!(table.hands().hub().is_connected(DEVICE));
    let string = table.hands().hub().device_connection_string(DEVICE);
    assert_eq!(string, table.hands().device_string());
    let news = table.bench.take_device_news();
    let Some(DeviceNews::All(devices)) = news else {
        panic!("{news:?}");
    };
    assert!(
        devices
            .iter()
            .any(|it| it.device_id == DEVICE && it.connected)
    );
}

#[test]
fn its_own_links_tell_what_a_device_sees_of_its_twin() {
    let mut table = Table::without_relay();
    assert_eq!(table.hands().hub().twin_document(DEVICE), None);
    table.start(&DEVICE_PROGRAM);
    table.run_for(5);
    let now = table.hands().now();
    from_elsewhere(&table, |service| {
        let change = TwinChange::default().and_desired(json!({"level": 3}));
        let call = service.patch_twin(now, DEVICE, &change, &IfMatch::Any);
        call.request
    });
    table.run_for(2);
    let document = table.hands().hub().twin_document(DEVICE).unwrap();
    let twin: wire::rest::Twin = serde_json::from_str(&document).unwrap();
    assert_eq!(twin.properties.desired.get("level"), Some(&json!(3)));
    assert_eq!(twin.properties.reported.get("seen"), Some(&json!(2)));
}

#[test]
fn a_connection_that_the_registry_does_not_know_yet_is_known() {
    let mut table = Table::new();
    table.start(&DEVICE_PROGRAM);
    table.run_for(5);
    assert!(table.hands().hub().is_connected(DEVICE));
    table.hands().stop("device");
    table.run_for(5);
    assert!(!table.hands().hub().is_connected(DEVICE));
}

#[test]
fn messages_that_wait_are_counted_with_and_without_a_relay() {
    for mut table in [Table::new(), Table::without_relay()] {
        let hands = table.hands();
        for _ in 0..2 {
            send(&table, DEVICE, "hello".to_owned());
        }
        table.run_for(3);
        assert_eq!(hands.hub().queued(DEVICE), 2);
        table.start(&DEVICE_PROGRAM);
        table.run_for(5);
        assert_eq!(table.count("device", "message hello"), 2);
        assert_eq!(hands.hub().queued(DEVICE), 0);
        assert_eq!(table.beside.hub().waiting_messages(DEVICE).count(), 0);
    }
}

#[test]
fn a_message_that_its_device_has_before_the_hub_answers_does_not_wait() {
    let mut table = Table::without_relay();
    table.start(&DEVICE_PROGRAM);
    table.run_for(2);
    table.set_faults(|faults| faults.lateness = Duration::from_secs(2));
    send(&table, DEVICE, "hello".to_owned());
    table.run_for(5);
    assert_eq!(table.count("device", "message hello"), 1);
    assert_eq!(table.hands().hub().queued(DEVICE), 0);
    // The next one is counted as ever.
    table.hands().stop("device");
    send(&table, DEVICE, "hello".to_owned());
    table.run_for(5);
    assert_eq!(table.hands().hub().queued(DEVICE), 1);
}

fn send(table: &Table, device_id: &str, body: String) {
    let action = CloudAction::SendMessage {
        device_id: device_id.to_owned(),
        body,
        message_id: String::new(),
        acknowledgement: lab::action::Acknowledgement::None,
        expires_after: None,
        properties: Vec::new(),
    };
    table.hands().start_in_cloud(1, action);
}

#[test]
fn what_is_purged_from_here_does_not_wait_any_more() {
    let mut table = Table::new();
    for _ in 0..2 {
        send(&table, DEVICE, "hello".to_owned());
    }
    // What does not change is asked for seldom.
    for _ in 0..60 {
        let _ = table.hands().hub().queued(DEVICE);
        table.run_for(1);
    }
    assert_eq!(table.hands().hub().queued(DEVICE), 2);
    let purge = CloudAction::PurgeQueue {
        device_id: DEVICE.to_owned(),
    };
    table.hands().start_in_cloud(2, purge);
    table.run_for(2);
    assert_eq!(table.hands().hub().queued(DEVICE), 0);
}

#[test]
fn a_device_whose_id_must_be_written_otherwise_in_a_path_is_known_by_its_own() {
    let id = "room#4?";
    let mut table = Table::new();
    let create = CloudAction::CreateDevice {
        device_id: id.to_owned(),
    };
    table.hands().start_in_cloud(1, create);
    table.run_for(1);
    assert!(
        table
            .hands()
            .live()
            .unwrap()
            .created
            .iter()
            .any(|it| it == id)
    );
    send(&table, id, "hello".to_owned());
    table.run_for(1);
    assert_eq!(table.hands().hub().queued(id), 1);
}

#[test]
fn a_twin_that_is_not_there_is_none() {
    let mut table = Table::new();
    for _ in 0..3 {
        assert_eq!(table.hands().hub().twin_document("nobody"), None);
        table.run_for(1);
    }
}

#[test]
fn a_message_sent_elsewhere_counts_once_the_hub_was_asked() {
    let mut table = Table::new();
    let now = table.hands().now();
    from_elsewhere(&table, |service| {
        let message = Message::new("hello");
        service
            .send_to_device(now, DEVICE, &message)
            .unwrap()
            .request
    });
    let _ = table.hands().hub().queued(DEVICE);
    table.run_for(3);
    assert_eq!(table.hands().hub().queued(DEVICE), 1);
}

/// All that service programs can do that counts, some of it in large.
fn actions() -> [CloudAction; 9] {
    let device_id = || DEVICE.to_owned();
    let message = |bytes: usize, properties: Vec<(String, String)>| CloudAction::SendMessage {
        device_id: device_id(),
        body: "x".repeat(bytes),
        message_id: "m".repeat(100),
        acknowledgement: lab::action::Acknowledgement::None,
        expires_after: None,
        properties,
    };
    let patch = |bytes: usize| CloudAction::PatchTwin {
        device_id: device_id(),
        patch: json!({"tags": {"t": "x".repeat(bytes)}, "properties": {"desired": {"a": 1}}})
            .to_string(),
        etag: None,
    };
    let call = |id: &str| CloudAction::CallMethod {
        device_id: id.to_owned(),
        name: "go".to_owned(),
        payload: json!("x".repeat(5_000)).to_string(),
        response_timeout: 30,
        connect_timeout: 0,
    };
    let query = |text: &str| CloudAction::Query {
        text: text.to_owned(),
        page_size: 10,
        continuation: None,
    };
    [
        message(9 * 1024, Vec::new()),
        message(400, vec![("p".to_owned(), "x".repeat(100))]),
        patch(3_000),
        CloudAction::ReadTwin {
            device_id: device_id(),
        },
        query("SELECT * FROM devices"),
        query("SELECT nonsense"),
        call(DEVICE),
        call("nobody"),
        CloudAction::PurgeQueue {
            device_id: device_id(),
        },
    ]
}

#[test]
fn what_was_used_of_the_day_is_counted_as_the_hub_does() {
    for tier in [Tier::F1, Tier::S1 { units: 1 }] {
        let mut table = Table::empty();
        table
            .beside
            .elsewhere(|hub, _| hub.enforce_limits(Some(tier)));
        table.register();
        let used = |table: &Table| {
            let now = table.hands().now();
            let usage = table.beside.hub().usage(now).messages_today;
            let metered = table.hands().live().unwrap().metered;
            let metered = match tier {
                Tier::F1 => metered.free,
                Tier::S1 { .. } => metered.standard,
            };
            (metered, usage)
        };
        table.start(&DEVICE_PROGRAM);
        table.run_for(25);
        let (metered, usage) = used(&table);
        assert!(usage >= 3, "{usage}");
        assert_eq!(metered, usage, "{tier:?}: what the device does");
        for (id, action) in (1..).zip(actions()) {
            let told = format!("{tier:?}: {action:?}");
            table.hands().start_in_cloud(id, action);
            table.run_for(5);
            let (metered, usage) = used(&table);
            assert_eq!(metered, usage, "{told}");
        }
        table.hands().stop(DEVICE_PROGRAM.name);
        table.run_for(5);
        table.hands().start_in_cloud(99, actions()[6].clone());
        table.run_for(5);
        let (metered, usage) = used(&table);
        assert_eq!(metered, usage, "{tier:?}: a call to nobody");
        table.start(&TWIN_READER);
        table.run_for(5);
        let (metered, after) = used(&table);
        assert!(after > usage + 1, "a twin of 3 KB and a change of it");
        assert_eq!(
            metered, after,
            "{tier:?}: the device's own look at its twin"
        );
    }
}

#[test]
fn a_bench_can_be_looked_at_while_something_of_it_is_held() {
    let table = Table::new();
    let hands = table.hands();
    let (hub, trace) = (hands.hub(), hands.trace());
    let entry = trace.back().unwrap().id;
    assert!(hub.device(DEVICE).is_some());
    assert_eq!(hands.live().unwrap().host_name, hub.host_name());
    assert_eq!(hands.inspect(entry).unwrap().id, entry);
    assert_eq!(hands.fleet(), None);
    assert!(hands.upcoming().is_none_or(|(at, _)| at >= hands.now()));
    assert!(
        table
            .bench
            .next_deadline()
            .is_none_or(|at| at >= hands.now())
    );
}
