//! Which hub is on a bench.

use hub::Hub;
use wire::{
    event::{Event, EventPosition},
    rest::DeviceIdentity,
    timestamp::Timestamp,
};

use crate::live::Live;

/// The hub on a bench.
#[expect(
    clippy::large_enum_variant,
    reason = "a bench has one; and in a box, a live hub would seem possible where none is"
)]
pub(crate) enum HubOnBench {
    Emulated(Box<Hub>),
    Live(Live),
}

impl HubOnBench {
    pub(crate) fn emulated(&self) -> Option<&Hub> {
        match self {
            Self::Emulated(hub) => Some(hub),
            Self::Live(_) => None,
        }
    }

    pub(crate) fn emulated_mut(&mut self) -> Option<&mut Hub> {
        match self {
            Self::Emulated(hub) => Some(hub),
            Self::Live(_) => None,
        }
    }

    pub(crate) fn live(&self) -> Option<&Live> {
        match self {
            Self::Emulated(_) => None,
            Self::Live(live) => Some(live),
        }
    }

    pub(crate) fn live_mut(&mut self) -> Option<&mut Live> {
        match self {
            Self::Emulated(_) => None,
            Self::Live(live) => Some(live),
        }
    }

    pub(crate) fn host_name(&self) -> &str {
        match self {
            Self::Emulated(hub) => hub.host_name(),
            Self::Live(live) => live.mirror.host_name(),
        }
    }

    /// A device's identity as far as it is known, out of no wish to know more.
    pub(crate) fn device(&self, id: &str) -> Option<&DeviceIdentity> {
        match self {
            Self::Emulated(hub) => hub.device(id),
            Self::Live(live) => live.mirror.known_device(id),
        }
    }

    /// The devices that are known, by id.
    pub(crate) fn devices(&self) -> Box<dyn Iterator<Item = &DeviceIdentity> + '_> {
        match self {
            Self::Emulated(hub) => Box::new(hub.devices()),
            Self::Live(live) => Box::new(live.mirror.devices()),
        }
    }

    /// How many devices are known.
    pub(crate) fn device_count(&self) -> usize {
        match self {
            Self::Emulated(hub) => hub.device_count(),
            Self::Live(live) => live.mirror.device_count(),
        }
    }

    /// When it must be dealt with at the latest.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        match self {
            Self::Emulated(hub) => hub.next_deadline(),
            Self::Live(live) => live.next_deadline(),
        }
    }

    /// How many partitions it has, as soon as that is known.
    pub(crate) fn partition_count(&self) -> Option<u16> {
        match self {
            Self::Emulated(hub) => Some(hub.partition_count()),
            Self::Live(live) => live.mirror.partition_count(),
        }
    }

    /// Which of all beginnings is that of each partition, as soon as it is known how many there are. It changes when a hub
    /// begins anew, which the emulated one of a bench never does.
    pub(crate) fn beginnings(&self) -> Vec<u64> {
        match self {
            Self::Emulated(hub) => vec![0; hub.partition_count().into()],
            Self::Live(live) => live.mirror.beginnings(),
        }
    }

    /// At most `most` events of a partition from a position on, of those that are known.
    pub(crate) fn read_events(
        &self,
        partition: u16,
        from: &EventPosition,
        most: usize,
    ) -> Vec<Event> {
        match self {
            Self::Emulated(hub) => hub.read_events(partition, from, most),
            Self::Live(live) => live.mirror.read_events(partition, from, most),
        }
    }
}
