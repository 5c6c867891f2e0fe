//! What readers of responses share.

use http::{HeaderMap, Response, StatusCode};
use serde::de::DeserializeOwned;

/// A response as its reader gets it: the status is one of success.
pub(crate) type Answer = Response<Vec<u8>>;

/// The body as JSON. The parser's message repeats values of the wrong type only, and a key is a
/// text.
pub(crate) fn read_json<T: DeserializeOwned>(answer: &Answer) -> Result<T, String> {
    serde_json::from_slice(answer.body()).map_err(|error| error.to_string())
}

/// Whether the answer says that there is nothing.
pub(crate) fn is_empty(answer: &Answer) -> bool {
    answer.status() == StatusCode::NO_CONTENT
}

/// The text of a header, if it is there and not empty.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    (!text.is_empty()).then_some(text)
}

/// The lock token of a message or a batch: the entity tag without its quotes.
pub(crate) fn lock_token(answer: &Answer) -> Result<String, String> {
    let tag = header(answer.headers(), "etag").map(|tag| tag.trim_matches('"'));
    match tag {
        Some(tag) if !tag.is_empty() => Ok(tag.to_owned()),
        _ => Err("expected a lock token in the header ETag, found none".to_owned()),
    }
}
