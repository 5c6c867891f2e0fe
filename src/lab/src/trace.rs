//! The trace: what crossed the wire, as it crossed it.

use http::{Request, Response};
use wire::{
    mqtt::{self, mqttrs::Packet},
    rest::{to_http_text_request, to_http_text_response},
    timestamp::Timestamp,
};

use crate::{
    dissect::{http_fields, mqtt_fields},
    view::{Direction, Protocol, Side, TraceEntry},
};

/// Who was at the other end from the hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Party {
    pub(crate) side: Side,
    pub(crate) name: String,
}

/// An entry for one whole MQTT packet; its id is for the caller to set.
pub(crate) fn of_packet(
    at: Timestamp,
    direction: Direction,
    party: &Party,
    packet: &[u8],
) -> TraceEntry {
    TraceEntry {
        id: 0,
        at,
        direction,
        side: party.side,
        party: party.name.clone(),
        protocol: Protocol::Mqtt,
        kind: mqtt::packet_name(packet).to_owned(),
        summary: packet_summary(packet),
        device_id: Some(party.name.clone()),
        size: packet.len(),
        mark: None,
        answers: None,
        bytes: mqtt::mask_connect_password(packet),
        fields: mqtt_fields(packet),
    }
}

/// An entry for a connection that the hub closed, which no packet tells of: the summary is the reason's short name.
pub(crate) fn of_close(at: Timestamp, party: &Party, reason: &hub::CloseReason) -> TraceEntry {
    TraceEntry {
        id: 0,
        at,
        direction: Direction::FromHub,
        side: party.side,
        party: party.name.clone(),
        protocol: Protocol::Mqtt,
        kind: "CLOSED".to_owned(),
        summary: reason.id().to_owned(),
        device_id: Some(party.name.clone()),
        size: 0,
        mark: None,
        answers: None,
        bytes: Vec::new(),
        fields: vec![crate::view::FieldView {
            name: "reason".to_owned(),
            value: reason.to_string(),
            start: 0,
            end: 0,
        }],
    }
}

/// An entry for an HTTP request.
pub(crate) fn of_request(at: Timestamp, party: &Party, request: &Request<Vec<u8>>) -> TraceEntry {
    let bytes = to_http_text_request(request);
    TraceEntry {
        id: 0,
        at,
        direction: Direction::ToHub,
        side: party.side,
        party: party.name.clone(),
        protocol: Protocol::Http,
        kind: request.method().to_string(),
        summary: request
            .uri()
            .path_and_query()
            .map_or_else(String::new, ToString::to_string),
        device_id: None,
        size: bytes.len(),
        mark: None,
        answers: None,
        fields: http_fields(&bytes, "request"),
        bytes,
    }
}

/// An entry for an HTTP response to the request with the entry `answers`.
pub(crate) fn of_response(
    at: Timestamp,
    party: &Party,
    answers: u64,
    response: &Response<Vec<u8>>,
) -> TraceEntry {
    let bytes = to_http_text_response(response);
    let status = response.status();
    let code = response
        .headers()
        .get(wire::error::ERROR_CODE_HEADER)
        .and_then(|code| code.to_str().ok());
    TraceEntry {
        id: 0,
        at,
        direction: Direction::FromHub,
        side: party.side,
        party: party.name.clone(),
        protocol: Protocol::Http,
        kind: status.as_u16().to_string(),
        summary: code
            .or(status.canonical_reason())
            .unwrap_or_default()
            .to_owned(),
        device_id: None,
        size: bytes.len(),
        mark: None,
        answers: Some(answers),
        fields: http_fields(&bytes, "status"),
        bytes,
    }
}

/// The part of a packet that tells it from others of its kind.
fn packet_summary(packet: &[u8]) -> String {
    let Ok(frame) = mqtt::Frame::parse(packet) else {
        return String::new();
    };
    match frame.decode() {
        Ok(Packet::Connect(connect)) => connect.client_id.to_owned(),
        Ok(Packet::Connack(connack)) => format!("{:?}", connack.code),
        Ok(Packet::Publish(publish)) => publish.topic_name.to_owned(),
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
    }
}
