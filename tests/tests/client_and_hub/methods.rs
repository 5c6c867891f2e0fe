//! Direct methods, from a service program to a device and back.

use client::device::{MethodRequest, SessionEvent};
use client::service::{CallError, Target};
use serde_json::{Value, json};
use wire::error::ErrorCode;
use wire::rest::{MethodCall, MethodResult};
use wire::topic::TopicFilter;

use crate::world::{SECOND, World, patient};

fn reboot() -> MethodCall {
    MethodCall {
        method_name: "reboot now".to_owned(),
        payload: json!({"delay": 3}),
        response_timeout_in_seconds: Some(10),
        connect_timeout_in_seconds: None,
    }
}

/// The program on the device answers what was called.
fn answer(world: &mut World, device: usize, status: i32, payload: &Value) -> MethodRequest {
    let message = world.take(device).expect("a method is called");
    let method = MethodRequest::read(message).expect("it is a method");
    world.feed(device, |session, now| {
        session.respond(now, &method, status, payload);
    });
    world.settle();
    method
}

#[test]
fn a_device_answers_a_service_program() {
    let mut world = World::new(1);
    let device = world.listener(&[TopicFilter::Methods]);
    let answers = [
        (200, json!({"ok": true})),
        (404, Value::Null),
        (-1, json!([1, "x"])),
    ];
    for (status, payload) in answers {
        let call = world.service().invoke_method(world.now, "dev1", &reboot());
        world.ask(&call);
        let method = answer(&mut world, device, status, &payload);
        assert_eq!(method.name, "reboot now");
        assert_eq!(method.payload, json!({"delay": 3}));
        let result = world.answer(&call).unwrap();
        assert_eq!(result, Ok(MethodResult { status, payload }));
    }
}

#[test]
fn a_module_answers_too() {
    let mut world = World::new(1);
    world.register("dev1");
    let service = world.service();
    let module = world.call(&service.create_module(world.now, "dev1", "mod1"));
    let string = service.module_connection_string(&module).unwrap();
    let module = world.join(string, patient());
    world.connect(module);
    world.feed(module, |session, now| {
        session.subscribe(now, TopicFilter::Methods);
    });
    world.settle();
    let call = service.invoke_method(world.now, ("dev1", "mod1"), &reboot());
    world.ask(&call);
    answer(&mut world, module, 200, &Value::Null);
    assert_eq!(world.answer(&call).unwrap().unwrap().status, 200);
}

fn failure(outcome: Option<Result<MethodResult, CallError>>) -> Option<ErrorCode> {
    outcome?.unwrap_err().code()
}

#[test]
fn a_device_that_does_not_listen_is_not_online() {
    let mut world = World::new(1);
    let device = world.device(patient());
    let call = world.service().invoke_method(world.now, "dev1", &reboot());
    let not_online = Some(ErrorCode::DeviceNotOnline);
    world.ask(&call);
    assert_eq!(failure(world.answer(&call)), not_online, "never connected");
    world.connect(device);
    world.ask(&call);
    assert_eq!(failure(world.answer(&call)), not_online, "not subscribed");
    let call = world.service().invoke_method(world.now, "dev2", &reboot());
    world.ask(&call);
    assert_eq!(
        failure(world.answer(&call)),
        Some(ErrorCode::DeviceNotFound)
    );
}

#[test]
fn a_call_waits_for_a_device_that_connects_in_time() {
    let mut world = World::new(1);
    let device = world.device(patient());
    let call = MethodCall {
        connect_timeout_in_seconds: Some(5),
        ..reboot()
    };
    let call = world
        .service()
        .invoke_method(world.now, Target::from("dev1"), &call);
    world.ask(&call);
    world.wait(3 * SECOND);
    assert_eq!(world.answer(&call), None);
    world.feed(device, |session, now| {
        session.subscribe(now, TopicFilter::Methods);
    });
    world.connect(device);
    answer(&mut world, device, 200, &Value::Null);
    assert_eq!(world.answer(&call).unwrap().unwrap().status, 200);
}

#[test]
fn a_device_that_does_not_answer_lets_the_call_time_out() {
    let mut world = World::new(1);
    let device = world.listener(&[TopicFilter::Methods]);
    let call = world.service().invoke_method(world.now, "dev1", &reboot());
    world.ask(&call);
    world.wait(9 * SECOND);
    assert_eq!(world.answer(&call), None);
    world.wait(2 * SECOND);
    assert_eq!(
        failure(world.answer(&call)),
        Some(ErrorCode::GatewayTimeout)
    );
    // An answer that is too late is acknowledged and goes nowhere.
    answer(&mut world, device, 200, &Value::Null);
    assert!(matches!(
        world.parties[device].events.last(),
        Some(SessionEvent::Sent(..))
    ));
    assert_eq!(world.answer(&call), None);
}
