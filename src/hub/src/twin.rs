//! Twins: tags, desired and reported properties of a device or a module.

mod device;
mod document;
mod json;
mod rules;
mod tree;
mod write;

use serde::{Deserialize, Serialize};
use wire::{error::ServiceError, timestamp::Timestamp};

pub(crate) use document::{DeviceDocument, ModuleDocument, etag_text};
pub(crate) use tree::{Node, Object, Value, Written};
pub(crate) use write::{TwinUpdate, WriteMode};

use json::Members;
use rules::SectionName;

/// A twin's three sections.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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
#[serde(deny_unknown_fields)]
pub(crate) struct Section {
    pub(crate) root: Object,
    /// The section's last write.
    pub(crate) written: Written,
}

impl Twin {
    /// The twin of a new identity: empty.
    pub(crate) fn new(now: Timestamp) -> Self {
        let section = || Section {
            root: Object::default(),
            written: Written {
                at: now,
                version: 1,
            },
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

    /// Refuses what no writer could have made of a twin.
    pub(crate) fn check(&self) -> Result<(), ServiceError> {
        SectionName::Tags.check_stored(&self.tags)?;
        SectionName::Desired.check_stored(&self.desired.root)?;
        SectionName::Reported.check_stored(&self.reported.root)
    }

    /// Writes tags.
    fn write_tags(&mut self, patch: &Members) -> Result<(), ServiceError> {
        SectionName::Tags.check_patch(patch)?;
        self.tags.merge(patch, Written::default());
        SectionName::Tags.check_size(&self.tags)
    }
}

impl Section {
    /// Writes a section, which thereby has a new version.
    fn write(
        &mut self,
        name: SectionName,
        now: Timestamp,
        patch: &Members,
    ) -> Result<(), ServiceError> {
        name.check_patch(patch)?;
        self.written = Written {
            at: now,
            version: self.written.version.saturating_add(1),
        };
        self.root.merge(patch, self.written);
        name.check_size(&self.root)
    }
}
