//! A device's connection as a state machine.

use std::collections::VecDeque;
use std::time::Duration;

use wire::connection_string::DeviceConnectionString;
use wire::mqtt::mqttrs::{
    Connack, ConnectReturnCode, Packet, Pid, Publish, QosPid, Suback, SubscribeReturnCodes,
};
use wire::mqtt::{Frame, MqttError, Splitter, encode};
use wire::timestamp::Timestamp;
use wire::topic::{DeviceTopic, HubTopic, TopicFilter};

use crate::network::LinkError;

use super::error::{ConnectError, DisconnectReason, SendError, SubscribeError, may_pass};
use super::event::{Incoming, Output, SendId, SessionEvent};
use super::greeting::Greeting;
use super::message::{MAX_MESSAGE_SIZE, Message, check_size, check_topic};
use super::options::DeviceOptions;
use super::outbox::{Outbox, Pending};
use super::packet_ids::PacketIds;
use super::retry::Dice;
use super::subscriptions::Subscriptions;

/// The largest packet taken from the hub: a largest message, its topic, and headers.
const MAX_INCOMING: usize = MAX_MESSAGE_SIZE + 65_535 + 16;

/// A device's connection to its hub, across losses and retries, without I/O.
///
/// The owner feeds it: what the program wants ([`connect`](Self::connect),
/// [`publish`](Self::publish), [`subscribe`](Self::subscribe), [`disconnect`](Self::disconnect)),
/// what the link does ([`link_opened`](Self::link_opened), [`receive`](Self::receive),
/// [`link_closed`](Self::link_closed), [`link_failed`](Self::link_failed)), and that time has passed
/// ([`advance`](Self::advance), at [`next_deadline`](Self::next_deadline) or later).
///
/// # The drain rule
///
/// After each call that feeds it, the owner calls [`poll`](Self::poll) until it returns `None`, and
/// does what each [`Output`] says, in order. It feeds nothing in between: a link that fails while
/// outputs are being fetched is reported after the last one, and not at all if
/// [`Output::CloseLink`] came for it. A session never calls back.
///
/// # What it promises
///
/// - Each [`SendId`] gets exactly one [`SessionEvent::Sent`] or [`SessionEvent::SendFailed`].
/// - A message that was on a lost link goes out again on the next with its packet id and DUP=1,
///   in order, whether the hub kept the session or not.
/// - A packet id is not given to another packet while its answer may still come.
/// - PUBACK for a message of the hub is put out after the event that delivers the message.
pub struct Session {
    device: DeviceConnectionString,
    options: DeviceOptions,
    dice: Dice,
    phase: Phase,
    /// Attempts to connect since the program asked, or since the connection was lost.
    attempts: u32,
    /// Retries since then.
    retries: u32,
    outbox: Outbox,
    subscriptions: Subscriptions,
    packet_ids: PacketIds,
    splitter: Splitter,
    next_send: u64,
    outputs: VecDeque<Output>,
}

/// Where the connection stands.
#[derive(Clone, Copy)]
enum Phase {
    /// No connection, and none wanted.
    Idle,
    /// A link is being opened.
    Opening { deadline: Timestamp, renewing: bool },
    /// CONNECT is sent, its answer awaited.
    Greeting {
        deadline: Timestamp,
        renewing: bool,
        renew_at: Option<Timestamp>,
    },
    /// The hub accepted.
    Online(Online),
    /// The last attempt failed, the next one is to come.
    Waiting { until: Timestamp },
}

#[derive(Clone, Copy)]
struct Online {
    /// When to reconnect with a new token; `None` if the credential cannot be renewed.
    renew_at: Option<Timestamp>,
    heard_at: Timestamp,
    spoke_at: Timestamp,
    /// When the answer to a ping is overdue.
    pong_due: Option<Timestamp>,
}

impl Session {
    /// A session that rests until [`connect`](Self::connect). `seed` is for the jitter of retries.
    pub fn new(device: DeviceConnectionString, options: DeviceOptions, seed: u64) -> Self {
        Self {
            device,
            options,
            dice: Dice::new(seed),
            phase: Phase::Idle,
            attempts: 0,
            retries: 0,
            outbox: Outbox::default(),
            subscriptions: Subscriptions::default(),
            packet_ids: PacketIds::default(),
            splitter: Splitter::new(MAX_INCOMING),
            next_send: 0,
            outputs: VecDeque::new(),
        }
    }

    /// Whether the hub has accepted the connection, as far as the session knows. Not so while the
    /// device reconnects with a new token.
    pub fn is_connected(&self) -> bool {
        matches!(self.phase, Phase::Online(_))
    }

    /// Connects, at once if a retry is being waited for. Without effect if a connection is there or
    /// being made.
    pub fn connect(&mut self, now: Timestamp) {
        match self.phase {
            Phase::Idle => {
                if let Err(error) = Greeting::check_will(&self.device, &self.options) {
                    self.give_up(ConnectError::Will(error), &SendError::NotConnected);
                    return;
                }
                (self.attempts, self.retries) = (0, 0);
                self.open(now, false);
            }
            Phase::Waiting { .. } => self.open(now, false),
            Phase::Opening { .. } | Phase::Greeting { .. } | Phase::Online(_) => {}
        }
    }

    /// Sends telemetry, to arrive at least once: now, or when the connection that is being made is
    /// there. The outcome comes as [`SessionEvent::Sent`] or [`SessionEvent::SendFailed`] with the id returned.
    pub fn publish(&mut self, now: Timestamp, message: Message) -> SendId {
        let checked = message.check();
        let message_id = message.properties.system.message_id.clone();
        let topic = DeviceTopic::Telemetry {
            device_id: self.device.device_id.clone(),
            module_id: self.device.module_id.clone(),
            properties: message.properties,
        };
        self.queue(now, checked, topic.to_topic(), message.body, message_id)
    }

    /// Publishes to any topic that a device may use, for example a twin request or the answer to a
    /// direct method, under the rules of [`publish`](Self::publish).
    pub fn publish_to(&mut self, now: Timestamp, topic: &DeviceTopic, body: Vec<u8>) -> SendId {
        let checked = check_size(body.len());
        self.queue(now, checked, topic.to_topic(), body, None)
    }

    /// Subscribes for delivery at least once, now and after each reconnect. The outcome comes as
    /// [`SessionEvent::Subscribed`] or [`SessionEvent::SubscribeFailed`], the former again after
    /// each reconnect. Without a connection the filter is kept for the next one, so a program can
    /// subscribe before it connects.
    pub fn subscribe(&mut self, now: Timestamp, filter: TopicFilter) {
        if !self.is_own(&filter) {
            let why = SubscribeError::NotOwn {
                filter: filter.to_filter(),
            };
            self.event(SessionEvent::SubscribeFailed { filter, why });
        } else if let Some(qos) = self.subscriptions.want(&filter) {
            self.event(SessionEvent::Subscribed { filter, qos });
        } else {
            self.pump(now);
        }
    }

    /// Ends the connection, or the attempts to make one. Messages without acknowledgement fail.
    pub fn disconnect(&mut self, now: Timestamp) {
        match self.phase {
            Phase::Idle => return,
            Phase::Waiting { .. } => {}
            Phase::Opening { .. } | Phase::Greeting { .. } => self.close_link(),
            Phase::Online(_) => {
                self.send(now, &Packet::Disconnect);
                self.close_link();
            }
        }
        self.forget_link();
        self.event(SessionEvent::Disconnected {
            why: DisconnectReason::Requested,
        });
        self.rest(&SendError::Closed);
    }

    /// The link asked for by [`Output::OpenLink`] is open.
    pub fn link_opened(&mut self, now: Timestamp) {
        let Phase::Opening { deadline, renewing } = self.phase else {
            return;
        };
        self.splitter = Splitter::new(MAX_INCOMING);
        let greeting = Greeting::sign(&self.device, &self.options, now);
        let (packet, renew_at) = (encode(&greeting.packet()), greeting.renew_at());
        self.phase = Phase::Greeting {
            deadline,
            renewing,
            renew_at,
        };
        self.put_or_break(now, packet);
    }

    /// The other end closed the link.
    pub fn link_closed(&mut self, now: Timestamp) {
        if self.has_link() {
            self.lost(now, DisconnectReason::LinkClosed);
        }
    }

    /// The link could not be opened, or broke.
    pub fn link_failed(&mut self, now: Timestamp, error: LinkError) {
        if self.has_link() {
            self.lost(now, DisconnectReason::LinkFailed(error));
        }
    }

    /// Bytes came on the link, cut anyhow.
    pub fn receive(&mut self, now: Timestamp, bytes: &[u8]) {
        match &mut self.phase {
            Phase::Online(online) => online.heard_at = now,
            Phase::Greeting { .. } => {}
            _ => return,
        }
        self.splitter.push(bytes);
        // A packet may end the link; what came after it on that link is void.
        while matches!(self.phase, Phase::Greeting { .. } | Phase::Online(_)) {
            match self.splitter.next_frame() {
                Ok(Some(frame)) => self.frame(now, &frame),
                Ok(None) => break,
                Err(error) => self.break_off(now, error.into()),
            }
        }
    }

    /// Time has passed: does what is due.
    pub fn advance(&mut self, now: Timestamp) {
        self.expire(now);
        match self.phase {
            Phase::Opening { deadline, .. } | Phase::Greeting { deadline, .. }
                if deadline <= now =>
            {
                let timeout = self.options.connect_timeout;
                self.break_off(now, DisconnectReason::ConnectTimedOut(timeout));
            }
            Phase::Waiting { until } if until <= now => self.open(now, false),
            Phase::Online(online) => self.keep_online(now, online),
            _ => {}
        }
        self.pump(now);
    }

    /// When to call [`advance`](Self::advance) at the latest; `None` if time brings nothing.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let timeout = self.options.message_timeout;
        let phase = match self.phase {
            Phase::Idle => None,
            Phase::Opening { deadline, .. } | Phase::Greeting { deadline, .. } => Some(deadline),
            Phase::Waiting { until } => Some(until),
            Phase::Online(online) => earliest([
                online.renew_at,
                online.pong_due.or_else(|| self.ping_due(online)),
            ]),
        };
        earliest([
            phase,
            self.outbox.next_expiry(timeout),
            self.subscriptions.next_expiry(timeout),
        ])
    }

    /// The next thing to do, or `None` when all is done.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}

/// Connecting and losing.
impl Session {
    fn open(&mut self, now: Timestamp, renewing: bool) {
        self.attempts = self.attempts.saturating_add(1);
        self.phase = Phase::Opening {
            deadline: now.plus(self.options.connect_timeout),
            renewing,
        };
        let device = &self.device;
        let host = device.gateway_host_name.as_ref();
        let host = host.unwrap_or(&device.host_name).clone();
        self.outputs.push_back(Output::OpenLink { host });
    }

    fn connack(&mut self, now: Timestamp, connack: Connack) {
        let Phase::Greeting {
            renewing, renew_at, ..
        } = self.phase
        else {
            return self.violation(now, "a second CONNACK");
        };
        if connack.code != ConnectReturnCode::Accepted {
            return self.refused(now, connack.code);
        }
        (self.attempts, self.retries) = (0, 0);
        self.phase = Phase::Online(Online {
            renew_at,
            heard_at: now,
            spoke_at: now,
            pong_due: None,
        });
        self.event(if renewing {
            SessionEvent::TokenRenewed
        } else {
            SessionEvent::Connected {
                session_present: connack.session_present,
            }
        });
        self.pump(now);
    }

    /// Asks again or rests, after the hub said no.
    fn refused(&mut self, now: Timestamp, code: ConnectReturnCode) {
        self.close_link();
        self.forget_link();
        self.event(SessionEvent::Refused(code));
        if !(may_pass(code) && self.retry(now)) {
            self.give_up(ConnectError::Refused(code), &SendError::Refused(code));
        }
    }

    /// Closes the link, which is of no use any more.
    fn break_off(&mut self, now: Timestamp, why: DisconnectReason) {
        self.close_link();
        self.lost(now, why);
    }

    /// Asks again or rests, after the link is gone.
    fn lost(&mut self, now: Timestamp, why: DisconnectReason) {
        let last = why.clone();
        self.event(if self.seemed_connected() {
            SessionEvent::Disconnected { why }
        } else {
            SessionEvent::ConnectFailed { why }
        });
        self.forget_link();
        if !self.retry(now) {
            let attempts = self.attempts;
            self.give_up(
                ConnectError::Failed { attempts, last },
                &SendError::ConnectionLost,
            );
        }
    }

    /// To the program the connection stands while it is being renewed.
    fn seemed_connected(&self) -> bool {
        match self.phase {
            Phase::Online(_) => true,
            Phase::Opening { renewing, .. } | Phase::Greeting { renewing, .. } => renewing,
            Phase::Idle | Phase::Waiting { .. } => false,
        }
    }

    fn has_link(&self) -> bool {
        !matches!(self.phase, Phase::Idle | Phase::Waiting { .. })
    }

    fn retry(&mut self, now: Timestamp) -> bool {
        let attempt = self.retries.saturating_add(1);
        let Some(after) = self.options.retry.delay(attempt, self.dice.roll()) else {
            return false;
        };
        self.retries = attempt;
        self.phase = Phase::Waiting {
            until: now.plus(after),
        };
        self.event(SessionEvent::Retrying { attempt, after });
        true
    }

    fn give_up(&mut self, error: ConnectError, undelivered: &SendError) {
        self.rest(undelivered);
        self.event(SessionEvent::GaveUp(error));
    }

    /// No connection comes any more: whoever waits for one is told.
    fn rest(&mut self, undelivered: &SendError) {
        self.phase = Phase::Idle;
        for id in self.outbox.abandon(&mut self.packet_ids) {
            self.event(SessionEvent::SendFailed(id, undelivered.clone()));
        }
        for filter in self.subscriptions.abandon() {
            let why = SubscribeError::ConnectionLost;
            self.event(SessionEvent::SubscribeFailed { filter, why });
        }
    }

    fn close_link(&mut self) {
        self.outputs.push_back(Output::CloseLink);
    }

    fn forget_link(&mut self) {
        self.outbox.link_lost();
        self.subscriptions.link_lost(&mut self.packet_ids);
        self.packet_ids.link_lost();
    }
}

/// Time.
impl Session {
    fn expire(&mut self, now: Timestamp) {
        let timeout = self.options.message_timeout;
        while let Some((id, why)) = self.outbox.expire(now, timeout, &mut self.packet_ids) {
            self.event(SessionEvent::SendFailed(id, why));
        }
        while let Some((filter, why)) =
            self.subscriptions
                .expire(now, timeout, &mut self.packet_ids)
        {
            self.event(SessionEvent::SubscribeFailed { filter, why });
        }
    }

    fn keep_online(&mut self, now: Timestamp, online: Online) {
        let is_due = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        if is_due(online.pong_due) {
            self.break_off(now, DisconnectReason::DeadLink(self.pong_wait()));
        } else if is_due(online.renew_at) {
            self.renew(now);
        } else if online.pong_due.is_none() && is_due(self.ping_due(online)) {
            self.ping(now);
        }
    }

    /// A token cannot be replaced on a connection, so the connection is replaced, as the service's
    /// SDKs do. DISCONNECT keeps the hub from publishing the will.
    fn renew(&mut self, now: Timestamp) {
        self.send(now, &Packet::Disconnect);
        self.close_link();
        self.forget_link();
        self.open(now, true);
    }

    fn ping(&mut self, now: Timestamp) {
        let pong_wait = self.pong_wait();
        self.send(now, &Packet::Pingreq);
        if let Phase::Online(online) = &mut self.phase {
            online.pong_due = Some(now.plus(pong_wait));
        }
    }

    /// A ping is due after silence in either direction: without speaking the hub would close the
    /// link, and without hearing a dead link would go unnoticed.
    fn ping_due(&self, online: Online) -> Option<Timestamp> {
        let keep_alive = Duration::from_secs(self.options.keep_alive_seconds().into());
        let silent_since = online.heard_at.min(online.spoke_at);
        (!keep_alive.is_zero()).then(|| silent_since.plus(keep_alive))
    }

    /// The hub drops a silent device after one and a half keep-alives, so both ends give up after
    /// the same time.
    fn pong_wait(&self) -> Duration {
        Duration::from_secs(self.options.keep_alive_seconds().into()) / 2
    }
}

/// Packets from the hub.
impl Session {
    fn frame(&mut self, now: Timestamp, frame: &Frame) {
        match (frame.decode(), self.is_connected()) {
            (Err(error), _) => self.break_off(now, error.into()),
            (Ok(Packet::Connack(connack)), _) => self.connack(now, connack),
            (Ok(_), false) => self.violation(now, "a packet before CONNACK"),
            (Ok(Packet::Publish(publish)), true) => self.deliver(now, &publish),
            (Ok(Packet::Puback(packet_id)), true) => self.puback(now, packet_id),
            (Ok(Packet::Suback(suback)), true) => self.suback(now, &suback),
            (Ok(Packet::Pingresp), true) => self.pong(),
            (Ok(_), true) => self.violation(now, "a packet that it may not send"),
        }
    }

    fn violation(&mut self, now: Timestamp, what: &'static str) {
        self.break_off(now, DisconnectReason::Unexpected(what));
    }

    fn deliver(&mut self, now: Timestamp, publish: &Publish<'_>) {
        let packet_id = match publish.qospid {
            QosPid::AtMostOnce => None,
            QosPid::AtLeastOnce(packet_id) => Some(packet_id),
            QosPid::ExactlyOnce(_) => {
                return self.violation(now, "a message at QoS 2, which was not subscribed to");
            }
        };
        self.event(match HubTopic::parse(publish.topic_name) {
            Ok(topic) => SessionEvent::Message(Box::new(Incoming {
                topic,
                body: publish.payload.to_vec(),
                qos: u8::from(packet_id.is_some()),
                duplicate: publish.dup,
            })),
            Err(why) => SessionEvent::UnknownTopic {
                topic: publish.topic_name.to_owned(),
                why,
            },
        });
        if let Some(packet_id) = packet_id {
            self.send(now, &Packet::Puback(packet_id));
        }
    }

    /// An acknowledgement that nobody waits for belongs to a message that timed out.
    fn puback(&mut self, now: Timestamp, packet_id: Pid) {
        self.packet_ids.release(packet_id);
        if let Some(message) = self.outbox.acknowledge(packet_id) {
            let id = message.id;
            self.event(SessionEvent::Sent(id, message.into_receipt(now)));
        }
        self.pump(now);
    }

    fn suback(&mut self, now: Timestamp, suback: &Suback) {
        self.packet_ids.release(suback.pid);
        let granted = match suback.return_codes.first() {
            Some(SubscribeReturnCodes::Success(qos)) => Some(*qos as u8),
            Some(SubscribeReturnCodes::Failure) | None => None,
        };
        if let Some(filter) = self.subscriptions.acknowledge(suback.pid, granted) {
            self.event(match granted {
                Some(qos) => SessionEvent::Subscribed { filter, qos },
                None => SessionEvent::SubscribeFailed {
                    filter,
                    why: SubscribeError::Rejected,
                },
            });
        }
        self.pump(now);
    }

    fn pong(&mut self) {
        if let Phase::Online(online) = &mut self.phase {
            online.pong_due = None;
        }
    }
}

/// Packets to the hub.
impl Session {
    fn queue(
        &mut self,
        now: Timestamp,
        checked: Result<(), SendError>,
        topic: String,
        body: Vec<u8>,
        message_id: Option<String>,
    ) -> SendId {
        let id = SendId(self.next_send);
        self.next_send = self.next_send.wrapping_add(1);
        let checked = checked
            .and_then(|()| check_topic(&topic))
            .and_then(|()| self.check_room());
        match checked {
            Ok(()) => {
                let message = Pending::new(id, topic, body, message_id, now);
                self.outbox.push(message);
                self.pump(now);
            }
            Err(error) => self.event(SessionEvent::SendFailed(id, error)),
        }
        id
    }

    fn check_room(&self) -> Result<(), SendError> {
        let limit = self.options.max_pending;
        if matches!(self.phase, Phase::Idle) {
            Err(SendError::NotConnected)
        } else if self.outbox.len() >= limit {
            Err(SendError::TooManyPending { limit })
        } else {
            Ok(())
        }
    }

    fn is_own(&self, filter: &TopicFilter) -> bool {
        let device = &self.device;
        match filter {
            TopicFilter::CloudToDevice { device_id } => *device_id == device.device_id,
            TopicFilter::ModuleInputs {
                device_id,
                module_id,
            } => *device_id == device.device_id && Some(module_id) == device.module_id.as_ref(),
            TopicFilter::TwinResponses | TopicFilter::DesiredPatches | TopicFilter::Methods => true,
        }
    }

    /// Puts on the link what waits for it: first subscriptions, so that no message is missed.
    fn pump(&mut self, now: Timestamp) {
        while self.is_connected()
            && let Some(packet) = self.subscriptions.next_packet(now, &mut self.packet_ids)
        {
            self.put_or_break(now, packet);
        }
        let max_in_flight = self.options.max_in_flight;
        while self.is_connected()
            && let Some(packet) = self.outbox.next_packet(max_in_flight, &mut self.packet_ids)
        {
            match packet {
                Ok(bytes) => self.put_on_link(now, bytes),
                Err((id, error)) => self.event(SessionEvent::SendFailed(id, error)),
            }
        }
    }

    fn send(&mut self, now: Timestamp, packet: &Packet<'_>) {
        self.put_or_break(now, encode(packet));
    }

    fn put_or_break(&mut self, now: Timestamp, packet: Result<Vec<u8>, MqttError>) {
        match packet {
            Ok(bytes) => self.put_on_link(now, bytes),
            Err(error) => self.break_off(now, DisconnectReason::Unwritable(error)),
        }
    }

    fn put_on_link(&mut self, now: Timestamp, bytes: Vec<u8>) {
        if let Phase::Online(online) = &mut self.phase {
            online.spoke_at = now;
        }
        self.outputs.push_back(Output::Send(bytes));
    }

    fn event(&mut self, event: SessionEvent) {
        self.outputs.push_back(Output::Event(event));
    }
}

fn earliest<const N: usize>(times: [Option<Timestamp>; N]) -> Option<Timestamp> {
    times.into_iter().flatten().min()
}
