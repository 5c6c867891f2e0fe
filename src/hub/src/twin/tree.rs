//! The values in a twin, with the moment and the version of each one's last write.

use serde::{Deserialize, Serialize};
use serde_json::Number;
use wire::timestamp::Timestamp;

/// The members of an object, in the order in which they were first written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Object(Vec<(Box<str>, Node)>);

/// A value and its metadata.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Node {
    pub(crate) value: Value,
    /// When it, or anything in it, was last written.
    pub(crate) updated: Timestamp,
    /// The version of its section that this write made.
    pub(crate) version: u64,
}

/// A value. A twin stores no `null`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Value {
    Bool(bool),
    Number(Number),
    String(Box<str>),
    /// An array is one value: its elements have no metadata of their own.
    Array(Box<[Value]>),
    Object(Object),
}

impl Object {
    /// The member of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        let (_, node) = self.0.iter().find(|(known, _)| **known == *name)?;
        Some(node)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.0.iter().map(|(name, node)| (&**name, node))
    }
}
