//! What opens a hub or an event hub, and the tokens that are made of it.

use std::time::Duration;

use wire::{
    sas::{SasToken, SharedAccessKey},
    secret::SecretString,
    timestamp::Timestamp,
};

use crate::message::{Failure, FailureKind};

/// How long a token is good for.
const LIFETIME: Duration = Duration::from_hours(1);
/// After how long it is replaced, well before its end.
const RENEWAL: Duration = Duration::from_mins(50);

/// What opens a hub or an event hub.
#[derive(Clone, Debug)]
pub(crate) enum Credential {
    /// A policy's key, which signs tokens.
    Key {
        /// The policy.
        policy: String,
        /// Its key.
        key: SharedAccessKey,
    },
    /// A token that somebody signed. When it ends, nothing can follow it.
    Token(SasToken),
}

impl Credential {
    /// The policy's name, for authentication by user and password.
    pub(crate) fn policy(&self) -> &str {
        match self {
            Self::Key { policy, .. } => policy,
            Self::Token(token) => token.policy().unwrap_or_default(),
        }
    }

    /// A token for the hub: signed with the bytes of the key.
    pub(crate) fn for_hub(&self, now: Timestamp, host: &str) -> SecretString {
        match self {
            Self::Key { policy, key } => sign(now, host, key, policy),
            Self::Token(token) => token.to_text(),
        }
    }

    /// A token for an event hub: signed, as Event Hubs does, with the text of the key.
    pub(crate) fn for_event_hub(
        &self,
        now: Timestamp,
        resource: &str,
    ) -> Result<SecretString, Failure> {
        match self {
            Self::Key { policy, key } => {
                let text = key.to_base64().into_inner().into_bytes();
                let key = SharedAccessKey::from_bytes(text).map_err(|_| {
                    let why = "the key is too long for Event Hubs; expected at most 48 bytes";
                    Failure::new(FailureKind::Misused, why)
                })?;
                Ok(sign(now, resource, &key, policy))
            }
            Self::Token(token) => Ok(token.to_text()),
        }
    }

    /// When a token that was made now has to be replaced; never, if it cannot be.
    pub(crate) fn renewal(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Key { .. } => Some(now.plus(RENEWAL)),
            Self::Token(_) => None,
        }
    }
}

fn sign(now: Timestamp, resource: &str, key: &SharedAccessKey, policy: &str) -> SecretString {
    let expires = now.plus(LIFETIME).as_seconds();
    SasToken::sign(resource, key, expires, Some(policy)).to_text()
}
