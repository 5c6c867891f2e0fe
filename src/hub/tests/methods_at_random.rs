//! Whatever happens: each call is answered once, in time, and with nobody's answer but its own.

use std::collections::BTreeMap;
use std::time::Duration;

use hub::{ConnectionId, RequestId};
use proptest::prelude::*;
use serde_json::json;
use wire::mqtt::mqttrs::QoS;
use wire::timestamp::Timestamp;

use crate::bench::{Ask, Bench, Greeting, MethodRequest, json as body_of, outcome};
use crate::methods::FILTER;

const DEVICES: [&str; 2] = ["dev1", "dev2"];

#[derive(Clone, Debug)]
enum Step {
    Call {
        device: usize,
        connect: u64,
        response: u64,
    },
    Connect {
        device: usize,
        clean: bool,
    },
    Subscribe(usize),
    Unsubscribe(usize),
    Lose(usize),
    /// Somebody answers a call that came in, perhaps once more, and perhaps on another's connection.
    Answer {
        by: usize,
        call: usize,
    },
    Wait(u64),
    Disable(usize),
    Delete(usize),
    Register(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let device = 0..DEVICES.len();
    prop_oneof![
        8 => (device.clone(), 0..20_u64, 20..40_u64)
            .prop_map(|(device, connect, response)| Step::Call { device, connect, response }),
        4 => (device.clone(), any::<bool>())
            .prop_map(|(device, clean)| Step::Connect { device, clean }),
        5 => device.clone().prop_map(Step::Subscribe),
        1 => device.clone().prop_map(Step::Unsubscribe),
        2 => device.clone().prop_map(Step::Lose),
        8 => (device.clone(), any::<usize>()).prop_map(|(by, call)| Step::Answer { by, call }),
        4 => (0..30_000_u64).prop_map(Step::Wait),
        1 => device.clone().prop_map(Step::Disable),
        1 => device.clone().prop_map(Step::Delete),
        2 => device.prop_map(Step::Register),
    ]
}

struct World {
    bench: Bench,
    /// The newest connection of each device.
    links: [Option<ConnectionId>; 2],
    /// What came in, and for whom.
    came: Vec<(usize, MethodRequest)>,
    /// The calls that wait, by their number: the request, and when it must be answered at the latest.
    waiting: BTreeMap<u64, (RequestId, Timestamp)>,
    /// The answers that the devices gave to their own calls, by number.
    given: BTreeMap<u64, Vec<usize>>,
    called: u64,
    answered: usize,
}

impl World {
    fn new() -> Self {
        Self {
            bench: Bench::new(),
            links: [None; 2],
            came: Vec::new(),
            waiting: BTreeMap::new(),
            given: BTreeMap::new(),
            called: 0,
            answered: 0,
        }
    }

    fn live(&self, device: usize) -> Option<ConnectionId> {
        let link = self.links[device];
        link.filter(|link| self.bench.reason(*link).is_none())
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Call {
                device,
                connect,
                response,
            } => self.call(device, connect, response),
            Step::Connect { device, clean } => self.connect(device, clean),
            Step::Subscribe(device) => {
                if let Some(link) = self.live(device) {
                    self.bench.subscribe(link, &[(FILTER, QoS::AtLeastOnce)]);
                }
            }
            Step::Unsubscribe(device) => {
                if let Some(link) = self.live(device) {
                    self.bench.unsubscribe(link, &[FILTER]);
                }
            }
            Step::Lose(device) => {
                if let Some(link) = self.live(device) {
                    self.bench.lose(link);
                    self.links[device] = None;
                }
            }
            Step::Answer { by, call } => self.answer(by, call),
            Step::Wait(millis) => self.bench.wait(Duration::from_millis(millis)),
            Step::Disable(device) => self.change(device, Bench::disable),
            Step::Delete(device) => self.change(device, Bench::delete),
            Step::Register(device) => {
                self.bench.ask(&Ask::put(DEVICES[device]));
            }
        }
        self.collect();
    }

    fn call(&mut self, device: usize, connect: u64, response: u64) {
        let number = self.called;
        self.called += 1;
        let body = json!({
            "methodName": "m",
            "payload": number,
            "connectTimeoutInSeconds": connect,
            "responseTimeoutInSeconds": response,
        });
        let ask = Ask::method(DEVICES[device], &body.to_string());
        let id = self.bench.start(&ask);
        let latest = Duration::from_secs(connect + response);
        let latest = self.bench.now.plus(latest);
        self.waiting.insert(number, (id, latest));
    }

    fn connect(&mut self, device: usize, clean: bool) {
        if self.bench.hub.device(DEVICES[device]).is_none() {
            return;
        }
        let greeting = Greeting {
            clean_session: clean,
            ..self.bench.greeting(DEVICES[device])
        };
        self.links[device] = Some(self.bench.greet(&greeting));
    }

    fn answer(&mut self, by: usize, call: usize) {
        let (Some(link), false) = (self.live(by), self.came.is_empty()) else {
            return;
        };
        let (to, request) = &self.came[call % self.came.len()];
        if *to == by {
            let number = request.payload.parse().unwrap();
            self.given.entry(number).or_default().push(call);
        }
        let topic = format!("$iothub/methods/res/{by}/?$rid={}", request.request_id);
        let body = call.to_string();
        self.bench.publish(link, &topic, body.as_bytes(), None);
    }

    fn change(&mut self, device: usize, change: fn(&mut Bench, &str)) {
        if self.bench.hub.device(DEVICES[device]).is_some() {
            change(&mut self.bench, DEVICES[device]);
        }
    }

    /// Reads what came of it all so far.
    fn collect(&mut self) {
        for (device, link) in self.links.into_iter().enumerate() {
            let calls = link.map(|link| self.bench.calls(link)).unwrap_or_default();
            self.came.extend(calls.into_iter().map(|it| (device, it)));
        }
        let (waiting, now) = (std::mem::take(&mut self.waiting), self.bench.now);
        for (number, (id, latest)) in waiting {
            let Some(answer) = self.bench.answer(id) else {
                assert!(now < latest, "call {number} waits for ever");
                self.waiting.insert(number, (id, latest));
                continue;
            };
            self.answered += 1;
            match outcome(&answer).as_str() {
                "200" => {
                    let payload = &body_of(&answer)["payload"];
                    let given = self.given.get(&number).expect("its own answer");
                    assert_eq!(*payload, given[0], "the first of its answers");
                }
                "404 DeviceNotOnline"
                | "404 DeviceNotFound"
                | "504 GatewayTimeout"
                | "403 DeviceMaximumInflightMethodExceeded" => {}
                other => panic!("{other}"),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn each_call_is_answered_once(steps in prop::collection::vec(step(), 0..80)) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
        }
        world.take(&Step::Wait(60_000));
        prop_assert!(world.waiting.is_empty());
        prop_assert_eq!(world.answered as u64, world.called);
        let mut ids: Vec<_> = world.came.iter().map(|(_, it)| &it.request_id).collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), count, "no id twice, and no call sent twice");
    }
}
