//! What a device's connection may be told.

use std::time::Duration;

use super::retry::RetryPolicy;
use crate::message::Message;

/// The longest keep-alive that is of use: the service counts larger ones as this.
///
/// Source: IoT Hub documentation, "Communicate with an IoT hub using the MQTT protocol".
pub const MAX_KEEP_ALIVE: Duration = Duration::from_secs(1177);

/// How a device connects, sends and retries.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceOptions {
    /// The longest silence on the link before the device pings the hub. Zero turns pings off;
    /// above [`MAX_KEEP_ALIVE`] counts as that. Whole seconds, rounded up.
    pub keep_alive: Duration,
    /// How long a SAS token lives. Each connection signs a new one.
    pub token_lifetime: Duration,
    /// How long before its token's end the device reconnects with a new one. If it is not shorter
    /// than the token's life, half of the life counts.
    pub renew_before: Duration,
    /// What to do when the connection cannot be made or is lost.
    pub retry: RetryPolicy,
    /// How long an attempt to connect may take, from opening the link to the hub's answer.
    pub connect_timeout: Duration,
    /// How long a message may take from the call of `publish` to the hub's acknowledgement,
    /// disconnected time included. A request about the twin has the same time to its answer, and a
    /// subscription from its request to its answer.
    pub message_timeout: Duration,
    /// Asks the hub to forget the device's subscriptions at each connect. The service's own SDKs
    /// never do.
    pub clean_session: bool,
    /// Telemetry that the hub publishes in the device's name if the link breaks.
    pub will: Option<Message>,
    /// The name of the client software, shown to the hub as `DeviceClientType`. Empty for none.
    pub agent: String,
    /// The most messages that are on the link without an acknowledgement; others wait their turn.
    pub max_in_flight: usize,
    /// The most messages that are unacknowledged in all; beyond it a message is refused.
    pub max_pending: usize,
    /// The most messages of the hub that wait for the program, besides those that the hub keeps
    /// until they are acknowledged. Beyond it the oldest give way: the caller of a direct method
    /// gets no answer then, and a change of desired properties is missed.
    pub max_inbox: usize,
}

impl Default for DeviceOptions {
    fn default() -> Self {
        Self {
            keep_alive: Duration::from_mins(1),
            token_lifetime: Duration::from_hours(1),
            renew_before: Duration::from_mins(2),
            retry: RetryPolicy::exponential(),
            connect_timeout: Duration::from_secs(30),
            message_timeout: Duration::from_secs(10),
            clean_session: false,
            will: None,
            agent: concat!("iot-hub-playground/", env!("CARGO_PKG_VERSION")).to_owned(),
            max_in_flight: 32,
            max_pending: 1024,
            max_inbox: 1024,
        }
    }
}

impl DeviceOptions {
    /// The keep-alive as CONNECT carries it; 0 is none.
    pub(super) fn keep_alive_seconds(&self) -> u16 {
        let kept = self.keep_alive.min(MAX_KEEP_ALIVE);
        let rounded_up = kept.as_secs() + u64::from(kept.subsec_nanos() > 0);
        u16::try_from(rounded_up).unwrap_or(u16::MAX)
    }

    /// How long after its signing a token is replaced.
    pub(super) fn renew_after(&self) -> Duration {
        match self.token_lifetime.checked_sub(self.renew_before) {
            Some(after) if !after.is_zero() => after,
            _ => self.token_lifetime / 2,
        }
    }
}
