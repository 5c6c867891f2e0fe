//! How many devices there are.

use http::Response;
use wire::error::ServiceError;

use crate::{hub::Hub, not_supported::not_supported};

pub(super) fn registry(_hub: &Hub) -> Result<Response<Vec<u8>>, ServiceError> {
    Err(not_supported("statistics"))
}

pub(super) fn service(_hub: &Hub) -> Result<Response<Vec<u8>>, ServiceError> {
    Err(not_supported("statistics"))
}
