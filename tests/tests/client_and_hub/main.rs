//! The clients against the hub: state machines that know nothing of each other but bytes, a network between them that
//! cuts and loses, and a clock that is moved by hand.

mod cloud_to_device;
mod methods;
mod queries;
mod registry;
mod telemetry;
mod twins;
mod world;
