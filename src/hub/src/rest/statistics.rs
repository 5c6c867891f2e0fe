//! How many devices there are.

use http::Response;
use wire::error::ServiceError;

use super::json;
use crate::hub::Hub;

pub(super) fn registry(hub: &Hub) -> Result<Response<Vec<u8>>, ServiceError> {
    json(&hub.registry.statistics())
}

pub(super) fn service(hub: &Hub) -> Result<Response<Vec<u8>>, ServiceError> {
    json(&hub.registry.service_statistics())
}
