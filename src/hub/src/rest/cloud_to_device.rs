//! What a service does with a device's queue: send to it, purge it.

use http::{Request, Response};
use wire::{error::ServiceError, timestamp::Timestamp};

use crate::{hub::Hub, not_supported::not_supported};

pub(super) fn send(
    _hub: &mut Hub,
    _now: Timestamp,
    _device_id: &str,
    _request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    Err(not_supported("cloud-to-device messages over HTTP"))
}

pub(super) fn purge(
    _hub: &mut Hub,
    _now: Timestamp,
    _device_id: &str,
) -> Result<Response<Vec<u8>>, ServiceError> {
    Err(not_supported("purging a device's messages"))
}
