//! What clients of the hub ask for and send.

use std::time::{SystemTime, UNIX_EPOCH};

use http::{Method, Request};
use server::host::{HubHandle, Link, ToLink};
use wire::{
    mqtt::{
        encode,
        mqttrs::{Connect, LastWill, Packet, Pid, Protocol, QoS, Subscribe, SubscribeTopic},
    },
    sas::{SasToken, SharedAccessKey, device_resource},
};

use crate::HOST;

const KEY: [u8; 32] = [3; 32];

/// A request that anybody may make, to be refused.
pub(crate) fn get() -> Request<Vec<u8>> {
    Request::get("/devices/x?api-version=2021-04-12")
        .body(Vec::new())
        .unwrap()
}

/// Registers a device.
pub(crate) async fn register(hub: &HubHandle, id: &str) {
    let key = SharedAccessKey::from(KEY).to_base64();
    let keys = serde_json::json!({ "primaryKey": key.expose(), "secondaryKey": key.expose() });
    let authentication = serde_json::json!({ "type": "sas", "symmetricKey": keys });
    let identity = serde_json::json!({ "deviceId": id, "authentication": authentication });
    let path = format!("/devices/{id}");
    let request = as_owner(hub, Method::PUT, &path, identity.to_string().into_bytes());
    assert_eq!(hub.request(request).await.unwrap().status(), 200);
}

/// A request that sends a device as much as one message holds.
pub(crate) fn send_to_device(hub: &HubHandle, id: &str) -> Request<Vec<u8>> {
    let path = format!("/devices/{id}/messages/devicebound");
    as_owner(hub, Method::POST, &path, vec![b'x'; 60_000])
}

/// Connects a device that is sent its messages, and that has something to say at its end.
pub(crate) async fn connect_with_will(hub: &HubHandle, id: &str) -> Link {
    let user_name = format!("{HOST}/{id}/?api-version=2021-04-12");
    let resource = device_resource(HOST, id, None);
    let password = token(&resource, &SharedAccessKey::from(KEY), None);
    let mut link = hub.open().await.unwrap();
    let connect = Packet::Connect(Connect {
        protocol: Protocol::MQTT311,
        keep_alive: 0,
        client_id: id,
        clean_session: true,
        last_will: Some(LastWill {
            topic: &format!("devices/{id}/messages/events/"),
            message: b"farewell",
            qos: QoS::AtLeastOnce,
            retain: false,
        }),
        username: Some(&user_name),
        password: Some(password.as_bytes()),
    });
    exchange(&mut link, &connect).await;
    let topic_path = format!("devices/{id}/messages/devicebound/#");
    let qos = QoS::AtMostOnce;
    let subscribe = Packet::Subscribe(Subscribe {
        pid: Pid::new(),
        topics: vec![SubscribeTopic { topic_path, qos }],
    });
    exchange(&mut link, &subscribe).await;
    link
}

/// Sends a packet, and waits for an answer.
async fn exchange(link: &mut Link, packet: &Packet<'_>) {
    let bytes = encode(packet).unwrap();
    link.receive(bytes.into()).await.unwrap();
    let answer = link.next().await;
    assert!(matches!(answer, Some(ToLink::Bytes(_))), "{answer:?}");
}

fn as_owner(hub: &HubHandle, method: Method, path: &str, body: Vec<u8>) -> Request<Vec<u8>> {
    let mut policies = hub.policies().iter();
    let owner = policies.find(|it| it.name == "iothubowner").unwrap();
    let token = token(HOST, &owner.primary_key, Some(&owner.name));
    Request::builder()
        .method(method)
        .uri(format!("{path}?api-version=2021-04-12"))
        .header("authorization", token)
        .header("content-type", "application/json")
        .body(body)
        .unwrap()
}

fn token(resource: &str, key: &SharedAccessKey, policy: Option<&str>) -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let token = SasToken::sign(resource, key, since.as_secs() + 3_600, policy);
    token.to_text().expose().clone()
}
