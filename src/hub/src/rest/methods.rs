//! Direct methods, as a service calls them.

use std::time::Duration;

use http::Request;
use serde::Deserialize;
use serde_json::value::RawValue;
use wire::{
    error::{ErrorCode, ServiceError},
    timestamp::Timestamp,
};

use super::{Asked, Reply, invalid, json_object};
use crate::{
    connection::Identity,
    hub::Hub,
    methods::{Invocation, MOST_PAYLOAD_BYTES},
};

/// How many characters a method's name may have.
const MOST_NAME_CHARACTERS: usize = 100;

/// How long a device has to answer, in seconds: at least, at most, and if the caller does not say.
/// (IoT Hub documentation: understand and invoke direct methods.)
const RESPONSE_TIMEOUT: (i64, i64, i64) = (5, 300, 30);

/// How long to wait for a device that is not connected, in seconds, in the same order.
const CONNECT_TIMEOUT: (i64, i64, i64) = (0, 300, 0);

/// The body of a call. The payload stays the text that the caller wrote, as the device gets that very text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(default)]
    method_name: Option<String>,
    #[serde(borrow, default)]
    payload: Option<&'a RawValue>,
    #[serde(default)]
    response_timeout_in_seconds: Option<i64>,
    #[serde(default)]
    connect_timeout_in_seconds: Option<i64>,
}

pub(super) fn invoke(
    hub: &mut Hub,
    now: Timestamp,
    asked: Asked,
    id: &Identity,
    request: &Request<Vec<u8>>,
) -> Result<Reply, ServiceError> {
    let invocation = read(request.body())?;
    hub.registry.require_identity(id)?;
    hub.invoke_method(now, asked, id, invocation);
    Ok(Reply::Later)
}

fn read(body: &[u8]) -> Result<Invocation, ServiceError> {
    let body: Body<'_> = json_object(body, "a method call")?;
    let method_name = body.method_name.unwrap_or_default();
    if method_name.is_empty() {
        return Err(ServiceError::new(
            ErrorCode::ArgumentNull,
            "methodName must name the method to call.",
        ));
    }
    if method_name.chars().count() > MOST_NAME_CHARACTERS {
        return Err(invalid(format!(
            "methodName has at most {MOST_NAME_CHARACTERS} characters."
        )));
    }
    let payload = body.payload.map_or("null", RawValue::get);
    if payload.len() > MOST_PAYLOAD_BYTES {
        let size = payload.len();
        return Err(ServiceError::new(
            ErrorCode::MessageTooLarge,
            format!("payload has {size} bytes, and the hub takes {MOST_PAYLOAD_BYTES}."),
        ));
    }
    let response = seconds(
        "responseTimeoutInSeconds",
        body.response_timeout_in_seconds,
        RESPONSE_TIMEOUT,
    )?;
    let connect = seconds(
        "connectTimeoutInSeconds",
        body.connect_timeout_in_seconds,
        CONNECT_TIMEOUT,
    )?;
    if connect > response {
        return Err(invalid(format!(
            "Device connection timeout {connect:?} cannot be longer than the timeout of the call, {response:?}. \
             Lower connectTimeoutInSeconds, or raise responseTimeoutInSeconds."
        )));
    }
    Ok(Invocation {
        method_name,
        payload: payload.to_owned(),
        response_timeout: response,
        connect_timeout: connect,
    })
}

/// Reads one of the two timeouts.
fn seconds(
    name: &str,
    given: Option<i64>,
    (least, most, usual): (i64, i64, i64),
) -> Result<Duration, ServiceError> {
    let seconds = given.unwrap_or(usual);
    if !(least..=most).contains(&seconds) {
        return Err(invalid(format!(
            "{name} must be from {least} to {most}, got {seconds}."
        )));
    }
    Ok(Duration::from_secs(seconds.unsigned_abs()))
}
