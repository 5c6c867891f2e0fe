//! What a device does over HTTP: send telemetry, and receive cloud-to-device messages.

use http::{Request, Response};
use wire::{error::ServiceError, timestamp::Timestamp};

use crate::{hub::Hub, not_supported::not_supported};

pub(super) fn send(
    _hub: &mut Hub,
    _now: Timestamp,
    _device_id: &str,
    _request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    Err(not_supported("telemetry over HTTP"))
}

pub(super) fn receive(
    _hub: &mut Hub,
    _now: Timestamp,
    _device_id: &str,
) -> Result<Response<Vec<u8>>, ServiceError> {
    Err(not_supported("cloud-to-device messages over HTTP"))
}

pub(super) fn complete(
    _hub: &mut Hub,
    _now: Timestamp,
    _device_id: &str,
    _lock: &str,
    _request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    Err(not_supported("cloud-to-device messages over HTTP"))
}

pub(super) fn abandon(
    _hub: &mut Hub,
    _now: Timestamp,
    _device_id: &str,
    _lock: &str,
) -> Result<Response<Vec<u8>>, ServiceError> {
    Err(not_supported("cloud-to-device messages over HTTP"))
}
