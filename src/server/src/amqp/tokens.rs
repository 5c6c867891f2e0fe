//! The tokens that a client has put on its connection, and what they open.
//!
//! One policy has one key and two dialects: IoT Hub takes the key for base64, and Event Hubs takes its text as it is.
//! A token opens one side only, that for which it was signed.

use hub::{AccessPolicy, Permission};
use percent_encoding::percent_decode_str;
use thiserror::Error;
use wire::{
    sas::{SasError, SasToken},
    secret::SecretString,
    timestamp::Timestamp,
};

/// The most tokens of a connection.
const MOST_TOKENS: usize = 64;

/// Which of the two services behind one port something belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Sending to devices, and feedback.
    Hub,
    /// Reading telemetry.
    EventHub,
}

/// What tokens are held against: the names and keys of this hub.
pub(super) struct Doors<'a> {
    /// The hub's host name.
    pub(super) host_name: &'a str,
    /// The host name under which telemetry is read, if it is another.
    pub(super) event_hub_host: &'a str,
    /// The event hub's name.
    pub(super) entity: &'a str,
    /// The shared access policies.
    pub(super) policies: &'a [AccessPolicy],
}

/// Why a token is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum TokenError {
    #[error("{0}")]
    Unreadable(#[from] SasError),
    #[error("the token names no policy (skn); expected one of the hub's shared access policies")]
    NoPolicy,
    #[error("there is no policy '{0}'; expected one of the hub's shared access policies")]
    UnknownPolicy(String),
    #[error(
        "the signature was not made with a key of the policy '{0}'; look at the key, and at how it is encoded"
    )]
    Signature(String),
    #[error("the token has expired; sign a new one, and check the clock")]
    Expired,
    #[error("the token is for another resource than this hub and its event hub")]
    Resource,
    #[error("the token's resource (sr) does not contain the audience that it was put for")]
    Audience,
    #[error("there is no such policy, or the key or the token is not of it")]
    PolicyOrKey,
    #[error("the connection holds {MOST_TOKENS} tokens, as many as it may")]
    TooMany,
}

impl TokenError {
    /// A short name for it, of a fixed set.
    pub(super) fn id(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "token-unreadable",
            Self::NoPolicy => "no-policy",
            Self::UnknownPolicy(_) => "unknown-policy",
            Self::Signature(_) => "wrong-key",
            Self::Expired => "token-expired",
            Self::Resource => "token-scope",
            Self::Audience => "token-audience",
            Self::PolicyOrKey => "policy-or-key",
            Self::TooMany => "too-many-tokens",
        }
    }
}

/// What a token, or a key, has opened.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    audience: String,
    side: Side,
    /// What lies below the host in the token's resource, in lower case.
    path: String,
    policy: String,
    permissions: Vec<Permission>,
    expires: Timestamp,
    token: Option<SecretString>,
}

/// All that a connection's client may use.
#[derive(Default)]
pub(super) struct Grants(Vec<Grant>);

impl Grants {
    /// Adds what a token opened; a newer token for the same audience takes the place of the older one.
    pub(super) fn put(&mut self, grant: Grant) -> Result<(), TokenError> {
        self.0.retain(|it| it.audience != grant.audience);
        if self.0.len() >= MOST_TOKENS {
            return Err(TokenError::TooMany);
        }
        self.0.push(grant);
        Ok(())
    }

    /// Forgets what has expired. Gives whether there was anything.
    pub(super) fn expire(&mut self, now: Timestamp) -> bool {
        let before = self.0.len();
        self.0.retain(|it| it.expires > now);
        self.0.len() < before
    }

    /// When the next of them expires.
    pub(super) fn next_expiry(&self) -> Option<Timestamp> {
        self.0.iter().map(|it| it.expires).min()
    }

    /// The grant that opens a path of a side; the one that lasts longest, if there are several.
    pub(super) fn find(&self, side: Side, path: &str) -> Option<&Grant> {
        let grants = self.0.iter().filter(|it| it.opens(side, path));
        grants.max_by_key(|it| it.expires)
    }

    /// The token to ask the hub with.
    pub(super) fn token(&self, path: &str) -> Option<SecretString> {
        self.find(Side::Hub, path)?.token.clone()
    }
}

impl Grant {
    /// Whether it comes with the right to do what services do.
    pub(super) fn is_service(&self) -> bool {
        self.permissions.contains(&Permission::ServiceConnect)
    }

    /// Whether it was opened with a key of this policy.
    pub(super) fn policy(&self) -> &str {
        &self.policy
    }

    pub(super) fn is_of(&self, policy: &str) -> bool {
        self.policy == policy
    }

    fn opens(&self, side: Side, path: &str) -> bool {
        // What was signed for any part of the event hub opens all of it: clients differ in what they sign for.
        self.side == side && (side == Side::EventHub || contains(&self.path, path))
    }
}

impl Doors<'_> {
    /// Reads and checks a token that was put for an audience, or that came with a name alone.
    pub(super) fn open(
        &self,
        now: Timestamp,
        audience: Option<&str>,
        text: &str,
    ) -> Result<Grant, TokenError> {
        let token = SasToken::parse(text)?;
        let resource = token.resource_decoded().ok_or(TokenError::Resource)?;
        let (side, resource) = match resource.split_once("://") {
            Some((scheme, rest)) if is_of_event_hubs(scheme) => (Side::EventHub, rest),
            Some(_) => return Err(TokenError::Resource),
            None => (Side::Hub, resource.as_str()),
        };
        let (host, path) = split_host(resource);
        self.check_place(side, &host, &path)?;
        let policy = self.check_signature(side, &token)?;
        let expires = Timestamp::from_millis(token.expires().saturating_mul(1000));
        if expires <= now {
            return Err(TokenError::Expired);
        }
        let grant = Grant {
            audience: audience.unwrap_or_default().to_lowercase(),
            side,
            path,
            policy: policy.name.clone(),
            permissions: policy.permissions.clone(),
            expires,
            token: Some(SecretString::from(text)),
        };
        if audience.is_some() {
            grant.check_audience(&host)?;
        }
        Ok(grant)
    }

    /// Checks a policy's key that came as it is, which opens the event hub.
    pub(super) fn open_with_key(&self, policy: &str, key: &SecretString) -> Option<Grant> {
        let policy = self.policies.iter().find(|it| it.name == policy)?;
        let keys = [&policy.primary_key, &policy.secondary_key];
        let is_key = keys
            .into_iter()
            .fold(false, |found, own| (own.to_base64() == *key) | found);
        is_key.then(|| Grant {
            audience: String::new(),
            side: Side::EventHub,
            path: String::new(),
            policy: policy.name.clone(),
            permissions: policy.permissions.clone(),
            expires: Timestamp::from_millis(u64::MAX),
            token: None,
        })
    }

    fn check_place(&self, side: Side, host: &str, path: &str) -> Result<(), TokenError> {
        let is_own = host.eq_ignore_ascii_case(self.host_name)
            || side == Side::EventHub && host.eq_ignore_ascii_case(self.event_hub_host);
        let entity = self.entity.to_lowercase();
        let is_within = side == Side::Hub || contains(path, &entity) || contains(&entity, path);
        if is_own && is_within {
            Ok(())
        } else {
            Err(TokenError::Resource)
        }
    }

    fn check_signature(&self, side: Side, token: &SasToken) -> Result<&AccessPolicy, TokenError> {
        let name = token.policy().ok_or(TokenError::NoPolicy)?;
        let policy = self.policies.iter().find(|it| it.name == name);
        let policy = policy.ok_or_else(|| TokenError::UnknownPolicy(shorten(name)))?;
        let keys = [&policy.primary_key, &policy.secondary_key];
        let is_signed = keys.into_iter().any(|key| match side {
            Side::Hub => token.verify(key),
            Side::EventHub => token.verify_with_text(key),
        });
        if is_signed {
            Ok(policy)
        } else {
            Err(TokenError::Signature(name.to_owned()))
        }
    }
}

impl Grant {
    /// A client says for what it puts a token: that must lie within what the token is signed for.
    fn check_audience(&self, host: &str) -> Result<(), TokenError> {
        let audience = decode(&self.audience);
        let audience = audience.split_once("://").map_or(&*audience, |(_, it)| it);
        let (own, path) = split_host(audience);
        let is_within = self.side == Side::EventHub || contains(&self.path, &path);
        if own.eq_ignore_ascii_case(host) && is_within {
            Ok(())
        } else {
            Err(TokenError::Audience)
        }
    }
}

/// Whether tokens for the event hub begin with this scheme.
fn is_of_event_hubs(scheme: &str) -> bool {
    let schemes = ["sb", "amqp", "amqps"];
    schemes.iter().any(|it| it.eq_ignore_ascii_case(scheme))
}

/// The host without its port, and the path in lower case without slashes at its ends.
fn split_host(resource: &str) -> (String, String) {
    let (host, path) = resource.split_once('/').unwrap_or((resource, ""));
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    let name = name.map_or(host, |(name, _)| name);
    let path = path.trim_matches('/').to_lowercase();
    (name.to_owned(), path)
}

/// Whether one path is another, or lies below it.
fn contains(outer: &str, inner: &str) -> bool {
    let mut inner = inner.split('/');
    outer.is_empty() || outer.split('/').all(|word| inner.next() == Some(word))
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn shorten(text: &str) -> String {
    text.chars().take(100).collect()
}
