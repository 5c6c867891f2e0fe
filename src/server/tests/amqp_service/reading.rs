//! Events are read.

use std::collections::BTreeMap;

use amqp::message::{Ask, FailureKind, ReadFrom, Told};
use wire::{
    connection_string::{ConnectionString, EventHubsConnectionString, EventHubsCredential},
    event::{Event, EventPosition},
};

use crate::world::{HOST, World, in_world, until};

/// The hub's own record of all its events.
async fn kept(world: &World) -> Vec<Event> {
    let mut all = Vec::new();
    for partition in 0..world.hub.partition_count() {
        let read = world
            .hub
            .read_events(partition, EventPosition::Earliest, 100_000);
        all.extend(read.await.unwrap());
    }
    all
}

fn sorted(mut events: Vec<Event>) -> Vec<Event> {
    events.sort_by_key(|event| (event.partition, event.sequence_number));
    events
}

#[tokio::test]
async fn events_of_all_devices_are_read_from_the_place_to_which_the_hub_points() {
    in_world(async |world| {
        world.send_telemetry("dev1", "one").await;
        world.send_telemetry("dev2", "two").await;
        world.choose("service");
        world.read(7, ReadFrom::default());
        let partitions = world.hub.partition_count();
        assert_eq!(world.told().await, Told::Reading { id: 7, partitions });
        let events = world.events(2).await;
        let partitions: Vec<_> = events.iter().map(|event| event.partition).collect();
        assert_ne!(partitions[0], partitions[1]);
        let port = world.port;
        assert_eq!(
            world.hand.opened(),
            [
                format!("wss://{HOST}:{port}/$iothub/websocket?iothub-no-client-cert=true"),
                format!("wss://{HOST}:{port}/$servicebus/websocket"),
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn an_event_comes_with_all_that_the_hub_knows_of_it() {
    in_world(async |world| {
        let properties = [
            ("iothub-messageid", "m1"),
            ("iothub-correlationid", "c1"),
            ("iothub-contenttype", "application/json"),
            ("iothub-contentencoding", "utf-8"),
            ("iothub-app-colour", "blue"),
            ("iothub-app-empty", ""),
        ];
        world
            .send_telemetry_with("dev1", &properties, "{\"t\":21.5}")
            .await;
        world.choose("service");
        world.read(1, ReadFrom::default());
        let events = world.events(1).await;
        assert_eq!(
            events[0].properties.system.message_id.as_deref(),
            Some("m1")
        );
        assert_eq!(events, kept(world).await);
    })
    .await;
}

#[tokio::test]
async fn each_event_comes_once_and_in_order_across_broken_connections() {
    in_world(async |world| {
        world.choose("service");
        world.read(1, ReadFrom::default());
        let mut seen = Vec::new();
        for round in 0..3 {
            for number in 0..20 {
                let device = ["dev1", "dev2"][number % 2];
                world
                    .send_telemetry(device, &format!("{round}-{number}"))
                    .await;
            }
            // Some of them may not have come yet when the line is cut.
            seen.extend(world.events(1).await);
            world.hand.bar(round % 2);
            world.hand.cut();
        }
        while seen.len() < 60 {
            seen.extend(world.events(1).await);
        }
        assert!(world.hand.opened().len() > 6);
        let mut last = BTreeMap::new();
        for event in &seen {
            let number = Some(event.sequence_number);
            assert!(last.insert(event.partition, event.sequence_number) < number);
        }
        assert_eq!(sorted(seen), sorted(kept(world).await));
    })
    .await;
}

#[tokio::test]
async fn a_hub_that_has_begun_anew_is_read_from_its_beginning() {
    in_world(async |world| {
        world.choose("service");
        world.read(1, ReadFrom::default());
        world.send_telemetry("dev1", "old 1").await;
        world.send_telemetry("dev1", "old 2").await;
        world.events(2).await;
        world.begin_anew().await;
        world.send_telemetry("dev1", "new").await;
        assert_eq!(world.events(1).await[0].body, b"new");
    })
    .await;
}

#[tokio::test]
async fn events_are_read_from_a_moment_on() {
    in_world(async |world| {
        world.send_telemetry("dev1", "before").await;
        let since = kept(world).await[0].enqueued_time.as_millis() + 1;
        until(since).await;
        world.send_telemetry("dev1", "after").await;
        world.choose("service");
        let since = Some(since);
        world.read(
            1,
            ReadFrom {
                since,
                ..ReadFrom::default()
            },
        );
        assert_eq!(world.events(1).await[0].body, b"after");
    })
    .await;
}

#[tokio::test]
async fn an_event_of_the_very_moment_is_read() {
    in_world(async |world| {
        world.send_telemetry("dev1", "now").await;
        let since = Some(kept(world).await[0].enqueued_time.as_millis());
        world.choose("service");
        world.read(
            1,
            ReadFrom {
                since,
                ..ReadFrom::default()
            },
        );
        assert_eq!(world.events(1).await[0].body, b"now");
    })
    .await;
}

#[tokio::test]
async fn a_read_goes_on_where_another_ended() {
    in_world(async |world| {
        for number in 0..4 {
            world.send_telemetry("dev1", &number.to_string()).await;
        }
        world.send_telemetry("dev2", "of another partition").await;
        let all = kept(world).await;
        let first = all.iter().find(|event| event.body == b"1").unwrap();
        world.choose("service");
        world.read(
            1,
            ReadFrom {
                since: None,
                after: BTreeMap::from([(first.partition, first.sequence_number)]),
                group: None,
            },
        );
        let mut bodies: Vec<_> = world
            .events(3)
            .await
            .into_iter()
            .map(|it| it.body)
            .collect();
        bodies.sort();
        assert_eq!(bodies, [&b"2"[..], b"3", b"of another partition"]);
    })
    .await;
}

/// The Event Hubs-compatible string of the hub.
fn events_string(world: &World) -> String {
    let service = world.string("service");
    let events = EventHubsConnectionString {
        host_name: service.host_name.clone(),
        policy: Some(service.policy.clone()),
        credential: EventHubsCredential::SharedAccessKey(service.key.clone()),
        entity_path: Some(format!("iothub-ehub-{HOST}")),
        use_development_emulator: false,
    };
    ConnectionString::EventHubs(events).to_text().into_inner()
}

#[tokio::test]
async fn the_event_hubs_string_opens_events_to_whoever_has_it() {
    in_world(async |world| {
        world.send_telemetry("dev1", "one").await;
        let events = events_string(world);
        let device =
            format!("HostName={HOST};DeviceId=dev1;SharedAccessKey=AAAAAAAAAAAAAAAAAAAAAA==");
        for connection_string in [device, world.string("registryRead").to_text().into_inner()] {
            world.desk.hear(Ask::Hub {
                connection_string,
                events: Some(events.clone()),
            });
            world.read(1, ReadFrom::default());
            assert_eq!(world.events(1).await[0].body, b"one");
        }
    })
    .await;
}

#[tokio::test]
async fn a_wrong_event_hubs_string_keeps_nobody_from_the_hub_itself() {
    in_world(async |world| {
        world.desk.hear(Ask::Hub {
            connection_string: world.string("service").to_text().into_inner(),
            events: Some("a poem".to_owned()),
        });
        world.desk.hear(Ask::Feedback { id: 1 });
        assert!(matches!(world.told().await, Told::Feedback { id: 1, .. }));
        world.read(2, ReadFrom::default());
        assert_eq!(world.failure().await.kind, FailureKind::Misused);
    })
    .await;
}

#[tokio::test]
async fn the_event_hubs_string_that_is_given_leads_to_events_without_asking_the_hub() {
    in_world(async |world| {
        world.send_telemetry("dev1", "one").await;
        world.desk.hear(Ask::Hub {
            connection_string: world.string("service").to_text().into_inner(),
            events: Some(events_string(world)),
        });
        world.read(1, ReadFrom::default());
        assert_eq!(world.events(1).await[0].body, b"one");
        assert_eq!(world.hand.opened().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_read_that_is_stopped_tells_no_more() {
    in_world(async |world| {
        world.choose("service");
        world.read(1, ReadFrom::default());
        assert!(matches!(world.told().await, Told::Reading { id: 1, .. }));
        world.desk.hear(Ask::Stop { id: 1 });
        world.send_telemetry("dev1", "one").await;
        world.read(2, ReadFrom::default());
        assert!(matches!(world.told().await, Told::Reading { id: 2, .. }));
        assert!(matches!(world.told().await, Told::Events { id: 2, .. }));
    })
    .await;
}

/// The events of what was told.
fn events_of(told: Vec<Told>) -> Vec<Event> {
    let events = told.into_iter().filter_map(|told| match told {
        Told::Events { events, .. } => Some(events),
        _ => None,
    });
    events.flatten().collect()
}

#[tokio::test]
async fn a_flood_of_events_waits_at_the_hub_until_what_was_told_is_taken() {
    in_world(async |world| {
        world.choose("service");
        world.read(1, ReadFrom::default());
        assert!(matches!(world.told().await, Told::Reading { id: 1, .. }));
        for number in 0..1_000 {
            let device = ["dev1", "dev2"][number % 2];
            world.send_telemetry(device, &number.to_string()).await;
        }
        // What another asks meanwhile is answered: nothing is stuck but the events.
        world.read(2, ReadFrom::default());
        let mut others = 0;
        let mut untaken = Vec::new();
        while others < 1_000 {
            match world.told().await {
                Told::Events { id: 2, events } => {
                    others += events.len();
                    world.desk.hear(Ask::Took { id: 2 });
                }
                told => untaken.push(told),
            }
        }
        let untaken = untaken
            .into_iter()
            .filter(|told| matches!(told, Told::Events { id: 1, .. }));
        let untaken: Vec<_> = untaken.collect();
        assert!(untaken.len() <= 4, "{}", untaken.len());
        for _ in &untaken {
            world.desk.hear(Ask::Took { id: 1 });
        }
        let mut all = events_of(untaken);
        let missing = 1_000 - all.len();
        assert!(missing > 0);
        all.extend(world.events(missing).await);
        assert_eq!(sorted(all), sorted(kept(world).await));
    })
    .await;
}

#[tokio::test]
async fn large_events_are_told_a_few_at_a_time() {
    in_world(async |world| {
        let body = "x".repeat(100 * 1024);
        for _ in 0..12 {
            world.send_telemetry("dev1", &body).await;
        }
        world.choose("service");
        world.read(1, ReadFrom::default());
        let mut read = 0;
        while read < 12 {
            let Told::Events { id, events } = world.told().await else {
                continue;
            };
            assert!(events.len() <= 3, "{}", events.len());
            read += events.len();
            world.desk.hear(Ask::Took { id });
        }
    })
    .await;
}

#[tokio::test]
async fn a_group_that_is_full_is_told_of_and_another_one_reads_on() {
    in_world(async |world| {
        world.send_telemetry("dev1", "one").await;
        world.choose("service");
        for id in 1..=5 {
            world.desk.hear(Ask::Read {
                id,
                from: ReadFrom::default(),
            });
            world.events(1).await;
        }
        world.read(6, ReadFrom::default());
        let failure = world.failure().await;
        assert_eq!(failure.kind, FailureKind::LimitReached, "{failure:?}");
        let group = Some("page".to_owned());
        world.read(
            7,
            ReadFrom {
                group,
                ..ReadFrom::default()
            },
        );
        assert_eq!(world.events(1).await[0].body, b"one");
    })
    .await;
}

#[tokio::test]
async fn a_group_has_a_name_that_changes_no_address() {
    in_world(async |world| {
        world.choose("service");
        let group = Some("page/Partitions/0/".to_owned());
        world.read(
            1,
            ReadFrom {
                group,
                ..ReadFrom::default()
            },
        );
        assert_eq!(world.failure().await.kind, FailureKind::Misused);
    })
    .await;
}
