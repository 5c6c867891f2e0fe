//! One connection per device: the newest wins.

use hub::CloseReason;
use wire::rest::ConnectionState;

use crate::bench::{Ask, Bench, SECOND, TOPIC};

#[test]
fn the_older_connection_is_closed_before_the_newer_is_accepted() {
    let mut bench = Bench::new();
    let older = bench.connect("dev1");
    bench.wait(SECOND);
    bench.transcript.clear();
    let newer = bench.connect("dev1");
    assert_eq!(bench.said(older), ["close taken-over"]);
    assert_eq!(bench.reason(older), Some(&CloseReason::TakenOver));
    assert_eq!(bench.transcript, b"close taken-over\x20\x02\x01\x00");
    assert!(bench.is_alive(newer));
    bench.publish(newer, TOPIC, b"x", Some(1));
    assert_eq!(bench.said(newer), ["PUBACK 1"]);
}

#[test]
fn the_device_stays_connected() {
    let mut bench = Bench::new();
    let older = bench.connect("dev1");
    bench.connect("dev1");
    // The owner of the older link notices only now that it is gone.
    bench.lose(older);
    let device = bench.hub.device("dev1").unwrap();
    assert_eq!(device.connection_state, ConnectionState::Connected);
}

#[test]
fn the_will_of_the_older_is_published() {
    let mut bench = Bench::new();
    let greeting = bench.greeting("dev1").with_will(TOPIC, "taken over");
    bench.connect_as(&greeting);
    bench.connect("dev1");
    assert_eq!(bench.bodies(), ["taken over"]);
}

#[test]
fn other_devices_are_left_alone() {
    let mut bench = Bench::new();
    bench.register("dev10");
    let others = ["dev2", "dev10"].map(|id| bench.connect(id));
    bench.connect("dev1");
    bench.connect("dev1");
    for link in others {
        assert!(bench.is_alive(link));
    }
}

#[test]
fn a_device_that_is_disabled_or_deleted_is_dropped() {
    type End = fn(&mut Bench);
    let cases: [(End, CloseReason); 2] = [
        (|bench| bench.disable("dev1"), CloseReason::DeviceDisabled),
        (|bench| bench.delete("dev1"), CloseReason::DeviceDeleted),
    ];
    for (end, reason) in cases {
        let mut bench = Bench::new();
        bench.register("dev10");
        let (link, others) = (
            bench.connect("dev1"),
            ["dev10", "dev2"].map(|id| bench.connect(id)),
        );
        end(&mut bench);
        assert_eq!(bench.reason(link), Some(&reason));
        for link in others {
            assert!(bench.is_alive(link));
        }
    }
}

#[test]
fn a_device_that_is_replaced_and_stays_enabled_is_not() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    let ask = Ask::put("dev1").if_match("*");
    assert_eq!(bench.outcome(&ask), "200");
    assert!(bench.is_alive(link));
    let device = bench.hub.device("dev1").unwrap();
    assert_eq!(device.connection_state, ConnectionState::Connected);
}

#[test]
fn the_answer_that_disables_a_device_shows_it_disconnected() {
    let mut bench = Bench::new();
    bench.connect("dev1");
    let body = r#"{"deviceId":"dev1","status":"disabled"}"#;
    let answer = bench.ask(&Ask::put("dev1").if_match("*").body(body));
    assert_eq!(
        crate::bench::json(&answer)["connectionState"],
        "Disconnected"
    );
}

#[test]
fn a_device_that_is_created_anew_is_another_one() {
    let mut bench = Bench::new();
    let stale = bench.greeting("dev1");
    bench.delete("dev1");
    bench.register("dev1");
    let link = bench.greet(&stale);
    assert_eq!(bench.said(link), ["CONNACK 5", "close refused"]);
}
