//! Cloud-to-device messages and their feedback.

use std::collections::BTreeMap;
use std::time::Duration;

use http::StatusCode;
use serde_json::Value;
use wire::mqtt::mqttrs::{Packet, Publish, QoS, QosPid};

use crate::device::Filter;
use crate::model::{Fate, LOCK_TIME, Message, QUEUE_DEPTH, TIME_TO_LIVE};
use crate::world::World;

/// A service program that reads feedback.
#[derive(Default)]
pub(crate) struct FeedbackReader {
    /// The batch that it holds: its lock, and its records.
    held: Option<(String, Vec<(String, String)>)>,
    /// Whether the hub had nothing to read the last time.
    found_nothing: bool,
    /// What it completed, by message id.
    pub(crate) read: BTreeMap<String, String>,
}

impl FeedbackReader {
    /// A lock does not outlive the hub's process.
    pub(crate) fn hub_stopped(&mut self) {
        self.held = None;
    }

    /// Whether all there was has been read.
    pub(crate) fn is_idle(&self) -> bool {
        self.held.is_none() && self.found_nothing
    }
}

impl World {
    pub(crate) fn send_to_device(&mut self, index: usize) {
        let number = self.number();
        let id = format!("m{number}");
        let ack = self.pick(&["none", "positive", "negative", "full"]);
        let time_to_live = match self.below(4) {
            0 => Some(Duration::from_secs(1 + self.below(120))),
            _ => None,
        };
        let expires = self.now.plus(time_to_live.unwrap_or(TIME_TO_LIVE));
        let expiry = expires.to_iso();
        let mut headers = vec![("iothub-messageid", id.as_str()), ("iothub-ack", ack)];
        if time_to_live.is_some() {
            headers.push(("iothub-expiry", &expiry));
        }
        let path = format!("/devices/{}/messages/deviceBound", self.devices[index].name);
        let waiting = self.models[index].waiting();
        // The hub may deliver at once, before it answers, so the model must know of the message first.
        self.models[index].messages.push(Message {
            id: id.clone(),
            ack,
            expires,
            locked_until: None,
            deliveries: 0,
            fate: Fate::Waiting,
        });
        let answer = self.ask("POST", &path, &headers, id.as_bytes());
        let status = answer.status();
        if status.is_success() {
            assert!(!self.journal.is_failing(), "took what it could not keep");
            assert!(
                waiting < QUEUE_DEPTH,
                "took message {waiting} of a full queue"
            );
            return;
        }
        let refused = self.models[index].messages.pop().unwrap();
        assert_eq!(refused.deliveries, 0, "delivered what it refused");
        if status == StatusCode::FORBIDDEN {
            self.seen.full_queues += 1;
            // What is over cannot leave the queue while the store fails.
            let has_room = waiting < QUEUE_DEPTH && !self.journal.is_failing();
            assert!(!has_room, "refused although only {waiting} wait");
        } else {
            assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
            assert!(self.journal.is_failing());
        }
    }

    /// A message came to a device.
    pub(crate) fn message_came(&mut self, index: usize, id: String, publish: &Publish<'_>) {
        let now = self.now;
        let granted = self.devices[index].subscribed.get(&Filter::Messages);
        let granted = *granted.expect("a message came without a subscription");
        let model = &mut self.models[index];
        let place = model.messages.iter().position(|it| it.id == id);
        let place = place.expect("a message that nobody sent");
        let (before, rest) = model.messages.split_at_mut(place);
        let message = &mut rest[0];
        assert_eq!(message.fate, Fate::Waiting, "{id} was over already");
        assert!(now < message.expires, "{id} came after its end");
        message.deliveries += 1;
        if message.deliveries == 1 {
            let overtaken = before
                .iter()
                .find(|it| it.fate == Fate::Waiting && it.deliveries == 0);
            assert!(overtaken.is_none(), "{id} overtook {overtaken:?}");
        } else {
            self.seen.redeliveries += 1;
            assert!(
                publish.dup || granted == QoS::AtMostOnce,
                "{id} came again without a mark"
            );
        }
        match publish.qospid {
            QosPid::AtMostOnce => {
                assert_eq!(granted, QoS::AtMostOnce);
                message.fate = Fate::Completed;
                self.seen.completed += 1;
            }
            QosPid::AtLeastOnce(pid) => {
                message.locked_until = Some(now.plus(LOCK_TIME));
                let device = &mut self.devices[index];
                device.received.retain(|(known, _)| *known != pid);
                device.received.push((pid, id));
            }
            QosPid::ExactlyOnce(_) => panic!("QoS 2"),
        }
    }

    /// A device acknowledges one of the messages that it holds.
    pub(crate) fn acknowledge(&mut self, index: usize) {
        let device = &mut self.devices[index];
        if device.received.is_empty() {
            return;
        }
        let place = usize::try_from(self.rng_index(self.devices[index].received.len())).unwrap();
        let (pid, id) = self.devices[index].received.remove(place);
        let link = self.devices[index]
            .link
            .expect("messages are held while online");
        let kept = !self.journal.is_failing();
        if kept
            && let Some(message) = self.models[index].message(&id)
            && message.fate == Fate::Waiting
        {
            message.fate = Fate::Completed;
            self.seen.completed += 1;
        }
        self.send(link, &Packet::Puback(pid));
    }

    pub(crate) fn purge(&mut self, index: usize) {
        let path = format!("/devices/{}/commands", self.devices[index].name);
        let answer = self.ask("DELETE", &path, &[], b"");
        if !answer.status().is_success() {
            assert!(self.journal.is_failing());
            return;
        }
        let body: Value = serde_json::from_slice(answer.body()).unwrap();
        let waiting = self.models[index].waiting();
        assert_eq!(body["totalMessagesPurged"], waiting);
        self.seen.purged += waiting;
        for message in &mut self.models[index].messages {
            if message.fate == Fate::Waiting {
                message.fate = Fate::Purged;
            }
        }
        self.devices[index].received.clear();
    }

    /// Reads, completes or abandons feedback.
    pub(crate) fn read_feedback(&mut self) {
        let Some((lock, records)) = self.feedback.held.take() else {
            return self.receive_feedback();
        };
        let path = format!("/messages/serviceBound/feedback/{lock}");
        let abandons = self.one_in(4);
        let answer = if abandons {
            self.ask("POST", &format!("{path}/abandon"), &[], b"")
        } else {
            self.ask("DELETE", &path, &[], b"")
        };
        match answer.status() {
            StatusCode::NO_CONTENT if abandons => {}
            StatusCode::NO_CONTENT => {
                for (id, outcome) in records {
                    self.seen.feedback += 1;
                    let former = self.feedback.read.insert(id.clone(), outcome);
                    assert_eq!(former, None, "two records about {id}");
                }
            }
            // The lock ended meanwhile, so the batch comes again.
            StatusCode::PRECONDITION_FAILED => {}
            status => assert!(self.journal.is_failing(), "{status}"),
        }
    }

    fn receive_feedback(&mut self) {
        let answer = self.ask("GET", "/messages/serviceBound/feedback", &[], b"");
        self.feedback.found_nothing = answer.status() == StatusCode::NO_CONTENT;
        if answer.status() != StatusCode::OK {
            assert!(answer.status() == StatusCode::NO_CONTENT || self.journal.is_failing());
            return;
        }
        let lock = answer.headers()["etag"].to_str().unwrap().trim_matches('"');
        let records: Vec<Value> = serde_json::from_slice(answer.body()).unwrap();
        let field = |record: &Value, name: &str| record[name].as_str().unwrap().to_owned();
        let records = records
            .iter()
            .map(|it| (field(it, "originalMessageId"), field(it, "statusCode")));
        self.feedback.held = Some((lock.to_owned(), records.collect()));
    }

    /// How many messages wait, as the registry says, is what the model says.
    pub(crate) fn count_messages(&mut self, index: usize) {
        if self.journal.is_failing() {
            return;
        }
        let path = format!("/devices/{}", self.devices[index].name);
        let answer = self.ask("GET", &path, &[], b"");
        let identity: Value = serde_json::from_slice(answer.body()).unwrap();
        let waiting = self.models[index].waiting();
        assert_eq!(identity["cloudToDeviceMessageCount"], waiting);
    }

    pub(crate) fn rng_index(&mut self, length: usize) -> u64 {
        self.below(length as u64)
    }
}
