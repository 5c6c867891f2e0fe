//! Direct methods, as a service calls them.

use http::Request;
use wire::{error::ServiceError, timestamp::Timestamp};

use super::{Asked, Reply};
use crate::{connection::Identity, hub::Hub, not_supported::not_supported};

pub(super) fn invoke(
    _hub: &mut Hub,
    _now: Timestamp,
    _asked: Asked,
    _id: &Identity,
    _request: &Request<Vec<u8>>,
) -> Result<Reply, ServiceError> {
    Err(not_supported("direct methods"))
}
