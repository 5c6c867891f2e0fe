//! The same inputs, seed and times give the same outputs, and nothing else does.

use std::time::Duration;

use hub::{Hub, HubOptions};

use crate::bench::{Ask, Bench, HOST, SECOND, SEED, START, TOPIC};

/// A day in the life of a hub, and all that came of it.
fn day(seed: [u8; 32]) -> (Vec<u8>, String) {
    let mut bench = Bench::of(HubOptions::new(HOST, seed));
    let mut greeting = bench.greeting("dev1").with_will(TOPIC, "gone");
    greeting.keep_alive = 60;
    let link = bench.connect_as(&greeting);
    bench.publish(link, TOPIC, b"x", Some(1));
    bench.wait(Duration::from_mins(5));
    bench.connect("dev1");
    bench.ask(&Ask::of("GET", "unknown"));
    bench.ask(&Ask::path("GET", "/devices"));
    bench.disable("dev1");
    bench.delete("dev2");
    (bench.transcript.clone(), format!("{:?}", bench.events()))
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    assert_eq!(day(SEED), day(SEED));
}

#[test]
fn another_seed_gives_other_keys() {
    assert_ne!(day(SEED).0, day([43; 32]).0);
    let key = |seed| {
        let hub = Hub::new(HubOptions::new(HOST, seed));
        hub.policy("iothubowner").unwrap().primary_key.clone()
    };
    assert_ne!(key(SEED), key([43; 32]));
}

#[test]
fn reading_changes_nothing() {
    let mut bench = Bench::new();
    let mut twin = Bench::new();
    for _ in 0..3 {
        bench.hub.devices().count();
        bench.events();
        bench.hub.next_deadline();
        bench.hub.service_connection_string("service");
        assert!(bench.hub.poll().is_none());
    }
    for bench in [&mut bench, &mut twin] {
        bench.register("dev3");
    }
    assert_eq!(bench.transcript, twin.transcript);
}

#[test]
fn time_alone_does_nothing_before_the_deadline() {
    let mut bench = Bench::new();
    bench.connect("dev1");
    let deadline = bench.hub.next_deadline().unwrap();
    for moment in [START, START.plus(SECOND), deadline] {
        bench.hub.advance(moment);
        assert_eq!(bench.hub.poll().is_some(), moment == deadline);
    }
}

#[test]
fn the_owner_gets_nothing_but_by_polling_and_all_of_it_in_order() {
    let mut hub = Bench::new().hub;
    let bench = Bench::new();
    let request = Ask::of("GET", "dev1").request(&bench.service_token("iothubowner"));
    let connect = bench.greeting("dev1").bytes();
    // A careless owner does not drain in between.
    let link = hub.open(START);
    let first = hub.request(START, &request);
    hub.receive(START, link, &connect);
    let second = hub.request(START, &request);
    hub.receive(START, link, &[0xF0, 0]);
    let kinds: Vec<_> = std::iter::from_fn(|| hub.poll())
        .map(|output| match output {
            hub::Output::Respond { request, .. } if request == first => "first",
            hub::Output::Respond { request, .. } if request == second => "second",
            hub::Output::Respond { .. } => "other",
            hub::Output::Send { .. } => "send",
            hub::Output::Close { .. } => "close",
        })
        .collect();
    assert_eq!(kinds, ["first", "send", "second", "close"]);
    assert!(hub.poll().is_none());
}

#[test]
fn links_and_requests_are_numbered_once() {
    let mut bench = Bench::new();
    let first = bench.open();
    bench.lose(first);
    assert_ne!(bench.open(), first);
}

#[test]
fn how_the_bytes_are_cut_does_not_matter() {
    let mut stream = Bench::new().greeting("dev1").bytes();
    for _ in 0..3 {
        let publish = crate::bench::message(TOPIC, b"hello", Some(9));
        let packet = wire::mqtt::mqttrs::Packet::Publish(publish);
        stream.extend(wire::mqtt::encode(&packet).unwrap());
    }
    stream.extend([0xC0, 0, 0xE0, 0, 0xC0, 0]);
    let run = |size: usize| {
        let mut bench = Bench::new();
        let link = bench.open();
        for chunk in stream.chunks(size) {
            bench.bytes(link, chunk);
        }
        (bench.transcript.clone(), bench.events())
    };
    let whole = run(stream.len());
    for size in [1, 2, 3, 7, 100] {
        assert_eq!(run(size), whole, "chunks of {size}");
    }
}
