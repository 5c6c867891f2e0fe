//! Devices whose ids have a `#` or a `+`: the registry takes them, and MQTT topics cannot.

use hub::CloseReason;
use wire::mqtt::MqttError;

use crate::bench::Bench;

/// A PUBLISH at QoS 0, which no codec would write.
fn publish(topic: &str) -> Vec<u8> {
    let size = u8::try_from(topic.len()).unwrap();
    let mut bytes = vec![0x30, size + 2, 0, size];
    bytes.extend(topic.as_bytes());
    bytes
}

#[test]
fn they_connect_and_cannot_send() {
    for id in ["dev#1", "dev+1", "#", "+"] {
        let mut bench = Bench::new();
        bench.register(id);
        let link = bench.connect(id);
        bench.bytes(link, &publish(&format!("devices/{id}/messages/events/")));
        let why = CloseReason::Malformed(MqttError::BadField {
            packet: "PUBLISH",
            field: "topic",
            why: "a topic cannot hold the wildcards `+` and `#`",
        });
        assert_eq!(bench.reason(link), Some(&why), "{id}");
        assert!(bench.events().is_empty());
    }
}

#[test]
fn an_encoded_id_is_another_id() {
    let mut bench = Bench::new();
    bench.register("dev#1");
    let link = bench.connect("dev#1");
    let topic = "devices/dev%231/messages/events/";
    bench.publish(link, topic, b"x", None);
    let topic = topic.to_owned();
    assert_eq!(
        bench.reason(link),
        Some(&CloseReason::ForeignTopic { topic })
    );

    bench.register("dev%231");
    let link = bench.connect("dev%231");
    bench.publish(link, "devices/dev%231/messages/events/", b"x", Some(1));
    assert_eq!(bench.said(link), ["PUBACK 1"]);
    assert_eq!(bench.events()[0].device_id, "dev%231");
}

#[test]
fn they_subscribe_to_what_does_not_name_them() {
    use wire::mqtt::mqttrs::QoS;
    let mut bench = Bench::new();
    bench.register("dev+1");
    let link = bench.connect("dev+1");
    bench.subscribe(link, &[("$iothub/methods/POST/#", QoS::AtLeastOnce)]);
    assert_eq!(bench.said(link), ["SUBACK 1 [1]"]);
    // A level that is a wildcard altogether is well-formed, and nobody's.
    bench.register("+");
    let link = bench.connect("dev2");
    bench.subscribe(
        link,
        &[("devices/+/messages/devicebound/#", QoS::AtLeastOnce)],
    );
    assert_eq!(bench.said(link), ["close foreign-filter"]);
}

#[test]
fn all_other_legal_characters_can_be_sent_from() {
    for id in ["-.%_*?!(),:=@$'", "?x", "api-version=1", "a:b@c"] {
        let mut bench = Bench::new();
        bench.register(id);
        let link = bench.connect(id);
        let topic = format!("devices/{id}/messages/events/");
        bench.publish(link, &topic, b"x", Some(1));
        assert_eq!(bench.said(link), ["PUBACK 1"], "{id}");
    }
}
