//! Whatever happens to messages: each ends once, its sender is told of it once, and nothing is delivered after its end.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hub::{ConnectionId, CountedDelivery, HubOptions};
use proptest::prelude::*;
use wire::mqtt::mqttrs::QoS;

use crate::bench::{Ask, Bench, HOST, SEED, outcome};
use crate::stores::FailingStore;

const FILTER: &str = "devices/dev1/messages/devicebound/#";
const MESSAGES: &str = "/devices/dev1/messages/devicebound";

#[derive(Clone, Copy, Debug)]
enum Step {
    Send { seconds: Option<u64> },
    Connect { clean: bool },
    Subscribe { at_least_once: bool },
    Unsubscribe,
    Acknowledge { choice: usize },
    AcknowledgeAnything { packet_id: u16 },
    Lose,
    Fetch,
    Complete { choice: usize },
    Reject { choice: usize },
    Abandon { choice: usize },
    Purge,
    Replace,
    Wait { seconds: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let choice = any::<usize>();
    prop_oneof![
        10 => prop::option::of(1..200_u64).prop_map(|seconds| Step::Send { seconds }),
        3 => any::<bool>().prop_map(|clean| Step::Connect { clean }),
        4 => any::<bool>().prop_map(|at_least_once| Step::Subscribe { at_least_once }),
        1 => Just(Step::Unsubscribe),
        8 => choice.prop_map(|choice| Step::Acknowledge { choice }),
        1 => (1..60_u16).prop_map(|packet_id| Step::AcknowledgeAnything { packet_id }),
        2 => Just(Step::Lose),
        4 => Just(Step::Fetch),
        3 => choice.prop_map(|choice| Step::Complete { choice }),
        1 => choice.prop_map(|choice| Step::Reject { choice }),
        3 => choice.prop_map(|choice| Step::Abandon { choice }),
        1 => Just(Step::Purge),
        1 => Just(Step::Replace),
        4 => (0..90_u64).prop_map(|seconds| Step::Wait { seconds }),
    ]
}

/// A hub with `dev1`, and what the world knows of its messages.
struct World {
    bench: Bench,
    store: FailingStore,
    link: Option<ConnectionId>,
    sent: u32,
    /// Messages that were accepted, and nobody was told of their end yet.
    open: BTreeSet<String>,
    /// Messages that ended, as their sender was told.
    told: BTreeMap<String, String>,
    /// Messages that ended as the device or the service was told, and how.
    known: BTreeMap<String, &'static str>,
    /// Messages and packet ids that came on the connection, or the session before it.
    received: Vec<(String, u16)>,
    /// Messages and lock tokens that came over HTTP.
    fetched: Vec<(String, String)>,
}

impl World {
    fn new(counted: CountedDelivery) -> Self {
        let store = FailingStore::default();
        let mut options = HubOptions::new(HOST, SEED);
        options.cloud_to_device.counted = counted;
        options.cloud_to_device.max_delivery_count = 4;
        Self {
            bench: Bench::with_store(options, store.clone()),
            store,
            link: None,
            sent: 0,
            open: BTreeSet::new(),
            told: BTreeMap::new(),
            known: BTreeMap::new(),
            received: Vec::new(),
            fetched: Vec::new(),
        }
    }

    /// Takes a step; if `fails`, nothing can be kept meanwhile.
    fn take(&mut self, step: Step, fails: bool) {
        // What devices and sessions are is kept elsewhere, and has tests of its own.
        let is_of_queues = !matches!(
            step,
            Step::Connect { .. } | Step::Subscribe { .. } | Step::Unsubscribe | Step::Replace
        );
        self.store.fails.set(fails && is_of_queues);
        self.act(step);
        self.store.fails.set(false);
        self.collect();
        self.read_feedback();
        self.check();
    }

    fn act(&mut self, step: Step) {
        match step {
            Step::Send { seconds } => self.send(seconds),
            Step::Connect { clean } => {
                let mut greeting = self.bench.greeting("dev1");
                greeting.clean_session = clean;
                self.collect();
                self.link = Some(self.bench.greet(&greeting));
            }
            Step::Subscribe { at_least_once } => {
                let qos = if at_least_once {
                    QoS::AtLeastOnce
                } else {
                    QoS::AtMostOnce
                };
                if let Some(link) = self.link {
                    self.bench.subscribe(link, &[(FILTER, qos)]);
                }
            }
            Step::Unsubscribe => {
                if let Some(link) = self.link {
                    self.bench.unsubscribe(link, &[FILTER]);
                }
            }
            Step::Acknowledge { choice } if !self.received.is_empty() => {
                let (_, packet_id) = self.received[choice % self.received.len()];
                self.acknowledge(packet_id);
            }
            Step::AcknowledgeAnything { packet_id } => self.acknowledge(packet_id),
            Step::Lose => {
                if let Some(link) = self.link.take() {
                    self.bench.lose(link);
                }
            }
            Step::Fetch => {
                if let Some((id, token)) = self.bench.fetch() {
                    self.delivered(&id);
                    self.fetched.push((id, token));
                }
            }
            Step::Complete { choice } => self.end(choice, "DELETE", "", Some("Success")),
            Step::Reject { choice } => self.end(choice, "DELETE", "?reject", Some("Rejected")),
            Step::Abandon { choice } => self.end(choice, "POST", "/abandon", None),
            Step::Purge => {
                self.bench
                    .ask(&Ask::path("DELETE", "/devices/dev1/commands"));
            }
            Step::Replace => self.replace(),
            Step::Wait { seconds } => self.bench.wait(Duration::from_secs(seconds)),
            Step::Acknowledge { .. } => {}
        }
    }

    fn send(&mut self, seconds: Option<u64>) {
        self.sent += 1;
        let id = format!("m{}", self.sent);
        let mut ask = Ask::send("dev1")
            .body(&id)
            .header("iothub-messageid", &id)
            .header("iothub-ack", "full");
        if let Some(seconds) = seconds {
            let expiry = self.bench.now.plus(Duration::from_secs(seconds)).to_iso();
            ask = ask.header("iothub-expiry", &expiry);
        }
        let answer = self.bench.outcome(&ask);
        match answer.as_str() {
            "204" => _ = self.open.insert(id),
            "500 ServerError" | "403 DeviceMaximumQueueDepthExceeded" => {}
            other => panic!("{other}"),
        }
    }

    fn acknowledge(&mut self, packet_id: u16) {
        if let Some(link) = self.link {
            self.bench.acknowledge(link, packet_id);
        }
    }

    fn end(
        &mut self,
        choice: usize,
        method: &'static str,
        rest: &str,
        known: Option<&'static str>,
    ) {
        if self.fetched.is_empty() {
            return;
        }
        let (id, token) = self.fetched[choice % self.fetched.len()].clone();
        let path = format!("{MESSAGES}/{token}{rest}");
        let answer = self.bench.ask_as("dev1", &Ask::path(method, &path));
        match (outcome(&answer).as_str(), known) {
            ("204", Some(known)) => {
                let former = self.known.insert(id, known);
                assert_eq!(former, None, "ended twice");
            }
            ("204", None) | ("500 ServerError" | "412 DeviceMessageLockLost", _) => {}
            (other, _) => panic!("{other}"),
        }
    }

    /// Deletes the device, and creates it anew.
    fn replace(&mut self) {
        self.bench.delete("dev1");
        self.bench.register("dev1");
        self.link = None;
        self.open.clear();
        self.received.clear();
        self.fetched.clear();
    }

    /// Looks at what came on the connection.
    fn collect(&mut self) {
        let Some(link) = self.link else {
            return;
        };
        for delivery in self.bench.deliveries(link) {
            let id = delivery.body;
            self.delivered(&id);
            let Some(packet_id) = delivery.packet_id else {
                assert!(!delivery.dup);
                let former = self.known.insert(id, "Success");
                assert_eq!(former, None, "sent at QoS 0, and again");
                continue;
            };
            let before = self.received.iter().find(|(other, _)| *other == id);
            if let Some((_, former)) = before {
                assert_eq!(*former, packet_id, "the packet id of {id} changed");
            }
            assert_eq!(delivery.dup, before.is_some(), "{id}");
            self.received.push((id, packet_id));
        }
        if self.bench.reason(link).is_some() {
            self.link = None;
        }
    }

    fn delivered(&self, id: &str) {
        assert!(self.open.contains(id), "{id} was delivered after its end");
        assert!(
            !self.known.contains_key(id),
            "{id} was delivered after its end"
        );
    }

    fn read_feedback(&mut self) {
        while let Some((records, token)) = self.bench.fetch_feedback() {
            for record in records.as_array().unwrap() {
                let of = |name: &str| record[name].as_str().unwrap().to_owned();
                let id = of("originalMessageId");
                assert!(
                    self.open.remove(&id),
                    "{id} was told of twice, or is not there"
                );
                self.told.insert(id, of("statusCode"));
            }
            let path = format!("/messages/serviceBound/feedback/{token}");
            let answer = self.bench.outcome(&Ask::path("DELETE", &path));
            assert_eq!(answer, "204");
        }
    }

    /// What must be true at any time.
    fn check(&self) {
        let pending = usize::try_from(self.bench.pending("dev1")).unwrap();
        assert!(pending <= 50);
        assert!(pending <= self.open.len());
        for (id, outcome) in &self.told {
            if let Some(known) = self.known.get(id) {
                assert_eq!(outcome, known, "{id}");
            }
        }
    }
}

fn counted() -> impl Strategy<Value = CountedDelivery> {
    prop::sample::select(vec![CountedDelivery::Abandoned, CountedDelivery::Every])
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_story_ends_well(
        counted in counted(),
        steps in prop::collection::vec((step(), prop::bool::weighted(0.15)), 0..80),
    ) {
        let mut world = World::new(counted);
        for (step, fails) in &steps {
            world.take(*step, *fails);
        }
        world.take(Step::Lose, false);
        // No message lives for longer than an hour and a lock; then its sender is told.
        for _ in 0..70 {
            world.take(Step::Wait { seconds: 60 }, false);
        }
        prop_assert_eq!(world.bench.pending("dev1"), 0);
        prop_assert!(world.open.is_empty(), "nobody was told of {:?}", world.open);
        world.bench.wait(Duration::from_hours(2));
        prop_assert_eq!(world.bench.hub.next_deadline(), None);
    }
}
