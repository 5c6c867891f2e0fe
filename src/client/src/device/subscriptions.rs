//! The topic filters that the program wants to be subscribed to, across connections.

use std::time::Duration;

use wire::mqtt::mqttrs::{Packet, Pid, QoS, Subscribe, SubscribeTopic};
use wire::mqtt::{MqttError, encode};
use wire::timestamp::Timestamp;
use wire::topic::TopicFilter;

use super::error::SubscribeError;
use super::packet_ids::PacketIds;

/// The wanted filters, in the order they were asked for.
#[derive(Default)]
pub(super) struct Subscriptions {
    wanted: Vec<Subscription>,
}

struct Subscription {
    filter: TopicFilter,
    state: State,
    /// The hub granted it once: the program believes in it, and it outlives the connection.
    granted_before: bool,
}

enum State {
    /// To be asked for when a link is there.
    Waiting,
    /// Asked for on this link.
    Asked { packet_id: Pid, since: Timestamp },
    /// Granted on this link.
    Granted { qos: u8 },
}

impl Subscriptions {
    /// Remembers a filter. If it is granted already, tells the quality of service.
    pub(super) fn want(&mut self, filter: &TopicFilter) -> Option<u8> {
        if let Some(known) = self.wanted.iter().find(|known| known.filter == *filter) {
            return match known.state {
                State::Granted { qos } => Some(qos),
                _ => None,
            };
        }
        self.wanted.push(Subscription {
            filter: filter.clone(),
            state: State::Waiting,
            granted_before: false,
        });
        None
    }

    /// Whether the hub has granted a filter on this link.
    pub(super) fn is_granted(&self, filter: &TopicFilter) -> bool {
        let known = self.wanted.iter().find(|known| known.filter == *filter);
        known.is_some_and(|known| matches!(known.state, State::Granted { .. }))
    }

    /// The bytes of the next SUBSCRIBE to put on the link, which thereby is on it. One filter a
    /// packet, so that each has an answer of its own.
    pub(super) fn next_packet(
        &mut self,
        now: Timestamp,
        ids: &mut PacketIds,
    ) -> Option<Result<Vec<u8>, MqttError>> {
        let waiting = |known: &&mut Subscription| matches!(known.state, State::Waiting);
        let subscription = self.wanted.iter_mut().find(waiting)?;
        let packet_id = ids.take()?;
        subscription.state = State::Asked {
            packet_id,
            since: now,
        };
        let topic = SubscribeTopic {
            topic_path: subscription.filter.to_filter(),
            qos: QoS::AtLeastOnce,
        };
        let packet = Subscribe::new(packet_id, vec![topic]);
        Some(encode(&Packet::Subscribe(packet)))
    }

    /// The answer to a SUBSCRIBE: the quality of service granted, or `None` for a refusal. Returns
    /// the filter that it is about, if any waits for it; a refused one is forgotten.
    pub(super) fn acknowledge(
        &mut self,
        answered: Pid,
        granted: Option<u8>,
    ) -> Option<TopicFilter> {
        let place = self.wanted.iter().position(
            |known| matches!(known.state, State::Asked { packet_id, .. } if packet_id == answered),
        )?;
        let Some(qos) = granted else {
            return Some(self.wanted.remove(place).filter);
        };
        let subscription = self.wanted.get_mut(place)?;
        subscription.state = State::Granted { qos };
        subscription.granted_before = true;
        Some(subscription.filter.clone())
    }

    /// Forgets one filter that was asked for `timeout` ago or earlier without an answer.
    pub(super) fn expire(
        &mut self,
        now: Timestamp,
        timeout: Duration,
        ids: &mut PacketIds,
    ) -> Option<(TopicFilter, SubscribeError)> {
        let place = self.wanted.iter().position(
            |known| matches!(known.state, State::Asked { since, .. } if since.plus(timeout) <= now),
        )?;
        let subscription = self.wanted.remove(place);
        if let State::Asked { packet_id, .. } = subscription.state {
            ids.orphan(packet_id);
        }
        Some((
            subscription.filter,
            SubscribeError::TimedOut { after: timeout },
        ))
    }

    /// When the first unanswered SUBSCRIBE expires.
    pub(super) fn next_expiry(&self, timeout: Duration) -> Option<Timestamp> {
        let asked = self.wanted.iter().filter_map(|known| match known.state {
            State::Asked { since, .. } => Some(since.plus(timeout)),
            _ => None,
        });
        asked.min()
    }

    /// All filters are to be asked for again on the next link, as the service's SDKs do whether the
    /// hub kept the session or not.
    pub(super) fn link_lost(&mut self, ids: &mut PacketIds) {
        for subscription in &mut self.wanted {
            if let State::Asked { packet_id, .. } = subscription.state {
                ids.release(packet_id);
            }
            subscription.state = State::Waiting;
        }
    }

    /// Forgets the filters that were never granted: no connection comes to ask for them.
    pub(super) fn abandon(&mut self) -> Vec<TopicFilter> {
        let forgotten = self.wanted.extract_if(.., |known| !known.granted_before);
        forgotten.map(|subscription| subscription.filter).collect()
    }
}
