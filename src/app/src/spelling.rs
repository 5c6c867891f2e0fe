//! The ways in which a listing spells what a program does.

use lab::view::Side;
use lessons::outline::Language;

/// A way to write a program, or what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// The program in full.
    Source(Language),
    /// Its last action as a command of the Azure CLI.
    Az,
    /// Its last action as the protocol has it: a curl command in the cloud, an MQTT message on a device.
    Protocol,
}

impl Spelling {
    /// All of them, in the order of their tabs.
    pub const ALL: [Self; 4] = [
        Self::Source(Language::Rust),
        Self::Source(Language::Python),
        Self::Az,
        Self::Protocol,
    ];

    /// Its name in storage.
    pub fn id(self) -> &'static str {
        match self {
            Self::Source(Language::Rust) => "rust",
            Self::Source(Language::Python) => "python",
            Self::Az => "az",
            Self::Protocol => "protocol",
        }
    }

    /// The name of its word for programs on a side.
    pub fn word(self, side: Side) -> &'static str {
        match (self, side) {
            (Self::Source(Language::Rust), _) => "spelling-rust",
            (Self::Source(Language::Python), _) => "spelling-python",
            (Self::Az, _) => "spelling-az",
            (Self::Protocol, Side::Cloud) => "spelling-curl",
            (Self::Protocol, Side::Device) => "spelling-mqtt",
        }
    }
}
