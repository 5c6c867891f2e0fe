//! The REST interface, as one pipeline: route, check the version, authorise, handle, and turn a refusal into an answer.
//! The order is the service's own: a request for something unknown is refused before its token is looked at.

mod authorise;
mod devices;
mod route;

use http::{
    HeaderValue, Request, Response, StatusCode,
    header::{CONTENT_TYPE, ETAG},
};
use serde::Serialize;
use wire::{
    error::{ERROR_CODE_HEADER, ErrorCode, ServiceError, TrackingId},
    timestamp::Timestamp,
};

use crate::hub::Hub;
use route::Operation;

/// The header that names a request in the service's logs.
const REQUEST_ID_HEADER: &str = "x-ms-request-id";

/// What a JSON body is, as the service writes it.
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// Answers a request.
pub(crate) fn answer(
    hub: &mut Hub,
    now: Timestamp,
    request: &Request<Vec<u8>>,
) -> Response<Vec<u8>> {
    let id = hub.random.tracking();
    let mut response = respond(hub, now, request)
        .unwrap_or_else(|error| refuse(&error, &TrackingId::new(id, now)));
    if let Ok(id) = HeaderValue::from_str(&format!("{id:032x}")) {
        response.headers_mut().insert(REQUEST_ID_HEADER, id);
    }
    response
}

fn respond(
    hub: &mut Hub,
    now: Timestamp,
    request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    let operation = route::route(request.method(), request.uri())?;
    route::check_version(request.uri())?;
    authorise::authorise(hub, now, request, &operation)?;
    match operation {
        Operation::PutDevice { id } => devices::put(hub, now, &id, request),
        Operation::GetDevice { id } => devices::get(hub, &id),
        Operation::DeleteDevice { id } => devices::delete(hub, now, &id, request),
        Operation::ListDevices => devices::list(hub, request.uri()),
    }
}

/// The error page: the service's status, code header and envelope.
fn refuse(error: &ServiceError, tracking: &TrackingId) -> Response<Vec<u8>> {
    let mut response = Response::new(error.envelope(tracking).into_bytes());
    *response.status_mut() = error.code.status();
    let name = HeaderValue::from_static(error.code.name());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(ERROR_CODE_HEADER, name);
    response
}

/// An answer of status 200 with a JSON body.
fn json(body: &impl Serialize) -> Result<Response<Vec<u8>>, ServiceError> {
    let bytes = serde_json::to_vec(body).map_err(|error| {
        ServiceError::new(
            ErrorCode::ServerError,
            format!("the answer cannot be written: {error}"),
        )
    })?;
    let mut response = Response::new(bytes);
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    Ok(response)
}

/// Sets the `ETag` header, quoted as HTTP wants it.
fn with_etag(mut response: Response<Vec<u8>>, etag: &str) -> Response<Vec<u8>> {
    if let Ok(value) = HeaderValue::from_str(&format!("\"{etag}\"")) {
        response.headers_mut().insert(ETAG, value);
    }
    response
}

/// An answer of status 204.
fn no_content() -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
