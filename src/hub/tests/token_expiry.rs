//! What becomes of a connection when its token expires.

use std::time::Duration;

use hub::{CloseReason, HubOptions};
use wire::sas::device_resource;

use crate::bench::{Bench, HOST, SECOND, SEED};

fn connect_for(bench: &mut Bench, life: Duration) -> hub::ConnectionId {
    let (resource, key) = (device_resource(HOST, "dev1", None), bench.key("dev1"));
    let mut greeting = bench.greeting("dev1");
    let token = bench.token_for(life, &resource, &key, None);
    greeting.password = Some(token.into_bytes());
    bench.connect_as(&greeting)
}

/// Waits, and pings often enough.
fn wait(bench: &mut Bench, link: hub::ConnectionId, time: Duration) {
    let end = bench.now.plus(time);
    while bench.now < end {
        bench.bytes(link, &[0xC0, 0]);
        bench.said(link);
        bench.wait(end.since(bench.now).min(60 * SECOND));
    }
}

#[test]
fn the_connection_outlives_its_token_by_the_grace_period() {
    for grace in [Duration::ZERO, 10 * SECOND, Duration::from_mins(10)] {
        let mut bench = Bench::of(HubOptions {
            token_grace: grace,
            ..HubOptions::new(HOST, SEED)
        });
        let link = connect_for(&mut bench, Duration::from_hours(1));
        wait(&mut bench, link, Duration::from_mins(59) + grace);
        bench.bytes(link, &[0xC0, 0]);
        bench.wait_almost(Duration::from_mins(1));
        assert_eq!(bench.reason(link), None);
        bench.wait(Duration::from_millis(1));
        assert_eq!(bench.reason(link), Some(&CloseReason::TokenExpired));
    }
}

#[test]
fn ten_minutes_are_the_default() {
    let options = HubOptions::new(HOST, SEED);
    assert_eq!(options.token_grace, Duration::from_mins(10));
}

#[test]
fn silence_ends_the_connection_earlier() {
    let mut bench = Bench::new();
    let link = connect_for(&mut bench, Duration::from_hours(1));
    bench.wait(Duration::from_hours(2));
    assert_eq!(bench.reason(link), Some(&CloseReason::KeepAliveExpired));
}

#[test]
fn a_token_without_end_is_no_deadline() {
    let mut bench = Bench::new();
    let key = bench.key("dev1");
    let token = wire::sas::SasToken::sign(HOST, &key, u64::MAX, None).to_text();
    let mut greeting = bench.greeting("dev1");
    greeting.password = Some(token.expose().as_bytes().to_vec());
    let link = bench.connect_as(&greeting);
    wait(&mut bench, link, Duration::from_hours(24));
    assert!(bench.is_alive(link));
}
