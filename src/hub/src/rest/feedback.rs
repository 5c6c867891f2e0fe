//! Delivery feedback: read, complete, abandon.

use http::{HeaderValue, Response, header::CONTENT_TYPE};
use wire::{error::ServiceError, timestamp::Timestamp};

use super::{json, no_content, with_etag};
use crate::hub::Hub;

/// What a batch of feedback is.
const FEEDBACK: HeaderValue =
    HeaderValue::from_static("application/vnd.microsoft.iothub.feedback.json");

pub(super) fn receive(hub: &mut Hub, now: Timestamp) -> Result<Response<Vec<u8>>, ServiceError> {
    let Some((token, records)) = hub.receive_feedback(now) else {
        return Ok(no_content());
    };
    let mut response = json(&records)?;
    response.headers_mut().insert(CONTENT_TYPE, FEEDBACK);
    Ok(with_etag(response, &token))
}

pub(super) fn complete(
    hub: &mut Hub,
    now: Timestamp,
    lock: &str,
) -> Result<Response<Vec<u8>>, ServiceError> {
    hub.complete_feedback(now, lock)?;
    Ok(no_content())
}

pub(super) fn abandon(
    hub: &mut Hub,
    now: Timestamp,
    lock: &str,
) -> Result<Response<Vec<u8>>, ServiceError> {
    hub.abandon_feedback(now, lock)?;
    Ok(no_content())
}
