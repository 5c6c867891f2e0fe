//! The sessions of this bench's own devices with a live hub.

use wire::{
    mqtt::mqttrs::{Suback, Subscribe, SubscribeReturnCodes, Unsubscribe},
    topic::TopicFilter,
};

use crate::{by_name::ByName, links::LinkId};

/// What is known of each device's session.
#[derive(Default)]
pub(super) struct Sessions {
    sessions: ByName<Session>,
    /// What was asked for and not answered yet, by link and packet.
    asked: Vec<(LinkId, u16, Vec<String>)>,
}

#[derive(Default)]
struct Session {
    /// The link that is connected.
    link: Option<LinkId>,
    filters: Vec<TopicFilter>,
}

impl Sessions {
    pub(super) fn is_connected(&self, id: &str) -> bool {
        let session = self.sessions.get(id);
        session.is_some_and(|session| session.link.is_some())
    }

    pub(super) fn is_listening(&self, id: &str, filter: &TopicFilter) -> bool {
        let session = self.sessions.get(id);
        session.is_some_and(|it| it.link.is_some() && it.filters.contains(filter))
    }

    /// The hub let a device in.
    pub(super) fn connected(&mut self, link: LinkId, id: &str, session_present: bool) {
        let session = self.sessions.entry(id.to_owned()).or_default();
        session.link = Some(link);
        if !session_present {
            session.filters.clear();
        }
    }

    /// A device wants topic filters.
    pub(super) fn subscribing(&mut self, link: LinkId, subscribe: &Subscribe) {
        let topics = subscribe.topics.iter();
        let filters = topics.map(|topic| topic.topic_path.clone()).collect();
        let pid = subscribe.pid.get();
        self.asked.retain(|asked| (asked.0, asked.1) != (link, pid));
        self.asked.push((link, pid, filters));
    }

    /// The hub answered for each of them.
    pub(super) fn subscribed(&mut self, link: LinkId, id: &str, suback: &Suback) {
        let asked = (link, suback.pid.get());
        let place = self.asked.iter().position(|it| (it.0, it.1) == asked);
        let filters = place.map(|place| self.asked.remove(place).2);
        let Some(session) = self.sessions.get_mut(id) else {
            return;
        };
        for (filter, code) in filters.unwrap_or_default().iter().zip(&suback.return_codes) {
            let Ok(filter) = TopicFilter::parse(filter) else {
                continue;
            };
            session.filters.retain(|known| *known != filter);
            if matches!(code, SubscribeReturnCodes::Success(_)) {
                session.filters.push(filter);
            }
        }
    }

    /// A device wants topic filters no more. It counts from then on, whenever the hub hears of it.
    pub(super) fn unsubscribing(&mut self, id: &str, unsubscribe: &Unsubscribe) {
        let Some(session) = self.sessions.get_mut(id) else {
            return;
        };
        for filter in &unsubscribe.topics {
            if let Ok(filter) = TopicFilter::parse(filter) {
                session.filters.retain(|known| *known != filter);
            }
        }
    }

    /// A link has ended. Whether its device was connected by it.
    pub(super) fn ended(&mut self, link: LinkId, id: &str) -> bool {
        self.asked.retain(|asked| asked.0 != link);
        let session = self.sessions.get_mut(id);
        session.is_some_and(|session| session.link.take_if(|own| *own == link).is_some())
    }

    pub(super) fn forget(&mut self, id: &str) {
        self.sessions.remove(id);
    }
}
