//! The two kinds of program that talk to an IoT hub: devices, over MQTT 3.1.1, and service
//! programs, over REST.
//!
//! - [`device`]: a device's connection as a state machine, [`device::Session`], and
//!   [`device::Device`], a thin async handle over it.
//! - [`device_http`]: what a device can do over HTTP instead.
//! - [`service`]: REST calls as values: a request to send and a reader for its response.
//! - [`monitor`]: a reader of the telemetry that the hub keeps.
//! - [`network`]: what the async handle asks of the world: a clock, a dice and a byte link.
//!
//! What `client` must never know:
//!
//! - **The hub's internals.** It meets a hub only over bytes, so the same code drives the hub in
//!   the page, the local emulator and the real service, and each side checks the other.
//! - **Sockets, runtimes, JavaScript.** Whoever holds a link implements [`network::Network`].
//! - **Hidden inputs.** State machines take time and randomness as arguments: the same inputs give
//!   the same bytes. Only the async handle asks the network for the time, and hands it in.

pub mod device;
pub mod device_http;
mod message;
pub mod monitor;
pub mod network;
mod request;
mod response;
pub mod service;
