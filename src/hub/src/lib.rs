//! The emulated hub: a state machine without I/O, clock or randomness of its own.
//!
//! A hub is fed with what happens around it: a link opens ([`Hub::open`]), bytes arrive on it ([`Hub::receive`]),
//! it is lost ([`Hub::closed`]), an HTTP request comes in ([`Hub::request`]), time goes by ([`Hub::advance`]).
//! After each of them the caller drains [`Hub::poll`] until it returns `None`, and does what the outputs say.
//! The same inputs, seed and times give the same outputs, byte for byte.
//!
//! What is deliberately absent: sockets, async runtimes, wall clocks, JavaScript, and every client.
//! Devices reach a hub through MQTT bytes only, and service programs through `http` request values only.

mod connect;
mod connection;
mod entity;
mod hub;
mod options;
mod partition;
mod policy;
mod publish;
mod random;
mod registry;
mod rest;

pub use connection::{CloseReason, ConnectionId, Refusal};
pub use hub::{Hub, Output, RequestId};
pub use options::HubOptions;
pub use policy::{AccessPolicy, Permission};
