//! Delivery feedback: read, complete, abandon.

use http::Response;
use wire::{error::ServiceError, timestamp::Timestamp};

use crate::{hub::Hub, not_supported::not_supported};

pub(super) fn receive(_hub: &mut Hub, _now: Timestamp) -> Result<Response<Vec<u8>>, ServiceError> {
    Err(not_supported("delivery feedback"))
}

pub(super) fn complete(
    _hub: &mut Hub,
    _now: Timestamp,
    _lock: &str,
) -> Result<Response<Vec<u8>>, ServiceError> {
    Err(not_supported("delivery feedback"))
}

pub(super) fn abandon(
    _hub: &mut Hub,
    _now: Timestamp,
    _lock: &str,
) -> Result<Response<Vec<u8>>, ServiceError> {
    Err(not_supported("delivery feedback"))
}
