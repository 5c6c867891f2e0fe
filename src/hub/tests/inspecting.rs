//! What an owner of a hub sees of it without asking over a protocol.

use std::time::Duration;

use http::{Method, Uri};
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
fn the_events_of_a_device_are_its_own_and_new_enough() {
    let mut bench = Bench::new();
    for (device, body) in [("dev1", "a"), ("dev2", "b"), ("dev1", "c")] {
        let link = bench.connect(device);
        let topic = format!("devices/{device}/messages/events/");
        bench.publish(link, &topic, body.as_bytes(), None);
        bench.wait(SECOND);
    }
    let bodies = |since| -> Vec<_> {
        let events = bench.hub.device_events("dev1", since).into_iter();
        events.map(|event| event.body).collect()
    };
    assert_eq!(bodies(START), [b"a", b"c"]);
    assert_eq!(bodies(START.plus(SECOND)), [b"c"]);
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

#[test]
fn the_newest_events_come_first_and_all_are_counted() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    for body in ["one", "two", "three"] {
        bench.publish(link, "devices/dev1/messages/events/", body.as_bytes(), None);
    }
    let newest = bench.hub.newest_events(2);
    let bodies: Vec<_> = newest.map(|event| event.body.into_owned()).collect();
    assert_eq!(bodies, [&b"three"[..], b"two"]);
    let kept = bench.hub.kept_events();
    assert_eq!(kept.map(|it| it.events).sum::<usize>(), 3);
}

#[test]
fn a_link_has_the_client_id_of_whom_the_hub_let_in() {
    let mut bench = Bench::new();
    let link = bench.open();
    assert_eq!(bench.hub.client_id(link), None);
    let link = bench.connect("dev1");
    assert_eq!(bench.hub.client_id(link).as_deref(), Some("dev1"));
}

#[test]
fn an_operation_has_a_name_whatever_is_asked_for() {
    let check = |method: Method, target: &'static str, name| {
        assert_eq!(
            hub::operation_name(&method, &Uri::from_static(target)),
            name
        );
    };
    check(
        Method::PUT,
        "/devices/a?api-version=2021-04-12",
        "PutDevice",
    );
    check(Method::POST, "/twins/a/modules/b/methods", "InvokeMethod");
    check(Method::GET, "/jobs/v2", "NotSupported");
    check(Method::GET, "/", "NotSupported");
}
