//! A device's connection to an IoT hub over MQTT 3.1.1.
//!
//! [`Session`] is the whole behaviour as a state machine without I/O; [`Device`] is the handle that
//! a program holds, with `async` methods over it.
//!
//! | about | session | handle |
//! |---|---|---|
//! | telemetry | [`Session::publish`] | [`Device::send`] |
//! | direct methods | [`MethodRequest::read`], [`Session::respond`] | [`Device::next_method`], [`Device::respond`] |
//! | cloud-to-device messages | [`CloudToDeviceMessage::read`], [`Session::acknowledge`] | [`Device::next_cloud_to_device`] |
//! | the twin | [`Session::get_twin`], [`Session::patch_reported`] | [`Device::get_twin`], [`Device::patch_reported`] |
//! | desired properties | [`TwinState::apply`] | [`Device::next_desired_patch`], [`Device::watch_desired`] |
//!
//! A module's connection string works for all of it but cloud-to-device messages, which are for devices.

mod cloud_to_device;
mod driver;
mod error;
mod event;
mod greeting;
mod handle;
mod inbox;
mod message;
mod method;
mod options;
mod outbox;
mod packet_ids;
mod retry;
mod session;
mod subscriptions;
mod twin;
mod twin_requests;
mod watch;

pub use crate::message::Message;
pub use cloud_to_device::CloudToDeviceMessage;
pub use error::{ConnectError, DisconnectReason, SendError, SubscribeError, TwinError};
pub use event::{
    Delivery, Incoming, Output, Receipt, SendId, SessionEvent, TwinAnswer, TwinRequestId,
};
pub use handle::Device;
pub use message::MAX_MESSAGE_SIZE;
pub use method::MethodRequest;
pub use options::{DeviceOptions, MAX_KEEP_ALIVE};
pub use retry::RetryPolicy;
pub use session::Session;
pub use twin::{Applied, DesiredPatch, PropertySection, TwinState, merge};
pub use watch::{DesiredChange, DesiredWatch};
