//! Packets as bytes.

use mqttrs::{Connect, Packet, Protocol};

use super::header::kind;
use super::{Frame, MAX_PACKET, MqttError, packet_name};

/// The most bytes that a fixed header can have.
const MAX_HEADER: usize = 5;

/// The bytes of a packet.
///
/// Refuses a packet that MQTT 3.1.1 does not allow, for example an empty list of topic filters, a
/// wildcard in the topic of a PUBLISH, or a text of more than 65,535 bytes.
pub fn encode(packet: &Packet<'_>) -> Result<Vec<u8>, MqttError> {
    // The answer to most packets, and always right: a packet id cannot be 0.
    if let Packet::Puback(packet_id) = packet {
        let [high, low] = packet_id.get().to_be_bytes();
        return Ok(vec![kind::PUBACK << 4, 2, high, low]);
    }
    // The codec cuts the length of a long text to 16 bits and writes past the end for the old
    // protocol, so both must be known to be absent first.
    check_texts(packet)?;
    let size = MAX_HEADER.saturating_add(body_size(packet));
    if size > MAX_PACKET {
        return Err(MqttError::TooLarge {
            size,
            limit: MAX_PACKET,
        });
    }
    let mut bytes = vec![0; size];
    let written = mqttrs::encode_slice(packet, &mut bytes).map_err(|_| MqttError::Malformed {
        packet: packet_name(&bytes),
        why: "the codec cannot encode it",
    })?;
    bytes.truncate(written);
    Frame::from_bytes(bytes).map(Frame::into_bytes)
}

fn check_texts(packet: &Packet<'_>) -> Result<(), MqttError> {
    match packet {
        Packet::Connect(connect) => check_connect(connect),
        Packet::Publish(publish) => short("PUBLISH", "topic", publish.topic_name.len()),
        Packet::Subscribe(subscribe) => subscribe
            .topics
            .iter()
            .try_for_each(|topic| short("SUBSCRIBE", "topic filter", topic.topic_path.len())),
        Packet::Unsubscribe(unsubscribe) => unsubscribe
            .topics
            .iter()
            .try_for_each(|filter| short("UNSUBSCRIBE", "topic filter", filter.len())),
        _ => Ok(()),
    }
}

fn check_connect(connect: &Connect<'_>) -> Result<(), MqttError> {
    if connect.protocol != Protocol::MQTT311 {
        return Err(MqttError::UnsupportedProtocol {
            name: "MQIsdp".to_owned(),
            level: 3,
        });
    }
    let will = connect.last_will.as_ref();
    [
        ("client id", connect.client_id.len()),
        ("will topic", will.map_or(0, |will| will.topic.len())),
        ("will payload", will.map_or(0, |will| will.message.len())),
        ("user name", connect.username.map_or(0, str::len)),
        ("password", connect.password.map_or(0, <[u8]>::len)),
    ]
    .into_iter()
    .try_for_each(|(field, size)| short("CONNECT", field, size))
}

/// The length in front of a field has 16 bits (MQTT 3.1.1 §1.5.3).
fn short(packet: &'static str, field: &'static str, size: usize) -> Result<(), MqttError> {
    if u16::try_from(size).is_ok() {
        return Ok(());
    }
    Err(MqttError::BadField {
        packet,
        field,
        why: "expected at most 65535 bytes",
    })
}

/// The bytes after the fixed header, each field with its length in front.
fn body_size(packet: &Packet<'_>) -> usize {
    match packet {
        Packet::Connect(connect) => connect_size(connect),
        Packet::Publish(publish) => {
            let packet_id = publish.qospid.pid().map_or(0, |_| 2);
            2 + publish.topic_name.len() + packet_id + publish.payload.len()
        }
        Packet::Subscribe(subscribe) => {
            let topics = subscribe.topics.iter();
            2 + topics
                .map(|topic| 2 + topic.topic_path.len() + 1)
                .sum::<usize>()
        }
        Packet::Suback(suback) => 2 + suback.return_codes.len(),
        Packet::Unsubscribe(unsubscribe) => {
            let filters = unsubscribe.topics.iter();
            2 + filters.map(|filter| 2 + filter.len()).sum::<usize>()
        }
        _ => 2,
    }
}

fn connect_size(connect: &Connect<'_>) -> usize {
    let will = connect
        .last_will
        .as_ref()
        .map_or(0, |will| 2 + will.topic.len() + 2 + will.message.len());
    let user_name = connect.username.map_or(0, |name| 2 + name.len());
    let password = connect.password.map_or(0, |password| 2 + password.len());
    // Protocol name and level, flags and keep alive take ten bytes.
    10 + 2 + connect.client_id.len() + will + user_name + password
}
