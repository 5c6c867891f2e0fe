//! Pings, and the discovery of dead links.

use std::time::Duration;

use client::device::DeviceOptions;
use wire::mqtt::mqttrs::Packet;

use crate::bench::{Bench, SECOND, calm};

fn options() -> DeviceOptions {
    DeviceOptions {
        keep_alive: Duration::from_mins(1),
        ..calm()
    }
}

#[test]
fn an_idle_device_pings_once_a_keep_alive() {
    let mut bench = Bench::connected(options());
    for _ in 0..3 {
        bench.wait(59 * SECOND);
        assert_eq!(bench.lines(), [""; 0]);
        bench.wait(SECOND);
        assert_eq!(bench.lines(), ["PINGREQ"]);
        bench.hub(&Packet::Pingresp);
    }
}

#[test]
fn traffic_in_both_directions_makes_pings_needless() {
    let mut bench = Bench::connected(options());
    for packet_id in 1..=5 {
        bench.wait(40 * SECOND);
        bench.publish("x");
        bench.puback(packet_id);
    }
    assert!(!bench.lines().contains(&"PINGREQ".to_owned()));
}

#[test]
fn a_device_that_only_speaks_pings_to_hear_something() {
    let mut bench = Bench::connected(options());
    for _ in 0..2 {
        bench.wait(25 * SECOND);
        bench.publish("x");
    }
    bench.lines();
    bench.wait(10 * SECOND);
    assert_eq!(bench.lines(), ["PINGREQ"]);
}

#[test]
fn a_ping_without_an_answer_is_a_dead_link() {
    let mut bench = Bench::connected(options());
    bench.wait(Duration::from_mins(1));
    bench.lines();
    bench.wait(29 * SECOND);
    assert_eq!(bench.lines(), [""; 0]);
    bench.wait(SECOND);
    assert_eq!(
        bench.lines(),
        ["close", "disconnected DeadLink(30s)", "retry 1 in 1s"]
    );
}

#[test]
fn after_a_dead_link_messages_go_out_again() {
    let mut bench = Bench::connected(options());
    bench.publish("zero");
    bench.wait(91 * SECOND);
    bench.lines();
    bench.accept(true);
    assert_eq!(
        bench.lines(),
        ["CONNECT", "connected", "PUBLISH #1 dup zero"]
    );
}

#[test]
fn an_answer_that_came_during_a_long_pause_counts() {
    let mut bench = Bench::connected(options());
    bench.wait(Duration::from_mins(1));
    // The whole program stands still for an hour; its owner then feeds what is there, and the time.
    bench.now = bench.now.plus(Duration::from_hours(1));
    bench.lines();
    bench.hub(&Packet::Pingresp);
    bench.session.advance(bench.now);
    bench.drain();
    assert!(bench.session.is_connected());
}

#[test]
fn no_keep_alive_means_no_pings() {
    let mut bench = Bench::connected(calm());
    bench.wait(Duration::from_hours(24));
    assert_eq!(bench.lines(), [""; 0]);
}
