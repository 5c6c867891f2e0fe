//! A device's connection to an IoT hub over MQTT 3.1.1.
//!
//! [`Session`] is the whole behaviour as a state machine without I/O; [`Device`] is the handle that
//! a program holds, with `async` methods over it.

mod driver;
mod error;
mod event;
mod greeting;
mod handle;
mod inbox;
mod message;
mod options;
mod outbox;
mod packet_ids;
mod retry;
mod session;
mod subscriptions;

pub use error::{ConnectError, DisconnectReason, SendError, SubscribeError};
pub use event::{Incoming, Output, Receipt, SendId, SessionEvent};
pub use handle::Device;
pub use message::{MAX_MESSAGE_SIZE, Message};
pub use options::{DeviceOptions, MAX_KEEP_ALIVE};
pub use retry::RetryPolicy;
pub use session::Session;
