//! Tokens are renewed before they end.

use amqp::message::{Ask, ReadFrom, Told};

use crate::world::{in_world, now, until};

/// How long a token is good for, and how much of that is left when it is renewed, in milliseconds.
const LIFETIME: i64 = 3_600_000;
const MARGIN: i64 = 600_000;

#[tokio::test]
async fn a_read_outlives_the_token_with_which_it_began() {
    in_world(async |world| {
        // By the reader's clock, which is behind, the first token is good for an hour. The hub knows better.
        let left = 4000;
        let ends = now() + u64::try_from(left).unwrap();
        world.hand.move_clock(left - LIFETIME);
        world.choose("service");
        world.desk.hear(Ask::Read {
            id: 1,
            from: ReadFrom::default(),
        });
        assert!(matches!(world.told().await, Told::Reading { .. }));
        // The time for renewal comes.
        world.hand.move_clock(LIFETIME - MARGIN);
        // A link whose token has ended is detached by the hub, at the latest a second after that.
        until(ends + 2000).await;
        world.send_telemetry("dev1", "later").await;
        let Told::Events { events, .. } = world.told().await else {
            panic!("the read was broken");
        };
        assert_eq!(events[0].body, b"later");
    })
    .await;
}

#[tokio::test]
async fn a_read_whose_token_has_ended_begins_again_with_a_new_one() {
    in_world(async |world| {
        // As when a machine has slept: no timer rang.
        let left = 3000;
        world.hand.move_clock(left - LIFETIME);
        world.choose("service");
        world.desk.hear(Ask::Read {
            id: 1,
            from: ReadFrom::default(),
        });
        assert!(matches!(world.told().await, Told::Reading { .. }));
        let Told::Retrying { failure, .. } = world.told().await else {
            panic!("expected that the hub ends the links");
        };
        assert_eq!(
            failure.condition.as_deref(),
            Some("amqp:unauthorized-access")
        );
        world.hand.move_clock(LIFETIME - left);
        world.send_telemetry("dev1", "later").await;
        assert_eq!(world.events(1).await[0].body, b"later");
    })
    .await;
}
