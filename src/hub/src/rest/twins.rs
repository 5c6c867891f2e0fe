//! Twins: read, change, replace.

use http::{Request, Response};
use wire::{error::ServiceError, timestamp::Timestamp};

use super::{json, with_etag};
use crate::{
    connection::Identity,
    entity::IfMatch,
    hub::Hub,
    twin::{DeviceDocument, ModuleDocument, TwinUpdate, WriteMode, etag_text},
};

pub(super) fn get(hub: &Hub, id: &Identity) -> Result<Response<Vec<u8>>, ServiceError> {
    let etag = etag_text(hub.registry.require_twin(id)?.etag);
    let device = hub.registry.require(&id.device_id)?;
    let response = match &id.module_id {
        None => json(&DeviceDocument(device))?,
        Some(module_id) => {
            let module = device.require_module(module_id)?;
            json(&ModuleDocument { device, module })?
        }
    };
    Ok(with_etag(response, &etag))
}

pub(super) fn patch(
    hub: &mut Hub,
    now: Timestamp,
    id: &Identity,
    request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    write(hub, now, id, request, WriteMode::Merge)
}

pub(super) fn put(
    hub: &mut Hub,
    now: Timestamp,
    id: &Identity,
    request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    write(hub, now, id, request, WriteMode::Replace)
}

/// Writes a twin, and answers with the whole of it.
fn write(
    hub: &mut Hub,
    now: Timestamp,
    id: &Identity,
    request: &Request<Vec<u8>>,
    mode: WriteMode,
) -> Result<Response<Vec<u8>>, ServiceError> {
    let if_match = IfMatch::of(request.headers())?;
    let update = TwinUpdate::parse(request.body())?;
    hub.write_twin(now, id, update, mode, &if_match)?;
    get(hub, id)
}
