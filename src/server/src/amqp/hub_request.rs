//! What a client of AMQP asks of the hub itself, as the REST calls that mean the same: one interface has the rules.

use bytes::Bytes;
use fe2o3_amqp_types::definitions::Error;
use http::{HeaderValue, Method, Request, Response, header::AUTHORIZATION, header::ETAG};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_amqp::Value;
use wire::{
    error::parse_response, properties::MessageProperties, rest::write_message_headers,
    secret::SecretString,
};

use super::{
    condition::{self, error},
    message::{Body, Property, Received, to_moment, to_text},
};

const API_VERSION: &str = "2021-04-12";
const FEEDBACK: &str = "/messages/serviceBound/feedback";
/// The application property by which a sender asks for feedback.
const ACK: &str = "iothub-ack";

/// What stands in a path as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Sends a message to a device.
pub(super) fn send_to_device(
    device_id: &str,
    message: Received,
    token: &SecretString,
) -> Result<Request<Vec<u8>>, Error> {
    let properties = read_properties(&message)?;
    let body = read_body(message.body)?;
    let id = utf8_percent_encode(device_id, RESERVED);
    let mut request = request(
        Method::POST,
        &format!("/devices/{id}/messages/devicebound"),
        token,
    )?;
    *request.body_mut() = body;
    write_message_headers(&properties, request.headers_mut())
        .map_err(|why| error(condition::ARGUMENT_ERROR, why.to_string()))?;
    request.extensions_mut().insert(properties);
    Ok(request)
}

/// Receives feedback.
pub(super) fn receive_feedback(token: &SecretString) -> Result<Request<Vec<u8>>, Error> {
    request(Method::GET, FEEDBACK, token)
}

/// Completes feedback that was received.
pub(super) fn complete_feedback(
    lock: &str,
    token: &SecretString,
) -> Result<Request<Vec<u8>>, Error> {
    request(Method::DELETE, &format!("{FEEDBACK}/{lock}"), token)
}

/// Abandons feedback that was received.
pub(super) fn abandon_feedback(
    lock: &str,
    token: &SecretString,
) -> Result<Request<Vec<u8>>, Error> {
    request(Method::POST, &format!("{FEEDBACK}/{lock}/abandon"), token)
}

/// The error that the hub answered with, if it did.
pub(super) fn refusal(response: &Response<Vec<u8>>) -> Option<Error> {
    let status = response.status();
    (!status.is_success()).then(|| {
        let refusal = parse_response(status, response.headers(), response.body());
        condition::of_refusal(&refusal)
    })
}

/// The feedback in an answer, and its lock; none if there is none.
pub(super) fn read_feedback(response: Response<Vec<u8>>) -> Option<(String, Bytes)> {
    let lock = response.headers().get(ETAG)?.to_str().ok()?;
    let lock = lock.trim_matches('"').to_owned();
    (response.status() == 200).then(|| (lock, Bytes::from(response.into_body())))
}

fn request(method: Method, path: &str, token: &SecretString) -> Result<Request<Vec<u8>>, Error> {
    let unwritable = |why: &dyn std::fmt::Display| {
        error(
            condition::INTERNAL_ERROR,
            format!("the request cannot be written: {why}"),
        )
    };
    let mut authorisation =
        HeaderValue::from_str(token.expose()).map_err(|why| unwritable(&why))?;
    authorisation.set_sensitive(true);
    Request::builder()
        .method(method)
        .uri(format!("{path}?api-version={API_VERSION}"))
        .header(AUTHORIZATION, authorisation)
        .body(Vec::new())
        .map_err(|why| unwritable(&why))
}

/// The refusal of a property that has parts.
fn not_simple() -> Error {
    error(
        condition::ARGUMENT_ERROR,
        "a property of the message is neither a text nor a number; expected one of them",
    )
}

/// What the sections of a message say, in the hub's own words.
fn read_properties(message: &Received) -> Result<MessageProperties, Error> {
    let text = |property| {
        let Some(value) = message.property(property) else {
            return Ok(None);
        };
        to_text(value).map(Some).ok_or_else(not_simple)
    };
    let moment = |property| match message.property(property) {
        Some(Value::Timestamp(at)) => Ok(Some(to_moment(at).to_iso())),
        _ => text(property),
    };
    let mut properties = MessageProperties::default();
    let system = &mut properties.system;
    system.message_id = text(Property::MessageId)?;
    system.correlation_id = text(Property::CorrelationId)?;
    system.user_id = text(Property::UserId)?;
    system.to = text(Property::To)?;
    system.content_type = text(Property::ContentType)?;
    system.content_encoding = text(Property::ContentEncoding)?;
    system.expiry = moment(Property::AbsoluteExpiryTime)?;
    system.creation_time = moment(Property::CreationTime)?;
    for (name, value) in &message.application {
        let value = match value {
            Value::Null => None,
            value => Some(to_text(value).ok_or_else(not_simple)?),
        };
        if name.eq_ignore_ascii_case(ACK) {
            properties.system.ack = value;
        } else {
            // What an SDK of a device makes of a name alone is a text like "undefined".
            let value = value.unwrap_or_default();
            properties.application.push((name.clone(), Some(value)));
        }
    }
    Ok(properties)
}

fn read_body(body: Body) -> Result<Vec<u8>, Error> {
    match body {
        Body::Empty | Body::Value(Value::Null) => Ok(Vec::new()),
        Body::Data(bytes) => Ok(bytes),
        Body::Value(Value::Binary(bytes)) => Ok(bytes.into_vec()),
        Body::Value(Value::String(text)) => Ok(text.into_bytes()),
        Body::Value(_) | Body::Sequence => Err(error(
            condition::NOT_IMPLEMENTED,
            "the body is an AMQP value with parts; expected data sections, or a value that is binary or a text",
        )),
    }
}
