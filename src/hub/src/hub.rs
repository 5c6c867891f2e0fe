//! The hub itself: what goes in, what comes out, and who is connected.

use std::collections::{BTreeMap, VecDeque};

use http::{Request, Response};
use wire::{
    connection_string::ServiceConnectionString,
    event::{Event, EventPosition},
    mqtt::mqttrs::{
        Connack, ConnectReturnCode, Packet, QoS, Suback, Subscribe, SubscribeReturnCodes,
        Unsubscribe,
    },
    mqtt::{self, Frame, MqttError},
    rest::DeviceIdentity,
    timestamp::Timestamp,
    topic::TopicFilter,
};

use crate::{
    connection::{
        CloseReason, Connection, ConnectionId, Identity, MOST_SUBSCRIPTIONS, Refusal, Session,
    },
    options::HubOptions,
    partition::Partition,
    policy::{AccessPolicy, default_policies},
    random::Random,
    registry::Registry,
    rest,
};

/// Names one HTTP request that a hub was given; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(u64);

/// What a hub wants done.
#[derive(Debug)]
pub enum Output {
    /// Send these bytes, one MQTT packet, on a link.
    Send {
        /// The link.
        connection: ConnectionId,
        /// The packet.
        bytes: Vec<u8>,
    },
    /// Close a link, after what was to be sent on it. The hub has forgotten it already.
    Close {
        /// The link.
        connection: ConnectionId,
        /// Why: for a log or a lesson; the client is not told.
        reason: CloseReason,
    },
    /// Answer an HTTP request.
    Respond {
        /// The request.
        request: RequestId,
        /// The answer.
        response: Response<Vec<u8>>,
    },
}

/// An IoT hub, as a state machine.
///
/// # The drain rule
///
/// After every call of [`open`](Self::open), [`receive`](Self::receive), [`closed`](Self::closed),
/// [`request`](Self::request) or [`advance`](Self::advance), call [`poll`](Self::poll) until it returns `None`.
/// Call [`advance`](Self::advance) at the latest when [`next_deadline`](Self::next_deadline) has come.
/// A hub never calls back, and `now` must never fall behind the `now` of an earlier call.
pub struct Hub {
    pub(crate) options: HubOptions,
    pub(crate) random: Random,
    pub(crate) registry: Registry,
    pub(crate) partitions: Vec<Partition>,
    pub(crate) connections: BTreeMap<ConnectionId, Connection>,
    policies: Vec<AccessPolicy>,
    /// The sessions of identities; one of a client that asked for a clean session lives as long as its connection.
    sessions: BTreeMap<Identity, Session>,
    online: BTreeMap<Identity, ConnectionId>,
    outputs: VecDeque<Output>,
    links_opened: u64,
    requests_taken: u64,
}

impl Hub {
    /// A new hub with the default policies, no devices and no events.
    pub fn new(options: HubOptions) -> Self {
        let mut random = Random::new(options.seed);
        let policies = default_policies(&mut random);
        let partitions = (0..options.partitions.max(1))
            .map(|_| Partition::new())
            .collect();
        Self {
            options,
            random,
            registry: Registry::default(),
            partitions,
            connections: BTreeMap::new(),
            policies,
            sessions: BTreeMap::new(),
            online: BTreeMap::new(),
            outputs: VecDeque::new(),
            links_opened: 0,
            requests_taken: 0,
        }
    }

    /// The hub's host name.
    pub fn host_name(&self) -> &str {
        &self.options.host_name
    }

    /// The shared access policy of this name. Names are case-sensitive.
    pub fn policy(&self, name: &str) -> Option<&AccessPolicy> {
        self.policies.iter().find(|policy| policy.name == name)
    }

    /// The connection string of a policy, with its primary key.
    pub fn service_connection_string(&self, policy: &str) -> Option<ServiceConnectionString> {
        let policy = self.policy(policy)?;
        Some(ServiceConnectionString {
            host_name: self.options.host_name.clone(),
            policy: policy.name.clone(),
            key: policy.primary_key.clone(),
        })
    }

    /// A link was opened that will speak MQTT.
    pub fn open(&mut self, now: Timestamp) -> ConnectionId {
        self.links_opened += 1;
        let id = ConnectionId(self.links_opened);
        self.connections.insert(id, Connection::new(now));
        id
    }

    /// Bytes came in on a link. Bytes of a link that the hub has closed are ignored.
    pub fn receive(&mut self, now: Timestamp, connection: ConnectionId, bytes: &[u8]) {
        if let Some(open) = self.connections.get_mut(&connection) {
            open.splitter.push(bytes);
        }
        while let Some(open) = self.connections.get_mut(&connection) {
            let outcome = match open.splitter.next_frame() {
                Ok(None) => break,
                Ok(Some(frame)) => self.handle(now, connection, &frame),
                Err(error) => Err(self.unreadable(connection, error)),
            };
            if let Err(reason) = outcome {
                self.close(now, connection, reason);
            }
        }
    }

    /// A link was lost, or the other side closed it.
    pub fn closed(&mut self, now: Timestamp, connection: ConnectionId) {
        self.end(now, connection, &CloseReason::LinkLost);
    }

    /// An HTTP request came in. Its answer comes from [`poll`](Self::poll), at once or later.
    /// The request's target is the path and query; its body is whole.
    pub fn request(&mut self, now: Timestamp, request: &Request<Vec<u8>>) -> RequestId {
        self.requests_taken += 1;
        let id = RequestId(self.requests_taken);
        let response = rest::answer(self, now, request);
        self.outputs.push_back(Output::Respond {
            request: id,
            response,
        });
        id
    }

    /// Time has come to `now`: closes what has timed out, and forgets what is too old.
    pub fn advance(&mut self, now: Timestamp) {
        let due: Vec<_> = self
            .connections
            .iter()
            .map(|(id, connection)| (*id, connection.deadline()))
            .filter(|(_, (at, _))| *at <= now)
            .collect();
        for (id, (_, reason)) in due {
            self.close(now, id, reason);
        }
        for partition in &mut self.partitions {
            partition.forget(now, self.options.retention, self.options.partition_bytes);
        }
    }

    /// When [`advance`](Self::advance) must be called at the latest.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let connections = self
            .connections
            .values()
            .map(|connection| connection.deadline().0);
        let partitions = self
            .partitions
            .iter()
            .filter_map(|partition| partition.next_deadline(self.options.retention));
        connections.chain(partitions).min()
    }

    /// The next thing to do, in the order in which the hub decided on it.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// How many partitions telemetry is spread over.
    pub fn partition_count(&self) -> u16 {
        self.options.partitions.max(1)
    }

    /// At most `most` events of a partition from a position on; none if there is no such partition.
    pub fn read_events(&self, partition: u16, from: &EventPosition, most: usize) -> Vec<Event> {
        self.partitions
            .get(usize::from(partition))
            .map_or_else(Vec::new, |partition| partition.read(from, most))
    }

    /// The identity of a device as the registry would tell it.
    pub fn device(&self, device_id: &str) -> Option<&DeviceIdentity> {
        self.registry.get(device_id).map(|device| &device.identity)
    }

    /// All device identities, by id.
    pub fn devices(&self) -> impl Iterator<Item = &DeviceIdentity> {
        self.registry.iter().map(|device| &device.identity)
    }

    /// The reason to close a connection whose bytes cannot be read.
    fn unreadable(&mut self, connection: ConnectionId, error: MqttError) -> CloseReason {
        let first = self
            .connections
            .get(&connection)
            .is_some_and(|connection| connection.client.is_none());
        match error {
            MqttError::UnsupportedProtocol { name, level } if first => {
                self.refuse(connection, Refusal::Protocol { name, level })
            }
            MqttError::UnsupportedProtocol { .. } => CloseReason::SecondConnect,
            error => CloseReason::Malformed(error),
        }
    }

    /// Carries out one packet. An error closes the connection.
    fn handle(
        &mut self,
        now: Timestamp,
        id: ConnectionId,
        frame: &Frame,
    ) -> Result<(), CloseReason> {
        let packet = frame.decode().map_err(CloseReason::Malformed)?;
        let name = mqtt::packet_name(frame.bytes());
        let Some(connection) = self.connections.get_mut(&id) else {
            return Ok(());
        };
        connection.last_received = now;
        let connected = connection.client.is_some();
        match packet {
            Packet::Connect(_) if connected => Err(CloseReason::SecondConnect),
            Packet::Connect(connect) => match self.admit(now, &connect) {
                Ok(client) => {
                    self.welcome(now, id, client);
                    Ok(())
                }
                Err(refusal) => Err(self.refuse(id, refusal)),
            },
            _ if !connected => Err(CloseReason::ConnectExpected { packet: name }),
            Packet::Publish(publish) => self.publish(now, id, &publish),
            Packet::Subscribe(subscribe) => self.subscribe(id, &subscribe),
            Packet::Unsubscribe(unsubscribe) => self.unsubscribe(id, &unsubscribe),
            Packet::Pingreq => {
                self.send(id, &Packet::Pingresp);
                Ok(())
            }
            Packet::Disconnect => Err(CloseReason::Disconnected),
            _ => Err(CloseReason::UnexpectedPacket { packet: name }),
        }
    }

    /// Lets a client in: the newest connection of an identity wins.
    fn welcome(&mut self, now: Timestamp, id: ConnectionId, client: crate::connection::Client) {
        let identity = client.identity.clone();
        if let Some(older) = self.online.get(&identity).copied() {
            self.close(now, older, CloseReason::TakenOver);
        }
        if client.clean_session {
            self.sessions.remove(&identity);
        }
        let session_present = self.sessions.contains_key(&identity);
        self.sessions.entry(identity.clone()).or_default();
        if let Some(device) = self.registry.get_mut(&identity.device_id) {
            device.set_connected(now, true);
        }
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.client = Some(client);
        }
        self.online.insert(identity, id);
        self.send(
            id,
            &Packet::Connack(Connack {
                session_present,
                code: ConnectReturnCode::Accepted,
            }),
        );
    }

    /// Tells a client by CONNACK that it is refused; the connection is to be closed for the reason given back.
    fn refuse(&mut self, id: ConnectionId, refusal: Refusal) -> CloseReason {
        self.send(
            id,
            &Packet::Connack(Connack {
                session_present: false,
                code: refusal.return_code(),
            }),
        );
        CloseReason::Refused(refusal)
    }

    fn subscribe(&mut self, id: ConnectionId, subscribe: &Subscribe) -> Result<(), CloseReason> {
        let Some(session) = self.session_of(id) else {
            return Ok(());
        };
        let (identity, mut session) = session;
        let mut granted = Vec::new();
        for topic in &subscribe.topics {
            let filter = own_filter(&topic.topic_path, &identity)?;
            let qos = if topic.qos == QoS::AtMostOnce {
                QoS::AtMostOnce
            } else {
                QoS::AtLeastOnce
            };
            session.subscriptions.retain(|(known, _)| *known != filter);
            session.subscriptions.push((filter, qos));
            if session.subscriptions.len() > MOST_SUBSCRIPTIONS {
                return Err(CloseReason::TooManySubscriptions);
            }
            granted.push(SubscribeReturnCodes::Success(qos));
        }
        self.sessions.insert(identity, session);
        self.send(
            id,
            &Packet::Suback(Suback {
                pid: subscribe.pid,
                return_codes: granted,
            }),
        );
        Ok(())
    }

    fn unsubscribe(
        &mut self,
        id: ConnectionId,
        unsubscribe: &Unsubscribe,
    ) -> Result<(), CloseReason> {
        let Some((identity, mut session)) = self.session_of(id) else {
            return Ok(());
        };
        for topic in &unsubscribe.topics {
            let filter = own_filter(topic, &identity)?;
            session.subscriptions.retain(|(known, _)| *known != filter);
        }
        self.sessions.insert(identity, session);
        self.send(id, &Packet::Unsuback(unsubscribe.pid));
        Ok(())
    }

    /// The identity behind a connection, and its session.
    fn session_of(&self, id: ConnectionId) -> Option<(Identity, Session)> {
        let identity = self.connections.get(&id)?.client.as_ref()?.identity.clone();
        let session = self.sessions.get(&identity).cloned().unwrap_or_default();
        Some((identity, session))
    }

    pub(crate) fn send(&mut self, connection: ConnectionId, packet: &Packet<'_>) {
        // What the hub sends is small and well-formed; a packet that cannot be encoded is not sent at all.
        if let Ok(bytes) = mqtt::encode(packet) {
            self.outputs.push_back(Output::Send { connection, bytes });
        }
    }

    /// Closes the connection that a device has, if it has one.
    pub(crate) fn close_device(&mut self, now: Timestamp, device_id: &str, reason: &CloseReason) {
        let connections: Vec<_> = self
            .online
            .iter()
            .filter(|(identity, _)| identity.device_id == device_id)
            .map(|(_, connection)| *connection)
            .collect();
        for connection in connections {
            self.close(now, connection, reason.clone());
        }
    }

    /// Forgets what the hub kept for a device's sessions.
    pub(crate) fn forget_sessions(&mut self, device_id: &str) {
        self.sessions
            .retain(|identity, _| identity.device_id != device_id);
    }

    fn close(&mut self, now: Timestamp, connection: ConnectionId, reason: CloseReason) {
        if self.connections.contains_key(&connection) {
            self.end(now, connection, &reason);
            self.outputs.push_back(Output::Close { connection, reason });
        }
    }

    /// Forgets a connection, and does what its end calls for.
    fn end(&mut self, now: Timestamp, connection: ConnectionId, reason: &CloseReason) {
        let Some(client) = self
            .connections
            .remove(&connection)
            .and_then(|ended| ended.client)
        else {
            return;
        };
        self.online.remove(&client.identity);
        if client.clean_session {
            self.sessions.remove(&client.identity);
        }
        if *reason != CloseReason::Disconnected
            && let Some(will) = client.will
        {
            // A will that cannot be stored (its device is gone) has nobody left to be told.
            let _ = self.store_telemetry(
                now,
                &client.identity,
                client.auth_method,
                will.properties,
                will.body,
            );
        }
        if let Some(device) = self.registry.get_mut(&client.identity.device_id) {
            device.set_connected(now, false);
        }
    }
}

/// Reads a topic filter, which must be one that the hub has for this identity.
fn own_filter(text: &str, identity: &Identity) -> Result<TopicFilter, CloseReason> {
    let foreign = || CloseReason::ForeignFilter {
        filter: text.to_owned(),
    };
    let filter = TopicFilter::parse(text).map_err(|_| foreign())?;
    let own = match &filter {
        TopicFilter::CloudToDevice { device_id } => {
            *device_id == identity.device_id && identity.module_id.is_none()
        }
        TopicFilter::ModuleInputs {
            device_id,
            module_id,
        } => *device_id == identity.device_id && Some(module_id) == identity.module_id.as_ref(),
        TopicFilter::TwinResponses | TopicFilter::DesiredPatches | TopicFilter::Methods => true,
    };
    if own { Ok(filter) } else { Err(foreign()) }
}
