//! What devices have sent that the hub took, for checks to look at.

use lab::{
    Hands, Traced,
    view::{Direction, Protocol},
};
use serde_json::{Map, Value};
use wire::{
    mqtt::{
        Frame,
        mqttrs::{Packet, QosPid},
    },
    timestamp::Timestamp,
    topic::{DeviceTopic, HubTopic},
};

/// A telemetry message that the hub took.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sent {
    pub(crate) at: Timestamp,
    pub(crate) body: Vec<u8>,
}

/// The messages of a device that the hub took since a time, oldest first.
///
/// Of an emulated hub, those that are in its partitions. A live one has others read its partitions only to those who may,
/// and some time later: of it, those that it acknowledged to the device.
pub(crate) fn sent_by(hands: &Hands, id: &str, since: Timestamp) -> Vec<Sent> {
    if hands.live().is_some() {
        let mut sent = acknowledged(hands, id);
        sent.retain(|sent| sent.at >= since);
        return sent;
    }
    let events = hands.hub().device_events(id, since).into_iter();
    let sent = events.map(|event| Sent {
        at: event.enqueued_time,
        body: event.body,
    });
    sent.collect()
}

fn acknowledged(hands: &Hands, id: &str) -> Vec<Sent> {
    let mut waiting: Vec<(u16, Sent)> = Vec::new();
    let mut sent = Vec::new();
    for entry in &packets(hands, id) {
        match (entry.direction, entry.kind.as_str()) {
            // A new connection numbers its packets anew; what was on its way is sent again.
            (Direction::ToHub, "CONNECT") => waiting.clear(),
            (Direction::ToHub, "PUBLISH") => {
                if let Some((pid, message)) = telemetry(entry) {
                    waiting.retain(|(known, _)| *known != pid);
                    waiting.push((pid, message));
                }
            }
            (Direction::FromHub, "PUBACK") => {
                let pid = entry.summary.strip_prefix('#');
                let pid = pid.and_then(|pid| pid.parse().ok());
                let is_acknowledged = |(known, _): &(u16, Sent)| Some(*known) == pid;
                let place = waiting.iter().position(is_acknowledged);
                sent.extend(place.map(|place| waiting.remove(place).1));
            }
            _ => {}
        }
    }
    sent
}

/// What crossed the wire between a device and the hub, oldest first.
fn packets(hands: &Hands, id: &str) -> Vec<std::rc::Rc<Traced>> {
    let trace = hands.trace();
    let entries = trace
        .iter()
        .filter(|entry| entry.protocol == Protocol::Mqtt && entry.party == id);
    entries.cloned().collect()
}

fn telemetry(entry: &Traced) -> Option<(u16, Sent)> {
    let frame = Frame::parse(&entry.bytes).ok()?;
    let Ok(Packet::Publish(publish)) = frame.decode() else {
        return None;
    };
    let topic = DeviceTopic::parse(publish.topic_name).ok()?;
    let QosPid::AtLeastOnce(pid) = publish.qospid else {
        return None;
    };
    let is_telemetry = matches!(topic, DeviceTopic::Telemetry { .. });
    let sent = Sent {
        at: entry.at,
        body: publish.payload.to_vec(),
    };
    is_telemetry.then_some((pid.get(), sent))
}

/// What a device last reported of a property that the hub took, as far as it crossed the wire of this bench.
pub(crate) fn reported(hands: &Hands, id: &str, property: &str) -> Option<Value> {
    let mut asked = Map::new();
    let mut reported = None;
    for entry in packets(hands, id).iter().filter(|it| it.kind == "PUBLISH") {
        if entry.direction == Direction::ToHub {
            if let Some((request, value)) = report(entry, property) {
                asked.insert(request, value);
            }
        } else if let Some(value) = taken(entry).and_then(|request| asked.remove(&request)) {
            reported = Some(value);
        }
    }
    reported
}

/// The id of a request to report, and what it says of a property.
fn report(entry: &Traced, property: &str) -> Option<(String, Value)> {
    let frame = Frame::parse(&entry.bytes).ok()?;
    let Ok(Packet::Publish(publish)) = frame.decode() else {
        return None;
    };
    let Ok(DeviceTopic::ReportedPatch { request_id, .. }) = DeviceTopic::parse(publish.topic_name)
    else {
        return None;
    };
    let mut patch: Value = serde_json::from_slice(publish.payload).ok()?;
    Some((request_id, patch.get_mut(property)?.take()))
}

/// The id of a request that the hub carried out.
fn taken(entry: &Traced) -> Option<String> {
    match HubTopic::parse(&entry.summary).ok()? {
        HubTopic::TwinResponse {
            status: 200..=299,
            request_id,
            ..
        } => Some(request_id),
        _ => None,
    }
}
