//! A device's connection as a state machine.

mod connection;
mod packets;

use std::collections::{BTreeSet, VecDeque};

use serde_json::{Map, Value};
use wire::connection_string::DeviceConnectionString;
use wire::mqtt::mqttrs::Packet;
use wire::mqtt::{Splitter, encode};
use wire::timestamp::Timestamp;
use wire::topic::{DeviceTopic, TopicFilter};

use crate::network::LinkError;

use super::error::{ConnectError, DisconnectReason, SendError, SubscribeError, TwinError};
use super::event::{Delivery, Output, SendId, SessionEvent, TwinRequestId};
use super::greeting::Greeting;
use super::message::{MAX_MESSAGE_SIZE, check_size};
use super::method::{MethodRequest, write_payload};
use super::options::DeviceOptions;
use super::outbox::{Outbox, Pending};
use super::packet_ids::PacketIds;
use super::retry::Dice;
use super::subscriptions::Subscriptions;
use super::twin_requests::{TwinRequest, TwinRequests};
use crate::message::Message;

/// The largest packet taken from the hub: a largest message, its topic, and headers.
const MAX_INCOMING: usize = MAX_MESSAGE_SIZE + 65_535 + 16;

/// A device's connection to its hub, across losses and retries, without I/O.
///
/// The owner feeds it: what the program wants ([`connect`](Self::connect),
/// [`publish`](Self::publish), [`subscribe`](Self::subscribe), [`get_twin`](Self::get_twin),
/// [`respond`](Self::respond), [`acknowledge`](Self::acknowledge), [`disconnect`](Self::disconnect)),
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
/// - Each [`TwinRequestId`] gets exactly one [`SessionEvent::TwinAnswered`] or
///   [`SessionEvent::TwinFailed`].
/// - A cloud-to-device message that came at least once is not acknowledged before the owner
///   [says so](Self::acknowledge), so that a program that ends before it took the message does not
///   lose it. PUBACK for anything else of the hub is put out after the event that delivers it.
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
    twin_requests: TwinRequests,
    packet_ids: PacketIds,
    /// How many connections the hub has accepted.
    connections: u64,
    /// The messages of this connection that wait for the owner to acknowledge them.
    held: BTreeSet<u16>,
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
            twin_requests: TwinRequests::default(),
            packet_ids: PacketIds::default(),
            connections: 0,
            held: BTreeSet::new(),
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
    /// there. The outcome comes as [`SessionEvent::Sent`] or [`SessionEvent::SendFailed`] with the
    /// id returned.
    pub fn publish(&mut self, now: Timestamp, message: Message) -> SendId {
        let checked = message.check();
        let message_id = message.properties.system.message_id.clone();
        let topic = DeviceTopic::Telemetry {
            device_id: self.device.device_id.clone(),
            module_id: self.device.module_id.clone(),
            properties: message.properties,
        };
        self.publish_checked(now, checked, topic.to_topic(), message.body, message_id)
    }

    /// Publishes to any topic that a device may use, for example a twin request or the answer to a
    /// direct method, under the rules of [`publish`](Self::publish). Request ids that are a `t` and
    /// a number are the session's own.
    pub fn publish_to(&mut self, now: Timestamp, topic: &DeviceTopic, body: Vec<u8>) -> SendId {
        let checked = check_size(body.len());
        self.publish_checked(now, checked, topic.to_topic(), body, None)
    }

    /// Acknowledges a message that [is held](super::Incoming::is_held). Without effect if the
    /// connection on which it came has ended: the hub delivers it again on the next.
    pub fn acknowledge(&mut self, now: Timestamp, delivery: Delivery) {
        if let Some(packet_id) = delivery.held
            && self.connection() == Some(delivery.connection)
            && self.held.remove(&packet_id.get())
        {
            self.send(now, &Packet::Puback(packet_id));
        }
    }

    /// Answers a direct method; `null` is an answer without a payload. The outcome comes as
    /// [`SessionEvent::Sent`] or [`SessionEvent::SendFailed`] with the id returned: the latter if the
    /// connection on which the method was called ends, because nobody waits for the answer then.
    pub fn respond(
        &mut self,
        now: Timestamp,
        method: &MethodRequest,
        status: i32,
        payload: &Value,
    ) -> SendId {
        let id = self.next_send_id();
        let topic = DeviceTopic::MethodResponse {
            status,
            request_id: method.request_id.clone(),
        };
        let is_there = self.connection() == Some(method.delivery.connection);
        let checked = if is_there {
            Ok(())
        } else {
            Err(SendError::CallerGone)
        };
        match checked.and_then(|()| write_payload(payload)) {
            Ok(body) => {
                let answer = Pending::new(id, topic.to_topic(), body, None, now);
                self.queue(now, answer.for_this_link());
            }
            Err(error) => self.event(SessionEvent::SendFailed(id, error)),
        }
        id
    }

    /// Asks for the twin. The answer comes as [`SessionEvent::TwinAnswered`] or
    /// [`SessionEvent::TwinFailed`] with the id returned. The topic of the answers is subscribed to
    /// first if it is not yet. If the connection is lost before the answer, the twin is asked for
    /// again on the next.
    pub fn get_twin(&mut self, now: Timestamp) -> TwinRequestId {
        self.ask(now, Ok(TwinRequest::Get))
    }

    /// Changes reported properties by a merge patch (RFC 7386) and asks for their new version, as
    /// [`get_twin`](Self::get_twin) asks for the twin. If the connection is lost before the answer, the
    /// change is sent again on the next, so it may be made twice, which leaves the same properties.
    ///
    /// With an expected version the hub makes the change only if the reported properties have that
    /// version. Such a change is never sent again: if the connection is lost before the answer, it
    /// fails.
    pub fn patch_reported(
        &mut self,
        now: Timestamp,
        patch: &Map<String, Value>,
        expected_version: Option<u64>,
    ) -> TwinRequestId {
        // A map of JSON values always serialises.
        let body = serde_json::to_vec(patch).unwrap_or_default();
        let (size, limit) = (body.len(), MAX_MESSAGE_SIZE);
        let request = TwinRequest::Patch {
            body,
            version: expected_version,
        };
        let fits = size <= limit;
        self.ask(
            now,
            fits.then_some(request)
                .ok_or(TwinError::TooLarge { size, limit }),
        )
    }

    /// The number of the connection that the hub has accepted, if there is one. A message of another
    /// connection can be neither acknowledged nor answered.
    pub(super) fn connection(&self) -> Option<u64> {
        self.is_connected().then_some(self.connections)
    }

    /// Whether a message waits for [`acknowledge`](Self::acknowledge) and can still have it. If not,
    /// it is acknowledged or comes again: an owner that has not used it yet lets go of it.
    pub fn holds(&self, delivery: Delivery) -> bool {
        let held = delivery
            .held
            .is_some_and(|id| self.held.contains(&id.get()));
        held && self.connection() == Some(delivery.connection)
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
            self.twin_requests.next_expiry(timeout),
        ])
    }

    /// The next thing to do, or `None` when all is done.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}

fn earliest<const N: usize>(times: [Option<Timestamp>; N]) -> Option<Timestamp> {
    times.into_iter().flatten().min()
}
