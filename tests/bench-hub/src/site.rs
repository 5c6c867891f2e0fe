//! A hub with devices that speak to it as devices and service programs do: in bytes and requests.

use http::{Request, Response};
use hub::{ConnectionId, Hub, HubOptions, Output};
use wire::{
    mqtt::encode,
    mqtt::mqttrs::{Connect, Packet, Pid, Protocol, Publish, QosPid},
    sas::{SasToken, SharedAccessKey, device_resource},
    timestamp::Timestamp,
};

pub(crate) const HOST: &str = "contoso.azure-devices.net";

/// 2026-08-01T10:00:00Z.
const START: Timestamp = Timestamp::from_millis(1_785_578_400_000);

/// After everything that is measured: 2030-01-01T00:00:00Z.
const EXPIRY: u64 = 1_893_456_000;

/// A hub and its time.
pub(crate) struct Site {
    pub(crate) hub: Hub,
    pub(crate) now: Timestamp,
    owner: String,
}

impl Site {
    pub(crate) fn new() -> Self {
        let hub = Hub::new(HubOptions::new(HOST, [7; 32]));
        let policy = hub.policy("iothubowner").expect("a default policy");
        let owner = SasToken::sign(HOST, &policy.primary_key, EXPIRY, Some("iothubowner"));
        let owner = owner.to_text().expose().clone();
        Self {
            hub,
            now: START,
            owner,
        }
    }

    /// A request of a service program with all rights; it must be answered at once.
    pub(crate) fn ask(&mut self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        self.hub.request(self.now, request);
        let mut answer = None;
        while let Some(output) = self.hub.poll() {
            if let Output::Respond { response, .. } = output {
                answer = Some(response);
            }
        }
        answer.expect("the hub answers at once")
    }

    /// A request of a service program with all rights.
    pub(crate) fn request(&self, method: &str, path: &str, body: &str) -> Request<Vec<u8>> {
        Request::builder()
            .method(method)
            .uri(format!("{path}?api-version=2021-04-12"))
            .header("Authorization", &self.owner)
            .header("Content-Type", "application/json")
            .body(body.as_bytes().to_vec())
            .expect("a request")
    }

    /// Does what must be answered with 200.
    pub(crate) fn must(&mut self, method: &str, path: &str, body: &str) {
        let request = self.request(method, path, body);
        let response = self.ask(&request);
        let text = String::from_utf8_lossy(response.body());
        assert_eq!(response.status(), 200, "{method} {path}: {text}");
    }

    pub(crate) fn register(&mut self, device_id: &str) {
        let body = format!(r#"{{"deviceId":"{device_id}"}}"#);
        self.must("PUT", &format!("/devices/{device_id}"), &body);
    }

    pub(crate) fn key(&self, device_id: &str) -> SharedAccessKey {
        let device = self.hub.device(device_id).expect("a device");
        let key = device.authentication.symmetric_key.primary_key.as_ref();
        let key = key.expect("a device with keys");
        key.to_key().expect("a key")
    }

    pub(crate) fn connect(&mut self, device_id: &str) -> ConnectionId {
        let link = self.hub.open(self.now);
        let packet = connect(device_id, &device_token(device_id, &self.key(device_id)));
        self.say(link, &packet);
        link
    }

    /// Sends bytes on a link, and drops what the hub says to them; it must not close the link.
    pub(crate) fn say(&mut self, link: ConnectionId, bytes: &[u8]) {
        self.hub.receive(self.now, link, bytes);
        while let Some(output) = self.hub.poll() {
            if let Output::Close { reason, .. } = output {
                panic!("the hub closed the link: {reason:?}");
            }
        }
    }
}

/// A device's token, as text.
pub(crate) fn device_token(device_id: &str, key: &SharedAccessKey) -> String {
    let resource = device_resource(HOST, device_id, None);
    let token = SasToken::sign(&resource, key, EXPIRY, None);
    token.to_text().expose().clone()
}

/// The bytes of a device's CONNECT.
fn connect(device_id: &str, token: &str) -> Vec<u8> {
    let packet = Packet::Connect(Connect {
        protocol: Protocol::MQTT311,
        keep_alive: 0,
        client_id: device_id,
        clean_session: true,
        last_will: None,
        username: Some(&format!("{HOST}/{device_id}/?api-version=2021-04-12")),
        password: Some(token.as_bytes()),
    });
    encode(&packet).expect("a CONNECT")
}

/// The bytes of a PUBLISH at QoS 1.
pub(crate) fn publish(topic: &str, body: &[u8], id: u16) -> Vec<u8> {
    let packet = Packet::Publish(Publish {
        dup: false,
        qospid: QosPid::AtLeastOnce(Pid::try_from(id).expect("not zero")),
        retain: false,
        topic_name: topic,
        payload: body,
    });
    encode(&packet).expect("a PUBLISH")
}

/// The bytes of the CONNECT of `dev1`, for a broker that does not ask for tokens.
pub(crate) fn plain_connect() -> Vec<u8> {
    connect("dev1", "any")
}
