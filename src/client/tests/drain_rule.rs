//! Who feeds a session drains it: what holds for the order of calls.

use client::device::{Message, SessionEvent};
use client::network::LinkError;
use wire::mqtt::encode;
use wire::mqtt::mqttrs::{Packet, Pid};

use crate::bench::{Bench, HOST, SECOND, calm, line};

#[test]
fn a_drained_session_has_nothing_more_to_say() {
    let mut bench = Bench::connected(calm());
    assert_eq!(bench.session.poll(), None);
    bench.session.advance(bench.now);
    assert_eq!(bench.session.poll(), None);
}

#[test]
fn outputs_that_are_fetched_late_are_whole_and_in_order() {
    let mut bench = Bench::connected(calm());
    bench.session.publish(bench.now, Message::new("zero"));
    bench.session.publish(bench.now, Message::new("one"));
    let puback = encode(&Packet::Puback(Pid::new())).unwrap();
    bench.session.receive(bench.now, &puback);
    bench.session.disconnect(bench.now);
    let outputs = std::iter::from_fn(|| bench.session.poll());
    let lines: Vec<_> = outputs.map(|output| line(&output)).collect();
    assert_eq!(
        lines,
        [
            "PUBLISH #1 zero",
            "PUBLISH #2 one",
            "sent (0)",
            "DISCONNECT",
            "close",
            "disconnected Requested",
            "failed (1) Closed"
        ]
    );
}

#[test]
fn what_a_link_does_after_its_end_is_void() {
    let mut bench = Bench::connected(calm());
    bench.lose();
    bench.lines();
    bench.lose();
    bench
        .session
        .link_failed(bench.now, LinkError::new("once more"));
    bench.open();
    bench.puback(1);
    assert_eq!(bench.lines(), [""; 0]);
}

#[test]
fn bytes_before_the_link_is_open_are_void() {
    let mut bench = Bench::new(calm());
    bench.connect();
    bench.lines();
    bench.connack(wire::mqtt::mqttrs::ConnectReturnCode::Accepted, false);
    assert_eq!(bench.lines(), [""; 0]);
}

#[test]
fn time_that_passes_too_early_does_nothing() {
    let mut bench = Bench::connected(calm());
    bench.lose();
    bench.lines();
    let due = bench.session.next_deadline().unwrap();
    assert_eq!(due, bench.now.plus(SECOND));
    bench.session.advance(bench.now);
    bench.drain();
    assert_eq!(bench.lines(), [""; 0]);
    bench.session.advance(due);
    bench.drain();
    assert_eq!(bench.lines(), [format!("open {HOST}")]);
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let run = || {
        let mut bench = Bench::new(calm());
        bench.connect();
        bench.accept(false);
        bench.publish("zero");
        bench.lose();
        bench.wait(SECOND);
        bench.accept(true);
        (bench.packets(), bench.lines())
    };
    assert_eq!(run(), run());
}

#[test]
fn each_end_of_a_connection_is_followed_by_a_retry_or_the_last_word() {
    let mut bench = Bench::connected(calm());
    bench.events();
    bench.lose();
    let events = bench.events();
    assert!(matches!(
        events[..],
        [
            SessionEvent::Disconnected { .. },
            SessionEvent::Retrying { .. }
        ]
    ));
}
