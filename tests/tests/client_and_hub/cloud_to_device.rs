//! Cloud-to-device messages, from a service program to a device, and feedback on them.

use std::collections::BTreeSet;

use client::device::{CloudToDeviceMessage as Received, Message, Session};
use client::device_http::DeviceHttp;
use client::service::FeedbackWanted;
use wire::error::ErrorCode;
use wire::rest::{FeedbackRecord, FeedbackStatus};
use wire::topic::TopicFilter;

use crate::world::{MINUTE, SECOND, World, patient};

fn own() -> TopicFilter {
    TopicFilter::CloudToDevice {
        device_id: "dev1".to_owned(),
    }
}

fn message(id: &str) -> Message {
    Message::new(format!("body of {id}"))
        .with_message_id(id)
        .with_feedback(FeedbackWanted::Full)
        .with_property("color", "red")
}

fn send(world: &mut World, message: &Message) {
    let call = world.service().send_to_device(world.now, "dev1", message);
    world.call(&call.unwrap());
}

fn take(world: &mut World, device: usize) -> Option<Received> {
    Received::read(world.take(device)?)
}

fn ids(world: &mut World, device: usize) -> Vec<String> {
    let taken = std::iter::from_fn(|| take(world, device));
    taken
        .map(|it| it.message_id().unwrap().to_owned())
        .collect()
}

/// All feedback that is there, read and completed.
fn feedback(world: &mut World) -> Vec<FeedbackRecord> {
    let service = world.service();
    let mut records = Vec::new();
    while let Some(batch) = world.call(&service.receive_feedback(world.now)) {
        records.extend(batch.records);
        world.call(&service.complete_feedback(world.now, &batch.lock_token));
    }
    records
}

fn outcomes(world: &mut World) -> Vec<(String, FeedbackStatus)> {
    world.wait(MINUTE);
    let records = feedback(world).into_iter();
    records
        .map(|record| (record.original_message_id, record.status_code))
        .collect()
}

#[test]
fn a_message_arrives_with_its_properties_and_its_sender_is_told() {
    let mut world = World::new(1);
    let device = world.listener(&[own()]);
    send(&mut world, &message("m1").with_correlation_id("c 1"));
    let taken = take(&mut world, device).unwrap();
    assert_eq!(taken.body, b"body of m1");
    assert_eq!(taken.message_id(), Some("m1"));
    assert_eq!(
        taken.properties.system.correlation_id.as_deref(),
        Some("c 1")
    );
    assert_eq!(taken.properties.application("color"), Some(Some("red")));
    assert_eq!((taken.qos, taken.duplicate), (1, false));
    let expected = ("m1".to_owned(), FeedbackStatus::Success);
    assert_eq!(outcomes(&mut world), [expected]);
    assert_eq!(feedback(&mut world), [], "it is completed");
}

#[test]
fn messages_wait_for_a_device_that_is_away() {
    let mut world = World::new(1);
    let device = world.device(patient());
    for id in ["m1", "m2", "m3"] {
        send(&mut world, &message(id));
    }
    world.feed(device, |session, now| session.subscribe(now, own()));
    world.connect(device);
    assert_eq!(ids(&mut world, device), ["m1", "m2", "m3"]);
}

#[test]
fn what_the_program_has_not_taken_comes_again_after_a_crash() {
    let mut world = World::new(1);
    let device = world.listener(&[own()]);
    send(&mut world, &message("m1"));
    send(&mut world, &message("m2"));
    assert_eq!(take(&mut world, device).unwrap().message_id(), Some("m1"));
    assert_eq!(world.parties[device].inbox.len(), 1, "it has come");
    // The program ends, and another starts.
    world.lose(device);
    let string = world.service();
    let identity = world.call(&string.get_device(world.now, "dev1"));
    let string = string.device_connection_string(&identity).unwrap();
    let other = world.join(string, patient());
    world.feed(other, |session, now| session.subscribe(now, own()));
    world.connect(other);
    assert_eq!(ids(&mut world, other), ["m2"]);
    let outcomes = outcomes(&mut world);
    assert!(
        outcomes
            .iter()
            .all(|(_, status)| *status == FeedbackStatus::Success)
    );
    assert_eq!(outcomes.len(), 2);
}

#[test]
fn a_message_that_nobody_takes_expires() {
    let mut world = World::new(1);
    world.register("dev1");
    let expiry = world.now.plus(10 * SECOND);
    send(&mut world, &message("m1").with_expiry(expiry));
    let expected = ("m1".to_owned(), FeedbackStatus::Expired);
    assert_eq!(outcomes(&mut world), [expected]);
}

#[test]
fn a_purge_removes_what_waits() {
    let mut world = World::new(1);
    world.register("dev1");
    send(&mut world, &message("m1"));
    send(&mut world, &message("m2"));
    let purge = world.service().purge_messages(world.now, "dev1");
    assert_eq!(world.call(&purge).total_messages_purged, 2);
    let purged = outcomes(&mut world).into_iter();
    assert!(purged.map(|it| it.1).eq([FeedbackStatus::Purged; 2]));
}

#[test]
fn feedback_that_is_abandoned_comes_again() {
    let mut world = World::new(1);
    let device = world.listener(&[own()]);
    send(&mut world, &message("m1"));
    take(&mut world, device);
    world.wait(MINUTE);
    let service = world.service();
    let first = world.call(&service.receive_feedback(world.now)).unwrap();
    assert_eq!(world.call(&service.receive_feedback(world.now)), None);
    world.call(&service.abandon_feedback(world.now, &first.lock_token));
    let again = world.call(&service.receive_feedback(world.now)).unwrap();
    assert_eq!(again.records, first.records);
    let late = service.complete_feedback(world.now, &first.lock_token);
    let late = world.try_call(&late).unwrap_err();
    assert_eq!(late.code(), Some(ErrorCode::DeviceMessageLockLost));
}

#[test]
fn a_full_queue_refuses() {
    let mut world = World::new(1);
    world.register("dev1");
    for number in 0..50 {
        send(&mut world, &message(&number.to_string()));
    }
    let call = world
        .service()
        .send_to_device(world.now, "dev1", &message("x"));
    let refused = world.try_call(&call.unwrap()).unwrap_err();
    assert_eq!(
        refused.code(),
        Some(ErrorCode::DeviceMaximumQueueDepthExceeded)
    );
}

#[test]
fn a_device_receives_and_sends_over_http() {
    let mut world = World::new(1);
    let device = DeviceHttp::new(world.register("dev1")).unwrap();
    for id in ["m1", "m2", "m3"] {
        send(&mut world, &message(id));
    }
    let receive = device.receive(world.now);
    let first = world.call(&receive).unwrap();
    assert_eq!(first.body, b"body of m1");
    assert_eq!(first.properties.application("color"), Some(Some("red")));
    world.call(&device.abandon(world.now, &first.lock_token));
    let first = world.call(&receive).unwrap();
    assert_eq!(first.properties.system.message_id.as_deref(), Some("m1"));
    world.call(&device.complete(world.now, &first.lock_token));
    let second = world.call(&receive).unwrap();
    world.call(&device.reject(world.now, &second.lock_token));
    let third = world.call(&receive).unwrap();
    world.call(&device.complete(world.now, &third.lock_token));
    assert_eq!(world.call(&receive), None);
    let mut outcomes = outcomes(&mut world);
    outcomes.sort_by(|a, b| a.0.cmp(&b.0));
    let statuses = outcomes.into_iter().map(|it| it.1);
    assert!(statuses.eq([
        FeedbackStatus::Success,
        FeedbackStatus::Rejected,
        FeedbackStatus::Success
    ]));

    let telemetry = Message::new("hello").with_property("alert", "true");
    world.call(&device.send(world.now, &telemetry).unwrap());
    let events = world.events();
    assert_eq!(events[0].body, b"hello");
    assert_eq!(
        events[0].properties.application("alert"),
        Some(Some("true"))
    );
}

#[test]
fn every_message_is_taken_on_a_network_that_loses_links() {
    let mut losses = 0;
    for seed in 0..20 {
        let mut world = World::new(seed);
        let device = world.device(patient());
        world.feed(device, |session, now| session.subscribe(now, own()));
        world.feed(device, Session::connect);
        let (mut sent, mut taken, mut steps) = (0, BTreeSet::new(), 0);
        while taken.len() < 40 {
            steps += 1;
            assert!(
                steps < 100_000,
                "seed {seed}: the messages do not get through"
            );
            match world.roll(40) {
                0..2 if sent < 40 => {
                    let wanted = message(&sent.to_string());
                    let call = world.service().send_to_device(world.now, "dev1", &wanted);
                    world.hub.request(world.now, &call.unwrap().request);
                    world.drain_hub();
                    assert!(world.responses.pop().unwrap().status().is_success());
                    sent += 1;
                }
                2 => world.lose(device),
                3..6 => {
                    let millis = world.roll(3_000).into();
                    world.pass(std::time::Duration::from_millis(millis));
                }
                6..12 => {
                    if let Some(next) = world.next_message(device) {
                        world.feed(device, |session, now| {
                            session.acknowledge(now, next.delivery);
                        });
                        let message = Received::read(next).unwrap();
                        taken.insert(message.message_id().unwrap().to_owned());
                    }
                }
                _ => world.carry_a_piece(device),
            }
        }
        losses += world.losses;
        for _ in 0..10 {
            world.wait(MINUTE);
            while let Some(left) = take(&mut world, device) {
                assert!(taken.contains(left.message_id().unwrap()), "a repetition");
            }
        }
        let successes = outcomes(&mut world);
        let all = successes.iter().all(|it| it.1 == FeedbackStatus::Success);
        assert!(all, "seed {seed}: {successes:?}");
        assert_eq!(successes.len(), 40, "seed {seed}: each counts once");
    }
    assert!(losses > 100, "{losses} losses put it to the test");
}
