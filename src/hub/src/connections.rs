//! All open links: who is behind them, and when time ends them.

use std::collections::{BTreeMap, BTreeSet};

use wire::{mqtt::Splitter, timestamp::Timestamp};

use crate::{
    close_reason::CloseReason,
    connection::{Client, Connection, ConnectionId, Identity},
};

/// The open links, with an index by identity and one by deadline.
#[derive(Default)]
pub(crate) struct Connections {
    open: BTreeMap<ConnectionId, Connection>,
    /// The one connection that each identity may have.
    online: BTreeMap<Identity, ConnectionId>,
    deadlines: BTreeSet<(Timestamp, ConnectionId)>,
    opened: u64,
}

impl Connections {
    pub(crate) fn open(&mut self, now: Timestamp) -> ConnectionId {
        self.opened += 1;
        let id = ConnectionId(self.opened);
        let connection = Connection::new(now);
        self.deadlines.insert((connection.deadline().0, id));
        self.open.insert(id, connection);
        id
    }

    pub(crate) fn is_open(&self, id: ConnectionId) -> bool {
        self.open.contains_key(&id)
    }

    /// Where the bytes of a link are cut into packets.
    pub(crate) fn splitter(&mut self, id: ConnectionId) -> Option<&mut Splitter> {
        self.open
            .get_mut(&id)
            .map(|connection| &mut connection.splitter)
    }

    /// The client behind a link, if its CONNECT was accepted.
    pub(crate) fn client(&self, id: ConnectionId) -> Option<&Client> {
        self.open.get(&id)?.client.as_ref()
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
        self.change(id, |connection| connection.last_received = now);
    }

    /// The CONNECT of a client was accepted.
    pub(crate) fn accept(&mut self, id: ConnectionId, client: Client) {
        self.online.insert(client.identity.clone(), id);
        self.change(id, |connection| connection.client = Some(client));
    }

    /// Forgets a link. Gives its client, if it had one.
    pub(crate) fn remove(&mut self, id: ConnectionId) -> Option<Client> {
        let connection = self.open.remove(&id)?;
        self.deadlines.remove(&(connection.deadline().0, id));
        let client = connection.client?;
        self.online.remove(&client.identity);
        Some(client)
    }

    /// The connection that time ends next, if `now` is late enough for it, and why.
    pub(crate) fn due(&self, now: Timestamp) -> Option<(ConnectionId, CloseReason)> {
        let (at, id) = *self.deadlines.first()?;
        if at > now {
            return None;
        }
        Some((id, self.open.get(&id)?.deadline().1))
    }

    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Changes a connection and keeps the index by deadline true.
    fn change(&mut self, id: ConnectionId, change: impl FnOnce(&mut Connection)) {
        let Some(connection) = self.open.get_mut(&id) else {
            return;
        };
        let before = connection.deadline().0;
        change(connection);
        let after = connection.deadline().0;
        if before != after {
            self.deadlines.remove(&(before, id));
            self.deadlines.insert((after, id));
        }
    }
}
