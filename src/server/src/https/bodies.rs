//! The bodies of requests: read whole, within bounds of size, time and memory.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use tokio::time::{Instant, timeout_at};

use super::plain;
use crate::memory_budget::{MemoryBudget, NoRoom, Share};

/// The most bytes of one body. A message of the hub has at most 256 KB, and a bulk request of a hundred identities
/// fits as well.
const MOST: usize = 1024 * 1024;
/// The most bytes of all bodies together.
const MOST_OF_ALL: usize = 64 * 1024 * 1024;
/// The most bytes that are received, and dropped, of a body that is refused.
const MOST_DROPPED: usize = 16 * 1024 * 1024;

/// Why a body was not read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It is too large.
    #[error("the request's body has more than {MOST} bytes; send less at a time")]
    TooLarge,
    /// It did not arrive in time.
    #[error("the request's body did not arrive within {0:?}")]
    TooSlow(Duration),
    /// The bodies of other requests have all the memory that is for bodies.
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
    /// The connection broke, or what came is not HTTP.
    #[error("the request's body cannot be read: {0}")]
    Broken(hyper::Error),
}

impl BodyError {
    /// A short name for it, of a fixed set.
    pub(super) fn id(&self) -> &'static str {
        match self {
            Self::TooLarge => "body-too-large",
            Self::TooSlow(_) => "body-too-slow",
            Self::NoRoom(_) => "no-room",
            Self::Broken(_) => "broken",
        }
    }

    /// What the client is told.
    pub(super) fn response(&self) -> Response<Full<Bytes>> {
        let status = match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow(_) => StatusCode::REQUEST_TIMEOUT,
            Self::NoRoom(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken(_) => StatusCode::BAD_REQUEST,
        };
        plain(status, format!("{self}\n"))
    }
}

/// Reads bodies, which share the memory for them.
pub(crate) struct Bodies {
    budget: MemoryBudget,
    limit: Duration,
}

impl Bodies {
    pub(super) fn new(limit: Duration) -> Self {
        let budget = MemoryBudget::new(MOST_OF_ALL);
        Self { budget, limit }
    }

    /// Reads a body whole.
    pub(crate) async fn read(
        &self,
        headers: &HeaderMap,
        mut body: Incoming,
    ) -> Result<(Vec<u8>, Share), BodyError> {
        let end = Instant::now() + self.limit;
        // Said to be too large, it need not be sent.
        let promised = headers.get(header::CONTENT_LENGTH);
        let promised = promised.and_then(|length| length.to_str().ok()?.parse().ok());
        if promised.is_some_and(|length: usize| length > MOST) {
            // Who wants to be asked for the body has sent nothing of it, and will not.
            if !headers.contains_key(header::EXPECT) {
                tokio::spawn(drop_rest(body, end));
            }
            return Err(BodyError::TooLarge);
        }
        if body.is_end_stream() {
            return Ok((Vec::new(), self.budget.share()));
        }
        let read = timeout_at(end, self.collect(&mut body)).await;
        let read = read.unwrap_or(Err(BodyError::TooSlow(self.limit)));
        if read.is_err() {
            tokio::spawn(drop_rest(body, end));
        }
        read
    }

    async fn collect(&self, body: &mut Incoming) -> Result<(Vec<u8>, Share), BodyError> {
        let mut whole = Vec::new();
        let mut share = self.budget.share();
        while let Some(frame) = body.frame().await {
            let Ok(bytes) = frame.map_err(BodyError::Broken)?.into_data() else {
                continue;
            };
            if whole.len() + bytes.len() > MOST {
                return Err(BodyError::TooLarge);
            }
            share.grow(bytes.len())?;
            whole.extend_from_slice(&bytes);
        }
        Ok((whole, share))
    }
}

/// Receives the rest of a body that was refused, while the answer is on its way: many clients read no answer before all
/// is sent, and a connection that ends with something unread takes the answer with it. Whoever sends too much or takes
/// too long is cut off all the same.
async fn drop_rest(mut body: Incoming, end: Instant) {
    let mut left = MOST_DROPPED;
    while let Ok(Some(Ok(frame))) = timeout_at(end, body.frame()).await {
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        let Some(less) = left.checked_sub(bytes) else {
            return;
        };
        left = less;
    }
}
