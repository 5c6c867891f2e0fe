//! Events are read.

use amqp::message::{Ask, Told};

use crate::world::{HOST, in_world};

#[tokio::test]
async fn events_of_all_devices_are_read_from_the_place_to_which_the_hub_points() {
    in_world(async |world| {
        world.send_telemetry("dev1", "one").await;
        world.send_telemetry("dev2", "two").await;
        world.choose("service");
        world.desk.hear(Ask::Read { id: 7, since: None });
        let partitions = world.hub.partition_count();
        assert_eq!(world.told().await, Told::Reading { id: 7, partitions });
        let mut events = world.events(2).await;
        events.sort_by(|a, b| a.device_id.cmp(&b.device_id));
        let bodies: Vec<_> = events.iter().map(|event| &event.body[..]).collect();
        assert_eq!(bodies, [b"one", b"two"]);
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
