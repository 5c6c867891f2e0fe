//! A service that sends messages to devices, devices that deal with them over HTTP, and who reads the feedback.

use std::collections::{BTreeMap, BTreeSet};

use futures::{FutureExt as _, future::BoxFuture};
use serde_json::Value;

use crate::{
    Dice, User, below,
    kept::Kept,
    uncertain::Uncertain,
    wire_ends::{Broken, Ends, Rest},
};

/// The messages that wait, oldest first, with how often each was delivered in vain; and the feedback that nobody read.
#[derive(Clone, Debug, Default, PartialEq)]
struct State {
    queues: BTreeMap<String, Vec<(String, u64)>>,
    feedback: BTreeSet<(String, String)>,
}

pub(crate) struct Queues {
    ids: [&'static str; 2],
    dice: Dice,
    next: u64,
    state: Uncertain<State>,
}

impl Queues {
    pub(crate) fn new(ids: [&'static str; 2], dice: Dice) -> Self {
        let mut state = State::default();
        for id in ids {
            state.queues.insert(id.to_owned(), Vec::new());
        }
        Self {
            ids,
            dice,
            next: 0,
            state: Uncertain::new(state),
        }
    }

    async fn deal(&mut self, ends: &Ends) -> Result<(), Broken> {
        let mut rest = ends.rest().await?;
        loop {
            let id = self.ids[usize::from(below(&mut self.dice, 2) == 0)];
            let waiting = self.state.get().queues[id].len();
            match below(&mut self.dice, 100) {
                0 => self.purge(&mut rest, id).await?,
                1..=3 => self.read_feedback(&mut rest).await?,
                4..=45 if waiting < 50 => self.send(&mut rest, id).await?,
                _ if waiting > 0 => self.receive(&mut rest, id).await?,
                _ => {}
            }
        }
    }

    async fn send(&mut self, rest: &mut Rest, id: &str) -> Result<(), Broken> {
        let name = format!("message-{}", self.next);
        self.next += 1;
        self.state.begin(|state| {
            let queue = state.queues.get_mut(id).unwrap();
            queue.push((name.clone(), 0));
        });
        let path = format!("/devices/{id}/messages/devicebound");
        let headers = [("iothub-messageid", name.as_str()), ("iothub-ack", "full")];
        rest.do_it("POST", &path, &headers, "wake up").await?;
        self.state.done();
        Ok(())
    }

    async fn receive(&mut self, rest: &mut Rest, id: &str) -> Result<(), Broken> {
        let path = format!("/devices/{id}/messages/devicebound");
        let lock = rest.do_it("GET", &path, &[], "").await?.etag;
        let delivered = self.state.get().queues[id][0].1;
        let (method, end, outcome) = match below(&mut self.dice, 4) {
            0 if delivered < 5 => ("POST", format!("{path}/{lock}/abandon"), None),
            1 => ("DELETE", format!("{path}/{lock}?reject"), Some("Rejected")),
            _ => ("DELETE", format!("{path}/{lock}"), Some("Success")),
        };
        self.state.begin(|state| {
            let queue = state.queues.get_mut(id).unwrap();
            match outcome {
                None => queue[0].1 += 1,
                Some(outcome) => {
                    let (name, _) = queue.remove(0);
                    state.feedback.insert((name, outcome.to_owned()));
                }
            }
        });
        rest.do_it(method, &end, &[], "").await?;
        self.state.done();
        Ok(())
    }

    async fn purge(&mut self, rest: &mut Rest, id: &str) -> Result<(), Broken> {
        self.state.begin(|state| {
            let queue = state.queues.get_mut(id).unwrap();
            let purged = queue.drain(..).map(|(name, _)| (name, "Purged".to_owned()));
            state.feedback.extend(purged);
        });
        let path = format!("/devices/{id}/commands");
        rest.do_it("DELETE", &path, &[], "").await?;
        self.state.done();
        Ok(())
    }

    async fn read_feedback(&mut self, rest: &mut Rest) -> Result<(), Broken> {
        let path = "/messages/servicebound/feedback";
        let batch = rest.do_it("GET", path, &[], "").await?;
        if batch.status == 204 {
            return Ok(());
        }
        let records: Vec<Value> = serde_json::from_slice(&batch.body).unwrap();
        self.state.begin(|state| {
            for record in &records {
                let name = text(&record["originalMessageId"]);
                let outcome = text(&record["statusCode"]);
                assert!(state.feedback.remove(&(name, outcome)), "{record}");
            }
        });
        let path = format!("{path}/{}", batch.etag);
        rest.do_it("DELETE", &path, &[], "").await?;
        self.state.done();
        Ok(())
    }
}

impl User for Queues {
    fn run<'a>(&'a mut self, ends: &'a Ends) -> BoxFuture<'a, Broken> {
        async { self.deal(ends).await.err().unwrap_or(Broken) }.boxed()
    }

    fn check(&mut self, kept: &Kept) {
        let mut found = State::default();
        for id in self.ids {
            found.queues.insert(id.to_owned(), Vec::new());
        }
        for message in kept.records("message") {
            let Some(queue) = found.queues.get_mut(message[0].as_str().unwrap()) else {
                continue;
            };
            let name = text(&message[1]["properties"]["system"]["messageId"]);
            let delivered = message[1]["deliveryCount"].as_u64().unwrap();
            queue.push((name, delivered));
        }
        for feedback in kept.records("feedback") {
            let record = &feedback["record"];
            let name = text(&record["originalMessageId"]);
            let is_new = found.feedback.insert((name, text(&record["statusCode"])));
            assert!(is_new, "{record} is there twice");
        }
        self.state.settle(found);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
