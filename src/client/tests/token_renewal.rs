//! A token is replaced before it ends, by a connection with a new one.

use std::time::Duration;

use client::device::{DeviceOptions, RetryPolicy};
use wire::connection_string::{DeviceConnectionString, DeviceCredential};
use wire::mqtt::Frame;
use wire::mqtt::mqttrs::{ConnectReturnCode, Packet};
use wire::sas::SasToken;

use crate::bench::{Bench, HOST, SECOND, calm, device};

fn options() -> DeviceOptions {
    DeviceOptions {
        token_lifetime: Duration::from_hours(1),
        renew_before: Duration::from_mins(2),
        ..calm()
    }
}

/// When the token of the last CONNECT expires.
fn last_expiry(bench: &mut Bench) -> u64 {
    let packets = bench.packets();
    let mut expiries = packets.iter().filter_map(|packet| {
        let frame = Frame::parse(packet).unwrap();
        match frame.decode().unwrap() {
            Packet::Connect(connect) => {
                let password = std::str::from_utf8(connect.password?).unwrap();
                Some(SasToken::parse(password).unwrap().expires())
            }
            _ => None,
        }
    });
    expiries.next_back().unwrap()
}

#[test]
fn the_device_reconnects_before_its_token_ends_and_messages_survive() {
    let mut bench = Bench::connected(options());
    let first = last_expiry(&mut bench);
    bench.wait(Duration::from_mins(57));
    bench.publish("zero");
    bench.lines();
    bench.wait(Duration::from_mins(1));
    assert_eq!(
        bench.lines(),
        ["DISCONNECT", "close", &format!("open {HOST}")]
    );
    bench.publish("one");
    bench.accept(true);
    assert_eq!(
        bench.lines(),
        [
            "CONNECT",
            "token renewed",
            "PUBLISH #1 dup zero",
            "PUBLISH #2 one"
        ]
    );
    assert_eq!(last_expiry(&mut bench), first + 58 * 60);
}

#[test]
fn a_renewal_is_no_lost_connection_even_without_retries() {
    let mut bench = Bench::connected(DeviceOptions {
        retry: RetryPolicy::None,
        ..options()
    });
    bench.publish("zero");
    bench.wait(Duration::from_mins(58));
    bench.accept(true);
    bench.puback(1);
    assert_eq!(bench.lines().pop().as_deref(), Some("sent (0)"));
}

#[test]
fn a_renewal_that_fails_is_a_lost_connection() {
    let mut bench = Bench::connected(options());
    bench.wait(Duration::from_mins(58));
    bench.lines();
    bench.lose();
    assert_eq!(bench.lines(), ["disconnected LinkClosed", "retry 1 in 1s"]);
    bench.wait(SECOND);
    bench.accept(true);
    assert_eq!(bench.lines().pop().as_deref(), Some("connected"));
}

#[test]
fn a_renewal_that_is_refused_ends_the_connection() {
    let mut bench = Bench::connected(options());
    bench.wait(Duration::from_mins(58));
    bench.open();
    bench.lines();
    bench.connack(ConnectReturnCode::NotAuthorized, false);
    assert_eq!(bench.lines(), ["close", "refused NotAuthorized", "gave up"]);
}

#[test]
fn a_margin_as_long_as_the_life_means_half_of_it() {
    let mut bench = Bench::connected(DeviceOptions {
        token_lifetime: Duration::from_mins(1),
        renew_before: Duration::from_mins(2),
        ..options()
    });
    bench.wait(29 * SECOND);
    assert_eq!(bench.lines(), [""; 0]);
    bench.wait(SECOND);
    assert_eq!(bench.lines()[0], "DISCONNECT");
}

#[test]
fn a_token_that_somebody_else_signed_is_not_renewed() {
    let DeviceCredential::SharedAccessKey(key) = device().credential else {
        panic!("the bench's device has a key");
    };
    let token = SasToken::sign(&format!("{HOST}/devices/dev1"), &key, 1, None);
    for credential in [
        DeviceCredential::SharedAccessSignature(token),
        DeviceCredential::X509,
    ] {
        let device = DeviceConnectionString {
            credential,
            ..device()
        };
        let mut bench = Bench::of(device, options());
        bench.connect();
        bench.accept(false);
        assert_eq!(bench.session.next_deadline(), None);
    }
}
