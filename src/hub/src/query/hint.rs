//! What is wrong with a query, and where: the service keeps that to itself.

use std::{borrow::Cow, fmt::Write as _};

use serde::Serialize;

/// What a person should know about a query that the service would refuse, or would answer in an unexpected way.
///
/// The service answers a query that it cannot read with status 400 and nothing else. Hints are an addition of this
/// hub, and stand beside the service's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueryHint {
    /// Where it begins, in characters (Unicode scalar values) from the start of the query.
    pub position: usize,
    /// How many characters it is about; none if something is missing there.
    pub length: usize,
    /// Names the kind of problem, for instance `unsupported-order-by`. It never changes with the wording.
    pub id: &'static str,
    /// What is wrong and what to write instead, in English.
    pub reason: Cow<'static, str>,
    /// Whether the query is refused. A query that is not is answered, though perhaps not as meant.
    pub refused: bool,
    /// Whether it is this hub that cannot do what the service can.
    #[serde(skip)]
    pub(crate) is_missing_here: bool,
}

/// A stretch of a query, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    /// From the start of this one to the end of another.
    pub(super) fn to(self, last: Self) -> Self {
        Self {
            start: self.start,
            end: last.end,
        }
    }
}

impl QueryHint {
    /// Why a query is refused.
    pub(super) fn refusal(
        span: Span,
        id: &'static str,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            position: span.start,
            length: span.end.saturating_sub(span.start),
            id,
            reason: reason.into(),
            refused: true,
            is_missing_here: false,
        }
    }

    /// What the service does and this hub does not.
    pub(super) fn missing_here(
        span: Span,
        id: &'static str,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            is_missing_here: true,
            ..Self::refusal(span, id, reason)
        }
    }

    /// What to know about a query that is answered.
    pub(super) fn remark(
        span: Span,
        id: &'static str,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            refused: false,
            ..Self::refusal(span, id, reason)
        }
    }

    /// The hint as a JSON object of ASCII characters alone, as an HTTP header takes it.
    pub fn to_header(&self) -> String {
        let json = serde_json::to_string(self).unwrap_or_default();
        let mut header = String::with_capacity(json.len());
        for c in json.chars() {
            if c.is_ascii() {
                header.push(c);
                continue;
            }
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String does not fail.
                let _ = write!(header, "\\u{unit:04x}");
            }
        }
        header
    }
}
