//! Many telemetry messages in one request.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, header::CONTENT_TYPE};
use serde::Deserialize;
use wire::{
    error::{ErrorCode, ServiceError},
    properties::MessageProperties,
    rest::read_message_header,
};

use super::unreadable;
use crate::connection::Message;

/// The media type of a batch.
const BATCH: &str = "application/vnd.microsoft.iothub.json";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    body: String,
    /// Whether the body is base64; if not, it is the text itself.
    #[serde(default = "yes")]
    base64_encoded: bool,
    #[serde(default)]
    properties: Option<BTreeMap<String, String>>,
}

fn yes() -> bool {
    true
}

/// Whether a request's body is a batch. Parameters of the media type do not matter.
pub(super) fn is_batch(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let kind = kind.and_then(|text| text.split(';').next());
    kind.is_some_and(|it| it.trim().eq_ignore_ascii_case(BATCH))
}

/// Reads a batch: an array of objects with a body and properties, whose names are those of headers.
pub(super) fn read(body: &[u8]) -> Result<Vec<Message>, ServiceError> {
    let items: Vec<Item> = serde_json::from_slice(body).map_err(|why| {
        ServiceError::new(
            ErrorCode::DeserializationError,
            format!("A batch is a JSON array of objects with body and properties; {why}."),
        )
    })?;
    items.into_iter().map(Item::into_message).collect()
}

impl Item {
    fn into_message(self) -> Result<Message, ServiceError> {
        let mut properties = MessageProperties::default();
        for (name, value) in self.properties.into_iter().flatten() {
            read_message_header(&mut properties, &name, &value).map_err(|why| unreadable(&why))?;
        }
        let body = if self.base64_encoded {
            STANDARD.decode(&self.body).map_err(|why| {
                ServiceError::new(
                    ErrorCode::ArgumentInvalid,
                    format!("The body of a message in the batch is not base64: {why}."),
                )
            })?
        } else {
            self.body.into_bytes()
        };
        Ok(Message { properties, body })
    }
}
