//! How messages reach a device over MQTT.

use wire::mqtt::mqttrs::QoS;

use crate::bench::{Ask, Bench, Greeting, HOST, SECOND, SEED};
use crate::stores::FailingStore;
use hub::HubOptions;

const FILTER: &str = "devices/dev1/messages/devicebound/#";

#[test]
fn messages_come_as_they_are_sent() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::AtLeastOnce);
    bench.send("dev1", "a");
    assert_eq!(bench.delivered(link), ["a #1"]);
    bench.acknowledge(link, 1);
    assert_eq!(bench.pending("dev1"), 0);
    bench.send("dev1", "b");
    bench.send("dev1", "c");
    assert_eq!(bench.delivered(link), ["b #2", "c #3"]);
}

#[test]
fn those_that_waited_come_in_order_after_the_suback() {
    let mut bench = Bench::new();
    for body in ["a", "b", "c"] {
        bench.send("dev1", body);
    }
    let link = bench.connect("dev1");
    assert!(bench.delivered(link).is_empty(), "not subscribed yet");
    bench.subscribe(link, &[(FILTER, QoS::AtLeastOnce)]);
    assert_eq!(bench.said(link), ["SUBACK 1 [1]"]);
    assert_eq!(bench.delivered(link), ["a #1", "b #2", "c #3"]);
}

#[test]
fn a_kept_session_gets_them_right_after_the_connack() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::AtLeastOnce);
    bench.lose(link);
    bench.send("dev1", "a");
    let start = bench.transcript.len();
    let link = bench.connect("dev1");
    assert_eq!(bench.delivered(link), ["a #1"]);
    let (connack, publish) = bench.transcript[start..].split_at(4);
    assert_eq!(connack, [0x20, 2, 1, 0]);
    assert_eq!(publish[0], 0x32, "a PUBLISH at QoS 1, not marked");
}

#[test]
fn a_clean_session_gets_them_when_it_subscribes() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::AtLeastOnce);
    bench.lose(link);
    bench.send("dev1", "a");
    let clean = Greeting {
        clean_session: true,
        ..bench.greeting("dev1")
    };
    let link = bench.greet(&clean);
    assert_eq!(bench.said(link), ["CONNACK 0"]);
    assert!(bench.delivered(link).is_empty());
    bench.subscribe(link, &[(FILTER, QoS::AtLeastOnce)]);
    assert_eq!(bench.delivered(link), ["a #1"]);
    // Its queue is the device's, and outlives the session.
    bench.lose(link);
    assert_eq!(bench.pending("dev1"), 1);
    let link = bench.greet(&clean);
    bench.subscribe(link, &[(FILTER, QoS::AtLeastOnce)]);
    assert_eq!(bench.delivered(link), ["a #1 again"]);
}

#[test]
fn at_qos_0_a_message_is_completed_when_it_is_sent() {
    let mut bench = Bench::new();
    bench.send("dev1", "a");
    let link = bench.listen(QoS::AtMostOnce);
    bench.send("dev1", "b");
    assert_eq!(bench.delivered(link), ["a", "b"]);
    assert_eq!(bench.pending("dev1"), 0);
    bench.lose(link);
    let link = bench.connect("dev1");
    assert!(bench.delivered(link).is_empty());
}

#[test]
fn a_message_comes_at_qos_1_to_whoever_asked_for_2() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::ExactlyOnce);
    bench.send("dev1", "a");
    assert_eq!(bench.delivered(link), ["a #1"]);
}

#[test]
fn the_newest_subscription_decides_on_the_quality() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::AtLeastOnce);
    bench.send("dev1", "a");
    bench.subscribe(link, &[(FILTER, QoS::AtMostOnce)]);
    bench.send("dev1", "b");
    assert_eq!(bench.delivered(link), ["a #1", "b"]);
    // Sent anew at QoS 0, it cannot be marked as a duplicate.
    bench.wait(60 * SECOND);
    assert_eq!(bench.delivered(link), ["a"]);
}

#[test]
fn who_unsubscribed_gets_nothing_more() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::AtLeastOnce);
    bench.unsubscribe(link, &[FILTER]);
    bench.send("dev1", "a");
    assert!(bench.delivered(link).is_empty());
    assert_eq!(bench.pending("dev1"), 1);
}

#[test]
fn what_was_sent_before_the_end_of_a_subscription_can_still_be_acknowledged() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::AtLeastOnce);
    bench.send("dev1", "a");
    bench.unsubscribe(link, &[FILTER]);
    bench.acknowledge(link, 1);
    assert_eq!(bench.pending("dev1"), 0);
}

#[test]
fn sixteen_messages_are_under_way_at_most() {
    let mut bench = Bench::new();
    for number in 1..=20 {
        bench.send("dev1", &format!("m{number}"));
    }
    let link = bench.listen(QoS::AtLeastOnce);
    let first: Vec<_> = (1..=16).map(|it| format!("m{it} #{it}")).collect();
    assert_eq!(bench.delivered(link), first);
    // In whatever order they are acknowledged, each makes room for one.
    bench.acknowledge(link, 3);
    assert_eq!(bench.delivered(link), ["m17 #17"]);
    bench.acknowledge(link, 1);
    assert_eq!(bench.delivered(link), ["m18 #18"]);
    assert_eq!(bench.pending("dev1"), 18);
}

#[test]
fn a_message_comes_again_when_its_lock_has_ended() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::AtLeastOnce);
    bench.send("dev1", "a");
    bench.wait(SECOND);
    bench.send("dev1", "b");
    assert_eq!(bench.delivered(link), ["a #1", "b #2"]);
    bench.wait_almost(59 * SECOND);
    assert!(bench.delivered(link).is_empty());
    bench.wait(SECOND);
    assert_eq!(bench.delivered(link), ["a #1 again"]);
    bench.wait(SECOND);
    assert_eq!(bench.delivered(link), ["b #2 again"]);
    bench.wait(60 * SECOND);
    assert_eq!(bench.delivered(link), ["a #1 again", "b #2 again"]);
}

#[test]
fn a_late_acknowledgement_means_the_message_that_has_come_again() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::AtLeastOnce);
    bench.send("dev1", "a");
    bench.wait(60 * SECOND);
    bench.acknowledge(link, 1);
    assert_eq!(bench.pending("dev1"), 0);
    // The second acknowledgement, of the second delivery, means nothing any more.
    bench.acknowledge(link, 1);
    assert!(bench.is_alive(link));
}

#[test]
fn a_message_comes_again_on_the_next_connection() {
    type End = fn(&mut Bench, hub::ConnectionId);
    let endings: [End; 4] = [
        |bench, link| bench.lose(link),
        |bench, link| bench.bytes(link, &[0xE0, 0]),
        |bench, link| bench.bytes(link, &[0xF0, 0]),
        |_, _| {}, // The next connection takes over.
    ];
    for end in endings {
        let mut bench = Bench::new();
        let link = bench.listen(QoS::AtLeastOnce);
        for body in ["a", "b", "c"] {
            bench.send("dev1", body);
        }
        bench.acknowledge(link, 2);
        end(&mut bench, link);
        bench.send("dev1", "d");
        let link = bench.connect("dev1");
        let all = bench.delivered(link);
        let all: Vec<_> = all.iter().filter(|it| !it.starts_with('d')).collect();
        assert_eq!(all, ["a #1 again", "c #3 again"]);
        assert_eq!(bench.pending("dev1"), 3);
    }
}

#[test]
fn acknowledgements_of_nothing_are_passed_over() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::AtLeastOnce);
    bench.acknowledge(link, 7);
    bench.send("dev1", "a");
    bench.acknowledge(link, 2);
    assert!(bench.is_alive(link));
    assert_eq!(bench.pending("dev1"), 1);
}

#[test]
fn another_device_cannot_acknowledge_it() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::AtLeastOnce);
    let other = bench.connect("dev2");
    bench.send("dev1", "a");
    assert_eq!(bench.delivered(link), ["a #1"]);
    bench.acknowledge(other, 1);
    assert_eq!(bench.pending("dev1"), 1);
    assert!(bench.deliveries(other).is_empty());
}

#[test]
fn what_http_has_is_not_for_a_puback_to_end() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::AtLeastOnce);
    bench.send("dev1", "a");
    bench.unsubscribe(link, &[FILTER]);
    bench.wait(60 * SECOND);
    let (body, _) = bench.fetch().unwrap();
    assert_eq!(body, "a");
    bench.acknowledge(link, 1);
    assert_eq!(bench.pending("dev1"), 1);
}

#[test]
fn an_id_that_is_a_wildcard_has_no_topic() {
    let mut bench = Bench::new();
    for id in ["+", "dev#1"] {
        bench.register(id);
        let link = bench.connect(id);
        if id == "+" {
            let filter = "devices/+/messages/devicebound/#";
            bench.subscribe(link, &[(filter, QoS::AtMostOnce)]);
            bench.said(link);
        }
        bench.send(id, "x");
        assert!(bench.deliveries(link).is_empty());
        assert!(bench.is_alive(link));
        assert_eq!(bench.pending(id), 1, "{id}");
        let path = format!(
            "/devices/{}/messages/devicebound",
            wire::rest::encode_id(id)
        );
        let answer = bench.ask_as(id, &Ask::path("GET", &path));
        assert_eq!(answer.body(), b"x");
    }
}

#[test]
fn a_disabled_device_gets_its_messages_when_it_is_enabled_again() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::AtLeastOnce);
    bench.send("dev1", "a");
    bench.disable("dev1");
    assert_eq!(bench.said(link).last().unwrap(), "close device-disabled");
    let key = bench.key("dev1").to_base64();
    let body = format!(
        r#"{{"deviceId":"dev1","status":"enabled","authentication":{{"symmetricKey":{{"primaryKey":"{key}","secondaryKey":"{key}"}}}}}}"#,
        key = key.expose()
    );
    let enable = Ask::put("dev1").if_match("*").body(&body);
    assert_eq!(bench.outcome(&enable), "200");
    let link = bench.connect("dev1");
    assert_eq!(bench.delivered(link), ["a #1 again"]);
}

#[test]
fn a_puback_that_cannot_be_kept_ends_the_connection_and_the_message_stays() {
    let store = FailingStore::default();
    let mut bench = Bench::with_store(HubOptions::new(HOST, SEED), store.clone());
    let link = bench.listen(QoS::AtLeastOnce);
    bench.send("dev1", "a");
    bench.said(link);
    store.fails.set(true);
    bench.acknowledge(link, 1);
    assert_eq!(bench.said(link), ["close store-failed"]);
    assert_eq!(bench.pending("dev1"), 1);
    store.fails.set(false);
    let link = bench.connect("dev1");
    assert_eq!(bench.delivered(link), ["a #1 again"]);
}

#[test]
fn at_qos_0_nothing_is_sent_that_cannot_be_completed() {
    let store = FailingStore::default();
    let mut bench = Bench::with_store(HubOptions::new(HOST, SEED), store.clone());
    bench.send("dev1", "a");
    // Subscriptions of kept sessions would have to be kept too, so a clean one is asked for.
    let clean = Greeting {
        clean_session: true,
        ..bench.greeting("dev1")
    };
    let link = bench.connect_as(&clean);
    store.fails.set(true);
    bench.subscribe(link, &[(FILTER, QoS::AtMostOnce)]);
    bench.wait(3 * SECOND);
    assert!(bench.deliveries(link).is_empty());
    assert_eq!(bench.pending("dev1"), 1);
    store.fails.set(false);
    bench.wait(SECOND);
    assert_eq!(bench.delivered(link), ["a"]);
    assert_eq!(bench.pending("dev1"), 0);
}
