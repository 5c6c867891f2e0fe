//! Conditional requests: entity tags and the `If-Match` header.

use http::{HeaderMap, header::IF_MATCH};
use wire::error::{ErrorCode, ServiceError};

/// What a request's `If-Match` header asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IfMatch {
    /// There is no such header.
    Absent,
    /// Any version of an entity that exists: `*`, bare or quoted.
    Any,
    /// This version, quoted or bare.
    Exactly(String),
}

impl IfMatch {
    /// Reads the header. Identities take the tag both quoted and bare.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, ServiceError> {
        let Some(value) = headers.get(IF_MATCH) else {
            return Ok(Self::Absent);
        };
        let text = value.to_str().map_err(|_| {
            ServiceError::new(
                ErrorCode::ArgumentInvalid,
                "If-Match must be an entity tag or *, in ASCII.",
            )
        })?;
        let text = text.trim();
        let bare = text
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap_or(text);
        Ok(match bare {
            "*" => Self::Any,
            tag => Self::Exactly(tag.to_owned()),
        })
    }

    /// Refuses a request that does not say which version it is about.
    pub(crate) fn demand(&self) -> Result<(), ServiceError> {
        if *self == Self::Absent {
            return Err(ServiceError::new(
                ErrorCode::PreconditionFailed,
                "Etag missing: send If-Match with it, or *.",
            ));
        }
        Ok(())
    }

    /// Reads an entity tag that stands in a body; an empty one is none.
    pub(crate) fn of_text(text: Option<&str>) -> Self {
        let text = text.unwrap_or_default().trim();
        let bare = text
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap_or(text);
        match bare {
            "" => Self::Absent,
            "*" => Self::Any,
            tag => Self::Exactly(tag.to_owned()),
        }
    }

    /// Refuses if this asks for another version than `etag`.
    pub(crate) fn check(&self, etag: &str) -> Result<(), ServiceError> {
        match self {
            Self::Exactly(tag) if tag != etag => Err(ServiceError::new(
                ErrorCode::PreconditionFailed,
                "PreconditionFailed, ETag may be invalid.",
            )),
            _ => Ok(()),
        }
    }
}
