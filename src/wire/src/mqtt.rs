//! MQTT 3.1.1 control packets: cut out of a byte stream, checked, decoded, encoded and explained.
//!
//! The codec underneath, [`mqttrs`], panics on malformed packets and writes wrong bytes for values
//! that the protocol cannot hold. Therefore nothing reaches it unchecked: a [`Frame`] is proof that
//! its bytes are one exact control packet that keeps every rule of MQTT 3.1.1 which can be checked
//! without knowing the session, and [`encode`] refuses what would not make such a packet.
//!
//! ```
//! use wire::mqtt::{self, Splitter, mqttrs::Packet};
//!
//! let mut splitter = Splitter::new(1024);
//! splitter.push(&mqtt::encode(&Packet::Pingreq)?);
//! while let Some(frame) = splitter.next_frame()? {
//!     assert_eq!(frame.decode()?, Packet::Pingreq);
//! }
//! # Ok::<(), mqtt::MqttError>(())
//! ```

mod dissect;
mod encode;
mod frame;
mod header;
mod splitter;
mod validate;

pub use mqttrs;

pub use dissect::{FIELD_NAMES, Field, dissect, mask_connect_password};
pub use encode::encode;
pub use frame::Frame;
pub use header::packet_name;
pub use splitter::Splitter;

/// The most bytes that a control packet can have: a header of five, and a remaining length of four
/// digits to base 128 (MQTT 3.1.1 §2.2.3).
pub const MAX_PACKET: usize = 5 + 268_435_455;

/// Why bytes are not an MQTT 3.1.1 control packet, or why a packet cannot be encoded.
///
/// After any of these the connection must be closed (MQTT 3.1.1 §4.8).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MqttError {
    /// The packet is larger than the receiver accepts, or than MQTT can express.
    #[error("the packet has {size} bytes, at most {limit} are accepted")]
    TooLarge {
        /// The size of the whole packet, in bytes.
        size: usize,
        /// The largest size accepted, in bytes.
        limit: usize,
    },
    /// The remaining length has more than four digits.
    #[error(
        "the remaining length in the fixed header has more than four bytes; expected at most four"
    )]
    BadRemainingLength,
    /// The packet as a whole breaks a rule.
    #[error("malformed {packet}: {why}")]
    Malformed {
        /// The packet's name, for example `CONNECT`.
        packet: &'static str,
        /// The rule broken.
        why: &'static str,
    },
    /// One field of a packet breaks a rule.
    #[error("malformed {packet}: {field}: {why}")]
    BadField {
        /// The packet's name, for example `CONNECT`.
        packet: &'static str,
        /// The field, for example `client id`.
        field: &'static str,
        /// The rule broken.
        why: &'static str,
    },
    /// A CONNECT asks for another protocol than MQTT 3.1.1. A server answers it with return code 1
    /// (MQTT 3.1.1 §3.1.2.2).
    #[error(
        "the client speaks protocol {name:?} level {level}; expected \"MQTT\" level 4 (MQTT 3.1.1)"
    )]
    UnsupportedProtocol {
        /// The name of the protocol, its first characters.
        name: String,
        /// The level of the protocol.
        level: u8,
    },
}
