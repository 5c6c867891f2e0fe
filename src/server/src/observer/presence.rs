//! Who is connected.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, OnceLock},
};

use wire::timestamp::Timestamp;

use super::{Observer, Protocol, lock};

/// Who is behind a connection, once that is known: `device`, `device/module` or a policy.
pub type ClientName = Arc<OnceLock<String>>;

/// Who is at the other end of a connection.
#[derive(Clone, Debug)]
pub struct Party {
    /// How the client speaks.
    pub protocol: Protocol,
    /// Where it is.
    pub peer: SocketAddr,
    /// Who it is.
    pub client: ClientName,
}

impl Party {
    /// A client of which nothing is known yet.
    pub fn new(protocol: Protocol, peer: SocketAddr) -> Self {
        Self {
            protocol,
            peer,
            client: ClientName::default(),
        }
    }
}

/// A connection that is open.
#[derive(Clone, Debug)]
pub struct Connection {
    /// How the client speaks.
    pub protocol: Protocol,
    /// Where it is.
    pub peer: SocketAddr,
    /// When it came.
    pub since: Timestamp,
    /// Who it is.
    pub client: ClientName,
}

/// All open connections. There are no more of them than the ports let in.
#[derive(Default)]
pub(super) struct Present {
    connections: BTreeMap<u64, Connection>,
    counts: BTreeMap<Protocol, usize>,
    added: u64,
}

impl Present {
    pub(super) fn add(&mut self, connection: Connection) -> u64 {
        self.added += 1;
        *self.counts.entry(connection.protocol).or_default() += 1;
        self.connections.insert(self.added, connection);
        self.added
    }

    fn remove(&mut self, number: u64) {
        let Some(connection) = self.connections.remove(&number) else {
            return;
        };
        if let Some(count) = self.counts.get_mut(&connection.protocol) {
            *count -= 1;
        }
    }

    pub(super) fn counts(&self) -> Vec<(Protocol, usize)> {
        let count = |protocol| self.counts.get(&protocol).copied().unwrap_or_default();
        Protocol::ALL.map(|it| (it, count(it))).into()
    }

    pub(super) fn newest(&self, most: usize) -> Vec<Connection> {
        self.connections
            .values()
            .rev()
            .take(most)
            .cloned()
            .collect()
    }
}

/// A connection that is open, until it is dropped.
pub struct Presence {
    observer: Arc<Observer>,
    protocol: Protocol,
    number: u64,
}

impl Presence {
    pub(super) fn new(observer: Arc<Observer>, protocol: Protocol, number: u64) -> Self {
        Self {
            observer,
            protocol,
            number,
        }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.observer.metrics.disconnected(self.protocol);
        lock(&self.observer.present).remove(self.number);
    }
}
