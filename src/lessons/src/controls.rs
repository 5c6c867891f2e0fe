//! The controls of the page that a lesson's text may point at.
//!
//! A link to `control:run` in a lesson's Markdown points at the element with the id `run`. The page gives its controls
//! these ids; a text that names any other is refused when it is read.

/// The ids of all controls that a text may name.
pub const CONTROLS: &[&str] = &[
    "run",
    "hint",
    "check",
    "solve",
    "reset",
    "speed",
    "skip",
    "plug",
    "device-string",
    "device-tools",
    "settings",
    "listing-device",
    "listing-cloud",
    "console-device",
    "console-cloud",
    "registry",
    "tab-wire",
    "tab-events",
    "tab-registry",
    "tab-twin",
    "tab-query",
    "tab-method",
    "tab-messages",
];

/// The scheme of a link that points at a control.
pub(crate) const SCHEME: &str = "control:";
