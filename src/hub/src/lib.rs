//! The emulated hub: a state machine without I/O, clock or randomness of its own.
//!
//! A hub is fed with what happens around it: a link opens ([`Hub::open`]), bytes arrive on it ([`Hub::receive`]),
//! it is lost ([`Hub::closed`]), an HTTP request comes in ([`Hub::request`]), time goes by ([`Hub::advance`]).
//! After each of them the caller drains [`Hub::poll`] until it returns `None`, and does what the outputs say.
//! The same inputs, seed and times give the same outputs, byte for byte.
//!
//! What is deliberately absent: sockets, async runtimes, wall clocks, JavaScript, and every client.
//! Devices reach a hub through MQTT bytes only, and service programs through `http` request values only.
//!
//! Ids may hold `#` and `+`, which the name of an MQTT topic cannot. A device with such an id connects, and can use
//! every topic that does not name it; a PUBLISH of telemetry under its id is malformed MQTT and ends its connection.
//! It sends telemetry and receives cloud-to-device messages over HTTP alone.

mod base64_bytes;
mod close;
mod close_reason;
mod cloud_to_device;
mod connect;
mod connection;
mod connections;
mod entity;
mod event_log;
mod feedback;
mod hub;
mod inspect;
mod limits;
mod methods;
mod not_supported;
mod options;
mod output;
mod partition;
mod planned;
mod policy;
mod publish;
mod query;
mod random;
mod refusal;
mod registry;
mod rest;
mod schedule;
mod session;
mod snapshot;
mod store;
mod stored_event;
mod subscribe;
mod telemetry;
mod twin;

/// What this hub does as Azure IoT Hub does it, what differently, and what not.
#[cfg(doc)]
#[doc = include_str!("../DIFFERENCES.md")]
pub mod differences {}

pub use close_reason::CloseReason;
pub use cloud_to_device::{CloudToDeviceOptions, CountedDelivery};
pub use connection::ConnectionId;
pub use feedback::FeedbackOptions;
pub use hub::Hub;
pub use inspect::WaitingMessage;
pub use limits::{OperationClass, OperationUsage, Rate, Tier, Usage};
pub use options::HubOptions;
pub use output::{Output, RequestId};
pub use partition::{EventBounds, KeptEvents};
pub use planned::Planned;
pub use policy::{AccessPolicy, Permission};
pub use query::{QueryHint, query_hint};
pub use refusal::Refusal;
pub use rest::{operation_name, service_operation_name};
pub use snapshot::{SnapshotError, SnapshotScope, snapshot_host_name};
pub use store::{Change, MemoryStore, Record, RecordKey, RecordKind, Store, StoreError};
pub use stored_event::{EventRecord, SenderRecord};
