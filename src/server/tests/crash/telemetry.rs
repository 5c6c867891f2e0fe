//! A device that sends telemetry with several messages under way.

use std::collections::{BTreeMap, VecDeque};

use futures::{FutureExt as _, future::BoxFuture};
use wire::{
    event::Event,
    mqtt::mqttrs::{Packet, Pid, Publish, QosPid},
};

use crate::{
    Dice, User, below,
    kept::Kept,
    wire_ends::{Broken, Ends},
};

pub(crate) struct Telemetry {
    id: String,
    dice: Dice,
    next: u64,
    /// The numbers of messages that are known to have been taken, in earlier lives of the hub.
    taken: Vec<u64>,
    /// The numbers of messages that were sent in this life, and how many of them were acknowledged.
    sent: Vec<u64>,
    acknowledged: usize,
    /// The events that were seen before, by sequence number. They never change.
    seen: BTreeMap<u64, Event>,
}

impl Telemetry {
    pub(crate) fn new(id: String, dice: Dice) -> Self {
        Self {
            id,
            dice,
            next: 0,
            taken: Vec::new(),
            sent: Vec::new(),
            acknowledged: 0,
            seen: BTreeMap::new(),
        }
    }

    async fn send(&mut self, ends: &Ends) -> Result<(), Broken> {
        let mut mqtt = ends.mqtt(&self.id).await?;
        let topic = format!("devices/{}/messages/events/k=v", self.id);
        let mut under_way = VecDeque::new();
        let mut pid = Pid::new();
        loop {
            let window = 1 + below(&mut self.dice, 16);
            while (under_way.len() as u64) < window {
                let body = self.body();
                self.sent.push(self.next);
                self.next += 1;
                under_way.push_back(pid);
                let publish = Publish {
                    dup: false,
                    qospid: QosPid::AtLeastOnce(pid),
                    retain: false,
                    topic_name: &topic,
                    payload: body.as_bytes(),
                };
                mqtt.send(&Packet::Publish(publish)).await?;
                pid = pid + 1;
            }
            let frame = mqtt.next().await?;
            let Ok(Packet::Puback(pid)) = frame.decode() else {
                panic!("expected a PUBACK, got {}", frame.name());
            };
            assert_eq!(under_way.pop_front(), Some(pid));
            self.acknowledged += 1;
            ends.acknowledged.notify_one();
        }
    }

    /// The number of the message, and of some a long tail.
    fn body(&mut self) -> String {
        let tail = match below(&mut self.dice, 50) {
            0 => below(&mut self.dice, 60_000),
            _ => below(&mut self.dice, 200),
        };
        format!(
            "{} {}",
            self.next,
            "x".repeat(usize::try_from(tail).unwrap())
        )
    }

    fn own<'a>(&self, kept: &'a Kept) -> Option<(bool, Vec<&'a Event>)> {
        kept.partitions().iter().find_map(|partition| {
            let own = partition.events.iter().filter(|it| it.device_id == self.id);
            let own: Vec<_> = own.collect();
            (!own.is_empty()).then_some((partition.first_number > 0, own))
        })
    }
}

impl User for Telemetry {
    fn run<'a>(&'a mut self, ends: &'a Ends) -> BoxFuture<'a, Broken> {
        let sent = async { self.send(ends).await.err().unwrap_or(Broken) };
        sent.boxed()
    }

    fn check(&mut self, kept: &Kept) {
        let id = &self.id;
        let (has_forgotten, events) = self.own(kept).unwrap_or_default();
        let found: Vec<u64> = events.iter().map(|it| number(it)).collect();
        let known = self.taken.len();
        let mut all = std::mem::take(&mut self.taken);
        all.append(&mut self.sent);
        // What is there is a piece of all that was sent, in order, each once.
        let start = found.first().map_or(all.len(), |first| {
            all.iter().position(|it| it == first).expect("it was sent")
        });
        let end = start + found.len();
        assert_eq!(
            all.get(start..end),
            Some(&found[..]),
            "{id}: sent, and what is there"
        );
        if found.is_empty() {
            assert_eq!((known, self.acknowledged), (0, 0), "{id}: all is gone");
            all.clear();
        } else {
            assert!(
                end >= known + self.acknowledged,
                "{id}: {end} of {known} and {}",
                self.acknowledged
            );
            assert!(
                start == 0 || has_forgotten,
                "{id}: the first {start} are gone"
            );
            all.truncate(end);
        }
        self.taken = all;
        self.acknowledged = 0;
        for event in &events {
            if let Some(seen) = self.seen.get(&event.sequence_number) {
                assert_eq!(seen, *event);
            }
        }
        let events = events.into_iter().cloned();
        self.seen = events.map(|it| (it.sequence_number, it)).collect();
    }
}

fn number(event: &Event) -> u64 {
    let text = std::str::from_utf8(&event.body).unwrap();
    text.split_once(' ').unwrap().0.parse().unwrap()
}
