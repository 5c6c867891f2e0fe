//! Feedback that is not as it should be.

use amqp::message::{Ask, CloudToDevice, FailureKind, Told};

use crate::peer::{Conduct, ask};

const FIRST: &str = r#"[{"originalMessageId":"m1","enqueuedTimeUtc":"2026-08-01T10:00:00Z","statusCode":"Success",
    "description":"Success","deviceId":"dev1","deviceGenerationId":"1"}]"#;
/// A status that nobody knows, a message without an id, something else, and one that is sound.
const MIXED: &str = r#"[
    {"originalMessageId":"m2","enqueuedTimeUtc":"2026-08-01T10:00:00Z","statusCode":"Lost",
     "description":"Lost","deviceId":"dev1","deviceGenerationId":"1"},
    {"enqueuedTimeUtc":"2026-08-01T10:00:00Z","statusCode":"Success",
     "description":"Success","deviceId":"dev1","deviceGenerationId":"1"},
    7,
    {"originalMessageId":"m4","enqueuedTimeUtc":"2026-08-01T10:00:00Z","statusCode":"Expired",
     "description":"Expired","deviceId":"dev1","deviceGenerationId":"1"}]"#;

/// Asks for feedback on messages to a device. Of the message itself is told before: the hub takes one connection.
fn questions() -> Vec<Ask> {
    let message = CloudToDevice {
        device_id: "dev1".to_owned(),
        ..CloudToDevice::default()
    };
    vec![Ask::Feedback { id: 1 }, Ask::Send { id: 2, message }]
}

/// The ids of the messages of which a hub tells with these batches, until it ends the connection.
async fn told_of(batches: Vec<&'static str>) -> Vec<String> {
    match ask(Conduct::Tells(batches), questions()).await {
        (Told::Feedback { id: 1, records }, _) => {
            let ids = records.into_iter().map(|record| record.original_message_id);
            ids.collect()
        }
        (told, _) => panic!("expected feedback, got {told:?}"),
    }
}

#[tokio::test]
async fn a_record_that_cannot_be_understood_keeps_none_from_being_told() {
    assert_eq!(told_of(vec![MIXED]).await, ["m4"]);
}

#[tokio::test]
async fn what_was_completed_is_told_though_what_follows_fails() {
    assert_eq!(told_of(vec![FIRST]).await, ["m1"]);
    assert_eq!(told_of(vec![FIRST, MIXED, "no list"]).await, ["m1", "m4"]);
}

#[tokio::test]
async fn a_hub_that_tells_nothing_that_can_be_understood_has_failed() {
    let (told, _) = ask(Conduct::Tells(vec!["no list"]), questions()).await;
    let Told::Failed { id: 1, failure } = told else {
        panic!("expected a failure, got {told:?}");
    };
    assert_eq!(failure.kind, FailureKind::Protocol);
}
