//! What a service does over AMQP: it reads events, sends messages to devices, and hears what became of them.
//!
//! - [`message`]: what is asked of this module and what it tells, as plain values. Whoever speaks with the module
//!   across a worker's border needs no more than this.
//! - [`desk`]: takes what is asked, and runs it.
//! - [`network`]: what is needed of the world: streams of bytes over the network, the time, and sleep.

mod addressees;
mod cloud_to_device;
mod connection;
mod credential;
pub mod desk;
mod endpoint;
mod engine;
mod event_message;
mod failure;
mod feedback;
mod guard;
pub mod message;
pub mod network;
mod reader;
mod redirect;
mod requests;
#[cfg(target_arch = "wasm32")]
pub mod websocket;
mod window;
