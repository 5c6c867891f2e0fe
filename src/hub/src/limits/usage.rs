//! What a page can show of the hub's limits.

use serde::Serialize;
use wire::timestamp::Timestamp;

use super::tier::{OperationClass, Rate};
use crate::hub::Hub;

/// What was used of a hub's tier, and how much of it there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// The tier's name: `F1`.
    pub tier: &'static str,
    /// How many units of it the hub has.
    pub units: u16,
    /// Whether the limits are enforced. If not, the hub only counts.
    pub enforced: bool,
    /// How many messages the UTC day has had so far. A large one counts as several.
    pub messages_today: u64,
    /// How many messages a day may have.
    pub daily_quota: u64,
    /// How many bytes count as one message.
    pub message_bytes: u64,
    /// When the UTC day ends, and its count with it.
    #[serde(with = "wire::timestamp::iso")]
    pub day_ends: Timestamp,
    /// Each class of operations, in the order of [`OperationClass::ALL`].
    pub operations: Vec<OperationUsage>,
    /// How many devices the registry has.
    pub devices: usize,
    /// How many devices it may have.
    pub most_devices: usize,
    /// How many devices and modules are connected.
    pub connected: usize,
}

/// What was done of one class of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationUsage {
    /// The class.
    pub class: OperationClass,
    /// How much of it the tier carries out in how long.
    pub rate: Rate,
    /// How many operations were let through since the hub began, at once or after a wait, whatever became of them.
    pub passed: u64,
    /// How many of those had to wait.
    pub delayed: u64,
    /// How many were refused.
    pub refused: u64,
    /// How many wait now.
    pub waiting: usize,
}

impl Hub {
    /// What was used of the hub's tier so far.
    pub fn usage(&self, now: Timestamp) -> Usage {
        let limits = &self.limits;
        let profile = limits.tier.profile();
        let operations = OperationClass::ALL.into_iter();
        Usage {
            tier: profile.name,
            units: limits.tier.units(),
            enforced: limits.enforced,
            messages_today: limits.counters.messages_on(now),
            daily_quota: limits.tier.daily_quota(),
            message_bytes: profile.block_bytes,
            day_ends: super::day_ends(now),
            operations: operations.map(|class| limits.operation(class)).collect(),
            devices: self.registry.count(),
            most_devices: profile.devices,
            connected: self.connections.online_count(),
        }
    }
}
