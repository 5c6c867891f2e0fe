//! What was refused of late, and why: more than the client was told.

use std::{collections::VecDeque, fmt, net::SocketAddr};

use serde::Serialize;
use wire::timestamp::Timestamp;

use super::{Protocol, scrub::scrub};

/// How many refusals are remembered.
const REMEMBERED: usize = 100;

/// What was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A connection, for want of room.
    Connection,
    /// The TLS handshake.
    Handshake,
    /// A WebSocket.
    WebSocket,
    /// The CONNECT of a client, or its first words in another protocol.
    Client,
    /// A link of AMQP.
    Link,
    /// A request.
    Request,
    /// The connection of a client that was let in: the hub closed it.
    Session,
}

/// A refusal, as whoever refuses tells it.
#[derive(Clone, Copy, Debug)]
pub struct Refused<'a> {
    /// What was refused.
    pub what: What,
    /// By which protocol.
    pub protocol: Protocol,
    /// Where the client is.
    pub peer: SocketAddr,
    /// Who it is or says it is, or what it asked for.
    pub subject: &'a str,
    /// A short name for the reason, of a fixed set.
    pub code: &'static str,
    /// The reason, in words.
    pub reason: &'a str,
}

/// A refusal, fit to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownRefusal {
    /// When it was.
    #[serde(with = "wire::timestamp::iso")]
    pub at: Timestamp,
    /// What was refused.
    pub what: What,
    /// By which protocol.
    pub protocol: Protocol,
    /// Where the client is.
    pub peer: SocketAddr,
    /// Who it is or says it is, or what it asked for.
    pub subject: String,
    /// A short name for the reason.
    pub code: &'static str,
    /// The reason, in words.
    pub reason: String,
}

impl ShownRefusal {
    pub(super) fn new(at: Timestamp, refused: &Refused<'_>) -> Self {
        Self {
            at,
            what: refused.what,
            protocol: refused.protocol,
            peer: refused.peer,
            subject: scrub(refused.subject),
            code: refused.code,
            reason: scrub(refused.reason),
        }
    }

    /// Texts of clients are values of their own, so that the log escapes what would break its lines.
    pub(super) fn log(&self) {
        let Self {
            protocol,
            peer,
            subject,
            code,
            reason,
            what,
            ..
        } = self;
        let (subject, reason) = (subject.as_str(), reason.as_str());
        // A port that is full is for whoever runs the hub to look at.
        if *what == What::Connection {
            tracing::warn!(%protocol, %peer, code, reason, "{what}");
        } else {
            tracing::info!(%protocol, %peer, subject, code, reason, "{what}");
        }
    }
}

impl What {
    /// Its name in figures.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Handshake => "handshake",
            Self::WebSocket => "web-socket",
            Self::Client => "client",
            Self::Link => "link",
            Self::Request => "request",
            Self::Session => "session",
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => "connection refused",
            Self::Handshake => "TLS handshake failed",
            Self::WebSocket => "WebSocket refused",
            Self::Client => "client refused",
            Self::Link => "AMQP link refused",
            Self::Request => "request refused",
            Self::Session => "connection closed by the hub",
        })
    }
}

/// The newest refusals.
#[derive(Default)]
pub(super) struct Refusals(VecDeque<ShownRefusal>);

impl Refusals {
    pub(super) fn add(&mut self, refusal: ShownRefusal) {
        if self.0.len() >= REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(refusal);
    }

    pub(super) fn newest_first(&self) -> Vec<ShownRefusal> {
        self.0.iter().rev().cloned().collect()
    }
}
