//! What was used of a live hub from here.

/// What counts as one message of the day.
const BLOCK: usize = 4 * 1024;

/// How many devices are remembered as created.
const MOST_CREATED: usize = 1_000;

/// What costs something, and what is to be put away at the end.
#[derive(Default)]
pub(super) struct Used {
    metered: u64,
    created: Vec<String>,
}

impl Used {
    pub(super) fn metered(&self) -> u64 {
        self.metered
    }

    pub(super) fn created(&self) -> &[String] {
        &self.created
    }

    /// Counts a message of so many bytes.
    pub(super) fn count(&mut self, bytes: usize) {
        let blocks = bytes.div_ceil(BLOCK).max(1);
        self.metered += u64::try_from(blocks).unwrap_or(u64::MAX);
    }

    pub(super) fn create(&mut self, device_id: &str) {
        if self.created.len() < MOST_CREATED && !self.created.iter().any(|id| id == device_id) {
            self.created.push(device_id.to_owned());
        }
    }

    pub(super) fn delete(&mut self, device_id: &str) {
        self.created.retain(|id| id != device_id);
    }
}
