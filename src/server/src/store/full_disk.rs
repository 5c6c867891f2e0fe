//! What happens when there is no room for more.

use std::{path::Path, rc::Rc};

use http::Request;
use hub::{Hub, HubOptions, Output};
use wire::{event::EventPosition, sas::SasToken};

use super::{
    database::Database,
    load, open,
    write::{Flusher, Writer},
};
use crate::{clock::now, data_folder::DataFolder, host::Keep};

const HOST: &str = "localhost";

/// Asks for something that a service may ask for, and gives the status of the answer.
fn ask(hub: &mut Hub, method: &str, path: &str, body: &str) -> u16 {
    let owner = hub.policy("iothubowner").unwrap();
    let expires = now().as_seconds() + 3_600;
    let token = SasToken::sign(HOST, &owner.primary_key, expires, Some(&owner.name));
    let request = Request::builder()
        .method(method)
        .uri(format!("{path}?api-version=2021-04-12"))
        .header("authorization", token.to_text().expose())
        .body(body.as_bytes().to_vec())
        .unwrap();
    hub.request(now(), &request);
    match hub.poll() {
        Some(Output::Respond { response, .. }) => response.status().as_u16(),
        other => panic!("expected an answer, got {other:?}"),
    }
}

fn options() -> HubOptions {
    HubOptions::new(HOST, [1; 32])
}

/// Makes a hub with one device.
fn prepare(place: &Path) -> DataFolder {
    let folder = DataFolder::open(place).unwrap();
    let (mut hub, mut keep) = open(&folder, options()).unwrap();
    let device = r#"{"deviceId":"dev1"}"#;
    assert_eq!(ask(&mut hub, "PUT", "/devices/dev1", device), 200);
    keep.flush(&hub).unwrap();
    folder
}

#[test]
fn without_room_the_hub_ends_and_has_kept_all_that_it_acknowledged() {
    let place = tempfile::tempdir().unwrap();
    let folder = prepare(&place.path().join("data"));
    let database = Rc::new(Database::open(&folder).unwrap());
    let pages = "PRAGMA page_count";
    let pages: i64 = database
        .connection
        .query_row(pages, [], |row| row.get(0))
        .unwrap();
    let limit = format!("PRAGMA max_page_count = {}", pages + 20);
    database.run(&limit).unwrap();
    let writer = Writer::new(Rc::clone(&database));
    let mut hub = load::hub(&database, options(), Box::new(writer), now()).unwrap();
    let mut flusher = Flusher::new(database);
    let (acknowledged, failure) = fill(&mut hub, &mut flusher);
    assert!(acknowledged > 10, "{acknowledged}");
    assert!(failure.contains("no room left on the disk"), "{failure}");
    assert!(failure.contains("hub.sqlite3"), "{failure}");
    // Nothing is kept any more, though there may be room for something small.
    assert_eq!(
        ask(&mut hub, "PUT", "/devices/x", r#"{"deviceId":"x"}"#),
        500
    );
    flusher.flush(&hub).unwrap_err();
    drop((hub, flusher));

    let (hub, _keep) = open(&folder, options()).unwrap();
    assert_eq!(events(&hub), acknowledged);
    assert!(hub.device("x").is_none());
}

/// Where the limit is that of the disk itself, it is met when a transaction is committed.
#[test]
#[ignore = "wants SMALL_DISK, a folder on a file system of three megabytes or so"]
fn on_a_small_disk_the_hub_ends_and_has_kept_all_that_it_acknowledged() {
    let place = std::env::var("SMALL_DISK").unwrap();
    let folder = prepare(&Path::new(&place).join("data"));
    let (mut hub, mut keep) = open(&folder, options()).unwrap();
    let (acknowledged, failure) = fill(&mut hub, &mut *keep);
    assert!(acknowledged > 100, "{acknowledged}");
    assert!(failure.contains("no room left on the disk"), "{failure}");
    drop((hub, keep));
    // There may be no room to fold the log into the file either, and that is no loss.
    if let Err(refusal) = open(&folder, options()) {
        let refusal = refusal.to_string();
        assert!(refusal.contains("no room left on the disk"), "{refusal}");
    }
    drop(folder);
    let larger = tempfile::tempdir().unwrap();
    for name in ["hub.sqlite3", "hub.sqlite3-wal"] {
        let from = Path::new(&place).join("data").join(name);
        std::fs::copy(from, larger.path().join(name)).unwrap();
    }
    let folder = DataFolder::open(larger.path()).unwrap();
    let (hub, _keep) = open(&folder, options()).unwrap();
    assert_eq!(events(&hub), acknowledged);
}

/// Sends until no more can be kept; gives how many messages were acknowledged, and the words of the failure.
fn fill(hub: &mut Hub, keep: &mut dyn Keep) -> (usize, String) {
    let body = "x".repeat(1_000);
    let mut acknowledged = 0;
    loop {
        // Several inputs, and then their changes are kept: all, or none.
        for _ in 0..3 {
            ask(hub, "POST", "/devices/dev1/messages/events", &body);
        }
        match keep.flush(hub) {
            Ok(()) => acknowledged += 3,
            Err(failure) => return (acknowledged, failure.to_string()),
        }
    }
}

fn events(hub: &Hub) -> usize {
    let partitions = 0..hub.partition_count();
    let read = |it| hub.read_events(it, &EventPosition::Earliest, usize::MAX);
    partitions.map(|it| read(it).len()).sum()
}
