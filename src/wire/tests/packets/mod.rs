//! Arbitrary control packets that MQTT 3.1.1 allows.

use proptest::collection::vec;
use proptest::prelude::*;
use wire::mqtt::mqttrs::{
    Connack, Connect, ConnectReturnCode, LastWill, Packet, Pid, Protocol, Publish, QoS, QosPid,
    Suback, Subscribe, SubscribeReturnCodes, SubscribeTopic, Unsubscribe,
};

/// A packet that owns its texts; the codec's own borrows them.
#[derive(Clone, Debug)]
pub(crate) enum AnyPacket {
    Connect(AnyConnect),
    Publish(AnyPublish),
    Owned(Packet<'static>),
}

#[derive(Clone, Debug)]
pub(crate) struct AnyConnect {
    keep_alive: u16,
    client_id: String,
    clean_session: bool,
    will: Option<(String, Vec<u8>, QoS, bool)>,
    login: Option<(String, Option<Vec<u8>>)>,
}

#[derive(Clone, Debug)]
pub(crate) struct AnyPublish {
    dup: bool,
    qospid: QosPid,
    retain: bool,
    topic: String,
    payload: Vec<u8>,
}

impl AnyPacket {
    pub(crate) fn packet(&self) -> Packet<'_> {
        match self {
            Self::Connect(connect) => Packet::Connect(connect.packet()),
            Self::Publish(publish) => Packet::Publish(publish.packet()),
            Self::Owned(packet) => packet.clone(),
        }
    }
}

impl AnyConnect {
    fn packet(&self) -> Connect<'_> {
        Connect {
            protocol: Protocol::MQTT311,
            keep_alive: self.keep_alive,
            client_id: &self.client_id,
            clean_session: self.clean_session,
            last_will: self
                .will
                .as_ref()
                .map(|(topic, message, qos, retain)| LastWill {
                    topic,
                    message,
                    qos: *qos,
                    retain: *retain,
                }),
            username: self.login.as_ref().map(|(name, _)| name.as_str()),
            password: self
                .login
                .as_ref()
                .and_then(|(_, password)| password.as_deref()),
        }
    }
}

impl AnyPublish {
    fn packet(&self) -> Publish<'_> {
        Publish {
            dup: self.dup,
            qospid: self.qospid,
            retain: self.retain,
            topic_name: &self.topic,
            payload: &self.payload,
        }
    }
}

/// Any packet of any type.
pub(crate) fn any_packet() -> impl Strategy<Value = AnyPacket> {
    prop_oneof![
        3 => connect().prop_map(AnyPacket::Connect),
        5 => publish().prop_map(AnyPacket::Publish),
        1 => connack().prop_map(|packet| AnyPacket::Owned(Packet::Connack(packet))),
        3 => acknowledgement().prop_map(AnyPacket::Owned),
        2 => subscribe().prop_map(|packet| AnyPacket::Owned(Packet::Subscribe(packet))),
        1 => suback().prop_map(|packet| AnyPacket::Owned(Packet::Suback(packet))),
        1 => unsubscribe().prop_map(|packet| AnyPacket::Owned(Packet::Unsubscribe(packet))),
        1 => prop_oneof![
            Just(Packet::Pingreq),
            Just(Packet::Pingresp),
            Just(Packet::Disconnect)
        ].prop_map(AnyPacket::Owned),
    ]
}

fn connect() -> impl Strategy<Value = AnyConnect> {
    (
        any::<u16>(),
        text(),
        any::<bool>(),
        proptest::option::of((topic(), bytes(), qos(), any::<bool>())),
        proptest::option::of((text(), proptest::option::of(bytes()))),
    )
        .prop_map(
            |(keep_alive, client_id, clean_session, will, login)| AnyConnect {
                keep_alive,
                client_id,
                clean_session,
                will,
                login,
            },
        )
}

fn publish() -> impl Strategy<Value = AnyPublish> {
    (any::<bool>(), qos_pid(), any::<bool>(), topic(), bytes()).prop_map(
        |(dup, qospid, retain, topic, payload)| AnyPublish {
            dup: dup && qospid != QosPid::AtMostOnce,
            qospid,
            retain,
            topic,
            payload,
        },
    )
}

fn connack() -> impl Strategy<Value = Connack> {
    prop_oneof![
        any::<bool>().prop_map(|session_present| Connack {
            session_present,
            code: ConnectReturnCode::Accepted,
        }),
        prop_oneof![
            Just(ConnectReturnCode::RefusedProtocolVersion),
            Just(ConnectReturnCode::RefusedIdentifierRejected),
            Just(ConnectReturnCode::ServerUnavailable),
            Just(ConnectReturnCode::BadUsernamePassword),
            Just(ConnectReturnCode::NotAuthorized),
        ]
        .prop_map(|code| Connack {
            session_present: false,
            code,
        }),
    ]
}

fn acknowledgement() -> impl Strategy<Value = Packet<'static>> {
    (pid(), 0..5).prop_map(|(pid, which)| match which {
        0 => Packet::Puback(pid),
        1 => Packet::Pubrec(pid),
        2 => Packet::Pubrel(pid),
        3 => Packet::Pubcomp(pid),
        _ => Packet::Unsuback(pid),
    })
}

fn subscribe() -> impl Strategy<Value = Subscribe> {
    let topic = (filter(), qos()).prop_map(|(topic_path, qos)| SubscribeTopic { topic_path, qos });
    (pid(), vec(topic, 1..8)).prop_map(|(pid, topics)| Subscribe { pid, topics })
}

fn suback() -> impl Strategy<Value = Suback> {
    let code = prop_oneof![
        qos().prop_map(SubscribeReturnCodes::Success),
        Just(SubscribeReturnCodes::Failure)
    ];
    (pid(), vec(code, 1..8)).prop_map(|(pid, return_codes)| Suback { pid, return_codes })
}

fn unsubscribe() -> impl Strategy<Value = Unsubscribe> {
    (pid(), vec(filter(), 1..8)).prop_map(|(pid, topics)| Unsubscribe { pid, topics })
}

fn qos() -> impl Strategy<Value = QoS> {
    prop_oneof![
        Just(QoS::AtMostOnce),
        Just(QoS::AtLeastOnce),
        Just(QoS::ExactlyOnce)
    ]
}

fn qos_pid() -> impl Strategy<Value = QosPid> {
    (qos(), pid()).prop_map(|(qos, pid)| match qos {
        QoS::AtMostOnce => QosPid::AtMostOnce,
        QoS::AtLeastOnce => QosPid::AtLeastOnce(pid),
        QoS::ExactlyOnce => QosPid::ExactlyOnce(pid),
    })
}

fn pid() -> impl Strategy<Value = Pid> {
    (1..=u16::MAX).prop_map(|id| Pid::try_from(id).expect("ids from 1 on are packet ids"))
}

/// Text without U+0000.
fn text() -> impl Strategy<Value = String> {
    "[^\0]{0,20}"
}

fn topic() -> impl Strategy<Value = String> {
    "[^\0+#]{1,20}"
}

fn filter() -> impl Strategy<Value = String> {
    prop_oneof![
        topic(),
        "([^\0+#/]{0,6}|\\+)(/([^\0+#/]{0,6}|\\+)){1,3}(/#)?",
        Just("#".into())
    ]
}

/// Mostly few bytes, sometimes so many that the remaining length grows a digit.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => vec(any::<u8>(), 0..40),
        2 => vec(any::<u8>(), 100..300),
        1 => (16_300..16_500_usize).prop_map(|size| vec![7; size]),
    ]
}
