//! What a service does with a device's queue: send to it, purge it.

use http::{
    HeaderMap, HeaderName, Request, Response,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use wire::{
    error::{ErrorCode, ServiceError},
    properties::MessageProperties,
    rest::{MessageHeaderError, PurgeResult, read_message_headers},
    timestamp::Timestamp,
};

use super::{json, no_content};
use crate::{connection::Message, hub::Hub};

pub(super) fn send(
    hub: &mut Hub,
    now: Timestamp,
    device_id: &str,
    request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    let message = Message {
        properties: read_properties(device_id, request)?,
        body: request.body().clone(),
    };
    hub.send_to_device(now, device_id, message)?;
    Ok(no_content())
}

pub(super) fn purge(
    hub: &mut Hub,
    now: Timestamp,
    device_id: &str,
) -> Result<Response<Vec<u8>>, ServiceError> {
    let purged = hub.purge_queue(now, device_id)?;
    json(&PurgeResult {
        total_messages_purged: u64::try_from(purged).unwrap_or(u64::MAX),
        device_id: device_id.to_owned(),
        module_id: None,
    })
}

/// The refusal of headers that are not a message's.
pub(super) fn unreadable(why: &MessageHeaderError) -> ServiceError {
    ServiceError::new(ErrorCode::ArgumentInvalid, format!("{why}."))
}

/// The message's properties: what its own headers say, and else what those of HTTP say of any body.
///
/// A surface whose protocol is not HTTP sets them as an extension of the request as well, because a header's name has
/// no case and a property's has.
fn read_properties(
    device_id: &str,
    request: &Request<Vec<u8>>,
) -> Result<MessageProperties, ServiceError> {
    if let Some(properties) = request.extensions().get::<MessageProperties>() {
        return Ok(properties.clone());
    }
    let headers = request.headers();
    let mut properties = read_message_headers(headers).map_err(|why| unreadable(&why))?;
    let system = &mut properties.system;
    fill_from(&mut system.content_type, headers, &CONTENT_TYPE);
    fill_from(&mut system.content_encoding, headers, &CONTENT_ENCODING);
    if system.to.is_none() {
        // The last word of the path stands as the sender wrote it.
        let path = request.uri().path().trim_end_matches('/');
        let (_, queue) = path.rsplit_once('/').unwrap_or_default();
        system.to = Some(format!("/devices/{device_id}/messages/{queue}"));
    }
    Ok(properties)
}

fn fill_from(property: &mut Option<String>, headers: &HeaderMap, name: &HeaderName) {
    if property.is_none() {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        *property = value.filter(|it| !it.is_empty()).map(str::to_owned);
    }
}
