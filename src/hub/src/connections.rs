//! All open links: who is behind them, and when time ends them.

use std::collections::{BTreeMap, BTreeSet};

use wire::{mqtt::Splitter, timestamp::Timestamp};

use crate::{
    close_reason::CloseReason,
    connection::{Client, Connection, ConnectionId, Identity},
};

/// How much is remembered of the client id in a CONNECT that is refused: as much as the longest id of a device has.
const MOST_REFUSED_ID: usize = 128;

/// The open links, with an index by identity and one by deadline.
#[derive(Default)]
pub(crate) struct Connections {
    /// Each link in the place that its id names. A link that was closed leaves its place to another.
    places: Vec<Option<Place>>,
    free: Vec<usize>,
    /// The one connection that each identity may have.
    online: BTreeMap<Identity, ConnectionId>,
    /// Every link once, at its deadline or earlier: a packet moves the deadline, and the index follows when it is met.
    deadlines: BTreeSet<(Timestamp, ConnectionId)>,
    opened: u64,
}

/// An open link, and the number that tells it from those which had its place before.
struct Place {
    number: u64,
    connection: Connection,
}

impl Connections {
    pub(crate) fn open(&mut self, now: Timestamp) -> ConnectionId {
        self.opened += 1;
        let number = self.opened;
        let connection = Connection::new(now);
        let place = Some(Place { number, connection });
        let id = ConnectionId {
            number,
            place: self.free.pop().unwrap_or(self.places.len()),
        };
        match self.places.get_mut(id.place) {
            Some(free) => *free = place,
            None => self.places.push(place),
        }
        self.index(id);
        id
    }

    pub(crate) fn is_open(&self, id: ConnectionId) -> bool {
        self.get(id).is_some()
    }

    /// Where the bytes of a link are cut into packets.
    pub(crate) fn splitter(&mut self, id: ConnectionId) -> Option<&mut Splitter> {
        Some(&mut self.get_mut(id)?.splitter)
    }

    /// The client behind a link, if its CONNECT was accepted.
    pub(crate) fn client(&self, id: ConnectionId) -> Option<&Client> {
        self.get(id)?.client.as_deref()
    }

    /// The client id that came with a link's CONNECT, if one did.
    pub(crate) fn client_id(&self, id: ConnectionId) -> Option<String> {
        let connection = self.get(id)?;
        let client = connection.client.as_ref();
        let accepted = client.map(|client| client.identity.client_id());
        accepted.or_else(|| connection.refused_id.clone())
    }

    /// The CONNECT of a client was refused. Of a long id its beginning has to do.
    pub(crate) fn refuse(&mut self, id: ConnectionId, client_id: &str) {
        if let Some(connection) = self.get_mut(id) {
            connection.refused_id = Some(client_id.chars().take(MOST_REFUSED_ID).collect());
        }
    }

    /// The connection of an identity.
    pub(crate) fn of(&self, identity: &Identity) -> Option<ConnectionId> {
        self.online.get(identity).copied()
    }

    /// How many identities have a connection.
    pub(crate) fn online_count(&self) -> usize {
        self.online.len()
    }

    /// The connections of a device and its modules.
    pub(crate) fn of_device(&self, device_id: &str) -> Vec<ConnectionId> {
        self.online
            .range(Identity::device(device_id)..)
            .take_while(|(identity, _)| identity.device_id == device_id)
            .map(|(_, id)| *id)
            .collect()
    }

    /// A packet came: the client is alive.
    pub(crate) fn heard(&mut self, id: ConnectionId, now: Timestamp) {
        if let Some(connection) = self.get_mut(id) {
            connection.last_received = now;
        }
    }

    /// The CONNECT of a client was accepted.
    pub(crate) fn accept(&mut self, id: ConnectionId, client: Client) {
        let identity = client.identity.clone();
        let Some(connection) = self.get_mut(id) else {
            return;
        };
        connection.client = Some(Box::new(client));
        self.online.insert(identity, id);
        // The deadline may have come nearer.
        self.index(id);
    }

    /// Forgets a link. Gives its client, if it had one.
    pub(crate) fn remove(&mut self, id: ConnectionId) -> Option<Client> {
        self.get(id)?;
        let Connection {
            client, indexed_at, ..
        } = self.places.get_mut(id.place)?.take()?.connection;
        self.free.push(id.place);
        self.deadlines.remove(&(indexed_at, id));
        let client = client?;
        self.online.remove(&client.identity);
        Some(*client)
    }

    /// The connection that time ends next, if `now` is late enough for it, and why.
    pub(crate) fn due(&mut self, now: Timestamp) -> Option<(ConnectionId, CloseReason)> {
        loop {
            let (at, id) = *self.deadlines.first()?;
            if at > now {
                return None;
            }
            let (deadline, reason) = self.get(id)?.deadline();
            // Only at its true place is a connection the first of those that are due.
            if deadline == at {
                return Some((id, reason));
            }
            self.index(id);
        }
    }

    /// When the next connection may be due. Never too late; too early if that connection was heard of meanwhile.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// The connection that time ends next if nothing is heard of it, and its client. The index is only a lower bound:
    /// what lies behind the earliest true deadline found so far need not be looked at.
    pub(crate) fn next_to_end(&self) -> Option<(Timestamp, Option<&Client>)> {
        let mut first: Option<(Timestamp, Option<&Client>)> = None;
        for (indexed_at, id) in &self.deadlines {
            if first.is_some_and(|(at, _)| at <= *indexed_at) {
                break;
            }
            let Some(connection) = self.get(*id) else {
                continue;
            };
            let (at, _) = connection.deadline();
            if first.is_none_or(|(earliest, _)| at < earliest) {
                first = Some((at, connection.client.as_deref()));
            }
        }
        first
    }

    fn get(&self, id: ConnectionId) -> Option<&Connection> {
        let place = self.places.get(id.place)?.as_ref()?;
        (place.number == id.number).then_some(&place.connection)
    }

    fn get_mut(&mut self, id: ConnectionId) -> Option<&mut Connection> {
        let place = self.places.get_mut(id.place)?.as_mut()?;
        (place.number == id.number).then_some(&mut place.connection)
    }

    /// Puts a connection at its deadline in the index.
    fn index(&mut self, id: ConnectionId) {
        let Some(connection) = self.get_mut(id) else {
            return;
        };
        let at = connection.deadline().0;
        let before = std::mem::replace(&mut connection.indexed_at, at);
        self.deadlines.remove(&(before, id));
        self.deadlines.insert((at, id));
    }
}
