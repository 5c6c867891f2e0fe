//! Calls that go over AMQP instead of HTTP, in AMQP's words.
//!
//! A program makes the same call either way. The way to the hub turns it into AMQP, so that the trace tells of the
//! performatives that carry it, and keeps what the program asked for beside them.

use http::{Method, Request, Response};
use wire::{error::ERROR_CODE_HEADER, rest::decode_id};

/// Where feedback is read. Both kinds of messages have their address of the service's own.
const FEEDBACK: &str = "/messages/serviceBound/feedback";

/// Where messages to devices go.
const DEVICE_BOUND: &str = "/messages/devicebound";

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
