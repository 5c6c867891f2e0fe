//! Queries over twins.

use http::{Request, Response};
use wire::{error::ServiceError, timestamp::Timestamp};

use crate::{hub::Hub, not_supported::not_supported};

pub(super) fn run(
    _hub: &mut Hub,
    _now: Timestamp,
    _request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    Err(not_supported("queries"))
}
