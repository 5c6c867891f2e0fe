//! Maps by the name of a device or a program.

use std::collections::BTreeMap;

/// A map by name. Its values are in boxes, so that all maps of this kind have the same shape: the module of the bench
/// then has the tree's code once, and not once for each kind of value.
pub(crate) type ByName<T> = BTreeMap<String, Box<T>>;
