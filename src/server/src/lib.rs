//! The native program of IoT Hub Playground: the same hub as in the page, behind real sockets.
//!
//! This crate owns listeners, TLS, storage and static files. It knows no rule of a hub: `hub` has them all, and this
//! crate gives it bytes, requests and time.

pub mod admin;
pub mod amqp;
pub mod cli;
mod clock;
pub mod connection_limits;
pub mod connections_file;
pub mod data_folder;
pub mod doctor;
pub mod emulator;
pub mod health;
pub mod host;
pub mod host_names;
pub mod https;
pub mod listener;
mod log;
pub mod memory_budget;
mod metered;
pub mod mqtt;
pub mod observer;
pub mod owner_only;
pub mod playground;
mod port_holder;
pub mod ports;
pub mod relay;
pub mod site;
pub mod store;
pub mod time_limits;
pub mod tls;
pub mod websocket;
