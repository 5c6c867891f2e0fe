//! A hub that fuzz targets drive: with devices, a connection that is open, and a service program's token.

use std::collections::BTreeSet;
use std::time::Duration;

use http::{Request, Response};
use hub::{ConnectionId, Hub, HubOptions, MemoryStore, Output, RequestId, SnapshotScope};
use serde_json::Value;
use wire::error::{ERROR_CODE_HEADER, ErrorCode};
use wire::mqtt::mqttrs::{Connect, Packet, Protocol, QoS, Subscribe, SubscribeTopic};
use wire::mqtt::{self, Frame};
use wire::sas::{SasToken, device_resource};
use wire::timestamp::Timestamp;
use wire::topic::HubTopic;

/// The hub's name.
const HOST: &str = "contoso.azure-devices.net";

/// When the clock starts: 2026-08-01T10:00:00Z.
const START: Timestamp = Timestamp::from_millis(1_785_578_400_000);

/// Later than any time that a target comes to, in seconds.
const FOREVER: u64 = 40_000_000_000;

/// A hub and what was promised about it.
pub(crate) struct Bench {
    pub(crate) hub: Hub,
    pub(crate) now: Timestamp,
    pub(crate) token: String,
    open: BTreeSet<ConnectionId>,
    waiting: BTreeSet<RequestId>,
    last: Option<Response<Vec<u8>>>,
}

impl Bench {
    /// A hub with the device `dev1`.
    pub(crate) fn new() -> Self {
        let hub = Hub::new(HubOptions::new(HOST, [7; 32]));
        let string = hub.service_connection_string("iothubowner");
        let key = string.expect("a default policy").key;
        let token = SasToken::sign(HOST, &key, FOREVER, Some("iothubowner")).to_text();
        let mut bench = Self {
            hub,
            now: START,
            token: token.into_inner(),
            open: BTreeSet::new(),
            waiting: BTreeSet::new(),
            last: None,
        };
        let answer = bench.ask("PUT", "/devices/dev1", br#"{"deviceId":"dev1"}"#);
        assert_eq!(answer.status().as_u16(), 200);
        bench
    }

    pub(crate) fn open(&mut self) -> ConnectionId {
        let link = self.hub.open(self.now);
        self.open.insert(link);
        self.drain();
        link
    }

    /// A connection of `dev1` that is subscribed to everything.
    pub(crate) fn connect(&mut self, clean_session: bool) -> ConnectionId {
        let link = self.open();
        let string = self.hub.device_connection_string("dev1");
        let Some(string) = string else {
            // The input deleted the device.
            return link;
        };
        let wire::connection_string::DeviceCredential::SharedAccessKey(key) = string.credential
        else {
            return link;
        };
        let resource = device_resource(HOST, "dev1", None);
        let token = SasToken::sign(&resource, &key, FOREVER, None).to_text();
        let user = format!("{HOST}/dev1/?api-version=2021-04-12");
        self.packet(
            link,
            &Packet::Connect(Connect {
                protocol: Protocol::MQTT311,
                keep_alive: 60,
                client_id: "dev1",
                clean_session,
                last_will: None,
                username: Some(&user),
                password: Some(token.expose().as_bytes()),
            }),
        );
        let filters = [
            "devices/dev1/messages/devicebound/#",
            "$iothub/twin/res/#",
            "$iothub/twin/PATCH/properties/desired/#",
            "$iothub/methods/POST/#",
        ];
        let topics = filters.map(|filter| SubscribeTopic {
            topic_path: filter.to_owned(),
            qos: QoS::AtLeastOnce,
        });
        let pid = 1.try_into().expect("not zero");
        self.packet(
            link,
            &Packet::Subscribe(Subscribe::new(pid, topics.to_vec())),
        );
        link
    }

    fn packet(&mut self, link: ConnectionId, packet: &Packet<'_>) {
        self.bytes(link, &mqtt::encode(packet).expect("a packet"));
    }

    pub(crate) fn bytes(&mut self, link: ConnectionId, bytes: &[u8]) {
        self.hub.receive(self.now, link, bytes);
        self.drain();
    }

    pub(crate) fn lose(&mut self, link: ConnectionId) {
        self.hub.closed(self.now, link);
        self.open.remove(&link);
        self.drain();
    }

    /// Asks as a service program that may do everything; the last answer that came is given.
    pub(crate) fn ask(&mut self, method: &str, path: &str, body: &[u8]) -> Response<Vec<u8>> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{path}?api-version=2021-04-12"))
            .header("authorization", &self.token)
            .body(body.to_vec())
            .expect("a request");
        self.request(&request);
        self.last.take().expect("an answer at once")
    }

    /// Makes a request that is answered at once.
    pub(crate) fn answer(&mut self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        self.request(request);
        self.last.take().expect("an answer at once")
    }

    pub(crate) fn request(&mut self, request: &Request<Vec<u8>>) {
        let id = self.hub.request(self.now, request);
        self.waiting.insert(id);
        self.drain();
    }

    /// Lets time pass. A deadline that comes must be met, or the hub's owner would turn for ever.
    pub(crate) fn wait(&mut self, time: Duration) {
        let end = self.now.plus(time);
        let mut stuck = 0;
        while let Some(deadline) = self.hub.next_deadline().filter(|at| *at <= end) {
            stuck = if deadline > self.now { 0 } else { stuck + 1 };
            assert!(stuck < 1_000, "a deadline is never met");
            self.now = self.now.max(deadline);
            self.hub.advance(self.now);
            self.drain();
        }
        self.now = end;
        self.hub.advance(end);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.hub.poll() {
            match output {
                Output::Send { connection, bytes } => {
                    assert!(
                        self.open.contains(&connection),
                        "sent on a link that is gone"
                    );
                    well_formed(&bytes);
                }
                Output::Close { connection, .. } => {
                    assert!(self.open.remove(&connection), "closed twice");
                }
                Output::Respond { request, response } => {
                    assert!(self.waiting.remove(&request), "answered twice");
                    honest(&response);
                    self.last = Some(response);
                }
            }
        }
    }

    /// A snapshot of the hub restores to the same hub.
    pub(crate) fn survives_a_restart(&self) {
        let text = self.hub.snapshot(SnapshotScope::ALL);
        let options = HubOptions::new(HOST, [7; 32]);
        let hub = Hub::restore(options, Box::new(MemoryStore), self.now, &text);
        let hub = hub.unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(hub.snapshot(SnapshotScope::ALL), text);
    }
}

/// What the hub sends is one packet, and one that a client can read.
fn well_formed(bytes: &[u8]) {
    let frame = Frame::parse(bytes).expect("the hub sends packets");
    if let Packet::Publish(publish) = frame.decode().expect("a frame decodes") {
        HubTopic::parse(publish.topic_name).expect("the hub publishes to its own topics");
    }
}

/// An answer is well-formed, and a refusal says which one it is.
fn honest(response: &Response<Vec<u8>>) {
    let status = response.status();
    assert!(response.headers().contains_key("x-ms-request-id"));
    if status.is_success() {
        return;
    }
    let name = response.headers()[ERROR_CODE_HEADER]
        .to_str()
        .expect("text");
    let code = ErrorCode::from_name(name).expect("a code of the catalogue");
    assert_eq!(code.status(), status, "{name}");
    serde_json::from_slice::<Value>(response.body()).expect("a refusal is JSON");
}
