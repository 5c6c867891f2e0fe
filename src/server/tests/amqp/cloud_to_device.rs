//! Sending to devices.

use serde_amqp::{
    Value,
    primitives::{OrderedMap, Timestamp},
};
use serde_bytes::ByteBuf;

use crate::{
    client::{condition, message, texts},
    hub::{HOST, TestHub, seconds_from_now},
};

const ADDRESS: &str = "/messages/devicebound";

/// A message with a destination and a body.
pub(crate) fn message_to(to: &str) -> Vec<u8> {
    let properties = vec![Value::from("m1"), Value::Null, Value::from(to)];
    message([(0x73, Value::List(properties)), (0x75, data("hello"))])
}

fn data(text: &str) -> Value {
    Value::Binary(ByteBuf::from(text.as_bytes()))
}

/// The headers of the next message that waits for the device, and its body.
async fn received(hub: &TestHub) -> (http::HeaderMap, String) {
    let answer = hub
        .ask("GET", "/devices/dev1/messages/devicebound", "")
        .await;
    assert_eq!(answer.status(), 200);
    let (parts, body) = answer.into_parts();
    (parts.headers, String::from_utf8(body).unwrap())
}

#[tokio::test]
async fn a_message_reaches_its_device_by_every_spelling_of_the_address() {
    let hub = TestHub::start().await;
    let mut client = hub.open_service().await;
    for address in [
        ADDRESS,
        "messages/deviceBound",
        &format!("amqps://{HOST}/messages/devicebound"),
        &format!("amqps://{HOST}:5671/messages/deviceBound/"),
    ] {
        let link = client.attach_sender(address).await.unwrap();
        let message = message_to("/devices/dev1/messages/deviceBound");
        client.send_message(link, &message).await.unwrap();
        assert_eq!(received(&hub).await.1, "hello", "{address}");
    }
}

#[tokio::test]
async fn properties_reach_the_device() {
    let hub = TestHub::start().await;
    let mut client = hub.open_service().await;
    let link = client.attach_sender(ADDRESS).await.unwrap();
    let expiry = i64::try_from(seconds_from_now(600)).unwrap() * 1000;
    let properties = vec![
        Value::from("m1"),
        data("user"),
        Value::from("/devices/dev1/messages/devicebound"),
        Value::Null,
        Value::Null,
        Value::from("c1"),
        Value::Symbol("application/json".into()),
        Value::Symbol("utf-8".into()),
        Value::Timestamp(Timestamp::from_milliseconds(expiry)),
    ];
    let message = message([
        (0x73, Value::List(properties)),
        (0x74, texts([("iothub-ack", "full"), ("Colour", "blue")])),
        (0x75, data("hel")),
        (0x75, data("lo")),
    ]);
    client.send_message(link, &message).await.unwrap();
    let (headers, body) = received(&hub).await;
    assert_eq!(body, "hello");
    for (name, value) in [
        ("iothub-messageid", "m1"),
        ("iothub-userid", "user"),
        ("iothub-correlationid", "c1"),
        ("iothub-contenttype", "application/json"),
        ("iothub-contentencoding", "utf-8"),
        ("iothub-ack", "full"),
        ("iothub-app-colour", "blue"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    assert!(headers.contains_key("iothub-expiry"));
}

#[tokio::test]
async fn what_cannot_be_delivered_is_rejected_with_the_services_condition() {
    let hub = TestHub::start().await;
    let mut client = hub.open_service().await;
    let link = client.attach_sender(ADDRESS).await.unwrap();
    for (to, expected) in [
        ("/devices/nobody/messages/devicebound", "amqp:not-found"),
        ("", "amqp:not-allowed"),
        ("/devices/dev1", "amqp:not-allowed"),
        (
            "/devices/dev1/modules/m/messages/devicebound",
            "amqp:not-implemented",
        ),
    ] {
        let error = client
            .send_message(link, &message_to(to))
            .await
            .unwrap_err();
        assert_eq!(condition(&error), expected, "{to}");
    }
}

#[tokio::test]
async fn a_full_queue_rejects_for_its_limit() {
    let hub = TestHub::start().await;
    let mut client = hub.open_service().await;
    let link = client.attach_sender(ADDRESS).await.unwrap();
    let message = message_to("/devices/dev1/messages/devicebound");
    for _ in 0..50 {
        client.send_message(link, &message).await.unwrap();
    }
    let error = client.send_message(link, &message).await.unwrap_err();
    assert_eq!(condition(&error), "amqp:resource-limit-exceeded");
}

#[tokio::test]
async fn a_message_in_several_frames_is_one() {
    let hub = TestHub::start().await;
    let mut client = hub.open_service().await;
    let link = client.attach_sender(ADDRESS).await.unwrap();
    let message = message_to("/devices/dev1/messages/devicebound");
    let (first, second) = message.split_at(20);
    client.transfer_part(link, first, true).await;
    let delivery = client.transfer(link, second).await;
    client.outcome(delivery).await.unwrap();
    assert_eq!(received(&hub).await.1, "hello");
}

#[tokio::test]
async fn an_id_with_a_percent_sign_is_found_encoded_and_raw() {
    let hub = TestHub::start().await;
    let identity = r#"{"deviceId":"a%41","status":"enabled","authentication":{"type":"sas"}}"#;
    assert_eq!(
        hub.ask("PUT", "/devices/a%2541", identity).await.status(),
        200
    );
    let mut client = hub.open_service().await;
    let link = client.attach_sender(ADDRESS).await.unwrap();
    for to in [
        "/devices/a%2541/messages/devicebound",
        "/devices/a%41/messages/devicebound",
    ] {
        client.send_message(link, &message_to(to)).await.unwrap();
    }
}

#[tokio::test]
async fn devices_over_amqp_are_refused_by_name() {
    let hub = TestHub::start().await;
    let mut client = hub.open_service().await;
    let address = "/devices/dev1/messages/events";
    let error = client.attach_sender(address).await.unwrap_err();
    assert_eq!(condition(&error), "amqp:not-implemented");
}

#[tokio::test]
async fn a_property_that_a_device_could_not_read_is_refused() {
    let hub = TestHub::start().await;
    let mut client = hub.open_service().await;
    let link = client.attach_sender(ADDRESS).await.unwrap();
    let to = Value::from("/devices/dev1/messages/devicebound");
    let list = (Value::from("list"), Value::List(vec![Value::from("a")]));
    let message = message([
        (0x73, Value::List(vec![Value::Null, Value::Null, to])),
        (0x74, Value::Map(OrderedMap::from_iter([list]))),
        (0x75, data("hello")),
    ]);
    let error = client.send_message(link, &message).await.unwrap_err();
    assert_eq!(condition(&error), "com.microsoft:argument-error");
}
