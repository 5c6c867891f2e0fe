//! What happens when there is no room for more.

use std::{path::Path, rc::Rc};

use http::Request;
use hub::{Hub, HubOptions, Output};
use wire::{event::EventPosition, sas::SasToken};

use super::{
    database::Database,
    load, now, open,
    write::{Flusher, Writer},
};
use crate::{data_folder::DataFolder, host::Keep as _};

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
    let body = "x".repeat(1_000);
    let mut acknowledged = 0;
    let failure = loop {
        // Several inputs, and then their changes are kept: all, or none.
        for _ in 0..3 {
            ask(&mut hub, "POST", "/devices/dev1/messages/events", &body);
        }
        match flusher.flush(&hub) {
            Ok(()) => acknowledged += 3,
            Err(failure) => break failure.to_string(),
        }
    };
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
    let events = (0..4).map(|it| {
        hub.read_events(it, &EventPosition::Earliest, usize::MAX)
            .len()
    });
    assert_eq!(events.sum::<usize>(), acknowledged);
    assert!(hub.device("x").is_none());
}
