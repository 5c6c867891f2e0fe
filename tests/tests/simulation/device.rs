//! A device that speaks bytes: connects, subscribes, publishes, and answers what it is sent.

use std::collections::BTreeMap;

use hub::ConnectionId;
use serde_json::Value;
use wire::mqtt::mqttrs::{
    Connect, ConnectReturnCode, Packet, Pid, Protocol, Publish, QoS, QosPid, Subscribe,
    SubscribeReturnCodes, SubscribeTopic,
};
use wire::topic::HubTopic;

use crate::world::{HOST, World};

/// A device's end of its connection.
pub(crate) struct Device {
    pub(crate) name: &'static str,
    token: String,
    pub(crate) link: Option<ConnectionId>,
    /// A link on which CONNECT was sent, and whether it asked for a clean session.
    connecting: Option<(ConnectionId, bool)>,
    /// SUBSCRIBE packets without an answer.
    subscribing: BTreeMap<u16, (Filter, QoS)>,
    /// What the hub keeps of it: granted filters and their quality of service.
    pub(crate) subscribed: BTreeMap<Filter, QoS>,
    clean: bool,
    next_pid: u16,
    /// What was published at QoS 1 and not acknowledged.
    pub(crate) unacknowledged: BTreeMap<u16, Published>,
    /// Messages that came at QoS 1 and were not acknowledged: packet id and message id.
    pub(crate) received: Vec<(Pid, String)>,
    /// Method calls that were not answered: request id and payload.
    pub(crate) called: Vec<(String, Value)>,
    /// Twin requests that were not answered, by request id.
    pub(crate) asked: BTreeMap<String, Asked>,
    /// Desired patches that came: version and payload.
    pub(crate) notifications: Vec<(u64, Value)>,
}

/// A topic filter of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Filter {
    Messages,
    TwinResponses,
    Desired,
    Methods,
}

/// What a device published.
pub(crate) enum Published {
    Telemetry(String),
    Other,
}

/// What a device asked of its twin.
pub(crate) enum Asked {
    Get,
    Patch { patch: Value, version: Option<u64> },
}

impl Device {
    pub(crate) fn new(name: &'static str, token: String) -> Self {
        Self {
            name,
            token,
            link: None,
            connecting: None,
            subscribing: BTreeMap::new(),
            subscribed: BTreeMap::new(),
            clean: false,
            next_pid: 0,
            unacknowledged: BTreeMap::new(),
            received: Vec::new(),
            called: Vec::new(),
            asked: BTreeMap::new(),
            notifications: Vec::new(),
        }
    }

    /// The link is gone, and with it all that was under way.
    pub(crate) fn link_lost(&mut self) {
        self.link = None;
        self.subscribing.clear();
        if self.clean {
            self.subscribed.clear();
        }
        self.unacknowledged.clear();
        self.received.clear();
        self.called.clear();
        self.asked.clear();
    }

    /// The hub closed a link, perhaps one that was left for another. Gives whether it was the device's own.
    pub(crate) fn link_closed(&mut self, link: ConnectionId) -> bool {
        let is_own = self.link == Some(link);
        if is_own {
            self.link_lost();
        }
        is_own
    }

    /// The hub let the device in.
    fn accepted(&mut self, link: ConnectionId) {
        let (connecting, clean) = self.connecting.take().expect("CONNACK answers CONNECT");
        assert_eq!(connecting, link);
        assert_eq!(self.link, None, "the former link is closed before");
        self.link = Some(link);
        self.clean = clean;
        if clean {
            self.subscribed.clear();
        }
    }

    pub(crate) fn next_pid(&mut self) -> Pid {
        self.next_pid = self.next_pid % 60_000 + 1;
        Pid::try_from(self.next_pid).unwrap()
    }
}

impl Filter {
    pub(crate) const ALL: [Self; 4] = [
        Self::Messages,
        Self::TwinResponses,
        Self::Desired,
        Self::Methods,
    ];

    fn text(self, device: &str) -> String {
        match self {
            Self::Messages => format!("devices/{device}/messages/devicebound/#"),
            Self::TwinResponses => "$iothub/twin/res/#".to_owned(),
            Self::Desired => "$iothub/twin/PATCH/properties/desired/#".to_owned(),
            Self::Methods => "$iothub/methods/POST/#".to_owned(),
        }
    }
}

/// What devices do.
impl World {
    pub(crate) fn connect(&mut self, index: usize, clean: bool) {
        let link = self.open(index);
        let device = &self.devices[index];
        let user = format!("{HOST}/{}/?api-version=2021-04-12", device.name);
        let token = device.token.clone();
        let connect = Connect {
            protocol: Protocol::MQTT311,
            keep_alive: 0,
            client_id: device.name,
            clean_session: clean,
            last_will: None,
            username: Some(&user),
            password: Some(token.as_bytes()),
        };
        self.devices[index].connecting = Some((link, clean));
        self.send(link, &Packet::Connect(connect));
        self.devices[index].connecting = None;
    }

    pub(crate) fn subscribe(&mut self, index: usize, filter: Filter, qos: QoS) {
        let device = &mut self.devices[index];
        let Some(link) = device.link else {
            return;
        };
        let pid = device.next_pid();
        device.subscribing.insert(pid.get(), (filter, qos));
        let topic_path = filter.text(device.name);
        let topics = vec![SubscribeTopic { topic_path, qos }];
        self.send(link, &Packet::Subscribe(Subscribe { pid, topics }));
    }

    pub(crate) fn publish(
        &mut self,
        index: usize,
        topic: &str,
        body: &[u8],
        published: Option<Published>,
    ) {
        let device = &mut self.devices[index];
        let Some(link) = device.link else {
            return;
        };
        let qospid = match published {
            None => QosPid::AtMostOnce,
            Some(published) => {
                let pid = device.next_pid();
                device.unacknowledged.insert(pid.get(), published);
                QosPid::AtLeastOnce(pid)
            }
        };
        let publish = Publish {
            dup: false,
            qospid,
            retain: false,
            topic_name: topic,
            payload: body,
        };
        self.send(link, &Packet::Publish(publish));
    }
}

/// What devices hear.
impl World {
    pub(crate) fn hear(&mut self, index: usize, link: ConnectionId, packet: &Packet<'_>) {
        match packet {
            Packet::Connack(connack) => {
                if connack.code == ConnectReturnCode::Accepted {
                    self.devices[index].accepted(link);
                } else {
                    assert!(self.journal.is_failing(), "refused for no cause");
                }
            }
            Packet::Suback(suback) => {
                let device = &mut self.devices[index];
                let answered = device.subscribing.remove(&suback.pid.get());
                let (filter, asked) = answered.expect("SUBACK answers SUBSCRIBE");
                assert_eq!(suback.return_codes, [SubscribeReturnCodes::Success(asked)]);
                device.subscribed.insert(filter, asked);
            }
            Packet::Puback(pid) => {
                let answered = self.devices[index].unacknowledged.remove(&pid.get());
                let answered = answered.expect("PUBACK answers PUBLISH");
                assert!(!self.journal.is_failing() || matches!(answered, Published::Other));
                if let Published::Telemetry(body) = answered {
                    self.seen.telemetry += 1;
                    self.models[index].telemetry.push(body);
                }
            }
            Packet::Publish(publish) => self.hear_publish(index, publish),
            other => panic!("the hub sent {other:?}"),
        }
    }

    fn hear_publish(&mut self, index: usize, publish: &Publish<'_>) {
        let topic = HubTopic::parse(publish.topic_name).expect("the hub knows its topics");
        let body = publish.payload;
        match topic {
            HubTopic::CloudToDevice { properties, .. } => {
                let id = properties
                    .system
                    .message_id
                    .expect("every message has an id here");
                assert_eq!(body, id.as_bytes());
                self.message_came(index, id, publish);
            }
            HubTopic::TwinResponse {
                status,
                request_id,
                version,
            } => self.twin_answered(index, status, &request_id, version, body),
            HubTopic::DesiredPatch { version } => self.desired_came(index, version, body),
            HubTopic::MethodRequest { request_id, .. } => {
                let granted = self.devices[index].subscribed.get(&Filter::Methods);
                assert!(granted.is_some(), "a method came without a subscription");
                let payload = serde_json::from_slice(body).expect("payloads are JSON");
                self.devices[index].called.push((request_id, payload));
            }
            HubTopic::ModuleInput { .. } => panic!("there are no modules here"),
        }
    }
}
