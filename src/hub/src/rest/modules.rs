//! Module identities: create, replace, read, list, delete.

use http::{Request, Response};
use wire::{
    error::{ErrorCode, ServiceError},
    timestamp::Timestamp,
};

use super::{Asked, json, json_object, no_content, refusal, with_etag};
use crate::{connection::Identity, entity::IfMatch, hub::Hub, registry::Module};

pub(super) fn put(
    hub: &mut Hub,
    now: Timestamp,
    asked: Asked,
    id: &Identity,
    request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    let if_match = IfMatch::of(request.headers())?;
    let update = json_object(request.body(), "a module identity")?;
    match hub.put_module(now, id, update, &if_match) {
        Ok(()) => get(hub, id),
        // The service words this refusal in its other form.
        Err(error) if error.code == ErrorCode::ModuleAlreadyExistsOnDevice => {
            let body = error.numbered_envelope(&asked.tracking(now));
            Ok(refusal(&error, body))
        }
        Err(error) => Err(error),
    }
}

pub(super) fn get(hub: &Hub, id: &Identity) -> Result<Response<Vec<u8>>, ServiceError> {
    let identity = &module(hub, id)?.identity;
    Ok(with_etag(json(identity)?, &identity.etag))
}

pub(super) fn delete(
    hub: &mut Hub,
    now: Timestamp,
    id: &Identity,
    request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    hub.delete_module(now, id, &IfMatch::of(request.headers())?)?;
    Ok(no_content())
}

pub(super) fn list(hub: &Hub, device_id: &str) -> Result<Response<Vec<u8>>, ServiceError> {
    let modules = hub.registry.require(device_id)?.modules.values();
    json(&modules.map(|module| &module.identity).collect::<Vec<_>>())
}

fn module<'a>(hub: &'a Hub, id: &Identity) -> Result<&'a Module, ServiceError> {
    let device = hub.registry.require(&id.device_id)?;
    device.require_module(id.module_id.as_deref().unwrap_or_default())
}
