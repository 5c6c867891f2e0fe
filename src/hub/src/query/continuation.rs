//! Where the next page of results begins.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::group::Key;

/// What a page tells the next one. Nothing in it counts rows, so twins may come and go between the pages: each that
/// was there all the time is given once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Continuation<'a> {
    /// Ties it to its query.
    query: u64,
    /// How many results there were up to here.
    pub(super) given: u64,
    /// The last result.
    pub(super) last: Last<'a>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Last<'a> {
    /// The twin of a device or of a module.
    Twin(String, Option<String>),
    Group(Key<'a>),
}

impl<'a> Continuation<'a> {
    pub(super) fn new(query: &str, given: u64, last: Last<'a>) -> Self {
        Self {
            query: fingerprint(query),
            given,
            last,
        }
    }

    /// As a header takes it.
    pub(super) fn to_token(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }
}

impl Continuation<'static> {
    /// Reads what [`Self::to_token`] wrote for the same query.
    pub(super) fn parse(token: &str, query: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let continuation: Self = serde_json::from_slice(&bytes).ok()?;
        (continuation.query == fingerprint(query)).then_some(continuation)
    }
}

/// A short hash (FNV-1a) of a query.
fn fingerprint(query: &str) -> u64 {
    query.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
