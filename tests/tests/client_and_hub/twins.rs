//! Twins, between a device and a service program.

use client::device::{Applied, DesiredPatch, SessionEvent, TwinAnswer, TwinError, TwinState};
use client::service::{IfMatch, TwinChange};
use serde_json::{Map, Value, json};
use wire::error::ErrorCode;
use wire::rest::Twin;
use wire::topic::{HubTopic, TopicFilter};

use crate::world::{SECOND, World, patient};

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(object) = value else {
        panic!("expected an object");
    };
    object
}

/// A section without what the hub adds to it.
fn plain(section: &Map<String, Value>) -> Value {
    let own = section.iter().filter(|(name, _)| !name.starts_with('$'));
    own.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn outcome(world: &World, device: usize) -> Result<TwinAnswer, TwinError> {
    let events = world.parties[device].events.iter().rev();
    let mut outcomes = events.filter_map(|event| match event {
        SessionEvent::TwinAnswered(_, answer) => Some(Ok(answer.clone())),
        SessionEvent::TwinFailed(_, error) => Some(Err(error.clone())),
        _ => None,
    });
    outcomes.next().expect("an outcome")
}

fn get(world: &mut World, device: usize) -> TwinState {
    world.feed(device, |session, now| {
        session.get_twin(now);
    });
    world.settle();
    match outcome(world, device) {
        Ok(TwinAnswer::Twin(twin)) => *twin,
        other => panic!("expected the twin, found {other:?}"),
    }
}

fn report(
    world: &mut World,
    device: usize,
    patch: Value,
    version: Option<u64>,
) -> Result<TwinAnswer, TwinError> {
    world.feed(device, |session, now| {
        session.patch_reported(now, &object(patch), version);
    });
    world.settle();
    outcome(world, device)
}

fn patch(world: &mut World, desired: Value) -> Twin {
    let change = TwinChange::desired(desired);
    let call = world
        .service()
        .patch_twin(world.now, "dev1", &change, &IfMatch::Any);
    world.call(&call)
}

fn announced(world: &mut World, device: usize) -> DesiredPatch {
    let message = world.take(device).expect("a change is announced");
    let HubTopic::DesiredPatch { version } = message.topic else {
        panic!("expected desired properties, found {:?}", message.topic);
    };
    let mut properties = object(serde_json::from_slice(&message.body).unwrap());
    assert_eq!(properties.remove("$version"), Some(json!(version)));
    DesiredPatch {
        version,
        properties,
    }
}

#[test]
fn what_a_device_reports_a_service_program_reads() {
    let mut world = World::new(1);
    let device = world.listener(&[]);
    let reported = json!({"connectivity": "cellular", "a": {"b": [1, 2.5, null_free()]}});
    let answer = report(&mut world, device, reported.clone(), None);
    assert_eq!(answer, Ok(TwinAnswer::Reported { version: 2 }));
    let twin = world.call(&world.service().get_twin(world.now, "dev1"));
    assert_eq!(plain(&twin.properties.reported), reported);
    assert_eq!(twin.properties.reported["$version"], 2);
    let seen = get(&mut world, device);
    assert_eq!(seen.reported.version, 2);
    assert_eq!(Value::Object(seen.reported.properties), reported);
    report(&mut world, device, json!({"a": null}), None).unwrap();
    let seen = get(&mut world, device);
    assert_eq!(
        Value::Object(seen.reported.properties),
        json!({"connectivity": "cellular"})
    );
}

fn null_free() -> Value {
    json!({"c": true})
}

#[test]
fn what_a_service_program_wants_a_device_learns() {
    let mut world = World::new(1);
    let device = world.listener(&[TopicFilter::DesiredPatches]);
    let mut twin = get(&mut world, device);
    for desired in [
        json!({"power_level": 1}),
        json!({"a": {"b": 1}}),
        json!({"a": null}),
    ] {
        let written = patch(&mut world, desired.clone());
        let change = announced(&mut world, device);
        assert_eq!(Value::Object(change.properties.clone()), desired);
        assert_eq!(twin.apply(&change), Applied::Changed);
        let properties = Value::Object(twin.desired.properties.clone());
        assert_eq!(properties, plain(&written.properties.desired));
    }
    assert_eq!(get(&mut world, device), twin);
}

#[test]
fn a_change_that_was_missed_is_noticed() {
    let mut world = World::new(1);
    let device = world.listener(&[TopicFilter::DesiredPatches]);
    let mut twin = get(&mut world, device);
    world.lose(device);
    patch(&mut world, json!({"a": 1}));
    world.wait(2 * SECOND);
    patch(&mut world, json!({"b": 2}));
    let change = announced(&mut world, device);
    assert_eq!(twin.apply(&change), Applied::Gap);
    twin = get(&mut world, device);
    assert_eq!(twin.apply(&change), Applied::Known);
    assert_eq!(
        Value::Object(twin.desired.properties),
        json!({"a": 1, "b": 2})
    );
}

#[test]
fn a_device_is_told_why_its_report_is_refused() {
    let mut world = World::new(1);
    let device = world.listener(&[]);
    let stale = report(&mut world, device, json!({"a": 1}), Some(7));
    let Err(TwinError::Rejected {
        status: 412, code, ..
    }) = stale
    else {
        panic!("expected a conflict, found {stale:?}");
    };
    assert_eq!(code, Some(ErrorCode::PreconditionFailed));
    let bad = report(&mut world, device, json!({"a.b": 1}), None);
    let Err(TwinError::Rejected {
        status: 400,
        message,
        ..
    }) = bad
    else {
        panic!("expected a refusal, found {bad:?}");
    };
    assert!(!message.is_empty());
    let good = report(&mut world, device, json!({"a": 1}), Some(1));
    assert_eq!(good, Ok(TwinAnswer::Reported { version: 2 }));
}

#[test]
fn a_service_program_changes_and_replaces_with_an_entity_tag() {
    let mut world = World::new(1);
    world.register("dev1");
    let service = world.service();
    let read = world.call(&service.get_twin(world.now, "dev1"));
    let tag = IfMatch::Etag(read.etag.clone());
    let change = TwinChange::tags(json!({"location": {"plant": "Redmond43"}}))
        .and_desired(json!({"power_level": 1}));
    let call = service.patch_twin(world.now, "dev1", &change, &tag);
    let written = world.call(&call);
    assert_eq!(
        Value::Object(written.tags),
        json!({"location": {"plant": "Redmond43"}})
    );
    let stale = world.try_call(&call).unwrap_err();
    assert_eq!(stale.code(), Some(ErrorCode::PreconditionFailed));

    let whole = TwinChange::desired(json!({"x": 1}));
    let call = service.replace_twin(world.now, "dev1", &whole, &IfMatch::Any);
    let replaced = world.call(&call);
    assert_eq!(Value::Object(replaced.tags), json!({}));
    assert_eq!(plain(&replaced.properties.desired), json!({"x": 1}));
}

#[test]
fn a_module_has_a_twin_of_its_own() {
    let mut world = World::new(1);
    world.register("dev1");
    let service = world.service();
    let identity = world.call(&service.create_module(world.now, "dev1", "mod1"));
    let string = service.module_connection_string(&identity).unwrap();
    let module = world.join(string, patient());
    world.connect(module);
    report(&mut world, module, json!({"a": 1}), None).unwrap();
    let twin = world.call(&service.get_twin(world.now, ("dev1", "mod1")));
    assert_eq!(twin.module_id.as_deref(), Some("mod1"));
    assert_eq!(plain(&twin.properties.reported), json!({"a": 1}));
    let device = world.call(&service.get_twin(world.now, "dev1"));
    assert_eq!(plain(&device.properties.reported), json!({}));
}

#[test]
fn every_report_is_answered_on_a_network_that_loses_links() {
    let mut losses = 0;
    for seed in 0..20 {
        let mut world = World::new(seed);
        let device = world.device(patient());
        world.feed(device, client::device::Session::connect);
        let (mut asked, mut steps) = (0, 0);
        let answered = |world: &World| {
            world.parties[device].count(|event| matches!(event, SessionEvent::TwinAnswered(..)))
        };
        while answered(&world) < 40 {
            steps += 1;
            assert!(
                steps < 100_000,
                "seed {seed}: the reports do not get through"
            );
            match world.roll(40) {
                0..2 if asked < 40 => {
                    let patch = object(json!({ format!("p{asked}"): asked, "last": asked }));
                    world.feed(device, |session, now| {
                        session.patch_reported(now, &patch, None);
                    });
                    asked += 1;
                }
                2 => world.lose(device),
                3..6 => {
                    let millis = world.roll(3_000).into();
                    world.pass(std::time::Duration::from_millis(millis));
                }
                _ => world.carry_a_piece(device),
            }
        }
        losses += world.losses;
        world.settle();
        let twin = world.call(&world.service().get_twin(world.now, "dev1"));
        let reported = &twin.properties.reported;
        assert!((0..40).all(|number| reported[&format!("p{number}")] == number));
        assert_eq!(reported["last"], 39, "seed {seed}: in order");
    }
    assert!(losses > 100, "{losses} losses put it to the test");
}
