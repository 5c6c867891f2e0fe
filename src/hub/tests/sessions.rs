//! What outlives a connection.

use wire::mqtt::mqttrs::QoS;

use crate::bench::{Bench, Greeting, TOPIC};

/// What the hub answers to a CONNECT.
fn answer(bench: &mut Bench, greeting: &Greeting) -> String {
    let link = bench.greet(greeting);
    bench.said(link).remove(0)
}

fn clean(greeting: &Greeting) -> Greeting {
    Greeting {
        clean_session: true,
        ..greeting.clone()
    }
}

#[test]
fn a_session_is_there_from_the_second_connection_on() {
    let mut bench = Bench::new();
    let greeting = bench.greeting("dev1");
    assert_eq!(answer(&mut bench, &greeting), "CONNACK 0");
    assert_eq!(answer(&mut bench, &greeting), "CONNACK 0 present");
    assert_eq!(answer(&mut bench, &greeting), "CONNACK 0 present");
}

#[test]
fn each_device_has_its_own() {
    let mut bench = Bench::new();
    bench.connect("dev1");
    let greeting = bench.greeting("dev2");
    assert_eq!(answer(&mut bench, &greeting), "CONNACK 0");
}

#[test]
fn it_survives_any_ending() {
    type End = fn(&mut Bench, hub::ConnectionId);
    let endings: [End; 3] = [
        |bench, link| bench.lose(link),
        |bench, link| bench.bytes(link, &[0xE0, 0]),
        |bench, link| bench.bytes(link, &[0xF0, 0]),
    ];
    for end in endings {
        let mut bench = Bench::new();
        let link = bench.connect("dev1");
        end(&mut bench, link);
        let greeting = bench.greeting("dev1");
        assert_eq!(answer(&mut bench, &greeting), "CONNACK 0 present");
    }
}

#[test]
fn a_clean_session_drops_the_one_before_and_leaves_none_behind() {
    let mut bench = Bench::new();
    let greeting = bench.greeting("dev1");
    assert_eq!(answer(&mut bench, &greeting), "CONNACK 0");
    assert_eq!(answer(&mut bench, &clean(&greeting)), "CONNACK 0");
    assert_eq!(answer(&mut bench, &clean(&greeting)), "CONNACK 0");
    assert_eq!(answer(&mut bench, &greeting), "CONNACK 0");
    assert_eq!(answer(&mut bench, &greeting), "CONNACK 0 present");
}

#[test]
fn its_subscriptions_count_after_a_reconnect() {
    let mut bench = Bench::new();
    let filters = [
        "devices/dev1/messages/devicebound/#",
        "$iothub/twin/res/#",
        "$iothub/twin/PATCH/properties/desired/#",
        "$iothub/methods/POST/#",
    ];
    let link = bench.connect("dev1");
    for filter in filters {
        bench.subscribe(link, &[(filter, QoS::AtLeastOnce)]);
    }
    bench.lose(link);
    // Subscribing again replaces, so SDKs may do it at each connection.
    let link = bench.connect("dev1");
    for filter in filters {
        bench.subscribe(link, &[(filter, QoS::AtLeastOnce)]);
    }
    assert_eq!(bench.said(link), vec!["SUBACK 1 [1]"; 4]);
}

#[test]
fn it_goes_with_the_device() {
    let mut bench = Bench::new();
    bench.register("dev10");
    for id in ["dev1", "dev10"] {
        bench.connect(id);
    }
    bench.delete("dev1");
    bench.register("dev1");
    let (same, other) = (bench.greeting("dev1"), bench.greeting("dev10"));
    assert_eq!(answer(&mut bench, &same), "CONNACK 0");
    assert_eq!(answer(&mut bench, &other), "CONNACK 0 present");
}

#[test]
fn a_ping_is_answered() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    bench.bytes(link, &[0xC0, 0, 0xC0, 0]);
    assert_eq!(bench.said(link), ["PINGRESP", "PINGRESP"]);
}

#[test]
fn a_disconnect_ends_the_connection() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    bench.publish(link, TOPIC, b"x", None);
    bench.bytes(link, &[0xE0, 0]);
    assert_eq!(bench.said(link), ["close disconnected"]);
}
