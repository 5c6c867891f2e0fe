//! Packet ids: which are in use (MQTT 3.1.1, 2.3.1).

use std::collections::BTreeSet;

use wire::mqtt::mqttrs::Pid;

/// Gives out packet ids, never one that is in use.
#[derive(Default)]
pub(super) struct PacketIds {
    last: u16,
    used: BTreeSet<u16>,
    /// Those of `used` whose packet nobody waits for any more. The hub may still answer it, and the
    /// answer must not be taken for another packet's, so the id stays in use while the link lasts.
    orphans: BTreeSet<u16>,
}

impl PacketIds {
    /// The next id that is not in use, in a round; `None` if all 65,535 are.
    pub(super) fn take(&mut self) -> Option<Pid> {
        for _ in 0..u16::MAX {
            self.last = self.last.checked_add(1).unwrap_or(1);
            if self.used.insert(self.last) {
                return Pid::try_from(self.last).ok();
            }
        }
        None
    }

    /// The packet was answered, or never sent.
    pub(super) fn release(&mut self, id: Pid) {
        self.used.remove(&id.get());
    }

    /// Nobody waits for the answer to a packet that is on the link.
    pub(super) fn orphan(&mut self, id: Pid) {
        self.orphans.insert(id.get());
    }

    /// A late answer came to a packet that nobody waits for. An id that is in use otherwise stays so,
    /// whatever the hub answers.
    pub(super) fn release_orphan(&mut self, id: Pid) {
        if self.orphans.remove(&id.get()) {
            self.used.remove(&id.get());
        }
    }

    /// Answers of the lost link cannot come any more.
    pub(super) fn link_lost(&mut self) {
        for id in std::mem::take(&mut self.orphans) {
            self.used.remove(&id);
        }
    }
}
