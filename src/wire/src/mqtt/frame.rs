//! One exact control packet.

use std::{borrow::Cow, cmp::Ordering, fmt};

use mqttrs::{Packet, Publish, QosPid};

use super::header::{self, Header, kind};
use super::{MqttError, packet_name, validate};

/// The bytes of one exact, checked MQTT 3.1.1 control packet, its own or borrowed from where they came.
///
/// `Debug` shows the packet's name and size only: a CONNECT holds a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame<'a> {
    header: Header,
    bytes: Cow<'a, [u8]>,
}

impl Frame<'static> {
    /// As [`Frame::parse`], of bytes that the frame keeps.
    pub(super) fn from_bytes(bytes: Vec<u8>) -> Result<Self, MqttError> {
        let header = exact_header(&bytes)?;
        Self::of(header, Cow::Owned(bytes))
    }
}

impl<'a> Frame<'a> {
    /// Checks that the bytes are one control packet, no less and no more.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, MqttError> {
        let header = exact_header(bytes)?;
        Self::of(header, Cow::Borrowed(bytes))
    }

    /// A packet whose header was read and whose size is the one that the header says.
    pub(super) fn of(header: Header, bytes: Cow<'a, [u8]>) -> Result<Self, MqttError> {
        let body = bytes.get(header.size..).unwrap_or_default();
        validate::body(header.kind, header.flags, body)?;
        Ok(Self { header, bytes })
    }

    /// The packet's bytes, with the fixed header.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The packet's bytes, with the fixed header.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes.into_owned()
    }

    /// The packet's name, for example `CONNECT`.
    pub fn name(&self) -> &'static str {
        header::packet_name(&self.bytes)
    }

    /// The packet as a value.
    ///
    /// A frame is checked when it is made, so this does not fail in practice; the `Result` is here
    /// because the codec underneath returns one.
    pub fn decode(&self) -> Result<Packet<'_>, MqttError> {
        if let Some(publish) = self.publish() {
            return Ok(Packet::Publish(publish));
        }
        match mqttrs::decode_slice(&self.bytes) {
            Ok(Some(packet)) => Ok(packet),
            Ok(None) | Err(_) => Err(MqttError::Malformed {
                packet: self.name(),
                why: "the codec does not accept it",
            }),
        }
    }
}

impl Frame<'_> {
    /// The packet, if it is a PUBLISH. Most packets are, so these are read without a detour by the codec.
    fn publish(&self) -> Option<Publish<'_>> {
        let header = self.header;
        if header.kind != kind::PUBLISH {
            return None;
        }
        let bytes = self.bytes.get(header.size..)?;
        let body = validate::publish_body(header.flags, bytes).ok()?;
        Some(Publish {
            dup: header.flags & 0b1000 != 0,
            qospid: match (header.flags >> 1 & 0b11, body.packet_id) {
                (0, _) => QosPid::AtMostOnce,
                (1, Some(packet_id)) => QosPid::AtLeastOnce(packet_id),
                (2, Some(packet_id)) => QosPid::ExactlyOnce(packet_id),
                _ => return None,
            },
            retain: header.flags & 1 != 0,
            topic_name: body.topic,
            payload: body.payload,
        })
    }
}

/// The header of bytes that are as many as it says.
fn exact_header(bytes: &[u8]) -> Result<Header, MqttError> {
    let malformed = |why| MqttError::Malformed {
        packet: packet_name(bytes),
        why,
    };
    let header =
        Header::read(bytes)?.ok_or_else(|| malformed("the bytes end inside the fixed header"))?;
    match bytes.len().cmp(&header.packet_size()) {
        Ordering::Less => Err(malformed("fewer bytes follow than the remaining length")),
        Ordering::Greater => Err(malformed("more bytes follow than the remaining length")),
        Ordering::Equal => Ok(header),
    }
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({}, {} bytes)", self.name(), self.bytes.len())
    }
}
