//! Device identities: create, replace, read, list, delete.

use http::{Request, Response};
use wire::{error::ServiceError, rest::DeviceIdentityUpdate, timestamp::Timestamp};

use super::{json, no_content, with_etag};
use crate::{connection::CloseReason, entity::IfMatch, hub::Hub};

pub(super) fn put(
    hub: &mut Hub,
    now: Timestamp,
    id: &str,
    request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    let if_match = IfMatch::of(request.headers())?;
    let update = DeviceIdentityUpdate::parse(request.body())?;
    let identity = hub
        .registry
        .put(now, &mut hub.random, id, update, &if_match)?;
    let response = with_etag(json(identity)?, &identity.etag);
    if hub
        .registry
        .get(id)
        .is_some_and(|device| !device.is_enabled())
    {
        hub.close_device(now, id, &CloseReason::DeviceDisabled);
    }
    Ok(response)
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
    hub.forget_sessions(id);
    Ok(no_content())
}

pub(super) fn list(hub: &Hub, top: usize) -> Result<Response<Vec<u8>>, ServiceError> {
    json(&hub.devices().take(top).collect::<Vec<_>>())
}
