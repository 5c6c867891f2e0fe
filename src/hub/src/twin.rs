//! Twins: tags, desired and reported properties of a device or a module.

mod device;
mod document;
mod tree;

use serde::{Deserialize, Serialize};
use wire::timestamp::Timestamp;

pub(crate) use document::{DeviceDocument, ModuleDocument};
pub(crate) use tree::{Node, Object, Value};

/// A twin's three sections.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Twin {
    pub(crate) tags: Object,
    pub(crate) desired: Section,
    pub(crate) reported: Section,
    /// Rises with every write to any section; 2 when new, as the service's are.
    pub(crate) version: u64,
    /// Counts the writes to tags and desired properties; the entity tag is made of it.
    pub(crate) etag: u64,
    /// The Plug and Play model that the client announced in its CONNECT.
    pub(crate) model_id: Box<str>,
}

/// A section that counts its versions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Section {
    pub(crate) root: Object,
    pub(crate) version: u64,
    pub(crate) updated: Timestamp,
}

impl Twin {
    /// The twin of a new identity: empty.
    pub(crate) fn new(now: Timestamp) -> Self {
        let section = || Section {
            root: Object::default(),
            version: 1,
            updated: now,
        };
        Self {
            tags: Object::default(),
            desired: section(),
            reported: section(),
            version: 2,
            etag: 1,
            model_id: Box::default(),
        }
    }
}
