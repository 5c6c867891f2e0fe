//! A checksum of a row, by which damage is found that SQLite cannot see.

use crc32fast::Hasher;

/// The sum over a row's values, one after the other.
#[derive(Default)]
pub(super) struct Checksum(Hasher);

impl Checksum {
    pub(super) fn number(mut self, number: i64) -> Self {
        self.0.update(&number.to_le_bytes());
        self
    }

    /// Bytes with their length, so that none move from one value to the next unseen.
    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update(&bytes.len().to_le_bytes());
        self.0.update(bytes);
        self
    }

    pub(super) fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// The sum as it is kept.
    pub(super) fn sum(self) -> i64 {
        self.0.finalize().into()
    }
}
