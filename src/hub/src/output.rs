//! What a hub wants done.

use std::fmt;

use http::Response;
use wire::mqtt::packet_name;

use crate::{close_reason::CloseReason, connection::ConnectionId};

/// Names one HTTP request that a hub was given; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub(crate) u64);

/// What a hub wants done.
pub enum Output {
    /// Send these bytes, one MQTT packet, on a link.
    Send {
        /// The link.
        connection: ConnectionId,
        /// The packet.
        bytes: Vec<u8>,
    },
    /// Close a link, after what was to be sent on it. The hub has forgotten it already.
    Close {
        /// The link.
        connection: ConnectionId,
        /// Why: for a log or a lesson; the client is not told.
        reason: CloseReason,
        /// The id that the client gave itself in its CONNECT, if one was read. That of a client which was refused need
        /// not be its own.
        client_id: Option<String>,
    },
    /// Answer an HTTP request.
    Respond {
        /// The request.
        request: RequestId,
        /// The answer.
        response: Response<Vec<u8>>,
    },
}

/// An answer may hold keys, so of bytes only their number is shown.
impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send { connection, bytes } => {
                let (name, size) = (packet_name(bytes), bytes.len());
                write!(f, "Send({connection:?}, {name}, {size} bytes)")
            }
            Self::Close {
                connection, reason, ..
            } => write!(f, "Close({connection:?}, {reason:?})"),
            Self::Respond { request, response } => {
                let (status, size) = (response.status(), response.body().len());
                write!(f, "Respond({request:?}, {status}, {size} bytes)")
            }
        }
    }
}
