//! What was used of a live hub from here.

use http::{Method, Request, Response};
use serde::{Deserialize, Serialize};
use wire::{
    error::{ERROR_CODE_HEADER, ErrorCode},
    mqtt::{Frame, mqttrs::Packet},
    rest::message_size,
    topic::{DeviceTopic, HubTopic},
};

use super::Live;

/// How many bytes count as one message on a hub of a standard tier.
const STANDARD_BLOCK: usize = 4 * 1024;

/// The same on a free hub. (IoT Hub documentation: quotas and throttling.)
const FREE_BLOCK: usize = 512;

/// How many devices are remembered as created.
const MOST_CREATED: usize = 1_000;

/// How many of the day's messages were used. A large message counts as several, and how large it may be depends on the
/// hub's tier, which a hub tells nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metered {
    /// As a hub of a standard tier counts, in blocks of 4 kB.
    pub standard: u64,
    /// As a free hub counts, in blocks of 0.5 kB.
    pub free: u64,
}

impl Metered {
    /// This and another.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            standard: self.standard.saturating_add(other.standard),
            free: self.free.saturating_add(other.free),
        }
    }

    /// What has come since an earlier count.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            standard: self.standard.saturating_sub(earlier.standard),
            free: self.free.saturating_sub(earlier.free),
        }
    }

    /// What a message of so many bytes counts. Nothing at all is a message too.
    fn of(bytes: usize) -> Self {
        let blocks = |block| u64::try_from(bytes.div_ceil(block).max(1)).unwrap_or(u64::MAX);
        Self {
            standard: blocks(STANDARD_BLOCK),
            free: blocks(FREE_BLOCK),
        }
    }
}

/// What costs something, and what is to be put away at the end.
#[derive(Default)]
pub(super) struct Used {
    metered: Metered,
    created: Vec<String>,
}

impl Used {
    pub(super) fn metered(&self) -> Metered {
        self.metered
    }

    pub(super) fn created(&self) -> &[String] {
        &self.created
    }

    pub(super) fn create(&mut self, device_id: &str) {
        if self.created.len() < MOST_CREATED && !self.created.iter().any(|id| id == device_id) {
            self.created.push(device_id.to_owned());
        }
    }

    pub(super) fn delete(&mut self, device_id: &str) {
        self.created.retain(|id| id != device_id);
    }

    /// Counts a message of so many bytes, if there is one.
    fn count(&mut self, bytes: Option<usize>) {
        if let Some(bytes) = bytes {
            self.metered = self.metered.plus(Metered::of(bytes));
        }
    }
}

/// What counts towards the day's messages. (IoT Hub documentation: billing information.)
impl Live {
    /// Counts what a device sends.
    pub(super) fn meter_sent(&mut self, packet: &[u8]) {
        self.used.count(bytes_sent(packet));
    }

    /// Counts what a device asked for.
    pub(super) fn meter_came(&mut self, packet: &[u8]) {
        self.used.count(bytes_asked_for(packet));
    }

    /// Counts what a service program did.
    pub(super) fn meter_call(&mut self, request: &Request<Vec<u8>>, response: &Response<Vec<u8>>) {
        self.used.count(bytes_of_call(request, response));
    }

    /// Counts what a device that is not on this bench answered to a call.
    pub(super) fn meter_answer(&mut self, device_id: &str, response: &Response<Vec<u8>>) {
        if response.status().is_success() && !self.mirror.is_connected_here(device_id) {
            self.used.count(Some(response.body().len()));
        }
    }
}

fn bytes_sent(packet: &[u8]) -> Option<usize> {
    let frame = Frame::parse(packet).ok()?;
    let Ok(Packet::Publish(publish)) = frame.decode() else {
        return None;
    };
    let bytes = publish.payload.len();
    match DeviceTopic::parse(publish.topic_name).ok()? {
        DeviceTopic::Telemetry { properties, .. } => Some(bytes + properties.size()),
        DeviceTopic::ReportedPatch { .. } => Some(bytes),
        // It is a message of its own, unless it is empty.
        DeviceTopic::MethodResponse { .. } => Some(bytes).filter(|bytes| *bytes > 0),
        // What comes is counted instead.
        DeviceTopic::TwinGet { .. } => None,
    }
}

/// The bytes of a twin: the answer to a change of it is empty.
fn bytes_asked_for(packet: &[u8]) -> Option<usize> {
    let frame = Frame::parse(packet).ok()?;
    let Ok(Packet::Publish(publish)) = frame.decode() else {
        return None;
    };
    let answer = HubTopic::parse(publish.topic_name).ok()?;
    let is_twin = matches!(answer, HubTopic::TwinResponse { status: 200, .. });
    is_twin.then_some(publish.payload.len())
}

fn bytes_of_call(request: &Request<Vec<u8>>, response: &Response<Vec<u8>>) -> Option<usize> {
    let is_success = response.status().is_success();
    let (asked, answered) = (message_size(request), response.body().len());
    let mut parts = request.uri().path().trim_matches('/').split('/');
    let (kind, id, last) = (parts.next()?, parts.next()?, parts.next_back());
    match (kind, last) {
        // A call to a device that is not connected counts as well.
        ("twins", Some("methods")) if is_success || is_offline(response) => Some(asked),
        _ if !is_success => None,
        ("devices", None) if id == "query" => Some(answered),
        ("devices", Some("deviceBound" | "devicebound")) => {
            (request.method() == Method::POST).then_some(asked)
        }
        ("twins", Some("methods")) => None,
        ("twins", _) if request.method() == Method::GET => Some(answered),
        ("twins", _) => Some(asked),
        _ => None,
    }
}

fn is_offline(response: &Response<Vec<u8>>) -> bool {
    let code = response.headers().get(ERROR_CODE_HEADER);
    code.is_some_and(|code| code == ErrorCode::DeviceNotOnline.name())
}
