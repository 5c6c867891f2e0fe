//! The settings of cloud-to-device messaging.

use std::time::Duration;

/// The settings of cloud-to-device messages. (IoT Hub documentation: cloud-to-device configuration options.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloudToDeviceOptions {
    /// How long a message waits that has no expiry of its own: a minute to two days, by default an hour.
    pub default_time_to_live: Duration,
    /// After how many deliveries in vain a message is given up: 1 to 100, by default 10.
    pub max_delivery_count: u32,
    /// What counts as a delivery in vain.
    pub counted: CountedDelivery,
}

/// What counts as a delivery in vain, of cloud-to-device messages and of feedback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CountedDelivery {
    /// One that its receiver abandoned: what the service's documentation says since 2026.
    #[default]
    Abandoned,
    /// Every one that was not completed, whether it was abandoned, its lock ended or its connection broke: what the
    /// documentation said before.
    Every,
}

impl Default for CloudToDeviceOptions {
    fn default() -> Self {
        Self {
            default_time_to_live: Duration::from_hours(1),
            max_delivery_count: 10,
            counted: CountedDelivery::default(),
        }
    }
}

impl CloudToDeviceOptions {
    /// How long a message waits, within the service's limits.
    pub(crate) fn time_to_live(&self) -> Duration {
        within_limits(self.default_time_to_live)
    }

    /// Whether a message that was delivered in vain so often is given up.
    pub(crate) fn gives_up(&self, deliveries: u32) -> bool {
        deliveries >= self.max_delivery_count.clamp(1, 100)
    }
}

/// A time to live within the service's limits.
pub(crate) fn within_limits(time_to_live: Duration) -> Duration {
    time_to_live.clamp(Duration::from_mins(1), Duration::from_hours(48))
}
