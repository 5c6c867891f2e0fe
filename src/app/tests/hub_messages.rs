//! `www/hub.js` speaks to the bench in the form of these messages, which no compiler compares with it.

#![cfg(not(target_arch = "wasm32"))]

use lab::Metered;
use lab::outside::{Trouble, TroubleKind};
use lessons::message::{Command, HubView, LiveHub, Message, Report, Right};
use serde_json::{json, to_value};
use wire::timestamp::Timestamp;

#[test]
fn commands_have_the_form_that_the_dialog_sends() {
    let given = |events: Option<&str>| {
        to_value(Command::GoLive {
            connection_string: "HostName=…".to_owned(),
            events: events.map(str::to_owned),
            group: None,
            prefix: "playground-".to_owned(),
        })
    };
    let sent = |events| json!({ "go-live": { "connection_string": "HostName=…", "events": events, "group": null, "prefix": "playground-" } });
    assert_eq!(given(Some("Endpoint=…")).unwrap(), sent(Some("Endpoint=…")));
    assert_eq!(given(None).unwrap(), sent(None));
    let leave = Command::Leave {
        delete_devices: true,
    };
    assert_eq!(
        to_value(leave).unwrap(),
        json!({ "leave": { "delete_devices": true } })
    );
    let diagnose = Command::Diagnose {
        id: 1,
        text: "x".to_owned(),
    };
    assert_eq!(
        to_value(diagnose).unwrap(),
        json!({ "diagnose": { "id": 1, "text": "x" } })
    );
}

#[test]
fn reports_have_the_form_that_the_bar_reads() {
    let live = LiveHub {
        host_name: "hub.example".to_owned(),
        policy: Some("service".to_owned()),
        rights: Some(vec![Right::ServiceConnect]),
        relay: true,
        events: false,
        prefix: "playground-".to_owned(),
        created: vec!["playground-dev1".to_owned()],
        metered: Metered {
            standard: 12,
            free: 15,
        },
        metered_in_lesson: Metered {
            standard: 3,
            free: 4,
        },
        trouble: Some((
            Trouble::new(TroubleKind::NoSocket, "closed"),
            Some(Timestamp::from_millis(5)),
        )),
    };
    let told = to_value(Report::Hub(HubView::Live(Box::new(live)))).unwrap();
    let read = json!({ "hub": { "live": {
        "host_name": "hub.example", "policy": "service", "rights": ["service-connect"], "relay": true, "events": false, "prefix": "playground-",
        "created": ["playground-dev1"], "metered": { "standard": 12, "free": 15 }, "metered_in_lesson": { "standard": 3, "free": 4 },
        "trouble": [{ "kind": "no-socket", "detail": "closed" }, 5],
    } } });
    assert_eq!(told, read);
    assert_eq!(
        to_value(Report::Hub(HubView::Emulated)).unwrap(),
        json!({ "hub": "emulated" })
    );
    let refused = Report::Refused {
        message: Message::new("no").with("host", "h").with("count", 2_u16),
        of_hub: true,
    };
    let read = json!({ "refused": { "message": { "id": "no", "arguments": [["host", { "text": "h" }], ["count", { "number": 2.0 }]] }, "of_hub": true } });
    assert_eq!(to_value(refused).unwrap(), read);
}
