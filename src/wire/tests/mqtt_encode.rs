//! What cannot be encoded is an error, never a panic and never wrong bytes.

use wire::mqtt::mqttrs::{
    Connack, Connect, ConnectReturnCode, LastWill, Packet, Pid, Protocol, Publish, QoS, QosPid,
    Suback, Subscribe, SubscribeTopic, Unsubscribe,
};
use wire::mqtt::{Frame, MAX_PACKET, MqttError, encode};

fn refused(packet: impl Into<Packet<'static>>, expected: &str) {
    match encode(&packet.into()) {
        Ok(bytes) => panic!("encoded as {} bytes", bytes.len()),
        Err(error) => assert_eq!(error.to_string(), expected),
    }
}

fn long(size: usize) -> &'static str {
    "x".repeat(size).leak()
}

const CONNECT: Connect<'static> = Connect {
    protocol: Protocol::MQTT311,
    keep_alive: 60,
    client_id: "dev1",
    clean_session: false,
    last_will: None,
    username: None,
    password: None,
};

const PUBLISH: Publish<'static> = Publish {
    dup: false,
    qospid: QosPid::AtMostOnce,
    retain: false,
    topic_name: "t",
    payload: b"",
};

fn will(topic: &'static str, message: &'static [u8]) -> LastWill<'static> {
    LastWill {
        topic,
        message,
        qos: QoS::AtMostOnce,
        retain: false,
    }
}

#[test]
fn texts_that_do_not_fit() {
    let most = "expected at most 65535 bytes";
    let connect = |field: &str, packet: Connect<'static>| {
        refused(packet, &format!("malformed CONNECT: {field}: {most}"));
    };
    let client_id = long(65_536);
    connect(
        "client id",
        Connect {
            client_id,
            ..CONNECT
        },
    );
    let last_will = Some(will(client_id, b""));
    connect(
        "will topic",
        Connect {
            last_will,
            ..CONNECT
        },
    );
    let last_will = Some(will("t", client_id.as_bytes()));
    connect(
        "will payload",
        Connect {
            last_will,
            ..CONNECT
        },
    );
    let username = Some(client_id);
    connect(
        "user name",
        Connect {
            username,
            ..CONNECT
        },
    );
    let password = Some(client_id.as_bytes());
    connect(
        "password",
        Connect {
            username: Some("u"),
            password,
            ..CONNECT
        },
    );
    let topic_name = client_id;
    refused(
        Publish {
            topic_name,
            ..PUBLISH
        },
        &format!("malformed PUBLISH: topic: {most}"),
    );
    let topic = SubscribeTopic {
        topic_path: client_id.to_owned(),
        qos: QoS::AtMostOnce,
    };
    refused(
        Subscribe::new(Pid::new(), vec![topic]),
        &format!("malformed SUBSCRIBE: topic filter: {most}"),
    );
    refused(
        Unsubscribe::new(Pid::new(), vec![client_id.to_owned()]),
        &format!("malformed UNSUBSCRIBE: topic filter: {most}"),
    );
}

#[test]
fn the_longest_texts_fit() {
    let most = long(65_535);
    let packet = Packet::Connect(Connect {
        client_id: most,
        last_will: Some(will(most, most.as_bytes())),
        username: Some(most),
        password: Some(most.as_bytes()),
        ..CONNECT
    });
    let bytes = encode(&packet).expect("it fits");
    let frame = Frame::parse(&bytes).expect("a good packet");
    assert_eq!(frame.decode(), Ok(packet));
}

#[test]
fn many_filters_fit() {
    let topics = (0..1000).map(|number| format!("{}/{number}", long(300)));
    let packet = Packet::Unsubscribe(Unsubscribe::new(Pid::new(), topics.collect()));
    let bytes = encode(&packet).expect("it fits");
    let frame = Frame::parse(&bytes).expect("a good packet");
    assert_eq!(frame.decode(), Ok(packet));
}

#[test]
fn what_the_protocol_forbids() {
    refused(
        Connect {
            protocol: Protocol::MQIsdp,
            ..CONNECT
        },
        "the client speaks protocol \"MQIsdp\" level 3; expected \"MQTT\" level 4 (MQTT 3.1.1)",
    );
    refused(
        Connect {
            password: Some(b"p"),
            ..CONNECT
        },
        "malformed CONNECT: connect flags: a password without a user name",
    );
    refused(
        Connack {
            session_present: true,
            code: ConnectReturnCode::NotAuthorized,
        },
        "malformed CONNACK: a refusal cannot have a session present",
    );
    refused(
        Publish {
            topic_name: "",
            ..PUBLISH
        },
        "malformed PUBLISH: topic: expected at least one character",
    );
    refused(
        Publish {
            topic_name: "a/#",
            ..PUBLISH
        },
        "malformed PUBLISH: topic: a topic cannot hold the wildcards `+` and `#`",
    );
    refused(
        Publish {
            dup: true,
            ..PUBLISH
        },
        "malformed PUBLISH: a packet of QoS 0 cannot be a duplicate, but DUP is set",
    );
    refused(
        Subscribe::new(Pid::new(), vec![]),
        "malformed SUBSCRIBE: expected at least one topic filter",
    );
    refused(
        Unsubscribe::new(Pid::new(), vec![]),
        "malformed UNSUBSCRIBE: expected at least one topic filter",
    );
    refused(
        Suback::new(Pid::new(), vec![]),
        "malformed SUBACK: expected at least one return code",
    );
}

/// Run with `--ignored`: it needs a quarter of a gigabyte.
#[test]
#[ignore = "needs a quarter of a gigabyte of memory"]
fn a_packet_that_mqtt_cannot_express() {
    let payload = vec![0; MAX_PACKET - 5 - 3].leak();
    let fits = Packet::Publish(Publish { payload, ..PUBLISH });
    assert_eq!(encode(&fits).map(|bytes| bytes.len()), Ok(MAX_PACKET));
    let payload = vec![0; MAX_PACKET].leak();
    let too_large = Packet::Publish(Publish { payload, ..PUBLISH });
    assert!(matches!(
        encode(&too_large),
        Err(MqttError::TooLarge { .. })
    ));
}
