//! Whatever happens, each message is acknowledged once, or fails once with a reason.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use client::device::{DeviceOptions, RetryPolicy, SendId, SessionEvent};
use proptest::prelude::*;
use wire::mqtt::Frame;
use wire::mqtt::mqttrs::{ConnectReturnCode, Packet};

use crate::bench::{Bench, RETRY, SECOND, calm};

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    Publish,
    /// The hub acknowledges one of what it has, chosen by the number.
    Acknowledge(usize),
    Lose,
    Open,
    Answer(ConnectReturnCode, bool),
    Wait(u64),
    Connect,
    Disconnect,
}

fn step() -> impl Strategy<Value = Step> {
    let answer = prop_oneof![
        6 => Just(ConnectReturnCode::Accepted),
        1 => Just(ConnectReturnCode::ServerUnavailable),
        1 => Just(ConnectReturnCode::NotAuthorized),
    ];
    prop_oneof![
        6 => Just(Step::Publish),
        6 => any::<usize>().prop_map(Step::Acknowledge),
        2 => Just(Step::Lose),
        4 => Just(Step::Open),
        4 => (answer, any::<bool>()).prop_map(|(code, present)| Step::Answer(code, present)),
        3 => (1..8_000_u64).prop_map(Step::Wait),
        2 => Just(Step::Connect),
        1 => Just(Step::Disconnect),
    ]
}

fn options() -> impl Strategy<Value = DeviceOptions> {
    let retry = prop_oneof![
        Just(RETRY),
        Just(RetryPolicy::None),
        Just(RetryPolicy::Fixed {
            wait: SECOND,
            attempts: Some(2)
        })
    ];
    let shapes = (retry, 1..4_usize, 2..9_usize, 5..60_u64);
    shapes.prop_map(
        |(retry, max_in_flight, max_pending, seconds)| DeviceOptions {
            retry,
            max_in_flight,
            max_pending,
            message_timeout: Duration::from_secs(2 * seconds),
            keep_alive: Duration::from_secs(seconds),
            token_lifetime: Duration::from_secs(3 * seconds),
            renew_before: SECOND,
            connect_timeout: 5 * SECOND,
            ..calm()
        },
    )
}

/// What the hub knows, and what the program was told.
#[derive(Default)]
struct Ledger {
    asked: BTreeMap<SendId, String>,
    outcomes: BTreeMap<SendId, Vec<bool>>,
    /// The messages on this link that the hub has not acknowledged, by packet id.
    on_link: BTreeMap<u16, String>,
    acknowledged: BTreeSet<String>,
    seen: BTreeSet<String>,
}

impl Ledger {
    fn publish(&mut self, bench: &mut Bench) {
        let body = format!("message {}", self.asked.len());
        let id = bench.publish(&body);
        self.asked.insert(id, body);
    }

    fn acknowledge(&mut self, bench: &mut Bench, choice: usize) {
        let ids: Vec<u16> = self.on_link.keys().copied().collect();
        let Some(id) = ids.get(choice % ids.len().max(1)) else {
            return;
        };
        let body = self.on_link.remove(id).unwrap();
        self.acknowledged.insert(body);
        bench.puback(*id);
    }

    /// Reads what the session put out.
    fn read(&mut self, bench: &mut Bench) {
        for packet in bench.packets() {
            let frame = Frame::parse(&packet).unwrap();
            match frame.decode().unwrap() {
                Packet::Connect(_) => self.on_link.clear(),
                Packet::Publish(publish) => {
                    let body = String::from_utf8(publish.payload.to_vec()).unwrap();
                    let id = publish.qospid.pid().unwrap().get();
                    assert_eq!(
                        publish.dup,
                        !self.seen.insert(body.clone()),
                        "DUP says whether {body} was sent before"
                    );
                    let other = self.on_link.insert(id, body);
                    assert_eq!(other, None, "packet id {id} is in flight");
                }
                _ => {}
            }
        }
        for event in bench.events() {
            match event {
                SessionEvent::Sent(id, _) => {
                    let body = self.asked.get(&id).unwrap();
                    assert!(self.acknowledged.contains(body), "{body} was acknowledged");
                    self.outcomes.entry(id).or_default().push(true);
                }
                SessionEvent::SendFailed(id, _) => {
                    self.outcomes.entry(id).or_default().push(false);
                }
                _ => {}
            }
        }
    }

    fn take(&mut self, bench: &mut Bench, step: Step) {
        match step {
            Step::Publish => self.publish(bench),
            Step::Acknowledge(choice) => self.acknowledge(bench, choice),
            Step::Lose => bench.lose(),
            Step::Open => bench.open(),
            // A second CONNACK would be the hub's fault.
            Step::Answer(..) if bench.session.is_connected() => {}
            Step::Answer(code, present) => {
                bench.connack(code, present && code == ConnectReturnCode::Accepted);
            }
            Step::Wait(millis) => bench.wait(Duration::from_millis(millis)),
            Step::Connect => bench.connect(),
            Step::Disconnect => {
                bench.session.disconnect(bench.now);
                bench.drain();
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
    fn every_message_has_exactly_one_outcome(
        options in options(),
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let mut bench = Bench::new(options);
        let mut ledger = Ledger::default();
        bench.connect();
        for step in steps {
            ledger.take(&mut bench, step);
            ledger.read(&mut bench);
        }
        // Nobody helps any more: time alone settles what is left.
        bench.wait(Duration::from_mins(3));
        ledger.read(&mut bench);
        for (id, body) in &ledger.asked {
            let outcomes = ledger.outcomes.get(id).map_or(0, Vec::len);
            prop_assert_eq!(outcomes, 1, "{}", body);
        }
    }

    #[test]
    fn a_patient_session_delivers_everything(
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let mut bench = Bench::new(calm());
        let mut ledger = Ledger::default();
        bench.connect();
        let harmless = steps.into_iter().filter(|step| !matches!(
            step,
            Step::Disconnect | Step::Answer(ConnectReturnCode::NotAuthorized, _)
        ));
        for step in harmless {
            ledger.take(&mut bench, step);
            ledger.read(&mut bench);
        }
        while !bench.session.is_connected() {
            bench.wait(SECOND);
            bench.accept(true);
        }
        ledger.read(&mut bench);
        while !ledger.on_link.is_empty() {
            ledger.acknowledge(&mut bench, 0);
            ledger.read(&mut bench);
        }
        for (id, body) in &ledger.asked {
            prop_assert_eq!(ledger.outcomes.get(id), Some(&vec![true]), "{}", body);
        }
    }
}
