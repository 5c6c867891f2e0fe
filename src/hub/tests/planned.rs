//! What time will bring, by name.

use std::time::Duration;

use hub::Planned;
use wire::mqtt::mqttrs::QoS;

use crate::bench::{Ask, Bench, SECOND};
use crate::query_bench::write;

/// What is planned first, and in how many milliseconds.
fn next(bench: &Bench) -> (u128, Planned) {
    let (at, planned) = bench.hub.next_planned().expect("something is planned");
    (at.since(bench.now).as_millis(), planned)
}

fn dev1() -> String {
    "dev1".to_owned()
}

#[test]
fn nothing_is_planned_in_a_quiet_hub() {
    assert_eq!(Bench::new().hub.next_planned(), None);
}

#[test]
fn a_waiting_message_expires() {
    let mut bench = Bench::new();
    bench.send("dev1", "x");
    let expires = Planned::MessageExpires { device_id: dev1() };
    assert_eq!(next(&bench), (3_600_000, expires));
}

#[test]
fn a_delivered_message_comes_back() {
    let mut bench = Bench::new();
    bench.send("dev1", "x");
    bench.listen(QoS::AtLeastOnce);
    let ends = Planned::LockEnds { device_id: dev1() };
    assert_eq!(next(&bench), (60_000, ends));
}

#[test]
fn a_call_runs_out_of_time() {
    let mut bench = Bench::new();
    let call = r#"{"methodName":"m","connectTimeoutInSeconds":5}"#;
    bench.start(&Ask::method("dev1", call));
    let late = Planned::MethodTimesOut { device_id: dev1() };
    assert_eq!(next(&bench), (5_000, late));
}

#[test]
fn a_quiet_connection_ends_later_for_each_word_of_it() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    let (quiet, _) = next(&bench);
    bench.wait(SECOND * 10);
    assert!(bench.is_alive(link), "which takes a ping");
    let ends = Planned::ConnectionEnds {
        device_id: Some(dev1()),
    };
    assert_eq!(next(&bench), (quiet, ends));
}

#[test]
fn feedback_is_gathered() {
    let mut bench = Bench::new();
    bench.send_for_feedback("m1", "full");
    assert_eq!(
        bench.outcome(&Ask::path("DELETE", "/devices/dev1/commands")),
        "200"
    );
    assert_eq!(next(&bench), (15_000, Planned::FeedbackReady));
}

#[test]
fn queries_catch_up() {
    let mut bench = Bench::new();
    let lag = Duration::from_secs(10);
    bench.hub.set_query_lag(bench.now, lag);
    write(
        &mut bench,
        "dev1",
        &serde_json::json!({ "tags": { "floor": 1 } }),
    );
    assert_eq!(next(&bench), (10_000, Planned::QueryCatchesUp));
    bench.wait(lag);
    assert_eq!(bench.hub.next_planned(), None);
}
