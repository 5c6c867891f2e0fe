//! The trace: what crossed the wire, as it crossed it.

use std::{collections::VecDeque, ops::Deref, rc::Rc};

use http::{Request, Response};
use wire::{
    mqtt::{self, mqttrs::Packet},
    rest::{decode_id, to_http_text_request, to_http_text_response},
    timestamp::Timestamp,
    topic::{DeviceTopic, HubTopic},
};

use crate::{
    amqp,
    dissect::{body_field, http_fields, mqtt_fields},
    outside::{Trouble, Way},
    view::{Direction, FieldView, Mark, Protocol, Side, TraceEntry},
};

/// How many messages the trace keeps.
const MOST_ENTRIES: usize = 10_000;

/// How many bytes of messages the trace keeps; the newest message is kept however large it is.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Who was at the other end from the hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Party {
    pub(crate) side: Side,
    pub(crate) name: String,
}

/// A message as the trace keeps it: its entry, and the message itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traced {
    entry: TraceEntry,
    /// The message as it was sent, but for signatures and keys, whose characters are `*`. Empty for what is no message.
    pub bytes: Vec<u8>,
    /// What is told of what is no message.
    note: Option<String>,
    /// What was carried in other words, as the hub's REST API has it.
    carried: Option<Box<Carried>>,
}

/// A call of the hub's REST API, or the answer to one, whatever carried it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest<'a> {
    /// The request's method, or the answer's status.
    pub kind: &'a str,
    /// The request's path and query, or what the answer says of its status.
    pub summary: &'a str,
    /// The message as HTTP/1.1 text, but for signatures and keys, whose characters are `*`.
    pub bytes: &'a [u8],
}

/// What a message of another protocol was in HTTP's words.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Carried {
    kind: String,
    summary: String,
    bytes: Vec<u8>,
}

impl Deref for Traced {
    type Target = TraceEntry;

    fn deref(&self) -> &TraceEntry {
        &self.entry
    }
}

impl Traced {
    /// What a service program asked for or was told, whether HTTP carried it or AMQP; none for what is no such call.
    pub fn rest(&self) -> Option<Rest<'_>> {
        match (self.protocol, &self.carried) {
            (Protocol::Http, _) => Some(Rest {
                kind: &self.kind,
                summary: &self.summary,
                bytes: &self.bytes,
            }),
            (_, Some(carried)) => Some(Rest {
                kind: &carried.kind,
                summary: &carried.summary,
                bytes: &carried.bytes,
            }),
            _ => None,
        }
    }

    /// The message's parts in the order of their bytes.
    pub fn fields(&self) -> Vec<FieldView> {
        if let Some(note) = &self.note {
            return vec![FieldView {
                name: "reason".to_owned(),
                value: note.clone(),
                start: 0,
                end: 0,
            }];
        }
        match (self.protocol, self.direction) {
            (Protocol::Mqtt, _) => mqtt_fields(&self.bytes),
            (Protocol::Http, Direction::ToHub) => http_fields(&self.bytes, "request"),
            (Protocol::Http, Direction::FromHub) => http_fields(&self.bytes, "status"),
            (Protocol::Amqp, _) => match self.rest() {
                Some(rest) => amqp::fields(&self.kind, &self.summary, &rest, &self.bytes),
                None => body_field(&self.bytes),
            },
        }
    }
}

/// How much a message of the trace is wanted by whom it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Before all others.
    First,
    /// As far as there is room.
    IfThereIsRoom,
    /// Only its number.
    Counted,
}

/// The newest of what crossed the wire, the newest last.
#[derive(Default)]
pub(crate) struct Trace {
    entries: VecDeque<Rc<Traced>>,
    /// Of all messages that are kept.
    bytes: usize,
    /// The newest entry's id: they rise by one.
    last: u64,
    /// The newest entry that was told.
    told: u64,
}

impl Trace {
    pub(crate) fn entries(&self) -> &VecDeque<Rc<Traced>> {
        &self.entries
    }

    /// Keeps a message, and gives it the next id.
    pub(crate) fn push(&mut self, mut traced: Traced) -> u64 {
        self.last += 1;
        traced.entry.id = self.last;
        self.bytes += traced.bytes.len();
        self.entries.push_back(Rc::new(traced));
        while self.entries.len() > MOST_ENTRIES
            || (self.bytes > MOST_BYTES && self.entries.len() > 1)
        {
            if let Some(oldest) = self.entries.pop_front() {
                self.bytes -= oldest.bytes.len();
            }
        }
        self.last
    }

    /// A message by its id, if it is still kept.
    pub(crate) fn get(&self, id: u64) -> Option<&Rc<Traced>> {
        let first = self.entries.front()?.id;
        let place = usize::try_from(id.checked_sub(first)?).ok()?;
        self.entries.get(place)
    }

    /// What was not told yet, in order: the newest `most` of what is wanted.
    /// Beside it, how many are left out. All of them count as told.
    pub(crate) fn tell(
        &mut self,
        most: usize,
        wanted: impl Fn(&TraceEntry) -> Wanted,
    ) -> (Vec<Rc<Traced>>, u64) {
        let untold = self.last - self.told;
        let kept = usize::try_from(untold).unwrap_or(usize::MAX);
        let first = self.entries.len().saturating_sub(kept);
        let new = || self.entries.range(first..).rev();
        let mut room = most;
        let mut told: Vec<Rc<Traced>> = Vec::new();
        for rank in [Wanted::First, Wanted::IfThereIsRoom] {
            let of_kind = new().filter(|entry| wanted(entry) == rank);
            let taken: Vec<_> = of_kind.take(room).cloned().collect();
            room -= taken.len();
            told.extend(taken);
        }
        told.sort_by_key(|entry| entry.id);
        self.told = self.last;
        let left_out = untold.saturating_sub(told.len() as u64);
        (told, left_out)
    }
}

/// An entry for one whole MQTT packet; its id is for the trace to set.
pub(crate) fn of_packet(
    at: Timestamp,
    direction: Direction,
    party: &Party,
    packet: &[u8],
) -> Traced {
    let (summary, mark) = packet_summary(packet, direction);
    let entry = TraceEntry {
        device_id: Some(party.name.clone()),
        size: packet.len(),
        mark,
        ..entry(
            at,
            direction,
            party,
            Protocol::Mqtt,
            mqtt::packet_name(packet),
            summary,
        )
    };
    Traced {
        entry,
        bytes: mqtt::mask_connect_password(packet),
        note: None,
        carried: None,
    }
}

/// An entry for a connection that the hub closed, which no packet tells of: the summary is the reason's short name.
pub(crate) fn of_close(at: Timestamp, party: &Party, reason: &str, why: String) -> Traced {
    let entry = TraceEntry {
        device_id: Some(party.name.clone()),
        ..entry(
            at,
            Direction::FromHub,
            party,
            Protocol::Mqtt,
            "CLOSED",
            reason.to_owned(),
        )
    };
    Traced {
        entry,
        bytes: Vec::new(),
        note: Some(why),
        carried: None,
    }
}

/// An entry for a request that goes a way.
pub(crate) fn of_request(
    at: Timestamp,
    party: &Party,
    request: &Request<Vec<u8>>,
    way: Way,
) -> Traced {
    let traced = of_http_request(at, party, request);
    match way {
        Way::Relay => traced,
        Way::Amqp => {
            let (kind, summary) = amqp::of_request(request);
            traced.carried_as(kind, summary, request.body().clone())
        }
    }
}

/// An entry for the answer to the request with the entry `answers`, which is about this device.
pub(crate) fn of_response(
    at: Timestamp,
    party: &Party,
    answers: u64,
    request: Option<&Traced>,
    response: &Response<Vec<u8>>,
) -> Traced {
    let device_id = request.and_then(|request| request.device_id.clone());
    let traced = of_http_response(at, party, answers, device_id, response);
    let carried = request.and_then(|request| request.carried.as_ref());
    match carried {
        None => traced,
        Some(asked) => {
            let (kind, summary) = amqp::of_response(&asked.kind, response);
            traced.carried_as(kind, summary, response.body().clone())
        }
    }
}

/// An entry for a request that got no answer: the summary is the trouble's name.
pub(crate) fn of_trouble(
    at: Timestamp,
    party: &Party,
    answers: u64,
    request: Option<&Traced>,
    trouble: &Trouble,
) -> Traced {
    let protocol = request.map_or(Protocol::Http, |request| request.protocol);
    let summary = trouble.kind.id().to_owned();
    let entry = TraceEntry {
        device_id: request.and_then(|request| request.device_id.clone()),
        answers: Some(answers),
        ..entry(at, Direction::FromHub, party, protocol, "FAILED", summary)
    };
    let carried = Carried {
        kind: entry.kind.clone(),
        summary: entry.summary.clone(),
        bytes: Vec::new(),
    };
    Traced {
        entry,
        bytes: Vec::new(),
        note: Some(trouble.detail.clone()),
        carried: Some(Box::new(carried)),
    }
}

impl Traced {
    /// The same, with AMQP's own words for what carried it.
    fn carried_as(mut self, kind: &str, summary: String, body: Vec<u8>) -> Self {
        let own = Carried {
            kind: std::mem::replace(&mut self.entry.kind, kind.to_owned()),
            summary: std::mem::replace(&mut self.entry.summary, summary),
            bytes: std::mem::replace(&mut self.bytes, body),
        };
        self.entry.size = self.bytes.len();
        self.entry.protocol = Protocol::Amqp;
        self.carried = Some(Box::new(own));
        self
    }
}

/// An entry for an HTTP request.
fn of_http_request(at: Timestamp, party: &Party, request: &Request<Vec<u8>>) -> Traced {
    let bytes = to_http_text_request(request);
    let target = request.uri().path_and_query();
    let summary = target.map_or_else(String::new, ToString::to_string);
    let entry = TraceEntry {
        device_id: device_of_path(request.uri().path()),
        size: bytes.len(),
        ..entry(
            at,
            Direction::ToHub,
            party,
            Protocol::Http,
            request.method().as_str(),
            summary,
        )
    };
    Traced {
        entry,
        bytes,
        note: None,
        carried: None,
    }
}

/// An entry for an HTTP response to the request with the entry `answers`, which is about this device.
fn of_http_response(
    at: Timestamp,
    party: &Party,
    answers: u64,
    device_id: Option<String>,
    response: &Response<Vec<u8>>,
) -> Traced {
    let bytes = to_http_text_response(response);
    let status = response.status();
    let code = response
        .headers()
        .get(wire::error::ERROR_CODE_HEADER)
        .and_then(|code| code.to_str().ok());
    let summary = code.or(status.canonical_reason()).unwrap_or_default();
    let entry = TraceEntry {
        device_id,
        size: bytes.len(),
        answers: Some(answers),
        ..entry(
            at,
            Direction::FromHub,
            party,
            Protocol::Http,
            status.as_str(),
            summary.to_owned(),
        )
    };
    Traced {
        entry,
        bytes,
        note: None,
        carried: None,
    }
}

/// An entry with what all have.
fn entry(
    at: Timestamp,
    direction: Direction,
    party: &Party,
    protocol: Protocol,
    kind: &str,
    summary: String,
) -> TraceEntry {
    TraceEntry {
        id: 0,
        at,
        direction,
        side: party.side,
        party: party.name.clone(),
        protocol,
        kind: kind.to_owned(),
        summary,
        device_id: None,
        size: 0,
        mark: None,
        answers: None,
    }
}

/// The device that a request's path is about: `/devices/{id}` or `/twins/{id}`, with or without more behind it.
pub(crate) fn device_of_path(path: &str) -> Option<String> {
    let mut parts = path.strip_prefix('/')?.split('/');
    let (kind, id) = (parts.next()?, parts.next()?);
    let is_query = kind == "devices" && id == "query" && parts.next().is_none();
    if !matches!(kind, "devices" | "twins") || is_query || id.is_empty() {
        return None;
    }
    decode_id(id)
}

/// The part of a packet that tells it from others of its kind, and what a chart marks of it.
fn packet_summary(packet: &[u8], direction: Direction) -> (String, Option<Mark>) {
    let Ok(frame) = mqtt::Frame::parse(packet) else {
        return (String::new(), None);
    };
    let summary = match frame.decode() {
        Ok(Packet::Publish(publish)) => {
            let mark = mark_of(publish.topic_name, direction);
            return (publish.topic_name.to_owned(), mark);
        }
        Ok(Packet::Connect(connect)) => connect.client_id.to_owned(),
        Ok(Packet::Connack(connack)) => format!("{:?}", connack.code),
        Ok(Packet::Puback(pid) | Packet::Unsuback(pid)) => format!("#{}", pid.get()),
        Ok(Packet::Subscribe(subscribe)) => subscribe
            .topics
            .iter()
            .map(|topic| topic.topic_path.clone())
            .collect::<Vec<_>>()
            .join(" "),
        Ok(Packet::Unsubscribe(unsubscribe)) => unsubscribe
            .topics
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" "),
        Ok(Packet::Suback(suback)) => format!("#{}", suback.pid.get()),
        _ => String::new(),
    };
    (summary, None)
}

/// What a chart marks of a message on a topic.
fn mark_of(topic: &str, direction: Direction) -> Option<Mark> {
    match direction {
        Direction::ToHub => {
            // Most of what devices send is telemetry, whose properties need not be read for this.
            if !topic.starts_with('$') {
                return None;
            }
            match DeviceTopic::parse(topic).ok()? {
                DeviceTopic::ReportedPatch { .. } => Some(Mark::Reported),
                _ => None,
            }
        }
        Direction::FromHub => match HubTopic::parse(topic).ok()? {
            HubTopic::MethodRequest { name, .. } => Some(Mark::Method(name)),
            HubTopic::DesiredPatch { .. } => Some(Mark::Desired),
            HubTopic::CloudToDevice { .. } => Some(Mark::Message),
            _ => None,
        },
    }
}
