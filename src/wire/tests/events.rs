//! What a reader of events is told about each.

#![allow(
    clippy::needless_raw_string_hashes,
    reason = "the expectations are rewritten in this form"
)]

use expect_test::expect;
use wire::event::{Event, EventPosition};
use wire::properties::MessageProperties;
use wire::timestamp::Timestamp;

fn event() -> Event {
    Event {
        partition: 2,
        sequence_number: 41,
        offset: "4096".to_owned(),
        enqueued_time: Timestamp::from_millis(1_785_578_400_123),
        device_id: "dev1".to_owned(),
        module_id: None,
        auth_method: r#"{"scope":"device","type":"sas","issuer":"iothub"}"#.to_owned(),
        generation_id: "638".to_owned(),
        message_source: "Telemetry".to_owned(),
        properties: MessageProperties::default(),
        body: b"{\"t\":31}".to_vec(),
    }
}

fn lines(event: &Event) -> String {
    let annotations = event.annotations().into_iter();
    let lines: Vec<String> = annotations
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect();
    lines.concat()
}

#[test]
fn annotations_of_a_device() {
    expect![[r#"
        x-opt-sequence-number: 41
        x-opt-offset: 4096
        x-opt-enqueued-time: 2026-08-01T10:00:00.1230000Z
        iothub-connection-device-id: dev1
        iothub-connection-auth-method: {"scope":"device","type":"sas","issuer":"iothub"}
        iothub-connection-auth-generation-id: 638
        iothub-enqueuedtime: 2026-08-01T10:00:00.1230000Z
        iothub-message-source: Telemetry
    "#]]
    .assert_eq(&lines(&event()));
}

#[test]
fn annotations_of_a_module_with_plug_and_play_properties() {
    let mut event = event();
    event.module_id = Some("m".to_owned());
    event.properties = MessageProperties::parse_bag("$.ifid=i&$.sub=thermostat1&$.schema=s&a=b")
        .expect("a good bag");
    expect![[r#"
        x-opt-sequence-number: 41
        x-opt-offset: 4096
        x-opt-enqueued-time: 2026-08-01T10:00:00.1230000Z
        iothub-connection-device-id: dev1
        iothub-connection-module-id: m
        iothub-connection-auth-method: {"scope":"device","type":"sas","issuer":"iothub"}
        iothub-connection-auth-generation-id: 638
        iothub-enqueuedtime: 2026-08-01T10:00:00.1230000Z
        iothub-message-source: Telemetry
        iothub-interface-id: i
        dt-subject: thermostat1
        iothub-message-schema: s
    "#]]
    .assert_eq(&lines(&event));
}

#[test]
fn json_keeps_everything() {
    let mut event = event();
    event.properties = MessageProperties::parse_bag("$.mid=1&a=b&k").expect("a good bag");
    let json = serde_json::to_string(&event).expect("an event is JSON");
    let read: Event = serde_json::from_str(&json).expect("what was written");
    assert_eq!(read, event);
    for position in [
        EventPosition::Earliest,
        EventPosition::Offset("1".to_owned()),
        EventPosition::SequenceNumber {
            number: 1,
            inclusive: true,
        },
        EventPosition::EnqueuedTime(Timestamp::from_millis(1)),
    ] {
        let json = serde_json::to_string(&position).expect("a position is JSON");
        let read: EventPosition = serde_json::from_str(&json).expect("what was written");
        assert_eq!(read, position);
    }
}
