//! Calls that go over AMQP instead of HTTP, in AMQP's words.
//!
//! A program makes the same call either way. The way to the hub turns it into AMQP, so that the trace tells of the
//! performatives that carry it, and keeps what the program asked for beside them.

use http::{Method, Request, Response};
use wire::{error::ERROR_CODE_HEADER, rest::decode_id};

use crate::{
    dissect::{body_field, field, http_fields},
    trace::Rest,
    view::FieldView,
};

/// Where feedback is read. Both kinds of messages have their address of the service's own.
const FEEDBACK: &str = "/messages/serviceBound/feedback";

/// Where messages to devices go.
const DEVICE_BOUND: &str = "/messages/devicebound";

/// The headers of the REST API that a message has over AMQP too, by the names of its properties there. Each property of
/// the application's own is a header that begins with [`APPLICATION`].
const PROPERTIES: [(&str, &str); 8] = [
    ("iothub-messageid", "message-id"),
    ("iothub-userid", "user-id"),
    ("iothub-correlationid", "correlation-id"),
    ("iothub-contenttype", "content-type"),
    ("iothub-contentencoding", "content-encoding"),
    ("iothub-expiry", "absolute-expiry-time"),
    ("iothub-ack", "iothub-ack"),
    (ERROR_CODE_HEADER, "condition"),
];

/// What the names of headers for the application's own properties begin with.
const APPLICATION: &str = "iothub-app-";

/// The parts of a performative with the bytes that hold them: of a message, those are the bytes of its body.
pub(crate) fn fields(kind: &str, summary: &str, rest: &Rest<'_>, body: &[u8]) -> Vec<FieldView> {
    let told = |name: &str, value: &str| field(name, value, (0, 0));
    let mut fields = match (kind, summary.split_once(" to: ")) {
        ("transfer", Some((target, to))) => vec![told("target", target), told("to", to)],
        ("transfer", None) => vec![told("source", summary)],
        ("flow", _) if summary.starts_with('/') => vec![told("source", summary)],
        ("flow", _) => vec![told("drain", "true")],
        _ => {
            let state = summary.split(':').next().unwrap_or_default();
            vec![told("state", state)]
        }
    };
    let headers = http_fields(rest.bytes, "first line");
    let properties = headers.iter().filter_map(|header| {
        let name = header.name.to_ascii_lowercase();
        let known = PROPERTIES.iter().find(|(known, _)| *known == name);
        let property = known
            .map(|(_, property)| *property)
            .or_else(|| name.strip_prefix(APPLICATION))?;
        Some(told(property, &header.value))
    });
    fields.extend(properties);
    fields.extend(body_field(body));
    fields
}

/// What carries a request: the performative, and what it is about.
pub(crate) fn of_request(request: &Request<Vec<u8>>) -> (&'static str, String) {
    let path = request.uri().path();
    let mut parts = path.split('/').skip(1);
    match (request.method(), parts.next(), parts.next()) {
        (&Method::POST, Some("devices"), Some(id)) => {
            let id = decode_id(id).unwrap_or_default();
            (
                "transfer",
                format!("{DEVICE_BOUND} to: /devices/{id}{DEVICE_BOUND}"),
            )
        }
        (&Method::GET, ..) => ("flow", FEEDBACK.to_owned()),
        (&Method::DELETE, ..) => ("disposition", "accepted".to_owned()),
        _ => ("disposition", "released".to_owned()),
    }
}

/// What carries the answer to a request of that method.
pub(crate) fn of_response(method: &str, response: &Response<Vec<u8>>) -> (&'static str, String) {
    if !response.status().is_success() {
        let code = response.headers().get(ERROR_CODE_HEADER);
        let code = code.and_then(|code| code.to_str().ok());
        let why = code.unwrap_or(response.status().as_str()).to_owned();
        return ("disposition", format!("rejected: {why}"));
    }
    if method != Method::GET {
        return ("disposition", "accepted".to_owned());
    }
    if response.body().is_empty() {
        return ("flow", "drained".to_owned());
    }
    ("transfer", FEEDBACK.to_owned())
}
