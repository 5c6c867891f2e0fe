//! What a connected client subscribes to.

use wire::{
    mqtt::mqttrs::{Packet, QoS, Suback, Subscribe, SubscribeReturnCodes, Unsubscribe},
    timestamp::Timestamp,
    topic::TopicFilter,
};

use crate::{
    close_reason::CloseReason,
    connection::{ConnectionId, Identity},
    hub::Hub,
    session::Session,
    store::{Change, Kind},
};

impl Hub {
    /// Carries out a SUBSCRIBE: as a whole, or not at all.
    pub(crate) fn subscribe(
        &mut self,
        now: Timestamp,
        connection: ConnectionId,
        subscribe: &Subscribe,
    ) -> Result<(), CloseReason> {
        let Some((identity, mut session)) = self.session_of(connection) else {
            return Ok(());
        };
        let granted = subscribe
            .topics
            .iter()
            .map(|topic| {
                Ok((
                    own_filter(&topic.topic_path, &identity)?,
                    granted(topic.qos),
                ))
            })
            .collect::<Result<Vec<_>, CloseReason>>()?;
        let return_codes = granted
            .iter()
            .map(|(_, qos)| SubscribeReturnCodes::Success(*qos))
            .collect();
        for (filter, qos) in granted {
            session.subscribe(filter, qos);
        }
        self.keep_session(connection, &identity, session)?;
        let pid = subscribe.pid;
        self.send(connection, &Packet::Suback(Suback { pid, return_codes }));
        self.deliver(now, &identity);
        self.send_waiting_calls(now, &identity);
        Ok(())
    }

    /// Carries out an UNSUBSCRIBE: as a whole, or not at all.
    pub(crate) fn unsubscribe(
        &mut self,
        connection: ConnectionId,
        unsubscribe: &Unsubscribe,
    ) -> Result<(), CloseReason> {
        let Some((identity, mut session)) = self.session_of(connection) else {
            return Ok(());
        };
        let filters = unsubscribe
            .topics
            .iter()
            .map(|filter| own_filter(filter, &identity))
            .collect::<Result<Vec<_>, CloseReason>>()?;
        for filter in filters {
            session.unsubscribe(&filter);
        }
        self.keep_session(connection, &identity, session)?;
        self.send(connection, &Packet::Unsuback(unsubscribe.pid));
        Ok(())
    }

    /// The identity behind a connection, and a copy of its session to change.
    fn session_of(&self, connection: ConnectionId) -> Option<(Identity, Session)> {
        let identity = &self.connections.client(connection)?.identity;
        Some((identity.clone(), self.sessions.get(identity)?.clone()))
    }

    /// Puts a changed session in place, once it is in the store if it is to outlive the connection.
    fn keep_session(
        &mut self,
        connection: ConnectionId,
        identity: &Identity,
        session: Session,
    ) -> Result<(), CloseReason> {
        let client = self.connections.client(connection);
        if client.is_some_and(|client| !client.clean_session) {
            let change = Change(Kind::Session(identity, &session));
            self.store.commit(&[change])?;
        }
        self.sessions.put(identity, session);
        Ok(())
    }
}

/// The service grants QoS 1 at most.
fn granted(asked: QoS) -> QoS {
    match asked {
        QoS::AtMostOnce => QoS::AtMostOnce,
        QoS::AtLeastOnce | QoS::ExactlyOnce => QoS::AtLeastOnce,
    }
}

/// Reads a topic filter, which must be one that the hub has for this identity.
fn own_filter(text: &str, identity: &Identity) -> Result<TopicFilter, CloseReason> {
    let foreign = || CloseReason::ForeignFilter {
        filter: text.to_owned(),
    };
    let filter = TopicFilter::parse(text).map_err(|_| foreign())?;
    let is_own = match &filter {
        TopicFilter::CloudToDevice { device_id } => {
            *device_id == identity.device_id && identity.module_id.is_none()
        }
        TopicFilter::ModuleInputs {
            device_id,
            module_id,
        } => *device_id == identity.device_id && Some(module_id) == identity.module_id.as_ref(),
        TopicFilter::TwinResponses | TopicFilter::DesiredPatches | TopicFilter::Methods => true,
    };
    if is_own { Ok(filter) } else { Err(foreign()) }
}
