//! One exact control packet.

use std::fmt;

use super::header::{self, Header};
use super::{MqttError, packet_name, validate};

/// The bytes of one exact, checked MQTT 3.1.1 control packet.
///
/// `Debug` shows the packet's name and size only: a CONNECT holds a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    bytes: Vec<u8>,
}

impl Frame {
    /// Checks that the bytes are one control packet, no less and no more.
    pub fn parse(bytes: &[u8]) -> Result<Self, MqttError> {
        Self::from_bytes(bytes.to_vec())
    }

    /// As [`Frame::parse`], without a copy.
    pub(super) fn from_bytes(bytes: Vec<u8>) -> Result<Self, MqttError> {
        let malformed = |why| MqttError::Malformed {
            packet: packet_name(&bytes),
            why,
        };
        let header = Header::read(&bytes)?
            .ok_or_else(|| malformed("the bytes end inside the fixed header"))?;
        let body = bytes.get(header.size..).unwrap_or_default();
        if body.len() < header.remaining {
            return Err(malformed("fewer bytes follow than the remaining length"));
        }
        if body.len() > header.remaining {
            return Err(malformed("more bytes follow than the remaining length"));
        }
        validate::body(header.kind, header.flags, body)?;
        Ok(Self { bytes })
    }

    /// The packet's bytes, with the fixed header.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The packet's bytes, with the fixed header.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The packet's name, for example `CONNECT`.
    pub fn name(&self) -> &'static str {
        header::packet_name(&self.bytes)
    }

    /// The packet as a value.
    ///
    /// A frame is checked when it is made, so this does not fail in practice; the `Result` is here
    /// because the codec underneath returns one.
    pub fn decode(&self) -> Result<mqttrs::Packet<'_>, MqttError> {
        match mqttrs::decode_slice(&self.bytes) {
            Ok(Some(packet)) => Ok(packet),
            Ok(None) | Err(_) => Err(MqttError::Malformed {
                packet: self.name(),
                why: "the codec does not accept it",
            }),
        }
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({}, {} bytes)", self.name(), self.bytes.len())
    }
}
