//! For `#[serde(with = "…")]`: bytes as base64 text.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

pub(crate) fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: From<Vec<u8>>,
{
    let text = String::deserialize(deserializer)?;
    let bytes = STANDARD.decode(text);
    bytes
        .map(T::from)
        .map_err(|_| D::Error::custom("expected base64"))
}
