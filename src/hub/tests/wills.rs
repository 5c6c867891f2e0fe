//! The telemetry that the hub sends in a client's name.

use wire::mqtt::mqttrs::QoS;

use crate::bench::{Bench, SECOND, TOPIC, Will};

#[test]
fn a_will_is_published_unless_the_client_says_goodbye() {
    type End = fn(&mut Bench, hub::ConnectionId);
    let endings: [(&str, End, usize); 8] = [
        ("DISCONNECT", |bench, link| bench.bytes(link, &[0xE0, 0]), 0),
        ("link lost", |bench, link| bench.lose(link), 1),
        ("silence", |bench, _| bench.wait(90 * SECOND), 1),
        ("malformed", |bench, link| bench.bytes(link, &[0xF0, 0]), 1),
        (
            "foreign topic",
            |bench, link| bench.publish(link, "status", b"on", None),
            1,
        ),
        (
            "second CONNECT",
            |bench, link| {
                let connect = bench.greeting("dev1").bytes();
                bench.bytes(link, &connect);
            },
            1,
        ),
        ("disabled", |bench, _| bench.disable("dev1"), 1),
        // Nobody is left whose telemetry it could be.
        ("deleted", |bench, _| bench.delete("dev1"), 0),
    ];
    for (what, end, wills) in endings {
        let mut bench = Bench::new();
        let mut greeting = bench.greeting("dev1").with_will(TOPIC, "gone");
        greeting.keep_alive = 60;
        let link = bench.connect_as(&greeting);
        assert!(bench.events().is_empty(), "{what}");
        end(&mut bench, link);
        assert_eq!(bench.events().len(), wills, "{what}");
    }
}

#[test]
fn it_carries_its_properties_and_a_mark() {
    let mut bench = Bench::new();
    let topic = format!("{TOPIC}%24.ct=text%2Fplain&room=kitchen");
    let greeting = bench.greeting("dev1").with_will(&topic, "gone");
    let link = bench.connect_as(&greeting);
    bench.wait(SECOND);
    bench.lose(link);
    let will = bench.events().remove(0);
    assert_eq!(will.body, b"gone");
    assert_eq!(will.enqueued_time, bench.now);
    assert_eq!(will.message_source, "Telemetry");
    let properties = will.properties;
    assert_eq!(
        properties.system.content_type.as_deref(),
        Some("text/plain")
    );
    let marked = [("room", "kitchen"), ("iothub-MessageType", "Will")]
        .map(|(name, value)| (name.to_owned(), Some(value.to_owned())));
    assert_eq!(properties.application, marked);
}

#[test]
fn a_retained_will_says_so_and_nothing_is_retained() {
    let mut bench = Bench::new();
    let mut greeting = bench.greeting("dev1");
    greeting.will = Some(Will {
        retain: true,
        qos: QoS::AtMostOnce,
        ..Will::new("devices/dev1/messages/events", "gone")
    });
    let link = bench.connect_as(&greeting);
    bench.lose(link);
    let properties = bench.events().remove(0).properties;
    assert_eq!(properties.application("mqtt-retain"), Some(Some("true")));
    assert_eq!(
        properties.application("iothub-MessageType"),
        Some(Some("Will"))
    );
}

#[test]
fn it_cannot_claim_to_be_from_somebody_else_or_to_be_no_will() {
    let mut bench = Bench::new();
    let topic = format!("{TOPIC}$.cdid=dev2&$.cmid=m&iothub-MessageType=Telemetry");
    let greeting = bench.greeting("dev1").with_will(&topic, "gone");
    let link = bench.connect_as(&greeting);
    bench.lose(link);
    let event = bench.events().remove(0);
    assert_eq!(event.device_id, "dev1");
    assert_eq!(event.properties.system.connection_device_id, None);
    assert_eq!(event.properties.system.connection_module_id, None);
    let mark = ("iothub-MessageType".to_owned(), Some("Will".to_owned()));
    assert_eq!(event.properties.application, [mark]);
}

#[test]
fn it_is_published_once() {
    let mut bench = Bench::new();
    let greeting = bench.greeting("dev1").with_will(TOPIC, "gone");
    let link = bench.connect_as(&greeting);
    bench.lose(link);
    bench.lose(link);
    bench.wait(std::time::Duration::from_hours(1));
    assert_eq!(bench.bodies(), ["gone"]);
}
