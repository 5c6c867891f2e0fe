//! What the hub sends to a device, through the async handle.

use client::device::{
    CloudToDeviceMessage, Device, DeviceOptions, MethodRequest, SendError, SubscribeError,
};
use futures::executor::LocalPool;
use serde_json::json;
use wire::connection_string::DeviceConnectionString;

use crate::bench::{HOST, KEY, SECOND, calm, device};
use crate::handle_bench::{Lab, Outcome};

const TOPIC: &str = "devices/dev1/messages/devicebound/%24.mid=m1&color=red";
const REBOOT: &str = "$iothub/methods/POST/reboot/?$rid=1";

type Method = Result<MethodRequest, SubscribeError>;
type Received = Result<CloudToDeviceMessage, SubscribeError>;

fn next_method(lab: &mut Lab) -> Outcome<Method> {
    let device = lab.device.clone();
    lab.start(async move { device.next_method().await })
}

fn next_message(lab: &mut Lab) -> Outcome<Received> {
    let device = lab.device.clone();
    lab.start(async move { device.next_cloud_to_device().await })
}

fn send(lab: &mut Lab, packet_id: u16, body: &str) {
    lab.hub(|hub| hub.publish(TOPIC, Some(packet_id), body));
}

fn method(outcome: &Outcome<Method>) -> MethodRequest {
    outcome.take().expect("a call is there").unwrap()
}

fn body(outcome: &Outcome<Received>) -> String {
    let message = outcome.take().expect("a message is there").unwrap();
    String::from_utf8(message.body).unwrap()
}

#[test]
fn a_method_is_called_and_answered() {
    let mut lab = Lab::connected(calm());
    let call = next_method(&mut lab);
    assert_eq!(lab.got(), ["SUBSCRIBE #1 $iothub/methods/POST/#"]);
    assert!(call.borrow().is_none());
    lab.hub(|hub| hub.publish(REBOOT, None, r#"{"delay":3}"#));
    let method = method(&call);
    assert_eq!(
        (&*method.name, &method.payload),
        ("reboot", &json!({"delay": 3}))
    );
    let device = lab.device.clone();
    let answered = lab.run(async move { device.respond(&method, 200, json!({"ok": 1})).await });
    assert_eq!(answered.unwrap().unwrap().times_sent, 1);
    assert_eq!(lab.got(), [r#"PUBLISH #2 {"ok":1}"#]);
}

#[test]
fn a_call_that_comes_while_nobody_asks_waits() {
    let mut lab = Lab::connected(calm());
    let first = next_method(&mut lab);
    for number in 1..4 {
        let topic = format!("$iothub/methods/POST/m{number}/?$rid={number}");
        lab.hub(|hub| hub.publish(&topic, None, ""));
    }
    assert_eq!(method(&first).name, "m1");
    for expected in ["m2", "m3"] {
        let next = next_method(&mut lab);
        assert_eq!(method(&next).name, expected);
    }
    assert_eq!(lab.got().len(), 1, "one subscription is enough");
}

#[test]
fn when_too_many_calls_wait_the_oldest_give_way() {
    let mut lab = Lab::connected(DeviceOptions {
        max_inbox: 2,
        ..calm()
    });
    for number in 1..5 {
        let topic = format!("$iothub/methods/POST/m{number}/?$rid={number}");
        lab.hub(|hub| hub.publish(&topic, None, ""));
    }
    for expected in ["m3", "m4"] {
        let next = next_method(&mut lab);
        assert_eq!(method(&next).name, expected);
    }
    assert!(next_method(&mut lab).borrow().is_none());
}

#[test]
fn an_answer_after_the_connection_is_lost_fails() {
    let mut lab = Lab::connected(calm());
    let call = next_method(&mut lab);
    lab.hub(|hub| hub.publish(REBOOT, None, ""));
    let method = method(&call);
    lab.cut();
    let device = lab.device.clone();
    let answered = lab.run(async move { device.respond(&method, 200, json!(null)).await });
    assert_eq!(answered, Some(Err(SendError::CallerGone)));
}

#[test]
fn a_cloud_to_device_message_is_acknowledged_when_the_program_takes_it() {
    let mut lab = Lab::connected(calm());
    let message = next_message(&mut lab);
    assert_eq!(
        lab.got(),
        ["SUBSCRIBE #1 devices/dev1/messages/devicebound/#"]
    );
    send(&mut lab, 7, "hello");
    let message = message.take().unwrap().unwrap();
    assert_eq!(message.body, b"hello");
    assert_eq!(message.message_id(), Some("m1"));
    assert_eq!(message.properties.application("color"), Some(Some("red")));
    assert_eq!((message.qos, message.duplicate), (1, false));
    assert_eq!(lab.got(), ["PUBACK #7"]);
    send(&mut lab, 8, "later");
    assert_eq!(lab.got(), [""; 0], "nobody has taken it");
    let later = next_message(&mut lab);
    assert_eq!(body(&later), "later");
    assert_eq!(lab.got(), ["PUBACK #8"]);
}

#[test]
fn what_was_not_taken_when_the_connection_is_lost_comes_once_from_the_next() {
    let mut lab = Lab::connected(calm());
    let first = next_message(&mut lab);
    send(&mut lab, 1, "one");
    send(&mut lab, 2, "two");
    assert_eq!(body(&first), "one");
    lab.cut();
    let second = next_message(&mut lab);
    assert!(second.borrow().is_none(), "the hub has it");
    lab.wait(SECOND);
    lab.got();
    send(&mut lab, 1, "two");
    assert_eq!(body(&second), "two");
    assert_eq!(lab.got(), ["PUBACK #1"]);
    assert!(next_message(&mut lab).borrow().is_none());
}

#[test]
fn taking_any_message_acknowledges_it_too() {
    let mut lab = Lab::connected(calm());
    send(&mut lab, 7, "hello");
    let device = lab.device.clone();
    let message = lab.run(async move { device.next_message().await });
    assert_eq!(message.unwrap().unwrap().body, b"hello");
    assert_eq!(lab.got(), ["PUBACK #7"]);
}

#[test]
fn each_kind_has_its_own_reader() {
    let mut lab = Lab::connected(calm());
    let (call, message) = (next_method(&mut lab), next_message(&mut lab));
    let device = lab.device.clone();
    let patch = lab.start(async move { device.next_desired_patch().await });
    lab.hub(|hub| {
        let topic = "$iothub/twin/PATCH/properties/desired/?$version=5";
        hub.publish(topic, None, "not json");
        hub.publish(topic, None, r#"{"a":null,"$version":5}"#);
    });
    send(&mut lab, 7, "hello");
    lab.hub(|hub| hub.publish(REBOOT, None, ""));
    assert_eq!(method(&call).name, "reboot");
    assert_eq!(body(&message), "hello");
    let patch = patch.take().unwrap().unwrap();
    assert_eq!(patch.version, 5);
    assert_eq!(
        serde_json::Value::Object(patch.properties),
        json!({"a": null})
    );
}

#[test]
fn a_module_gets_no_cloud_to_device_messages() {
    let text = format!("HostName={HOST};DeviceId=dev1;ModuleId=mod1;SharedAccessKey={KEY}");
    let module: DeviceConnectionString = text.parse().unwrap();
    let mut lab = Lab::of(module, calm());
    let device = lab.device.clone();
    lab.run(async move { device.connect().await })
        .unwrap()
        .unwrap();
    let refused = next_message(&mut lab).take().unwrap();
    assert!(
        matches!(refused, Err(SubscribeError::NotOwn { .. })),
        "{refused:?}"
    );
    let call = next_method(&mut lab);
    lab.hub(|hub| hub.publish(REBOOT, None, ""));
    assert_eq!(method(&call).name, "reboot");
}

#[test]
fn without_a_driver_nothing_comes() {
    let world = Lab::new(calm()).world;
    let (device, driver) = Device::new(device(), calm(), world);
    drop(driver);
    LocalPool::new().run_until(async move {
        assert_eq!(device.next_method().await, Err(SubscribeError::Closed));
        assert_eq!(
            device.next_cloud_to_device().await,
            Err(SubscribeError::Closed)
        );
        assert_eq!(
            device.next_desired_patch().await,
            Err(SubscribeError::Closed)
        );
    });
}
