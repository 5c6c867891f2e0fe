//! Messages that come in: requests are answered, and the others are kept for their turn.

use wire::timestamp::Timestamp;

use super::{Container, Done, Kind};
use crate::{
    amqp::{
        condition::{self, error},
        connection::{Disposal, Message},
        extent::PartitionExtent,
        link::LinkId,
        message::{Property, Received, to_text},
        request_response::{Answer, EventHubFacts, Question, describe_event_hub, read_question},
    },
    host::Stopped,
};

/// The most answers that wait for a client which gives no credit for them.
const MOST_ANSWERS: usize = 64;

/// Messages that come in.
impl Container {
    pub(super) fn message_came(&mut self, now: Timestamp, message: Message) {
        let Some(attachment) = self.links.get(&message.link) else {
            return;
        };
        if matches!(attachment.kind, Kind::DeviceBound) {
            self.sends.push_back(message);
            return;
        }
        let request = match Received::read(&message.bytes) {
            Ok(request) => request,
            Err(why) => {
                let error = error(condition::DECODE_ERROR, why.to_string());
                self.connection.settle(&message, Disposal::Rejected(error));
                return;
            }
        };
        match &attachment.kind {
            Kind::PutTokens => self.put_token(now, &message, &request),
            Kind::Ask => self.asked(message, request),
            _ => {}
        }
    }

    fn asked(&mut self, message: Message, request: Received) {
        self.connection.settle(&message, Disposal::Accepted);
        let facts = EventHubFacts {
            entity: &self.settings.entity,
            partitions: self.hub.partition_count(),
            created: self.settings.created,
        };
        match read_question(&request, &facts) {
            Err(refusal) => self.answer(&message, &request, refusal),
            Ok(Question::EventHub) => {
                let answer = describe_event_hub(&facts);
                self.answer(&message, &request, answer);
            }
            Ok(Question::Partition(partition)) => {
                let hub = self.hub.clone();
                let request = Box::new(request);
                self.start(async move {
                    let extent = hub
                        .look(move |hub| PartitionExtent::of(hub, partition))
                        .await;
                    match extent? {
                        Some(extent) => Ok(Done::Described(message, request, partition, extent)),
                        None => Err(Stopped),
                    }
                });
            }
        }
    }

    /// Answers on a link of the same session: that which the request names, or the newest.
    pub(super) fn answer(&mut self, message: &Message, request: &Received, answer: Answer) {
        let Some(asked) = self.links.get(&message.link) else {
            return;
        };
        let (session, is_token) = (asked.session, matches!(asked.kind, Kind::PutTokens));
        let reply_to = request.property(Property::ReplyTo).and_then(to_text);
        let links = self.links.iter().filter_map(|(link, attachment)| {
            let Kind::Answers(answers) = &attachment.kind else {
                return None;
            };
            let fits = attachment.session == session && answers.is_cbs == is_token;
            fits.then_some((answers.address == reply_to, *link))
        });
        let (Some((_, link)), Ok(bytes)) = (links.max(), answer.write(request)) else {
            return;
        };
        if let Some(Kind::Answers(answers)) = self.links.get_mut(&link).map(|it| &mut it.kind)
            && answers.waiting.len() < MOST_ANSWERS
        {
            answers.waiting.push_back(bytes.into());
        }
        self.flush_answers(link);
    }

    pub(super) fn flush_answers(&mut self, link: LinkId) {
        let Some(Kind::Answers(answers)) = self.links.get_mut(&link).map(|it| &mut it.kind) else {
            return;
        };
        let (mut credit, drain) = self.connection.credit(link);
        while credit > 0
            && let Some(bytes) = answers.waiting.pop_front()
        {
            self.connection.send(link, bytes, true);
            credit -= 1;
        }
        if drain && credit > 0 {
            self.connection.drained(link);
        }
    }
}
