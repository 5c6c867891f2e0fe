//! The values in a twin, with the moment and the version of each one's last write.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::Number;
use smol_str::SmolStr;
use wire::timestamp::Timestamp;

use super::json::{Json, Members};

/// A name or a text. Most are short and lie within their objects: a query that looks into many twins waits for memory
/// far longer than it computes, so it takes half the time when nothing short lies elsewhere.
type Text = SmolStr;

/// The members of an object, in the order in which they were first written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Object(Vec<(Text, Node)>);

/// A value and its metadata.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) written: Written,
}

/// When something was last written, and by which version of its section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Written {
    pub(crate) at: Timestamp,
    pub(crate) version: u64,
}

/// A value. A twin stores no `null`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Bool(bool),
    Number(Number),
    String(Text),
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

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Merges a patch in: `null` removes, objects are merged, everything else replaces. What stays keeps its place.
    pub(super) fn merge(&mut self, patch: &Members, written: Written) {
        // Each name is looked for by way of the patch: a patch and an object may both have many members.
        let mut changes: BTreeMap<&str, &Json> = patch
            .iter()
            .map(|(name, change)| (&**name, change))
            .collect();
        self.0
            .retain_mut(|(name, node)| match changes.remove(name.as_str()) {
                None => true,
                Some(Json::Null) => false,
                Some(change) => {
                    node.merge(change, written);
                    true
                }
            });
        for (name, change) in patch {
            let is_new = changes.remove(&**name).is_some();
            if is_new && !matches!(change, Json::Null) {
                let mut node = Node {
                    value: Value::Object(Self::default()),
                    written,
                };
                node.merge(change, written);
                self.0.push((Text::new(name), node));
            }
        }
        self.0.shrink_to_fit();
    }
}

impl Node {
    fn merge(&mut self, change: &Json, written: Written) {
        self.written = written;
        match (&mut self.value, change) {
            (Value::Object(object), Json::Object(patch)) => object.merge(patch, written),
            (value, Json::Object(patch)) => {
                let mut object = Object::default();
                object.merge(patch, written);
                *value = Value::Object(object);
            }
            (value, change) => *value = Value::of(change),
        }
    }
}

impl Value {
    /// A value without metadata. What is `null` in an object is left out; in an array it is refused before.
    fn of(json: &Json) -> Self {
        match json {
            Json::Null => Self::Object(Object::default()),
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(value) => Self::Number(value.clone()),
            Json::String(value) => Self::String(Text::new(value)),
            Json::Array(items) => Self::Array(items.iter().map(Self::of).collect()),
            Json::Object(members) => {
                let mut object = Object::default();
                object.merge(members, Written::default());
                Self::Object(object)
            }
        }
    }
}

/// The plain JSON of an object, without metadata.
pub(crate) struct Plain<'a>(pub(crate) &'a Object);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = self.0.iter();
        serializer.collect_map(members.map(|(name, node)| (name, PlainValue(&node.value))))
    }
}

/// The plain JSON of a value, without metadata.
pub(crate) struct PlainValue<'a>(pub(crate) &'a Value);

impl Serialize for PlainValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(value) => value.serialize(serializer),
            Value::String(value) => serializer.serialize_str(value),
            Value::Array(items) => serializer.collect_seq(items.iter().map(PlainValue)),
            Value::Object(object) => Plain(object).serialize(serializer),
        }
    }
}

/// For a store: an object is a map of its nodes, and a node is a triple of time, version and value.
impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.written.at, self.written.version, &self.value).serialize(serializer)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => value.serialize(serializer),
            Self::String(value) => serializer.serialize_str(value),
            Self::Array(items) => serializer.collect_seq(items.iter()),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Object(object) => Ok(object),
            _ => Err(D::Error::custom("expected an object")),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (at, version, value) = Deserialize::deserialize(deserializer)?;
        Ok(Self {
            value,
            written: Written { at, version },
        })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StoredValue)
    }
}

/// Reads a value as a store holds it.
struct StoredValue;

impl<'de> Visitor<'de> for StoredValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a twin")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        number
            .map(Value::Number)
            .ok_or_else(|| E::custom("expected a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Vec::new();
        let mut names = BTreeSet::new();
        while let Some((name, node)) = members.next_entry::<Text, Node>()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom("expected each name once"));
            }
            object.push((name, node));
        }
        object.shrink_to_fit();
        Ok(Value::Object(Object(object)))
    }
}
