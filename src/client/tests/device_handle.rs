//! The async handle, on a clock that the test moves.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use client::device::{
    ConnectError, Device, DeviceOptions, DisconnectReason, Message, RetryPolicy, SendError,
    SessionEvent, SubscribeError,
};
use client::network::{Link, LinkError, Network};
use futures::channel::mpsc;
use futures::executor::{LocalPool, LocalSpawner};
use futures::task::LocalSpawnExt;
use futures::{FutureExt, Stream, StreamExt};
use wire::mqtt::mqttrs::{
    Connack, ConnectReturnCode, Packet, Publish, QoS, QosPid, Suback, SubscribeReturnCodes,
};
use wire::mqtt::{Splitter, encode};
use wire::timestamp::Timestamp;
use wire::topic::TopicFilter;

use crate::bench::{SECOND, START, calm, device, packet_line, pid};

/// A world with one hub, one clock and the record of what the hub got.
struct World {
    now: Timestamp,
    sleepers: Vec<(Timestamp, Waker)>,
    hub: Hub,
}

struct Hub {
    answer: ConnectReturnCode,
    acknowledges: bool,
    reachable: bool,
    /// Links break as soon as something else than a CONNECT is sent.
    fragile: bool,
    got: Vec<String>,
    to_device: Option<mpsc::UnboundedSender<Vec<u8>>>,
}

#[derive(Clone)]
struct Shared(Rc<RefCell<World>>);

struct Wire {
    world: Shared,
    from_hub: mpsc::UnboundedReceiver<Vec<u8>>,
    splitter: Splitter,
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
    fn take(&mut self, packet: &Packet<'_>) {
        self.got.push(packet_line(packet));
        match packet {
            Packet::Connect(_) => self.send(&Packet::Connack(Connack {
                session_present: false,
                code: self.answer,
            })),
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

    fn send(&self, packet: &Packet<'_>) {
        let to_device = self.to_device.as_ref().unwrap();
        // The device may be gone.
        let _ = to_device.unbounded_send(encode(packet).unwrap());
    }
}

/// A device with its driver running on a pool.
struct Lab {
    pool: LocalPool,
    spawner: LocalSpawner,
    world: Shared,
    device: Device,
}

type Outcome<T> = Rc<RefCell<Option<T>>>;

impl Lab {
    fn new(options: DeviceOptions) -> Self {
        let world = Shared(Rc::new(RefCell::new(World {
            now: START,
            sleepers: Vec::new(),
            hub: Hub {
                answer: ConnectReturnCode::Accepted,
                acknowledges: true,
                reachable: true,
                fragile: false,
                got: Vec::new(),
                to_device: None,
            },
        })));
        let pool = LocalPool::new();
        let spawner = pool.spawner();
        let (device, driver) = Device::new(device(), options, world.clone());
        spawner.spawn_local(driver).unwrap();
        Self {
            pool,
            spawner,
            world,
            device,
        }
    }

    fn connected(options: DeviceOptions) -> Self {
        let mut lab = Self::new(options);
        let device = lab.device.clone();
        assert_eq!(lab.run(async move { device.connect().await }), Some(Ok(())));
        lab.got();
        lab
    }

    /// Starts something and lets everything run until it stalls; its outcome is there or will be.
    fn start<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> Outcome<T> {
        let outcome = Outcome::default();
        let slot = outcome.clone();
        let task = future.map(move |value| *slot.borrow_mut() = Some(value));
        self.spawner.spawn_local(task).unwrap();
        self.pool.run_until_stalled();
        outcome
    }

    fn run<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> Option<T> {
        self.start(future).take()
    }

    fn send(&mut self, body: &str) -> Outcome<Result<u32, SendError>> {
        let (device, message) = (self.device.clone(), Message::new(body));
        self.start(async move {
            let receipt = device.send(message).await?;
            Ok(receipt.times_sent)
        })
    }

    /// Moves the clock, stopping whenever somebody wakes up.
    fn wait(&mut self, time: Duration) {
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

    fn cut(&mut self) {
        self.world.0.borrow_mut().hub.to_device = None;
        self.pool.run_until_stalled();
    }

    fn hub(&mut self, change: impl FnOnce(&mut Hub)) {
        change(&mut self.world.0.borrow_mut().hub);
        self.pool.run_until_stalled();
    }

    fn got(&mut self) -> Vec<String> {
        std::mem::take(&mut self.world.0.borrow_mut().hub.got)
    }
}

fn no_retries() -> DeviceOptions {
    DeviceOptions {
        retry: RetryPolicy::None,
        ..calm()
    }
}

#[test]
fn a_program_connects_sends_and_disconnects() {
    let mut lab = Lab::new(calm());
    let device = lab.device.clone();
    let outcome = lab.run(async move {
        device.connect().await.unwrap();
        let message = Message::new("hello").with_message_id("m1");
        let receipt = device.send(message).await.unwrap();
        device.disconnect().await;
        receipt
    });
    let receipt = outcome.unwrap();
    assert_eq!(receipt.message_id.as_deref(), Some("m1"));
    assert_eq!((receipt.took, receipt.times_sent), (Duration::ZERO, 1));
    assert_eq!(
        lab.got(),
        [
            "open contoso.azure-devices.net",
            "CONNECT",
            "PUBLISH #1 hello",
            "DISCONNECT",
            "closed"
        ]
    );
}

#[test]
fn a_refusal_reaches_the_program() {
    let mut lab = Lab::new(calm());
    lab.hub(|hub| hub.answer = ConnectReturnCode::NotAuthorized);
    let device = lab.device.clone();
    let refused = ConnectError::Refused(ConnectReturnCode::NotAuthorized);
    assert_eq!(
        lab.run(async move { device.connect().await }),
        Some(Err(refused))
    );
    assert_eq!(lab.got().last().unwrap(), "closed");
}

#[test]
fn connecting_waits_out_the_retries() {
    let mut lab = Lab::new(calm());
    lab.hub(|hub| hub.reachable = false);
    let device = lab.device.clone();
    let outcome = lab.start(async move { device.connect().await });
    lab.wait(5 * SECOND);
    assert_eq!(*outcome.borrow(), None);
    assert_eq!(lab.got().len(), 6, "one attempt, and one a second");
    lab.hub(|hub| hub.reachable = true);
    lab.wait(SECOND);
    assert_eq!(*outcome.borrow(), Some(Ok(())));
    let device = lab.device.clone();
    assert_eq!(lab.run(async move { device.connect().await }), Some(Ok(())));
}

#[test]
fn connecting_fails_with_the_last_reason() {
    let mut lab = Lab::new(no_retries());
    lab.hub(|hub| hub.reachable = false);
    let device = lab.device.clone();
    let failed = ConnectError::Failed {
        attempts: 1,
        last: DisconnectReason::LinkFailed(LinkError::new("no route to the hub")),
    };
    assert_eq!(
        lab.run(async move { device.connect().await }),
        Some(Err(failed))
    );
}

#[test]
fn disconnecting_ends_a_connect_under_way() {
    let mut lab = Lab::new(calm());
    lab.hub(|hub| hub.reachable = false);
    let device = lab.device.clone();
    let outcome = lab.start(async move { device.connect().await });
    let device = lab.device.clone();
    lab.run(async move { device.disconnect().await }).unwrap();
    assert_eq!(*outcome.borrow(), Some(Err(ConnectError::Closed)));
}

#[test]
fn a_lost_link_without_retries_fails_sends_and_is_reported() {
    let mut lab = Lab::connected(no_retries());
    lab.hub(|hub| hub.acknowledges = false);
    let events = lab.device.events();
    let outcome = lab.send("hello");
    assert_eq!(*outcome.borrow(), None);
    lab.cut();
    assert_eq!(*outcome.borrow(), Some(Err(SendError::ConnectionLost)));
    let why = DisconnectReason::LinkClosed;
    assert_eq!(there(events)[0], SessionEvent::Disconnected { why });
    let later = lab.send("later");
    assert_eq!(*later.borrow(), Some(Err(SendError::NotConnected)));
}

#[test]
fn a_send_outlives_a_lost_link() {
    let mut lab = Lab::connected(calm());
    lab.hub(|hub| hub.acknowledges = false);
    let outcome = lab.send("hello");
    lab.cut();
    lab.hub(|hub| hub.acknowledges = true);
    lab.got();
    lab.wait(SECOND);
    assert_eq!(*outcome.borrow(), Some(Ok(2)));
    assert_eq!(
        lab.got(),
        [
            "open contoso.azure-devices.net",
            "CONNECT",
            "PUBLISH #1 dup hello"
        ]
    );
}

#[test]
fn a_link_that_breaks_while_sending_is_a_lost_link() {
    let mut lab = Lab::connected(calm());
    lab.hub(|hub| hub.fragile = true);
    let outcome = lab.send("hello");
    assert_eq!(lab.got(), ["closed"]);
    lab.hub(|hub| hub.fragile = false);
    lab.wait(SECOND);
    assert_eq!(*outcome.borrow(), Some(Ok(2)));
}

#[test]
fn a_link_that_breaks_while_being_let_go_does_not_harm_the_next_one() {
    let mut lab = Lab::connected(DeviceOptions {
        token_lifetime: Duration::from_hours(1),
        ..no_retries()
    });
    lab.hub(|hub| hub.fragile = true);
    lab.wait(Duration::from_mins(58));
    assert_eq!(
        lab.got(),
        ["closed", "open contoso.azure-devices.net", "CONNECT"]
    );
    lab.hub(|hub| hub.fragile = false);
    let outcome = lab.send("hello");
    assert_eq!(*outcome.borrow(), Some(Ok(1)));
}

#[test]
fn a_send_gives_up_in_time() {
    let mut lab = Lab::connected(DeviceOptions {
        message_timeout: 10 * SECOND,
        ..calm()
    });
    lab.hub(|hub| hub.acknowledges = false);
    let outcome = lab.send("hello");
    lab.wait(9 * SECOND);
    assert_eq!(*outcome.borrow(), None);
    lab.wait(SECOND);
    assert!(matches!(
        *outcome.borrow(),
        Some(Err(SendError::TimedOut { times_sent: 1, .. }))
    ));
}

#[test]
fn a_dead_link_is_left_and_replaced() {
    let mut lab = Lab::connected(DeviceOptions {
        keep_alive: Duration::from_mins(1),
        ..calm()
    });
    lab.wait(91 * SECOND);
    assert_eq!(
        lab.got(),
        [
            "PINGREQ",
            "closed",
            "open contoso.azure-devices.net",
            "CONNECT"
        ]
    );
}

#[test]
fn sends_are_answered_each_for_itself() {
    let mut lab = Lab::connected(calm());
    lab.hub(|hub| hub.acknowledges = false);
    let (first, second) = (lab.send("first"), lab.send("second"));
    lab.hub(|hub| hub.send(&Packet::Puback(pid(2))));
    assert_eq!(*first.borrow(), None);
    assert_eq!(*second.borrow(), Some(Ok(1)));
}

#[test]
fn a_send_that_is_not_awaited_any_more_is_still_sent() {
    let mut lab = Lab::connected(calm());
    let device = lab.device.clone();
    let started = lab.run(async move {
        let send = device.send(Message::new("hello"));
        futures::pin_mut!(send);
        futures::poll!(send).is_pending()
    });
    assert_eq!(started, Some(true));
    assert_eq!(lab.got(), ["PUBLISH #1 hello"]);
}

fn deliver(lab: &mut Lab, packet_id: u16, body: &str) {
    lab.hub(|hub| {
        hub.send(&Packet::Publish(Publish {
            dup: false,
            qospid: QosPid::AtLeastOnce(pid(packet_id)),
            retain: false,
            topic_name: "devices/dev1/messages/devicebound/",
            payload: body.as_bytes(),
        }));
    });
}

#[test]
fn messages_of_the_hub_wait_until_they_are_fetched() {
    let mut lab = Lab::connected(calm());
    let device = lab.device.clone();
    let filter = TopicFilter::CloudToDevice {
        device_id: "dev1".to_owned(),
    };
    assert_eq!(
        lab.run(async move { device.subscribe(filter).await }),
        Some(Ok(1))
    );
    deliver(&mut lab, 1, "one");
    deliver(&mut lab, 2, "two");
    for body in ["one", "two"] {
        let device = lab.device.clone();
        let message = lab.run(async move { device.next_message().await });
        assert_eq!(message.unwrap().unwrap().body, body.as_bytes());
    }
    let device = lab.device.clone();
    let third = lab.start(async move { device.next_message().await });
    assert!(third.borrow().is_none());
    deliver(&mut lab, 3, "three");
    assert_eq!(third.take().unwrap().unwrap().body, b"three");
}

#[test]
fn a_fetch_that_is_dropped_takes_no_message_along() {
    let mut lab = Lab::connected(calm());
    let device = lab.device.clone();
    {
        let mut fetch = Box::pin(device.next_message());
        assert!(fetch.as_mut().now_or_never().is_none());
        deliver(&mut lab, 1, "one");
    }
    let message = lab.run(async move { device.next_message().await });
    assert_eq!(message.unwrap().unwrap().body, b"one");
}

/// The events that are there already.
fn there(events: impl Stream<Item = SessionEvent>) -> Vec<SessionEvent> {
    let mut events = pin!(events);
    std::iter::from_fn(|| events.next().now_or_never().flatten()).collect()
}

#[test]
fn every_watcher_sees_every_event_from_its_start() {
    let mut lab = Lab::new(calm());
    let (first, second) = (lab.device.events(), lab.device.events());
    let device = lab.device.clone();
    lab.run(async move { device.connect().await });
    let late = lab.device.events();
    lab.send("hello");
    assert_eq!(there(first).len(), 2);
    assert_eq!(there(second).len(), 2);
    assert_eq!(there(late).len(), 1);
}

#[test]
fn dropping_all_handles_disconnects_and_ends_the_driver() {
    let lab = Lab::connected(calm());
    let events = lab.device.events();
    let Lab {
        mut pool,
        world,
        device,
        ..
    } = lab;
    let other = device.clone();
    drop(device);
    pool.run_until_stalled();
    drop(other);
    pool.run();
    assert_eq!(
        world.0.borrow().hub.got,
        ["DISCONNECT", "closed"],
        "the pool is empty, so the driver has ended"
    );
    let why = DisconnectReason::Requested;
    assert_eq!(
        pool.run_until(events.collect::<Vec<_>>()),
        [SessionEvent::Disconnected { why }],
        "and the stream with it"
    );
}

#[test]
fn without_a_driver_every_method_answers() {
    let world = Lab::new(calm()).world;
    let (device, driver) = Device::new(device(), calm(), world);
    drop(driver);
    let mut pool = LocalPool::new();
    pool.run_until(async move {
        assert_eq!(device.connect().await, Err(ConnectError::Closed));
        assert_eq!(device.send(Message::new("")).await, Err(SendError::Closed));
        assert_eq!(
            device.subscribe(TopicFilter::Methods).await,
            Err(SubscribeError::ConnectionLost)
        );
        assert_eq!(device.next_message().await, None);
        assert_eq!(device.events().next().await, None);
        device.disconnect().await;
    });
}
