//! Whatever happens, each request about the twin and each answer to a method has one outcome, and what the hub keeps is
//! not acknowledged by itself.

use std::collections::BTreeMap;
use std::time::Duration;

use client::device::{DeviceOptions, MethodRequest, RetryPolicy, SessionEvent, TwinRequestId};
use proptest::prelude::*;
use serde_json::{Map, Value};
use wire::mqtt::Frame;
use wire::mqtt::mqttrs::{ConnectReturnCode, Packet, QoS};

use crate::bench::{Bench, RETRY, SECOND, calm};

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    Get,
    Patch(Option<u64>),
    /// The hub grants or refuses what was subscribed to last.
    Subscribed(bool),
    /// The hub answers the request with this number, if it has it.
    Answer(u64, u16),
    /// The hub calls a method, and the device answers.
    Method,
    /// The hub sends a cloud-to-device message.
    Message(u16),
    Lose,
    Open,
    Accept,
    Wait(u64),
    Connect,
    Disconnect,
}

fn step() -> impl Strategy<Value = Step> {
    let status = prop_oneof![4 => Just(200_u16), 2 => Just(204), 1 => Just(412), 1 => Just(0)];
    prop_oneof![
        4 => Just(Step::Get),
        4 => prop::option::of(0..9_u64).prop_map(Step::Patch),
        6 => prop::bool::weighted(0.8).prop_map(Step::Subscribed),
        6 => (0..20_u64, status).prop_map(|(number, status)| Step::Answer(number, status)),
        3 => Just(Step::Method),
        3 => (1..4_u16).prop_map(Step::Message),
        2 => Just(Step::Lose),
        4 => Just(Step::Open),
        4 => Just(Step::Accept),
        3 => (1..8_000_u64).prop_map(Step::Wait),
        2 => Just(Step::Connect),
        1 => Just(Step::Disconnect),
    ]
}

#[derive(Default)]
struct Ledger {
    asked: Vec<TwinRequestId>,
    outcomes: BTreeMap<TwinRequestId, usize>,
    answered: usize,
    answers: usize,
    last_subscribe: Option<u16>,
}

impl Ledger {
    fn take(&mut self, bench: &mut Bench, step: Step) {
        match step {
            Step::Get => self.asked.push(bench.session.get_twin(bench.now)),
            Step::Patch(version) => {
                let patch = Map::new();
                let id = bench.session.patch_reported(bench.now, &patch, version);
                self.asked.push(id);
            }
            Step::Subscribed(granted) => {
                if let Some(id) = self.last_subscribe.take() {
                    bench.suback(id, granted.then_some(QoS::AtLeastOnce));
                }
            }
            Step::Answer(number, status) => {
                let topic = format!("$iothub/twin/res/{status}/?$rid=t{number}&$version=3");
                let twin = r#"{"desired":{"$version":1},"reported":{"$version":3}}"#;
                bench.deliver(&topic, twin, None);
            }
            Step::Method => bench.deliver("$iothub/methods/POST/m/?$rid=1", "", None),
            Step::Message(id) => {
                bench.deliver("devices/dev1/messages/devicebound/", "", Some(id));
            }
            Step::Lose => bench.lose(),
            Step::Open => bench.open(),
            Step::Accept if bench.session.is_connected() => {}
            Step::Accept => bench.connack(ConnectReturnCode::Accepted, true),
            Step::Wait(millis) => bench.wait(Duration::from_millis(millis)),
            Step::Connect => bench.connect(),
            Step::Disconnect => bench.session.disconnect(bench.now),
        }
        bench.drain();
    }

    /// Reads what the session put out.
    fn read(&mut self, bench: &mut Bench) {
        for packet in bench.packets() {
            match Frame::parse(&packet).unwrap().decode().unwrap() {
                Packet::Connect(_) => self.last_subscribe = None,
                Packet::Subscribe(subscribe) => self.last_subscribe = Some(subscribe.pid.get()),
                Packet::Puback(id) => panic!("nobody has taken message {}", id.get()),
                _ => {}
            }
        }
        for event in bench.events() {
            match event {
                SessionEvent::TwinAnswered(id, _) | SessionEvent::TwinFailed(id, _) => {
                    *self.outcomes.entry(id).or_default() += 1;
                }
                SessionEvent::Sent(..) | SessionEvent::SendFailed(..) => self.answers += 1,
                SessionEvent::Message(message) => {
                    if let Some(method) = MethodRequest::read(*message) {
                        bench.session.respond(bench.now, &method, 200, &Value::Null);
                        bench.drain();
                        self.answered += 1;
                    }
                }
                _ => {}
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_request_and_every_answer_has_exactly_one_outcome(
        retries in prop::bool::ANY,
        seconds in 5..60_u64,
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let mut bench = Bench::new(DeviceOptions {
            retry: if retries { RETRY } else { RetryPolicy::None },
            max_pending: 6,
            message_timeout: Duration::from_secs(seconds),
            keep_alive: Duration::from_secs(seconds),
            token_lifetime: Duration::from_secs(2 * seconds),
            renew_before: SECOND,
            connect_timeout: 5 * SECOND,
            ..calm()
        });
        let mut ledger = Ledger::default();
        bench.connect();
        for step in steps {
            ledger.take(&mut bench, step);
            ledger.read(&mut bench);
        }
        // Nobody helps any more: time alone settles what is left.
        bench.wait(Duration::from_mins(3));
        ledger.read(&mut bench);
        for id in &ledger.asked {
            prop_assert_eq!(ledger.outcomes.get(id), Some(&1), "{:?}", id);
        }
        prop_assert_eq!(ledger.outcomes.len(), ledger.asked.len());
        prop_assert_eq!(ledger.answers, ledger.answered);
    }
}
