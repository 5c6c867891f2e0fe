//! Queries over twins.

use http::{HeaderMap, HeaderValue, Request, Response};
use serde_json::{Map, Value};
use wire::{
    error::{ErrorCode, ServiceError},
    timestamp::Timestamp,
};

use super::{Asked, json, refuse};
use crate::{
    hub::Hub,
    not_supported::not_supported,
    query::{ItemType, Query, QueryHint},
};

/// How many results a page has at most.
const MOST_PER_PAGE: usize = 100;

/// The largest page that may be asked for: clients of older versions of the service ask for as many. They get
/// [`MOST_PER_PAGE`].
const MOST_ASKED_FOR: usize = 1_000;

const PAGE_SIZE_HEADER: &str = "x-ms-max-item-count";
const CONTINUATION_HEADER: &str = "x-ms-continuation";
const ITEM_TYPE_HEADER: &str = "x-ms-item-type";

/// What the service does not say: what is wrong or odd about the query. See [`QueryHint`].
const HINT_HEADER: &str = "x-playground-hint";

pub(super) fn run(
    hub: &mut Hub,
    now: Timestamp,
    asked: Asked,
    request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    let text = text(request.body())?;
    let size = page_size(request.headers())?;
    let continuation = header(request.headers(), CONTINUATION_HEADER)?;
    let query = match Query::parse(&text) {
        Ok(query) => query,
        Err(hint) => {
            let error = if hint.is_missing_here {
                not_supported("queries over jobs")
            } else {
                bad_request(ErrorCode::ArgumentInvalid)
            };
            let answer = refuse(&error, &asked.tracking(now));
            return Ok(with_hint(answer, Some(&hint)));
        }
    };
    let rows = hub.rows(now);
    let page = query.page(&rows, size, continuation).ok_or_else(|| {
        ServiceError::new(
            ErrorCode::ArgumentInvalid,
            format!(
                "{CONTINUATION_HEADER} must be what the page before of the very same query answered with."
            ),
        )
    })?;
    let mut answer = with_hint(json(&page.items)?, query.remark.as_ref());
    let item_type = HeaderValue::from_static(match page.item_type {
        ItemType::Twin => "Twin",
        ItemType::Raw => "Raw",
    });
    let headers = answer.headers_mut();
    headers.insert(ITEM_TYPE_HEADER, item_type);
    // Without it there is no other page. Some clients would take an empty one for another page.
    if let Some(Ok(token)) = page.continuation.map(HeaderValue::try_from) {
        headers.insert(CONTINUATION_HEADER, token);
    }
    Ok(answer)
}

/// The query in a body.
fn text(body: &[u8]) -> Result<String, ServiceError> {
    let refusal = || {
        ServiceError::new(
            ErrorCode::DeserializationError,
            r#"The body must be a JSON object with a query as a text: {"query":"SELECT * FROM devices"}."#,
        )
    };
    if body.trim_ascii().is_empty() {
        return Err(bad_request(ErrorCode::ArgumentNull));
    }
    let mut object: Map<String, Value> = serde_json::from_slice(body).map_err(|_| refusal())?;
    match object.remove("query").or_else(|| object.remove("Query")) {
        None | Some(Value::Null) => Err(bad_request(ErrorCode::ArgumentNull)),
        Some(Value::String(text)) if text.trim().is_empty() => {
            Err(bad_request(ErrorCode::ArgumentNull))
        }
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(refusal()),
    }
}

/// The service says no more about a query that it cannot read.
fn bad_request(code: ErrorCode) -> ServiceError {
    ServiceError::new(code, "BadRequest")
}

fn page_size(headers: &HeaderMap) -> Result<usize, ServiceError> {
    let Some(text) = header(headers, PAGE_SIZE_HEADER)? else {
        return Ok(MOST_PER_PAGE);
    };
    match text.parse() {
        Ok(size) if (1..=MOST_ASKED_FOR).contains(&size) => Ok(size.min(MOST_PER_PAGE)),
        _ => Err(ServiceError::new(
            ErrorCode::ArgumentInvalid,
            format!(
                "{PAGE_SIZE_HEADER} must be a whole number from 1 on, got '{text}'. A page has at most \
                 {MOST_PER_PAGE} items."
            ),
        )),
    }
}

/// A header; an empty one is as good as none.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, ServiceError> {
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    let text = value.to_str().map_err(|_| {
        ServiceError::new(
            ErrorCode::ArgumentInvalid,
            format!("{name} must be ASCII text."),
        )
    })?;
    Ok(Some(text.trim()).filter(|text| !text.is_empty()))
}

fn with_hint(mut answer: Response<Vec<u8>>, hint: Option<&QueryHint>) -> Response<Vec<u8>> {
    if let Some(Ok(value)) = hint.map(|hint| HeaderValue::try_from(hint.to_header())) {
        answer.headers_mut().insert(HINT_HEADER, value);
    }
    answer
}
