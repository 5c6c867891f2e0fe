//! Whether the hub is well: it answers, and what it was given is kept.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use serde::Serialize;
use wire::timestamp::Timestamp;

use crate::host::HubHandle;

/// The longest that the hub may take to say that it is well.
const PATIENCE: Duration = Duration::from_secs(2);

/// How the hub is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It answers, and its store keeps.
    Ok,
    /// It does not answer in time: the store takes too long, or there is too much to do.
    Slow,
    /// Its store could not keep a change. Nothing that was acknowledged is lost.
    StoreFailed,
    /// It ends, or has ended.
    Ending,
}

/// How the hub is, in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// In a word.
    pub status: Status,
    /// What the store is: `sqlite`, or `memory` that nothing outlives.
    pub store: &'static str,
    /// When it kept something last.
    #[serde(serialize_with = "iso", skip_serializing_if = "Option::is_none")]
    pub last_kept: Option<Timestamp>,
}

impl Health {
    /// Asks the hub. It answers once all that it was given before is kept.
    pub async fn of(hub: &HubHandle) -> Self {
        let answer = tokio::time::timeout(PATIENCE, hub.look(|_| ())).await;
        let observer = hub.observer();
        let status = match answer {
            Ok(Ok(())) => Status::Ok,
            _ if observer.failure().is_some() => Status::StoreFailed,
            Ok(Err(_)) => Status::Ending,
            Err(_) => Status::Slow,
        };
        Self {
            status,
            store: hub.store(),
            last_kept: observer.last_kept(),
        }
    }

    /// What whoever asks by HTTP is told.
    pub fn response(&self) -> Response<Full<Bytes>> {
        let json = serde_json::to_vec(self).unwrap_or_default();
        let mut response = Response::new(Full::new(json.into()));
        if self.status != Status::Ok {
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        }
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
        let never = HeaderValue::from_static("no-store");
        headers.insert(header::CACHE_CONTROL, never);
        response
    }
}

#[expect(clippy::ref_option, reason = "serde gives a reference to the field")]
fn iso<S: serde::Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(Timestamp::to_iso).serialize(serializer)
}
