//! Device identities: create, replace, read, list, delete.

use http::{Request, Response, Uri};
use wire::{
    error::{ErrorCode, ServiceError},
    rest::{DeviceIdentityUpdate, DeviceStatus},
    timestamp::Timestamp,
};

use super::{json, no_content, route::parameter, with_etag};
use crate::{close_reason::CloseReason, entity::IfMatch, hub::Hub};

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
    let random = &mut hub.random;
    let identity = hub.registry.put(now, random, id, update, &if_match)?;
    if identity.status == DeviceStatus::Disabled {
        hub.close_device(now, id, &CloseReason::DeviceDisabled);
    }
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
    hub.registry.delete(id, &IfMatch::of(request.headers())?)?;
    hub.close_device(now, id, &CloseReason::DeviceDeleted);
    hub.sessions.forget_device(id);
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
        _ => Err(ServiceError::new(
            ErrorCode::ArgumentInvalid,
            format!("top must be a whole number from 1 to {MOST_LISTED}, got '{text}'."),
        )),
    }
}
