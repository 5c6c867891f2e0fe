//! Delivery feedback: received for a client that gives credit, and completed or abandoned as the client settles it.

use http::Response;

use super::{Container, Done, Kind};
use crate::amqp::{event_message::write_feedback, hub_request, link::LinkId};

/// The most batches of feedback that a client holds at a time.
const MOST_FEEDBACK: usize = 16;

/// Feedback.
impl Container {
    pub(super) fn ask_for_feedback(&mut self, link: LinkId) {
        let (credit, drain) = self.connection.credit(link);
        let token = self.grants.token("messages/servicebound/feedback");
        let Some(Kind::Feedback(feedback)) = self.links.get_mut(&link).map(|it| &mut it.kind)
        else {
            return;
        };
        if drain && feedback.is_asking {
            return;
        }
        let is_full = feedback.locks.len() >= MOST_FEEDBACK;
        let (Some(token), false) = (token, feedback.is_asking || is_full || credit == 0) else {
            return;
        };
        if let Ok(request) = hub_request::receive_feedback(&token) {
            feedback.is_asking = true;
            self.ask(request, move |response| Done::Feedback(link, response));
        }
    }

    pub(super) fn feedback_came(&mut self, link: LinkId, response: Response<Vec<u8>>) {
        let batch = hub_request::read_feedback(response);
        let hub_name = self.hub_name().to_owned();
        let Some(Kind::Feedback(feedback)) = self.links.get_mut(&link).map(|it| &mut it.kind)
        else {
            // Its client went while it was on its way.
            if let Some((lock, _)) = batch {
                self.settle_feedback(&lock, false);
            }
            return;
        };
        feedback.is_asking = false;
        let Some((lock, records)) = batch else {
            if self.connection.credit(link).1 {
                self.connection.drained(link);
            }
            return;
        };
        let sent = write_feedback(&records, &hub_name)
            .ok()
            .and_then(|bytes| self.connection.send(link, bytes.into(), false));
        match sent {
            Some(delivery) => {
                feedback.locks.insert(delivery, lock);
                self.ask_for_feedback(link);
            }
            None => self.settle_feedback(&lock, false),
        }
    }

    pub(super) fn settled(&mut self, link: LinkId, delivery: u32, is_accepted: bool) {
        let Some(Kind::Feedback(feedback)) = self.links.get_mut(&link).map(|it| &mut it.kind)
        else {
            return;
        };
        if let Some(lock) = feedback.locks.remove(&delivery) {
            self.settle_feedback(&lock, is_accepted);
            self.ask_for_feedback(link);
        }
    }

    pub(super) fn settle_feedback(&mut self, lock: &str, is_accepted: bool) {
        // Without a token, the hub gives the batch back when its lock ends.
        let Some(token) = self.grants.token("messages/servicebound/feedback") else {
            return;
        };
        let request = if is_accepted {
            hub_request::complete_feedback(lock, &token)
        } else {
            hub_request::abandon_feedback(lock, &token)
        };
        if let Ok(request) = request {
            self.ask(request, |_| Done::FeedbackSettled);
        }
    }
}
