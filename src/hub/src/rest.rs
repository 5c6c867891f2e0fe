//! The REST interface, as one pipeline: route, check the version, authorise, handle, and turn a refusal into an answer.
//! Between the last two, a request may have to wait for its turn.
//! The order is the service's own: a request for something unknown is refused before its token is looked at.

mod authorise;
mod bulk;
mod cloud_to_device;
mod device_messages;
mod devices;
mod feedback;
mod metering;
mod methods;
mod modules;
mod query;
mod route;
mod statistics;
mod twins;

use http::{
    HeaderValue, Request, Response, StatusCode,
    header::{CONTENT_TYPE, ETAG},
};
use serde::{Deserialize, Serialize};
use wire::{
    error::{ERROR_CODE_HEADER, ErrorCode, ServiceError, TrackingId},
    timestamp::Timestamp,
};

use crate::{
    hub::Hub,
    limits::{Turn, Waiting},
    output::{Output, RequestId},
};
use route::Operation;

pub use route::{operation_name, service_operation_name};

/// The header that names a request in the service's logs.
const REQUEST_ID_HEADER: &str = "x-ms-request-id";

/// What a JSON body is, as the service writes it.
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// A request that waits for its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Asked {
    request: RequestId,
    tracking: u128,
}

impl Asked {
    /// What a refusal of this request names itself by.
    pub(crate) fn tracking(self, now: Timestamp) -> TrackingId {
        TrackingId::new(self.tracking, now)
    }
}

/// What a handler has to say.
pub(crate) enum Reply {
    /// The answer.
    Now(Response<Vec<u8>>),
    /// The answer comes later, by [`respond`].
    Later,
}

/// Answers a request, at once or later.
pub(crate) fn answer(
    hub: &mut Hub,
    now: Timestamp,
    request_id: RequestId,
    request: &Request<Vec<u8>>,
) {
    let asked = Asked {
        request: request_id,
        tracking: hub.random.tracking(),
    };
    let outcome = handle(hub, now, asked, request);
    settle(hub, now, asked, outcome);
}

/// Carries out a request whose turn has come, and answers it. It was authorised when it came.
pub(crate) fn resume(hub: &mut Hub, now: Timestamp, asked: Asked, request: &Request<Vec<u8>>) {
    let outcome = route::route(request.method(), request.uri())
        .and_then(|operation| carry_out(hub, now, asked, operation, request));
    settle(hub, now, asked, outcome);
}

/// Answers a request with what came of it, if something came of it yet.
fn settle(hub: &mut Hub, now: Timestamp, asked: Asked, outcome: Result<Reply, ServiceError>) {
    let response = match outcome {
        Ok(Reply::Later) => return,
        Ok(Reply::Now(response)) => response,
        Err(error) => refuse(&error, &asked.tracking(now)),
    };
    respond(hub, asked, response);
}

/// Gives the answer to a request.
pub(crate) fn respond(hub: &mut Hub, asked: Asked, mut response: Response<Vec<u8>>) {
    if let Ok(id) = HeaderValue::from_str(&format!("{:032x}", asked.tracking)) {
        response.headers_mut().insert(REQUEST_ID_HEADER, id);
    }
    hub.put(Output::Respond {
        request: asked.request,
        response,
    });
}

fn handle(
    hub: &mut Hub,
    now: Timestamp,
    asked: Asked,
    request: &Request<Vec<u8>>,
) -> Result<Reply, ServiceError> {
    let operation = route::route(request.method(), request.uri())?;
    route::check_version(request.uri())?;
    authorise::authorise(hub, now, request, &operation)?;
    if let Some(meter) = metering::meter(&operation, request) {
        let turn = hub.limits.admit_request(now, meter.class, request)?;
        if let Turn::At(turn) = turn {
            let waiting = Waiting::Request(Box::new((asked, request.clone())));
            hub.limits.wait(turn, meter.class, waiting);
            return Ok(Reply::Later);
        }
    }
    carry_out(hub, now, asked, operation, request)
}

/// Carries out an operation and charges it, unless the day's messages were used up while it waited.
fn carry_out(
    hub: &mut Hub,
    now: Timestamp,
    asked: Asked,
    operation: Operation,
    request: &Request<Vec<u8>>,
) -> Result<Reply, ServiceError> {
    let Some(meter) = metering::meter(&operation, request) else {
        return dispatch(hub, now, asked, operation, request);
    };
    hub.limits.check_quota(now, meter.class)?;
    let outcome = dispatch(hub, now, asked, operation, request);
    metering::charge(hub, now, meter, &outcome);
    outcome
}

/// Hands an operation to who carries it out.
fn dispatch(
    hub: &mut Hub,
    now: Timestamp,
    asked: Asked,
    operation: Operation,
    request: &Request<Vec<u8>>,
) -> Result<Reply, ServiceError> {
    let response = match operation {
        Operation::PutDevice { id } => devices::put(hub, now, &id, request),
        Operation::GetDevice { id } => devices::get(hub, &id),
        Operation::DeleteDevice { id } => devices::delete(hub, now, &id, request),
        Operation::ListDevices => devices::list(hub, request.uri()),
        Operation::Bulk => bulk::apply(hub, now, request),
        Operation::PutModule { id } => modules::put(hub, now, asked, &id, request),
        Operation::GetModule { id } => modules::get(hub, &id),
        Operation::DeleteModule { id } => modules::delete(hub, now, &id, request),
        Operation::ListModules { device_id } => modules::list(hub, &device_id),
        Operation::RegistryStatistics => statistics::registry(hub),
        Operation::ServiceStatistics => statistics::service(hub),
        Operation::GetTwin { id } => twins::get(hub, &id),
        Operation::PatchTwin { id } => twins::patch(hub, now, &id, request),
        Operation::PutTwin { id } => twins::put(hub, now, &id, request),
        Operation::InvokeMethod { id } => return methods::invoke(hub, now, asked, &id, request),
        Operation::Query => query::run(hub, now, asked, request),
        Operation::SendToDevice { device_id } => {
            cloud_to_device::send(hub, now, &device_id, request)
        }
        Operation::PurgeQueue { device_id } => cloud_to_device::purge(hub, now, &device_id),
        Operation::ReceiveFeedback => feedback::receive(hub, now),
        Operation::CompleteFeedback { lock } => feedback::complete(hub, now, &lock),
        Operation::AbandonFeedback { lock } => feedback::abandon(hub, now, &lock),
        Operation::SendTelemetry { device_id } => {
            device_messages::send(hub, now, &device_id, request)
        }
        Operation::ReceiveMessage { device_id } => device_messages::receive(hub, now, &device_id),
        Operation::CompleteMessage { device_id, lock } => {
            device_messages::complete(hub, now, &device_id, &lock, request)
        }
        Operation::AbandonMessage { device_id, lock } => {
            device_messages::abandon(hub, now, &device_id, &lock)
        }
    }?;
    Ok(Reply::Now(response))
}

/// The error page: the service's status, code header and envelope.
pub(crate) fn refuse(error: &ServiceError, tracking: &TrackingId) -> Response<Vec<u8>> {
    refusal(error, error.envelope(tracking))
}

/// The error page with another envelope than the usual one.
pub(crate) fn refusal(error: &ServiceError, body: String) -> Response<Vec<u8>> {
    let mut response = Response::new(body.into_bytes());
    *response.status_mut() = error.code.status();
    let name = HeaderValue::from_static(error.code.name());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(ERROR_CODE_HEADER, name);
    response
}

/// An answer of status 200 with a JSON body.
pub(crate) fn json(body: &impl Serialize) -> Result<Response<Vec<u8>>, ServiceError> {
    let bytes = serde_json::to_vec(body).map_err(|error| {
        ServiceError::new(
            ErrorCode::ServerError,
            format!("the answer cannot be written: {error}"),
        )
    })?;
    Ok(json_text(bytes))
}

/// An answer of status 200 whose body is JSON already.
pub(crate) fn json_text(body: impl Into<Vec<u8>>) -> Response<Vec<u8>> {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

/// Reads a body that must be a JSON object.
fn json_object<'a, T: Deserialize<'a>>(body: &'a [u8], what: &str) -> Result<T, ServiceError> {
    let refusal = |place: &str| {
        ServiceError::new(
            ErrorCode::DeserializationError,
            format!("The body must be {what}, a JSON object{place}."),
        )
    };
    // Without this, an array would do for an object.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(refusal(""));
    }
    serde_json::from_slice(body).map_err(|error| {
        // The error's own text may repeat a value, and a value may be a key.
        let (line, column) = (error.line(), error.column());
        refusal(&format!(": see line {line}, column {column}"))
    })
}

/// The refusal of a value that is outside of its rules.
fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new(ErrorCode::ArgumentInvalid, message)
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
