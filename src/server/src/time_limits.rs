//! How long clients may take, so that slow ones and dead ones cost the others nothing.

use std::time::Duration;

/// How long a client may take for what. See [`TimeLimits::default`] for the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLimits {
    /// From the connection to the end of the TLS handshake.
    pub handshake: Duration,
    /// From the handshake to the hub's first answer on MQTT. The hub answers a CONNECT at once, so a client that has
    /// no answer by then has not sent one.
    pub greeting: Duration,
    /// Without taking anything of what is sent to it.
    pub stalled: Duration,
    /// From the handshake to the end of the first HTTP request's headers.
    pub first_request: Duration,
    /// From one HTTP request to the next.
    pub idle: Duration,
    /// From the first byte of an HTTP request's body to the last.
    pub body: Duration,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            greeting: Duration::from_secs(20),
            stalled: Duration::from_secs(30),
            first_request: Duration::from_secs(15),
            idle: Duration::from_mins(2),
            body: Duration::from_secs(30),
        }
    }
}
