//! Turns in the devices' connections, as the bench saw them.

use wire::timestamp::Timestamp;

use crate::by_name::ByName;

/// When what last happened to each device's connection.
#[derive(Default)]
pub(crate) struct Journal(ByName<Moments>);

#[derive(Default)]
struct Moments {
    connected: Option<Timestamp>,
    lost: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// The hub accepted a CONNECT.
    Connected,
    /// The cable was pulled while a link was open.
    Lost,
}

impl Journal {
    pub(crate) fn note(&mut self, at: Timestamp, device_id: &str, turn: Turn) {
        let moments = self.0.entry(device_id.to_owned()).or_default();
        match turn {
            Turn::Connected => moments.connected = Some(at),
            Turn::Lost => moments.lost = Some(at),
        }
    }

    /// When it last happened to a device.
    pub(crate) fn last(&self, device_id: &str, turn: Turn) -> Option<Timestamp> {
        let moments = self.0.get(device_id)?;
        match turn {
            Turn::Connected => moments.connected,
            Turn::Lost => moments.lost,
        }
    }

    /// Forgets a device.
    pub(crate) fn forget(&mut self, device_id: &str) {
        self.0.remove(device_id);
    }
}
