//! What the page shows, as JSON. It has bounds: the newest of a list, and how many there are in all.

use std::{cmp::Reverse, fmt::Write};

use hub::{EventRecord, Hub, KeptEvents, Usage};
use serde::Serialize;
use wire::{
    rest::{ConnectionState, DeviceIdentity, DeviceStatus},
    timestamp::Timestamp,
};

use super::rates::{Rates, Series};
use crate::{
    clock,
    health::Health,
    host::{HubHandle, Stopped},
    observer::{Connection, HubFigures, Protocol, ShownRefusal},
};

/// How many connections and devices are shown.
const MOST_ROWS: usize = 100;
const MOST_EVENTS: usize = 20;
/// How much is shown of an event's body.
const MOST_BODY: usize = 160;

/// What the page shows.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct State {
    version: &'static str,
    host_name: String,
    #[serde(with = "wire::timestamp::iso")]
    now: Timestamp,
    #[serde(with = "wire::timestamp::iso")]
    started: Timestamp,
    health: Health,
    /// How many inputs wait for the hub.
    waiting: usize,
    connections: Connections,
    devices: Devices,
    events: Vec<ShownEvent>,
    partitions: Vec<KeptEvents>,
    queued: u64,
    longest_queue: u32,
    feedback: usize,
    refusals: Vec<ShownRefusal>,
    usage: Usage,
    rates: Series,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Connections {
    total: usize,
    by_protocol: Vec<(Protocol, usize)>,
    newest: Vec<ShownConnection>,
}

#[derive(Debug, Serialize)]
struct ShownConnection {
    protocol: Protocol,
    peer: String,
    #[serde(with = "wire::timestamp::iso")]
    since: Timestamp,
    client: Option<String>,
}

#[derive(Debug, Serialize)]
struct Devices {
    total: usize,
    /// Those with the longest queues first, then those that are connected.
    shown: Vec<ShownDevice>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownDevice {
    id: String,
    enabled: bool,
    connected: bool,
    /// None if it never did anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_activity: Option<String>,
    queued: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownEvent {
    #[serde(with = "wire::timestamp::iso")]
    at: Timestamp,
    partition: u16,
    number: u64,
    device: String,
    /// The beginning of the body: text, or bytes in hexadecimal.
    body: String,
    is_text: bool,
    bytes: usize,
}

/// What only the hub knows.
struct FromHub {
    figures: HubFigures,
    devices: Devices,
    events: Vec<ShownEvent>,
}

impl State {
    /// What there is to show now.
    pub(super) async fn of(hub: &HubHandle, rates: &Rates) -> Result<Self, Stopped> {
        let (now, waiting) = (clock::now(), hub.waiting());
        let FromHub {
            figures,
            devices,
            events,
        } = hub.look(move |hub| FromHub::of(hub, now)).await?;
        let observer = hub.observer();
        Ok(Self {
            version: env!("CARGO_PKG_VERSION"),
            host_name: hub.host_name().to_owned(),
            now,
            started: observer.started(),
            health: Health::of(hub).await,
            waiting,
            connections: Connections::of(hub),
            devices,
            events,
            partitions: figures.kept,
            queued: figures.queued,
            longest_queue: figures.longest_queue,
            feedback: figures.feedback,
            refusals: observer.refusals(),
            usage: figures.usage,
            rates: rates.series(),
        })
    }
}

impl FromHub {
    fn of(hub: &Hub, now: Timestamp) -> Self {
        Self {
            figures: HubFigures::of(hub, now),
            devices: Devices::of(hub),
            events: hub
                .newest_events(MOST_EVENTS)
                .map(|event| ShownEvent::of(&event))
                .collect(),
        }
    }
}

impl Connections {
    fn of(hub: &HubHandle) -> Self {
        let (by_protocol, newest) = hub.observer().connections(MOST_ROWS);
        Self {
            total: by_protocol.iter().map(|(_, count)| count).sum(),
            by_protocol,
            newest: newest.iter().map(ShownConnection::of).collect(),
        }
    }
}

impl ShownConnection {
    fn of(connection: &Connection) -> Self {
        Self {
            protocol: connection.protocol,
            peer: connection.peer.to_string(),
            since: connection.since,
            client: connection.client.get().cloned(),
        }
    }
}

impl Devices {
    fn of(hub: &Hub) -> Self {
        let mut all: Vec<_> = hub.devices().collect();
        let rank = |device: &&DeviceIdentity| {
            let queued = device.cloud_to_device_message_count;
            (Reverse(queued), !is_connected(device))
        };
        let total = all.len();
        if total > MOST_ROWS {
            all.select_nth_unstable_by_key(MOST_ROWS, rank);
            all.truncate(MOST_ROWS);
        }
        all.sort_by(|one, other| {
            let ids = || one.device_id.cmp(&other.device_id);
            rank(one).cmp(&rank(other)).then_with(ids)
        });
        Self {
            total,
            shown: all.into_iter().map(ShownDevice::of).collect(),
        }
    }
}

impl ShownDevice {
    fn of(device: &DeviceIdentity) -> Self {
        let at = device.last_activity_time;
        // The service says the year 1 of a device that never did anything; the hub's own zero is 1970.
        let is_known = at > Timestamp::from_millis(0);
        Self {
            id: device.device_id.clone(),
            enabled: device.status == DeviceStatus::Enabled,
            connected: is_connected(device),
            last_activity: is_known.then(|| at.to_iso()),
            queued: device.cloud_to_device_message_count,
        }
    }
}

fn is_connected(device: &DeviceIdentity) -> bool {
    device.connection_state == ConnectionState::Connected
}

impl ShownEvent {
    fn of(event: &EventRecord<'_>) -> Self {
        let sender = &event.sender;
        let device = match &sender.module_id {
            None => sender.device_id.to_string(),
            Some(module_id) => format!("{}/{module_id}", sender.device_id),
        };
        let (body, is_text) = beginning(&event.body);
        Self {
            at: event.at,
            partition: event.partition,
            number: event.number,
            device,
            body,
            is_text,
            bytes: event.body.len(),
        }
    }
}

/// The beginning of a body, and whether it is text.
fn beginning(body: &[u8]) -> (String, bool) {
    let is_plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    let first = body.get(..4 * MOST_BODY).unwrap_or(body);
    let text = match std::str::from_utf8(first) {
        Ok(text) => Some(text),
        // The cut may have gone through a character.
        Err(error) if error.error_len().is_none() && first.len() < body.len() => {
            std::str::from_utf8(first.get(..error.valid_up_to()).unwrap_or_default()).ok()
        }
        Err(_) => None,
    };
    match text {
        Some(text) if text.chars().all(is_plain) => (text.chars().take(MOST_BODY).collect(), true),
        _ => (hexadecimal(first), false),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let shown = bytes.iter().take(MOST_BODY / 3);
    shown.fold(String::new(), |mut text, byte| {
        // Writing to a text never fails.
        let _ = write!(text, "{byte:02x} ");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_shown_as_text_or_as_bytes() {
        let check = |body: &[u8], shown: &str, is_text| {
            assert_eq!(beginning(body), (shown.to_owned(), is_text));
        };
        check(b"{\"t\":21}", "{\"t\":21}", true);
        check("\u{d55c}".as_bytes(), "\u{d55c}", true);
        check(&[0, 255], "00 ff ", false);
        check(b"\x1b[31m", "1b 5b 33 31 6d ", false);
        check(b"", "", true);
    }

    #[test]
    fn of_a_long_body_the_beginning_is_shown_even_if_the_cut_splits_a_character() {
        let body = "\u{d55c}".repeat(10_000);
        let (shown, is_text) = beginning(body.as_bytes());
        assert!(is_text);
        assert_eq!(shown.chars().count(), MOST_BODY);
    }
}
