//! What happens in a schedule, and what must be true at its end.

use std::time::Duration;

use wire::mqtt::mqttrs::{Packet, QoS};

use crate::device::{Filter, Published};
use crate::model::Fate;
use crate::world::{Seen, World};

impl World {
    /// Up to that many random steps.
    pub(crate) fn run(&mut self, steps: usize) {
        for _ in 0..steps {
            self.step();
            self.collect_calls();
        }
    }

    fn step(&mut self) {
        let index = self.rng_index(self.devices.len());
        let index = usize::try_from(index).unwrap();
        match self.below(100) {
            0..8 => {
                let clean = self.one_in(6);
                self.connect(index, clean);
            }
            8..20 => {
                let filter = self.pick(&Filter::ALL);
                let qos = match filter {
                    Filter::Messages if self.one_in(4) => QoS::AtMostOnce,
                    _ => QoS::AtLeastOnce,
                };
                self.subscribe(index, filter, qos);
            }
            20..23 => {
                if let Some(link) = self.devices[index].link {
                    self.lose_device(index, link);
                }
            }
            23..25 => {
                if let Some(link) = self.devices[index].link {
                    self.send(link, &Packet::Disconnect);
                }
            }
            25..32 => self.send_telemetry(index),
            32..44 => self.send_to_device(index),
            44 => {
                for _ in 0..self.below(60) {
                    self.send_to_device(index);
                }
            }
            45..56 => self.acknowledge(index),
            56 => self.purge(index),
            57..62 => self.read_feedback(),
            62..68 => self.patch_twin(index),
            68..74 => self.patch_reported(index),
            74..77 => self.get_twin(index),
            77..79 => self.compare_twin(index),
            79..81 => self.count_messages(index),
            81..86 => self.invoke(index),
            86..90 => self.answer_method(index),
            90..94 => {
                let time = Duration::from_millis(self.below(20_000));
                self.wait(time);
            }
            94 => {
                let time = Duration::from_secs(self.below(4_000));
                self.wait(time);
            }
            95 => {
                let time = Duration::from_secs(self.below(4_000));
                self.jump(time);
            }
            96 => {
                self.seen.store_failures += 1;
                self.journal.set_failing(true);
            }
            97 | 98 => {
                self.journal.set_failing(false);
                // What time could not do without a store is tried again after a second.
                self.wait(Duration::from_secs(1));
            }
            _ => {
                self.seen.restarts += 1;
                self.journal.set_failing(false);
                self.start_anew();
            }
        }
    }

    fn lose_device(&mut self, index: usize, link: hub::ConnectionId) {
        self.devices[index].link_lost();
        self.models[index].unlock(self.now);
        self.lose(link);
    }

    fn send_telemetry(&mut self, index: usize) {
        let body = format!("t{}", self.number());
        let topic = format!("devices/{}/messages/events/", self.devices[index].name);
        let published = Published::Telemetry(body.clone());
        self.publish(index, &topic, body.as_bytes(), Some(published));
    }

    /// Lets all come to its end, and compares everything that was promised with everything that is there.
    pub(crate) fn end(mut self) -> Seen {
        self.journal.set_failing(false);
        self.start_anew();
        // What failed for lack of a store is tried again after a second.
        self.wait(Duration::from_secs(2));
        for index in 0..self.devices.len() {
            self.connect(index, false);
            self.subscribe(index, Filter::Messages, QoS::AtLeastOnce);
            while !self.devices[index].received.is_empty() {
                self.acknowledge(index);
            }
        }
        self.wait(Duration::from_secs(400));
        self.collect_calls();
        self.read_all_feedback();
        for index in 0..self.devices.len() {
            self.compare_twin(index);
            self.count_messages(index);
            let events = self.events(self.devices[index].name);
            let mut rest = events.iter();
            for body in &self.models[index].telemetry {
                assert!(
                    rest.any(|event| event == body),
                    "{body} was acknowledged, and is lost"
                );
            }
            for message in &self.models[index].messages {
                assert_ne!(message.fate, Fate::Waiting, "{message:?} never came");
                if message.fate == Fate::Expired {
                    self.seen.expired += 1;
                }
            }
        }
        let expected = self.models.iter().flat_map(|model| model.feedback());
        let expected: std::collections::BTreeMap<_, _> = expected
            .map(|(id, outcome)| (id, outcome.to_owned()))
            .collect();
        assert_eq!(self.feedback.read, expected, "feedback");
        self.seen
    }

    fn read_all_feedback(&mut self) {
        self.wait(Duration::from_secs(90));
        for _ in 0..1_000 {
            self.read_feedback();
            if self.feedback.is_idle() {
                break;
            }
        }
    }
}
