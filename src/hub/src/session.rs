//! What the hub keeps for a client between its connections.

use std::collections::BTreeMap;

use wire::{mqtt::mqttrs::QoS, topic::TopicFilter};

use crate::connection::Identity;

/// What an identity is subscribed to, and the quality of service that it was granted.
///
/// The service's limit of five subscriptions needs no check: of the filters that the hub knows, none has five for one
/// identity, and subscribing again replaces.
#[derive(Clone, Debug, Default)]
pub(crate) struct Session {
    subscriptions: BTreeMap<TopicFilter, QoS>,
}

/// The sessions of all identities. That of a client which asked for a clean one lives as long as its connection.
#[derive(Default)]
pub(crate) struct Sessions(BTreeMap<Identity, Session>);

impl Session {
    pub(crate) fn subscribe(&mut self, filter: TopicFilter, qos: QoS) {
        self.subscriptions.insert(filter, qos);
    }

    pub(crate) fn unsubscribe(&mut self, filter: &TopicFilter) {
        self.subscriptions.remove(filter);
    }

    /// The quality of service that the client was granted for a filter, if it is subscribed to it.
    pub(crate) fn granted(&self, filter: &TopicFilter) -> Option<QoS> {
        self.subscriptions.get(filter).copied()
    }
}

impl Sessions {
    /// Puts a session in place of the one that the identity has, if it has one.
    pub(crate) fn put(&mut self, identity: &Identity, session: Session) {
        self.0.insert(identity.clone(), session);
    }

    pub(crate) fn get(&self, identity: &Identity) -> Option<&Session> {
        self.0.get(identity)
    }

    pub(crate) fn forget(&mut self, identity: &Identity) {
        self.0.remove(identity);
    }

    /// Forgets the sessions of a device and its modules.
    pub(crate) fn forget_device(&mut self, device_id: &str) {
        let identities: Vec<_> = self
            .0
            .range(Identity::device(device_id)..)
            .map(|(identity, _)| identity.clone())
            .take_while(|identity| identity.device_id == device_id)
            .collect();
        for identity in identities {
            self.forget(&identity);
        }
    }
}
