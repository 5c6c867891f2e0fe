//! Direct methods: calls that wait for a device to connect, or to answer.
//!
//! Nothing of a call is stored. It lives as long as the request that made it, and whoever made it learns what became
//! of it by the answer to that request, or not at all.

use std::{collections::BTreeMap, time::Duration};

use serde::de::IgnoredAny;
use serde_json::{Value, json};
use wire::{
    error::{ErrorCode, ServiceError},
    mqtt::mqttrs::{Packet, Publish, QosPid},
    timestamp::Timestamp,
    topic::{HubTopic, TopicFilter},
};

use crate::{
    connection::{ConnectionId, Identity},
    hub::Hub,
    registry::Device,
    rest::{self, Asked},
    schedule::Schedule,
};

/// The largest payload, in either direction: 128 KB. (IoT Hub documentation: quotas and throttling.)
pub(crate) const MOST_PAYLOAD_BYTES: usize = 131_072;

/// How many calls one client may have under way. The service has such a limit and does not publish its size.
const MOST_IN_FLIGHT: usize = 10;

/// All calls under way.
#[derive(Default)]
pub(crate) struct Methods {
    /// The calls of each client, oldest first.
    calls: BTreeMap<Identity, Vec<Call>>,
    deadlines: Schedule<Key>,
    last_number: u64,
}

/// Names a call.
type Key = (Identity, u64);

/// What a service program asks for.
pub(crate) struct Invocation {
    pub(crate) method_name: String,
    /// JSON, as the caller wrote it.
    pub(crate) payload: String,
    /// How long the client may take to answer, from when the call is sent to it.
    pub(crate) response_timeout: Duration,
    /// How long to wait for a client that is not there.
    pub(crate) connect_timeout: Duration,
}

/// A call under way.
struct Call {
    number: u64,
    asked: Asked,
    /// What the client's answer must carry.
    request_id: String,
    invocation: Invocation,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The client is not connected, or not subscribed to methods.
    AwaitsClient,
    /// The call was sent.
    AwaitsAnswer,
}

/// Why a call got no answer, and what else the refusal tells.
struct Failure {
    error: ServiceError,
    info: Option<Value>,
}

impl Failure {
    fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            error: ServiceError::new(code, message),
            info: None,
        }
    }

    fn after(mut self, timeout: Duration) -> Self {
        let seconds = timeout.as_secs();
        let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        self.info = Some(json!({ "timeout": format!("{hours:02}:{minutes:02}:{seconds:02}") }));
        self
    }
}

impl Methods {
    fn of(&self, identity: &Identity) -> &[Call] {
        self.calls.get(identity).map_or(&[], Vec::as_slice)
    }

    fn get_mut(&mut self, (identity, number): &Key) -> Option<&mut Call> {
        let calls = self.calls.get_mut(identity)?;
        calls.iter_mut().find(|call| call.number == *number)
    }

    /// Takes a call off, with all that remembers it.
    fn take(&mut self, key: &Key) -> Option<Call> {
        let (identity, number) = key;
        self.deadlines.set(key, None);
        let calls = self.calls.get_mut(identity)?;
        let place = calls.iter().position(|call| call.number == *number)?;
        let call = calls.remove(place);
        if calls.is_empty() {
            self.calls.remove(identity);
        }
        Some(call)
    }

    /// The calls of a client, oldest first.
    fn keys(&self, identity: &Identity, stage: Stage) -> Vec<Key> {
        self.of(identity)
            .iter()
            .filter(|call| call.stage == stage)
            .map(|call| (identity.clone(), call.number))
            .collect()
    }

    /// The call that an answer belongs to: it was sent to this client, and no other's answer counts.
    fn answered(&self, identity: &Identity, request_id: &str) -> Option<Key> {
        self.of(identity)
            .iter()
            .find(|call| call.stage == Stage::AwaitsAnswer && call.request_id == request_id)
            .map(|call| (identity.clone(), call.number))
    }

    /// The device whose call is the first to run out of time, and when it does.
    pub(crate) fn next_overdue(&self) -> Option<(Timestamp, &str)> {
        let (at, (identity, _)) = self.deadlines.first()?;
        Some((at, &identity.device_id))
    }

    /// The clients with calls among a device and its modules.
    fn clients_of(&self, device_id: &str) -> Vec<Identity> {
        self.calls
            .range(Identity::device(device_id)..)
            .map(|(identity, _)| identity.clone())
            .take_while(|identity| identity.device_id == device_id)
            .collect()
    }
}

/// What happens to calls.
impl Hub {
    /// A service program calls a method of an identity that the registry has. The request is answered in any case, now
    /// or later.
    pub(crate) fn invoke_method(
        &mut self,
        now: Timestamp,
        asked: Asked,
        identity: &Identity,
        invocation: Invocation,
    ) {
        match self.place_call(now, asked, identity, invocation) {
            Ok(()) => self.send_waiting_calls(now, identity),
            Err(failure) => self.fail(now, asked, &failure),
        }
    }

    /// Lets a call wait for its client, which may be there already.
    fn place_call(
        &mut self,
        now: Timestamp,
        asked: Asked,
        identity: &Identity,
        invocation: Invocation,
    ) -> Result<(), Failure> {
        if self.methods.of(identity).len() >= MOST_IN_FLIGHT {
            return Err(Failure::new(
                ErrorCode::DeviceMaximumInflightMethodExceeded,
                format!(
                    "{MOST_IN_FLIGHT} calls to this device are under way. Wait for one of them to end."
                ),
            ));
        }
        let device = self.registry.get(&identity.device_id);
        let may_connect = device.is_some_and(Device::is_enabled);
        let may_wait = may_connect && !invocation.connect_timeout.is_zero();
        if !may_wait && self.listener(identity).is_none() {
            return Err(Failure::new(
                ErrorCode::DeviceNotOnline,
                "The device is not online: it must be connected and subscribed to direct methods. Connect it, or set \
                 connectTimeoutInSeconds to wait for it.",
            ));
        }
        self.methods.last_number += 1;
        let number = self.methods.last_number;
        let at = now.plus(invocation.connect_timeout);
        let key = (identity.clone(), number);
        self.methods.deadlines.set(&key, Some(at));
        let calls = self.methods.calls.entry(identity.clone()).or_default();
        calls.push(Call {
            number,
            asked,
            request_id: self.random.request_id(number),
            invocation,
            stage: Stage::AwaitsClient,
        });
        Ok(())
    }

    /// A client connected, or subscribed to methods: sends it the calls that waited for it.
    pub(crate) fn send_waiting_calls(&mut self, now: Timestamp, identity: &Identity) {
        let waiting = self.methods.keys(identity, Stage::AwaitsClient);
        if waiting.is_empty() {
            return;
        }
        let Some(connection) = self.listener(identity) else {
            return;
        };
        for key in waiting {
            self.send_call(now, connection, &key);
        }
    }

    /// Sends a call, at QoS 0. From now on its time runs.
    fn send_call(&mut self, now: Timestamp, connection: ConnectionId, key: &Key) {
        let Some(call) = self.methods.get_mut(key) else {
            return;
        };
        call.stage = Stage::AwaitsAnswer;
        let topic = HubTopic::MethodRequest {
            name: call.invocation.method_name.clone(),
            request_id: call.request_id.clone(),
        };
        let payload = call.invocation.payload.clone();
        let at = now.plus(call.invocation.response_timeout);
        self.methods.deadlines.set(key, Some(at));
        let publish = Publish {
            dup: false,
            qospid: QosPid::AtMostOnce,
            retain: false,
            topic_name: &topic.to_topic(),
            payload: payload.as_bytes(),
        };
        self.send(connection, &Packet::Publish(publish));
        self.registry.touch(&key.0, now);
    }

    /// A client answered a call. An answer that nobody waits for is dropped.
    pub(crate) fn method_answered(
        &mut self,
        now: Timestamp,
        identity: &Identity,
        request_id: &str,
        status: i32,
        body: &[u8],
    ) {
        let Some(key) = self.methods.answered(identity, request_id) else {
            return;
        };
        let Some(call) = self.methods.take(&key) else {
            return;
        };
        self.registry.touch(identity, now);
        match read_answer(body) {
            Ok(payload) => {
                // An answer is a message of its own, unless it is empty.
                if !body.is_empty() {
                    self.limits.charge(now, body.len());
                }
                let body = format!(r#"{{"status":{status},"payload":{payload}}}"#);
                rest::respond(self, call.asked, rest::json_text(body));
            }
            Err(failure) => self.fail(now, call.asked, &failure),
        }
    }

    /// Ends the calls whose time is over.
    pub(crate) fn advance_methods(&mut self, now: Timestamp) {
        while let Some(key) = self.methods.deadlines.take_due(now) {
            if let Some(call) = self.methods.take(&key) {
                self.fail(now, call.asked, &call.overdue());
            }
        }
    }

    /// When the time of a call is over.
    pub(crate) fn next_method_deadline(&self) -> Option<Timestamp> {
        self.methods.deadlines.next_deadline()
    }

    /// A device is gone from the registry: nobody will answer its calls, nor those of its modules.
    pub(crate) fn end_calls_of_device(
        &mut self,
        now: Timestamp,
        device_id: &str,
        error: &ServiceError,
    ) {
        for identity in self.methods.clients_of(device_id) {
            self.end_calls(now, &identity, error);
        }
    }

    /// Ends all calls of an identity with a refusal.
    pub(crate) fn end_calls(&mut self, now: Timestamp, identity: &Identity, error: &ServiceError) {
        let waiting = self.methods.keys(identity, Stage::AwaitsClient);
        let sent = self.methods.keys(identity, Stage::AwaitsAnswer);
        for key in waiting.iter().chain(&sent) {
            if let Some(call) = self.methods.take(key) {
                let response = rest::refuse(error, &call.asked.tracking(now));
                rest::respond(self, call.asked, response);
            }
        }
    }

    /// The connection of an identity, if it is subscribed to methods.
    fn listener(&self, identity: &Identity) -> Option<ConnectionId> {
        let connection = self.connections.of(identity)?;
        self.sessions
            .get(identity)?
            .granted(&TopicFilter::Methods)?;
        Some(connection)
    }

    /// Answers a request with the refusal that direct methods have.
    fn fail(&mut self, now: Timestamp, asked: Asked, failure: &Failure) {
        let Failure { error, info } = failure;
        let body = error.nested_envelope(&asked.tracking(now), info.as_ref());
        let response = rest::refusal(error, body);
        rest::respond(self, asked, response);
    }
}

impl Call {
    /// What the caller is told when the time is over.
    fn overdue(&self) -> Failure {
        match self.stage {
            Stage::AwaitsClient => Failure::new(
                ErrorCode::DeviceNotOnline,
                "Timed out waiting for the device to connect and to subscribe to direct methods.",
            )
            .after(self.invocation.connect_timeout),
            Stage::AwaitsAnswer => Failure::new(
                ErrorCode::GatewayTimeout,
                "Timed out waiting for the device to answer the call, which was sent to it.",
            )
            .after(self.invocation.response_timeout),
        }
    }
}

/// The JSON text of an answer; `null` for an empty one.
fn read_answer(body: &[u8]) -> Result<&str, Failure> {
    if body.len() > MOST_PAYLOAD_BYTES {
        return Err(Failure::new(
            ErrorCode::MessageTooLarge,
            format!(
                "The device answered with {} bytes, and an answer has at most {MOST_PAYLOAD_BYTES}.",
                body.len()
            ),
        ));
    }
    let text = std::str::from_utf8(body).map(str::trim);
    match text {
        Ok("") => Ok("null"),
        Ok(text) if serde_json::from_slice::<IgnoredAny>(text.as_bytes()).is_ok() => Ok(text),
        _ => Err(Failure::new(
            ErrorCode::DeserializationError,
            "The device answered, and its answer is not JSON. An answer is a JSON value, or empty.",
        )),
    }
}
