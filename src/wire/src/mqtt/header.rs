//! The fixed header: which packet, and how long (MQTT 3.1.1 §2.2).

use super::MqttError;

/// The number that says in the first byte which packet this is (MQTT 3.1.1 §2.2.1).
pub(super) mod kind {
    pub(in crate::mqtt) const CONNECT: u8 = 1;
    pub(in crate::mqtt) const CONNACK: u8 = 2;
    pub(in crate::mqtt) const PUBLISH: u8 = 3;
    pub(in crate::mqtt) const PUBACK: u8 = 4;
    pub(in crate::mqtt) const PUBREC: u8 = 5;
    pub(in crate::mqtt) const PUBREL: u8 = 6;
    pub(in crate::mqtt) const PUBCOMP: u8 = 7;
    pub(in crate::mqtt) const SUBSCRIBE: u8 = 8;
    pub(in crate::mqtt) const SUBACK: u8 = 9;
    pub(in crate::mqtt) const UNSUBSCRIBE: u8 = 10;
    pub(in crate::mqtt) const UNSUBACK: u8 = 11;
    pub(in crate::mqtt) const PINGREQ: u8 = 12;
    pub(in crate::mqtt) const PINGRESP: u8 = 13;
    pub(in crate::mqtt) const DISCONNECT: u8 = 14;
}

/// The name of the packet that begins with these bytes, as the MQTT standard writes it.
///
/// `RESERVED` for the two types that MQTT 3.1.1 leaves unused, `NONE` for no bytes at all.
pub fn packet_name(frame: &[u8]) -> &'static str {
    frame.first().map_or("NONE", |first| kind_name(first >> 4))
}

pub(super) fn kind_name(kind: u8) -> &'static str {
    match kind {
        kind::CONNECT => "CONNECT",
        kind::CONNACK => "CONNACK",
        kind::PUBLISH => "PUBLISH",
        kind::PUBACK => "PUBACK",
        kind::PUBREC => "PUBREC",
        kind::PUBREL => "PUBREL",
        kind::PUBCOMP => "PUBCOMP",
        kind::SUBSCRIBE => "SUBSCRIBE",
        kind::SUBACK => "SUBACK",
        kind::UNSUBSCRIBE => "UNSUBSCRIBE",
        kind::UNSUBACK => "UNSUBACK",
        kind::PINGREQ => "PINGREQ",
        kind::PINGRESP => "PINGRESP",
        kind::DISCONNECT => "DISCONNECT",
        _ => "RESERVED",
    }
}

/// A checked fixed header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Which packet, one of [`kind`].
    pub(super) kind: u8,
    /// The lower half of the first byte.
    pub(super) flags: u8,
    /// The bytes of the header itself, 2 to 5.
    pub(super) size: usize,
    /// The bytes that follow the header.
    pub(super) remaining: usize,
}

impl Header {
    /// Reads the header at the start of `bytes`; `None` if it is still incomplete.
    ///
    /// What is already there is checked at once, so that a wrong first byte is refused before
    /// anything is waited for.
    pub(super) fn read(bytes: &[u8]) -> Result<Option<Self>, MqttError> {
        let Some((&first, rest)) = bytes.split_first() else {
            return Ok(None);
        };
        check_first(first)?;
        let Some((remaining, digits)) = read_remaining(rest)? else {
            return Ok(None);
        };
        let header = Self {
            kind: first >> 4,
            flags: first & 0x0F,
            size: 1 + digits,
            remaining,
        };
        header.check_remaining()?;
        Ok(Some(header))
    }

    /// The size of the whole packet.
    pub(super) fn packet_size(&self) -> usize {
        self.size + self.remaining
    }

    /// Most packets have one possible length only.
    fn check_remaining(&self) -> Result<(), MqttError> {
        let (expected, why) = match self.kind {
            kind::CONNECT | kind::PUBLISH | kind::SUBSCRIBE | kind::SUBACK | kind::UNSUBSCRIBE => {
                return Ok(());
            }
            kind::PINGREQ | kind::PINGRESP | kind::DISCONNECT => {
                (0, "expected a remaining length of 0")
            }
            _ => (2, "expected a remaining length of 2"),
        };
        if self.remaining == expected {
            return Ok(());
        }
        Err(MqttError::Malformed {
            packet: kind_name(self.kind),
            why,
        })
    }
}

/// The packet type must be known, and its flags must be those of MQTT 3.1.1 §2.2.2.
fn check_first(first: u8) -> Result<(), MqttError> {
    let malformed = |why| {
        Err(MqttError::Malformed {
            packet: kind_name(first >> 4),
            why,
        })
    };
    match (first >> 4, first & 0x0F) {
        (0 | 15, _) => malformed("packet types 0 and 15 are reserved"),
        (kind::PUBLISH, flags) if flags & 0b0110 == 0b0110 => {
            malformed("expected QoS 0, 1 or 2, found 3")
        }
        (kind::PUBLISH, flags) if flags & 0b1110 == 0b1000 => {
            malformed("a packet of QoS 0 cannot be a duplicate, but DUP is set")
        }
        (kind::PUBLISH, _) | (kind::PUBREL | kind::SUBSCRIBE | kind::UNSUBSCRIBE, 0b0010) => Ok(()),
        (kind::PUBREL | kind::SUBSCRIBE | kind::UNSUBSCRIBE, _) => {
            malformed("expected 0010 in the lower half of the first byte")
        }
        (_, 0) => Ok(()),
        _ => malformed("expected 0000 in the lower half of the first byte"),
    }
}

/// Reads the remaining length and the number of its digits; `None` if it is still incomplete.
///
/// MQTT 3.1.1 does not ask for the shortest form, so leading zeros (`80 00`) are accepted.
pub(super) fn read_remaining(bytes: &[u8]) -> Result<Option<(usize, usize)>, MqttError> {
    let mut remaining = 0;
    for (place, &byte) in bytes.iter().take(4).enumerate() {
        remaining |= usize::from(byte & 0x7F) << (7 * place);
        if byte & 0x80 == 0 {
            return Ok(Some((remaining, place + 1)));
        }
    }
    if bytes.len() < 4 {
        return Ok(None);
    }
    Err(MqttError::BadRemainingLength)
}
