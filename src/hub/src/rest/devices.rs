//! Device identities: create, replace, read, list, delete.

use http::{Request, Response, Uri};
use wire::{error::ServiceError, rest::DeviceIdentityUpdate, timestamp::Timestamp};

use super::{invalid, json, no_content, route::parameter, with_etag};
use crate::{entity::IfMatch, hub::Hub};

/// How many devices one list may hold.
const MOST_LISTED: usize = 1_000;

pub(super) fn put(
    hub: &mut Hub,
    now: Timestamp,
    id: &str,
    request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    let if_match = IfMatch::of(request.headers())?;
    let update = DeviceIdentityUpdate::parse(request.body())?;
    hub.put_device(now, id, update, &if_match)?;
    get(hub, id)
}

pub(super) fn get(hub: &Hub, id: &str) -> Result<Response<Vec<u8>>, ServiceError> {
    let identity = &hub.registry.require(id)?.identity;
    Ok(with_etag(json(identity)?, &identity.etag))
}

pub(super) fn delete(
    hub: &mut Hub,
    now: Timestamp,
    id: &str,
    request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    hub.delete_device(now, id, &IfMatch::of(request.headers())?)?;
    Ok(no_content())
}

pub(super) fn list(hub: &Hub, uri: &Uri) -> Result<Response<Vec<u8>>, ServiceError> {
    let top = top(uri)?;
    json(&hub.devices().take(top).collect::<Vec<_>>())
}

/// How many devices a list is to have.
fn top(uri: &Uri) -> Result<usize, ServiceError> {
    let Some(text) = parameter(uri, "top") else {
        return Ok(MOST_LISTED);
    };
    match text.parse() {
        Ok(top) if (1..=MOST_LISTED).contains(&top) => Ok(top),
        _ => Err(invalid(format!(
            "top must be a whole number from 1 to {MOST_LISTED}, got '{text}'."
        ))),
    }
}
