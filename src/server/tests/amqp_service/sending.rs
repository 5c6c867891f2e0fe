//! Messages are sent to devices, and feedback comes back.

use amqp::message::{Ask, CloudToDevice, FailureKind, Told};
use http::Response;
use wire::{
    properties::{MessageProperties, SystemProperties},
    rest::{FeedbackRecord, FeedbackStatus},
    timestamp::Timestamp,
};

use crate::world::{World, in_world, now};

fn message(device: &str, body: &[u8]) -> CloudToDevice {
    CloudToDevice {
        device_id: device.to_owned(),
        body: body.to_vec(),
        ..CloudToDevice::default()
    }
}

async fn send(world: &mut World, message: CloudToDevice) -> Told {
    world.desk.hear(Ask::Send { id: 3, message });
    world.told().await
}

/// Takes the next message as the device, and completes it.
async fn received(world: &World, device: &str) -> Response<Vec<u8>> {
    let path = format!("/devices/{device}/messages/devicebound");
    let message = world.rest("GET", &path, &[], Vec::new()).await;
    assert_eq!(message.status(), 200);
    let lock = message.headers()["etag"].to_str().unwrap().replace('"', "");
    let path = format!("{path}/{lock}");
    let done = world.rest("DELETE", &path, &[], Vec::new()).await;
    assert_eq!(done.status(), 204);
    message
}

#[tokio::test]
async fn a_message_reaches_its_device_with_all_of_its_properties() {
    in_world(async |world| {
        world.choose("service");
        let expiry = Timestamp::from_millis(now() + 600_000).to_iso();
        let system = SystemProperties {
            message_id: Some("m1".to_owned()),
            correlation_id: Some("c1".to_owned()),
            user_id: Some("user".to_owned()),
            content_type: Some("application/json".to_owned()),
            content_encoding: Some("utf-8".to_owned()),
            expiry: Some(expiry.clone()),
            ack: Some("full".to_owned()),
            ..SystemProperties::default()
        };
        let application = vec![("Colour".to_owned(), Some("blue".to_owned()))];
        let message = CloudToDevice {
            properties: MessageProperties {
                system,
                application,
            },
            ..message("dev1", b"hello")
        };
        assert_eq!(send(world, message).await, Told::Sent { id: 3 });
        let received = received(world, "dev1").await;
        assert_eq!(received.body(), b"hello");
        for (name, value) in [
            ("iothub-messageid", "m1"),
            ("iothub-correlationid", "c1"),
            ("iothub-userid", "user"),
            ("iothub-contenttype", "application/json"),
            ("iothub-contentencoding", "utf-8"),
            ("iothub-expiry", &expiry),
            ("iothub-ack", "full"),
            ("iothub-app-colour", "blue"),
        ] {
            assert_eq!(received.headers()[name], value, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn messages_go_on_one_connection_in_the_order_in_which_they_were_asked_for() {
    in_world(async |world| {
        world.choose("service");
        for id in 0..10 {
            let message = message("dev1", id.to_string().as_bytes());
            world.desk.hear(Ask::Send { id, message });
        }
        for id in 0..10 {
            assert_eq!(world.told().await, Told::Sent { id });
            let body = received(world, "dev1").await.into_body();
            assert_eq!(body, id.to_string().into_bytes());
        }
        assert_eq!(world.hand.opened().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_broken_connection_is_noticed_at_once_and_replaced() {
    in_world(async |world| {
        world.choose("service");
        let sent = send(world, message("dev1", b"one")).await;
        assert_eq!(sent, Told::Sent { id: 3 });
        received(world, "dev1").await;
        world.hand.cut();
        let cut = now();
        // The break may be noticed before the next message goes, or by it.
        let told = send(world, message("dev1", b"two")).await;
        if let Told::Failed { failure, .. } = told {
            assert_eq!(failure.kind, FailureKind::Closed);
            assert!(now() - cut < 10_000);
            let sent = send(world, message("dev1", b"two")).await;
            assert_eq!(sent, Told::Sent { id: 3 });
        }
        assert_eq!(received(world, "dev1").await.body(), b"two");
        assert_eq!(world.hand.opened().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn an_id_may_hold_what_an_address_cannot() {
    in_world(async |world| {
        let device = "a#b%41?c=d";
        let identity = format!(
            r#"{{"deviceId":"{device}","status":"enabled","authentication":{{"type":"sas"}}}}"#
        );
        let encoded = wire::rest::encode_id(device);
        let path = format!("/devices/{encoded}");
        let made = world.rest("PUT", &path, &[], identity.into_bytes()).await;
        assert_eq!(made.status(), 200);
        world.choose("service");
        let sent = send(world, message(device, b"hello")).await;
        assert_eq!(sent, Told::Sent { id: 3 });
        assert_eq!(received(world, &encoded).await.body(), b"hello");
    })
    .await;
}

#[tokio::test]
async fn there_is_no_such_device() {
    in_world(async |world| {
        world.choose("service");
        world.desk.hear(Ask::Send {
            id: 1,
            message: message("nobody", b"hello"),
        });
        let failure = world.failure().await;
        assert_eq!(failure.kind, FailureKind::NotFound);
        assert_eq!(failure.condition.as_deref(), Some("amqp:not-found"));
        // The next message goes on the same connection.
        assert_eq!(
            send(world, message("dev1", b"hello")).await,
            Told::Sent { id: 3 }
        );
        assert_eq!(world.hand.opened().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_full_queue_takes_no_more() {
    in_world(async |world| {
        world.choose("service");
        for _ in 0..50 {
            let sent = send(world, message("dev1", b"hello")).await;
            assert_eq!(sent, Told::Sent { id: 3 });
        }
        world.desk.hear(Ask::Send {
            id: 1,
            message: message("dev1", b"hello"),
        });
        let failure = world.failure().await;
        assert_eq!(failure.kind, FailureKind::LimitReached);
        assert!(
            failure
                .description
                .contains("DeviceMaximumQueueDepthExceeded"),
            "{failure:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_message_of_64_kilobytes_is_sent_and_a_larger_one_is_refused() {
    in_world(async |world| {
        world.choose("service");
        let sent = send(world, message("dev1", &vec![b'x'; 65_000])).await;
        assert_eq!(sent, Told::Sent { id: 3 });
        assert_eq!(received(world, "dev1").await.body().len(), 65_000);
        for bytes in [65_537, 300_000] {
            let message = message("dev1", &vec![b'x'; bytes]);
            world.desk.hear(Ask::Send { id: 1, message });
            let failure = world.failure().await;
            assert_eq!(failure.kind, FailureKind::Refused, "{bytes}");
            assert_eq!(
                failure.condition.as_deref(),
                Some("amqp:link:message-size-exceeded"),
                "{bytes}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn an_expiry_that_is_no_time_is_not_sent() {
    in_world(async |world| {
        world.choose("service");
        let mut message = message("dev1", b"hello");
        message.properties.system.expiry = Some("tomorrow".to_owned());
        world.desk.hear(Ask::Send { id: 1, message });
        let failure = world.failure().await;
        assert_eq!(failure.kind, FailureKind::Refused);
        assert!(failure.description.contains("2026-08-01T10:00:00Z"));
        assert!(world.hand.opened().is_empty());
    })
    .await;
}

#[tokio::test]
async fn feedback_is_taken_once() {
    in_world(async |world| {
        world.choose("service");
        own_batch(world, "dev1").await;
        let records = feedback(world, 9).await;
        assert_eq!(records.len(), 64);
        assert_eq!(records[5].original_message_id, "own-5");
        assert_eq!(records[5].status_code, FeedbackStatus::Success);
        assert_eq!(records[5].device_id, "dev1");
        // It is completed: nothing is left, and nothing is locked.
        let path = "/messages/serviceBound/feedback";
        let left = world.rest("GET", path, &[], Vec::new()).await;
        assert_eq!(left.status(), 204);
        assert!(feedback(world, 10).await.is_empty());
    })
    .await;
}

/// Has another service send as many messages to a device as make a batch of feedback at once, and the device take them.
async fn batch_of_another(world: &World, device: &str) {
    for number in 0..64 {
        let id = format!("other-{number}");
        let headers = [("iothub-messageid", id.as_str()), ("iothub-ack", "full")];
        let path = format!("/devices/{device}/messages/devicebound");
        let sent = world.rest("POST", &path, &headers, b"hi".into()).await;
        assert_eq!(sent.status(), 204);
        received(world, device).await;
    }
}

/// Has this service do the same.
async fn own_batch(world: &mut World, device: &str) {
    for number in 0..64 {
        let mut message = message(device, b"hello");
        message.properties.system.message_id = Some(format!("own-{number}"));
        message.properties.system.ack = Some("full".to_owned());
        assert_eq!(send(world, message).await, Told::Sent { id: 3 });
        received(world, device).await;
    }
}

async fn feedback(world: &mut World, id: u32) -> Vec<FeedbackRecord> {
    world.desk.hear(Ask::Feedback { id });
    match world.told().await {
        Told::Feedback { records, .. } => records,
        told => panic!("expected feedback, got {told:?}"),
    }
}

#[tokio::test]
async fn feedback_of_another_service_is_left_to_it() {
    in_world(async |world| {
        world.choose("service");
        batch_of_another(world, "dev2").await;
        own_batch(world, "dev1").await;
        // The other's batch is the older one, and not in the way.
        let records = feedback(world, 9).await;
        assert_eq!(records.len(), 64);
        assert!(records.iter().all(|record| record.device_id == "dev1"));
        assert!(feedback(world, 10).await.is_empty());
        let path = "/messages/serviceBound/feedback";
        let theirs = world.rest("GET", path, &[], Vec::new()).await;
        assert_eq!(theirs.status(), 200);
        let theirs: Vec<FeedbackRecord> = serde_json::from_slice(theirs.body()).unwrap();
        assert!(theirs.iter().all(|record| record.device_id == "dev2"));
        assert_eq!(theirs.len(), 64);
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_is_also_about_an_own_device_is_taken_as_a_whole() {
    in_world(async |world| {
        world.choose("service");
        own_batch(world, "dev1").await;
        feedback(world, 9).await;
        let mut own = message("dev1", b"hello");
        own.properties.system.message_id = Some("mine".to_owned());
        own.properties.system.ack = Some("full".to_owned());
        send(world, own).await;
        received(world, "dev1").await;
        batch_of_another(world, "dev2").await;
        let records = feedback(world, 10).await;
        let of = |device: &str| {
            let mine = records.iter().filter(|record| record.device_id == device);
            mine.count()
        };
        assert_eq!((of("dev1"), of("dev2")), (1, 63));
    })
    .await;
}
