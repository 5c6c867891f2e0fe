//! Many changes to the registry in one request.

use std::collections::BTreeSet;

use http::{HeaderValue, Request, Response, StatusCode};
use serde_json::{Map, Value};
use wire::{
    error::{ERROR_CODE_HEADER, ErrorCode, ServiceError},
    rest::{
        BulkError, BulkItem, BulkResult, DeviceIdentityUpdate, ImportMode, MAX_BULK_ITEMS,
        ModuleIdentityUpdate,
    },
    timestamp::Timestamp,
};

use super::{invalid, json};
use crate::{
    connection::Identity,
    entity::IfMatch,
    hub::Hub,
    twin::{Twin, TwinUpdate, WriteMode, etag_text},
};

/// Carries out one item after the other. What fails does not keep the others from being carried out.
pub(super) fn apply(
    hub: &mut Hub,
    now: Timestamp,
    request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    let items = read(request.body())?;
    let mut errors = Vec::new();
    for item in items {
        let (name, mode) = (name(&item), item.import_mode);
        if let Err(error) = apply_item(hub, now, &name, item) {
            errors.push(failure(name, mode, error));
        }
    }
    let result = BulkResult {
        is_successful: errors.is_empty(),
        errors,
        warnings: Vec::new(),
    };
    let mut response = json(&result)?;
    if !result.is_successful {
        let code = ErrorCode::BulkRegistryOperationFailure;
        *response.status_mut() = StatusCode::BAD_REQUEST;
        let header = HeaderValue::from_static(code.name());
        response.headers_mut().insert(ERROR_CODE_HEADER, header);
    }
    Ok(response)
}

/// Reads the items: not too many, and none about what another is about.
fn read(body: &[u8]) -> Result<Vec<BulkItem>, ServiceError> {
    let items: Vec<BulkItem> = serde_json::from_slice(body).map_err(|error| {
        // The error's own text may repeat a value, and a value may be a key.
        let (line, column) = (error.line(), error.column());
        ServiceError::new(
            ErrorCode::DeserializationError,
            format!("The body must be a JSON array of devices and modules: see line {line}, column {column}."),
        )
    })?;
    if items.len() > MAX_BULK_ITEMS {
        let count = items.len();
        return Err(invalid(format!(
            "A bulk request has at most {MAX_BULK_ITEMS} items, got {count}. Send several."
        )));
    }
    let mut seen = BTreeSet::new();
    for item in &items {
        if !seen.insert(name(item)) {
            return Err(ServiceError::new(
                ErrorCode::DeviceDefinedMultipleTimes,
                format!(
                    "Device '{}' is named more than once. Nothing was changed.",
                    item.id
                ),
            ));
        }
    }
    Ok(items)
}

fn name(item: &BulkItem) -> Identity {
    Identity {
        device_id: item.id.clone(),
        module_id: item.module_id.clone(),
    }
}

fn failure(name: Identity, mode: ImportMode, error: ServiceError) -> BulkError {
    BulkError {
        device_id: name.device_id,
        error_code: error.code.number(),
        error_status: error.message,
        module_id: name.module_id,
        operation: Some(mode.name().to_owned()),
    }
}

fn apply_item(
    hub: &mut Hub,
    now: Timestamp,
    name: &Identity,
    item: BulkItem,
) -> Result<(), ServiceError> {
    match item.import_mode {
        ImportMode::Create => put(hub, now, name, item, &IfMatch::Absent),
        ImportMode::Update => put(hub, now, name, item, &IfMatch::Any),
        ImportMode::UpdateIfMatchEtag => {
            let if_match = demanded(item.etag.as_deref())?;
            put(hub, now, name, item, &if_match)
        }
        ImportMode::Delete => delete(hub, now, name, &IfMatch::Any),
        ImportMode::DeleteIfMatchEtag => delete(hub, now, name, &demanded(item.etag.as_deref())?),
        ImportMode::UpdateTwin => write_twin(hub, now, name, &item, &IfMatch::Any),
        ImportMode::UpdateTwinIfMatchEtag => {
            let if_match = demanded(item.twin_etag.as_deref())?;
            write_twin(hub, now, name, &item, &if_match)
        }
    }
}

/// The entity tag that a mode compares.
fn demanded(etag: Option<&str>) -> Result<IfMatch, ServiceError> {
    let if_match = IfMatch::of_text(etag);
    if_match.demand()?;
    Ok(if_match)
}

/// Creates or replaces an identity, and writes its twin if the item has something for it.
fn put(
    hub: &mut Hub,
    now: Timestamp,
    name: &Identity,
    item: BulkItem,
    if_match: &IfMatch,
) -> Result<(), ServiceError> {
    let has_twin = item.tags.is_some() || item.properties.is_some();
    if *if_match == IfMatch::Absent {
        let mut twin = Twin::new(now);
        if has_twin {
            twin.write(now, twin_update(&item)?, WriteMode::Merge)?;
        }
        return match &name.module_id {
            None => hub.create_device(now, &name.device_id, device_update(item), twin),
            Some(_) => hub.create_module(now, name, module_update(item), twin),
        };
    }
    let twin_if_match = IfMatch::of_text(item.twin_etag.as_deref());
    let twin_item = has_twin.then(|| item.clone());
    if let Some(item) = &twin_item {
        check_twin(hub, now, name, item, &twin_if_match)?;
    }
    match &name.module_id {
        None => hub.put_device(now, &name.device_id, device_update(item), if_match)?,
        Some(_) => hub.put_module(now, name, module_update(item), if_match)?,
    }
    match &twin_item {
        Some(item) => write_twin(hub, now, name, item, &twin_if_match),
        None => Ok(()),
    }
}

fn delete(
    hub: &mut Hub,
    now: Timestamp,
    name: &Identity,
    if_match: &IfMatch,
) -> Result<(), ServiceError> {
    match &name.module_id {
        None => hub.delete_device(now, &name.device_id, if_match),
        Some(_) => hub.delete_module(now, name, if_match),
    }
}

/// Merges an item into a twin.
fn write_twin(
    hub: &mut Hub,
    now: Timestamp,
    name: &Identity,
    item: &BulkItem,
    if_match: &IfMatch,
) -> Result<(), ServiceError> {
    let update = twin_update(item)?;
    hub.write_twin(now, name, update, WriteMode::Merge, if_match)
}

/// Refuses an item whose part for the twin would be refused, before its other part is carried out.
fn check_twin(
    hub: &Hub,
    now: Timestamp,
    name: &Identity,
    item: &BulkItem,
    if_match: &IfMatch,
) -> Result<(), ServiceError> {
    let twin = hub.registry.require_twin(name)?;
    if_match.check(&etag_text(twin.etag))?;
    twin.clone()
        .write(now, twin_update(item)?, WriteMode::Merge)?;
    Ok(())
}

/// What an item has for a twin.
fn twin_update(item: &BulkItem) -> Result<TwinUpdate, ServiceError> {
    // What an item does not name stays as it is.
    let members: Map<_, _> = [("tags", &item.tags), ("properties", &item.properties)]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), Value::Object(value.clone()?))))
        .collect();
    TwinUpdate::parse(Value::Object(members).to_string().as_bytes())
}

fn device_update(item: BulkItem) -> DeviceIdentityUpdate {
    DeviceIdentityUpdate {
        device_id: Some(item.id),
        etag: None,
        status: item.status,
        status_reason: item.status_reason,
        authentication: item.authentication,
        capabilities: item.capabilities,
        device_scope: item.device_scope,
        parent_scopes: item.parent_scopes,
    }
}

fn module_update(item: BulkItem) -> ModuleIdentityUpdate {
    ModuleIdentityUpdate {
        module_id: item.module_id,
        device_id: Some(item.id),
        etag: None,
        managed_by: item.managed_by,
        authentication: item.authentication,
    }
}
