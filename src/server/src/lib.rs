//! The native program of IoT Hub Playground: the same hub as in the page, behind real sockets.
//!
//! This crate owns listeners, TLS, storage and static files. It knows no rule of a hub: `hub` has them all, and this
//! crate gives it bytes, requests and time.

pub mod data_folder;
pub mod host;
pub mod owner_only;
pub mod store;
