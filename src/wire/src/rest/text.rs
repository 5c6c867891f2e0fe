//! Requests and responses as HTTP/1.1 text, for a reader: what is secret in them is masked.

use http::header::{AUTHORIZATION, CONTENT_LENGTH, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};

use super::mask::mask_keys_in_bytes;
use crate::sas::mask_signature;

/// The request as it goes over an HTTP/1.1 connection, with the signature in `Authorization` and
/// the keys of device identities masked by as many `*`.
pub fn to_http_text_request(request: &Request<Vec<u8>>) -> Vec<u8> {
    let uri = request.uri();
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let mut text = format!("{} {target} HTTP/1.1\r\n", request.method()).into_bytes();
    if let Some(authority) = uri.authority()
        && !request.headers().contains_key(HOST)
    {
        push_header(&mut text, &HOST, authority.as_str().as_bytes());
    }
    push_headers_and_body(&mut text, request.headers(), request.body());
    text
}

/// The response as it goes over an HTTP/1.1 connection, with the keys of device identities masked
/// by as many `*`.
pub fn to_http_text_response(response: &Response<Vec<u8>>) -> Vec<u8> {
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let mut text = format!("HTTP/1.1 {} {reason}\r\n", status.as_u16()).into_bytes();
    push_headers_and_body(&mut text, response.headers(), response.body());
    text
}

fn push_headers_and_body(text: &mut Vec<u8>, headers: &HeaderMap, body: &[u8]) {
    for (name, value) in headers {
        push_header(text, name, &mask_value(name, value));
    }
    if !body.is_empty() && !headers.contains_key(CONTENT_LENGTH) {
        push_header(text, &CONTENT_LENGTH, body.len().to_string().as_bytes());
    }
    text.extend_from_slice(b"\r\n");
    text.extend(mask_keys_in_bytes(body));
}

fn push_header(text: &mut Vec<u8>, name: &HeaderName, value: &[u8]) {
    text.extend_from_slice(name.as_str().as_bytes());
    text.extend_from_slice(b": ");
    text.extend_from_slice(value);
    text.extend_from_slice(b"\r\n");
}

/// A SAS token loses its signature; any other way to authorise loses all after its scheme.
fn mask_value(name: &HeaderName, value: &HeaderValue) -> Vec<u8> {
    let bytes = value.as_bytes();
    if name != AUTHORIZATION && !value.is_sensitive() {
        return bytes.to_vec();
    }
    if let Ok(text) = value.to_str()
        && text.starts_with("SharedAccessSignature ")
        && text.contains("sig=")
    {
        return mask_signature(text).into_bytes();
    }
    let scheme = bytes.iter().position(|byte| *byte == b' ');
    let shown = scheme.map_or(0, |space| space + 1);
    let mask = |(position, byte): (usize, &u8)| if position < shown { *byte } else { b'*' };
    bytes.iter().enumerate().map(mask).collect()
}
