//! What goes over the network between devices, service programs and an IoT hub: connection
//! strings, SAS tokens, MQTT frames and topics, the sizes of AMQP values, REST messages and the catalogue of errors.
//!
//! A device and a hub agree on nothing but bytes, and this crate is where those bytes get their
//! meaning. Both sides of the conversation, `client` and `hub`, build on it and on nothing else
//! of each other's.
//!
//! What `wire` must never know:
//!
//! - **Time.** A [`timestamp::Timestamp`] is a number somebody hands in; whether a token has
//!   expired is for the caller to say.
//! - **Randomness.** The same inputs give the same bytes, so every trace can be replayed.
//! - **I/O.** Functions here take bytes and return bytes. There is no socket, file or log.
//!
//! Every parser is total: whatever comes in, a value or a described error comes out. Keys and
//! tokens are wrapped in [`secret::Secret`], and no error or `Debug` output shows one.

pub mod amqp;
pub mod connection_string;
pub mod error;
pub mod event;
pub mod mqtt;
pub mod number;
mod percent;
pub mod properties;
pub mod relay;
pub mod rest;
pub mod sas;
pub mod secret;
pub mod timestamp;
pub mod topic;
