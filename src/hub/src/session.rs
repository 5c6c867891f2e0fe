//! What the hub keeps for a client between its connections.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
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

/// Filters as text, and the quality of service of each.
impl Serialize for Session {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let texts = self.subscriptions.iter();
        serializer.collect_map(texts.map(|(filter, qos)| (filter.to_filter(), *qos as u8)))
    }
}

impl<'de> Deserialize<'de> for Session {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut session = Self::default();
        for (filter, qos) in BTreeMap::<String, u8>::deserialize(deserializer)? {
            let filter = TopicFilter::parse(&filter).map_err(D::Error::custom)?;
            let qos = match qos {
                0 => QoS::AtMostOnce,
                1 => QoS::AtLeastOnce,
                _ => {
                    return Err(D::Error::custom(
                        "expected 0 or 1 as the quality of service",
                    ));
                }
            };
            session.subscribe(filter, qos);
        }
        Ok(session)
    }
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

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Identity, &Session)> {
        self.0.iter()
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
