//! What an owner of a hub sees of it without asking over a protocol.

use std::time::Duration;

use wire::{mqtt::mqttrs::QoS, topic::TopicFilter};

use crate::bench::{Ask, Bench, SECOND, START};
use crate::methods::FILTER;
use crate::query_bench::{ids_where, write};

#[test]
fn a_twin_is_the_one_that_a_service_reads() {
    let mut bench = Bench::new();
    write(
        &mut bench,
        "dev1",
        &serde_json::json!({ "tags": { "b": 1, "a": 2 } }),
    );
    let answer = bench.ask(&Ask::path("GET", "/twins/dev1"));
    let seen = bench.hub.twin_document("dev1").unwrap();
    assert_eq!(seen.as_bytes(), answer.body());
    assert_eq!(bench.hub.twin_document("dev9"), None);
}

#[test]
fn waiting_messages_tell_who_has_them() {
    let mut bench = Bench::new();
    bench.send("dev1", "first");
    bench.listen(QoS::AtLeastOnce);
    let message = bench.hub.waiting_messages("dev1").next().unwrap();
    assert!(message.locked);
    assert_eq!((message.body, message.enqueued), (&b"first"[..], START));
    assert_eq!(message.expires, START.plus(Duration::from_hours(1)));
    assert_eq!(bench.hub.waiting_messages("dev9").count(), 0);
}

#[test]
fn a_device_listens_while_it_is_connected_and_subscribed() {
    let mut bench = Bench::new();
    let is_listening = |bench: &Bench| bench.hub.is_listening("dev1", &TopicFilter::Methods);
    let link = bench.connect("dev1");
    assert!(!is_listening(&bench));
    bench.subscribe(link, &[(FILTER, QoS::AtMostOnce)]);
    assert!(is_listening(&bench));
    assert!(!bench.hub.is_listening("dev2", &TopicFilter::Methods));
    // The session remembers the subscription, but nobody is there.
    bench.lose(link);
    assert!(!is_listening(&bench));
}

#[test]
fn a_lag_can_be_set_and_taken_away() {
    let mut bench = Bench::new();
    bench.hub.set_query_lag(bench.now, SECOND * 10);
    write(
        &mut bench,
        "dev1",
        &serde_json::json!({ "tags": { "floor": 1 } }),
    );
    assert_eq!(ids_where(&mut bench, "tags.floor = 1"), "");
    bench.hub.set_query_lag(bench.now, SECOND * 2);
    bench.wait(SECOND * 2);
    assert_eq!(ids_where(&mut bench, "tags.floor = 1"), "dev1");
    assert_eq!(bench.hub.query_lag(), SECOND * 2);
    write(
        &mut bench,
        "dev1",
        &serde_json::json!({ "tags": { "floor": 2 } }),
    );
    bench.hub.set_query_lag(bench.now, Duration::ZERO);
    assert_eq!(ids_where(&mut bench, "tags.floor = 2"), "dev1");
}
