//! A twin as its device sees it.

use serde_json::{Map, Value};

/// Both property sections of a twin. A device sees neither tags nor metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TwinState {
    /// What the service wants.
    pub desired: PropertySection,
    /// What the device said.
    pub reported: PropertySection,
}

/// One property section of a twin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PropertySection {
    /// Rises by one with each write to the section.
    pub version: u64,
    /// The properties, without `$version`.
    pub properties: Map<String, Value>,
}

/// A change of desired properties, as the hub announces it to a device.
///
/// The hub announces a replacement of the whole section in the same way, and nothing tells the two
/// apart: properties that the replacement removed stay until the twin is read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredPatch {
    /// The version of the section after the change.
    pub version: u64,
    /// A merge patch (RFC 7386): `null` removes a property. Without `$version`.
    pub properties: Map<String, Value>,
}

/// What became of a change that was applied to a twin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The desired properties have changed.
    Changed,
    /// The change is part of the twin already: nothing was done.
    Known,
    /// A change before this one is missing: nothing was done. Read the twin again.
    Gap,
}

impl TwinState {
    /// Reads the answer of the hub.
    pub(super) fn read(body: &[u8]) -> Result<Self, String> {
        let twin: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let section = |name| {
            let section = twin.get(name).and_then(Value::as_object);
            section
                .and_then(PropertySection::read)
                .ok_or_else(|| format!("expected `{name}` with a `$version`, found none"))
        };
        Ok(Self {
            desired: section("desired")?,
            reported: section("reported")?,
        })
    }

    /// Brings the desired properties up to date with an announced change. Only the very next version
    /// is applied: an older one is known, and a newer one would hide that others were missed.
    pub fn apply(&mut self, patch: &DesiredPatch) -> Applied {
        let desired = &mut self.desired;
        if patch.version <= desired.version {
            return Applied::Known;
        }
        if patch.version > desired.version.saturating_add(1) {
            return Applied::Gap;
        }
        merge(&mut desired.properties, &patch.properties);
        desired.version = patch.version;
        Applied::Changed
    }
}

impl PropertySection {
    fn read(section: &Map<String, Value>) -> Option<Self> {
        let mut properties = section.clone();
        let version = properties.remove("$version")?.as_u64()?;
        Some(Self {
            version,
            properties,
        })
    }
}

impl DesiredPatch {
    /// The change that a message to the topic of desired properties tells of.
    pub(super) fn read(version: u64, body: &[u8]) -> Option<Self> {
        let mut properties: Map<String, Value> = serde_json::from_slice(body).ok()?;
        properties.remove("$version");
        Some(Self {
            version,
            properties,
        })
    }
}

/// Changes properties by a JSON merge patch (RFC 7386). The parser bounds how deep a patch is.
pub fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, change) in patch {
        match change {
            Value::Null => {
                target.remove(name);
            }
            Value::Object(change) => {
                let inner = target.entry(name.as_str()).or_insert(Value::Null);
                if !inner.is_object() {
                    *inner = Value::Object(Map::new());
                }
                if let Value::Object(inner) = inner {
                    merge(inner, change);
                }
            }
            _ => {
                target.insert(name.clone(), change.clone());
            }
        }
    }
}
