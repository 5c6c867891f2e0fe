//! Tests across the rooms.
//!
//! The library holds what the fuzz targets (tests/fuzz) and a plain `cargo test` share: functions
//! that take any bytes and panic if a promise about them is broken.

pub mod amqp;
mod bench;
pub mod packets;
pub mod patches;
pub mod queries;
pub mod requests;
pub mod sessions;
pub mod snapshots;
pub mod strings;
