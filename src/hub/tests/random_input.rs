//! Whatever comes in: no panic, no word on a closed link, and one event for each message that was
//! acknowledged.

use std::collections::BTreeMap;
use std::time::Duration;

use hub::ConnectionId;
use proptest::prelude::*;
use wire::mqtt::mqttrs::QoS;
use wire::rest::ConnectionState;

use crate::bench::{Ask, Bench, TOPIC};

const DEVICES: [&str; 2] = ["dev1", "dev2"];

/// One thing that happens. Links are chosen by a number among those ever opened.
#[derive(Clone, Debug)]
enum Step {
    Open,
    Connect {
        device: usize,
        clean: bool,
        will: bool,
        keep_alive: u16,
    },
    Greet {
        link: usize,
        device: usize,
    },
    Publish {
        link: usize,
        device: usize,
        packet_id: Option<u16>,
    },
    Subscribe {
        link: usize,
        filter: &'static str,
    },
    Bytes {
        link: usize,
        bytes: Vec<u8>,
    },
    Lose {
        link: usize,
    },
    Wait(u64),
    Disable(usize),
    Replace(usize),
    Delete(usize),
    Register(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let (link, device) = (any::<usize>(), 0..DEVICES.len());
    let connect = (device.clone(), any::<bool>(), any::<bool>(), 0..100_u16);
    let filters = prop::sample::select(vec![
        "devices/dev1/messages/devicebound/#",
        "$iothub/methods/POST/#",
        "$iothub/twin/res/#",
        "#",
    ]);
    let packets = prop::sample::select(vec![
        vec![0xC0, 0],
        vec![0xE0, 0],
        vec![0x40, 2, 0, 1],
        vec![0x20, 2, 0, 0],
        vec![0x62, 2, 0, 1],
    ]);
    let bytes = prop_oneof![packets, prop::collection::vec(any::<u8>(), 0..40)];
    prop_oneof![
        2 => Just(Step::Open),
        6 => connect.prop_map(|(device, clean, will, keep_alive)| {
            Step::Connect { device, clean, will, keep_alive }
        }),
        1 => (link, device.clone()).prop_map(|(link, device)| Step::Greet { link, device }),
        12 => (link, device.clone(), prop::option::of(1..=u16::MAX))
            .prop_map(|(link, device, packet_id)| Step::Publish { link, device, packet_id }),
        2 => (link, filters).prop_map(|(link, filter)| Step::Subscribe { link, filter }),
        2 => (link, bytes).prop_map(|(link, bytes)| Step::Bytes { link, bytes }),
        2 => link.prop_map(|link| Step::Lose { link }),
        3 => (0..120_000_u64).prop_map(Step::Wait),
        1 => device.clone().prop_map(Step::Disable),
        1 => device.clone().prop_map(Step::Replace),
        1 => device.clone().prop_map(Step::Delete),
        2 => device.prop_map(Step::Register),
    ]
}

/// A hub, and what the world around it knows.
struct World {
    bench: Bench,
    links: Vec<ConnectionId>,
    published: u32,
    /// By body, whether the message was acknowledged.
    outcomes: BTreeMap<String, bool>,
}

impl World {
    fn new() -> Self {
        Self {
            bench: Bench::new(),
            links: Vec::new(),
            published: 0,
            outcomes: BTreeMap::new(),
        }
    }

    fn link(&mut self, choice: usize) -> ConnectionId {
        if self.links.is_empty() {
            let link = self.bench.open();
            self.links.push(link);
        }
        self.links[choice % self.links.len()]
    }

    fn is_registered(&self, device: usize) -> bool {
        self.bench.hub.device(DEVICES[device]).is_some()
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Open => {
                let link = self.bench.open();
                self.links.push(link);
            }
            Step::Connect {
                device,
                clean,
                will,
                keep_alive,
            } if self.is_registered(*device) => {
                let id = DEVICES[*device];
                let mut greeting = self.bench.greeting(id);
                greeting.clean_session = *clean;
                greeting.keep_alive = *keep_alive;
                if *will {
                    let topic = format!("devices/{id}/messages/events/");
                    greeting = greeting.with_will(&topic, "will");
                }
                let link = self.bench.greet(&greeting);
                self.links.push(link);
            }
            Step::Greet { link, device } if self.is_registered(*device) => {
                let greeting = self.bench.greeting(DEVICES[*device]);
                let link = self.link(*link);
                self.bench.bytes(link, &greeting.bytes());
            }
            Step::Publish {
                link,
                device,
                packet_id,
            } => self.publish(*link, *device, *packet_id),
            Step::Subscribe { link, filter } => {
                let link = self.link(*link);
                self.bench.subscribe(link, &[(filter, QoS::AtLeastOnce)]);
            }
            Step::Bytes { link, bytes } => {
                let link = self.link(*link);
                self.bench.bytes(link, bytes);
            }
            Step::Lose { link } => {
                let link = self.link(*link);
                self.bench.lose(link);
            }
            Step::Wait(millis) => self.bench.wait(Duration::from_millis(*millis)),
            Step::Disable(device) if self.is_registered(*device) => {
                self.bench.disable(DEVICES[*device]);
            }
            Step::Replace(device) if self.is_registered(*device) => {
                let ask = Ask::put(DEVICES[*device]).if_match("*");
                self.bench.ask(&ask);
            }
            Step::Delete(device) if self.is_registered(*device) => {
                self.bench.delete(DEVICES[*device]);
            }
            Step::Register(device) if !self.is_registered(*device) => {
                self.bench.register(DEVICES[*device]);
            }
            _ => {}
        }
    }

    fn publish(&mut self, link: usize, device: usize, packet_id: Option<u16>) {
        let link = self.link(link);
        let topic = format!("devices/{}/messages/events/", DEVICES[device]);
        let body = format!("message {}", self.published);
        self.published += 1;
        self.bench.said(link);
        self.bench.publish(link, &topic, body.as_bytes(), packet_id);
        let said = self.bench.said(link);
        if let Some(packet_id) = packet_id {
            let answer = format!("PUBACK {packet_id}");
            let answers = said.iter().filter(|line| **line == answer).count();
            // A half packet from before may have swallowed this one.
            assert!(answers <= 1, "{said:?}");
            self.outcomes.insert(body, answers == 1);
        }
    }

    /// What must be true at any time.
    fn check(&self) {
        let kept = self.bench.events();
        for (body, acknowledged) in &self.outcomes {
            let times = kept.iter().filter(|event| event.body == body.as_bytes());
            assert_eq!(times.count(), usize::from(*acknowledged), "{body}");
        }
        for (partition, id) in (0..).zip(DEVICES) {
            let of_device = kept.iter().filter(|event| event.device_id == id);
            let numbers = of_device.map(|event| (event.partition, event.sequence_number));
            let expected = (0..).map(|number| (partition, number));
            assert!(
                numbers
                    .zip(expected)
                    .all(|(found, expected)| found == expected)
            );
        }
    }

    fn connected(&self) -> usize {
        let devices = self.bench.hub.devices();
        devices
            .filter(|device| device.connection_state == ConnectionState::Connected)
            .count()
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_story_ends_well(steps in prop::collection::vec(step(), 0..80)) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
        }
        world.check();
        // Time ends all connections.
        world.bench.wait(Duration::from_hours(1));
        prop_assert_eq!(world.connected(), 0);
        for link in world.links.clone() {
            world.bench.said(link);
            world.bench.bytes(link, &[0xC0, 0]);
            prop_assert!(world.bench.said(link).is_empty());
        }
        world.bench.wait(Duration::from_hours(48));
        prop_assert_eq!(world.bench.hub.next_deadline(), None);
        prop_assert!(world.bench.events().is_empty());
    }

    #[test]
    fn the_same_story_twice_is_the_same(steps in prop::collection::vec(step(), 0..40)) {
        let [first, second] = [(); 2].map(|()| {
            let mut world = World::new();
            for step in &steps {
                world.take(step);
            }
            (world.bench.transcript, world.published)
        });
        prop_assert_eq!(first, second);
    }

    #[test]
    fn noise_is_survived(
        noise in prop::collection::vec(any::<u8>(), 0..300),
        cut in 1..50_usize,
    ) {
        let mut bench = Bench::new();
        for link in [bench.open(), bench.connect("dev1")] {
            for chunk in noise.chunks(cut) {
                bench.bytes(link, chunk);
            }
        }
    }

    #[test]
    fn spoiled_packets_are_survived(
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        qos in 0..3_u8,
    ) {
        let mut bench = Bench::new();
        let mut greeting = bench.greeting("dev1").with_will(TOPIC, "gone").bytes();
        *place.get_mut(&mut greeting) = byte;
        let link = bench.open();
        bench.bytes(link, &greeting);

        let link = bench.connect("dev2");
        let topic = b"devices/dev2/messages/events/%24.ct=a&b=c";
        let mut publish = vec![0x30 | qos << 1, 0, 0, u8::try_from(topic.len()).unwrap()];
        publish.extend(topic);
        publish.extend([0, 1]);
        publish[1] = u8::try_from(publish.len() - 2).unwrap();
        *place.get_mut(&mut publish) = byte;
        bench.bytes(link, &publish);
    }

    #[test]
    fn any_request_is_answered(
        method in prop::sample::select(vec!["GET", "PUT", "DELETE", "POST", "PATCH"]),
        path in "/[a-z/%0-9?&=#.+-]{0,40}",
        body in prop::collection::vec(any::<u8>(), 0..60),
        if_match in prop::option::of("[ -~]{0,20}"),
    ) {
        let mut bench = Bench::new();
        for target in [path.clone(), format!("/devices{path}"), format!("{path}?api-version=2021-04-12")] {
            if target.parse::<http::Uri>().is_err() {
                continue;
            }
            let mut ask = Ask::raw(method, &target).body(&String::from_utf8_lossy(&body));
            if let Some(value) = &if_match {
                ask = ask.if_match(value);
            }
            let answer = bench.ask(&ask);
            prop_assert!(answer.headers().contains_key("x-ms-request-id"));
        }
    }
}
