//! The settings of delivery feedback.

use std::time::Duration;

use crate::cloud_to_device::within_limits;

/// The settings of delivery feedback. (IoT Hub documentation: cloud-to-device configuration options.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedbackOptions {
    /// How long feedback waits to be read: a minute to two days, by default an hour.
    pub time_to_live: Duration,
    /// After how many deliveries in vain a batch is given up: 1 to 100, by default 10.
    pub max_delivery_count: u32,
    /// How long a batch that was read is locked for its reader to complete it: 5 to 300 s, by default 60 s.
    pub lock_time: Duration,
}

impl Default for FeedbackOptions {
    fn default() -> Self {
        Self {
            time_to_live: Duration::from_hours(1),
            max_delivery_count: 10,
            lock_time: Duration::from_mins(1),
        }
    }
}

impl FeedbackOptions {
    /// How long feedback waits, within the service's limits.
    pub(crate) fn time_to_live(&self) -> Duration {
        within_limits(self.time_to_live)
    }

    /// How long a batch is locked, within the service's limits.
    pub(crate) fn lock_time(&self) -> Duration {
        self.lock_time
            .clamp(Duration::from_secs(5), Duration::from_mins(5))
    }

    /// Whether a batch that was delivered in vain so often is given up.
    pub(crate) fn gives_up(&self, deliveries: u32) -> bool {
        deliveries >= self.max_delivery_count.clamp(1, 100)
    }
}
