//! What becomes of a message.

use hub::HubOptions;
use wire::event::EventPosition;
use wire::mqtt::mqttrs::{Packet, Publish};
use wire::properties::MessageProperties;

use crate::bench::{Ask, Bench, HOST, SECOND, SEED, START, TOPIC, json, message};
use crate::stores::FailingStore;

#[test]
fn a_message_at_qos_1_is_acknowledged_once_it_can_be_read() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    let publish = wire::mqtt::encode(&Packet::Publish(message(TOPIC, b"x", Some(7))));
    bench.hub.receive(bench.now, link, &publish.unwrap());
    // Before a single output is fetched.
    assert_eq!(bench.bodies(), ["x"]);
    bench.drain();
    assert_eq!(bench.said(link), ["PUBACK 7"]);
}

#[test]
fn a_message_at_qos_0_is_not_acknowledged() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    bench.publish(link, TOPIC, b"x", None);
    assert!(bench.said(link).is_empty());
    assert_eq!(bench.bodies(), ["x"]);
}

#[test]
fn the_same_packet_id_may_come_again() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    for packet_id in [1, 1, 65_535] {
        bench.publish(link, TOPIC, b"x", Some(packet_id));
    }
    assert_eq!(bench.said(link), ["PUBACK 1", "PUBACK 1", "PUBACK 65535"]);
    assert_eq!(bench.events().len(), 3);
}

#[test]
fn the_topic_may_end_with_a_slash_or_not() {
    let topics = [
        ("devices/dev1/messages/events", 0),
        ("devices/dev1/messages/events/", 0),
        ("devices/dev1/messages/events/a=b", 1),
        ("devices/dev1/messages/events/a=b/", 1),
    ];
    for (topic, properties) in topics {
        let mut bench = Bench::new();
        let link = bench.connect("dev1");
        bench.publish(link, topic, b"x", Some(1));
        assert_eq!(bench.said(link), ["PUBACK 1"], "{topic}");
        let event = bench.events().remove(0);
        assert_eq!(event.properties.application.len(), properties, "{topic}");
    }
}

#[test]
fn a_body_is_opaque_and_may_be_empty() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    let bodies: [&[u8]; 3] = [b"", b"\x00\xFF\xFE", b"{not json"];
    for body in bodies {
        bench.publish(link, TOPIC, body, Some(1));
    }
    let kept: Vec<_> = bench.events().into_iter().map(|event| event.body).collect();
    assert_eq!(kept, bodies);
}

#[test]
fn the_hub_stamps_what_it_knows() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    bench.wait(SECOND);
    bench.publish(link, TOPIC, b"first", Some(1));
    bench.wait(SECOND);
    let topic = format!("{TOPIC}$.ifid=urn%3Aa&$.sub=sensor&$.schema=v1");
    bench.publish(link, &topic, b"second", Some(2));

    let device = bench.hub.device("dev1").unwrap();
    assert_eq!(device.last_activity_time, START.plus(2 * SECOND));
    let generation_id = device.generation_id.clone();
    let event = bench.events().remove(1);
    let auth = r#"{"scope":"device","type":"sas","issuer":"iothub","acceptingIpFilterRule":null}"#;
    let expected = [
        ("x-opt-sequence-number", "1"),
        ("x-opt-offset", event.offset.as_str()),
        ("x-opt-enqueued-time", "2026-08-01T10:00:02.0000000Z"),
        ("iothub-connection-device-id", "dev1"),
        ("iothub-connection-auth-method", auth),
        ("iothub-connection-auth-generation-id", &generation_id),
        ("iothub-enqueuedtime", "2026-08-01T10:00:02.0000000Z"),
        ("iothub-message-source", "Telemetry"),
        ("iothub-interface-id", "urn:a"),
        ("dt-subject", "sensor"),
        ("iothub-message-schema", "v1"),
    ];
    let annotations = event.annotations();
    let annotations: Vec<_> = annotations
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert_eq!(annotations, expected);
    assert_eq!(event.module_id, None);
}

#[test]
fn the_sender_sets_the_rest() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    let bag = "%24.mid=m%201&%24.cid=c&%24.uid=u&%24.ct=application%2Fjson&%24.ce=utf-8&%24.to=t\
               &%24.exp=e&%24.ctime=2026-08-01T10%3A00%3A00Z\
               &alert=true&twice=1&twice=2";
    bench.publish(link, &format!("{TOPIC}{bag}"), b"x", Some(1));
    let event = bench.events().remove(0);
    let expected = [
        ("message-id", "m 1"),
        ("correlation-id", "c"),
        ("user-id", "u"),
        ("to", "t"),
        ("content-type", "application/json"),
        ("content-encoding", "utf-8"),
        ("absolute-expiry-time", "e"),
        ("iothub-creation-time-utc", "2026-08-01T10:00:00Z"),
    ];
    let expected = expected.map(|(name, value)| (name, value.to_owned()));
    assert_eq!(event.sender_properties(), expected);
}

#[test]
fn application_properties_keep_their_order_and_their_three_kinds_of_value() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    let topic = "devices/dev1/messages/events/b=%20&a=&none&twice=1&twice=2&plus=1%2B1&$.mine=x";
    // A raw plus cannot stand in a topic, so none is tested.
    bench.publish(link, topic, b"x", Some(1));
    let expected = [
        ("b", Some(" ")),
        ("a", Some("")),
        ("none", None),
        ("twice", Some("1")),
        ("twice", Some("2")),
        ("plus", Some("1+1")),
        ("$.mine", Some("x")),
    ]
    .map(|(name, value)| (name.to_owned(), value.map(str::to_owned)));
    assert_eq!(bench.events()[0].properties.application, expected);
}

#[test]
fn the_flags_that_the_hub_does_not_act_on_become_properties() {
    let cases: [(bool, bool, &[&str]); 4] = [
        (false, false, &[]),
        (true, false, &["mqtt-retain"]),
        (false, true, &["mqtt-dup"]),
        (true, true, &["mqtt-retain", "mqtt-dup"]),
    ];
    for (retain, dup, expected) in cases {
        let mut bench = Bench::new();
        let link = bench.connect("dev1");
        // What the sender says of them does not count.
        let topic = format!("{TOPIC}mqtt-retain=no&mqtt-dup");
        let topic = if retain && dup { &topic } else { TOPIC };
        bench.packet(
            link,
            &Packet::Publish(Publish {
                dup,
                retain,
                ..message(topic, b"x", Some(1))
            }),
        );
        let expected: Vec<_> = expected
            .iter()
            .map(|name| ((*name).to_owned(), Some("true".to_owned())))
            .collect();
        assert_eq!(bench.events()[0].properties.application, expected);
    }
}

#[test]
fn nobody_can_claim_to_be_another_sender() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    bench.publish(link, &format!("{TOPIC}$.cdid=dev2&$.cmid=m"), b"x", Some(1));
    let event = bench.events().remove(0);
    assert_eq!(event.device_id, "dev1");
    assert_eq!(event.module_id, None);
    assert_eq!(event.properties, MessageProperties::default());
}

#[test]
fn the_messages_of_a_device_are_in_one_partition_numbered_and_in_order() {
    let mut bench = Bench::new();
    // By their hashes, of the four partitions each gets one.
    for (id, partition) in [("dev1", 0), ("dev2", 1), ("dev3", 2), ("dev4", 3)] {
        if partition > 1 {
            bench.register(id);
        }
        let topic = format!("devices/{id}/messages/events/");
        for round in ["a", "b"] {
            let link = bench.connect(id);
            bench.publish(link, &topic, round.as_bytes(), Some(1));
            bench.wait(SECOND);
        }
        let events = bench
            .hub
            .read_events(partition, &EventPosition::Earliest, 10);
        let seen: Vec<_> = events
            .iter()
            .map(|event| {
                (
                    event.partition,
                    event.sequence_number,
                    event.body.as_slice(),
                )
            })
            .collect();
        let expected: [(u16, u64, &[u8]); 2] = [(partition, 0, b"a"), (partition, 1, b"b")];
        assert_eq!(seen, expected, "{id}");
        let offsets: Vec<u64> = events
            .iter()
            .map(|event| event.offset.parse().unwrap())
            .collect();
        assert!(offsets[0] < offsets[1], "{offsets:?}");
    }
}

#[test]
fn a_device_that_was_created_anew_is_told_apart_by_its_generation() {
    let mut bench = Bench::new();
    for _ in 0..2 {
        let link = bench.connect("dev1");
        bench.publish(link, TOPIC, b"x", Some(1));
        bench.delete("dev1");
        bench.register("dev1");
    }
    let events = bench.events();
    assert_eq!(events.len(), 2, "telemetry outlives its device");
    assert_ne!(events[0].generation_id, events[1].generation_id);
}

#[test]
fn a_bag_says_the_same_however_it_is_written() {
    let bags = [
        ("a=b&c&d=", "a=b&c&d="),
        ("%61=%62&&c&d=&", "a=b&c&d="),
        ("$.mid=1&a=b", "%24.mid=1&a=b"),
        ("a=b&%24.mid=1&$.cid", "%24.mid=1&a=b"),
        ("k=%C3%A9/", "k=é"),
        ("$.cdid=other&$.cmid=m&a=b", "a=b"),
    ];
    for (bag, plain) in bags {
        let mut bench = Bench::new();
        let link = bench.connect("dev1");
        bench.publish(link, &format!("{TOPIC}{bag}"), b"x", None);
        let plain = MessageProperties::parse_bag(plain).unwrap();
        assert_eq!(bench.events().remove(0).properties, plain, "{bag}");
    }
}

#[test]
fn what_says_nothing_takes_no_room() {
    let full = "v".repeat(60_000);
    let bags = [
        ("&".repeat(60_000), 0..100),
        ("$.mid&".repeat(10_000), 0..100),
        (format!("{}a=b", "&".repeat(60_000)), 3..100),
        (format!("a={full}"), 60_000..60_100),
    ];
    for (bag, room) in bags {
        let mut bench = Bench::new();
        let link = bench.connect("dev1");
        for bag in ["", &bag, ""] {
            bench.publish(link, &format!("{TOPIC}{bag}"), b"", None);
        }
        let offsets: Vec<u64> = bench
            .events()
            .iter()
            .map(|event| event.offset.parse().unwrap())
            .collect();
        let [first, second, third] = offsets[..] else {
            panic!("{offsets:?}");
        };
        let more = (third - second) - (second - first);
        assert!(room.contains(&more), "{more} bytes for {bag:.10}…");
    }
}

#[test]
fn a_message_that_cannot_be_kept_is_not_acknowledged_and_leaves_no_trace() {
    for dup in [false, true] {
        let store = FailingStore::default();
        let mut bench = Bench::with_store(HubOptions::new(HOST, SEED), store.clone());
        let link = bench.connect("dev1");
        bench.publish(link, TOPIC, b"kept", Some(1));
        let before = bench.hub.device("dev1").unwrap().last_activity_time;
        bench.wait(SECOND);
        store.fails.set(true);
        let message = Publish {
            dup,
            ..message(TOPIC, b"lost", Some(2))
        };
        bench.packet(link, &Packet::Publish(message));
        assert_eq!(bench.said(link), ["PUBACK 1", "close store-failed"]);
        assert_eq!(bench.bodies(), ["kept"]);
        let device = bench.hub.device("dev1").unwrap();
        assert_eq!(device.last_activity_time, before);
        // The place that was meant for it goes to the next.
        store.fails.set(false);
        let link = bench.connect("dev1");
        bench.publish(link, TOPIC, b"next", Some(3));
        let numbers: Vec<_> = bench.events().iter().map(|it| it.sequence_number).collect();
        assert_eq!(numbers, [0, 1]);
    }
}

#[test]
fn whoever_sends_is_active() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "meter");
    let greeting = bench.module_greeting("dev1", "meter");
    let (device, module) = (bench.connect("dev1"), bench.connect_as(&greeting));
    let activity = |bench: &mut Bench| {
        let module = json(&bench.ask(&Ask::of_module("GET", "dev1", "meter")));
        let device = bench.hub.device("dev1").unwrap().last_activity_time;
        (device, module["lastActivityTime"].clone())
    };
    let before = activity(&mut bench);
    bench.wait(SECOND);
    bench.publish(
        module,
        "devices/dev1/modules/meter/messages/events/",
        b"x",
        None,
    );
    let between = activity(&mut bench);
    assert_eq!(between.0, before.0, "the module is not its device");
    assert_ne!(between.1, before.1);
    bench.wait(SECOND);
    bench.publish(device, TOPIC, b"x", None);
    let after = activity(&mut bench);
    assert_ne!(after.0, between.0);
    assert_eq!(after.1, between.1, "the device is not its module");
}
