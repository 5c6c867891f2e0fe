//! A hub on a bench: a clock that is moved by hand, clients that speak bytes, and a record of all
//! that the hub puts out, a line each.

use std::collections::BTreeMap;
use std::time::Duration;

use http::{Request, Response};
use hub::{CloseReason, ConnectionId, Hub, HubOptions, Output, RequestId, Store};
use wire::error::ERROR_CODE_HEADER;
use wire::event::{Event, EventPosition};
use wire::mqtt::mqttrs::{
    Connect, LastWill, Packet, Pid, Protocol, Publish, QoS, QosPid, Subscribe,
    SubscribeReturnCodes, SubscribeTopic, Unsubscribe,
};
use wire::mqtt::{Frame, encode};
use wire::sas::{SasToken, SharedAccessKey, device_resource};
use wire::timestamp::Timestamp;
use wire::topic::HubTopic;

pub(crate) const HOST: &str = "contoso.azure-devices.net";

/// What the bench's hubs draw their keys from.
pub(crate) const SEED: [u8; 32] = [42; 32];

/// When the bench's clock starts: 2026-08-01T10:00:00Z.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_785_578_400_000);

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// The topic of `dev1`'s telemetry.
pub(crate) const TOPIC: &str = "devices/dev1/messages/events/";

pub(crate) struct Bench {
    pub(crate) hub: Hub,
    pub(crate) now: Timestamp,
    /// All that the hub put out, byte for byte.
    pub(crate) transcript: Vec<u8>,
    lines: BTreeMap<ConnectionId, Vec<String>>,
    calls: BTreeMap<ConnectionId, Vec<MethodRequest>>,
    deliveries: BTreeMap<ConnectionId, Vec<Delivery>>,
    reasons: BTreeMap<ConnectionId, CloseReason>,
    responses: BTreeMap<RequestId, Response<Vec<u8>>>,
}

impl Bench {
    /// A hub with the devices `dev1` and `dev2`.
    pub(crate) fn new() -> Self {
        Self::of(HubOptions::new(HOST, SEED))
    }

    pub(crate) fn of(options: HubOptions) -> Self {
        let mut bench = Self::empty(options);
        bench.register("dev1");
        bench.register("dev2");
        bench
    }

    /// A hub without devices.
    pub(crate) fn empty(options: HubOptions) -> Self {
        Self {
            hub: Hub::new(options),
            now: START,
            transcript: Vec::new(),
            lines: BTreeMap::new(),
            calls: BTreeMap::new(),
            deliveries: BTreeMap::new(),
            reasons: BTreeMap::new(),
            responses: BTreeMap::new(),
        }
    }

    /// A hub with the devices `dev1` and `dev2` that keeps its state in a store.
    pub(crate) fn with_store(options: HubOptions, store: impl Store + 'static) -> Self {
        let mut bench = Self::empty(options.clone());
        bench.hub = Hub::with_store(options, Box::new(store));
        bench.register("dev1");
        bench.register("dev2");
        bench
    }

    /// Goes on with another hub, whose links and requests are others.
    pub(crate) fn go_on_with(&mut self, hub: Hub) {
        self.hub = hub;
        self.lines.clear();
        self.calls.clear();
        self.deliveries.clear();
        self.reasons.clear();
        self.responses.clear();
    }

    /// Lets time pass, stopping at each deadline as a good owner does.
    pub(crate) fn wait(&mut self, time: Duration) {
        self.wait_until(self.now.plus(time));
    }

    /// Lets a millisecond less pass.
    pub(crate) fn wait_almost(&mut self, time: Duration) {
        let end = self.now.plus(time).as_millis() - 1;
        self.wait_until(Timestamp::from_millis(end));
    }

    fn wait_until(&mut self, end: Timestamp) {
        for _ in 0..1000 {
            match self.hub.next_deadline() {
                Some(deadline) if deadline <= end => {
                    self.now = self.now.max(deadline);
                    self.hub.advance(self.now);
                    self.drain();
                }
                _ => {
                    self.now = end;
                    return;
                }
            }
        }
        panic!(
            "a deadline that is never met: {:?}",
            self.hub.next_deadline()
        );
    }

    /// Does what the hub wants done. What is sent on a closed link is the hub's fault.
    pub(crate) fn drain(&mut self) {
        while let Some(output) = self.hub.poll() {
            match output {
                Output::Send { connection, bytes } => {
                    assert!(
                        !self.reasons.contains_key(&connection),
                        "sent on a closed link: {bytes:?}"
                    );
                    self.transcript.extend(&bytes);
                    let frame = Frame::parse(&bytes).unwrap();
                    let packet = frame.decode().unwrap();
                    let call = MethodRequest::read(&packet);
                    self.calls.entry(connection).or_default().extend(call);
                    if let Some(delivery) = Delivery::of(&packet) {
                        self.deliveries
                            .entry(connection)
                            .or_default()
                            .push(delivery);
                        continue;
                    }
                    let line = packet_line(&packet);
                    self.lines.entry(connection).or_default().push(line);
                }
                Output::Close {
                    connection, reason, ..
                } => {
                    let line = format!("close {}", reason.id());
                    self.transcript.extend(line.as_bytes());
                    self.lines.entry(connection).or_default().push(line);
                    let former = self.reasons.insert(connection, reason);
                    assert_eq!(former, None, "closed twice");
                }
                Output::Respond { request, response } => {
                    let (head, body) = (response.headers(), response.body());
                    self.transcript
                        .extend(format!("{} {head:?}", response.status()).as_bytes());
                    self.transcript.extend(body);
                    let former = self.responses.insert(request, response);
                    assert!(former.is_none(), "answered twice");
                }
            }
        }
    }
}

/// Links and what is said on them.
impl Bench {
    pub(crate) fn open(&mut self) -> ConnectionId {
        let link = self.hub.open(self.now);
        self.drain();
        link
    }

    pub(crate) fn bytes(&mut self, link: ConnectionId, bytes: &[u8]) {
        self.hub.receive(self.now, link, bytes);
        self.drain();
    }

    pub(crate) fn packet(&mut self, link: ConnectionId, packet: &Packet<'_>) {
        self.bytes(link, &encode(packet).unwrap());
    }

    pub(crate) fn lose(&mut self, link: ConnectionId) {
        self.hub.closed(self.now, link);
        self.drain();
    }

    /// Opens a link and sends a CONNECT on it.
    pub(crate) fn greet(&mut self, greeting: &Greeting) -> ConnectionId {
        let link = self.open();
        self.bytes(link, &greeting.bytes());
        link
    }

    /// A connection of a device, without limits of time that a test could meet by chance.
    pub(crate) fn connect(&mut self, device_id: &str) -> ConnectionId {
        let greeting = self.greeting(device_id);
        self.connect_as(&greeting)
    }

    /// A connection that must be accepted.
    pub(crate) fn connect_as(&mut self, greeting: &Greeting) -> ConnectionId {
        let link = self.greet(greeting);
        let lines = self.said(link);
        assert!(lines[0].starts_with("CONNACK 0"), "{lines:?}");
        link
    }

    /// What a device of the registry says to connect.
    pub(crate) fn greeting(&self, device_id: &str) -> Greeting {
        let resource = device_resource(HOST, device_id, None);
        let token = self.token(&resource, &self.key(device_id), None);
        Greeting {
            client_id: device_id.to_owned(),
            user_name: Some(format!("{HOST}/{device_id}/?api-version=2021-04-12")),
            password: Some(token.into_bytes()),
            keep_alive: 0,
            clean_session: false,
            will: None,
        }
    }

    pub(crate) fn publish(
        &mut self,
        link: ConnectionId,
        topic: &str,
        body: &[u8],
        packet_id: Option<u16>,
    ) {
        self.packet(link, &Packet::Publish(message(topic, body, packet_id)));
    }

    pub(crate) fn subscribe(&mut self, link: ConnectionId, filters: &[(&str, QoS)]) {
        let topics = filters.iter().map(|(filter, qos)| SubscribeTopic {
            topic_path: (*filter).to_owned(),
            qos: *qos,
        });
        let subscribe = Subscribe {
            pid: pid(1),
            topics: topics.collect(),
        };
        self.packet(link, &Packet::Subscribe(subscribe));
    }

    pub(crate) fn unsubscribe(&mut self, link: ConnectionId, filters: &[&str]) {
        let unsubscribe = Unsubscribe {
            pid: pid(1),
            topics: filters.iter().map(|filter| (*filter).to_owned()).collect(),
        };
        self.packet(link, &Packet::Unsubscribe(unsubscribe));
    }

    /// What the hub said on a link since this was last asked for.
    pub(crate) fn said(&mut self, link: ConnectionId) -> Vec<String> {
        self.lines.remove(&link).unwrap_or_default()
    }

    /// Why the hub closed a link; `None` if it did not.
    pub(crate) fn reason(&self, link: ConnectionId) -> Option<&CloseReason> {
        self.reasons.get(&link)
    }

    /// Whether the link still stands: the hub answers a ping. Renews the keep-alive.
    pub(crate) fn is_alive(&mut self, link: ConnectionId) -> bool {
        self.packet(link, &Packet::Pingreq);
        self.said(link)
            .last()
            .is_some_and(|line| line == "PINGRESP")
    }

    /// All events that the hub keeps, partition after partition.
    pub(crate) fn events(&self) -> Vec<Event> {
        (0..self.hub.partition_count())
            .flat_map(|partition| {
                self.hub
                    .read_events(partition, &EventPosition::Earliest, usize::MAX)
            })
            .collect()
    }

    /// The bodies of all events, as texts.
    pub(crate) fn bodies(&self) -> Vec<String> {
        let events = self.events().into_iter();
        events
            .map(|event| String::from_utf8(event.body).unwrap())
            .collect()
    }
}

/// Requests, tokens and keys.
impl Bench {
    pub(crate) fn request(&mut self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let id = self.hub.request(self.now, request);
        self.drain();
        self.responses.remove(&id).unwrap()
    }

    /// Sends a request that may be answered later.
    pub(crate) fn start(&mut self, ask: &Ask) -> RequestId {
        let request = ask.request(&self.service_token("iothubowner"));
        let id = self.hub.request(self.now, &request);
        self.drain();
        id
    }

    /// The answer to a request, if it was given since this was last asked for.
    pub(crate) fn answer(&mut self, id: RequestId) -> Option<Response<Vec<u8>>> {
        self.responses.remove(&id)
    }

    /// The direct methods that were called on a link since this was last asked for.
    pub(crate) fn calls(&mut self, link: ConnectionId) -> Vec<MethodRequest> {
        self.calls.remove(&link).unwrap_or_default()
    }

    /// Sends what a service program with all rights would send.
    pub(crate) fn ask(&mut self, ask: &Ask) -> Response<Vec<u8>> {
        let request = ask.request(&self.service_token("iothubowner"));
        self.request(&request)
    }

    /// The status of the answer, and the name of the refusal if it is one.
    pub(crate) fn outcome(&mut self, ask: &Ask) -> String {
        outcome(&self.ask(ask))
    }

    pub(crate) fn register(&mut self, device_id: &str) {
        let ask = Ask::put(device_id);
        assert_eq!(self.outcome(&ask), "200", "{device_id} is registered");
    }

    pub(crate) fn register_module(&mut self, device_id: &str, module_id: &str) {
        let ask = Ask::put_module(device_id, module_id);
        assert_eq!(self.outcome(&ask), "200", "{module_id} is registered");
    }

    /// What a module of the registry says to connect.
    pub(crate) fn module_greeting(&mut self, device_id: &str, module_id: &str) -> Greeting {
        let module = json(&self.ask(&Ask::of_module("GET", device_id, module_id)));
        let key = &module["authentication"]["symmetricKey"]["primaryKey"];
        let key = SharedAccessKey::from_base64(key.as_str().unwrap()).unwrap();
        let resource = device_resource(HOST, device_id, Some(module_id));
        Greeting {
            client_id: format!("{device_id}/{module_id}"),
            user_name: Some(format!(
                "{HOST}/{device_id}/{module_id}/?api-version=2021-04-12"
            )),
            password: Some(self.token(&resource, &key, None).into_bytes()),
            ..self.greeting(device_id)
        }
    }

    pub(crate) fn disable(&mut self, device_id: &str) {
        let body = format!(r#"{{"deviceId":"{device_id}","status":"disabled"}}"#);
        let ask = Ask::put(device_id).if_match("*").body(&body);
        assert_eq!(self.outcome(&ask), "200");
    }

    pub(crate) fn delete(&mut self, device_id: &str) {
        let ask = Ask::of("DELETE", device_id).if_match("*");
        assert_eq!(self.outcome(&ask), "204");
    }

    /// The primary key of a device.
    pub(crate) fn key(&self, device_id: &str) -> SharedAccessKey {
        let device = self.hub.device(device_id).unwrap();
        let key = device.authentication.symmetric_key.primary_key.as_ref();
        key.unwrap().to_key().unwrap()
    }

    /// A token that lives long.
    pub(crate) fn token(
        &self,
        resource: &str,
        key: &SharedAccessKey,
        policy: Option<&str>,
    ) -> String {
        self.token_for(Duration::from_hours(10_000), resource, key, policy)
    }

    pub(crate) fn token_for(
        &self,
        life: Duration,
        resource: &str,
        key: &SharedAccessKey,
        policy: Option<&str>,
    ) -> String {
        let expires = self.now.plus(life).as_seconds();
        let token = SasToken::sign(resource, key, expires, policy).to_text();
        token.expose().clone()
    }

    /// A token of a policy for the whole hub.
    pub(crate) fn service_token(&self, policy: &str) -> String {
        let key = self.hub.policy(policy).unwrap().primary_key.clone();
        self.token(HOST, &key, Some(policy))
    }
}

/// A direct method as a client is asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MethodRequest {
    /// As the topic has it.
    pub(crate) topic: String,
    pub(crate) name: String,
    pub(crate) request_id: String,
    pub(crate) payload: String,
}

impl MethodRequest {
    /// Reads a packet of the hub, if it is one. It comes at QoS 0.
    fn read(packet: &Packet<'_>) -> Option<Self> {
        let Packet::Publish(publish) = packet else {
            return None;
        };
        let Ok(HubTopic::MethodRequest { name, request_id }) = HubTopic::parse(publish.topic_name)
        else {
            return None;
        };
        assert_eq!(publish.qospid, QosPid::AtMostOnce);
        Some(Self {
            topic: publish.topic_name.to_owned(),
            name,
            request_id,
            payload: String::from_utf8(publish.payload.to_vec()).unwrap(),
        })
    }
}

/// Cloud-to-device messages.
impl Bench {
    /// Sends a text to a device, as a service program does. It must be accepted.
    pub(crate) fn send(&mut self, device_id: &str, body: &str) {
        let ask = Ask::send(device_id).body(body);
        assert_eq!(self.outcome(&ask), "204", "{body}");
    }

    /// Sends a text to `dev1` under a message id that is the same, and asks for feedback.
    pub(crate) fn send_for_feedback(&mut self, id: &str, ack: &str) {
        let ask = Ask::send("dev1")
            .body(id)
            .header("iothub-messageid", id)
            .header("iothub-ack", ack);
        assert_eq!(self.outcome(&ask), "204", "{id}");
    }

    /// A connection of `dev1` that is subscribed to its messages.
    pub(crate) fn listen(&mut self, qos: QoS) -> ConnectionId {
        let link = self.connect("dev1");
        self.subscribe(link, &[("devices/dev1/messages/devicebound/#", qos)]);
        link
    }

    pub(crate) fn acknowledge(&mut self, link: ConnectionId, packet_id: u16) {
        self.packet(link, &Packet::Puback(pid(packet_id)));
    }

    /// The cloud-to-device messages on a link since this was last asked for.
    pub(crate) fn deliveries(&mut self, link: ConnectionId) -> Vec<Delivery> {
        self.deliveries.remove(&link).unwrap_or_default()
    }

    /// The same in few words: the body, the packet id if there is one, and whether it comes again.
    pub(crate) fn delivered(&mut self, link: ConnectionId) -> Vec<String> {
        let deliveries = self.deliveries(link).into_iter();
        deliveries.map(|it| it.line()).collect()
    }

    /// How many messages the registry says wait for a device.
    pub(crate) fn pending(&self, device_id: &str) -> u32 {
        let device = self.hub.device(device_id).unwrap();
        device.cloud_to_device_message_count
    }

    /// Sends what a device would send, with its own key.
    pub(crate) fn ask_as(&mut self, device_id: &str, ask: &Ask) -> Response<Vec<u8>> {
        let resource = device_resource(HOST, device_id, None);
        let token = self.token(&resource, &self.key(device_id), None);
        self.request(&ask.request(&token))
    }

    /// What `dev1` gets when it asks for a message over HTTP: its body and the token of the lock.
    pub(crate) fn fetch(&mut self) -> Option<(String, String)> {
        let response = self.ask_as(
            "dev1",
            &Ask::path("GET", "/devices/dev1/messages/devicebound"),
        );
        locked(&response)
    }

    /// What a service program gets when it asks for feedback: the records, and the token of the lock.
    pub(crate) fn fetch_feedback(&mut self) -> Option<(serde_json::Value, String)> {
        let response = self.ask(&Ask::path("GET", "/messages/serviceBound/feedback"));
        let (_, token) = locked(&response)?;
        Some((json(&response), token))
    }

    /// The feedback that comes within 15 seconds, completed: message ids and outcomes.
    pub(crate) fn feedback(&mut self) -> Vec<String> {
        self.wait(15 * SECOND);
        let mut lines = Vec::new();
        while let Some((records, token)) = self.fetch_feedback() {
            for record in records.as_array().unwrap() {
                let of = |name: &str| record[name].as_str().unwrap().to_owned();
                lines.push(format!("{} {}", of("originalMessageId"), of("statusCode")));
            }
            let path = format!("/messages/serviceBound/feedback/{token}");
            assert_eq!(self.outcome(&Ask::path("DELETE", &path)), "204");
        }
        lines
    }
}

/// The body and the lock token of an answer that has some; `None` for a 204.
fn locked(response: &Response<Vec<u8>>) -> Option<(String, String)> {
    if outcome(response) == "204" {
        return None;
    }
    assert_eq!(outcome(response), "200");
    let etag = response.headers()["ETag"].to_str().unwrap();
    let token = etag.trim_matches('"').to_owned();
    let body = String::from_utf8(response.body().clone()).unwrap();
    Some((body, token))
}

/// A cloud-to-device message as it came.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) topic: String,
    pub(crate) body: String,
    pub(crate) packet_id: Option<u16>,
    pub(crate) dup: bool,
}

impl Delivery {
    fn of(packet: &Packet<'_>) -> Option<Self> {
        let Packet::Publish(publish) = packet else {
            return None;
        };
        if !publish.topic_name.contains("/messages/devicebound/") {
            return None;
        }
        assert!(!publish.retain);
        Some(Self {
            topic: publish.topic_name.to_owned(),
            body: String::from_utf8(publish.payload.to_vec()).unwrap(),
            packet_id: publish.qospid.pid().map(Pid::get),
            dup: publish.dup,
        })
    }

    fn line(&self) -> String {
        let Self { body, dup, .. } = self;
        let id = self.packet_id.map_or(String::new(), |id| format!(" #{id}"));
        let again = if *dup { " again" } else { "" };
        format!("{body}{id}{again}")
    }
}

/// What a client says to connect.
#[derive(Clone)]
pub(crate) struct Greeting {
    pub(crate) client_id: String,
    pub(crate) user_name: Option<String>,
    pub(crate) password: Option<Vec<u8>>,
    pub(crate) keep_alive: u16,
    pub(crate) clean_session: bool,
    pub(crate) will: Option<Will>,
}

#[derive(Clone)]
pub(crate) struct Will {
    pub(crate) topic: String,
    pub(crate) body: String,
    pub(crate) qos: QoS,
    pub(crate) retain: bool,
}

impl Will {
    pub(crate) fn new(topic: &str, body: &str) -> Self {
        Self {
            topic: topic.to_owned(),
            body: body.to_owned(),
            qos: QoS::AtLeastOnce,
            retain: false,
        }
    }
}

impl Greeting {
    pub(crate) fn with_will(mut self, topic: &str, body: &str) -> Self {
        self.will = Some(Will::new(topic, body));
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let will = self.will.as_ref();
        let connect = Connect {
            protocol: Protocol::MQTT311,
            keep_alive: self.keep_alive,
            client_id: &self.client_id,
            clean_session: self.clean_session,
            last_will: will.map(|will| LastWill {
                topic: &will.topic,
                message: will.body.as_bytes(),
                qos: will.qos,
                retain: will.retain,
            }),
            username: self.user_name.as_deref(),
            password: self.password.as_deref(),
        };
        encode(&Packet::Connect(connect)).unwrap()
    }
}

/// A request to write.
#[derive(Clone)]
pub(crate) struct Ask {
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Ask {
    /// A request for a target, which has its own `api-version` or none.
    pub(crate) fn raw(method: &'static str, target: &str) -> Self {
        Self {
            method,
            target: target.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// A request for a path, under a version that the hub knows.
    pub(crate) fn path(method: &'static str, path: &str) -> Self {
        let and = if path.contains('?') { '&' } else { '?' };
        Self::raw(method, &format!("{path}{and}api-version=2021-04-12"))
    }

    /// A request about a device.
    pub(crate) fn of(method: &'static str, device_id: &str) -> Self {
        let id = wire::rest::encode_id(device_id);
        Self::path(method, &format!("/devices/{id}"))
    }

    /// The least that creates a device.
    pub(crate) fn put(device_id: &str) -> Self {
        let body = format!(r#"{{"deviceId":"{device_id}"}}"#);
        Self::of("PUT", device_id).body(&body)
    }

    /// A request about a module.
    pub(crate) fn of_module(method: &'static str, device_id: &str, module_id: &str) -> Self {
        let (device, module) = (
            wire::rest::encode_id(device_id),
            wire::rest::encode_id(module_id),
        );
        Self::path(method, &format!("/devices/{device}/modules/{module}"))
    }

    /// The least that creates a module.
    pub(crate) fn put_module(device_id: &str, module_id: &str) -> Self {
        let body = format!(r#"{{"deviceId":"{device_id}","moduleId":"{module_id}"}}"#);
        Self::of_module("PUT", device_id, module_id).body(&body)
    }

    /// A call of a direct method.
    pub(crate) fn method(device_id: &str, body: &str) -> Self {
        let id = wire::rest::encode_id(device_id);
        Self::path("POST", &format!("/twins/{id}/methods")).body(body)
    }

    pub(crate) fn body(mut self, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        self
    }

    /// A request that sends a message to a device.
    pub(crate) fn send(device_id: &str) -> Self {
        let id = wire::rest::encode_id(device_id);
        Self::path("POST", &format!("/devices/{id}/messages/deviceBound"))
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn if_match(mut self, value: &str) -> Self {
        self.headers.push(("If-Match", value.to_owned()));
        self
    }

    pub(crate) fn request(&self, authorization: &str) -> Request<Vec<u8>> {
        let mut request = self.unauthorised();
        let value = authorization.try_into().unwrap();
        request.headers_mut().insert("Authorization", value);
        request
    }

    pub(crate) fn unauthorised(&self) -> Request<Vec<u8>> {
        let mut request = Request::builder().method(self.method).uri(&self.target);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request.body(self.body.clone()).unwrap()
    }
}

/// The status of a response, and the name of the refusal if it is one.
pub(crate) fn outcome(response: &Response<Vec<u8>>) -> String {
    let status = response.status().as_u16();
    match response.headers().get(ERROR_CODE_HEADER) {
        Some(name) => format!("{status} {}", name.to_str().unwrap()),
        None => status.to_string(),
    }
}

pub(crate) fn json(response: &Response<Vec<u8>>) -> serde_json::Value {
    serde_json::from_slice(response.body()).unwrap()
}

pub(crate) fn pid(id: u16) -> Pid {
    Pid::try_from(id).unwrap()
}

/// A PUBLISH: with a packet id at least once, without at most once.
pub(crate) fn message<'a>(topic: &'a str, body: &'a [u8], packet_id: Option<u16>) -> Publish<'a> {
    Publish {
        dup: false,
        qospid: packet_id.map_or(QosPid::AtMostOnce, |id| QosPid::AtLeastOnce(pid(id))),
        retain: false,
        topic_name: topic,
        payload: body,
    }
}

/// A packet of the hub in few words.
fn packet_line(packet: &Packet<'_>) -> String {
    match packet {
        Packet::Connack(connack) => {
            let code = connack.code as u8;
            let present = if connack.session_present {
                " present"
            } else {
                ""
            };
            format!("CONNACK {code}{present}")
        }
        Packet::Puback(pid) => format!("PUBACK {}", pid.get()),
        Packet::Suback(suback) => {
            let codes = suback.return_codes.iter();
            let codes: Vec<_> = codes
                .map(|code| match code {
                    SubscribeReturnCodes::Success(qos) => (*qos as u8).to_string(),
                    SubscribeReturnCodes::Failure => "failure".to_owned(),
                })
                .collect();
            format!("SUBACK {} [{}]", suback.pid.get(), codes.join(", "))
        }
        Packet::Unsuback(pid) => format!("UNSUBACK {}", pid.get()),
        Packet::Pingresp => "PINGRESP".to_owned(),
        other => format!("{other:?}"),
    }
}
