//! The hub itself: what goes in, what comes out, and what it is made of.

use std::collections::VecDeque;

use http::Request;
use wire::{
    connection_string::{DeviceConnectionString, DeviceCredential, ServiceConnectionString},
    event::{Event, EventPosition},
    mqtt::mqttrs::Packet,
    mqtt::{self, Frame, MqttError},
    rest::DeviceIdentity,
    timestamp::Timestamp,
};

use crate::{
    close_reason::CloseReason,
    connection::ConnectionId,
    connections::Connections,
    event_log::EventLog,
    feedback::Feedback,
    limits::Limits,
    methods::Methods,
    options::HubOptions,
    output::{Output, RequestId},
    partition::EventBounds,
    policy::{AccessPolicy, default_policies},
    query::Past,
    random::Random,
    refusal::Refusal,
    registry::Registry,
    rest,
    schedule::Schedule,
    session::Sessions,
    store::{Keeper, MemoryStore, Store},
};

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
    pub(crate) events: EventLog,
    pub(crate) connections: Connections,
    pub(crate) sessions: Sessions,
    /// The devices whose queues have something due.
    pub(crate) queues: Schedule<String>,
    pub(crate) feedback: Feedback,
    pub(crate) methods: Methods,
    pub(crate) limits: Limits,
    pub(crate) past: Past,
    pub(crate) store: Keeper,
    pub(crate) policies: Vec<AccessPolicy>,
    outputs: VecDeque<Output>,
    requests_taken: u64,
}

/// What happens around a hub, and what it wants done.
impl Hub {
    /// A new hub with the default policies, no devices and no events, that keeps its state in memory.
    pub fn new(options: HubOptions) -> Self {
        Self::with_store(options, Box::new(MemoryStore))
    }

    /// A new hub that has every change of its state committed to `store`.
    pub fn with_store(options: HubOptions, store: Box<dyn Store>) -> Self {
        let mut random = Random::new(options.seed);
        let policies = default_policies(&mut random);
        Self {
            events: EventLog::new(&options),
            limits: Limits::new(&options),
            options,
            random,
            registry: Registry::default(),
            connections: Connections::default(),
            sessions: Sessions::default(),
            queues: Schedule::default(),
            feedback: Feedback::default(),
            methods: Methods::default(),
            past: Past::default(),
            store: Keeper::new(store),
            policies,
            outputs: VecDeque::new(),
            requests_taken: 0,
        }
    }

    /// A link was opened that will speak MQTT.
    pub fn open(&mut self, now: Timestamp) -> ConnectionId {
        self.connections.open(now)
    }

    /// Bytes came in on a link. Bytes of a link that the hub has closed are ignored.
    pub fn receive(&mut self, now: Timestamp, connection: ConnectionId, mut bytes: &[u8]) {
        while let Some(splitter) = self.connections.splitter(connection) {
            let outcome = match splitter.next_in(&mut bytes) {
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
        rest::answer(self, now, id, request);
        id
    }

    /// Time has come to `now`: closes what has timed out, and forgets what is too old.
    pub fn advance(&mut self, now: Timestamp) {
        while let Some((connection, reason)) = self.connections.due(now) {
            self.close(now, connection, reason);
        }
        self.events.forget(now);
        self.advance_queues(now);
        self.advance_feedback(now);
        self.advance_methods(now);
        self.advance_limits(now);
        self.past.forget(now);
    }

    /// When [`advance`](Self::advance) must be called at the latest.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        [
            self.connections.next_deadline(),
            self.events.next_deadline(),
            self.next_queue_deadline(),
            self.feedback.next_deadline(),
            self.next_method_deadline(),
            self.limits.next_deadline(),
            self.past.next_deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// The next thing to do, in the order in which the hub decided on it.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}

/// What a hub tells whoever owns it, beside the protocols.
impl Hub {
    /// The hub's host name.
    pub fn host_name(&self) -> &str {
        &self.options.host_name
    }

    /// The shared access policy of this name. Names are case-sensitive.
    pub fn policy(&self, name: &str) -> Option<&AccessPolicy> {
        self.policies.iter().find(|policy| policy.name == name)
    }

    /// All shared access policies.
    pub fn policies(&self) -> &[AccessPolicy] {
        &self.policies
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

    /// The connection string of a device, with its primary key. `None` for a device that is unknown or has no key.
    pub fn device_connection_string(&self, device_id: &str) -> Option<DeviceConnectionString> {
        let keys = &self.device(device_id)?.authentication.symmetric_key;
        let key = keys.primary_key.as_ref()?.to_key().ok()?;
        Some(DeviceConnectionString {
            host_name: self.options.host_name.clone(),
            device_id: device_id.to_owned(),
            module_id: None,
            credential: DeviceCredential::SharedAccessKey(key),
            gateway_host_name: None,
        })
    }

    /// Rises with every change of what the hub keeps: a snapshot of the same revision is the same.
    pub fn revision(&self) -> u64 {
        self.store.commits()
    }

    /// How many partitions telemetry is spread over.
    pub fn partition_count(&self) -> u16 {
        self.events.partition_count()
    }

    /// At most `most` events of a partition from a position on; none if there is no such partition.
    ///
    /// An offset that is no decimal number counts as [`EventPosition::Earliest`].
    pub fn read_events(&self, partition: u16, from: &EventPosition, most: usize) -> Vec<Event> {
        self.events.read(partition, from, most)
    }

    /// Which events each partition keeps, and where it goes on: by this, a store forgets what the hub has forgotten.
    pub fn event_bounds(&self) -> impl Iterator<Item = EventBounds> {
        self.events.bounds()
    }

    /// The identity of a device as the registry would tell it.
    pub fn device(&self, device_id: &str) -> Option<&DeviceIdentity> {
        self.registry.get(device_id).map(|device| &device.identity)
    }

    /// All device identities, by id.
    pub fn devices(&self) -> impl Iterator<Item = &DeviceIdentity> {
        self.registry.iter().map(|device| &device.identity)
    }
}

/// Packets, in and out.
impl Hub {
    /// Carries out one packet. An error closes the connection.
    fn handle(
        &mut self,
        now: Timestamp,
        id: ConnectionId,
        frame: &Frame<'_>,
    ) -> Result<(), CloseReason> {
        let packet = frame.decode().map_err(CloseReason::Malformed)?;
        self.connections.heard(id, now);
        let is_connected = self.connections.client(id).is_some();
        let name = frame.name();
        match packet {
            Packet::Connect(_) if is_connected => Err(CloseReason::SecondConnect),
            Packet::Connect(connect) => self.connect(now, id, &connect),
            _ if !is_connected => Err(CloseReason::ConnectExpected { packet: name }),
            Packet::Publish(publish) => self.publish(now, id, &publish),
            Packet::Subscribe(subscribe) => self.subscribe(now, id, &subscribe),
            Packet::Unsubscribe(unsubscribe) => self.unsubscribe(id, &unsubscribe),
            Packet::Puback(pid) => self.acknowledged(now, id, pid),
            Packet::Pingreq => {
                self.send(id, &Packet::Pingresp);
                Ok(())
            }
            Packet::Disconnect => Err(CloseReason::Disconnected),
            _ => Err(CloseReason::UnexpectedPacket { packet: name }),
        }
    }

    /// The reason to close a connection whose bytes cannot be read.
    fn unreadable(&mut self, id: ConnectionId, error: MqttError) -> CloseReason {
        match error {
            MqttError::UnsupportedProtocol { .. } if self.connections.client(id).is_some() => {
                CloseReason::SecondConnect
            }
            MqttError::UnsupportedProtocol { name, level } => {
                self.refuse(id, Refusal::Protocol { name, level })
            }
            MqttError::TooLarge { size, .. } => CloseReason::MessageTooLarge { size },
            error => CloseReason::Malformed(error),
        }
    }

    pub(crate) fn send(&mut self, connection: ConnectionId, packet: &Packet<'_>) {
        // What the hub sends is small and well-formed; a packet that cannot be encoded is not sent at all.
        if let Ok(bytes) = mqtt::encode(packet) {
            self.put(Output::Send { connection, bytes });
        }
    }

    pub(crate) fn put(&mut self, output: Output) {
        self.outputs.push_back(output);
    }
}
