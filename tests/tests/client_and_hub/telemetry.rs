//! Telemetry and connections.

use std::collections::BTreeSet;
use std::time::Duration;

use client::device::{DeviceOptions, Message, RetryPolicy, Session, SessionEvent};
use client::service::IfMatch;
use hub::CloseReason;
use wire::connection_string::DeviceConnectionString;
use wire::rest::ConnectionState;
use wire::topic::TopicFilter;

use crate::world::{HOST, MINUTE, SECOND, START, World, first_arrivals, patient, texts};

#[test]
fn a_hundred_messages_survive_a_network_that_loses_links() {
    let (mut losses, mut duplicates) = (0, 0);
    for seed in 0..40 {
        let mut world = World::new(seed);
        let device = world.device(patient());
        world.run_while_losing(device, 100);
        let party = &world.parties[device];
        assert_eq!(party.failed, [], "seed {seed}");
        assert_eq!(party.sent.len(), 100, "seed {seed}");

        let events = world.events();
        assert_eq!(first_arrivals(&events), texts(0..100), "seed {seed}");
        losses += world.losses;
        duplicates += events.len() - 100;
        // What may have come before says so.
        let mut seen = BTreeSet::new();
        for event in &events {
            let again = !seen.insert(&event.body);
            let marked = event.properties.application("mqtt-dup").is_some();
            assert!(marked || !again, "seed {seed}: an unmarked repetition");
        }
    }
    assert!(losses > 200, "{losses} losses put it to the test");
    assert!(duplicates > 20, "{duplicates} duplicates came of them");
}

#[test]
fn tokens_that_end_and_links_that_break_together_lose_nothing() {
    for seed in 0..10 {
        let mut world = World::new(seed);
        let device = world.device(DeviceOptions {
            token_lifetime: 20 * SECOND,
            renew_before: 10 * SECOND,
            ..patient()
        });
        world.run_while_losing(device, 100);
        assert_eq!(
            first_arrivals(&world.events()),
            texts(0..100),
            "seed {seed}"
        );
        assert_eq!(world.parties[device].sent.len(), 100);
    }
}

#[test]
fn renewing_the_token_goes_unnoticed() {
    let mut world = World::new(1);
    let device = world.device(DeviceOptions {
        token_lifetime: 10 * MINUTE,
        renew_before: 2 * MINUTE,
        will: Some(Message::new("gone")),
        ..patient()
    });
    world.connect(device);
    let filter = TopicFilter::Methods;
    world.feed(device, |session, now| {
        session.subscribe(now, filter);
    });
    for number in 0..120 {
        world.publish(device, number);
        world.wait(MINUTE);
    }
    let party = &world.parties[device];
    let renewals = party.count(|event| matches!(event, SessionEvent::TokenRenewed));
    assert_eq!(renewals, 15, "every eight minutes");
    let connects = party.count(|event| matches!(event, SessionEvent::Connected { .. }));
    assert_eq!(connects, 1);
    let grants = party.count(|event| matches!(event, SessionEvent::Subscribed { .. }));
    assert_eq!(grants, 16);
    let losses = party.count(|event| matches!(event, SessionEvent::Disconnected { .. }));
    assert_eq!(losses, 0);
    // Each message once, and never the will.
    assert_eq!(world.bodies(), texts(0..120));
    assert!(
        world
            .closes
            .iter()
            .all(|why| *why == CloseReason::Disconnected)
    );
}

#[test]
fn a_token_that_the_program_signed_ends_with_its_grace() {
    let mut world = World::new(1);
    let string = world.register("dev1");
    let key = world.hub.device("dev1").unwrap().authentication.clone();
    let key = key.symmetric_key.primary_key.unwrap().to_key().unwrap();
    let expires = START.plus(30 * MINUTE).as_seconds();
    let resource = wire::sas::device_resource(HOST, "dev1", None);
    let token = wire::sas::SasToken::sign(&resource, &key, expires, None);
    let string = DeviceConnectionString {
        credential: wire::connection_string::DeviceCredential::SharedAccessSignature(token),
        ..string
    };
    let device = world.join(string, patient());
    world.connect(device);
    world.wait(39 * MINUTE);
    assert!(world.parties[device].session.is_connected());
    world.wait(2 * MINUTE);
    assert_eq!(
        world.closes,
        [CloseReason::TokenExpired, refused_for_expiry()]
    );
    assert!(!world.parties[device].session.is_connected());
}

fn refused_for_expiry() -> CloseReason {
    CloseReason::Refused(hub::Refusal::TokenExpired)
}

#[test]
fn of_two_sessions_of_a_device_the_newer_stays() {
    let mut world = World::new(1);
    let string = world.register("dev1");
    let options = DeviceOptions {
        retry: RetryPolicy::None,
        will: Some(Message::new("taken over")),
        ..patient()
    };
    let older = world.join(string.clone(), options.clone());
    let newer = world.join(string, options);
    world.connect(older);
    world.publish(older, 0);
    world.wait(SECOND);
    world.connect(newer);
    world.publish(newer, 1);
    world.wait(10 * MINUTE);
    assert!(!world.parties[older].session.is_connected());
    assert!(world.parties[newer].session.is_connected());
    assert_eq!(world.closes, [CloseReason::TakenOver]);
    assert_eq!(world.bodies(), ["0", "taken over", "1"]);
    let gave_up = world.parties[older].count(|event| matches!(event, SessionEvent::GaveUp(_)));
    assert_eq!(gave_up, 1);
}

#[test]
fn two_sessions_that_both_retry_fight_and_lose_no_message() {
    let mut world = World::new(1);
    let string = world.register("dev1");
    let rivals = [(); 2].map(|()| world.join(string.clone(), patient()));
    for rival in rivals {
        world.connect(rival);
    }
    for number in 0..40 {
        world.publish(rivals[number % 2], number);
        world.wait(SECOND / 2);
    }
    world.wait(10 * SECOND);
    let fights = world.closes.len();
    assert!(fights > 10, "{fights} times one threw out the other");
    assert!(
        world
            .closes
            .iter()
            .all(|why| *why == CloseReason::TakenOver)
    );
    // One gives in; the other stays.
    world.feed(rivals[0], Session::disconnect);
    world.wait(MINUTE);
    assert!(world.parties[rivals[1]].session.is_connected());
    let arrived: BTreeSet<_> = world.bodies().into_iter().collect();
    assert_eq!(arrived, texts(0..40).into_iter().collect());
    for rival in rivals {
        assert!(world.parties[rival].failed.is_empty());
        assert_eq!(world.parties[rival].sent.len(), 20);
    }
}

#[test]
fn a_device_that_is_disabled_is_not_let_in_again() {
    let mut world = World::new(1);
    let device = world.device(patient());
    world.connect(device);
    let mut identity = world.hub.device("dev1").unwrap().clone();
    identity.status = wire::rest::DeviceStatus::Disabled;
    let service = world.service();
    let disabled = world.call(&service.update_device(world.now, &identity, &IfMatch::Any));
    assert_eq!(disabled.connection_state, ConnectionState::Disconnected);
    world.wait(MINUTE);
    let refused = CloseReason::Refused(hub::Refusal::Disabled);
    assert_eq!(world.closes, [CloseReason::DeviceDisabled, refused]);
    assert!(!world.parties[device].session.is_connected());
}

#[test]
fn a_silent_device_pings_in_time() {
    let mut world = World::new(1);
    let device = world.device(DeviceOptions {
        keep_alive: MINUTE,
        ..patient()
    });
    world.connect(device);
    world.wait(Duration::from_hours(24));
    assert!(world.parties[device].session.is_connected());
    assert!(
        world
            .closes
            .iter()
            .all(|why| *why == CloseReason::Disconnected)
    );
}
