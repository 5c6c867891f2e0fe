//! What each tier of the service allows: its figures, as data.

use serde::{Deserialize, Serialize};

use crate::partition::MOST_PARTITIONS;

/// A tier that a hub can be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// The free tier. It has one unit.
    F1,
    /// The smallest standard tier.
    S1 {
        /// How many units the hub has, which multiply what it allows; 0 counts as 1.
        units: u16,
    },
}

/// Operations that share a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum OperationClass {
    /// Creating, reading, listing, replacing and deleting identities.
    IdentityRegistry,
    /// Reading a twin.
    TwinRead,
    /// Changing a twin.
    TwinUpdate,
    /// Running a query.
    Query,
    /// Sending a cloud-to-device message.
    CloudToDeviceSend,
    /// Asking for a cloud-to-device message over HTTPS.
    CloudToDeviceReceive,
    /// Sending a device-to-cloud message.
    DeviceToCloudSend,
    /// Connecting a device.
    DeviceConnection,
    /// Calling a direct method. The only class whose rate counts bytes.
    DirectMethod,
    /// Creating, reading and cancelling jobs.
    Job,
}

/// How many classes of operations there are.
pub(super) const CLASSES: usize = 10;

impl OperationClass {
    /// All classes, in the order of the enumeration.
    pub const ALL: [Self; CLASSES] = [
        Self::IdentityRegistry,
        Self::TwinRead,
        Self::TwinUpdate,
        Self::Query,
        Self::CloudToDeviceSend,
        Self::CloudToDeviceReceive,
        Self::DeviceToCloudSend,
        Self::DeviceConnection,
        Self::DirectMethod,
        Self::Job,
    ];

    /// The name by which a refusal speaks of the class: `TwinRead`.
    pub fn name(self) -> &'static str {
        match self {
            Self::IdentityRegistry => "IdentityRegistry",
            Self::TwinRead => "TwinRead",
            Self::TwinUpdate => "TwinUpdate",
            Self::Query => "Query",
            Self::CloudToDeviceSend => "CloudToDeviceSend",
            Self::CloudToDeviceReceive => "CloudToDeviceReceive",
            Self::DeviceToCloudSend => "DeviceToCloudSend",
            Self::DeviceConnection => "DeviceConnection",
            Self::DirectMethod => "DirectMethod",
            Self::Job => "Job",
        }
    }

    /// Whether these operations are refused when the day's messages are used up. Those on the registry and on jobs are
    /// no messages, and go on.
    pub(super) fn needs_quota(self) -> bool {
        !matches!(self, Self::IdentityRegistry | Self::Job)
    }

    /// How much one operation takes of the rate. Direct methods take bytes, in whole blocks.
    pub(super) fn cost(self, bytes: usize) -> u64 {
        match self {
            Self::DirectMethod => blocks(bytes, METHOD_BLOCK_BYTES) * METHOD_BLOCK_BYTES,
            _ => 1,
        }
    }
}

/// How many bytes of a direct method count as one block of its rate, in every tier.
const METHOD_BLOCK_BYTES: u64 = 4 * 1024;

/// How many blocks hold so many bytes. Nothing at all is a message too.
pub(super) fn blocks(bytes: usize, block_bytes: u64) -> u64 {
    u64::try_from(bytes)
        .unwrap_or(u64::MAX)
        .div_ceil(block_bytes)
        .max(1)
}

/// How much of a class is carried out in how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rate {
    /// How many operations, or bytes for [`OperationClass::DirectMethod`].
    pub amount: u64,
    /// In how many seconds.
    pub seconds: u64,
}

/// What a tier allows.
pub(super) struct Profile {
    pub(super) name: &'static str,
    /// Messages a day and unit.
    pub(super) messages: u64,
    /// How many bytes count as one message.
    pub(super) block_bytes: u64,
    /// How many devices the registry takes.
    pub(super) devices: usize,
    /// How many partitions a hub can be made with.
    partitions: u16,
    /// The rates, in the order of [`OperationClass::ALL`].
    rates: &'static [(OperationClass, UnitRate); CLASSES],
}

/// A rate as the documentation gives it: so much for each unit, and so much at least.
struct UnitRate {
    per_unit: u64,
    at_least: u64,
    seconds: u64,
}

// IoT Hub documentation: "IoT Hub quotas and throttling", and "Azure subscription and service limits".
const F1: Profile = Profile {
    name: "F1",
    messages: 8_000,
    block_bytes: 512,
    devices: 500,
    partitions: 2,
    rates: &SMALL,
};

const S1: Profile = Profile {
    name: "S1",
    messages: 400_000,
    block_bytes: 4 * 1024,
    devices: 1_000_000,
    partitions: MOST_PARTITIONS,
    rates: &SMALL,
};

/// The rates that the smallest tiers share.
const SMALL: [(OperationClass, UnitRate); CLASSES] = [
    (OperationClass::IdentityRegistry, rate(100, 0, 60)),
    (OperationClass::TwinRead, rate(0, 100, 1)),
    (OperationClass::TwinUpdate, rate(0, 50, 1)),
    (OperationClass::Query, rate(20, 0, 60)),
    (OperationClass::CloudToDeviceSend, rate(100, 0, 60)),
    (OperationClass::CloudToDeviceReceive, rate(1_000, 0, 60)),
    (OperationClass::DeviceToCloudSend, rate(12, 100, 1)),
    (OperationClass::DeviceConnection, rate(12, 100, 1)),
    (OperationClass::DirectMethod, rate(160 * 1024, 0, 1)),
    (OperationClass::Job, rate(100, 0, 60)),
];

const fn rate(per_unit: u64, at_least: u64, seconds: u64) -> UnitRate {
    UnitRate {
        per_unit,
        at_least,
        seconds,
    }
}

impl Tier {
    pub(super) fn profile(self) -> &'static Profile {
        match self {
            Self::F1 => &F1,
            Self::S1 { .. } => &S1,
        }
    }

    pub(super) fn units(self) -> u16 {
        match self {
            Self::F1 => 1,
            Self::S1 { units } => units.max(1),
        }
    }

    /// How many messages a day may have.
    pub(super) fn daily_quota(self) -> u64 {
        self.profile().messages * u64::from(self.units())
    }

    /// The most partitions that a hub can be made with.
    pub(crate) fn most_partitions(self) -> u16 {
        self.profile().partitions
    }

    /// The rates, in the order of [`OperationClass::ALL`].
    pub(super) fn rates(self) -> [Rate; CLASSES] {
        let units = u64::from(self.units());
        self.profile().rates.each_ref().map(|(_, rate)| Rate {
            amount: (rate.per_unit * units).max(rate.at_least),
            seconds: rate.seconds,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_has_the_classes_in_their_order() {
        for (place, class) in OperationClass::ALL.into_iter().enumerate() {
            assert_eq!(class as usize, place);
            for tier in [Tier::F1, Tier::S1 { units: 1 }] {
                assert_eq!(tier.profile().rates[place].0, class, "{tier:?}");
            }
        }
    }
}
