//! HTTP requests to a hub, as service programs and devices write them.

use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, IF_MATCH};
use http::{HeaderValue, Method, Request};
use serde::Serialize;
use wire::rest::API_VERSION;
use wire::secret::SecretString;

use crate::service::IfMatch;

/// A request without a body, addressed and signed.
pub(crate) fn request(
    host: &str,
    token: &SecretString,
    method: Method,
    path: &str,
) -> Request<Vec<u8>> {
    let and = if path.contains('?') { '&' } else { '?' };
    let target = format!("{path}{and}api-version={API_VERSION}");
    let mut request = Request::new(Vec::new());
    *request.method_mut() = method;
    // Only an id of many kilobytes makes a target too long; the hub refuses the bare one.
    *request.uri_mut() = target.try_into().unwrap_or_default();
    let mut authorization = header_value(token.expose());
    authorization.set_sensitive(true);
    let headers = request.headers_mut();
    headers.insert(HOST, header_value(host));
    headers.insert(AUTHORIZATION, authorization);
    request
}

/// The request with a body of JSON.
pub(crate) fn with_json(mut request: Request<Vec<u8>>, body: &impl Serialize) -> Request<Vec<u8>> {
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    request.headers_mut().insert(CONTENT_TYPE, json);
    // Structs of texts and numbers, and JSON values, always serialise.
    *request.body_mut() = serde_json::to_vec(body).unwrap_or_default();
    request
}

/// The request with a precondition.
pub(crate) fn only_if(mut request: Request<Vec<u8>>, if_match: &IfMatch) -> Request<Vec<u8>> {
    let value = match if_match {
        IfMatch::Any => HeaderValue::from_static("*"),
        IfMatch::Etag(etag) => header_value(&format!("\"{etag}\"")),
    };
    request.headers_mut().insert(IF_MATCH, value);
    request
}

/// A text as a header's value. What a header cannot hold is left out: no host name, token or entity
/// tag of a hub has such characters, and a mistyped one is for the hub to refuse.
pub(crate) fn header_value(text: &str) -> HeaderValue {
    let kept: String = text.chars().filter(|c| matches!(c, ' '..='~')).collect();
    HeaderValue::try_from(kept).unwrap_or(HeaderValue::from_static(""))
}
