//! The devices that messages were sent to from here, whose feedback is therefore wanted here.

use std::collections::BTreeSet;

/// Of how many devices that is remembered.
const MOST: usize = 1_000;

/// The devices.
#[derive(Default)]
pub(crate) struct Addressees(BTreeSet<String>);

impl Addressees {
    /// A message is being sent to a device.
    pub(crate) fn note(&mut self, device_id: &str) {
        if self.0.len() < MOST && !self.0.contains(device_id) {
            self.0.insert(device_id.to_owned());
        }
    }

    /// Whether messages were sent to a device, as far as that is remembered: who sends to that many has all feedback.
    pub(crate) fn has(&self, device_id: &str) -> bool {
        self.0.len() >= MOST || self.0.contains(device_id)
    }
}
