//! What can go wrong is told in a way that can be explained.

use amqp::message::{Ask, CloudToDevice, Failure, FailureKind, ReadFrom};
use wire::{connection_string::ServiceConnectionString, sas::SharedAccessKey};

use crate::world::{World, in_world};

/// Chooses a hub with a connection string that is not quite right.
fn choose(world: &mut World, change: impl FnOnce(&mut ServiceConnectionString)) {
    let mut string = world.string("service");
    change(&mut string);
    world.desk.hear(Ask::Hub {
        connection_string: string.to_text().into_inner(),
        events: None,
    });
}

/// What a read, a message and feedback fail with: the same.
async fn failure(world: &mut World) -> Failure {
    let message = CloudToDevice {
        device_id: "dev1".to_owned(),
        ..CloudToDevice::default()
    };
    world.desk.hear(Ask::Read {
        id: 1,
        from: ReadFrom::default(),
    });
    let failure = world.failure().await;
    world.desk.hear(Ask::Send { id: 2, message });
    assert_eq!(world.failure().await.kind, failure.kind);
    world.desk.hear(Ask::Feedback { id: 3 });
    assert_eq!(world.failure().await.kind, failure.kind);
    failure
}

#[tokio::test]
async fn a_wrong_key_opens_nothing() {
    in_world(async |world| {
        choose(world, |string| string.key = SharedAccessKey::from([1; 32]));
        let failure = failure(world).await;
        assert_eq!(failure.kind, FailureKind::Unauthorized);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_policy_opens_nothing() {
    in_world(async |world| {
        choose(world, |string| string.policy = "nobody".to_owned());
        let failure = failure(world).await;
        assert_eq!(failure.kind, FailureKind::Unauthorized);
    })
    .await;
}

#[tokio::test]
async fn a_policy_without_the_right_of_services_opens_nothing() {
    in_world(async |world| {
        world.choose("registryRead");
        let failure = failure(world).await;
        assert_eq!(failure.kind, FailureKind::Unauthorized);
        assert!(failure.description.contains("ServiceConnect"));
    })
    .await;
}

#[tokio::test]
async fn a_host_that_is_not_there_cannot_be_reached() {
    in_world(async |world| {
        // The certificate of the hub does not speak of this host, as that of a stranger would not.
        choose(world, |string| {
            string.host_name = "elsewhere.example".to_owned();
        });
        let failure = failure(world).await;
        assert_eq!(failure.kind, FailureKind::Unreachable);
    })
    .await;
}

#[tokio::test]
async fn a_string_of_the_wrong_kind_is_told_of_when_something_is_asked() {
    in_world(async |world| {
        world.desk.hear(Ask::Hub {
            connection_string:
                "HostName=h.example;DeviceId=d;SharedAccessKey=AAAAAAAAAAAAAAAAAAAAAA==".to_owned(),
            events: None,
        });
        let failure = failure(world).await;
        assert_eq!(failure.kind, FailureKind::Misused);
        assert!(!failure.description.contains("AAAA"));
        assert!(world.hand.opened().is_empty());
    })
    .await;
}

#[tokio::test]
async fn nothing_can_be_asked_without_a_hub() {
    in_world(async |world| {
        let failure = failure(world).await;
        assert_eq!(failure.kind, FailureKind::Misused);
    })
    .await;
}
