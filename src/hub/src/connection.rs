//! One MQTT connection: a link, and the client behind it once its CONNECT was accepted.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use wire::{mqtt::Splitter, properties::MessageProperties, timestamp::Timestamp};

use crate::{close_reason::CloseReason, publish::MOST_MESSAGE_BYTES, stored_event::Sender};

/// Names one link that a hub was told of; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId {
    /// How many links were opened before it.
    pub(crate) number: u64,
    /// Its place among the open links, which another link takes after it.
    pub(crate) place: usize,
}

/// The largest packet that is read at all: a message of full size under the longest possible topic, and its header.
const MOST_PACKET_BYTES: usize = MOST_MESSAGE_BYTES + 65_535 + 16;

/// How long an open link may be silent before its CONNECT.
const CONNECT_TIMEOUT: Duration = Duration::from_mins(1);

/// The longest silence that the service accepts whatever the client asked for: 29.45 minutes.
const MOST_SILENCE: Duration = Duration::from_secs(1_767);

/// Who a connection speaks for: a device, or a module of it. A device sorts right before its modules.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Identity {
    pub(crate) device_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) module_id: Option<String>,
}

impl Identity {
    /// The device itself, none of its modules.
    pub(crate) fn device(device_id: &str) -> Self {
        Self {
            device_id: device_id.to_owned(),
            module_id: None,
        }
    }

    /// The client id that it connects with: `device`, or `device/module`.
    pub(crate) fn client_id(&self) -> String {
        match &self.module_id {
            None => self.device_id.clone(),
            Some(module_id) => format!("{}/{module_id}", self.device_id),
        }
    }

    /// The ids of the device and of the module; the latter is empty for the device itself.
    pub(crate) fn names(&self) -> (&str, &str) {
        (
            &self.device_id,
            self.module_id.as_deref().unwrap_or_default(),
        )
    }
}

/// A link and what was said on it so far.
pub(crate) struct Connection {
    pub(crate) splitter: Splitter,
    pub(crate) last_received: Timestamp,
    /// Where the index by deadline has it: at its deadline, or earlier.
    pub(crate) indexed_at: Timestamp,
    pub(crate) client: Option<Box<Client>>,
    /// The id in a CONNECT that was refused: the connection ends at once.
    pub(crate) refused_id: Option<String>,
}

/// The client of a connection whose CONNECT was accepted.
pub(crate) struct Client {
    pub(crate) identity: Identity,
    pub(crate) clean_session: bool,
    pub(crate) most_silence: Duration,
    /// When the token and the grace after it are over.
    pub(crate) closes_at: Timestamp,
    /// Boxed, as few clients have one and every connection has room for it.
    pub(crate) will: Option<Box<Message>>,
    /// Whether its user name has an `api-version`: only then may it change its reported properties.
    pub(crate) has_api_version: bool,
    /// The Plug and Play model that its user name announces.
    pub(crate) model_id: Option<String>,
    /// What its events are stamped with.
    pub(crate) sender: Arc<Sender>,
}

/// A message on its way into the event log.
pub(crate) struct Message {
    pub(crate) properties: MessageProperties,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            splitter: Splitter::new(MOST_PACKET_BYTES),
            last_received: now,
            indexed_at: now,
            client: None,
            refused_id: None,
        }
    }

    /// The next moment at which time alone ends this connection, and why it would.
    pub(crate) fn deadline(&self) -> (Timestamp, CloseReason) {
        let Some(client) = &self.client else {
            let at = self.last_received.plus(CONNECT_TIMEOUT);
            return (at, CloseReason::NoConnect);
        };
        let silent = self.last_received.plus(client.most_silence);
        if silent <= client.closes_at {
            (silent, CloseReason::KeepAliveExpired)
        } else {
            (client.closes_at, CloseReason::TokenExpired)
        }
    }
}

/// How long a client may be silent: one and a half times what it asked for, within the service's cap.
/// A keep-alive of 0 means the cap, as the service never waits for ever.
pub(crate) fn most_silence(keep_alive_seconds: u16) -> Duration {
    match keep_alive_seconds {
        0 => MOST_SILENCE,
        seconds => Duration::from_millis(u64::from(seconds) * 1_500).min(MOST_SILENCE),
    }
}
