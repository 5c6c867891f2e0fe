//! The async handle, on a clock that the test moves.

use std::pin::pin;
use std::time::Duration;

use client::device::{
    ConnectError, Device, DeviceOptions, DisconnectReason, Message, RetryPolicy, SendError,
    SessionEvent, SubscribeError,
};
use client::network::LinkError;
use futures::executor::LocalPool;
use futures::{FutureExt, Stream, StreamExt};
use wire::mqtt::mqttrs::{ConnectReturnCode, Packet};
use wire::topic::TopicFilter;

use crate::bench::{SECOND, calm, device, pid};
use crate::handle_bench::Lab;

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
    lab.hub(|hub| hub.publish("devices/dev1/messages/devicebound/", Some(packet_id), body));
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
