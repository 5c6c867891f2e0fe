//! What the async handles need from the world.
//!
//! A page implements these over a WebSocket or an in-page pipe, a native program over TCP and TLS,
//! a test over a clock of its own.

use std::future::Future;

use wire::timestamp::Timestamp;

/// A clock, a source of randomness and a way to reach a hub.
pub trait Network {
    /// The links that this network opens.
    type Link: Link;

    /// The time now.
    fn now(&self) -> Timestamp;

    /// Resolves when the clock shows `at` or later. A time in the past resolves at once; a time too
    /// far away for the timer may resolve earlier, the caller looks at the clock again.
    fn sleep_until(&self, at: Timestamp) -> impl Future<Output = ()>;

    /// A number that another device's clients are unlikely to draw: it spreads their retries.
    fn random(&self) -> u64;

    /// Opens a link that carries MQTT bytes to the host of that name.
    fn open_link(&self, host: &str) -> impl Future<Output = Result<Self::Link, LinkError>>;
}

/// A two-way stream of bytes. Dropping it closes it; what was handed to [`Link::send`] before is
/// still delivered.
pub trait Link {
    /// Hands bytes over for delivery. They may be joined to or parted from others on the way.
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError>;

    /// Waits for bytes from the other end. `None`: the other end closed the link.
    ///
    /// The future may be dropped before it is done, and no byte may be lost by that.
    fn receive(&mut self) -> impl Future<Output = Option<Vec<u8>>>;
}

/// Why a link could not be opened, or broke.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{description}")]
pub struct LinkError {
    description: String,
}

impl LinkError {
    /// Describes what happened in words for a person: what was tried and what came of it.
    pub fn new(description: impl Into<String>) -> Self {
        Self {
            description: description.into(),
        }
    }
}
