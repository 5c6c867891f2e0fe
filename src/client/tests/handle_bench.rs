//! A device behind its async handle, with its driver running on a pool: a clock that is moved by hand
//! and a hub that answers as it is told.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use client::device::{Device, DeviceOptions, Message, SendError};
use client::network::{Link, LinkError, Network};
use futures::channel::mpsc;
use futures::executor::{LocalPool, LocalSpawner};
use futures::task::LocalSpawnExt;
use futures::{FutureExt, StreamExt};
use wire::connection_string::DeviceConnectionString;
use wire::mqtt::mqttrs::{
    Connack, ConnectReturnCode, Packet, Publish, QoS, QosPid, Suback, SubscribeReturnCodes,
};
use wire::mqtt::{Splitter, encode};
use wire::timestamp::Timestamp;

use crate::bench::{START, device, packet_line, pid};

/// A world with one hub, one clock and the record of what the hub got.
pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) sleepers: Vec<(Timestamp, Waker)>,
    pub(crate) hub: Hub,
}

pub(crate) struct Hub {
    pub(crate) answer: ConnectReturnCode,
    pub(crate) acknowledges: bool,
    pub(crate) reachable: bool,
    /// Links break as soon as something else than a CONNECT is sent.
    pub(crate) fragile: bool,
    /// The body of answers to requests for the twin.
    pub(crate) twin: String,
    pub(crate) got: Vec<String>,
    pub(crate) to_device: Option<mpsc::UnboundedSender<Vec<u8>>>,
}

#[derive(Clone)]
pub(crate) struct Shared(pub(crate) Rc<RefCell<World>>);

pub(crate) struct Wire {
    pub(crate) world: Shared,
    pub(crate) from_hub: mpsc::UnboundedReceiver<Vec<u8>>,
    pub(crate) splitter: Splitter,
}

impl Network for Shared {
    type Link = Wire;

    fn now(&self) -> Timestamp {
        self.0.borrow().now
    }

    fn sleep_until(&self, at: Timestamp) -> impl Future<Output = ()> {
        poll_fn(move |context| {
            let mut world = self.0.borrow_mut();
            if world.now >= at {
                return Poll::Ready(());
            }
            world.sleepers.push((at, context.waker().clone()));
            Poll::Pending
        })
    }

    fn random(&self) -> u64 {
        4
    }

    async fn open_link(&self, host: &str) -> Result<Wire, LinkError> {
        let mut world = self.0.borrow_mut();
        world.hub.got.push(format!("open {host}"));
        if !world.hub.reachable {
            return Err(LinkError::new("no route to the hub"));
        }
        let (to_device, from_hub) = mpsc::unbounded();
        world.hub.to_device = Some(to_device);
        Ok(Wire {
            world: self.clone(),
            from_hub,
            splitter: Splitter::new(1 << 20),
        })
    }
}

impl Link for Wire {
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        self.splitter.push(bytes);
        while let Some(frame) = self.splitter.next_frame().unwrap() {
            let mut world = self.world.0.borrow_mut();
            let packet = frame.decode().unwrap();
            if world.hub.fragile && !matches!(packet, Packet::Connect(_)) {
                return Err(LinkError::new("the wire broke"));
            }
            world.hub.take(&packet);
        }
        Ok(())
    }

    async fn receive(&mut self) -> Option<Vec<u8>> {
        self.from_hub.next().await
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.world.0.borrow_mut().hub.got.push("closed".to_owned());
    }
}

impl Hub {
    pub(crate) fn take(&mut self, packet: &Packet<'_>) {
        self.got.push(packet_line(packet));
        match packet {
            Packet::Connect(_) => self.send(&Packet::Connack(Connack {
                session_present: false,
                code: self.answer,
            })),
            Packet::Publish(publish) if publish.topic_name.starts_with("$iothub/twin/") => {
                self.answer_twin(publish.topic_name);
            }
            Packet::Publish(publish) if self.acknowledges => {
                self.send(&Packet::Puback(publish.qospid.pid().unwrap()));
            }
            Packet::Subscribe(subscribe) => self.send(&Packet::Suback(Suback {
                pid: subscribe.pid,
                return_codes: vec![SubscribeReturnCodes::Success(QoS::AtLeastOnce)],
            })),
            _ => {}
        }
    }

    /// Answers a twin request with [`Hub::twin`], a change with version 8.
    fn answer_twin(&self, topic: &str) {
        let (_, id) = topic.split_once("$rid=").unwrap();
        let (id, _) = id.split_once('&').unwrap_or((id, ""));
        if topic.contains("GET") {
            self.publish(
                &format!("$iothub/twin/res/200/?$rid={id}"),
                None,
                &self.twin,
            );
        } else {
            self.publish(
                &format!("$iothub/twin/res/204/?$rid={id}&$version=8"),
                None,
                "",
            );
        }
    }

    /// Publishes to the device: with a packet id at least once, without at most once.
    pub(crate) fn publish(&self, topic: &str, packet_id: Option<u16>, body: &str) {
        self.send(&Packet::Publish(Publish {
            dup: false,
            qospid: packet_id.map_or(QosPid::AtMostOnce, |id| QosPid::AtLeastOnce(pid(id))),
            retain: false,
            topic_name: topic,
            payload: body.as_bytes(),
        }));
    }

    pub(crate) fn send(&self, packet: &Packet<'_>) {
        let to_device = self.to_device.as_ref().unwrap();
        // The device may be gone.
        let _ = to_device.unbounded_send(encode(packet).unwrap());
    }
}

/// A device with its driver running on a pool.
pub(crate) struct Lab {
    pub(crate) pool: LocalPool,
    pub(crate) spawner: LocalSpawner,
    pub(crate) world: Shared,
    pub(crate) device: Device,
}

pub(crate) type Outcome<T> = Rc<RefCell<Option<T>>>;

impl Lab {
    pub(crate) fn new(options: DeviceOptions) -> Self {
        Self::of(device(), options)
    }

    pub(crate) fn of(device: DeviceConnectionString, options: DeviceOptions) -> Self {
        let world = Shared(Rc::new(RefCell::new(World {
            now: START,
            sleepers: Vec::new(),
            hub: Hub {
                answer: ConnectReturnCode::Accepted,
                acknowledges: true,
                reachable: true,
                fragile: false,
                twin: String::new(),
                got: Vec::new(),
                to_device: None,
            },
        })));
        let pool = LocalPool::new();
        let spawner = pool.spawner();
        let (device, driver) = Device::new(device, options, world.clone());
        spawner.spawn_local(driver).unwrap();
        Self {
            pool,
            spawner,
            world,
            device,
        }
    }

    pub(crate) fn connected(options: DeviceOptions) -> Self {
        let mut lab = Self::new(options);
        let device = lab.device.clone();
        assert_eq!(lab.run(async move { device.connect().await }), Some(Ok(())));
        lab.got();
        lab
    }

    /// Starts something and lets everything run until it stalls; its outcome is there or will be.
    pub(crate) fn start<T: 'static>(
        &mut self,
        future: impl Future<Output = T> + 'static,
    ) -> Outcome<T> {
        let outcome = Outcome::default();
        let slot = outcome.clone();
        let task = future.map(move |value| *slot.borrow_mut() = Some(value));
        self.spawner.spawn_local(task).unwrap();
        self.pool.run_until_stalled();
        outcome
    }

    pub(crate) fn run<T: 'static>(
        &mut self,
        future: impl Future<Output = T> + 'static,
    ) -> Option<T> {
        self.start(future).take()
    }

    pub(crate) fn send(&mut self, body: &str) -> Outcome<Result<u32, SendError>> {
        let (device, message) = (self.device.clone(), Message::new(body));
        self.start(async move {
            let receipt = device.send(message).await?;
            Ok(receipt.times_sent)
        })
    }

    /// Moves the clock, stopping whenever somebody wakes up.
    pub(crate) fn wait(&mut self, time: Duration) {
        let end = self.world.now().plus(time);
        loop {
            let mut world = self.world.0.borrow_mut();
            let next = world.sleepers.iter().map(|(at, _)| *at).min();
            world.now = next.unwrap_or(end).clamp(world.now, end);
            let now = world.now;
            let due = world.sleepers.extract_if(.., |(at, _)| *at <= now);
            let due: Vec<_> = due.map(|(_, waker)| waker).collect();
            drop(world);
            let done = due.is_empty();
            due.into_iter().for_each(Waker::wake);
            self.pool.run_until_stalled();
            if done {
                return;
            }
        }
    }

    pub(crate) fn cut(&mut self) {
        self.world.0.borrow_mut().hub.to_device = None;
        self.pool.run_until_stalled();
    }

    pub(crate) fn hub(&mut self, change: impl FnOnce(&mut Hub)) {
        change(&mut self.world.0.borrow_mut().hub);
        self.pool.run_until_stalled();
    }

    pub(crate) fn got(&mut self) -> Vec<String> {
        std::mem::take(&mut self.world.0.borrow_mut().hub.got)
    }
}
