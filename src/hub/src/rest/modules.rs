//! Module identities: create, replace, read, list, delete.

use http::{Request, Response};
use wire::{error::ServiceError, timestamp::Timestamp};

use crate::{connection::Identity, hub::Hub, not_supported::not_supported};

pub(super) fn put(
    _hub: &mut Hub,
    _now: Timestamp,
    _id: &Identity,
    _request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    Err(not_supported("module identities"))
}

pub(super) fn get(_hub: &Hub, _id: &Identity) -> Result<Response<Vec<u8>>, ServiceError> {
    Err(not_supported("module identities"))
}

pub(super) fn delete(
    _hub: &mut Hub,
    _now: Timestamp,
    _id: &Identity,
    _request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    Err(not_supported("module identities"))
}

pub(super) fn list(_hub: &Hub, _device_id: &str) -> Result<Response<Vec<u8>>, ServiceError> {
    Err(not_supported("module identities"))
}
