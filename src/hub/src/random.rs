//! The hub's only source of chance, drawn from the seed it was made with.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng as _, SeedableRng as _},
};
use wire::sas::SharedAccessKey;

/// A stream of numbers that only the seed's owner can foretell.
pub(crate) struct Random(ChaCha20Rng);

impl Random {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self(ChaCha20Rng::from_seed(seed))
    }

    /// A new 32-byte key, the length that the service generates.
    pub(crate) fn key(&mut self) -> SharedAccessKey {
        let mut bytes = [0; 32];
        self.0.fill_bytes(&mut bytes);
        bytes.into()
    }

    /// A new entity tag: base64 of a nine-digit decimal number, as the service's look.
    pub(crate) fn etag(&mut self) -> String {
        let number = 100_000_000 + self.0.next_u32() % 900_000_000;
        STANDARD.encode(number.to_string())
    }

    /// How far the stream was read, for a snapshot.
    pub(crate) fn position(&self) -> u64 {
        // A hub that drew 2^64 words has other worries.
        u64::try_from(self.0.get_word_pos()).unwrap_or(u64::MAX)
    }

    /// Goes to a place in the stream.
    pub(crate) fn set_position(&mut self, position: u64) {
        self.0.set_word_pos(position.into());
    }

    /// The id of a call to a device: plain hexadecimal digits, which no client writes differently when it answers.
    /// The number makes it one of a kind, and the rest keeps ids of two runs of a hub apart.
    pub(crate) fn request_id(&mut self, number: u64) -> String {
        format!("{:08x}{number:x}", self.0.next_u32())
    }

    /// The token of a lock, in the form of a GUID.
    pub(crate) fn lock_token(&mut self) -> String {
        let digits = format!("{:032x}", self.tracking());
        let (first, rest) = digits.split_at(8);
        let (second, rest) = rest.split_at(4);
        let (third, rest) = rest.split_at(4);
        let (fourth, fifth) = rest.split_at(4);
        format!("{first}-{second}-{third}-{fourth}-{fifth}")
    }

    /// A number for a tracking id, which names one request for whoever asks about it.
    pub(crate) fn tracking(&mut self) -> u128 {
        (u128::from(self.0.next_u64()) << 64) | u128::from(self.0.next_u64())
    }
}
