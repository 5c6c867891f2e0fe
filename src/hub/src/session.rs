//! What the hub keeps for a client between its connections.

use std::collections::BTreeMap;

use wire::{mqtt::mqttrs::QoS, topic::TopicFilter};

use crate::connection::Identity;

/// What an identity is subscribed to, and the quality of service that it was granted.
///
/// The service's limit of five subscriptions needs no check: of the filters that the hub knows, none has five for one
/// identity, and subscribing again replaces.
#[derive(Default)]
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

    /// The quality of service that a filter was granted, if the client is subscribed to it.
    pub(crate) fn granted(&self, filter: &TopicFilter) -> Option<QoS> {
        self.subscriptions.get(filter).copied()
    }

    pub(crate) fn unsubscribe(&mut self, filter: &TopicFilter) {
        self.subscriptions.remove(filter);
    }
}

impl Sessions {
    /// A client connects. Gives whether the hub still has its session.
    pub(crate) fn resume(&mut self, identity: &Identity, clean: bool) -> bool {
        let former = if clean {
            self.0.remove(identity);
            None
        } else {
            self.0.get(identity)
        };
        let present = former.is_some();
        if !present {
            self.0.insert(identity.clone(), Session::default());
        }
        present
    }

    pub(crate) fn get(&self, identity: &Identity) -> Option<&Session> {
        self.0.get(identity)
    }

    pub(crate) fn get_mut(&mut self, identity: &Identity) -> Option<&mut Session> {
        self.0.get_mut(identity)
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
