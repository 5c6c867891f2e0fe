//! The packets of a connection: what comes from the hub and what goes to it.

use wire::mqtt::mqttrs::{Packet, Pid, Publish, QosPid, Suback, SubscribeReturnCodes};
use wire::mqtt::{Frame, MqttError, encode};
use wire::timestamp::Timestamp;
use wire::topic::{HubTopic, TopicFilter};

use super::super::error::{DisconnectReason, SendError, SubscribeError, TwinError};
use super::super::event::{Delivery, Incoming, Output, SendId, SessionEvent, TwinRequestId};
use super::super::message::check_topic;
use super::super::outbox::Pending;
use super::super::twin_requests::TwinRequest;
use super::{Phase, Session};

/// From the hub.
impl Session {
    pub(super) fn frame(&mut self, now: Timestamp, frame: &Frame) {
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

    pub(super) fn violation(&mut self, now: Timestamp, what: &'static str) {
        self.break_off(now, DisconnectReason::Unexpected(what));
    }

    pub(super) fn deliver(&mut self, now: Timestamp, publish: &Publish<'_>) {
        let packet_id = match publish.qospid {
            QosPid::AtMostOnce => None,
            QosPid::AtLeastOnce(packet_id) => Some(packet_id),
            QosPid::ExactlyOnce(_) => {
                return self.violation(now, "a message at QoS 2, which was not subscribed to");
            }
        };
        let held = match HubTopic::parse(publish.topic_name) {
            Ok(topic) => self.take_in(topic, publish, packet_id),
            Err(why) => {
                let topic = publish.topic_name.to_owned();
                self.event(SessionEvent::UnknownTopic { topic, why });
                false
            }
        };
        if let (Some(packet_id), false) = (packet_id, held) {
            self.send(now, &Packet::Puback(packet_id));
        }
    }

    /// Whether the message is to be acknowledged by the owner.
    fn take_in(&mut self, topic: HubTopic, publish: &Publish<'_>, packet_id: Option<Pid>) -> bool {
        if let HubTopic::TwinResponse {
            status,
            request_id,
            version,
        } = &topic
            && self.twin_requests.is_own(request_id)
        {
            let answer = self
                .twin_requests
                .answer(request_id, *status, *version, publish.payload);
            match answer {
                Some((id, Ok(answer))) => self.event(SessionEvent::TwinAnswered(id, answer)),
                Some((id, Err(error))) => self.event(SessionEvent::TwinFailed(id, error)),
                None => {}
            }
            return false;
        }
        let held = packet_id.filter(|_| waits_for_the_program(&topic));
        // The owner has it already and has not acknowledged it: the hub repeats itself.
        if held.is_some_and(|packet_id| !self.held.insert(packet_id.get())) {
            return true;
        }
        self.event(SessionEvent::Message(Box::new(Incoming {
            topic,
            body: publish.payload.to_vec(),
            qos: u8::from(packet_id.is_some()),
            duplicate: publish.dup,
            delivery: Delivery {
                connection: self.connections,
                held,
            },
        })));
        held.is_some()
    }

    /// An acknowledgement that nobody waits for belongs to a message that timed out.
    pub(super) fn puback(&mut self, now: Timestamp, packet_id: Pid) {
        if let Some(message) = self.outbox.acknowledge(packet_id) {
            self.packet_ids.release(packet_id);
            let id = message.id;
            self.event(SessionEvent::Sent(id, message.into_receipt(now)));
        } else {
            self.packet_ids.release_orphan(packet_id);
        }
        self.pump(now);
    }

    pub(super) fn suback(&mut self, now: Timestamp, suback: &Suback) {
        let granted = match suback.return_codes.first() {
            Some(SubscribeReturnCodes::Success(qos)) => Some(*qos as u8),
            Some(SubscribeReturnCodes::Failure) | None => None,
        };
        if let Some(filter) = self.subscriptions.acknowledge(suback.pid, granted) {
            self.packet_ids.release(suback.pid);
            self.event(match granted {
                Some(qos) => SessionEvent::Subscribed { filter, qos },
                None => return self.not_subscribed(now, filter, SubscribeError::Rejected),
            });
        } else {
            self.packet_ids.release_orphan(suback.pid);
        }
        self.pump(now);
    }

    /// A filter is given up. Without that of its answers, nothing about the twin can be asked.
    pub(super) fn not_subscribed(
        &mut self,
        now: Timestamp,
        filter: TopicFilter,
        why: SubscribeError,
    ) {
        if filter == TopicFilter::TwinResponses {
            for id in self.twin_requests.abandon() {
                let error = TwinError::NotSubscribed(why.clone());
                self.event(SessionEvent::TwinFailed(id, error));
            }
        }
        self.event(SessionEvent::SubscribeFailed { filter, why });
        self.pump(now);
    }

    pub(super) fn pong(&mut self) {
        if let Phase::Online(online) = &mut self.phase {
            online.pong_due = None;
        }
    }
}

/// To the hub.
impl Session {
    pub(super) fn publish_checked(
        &mut self,
        now: Timestamp,
        checked: Result<(), SendError>,
        topic: String,
        body: Vec<u8>,
        message_id: Option<String>,
    ) -> SendId {
        let id = self.next_send_id();
        match checked.and_then(|()| check_topic(&topic)) {
            Ok(()) => self.queue(now, Pending::new(id, topic, body, message_id, now)),
            Err(error) => self.event(SessionEvent::SendFailed(id, error)),
        }
        id
    }

    pub(super) fn next_send_id(&mut self) -> SendId {
        let id = SendId(self.next_send);
        self.next_send = self.next_send.wrapping_add(1);
        id
    }

    pub(super) fn queue(&mut self, now: Timestamp, message: Pending) {
        match self.check_room() {
            Ok(()) => {
                self.outbox.push(message);
                self.pump(now);
            }
            Err(error) => self.event(SessionEvent::SendFailed(message.id, error)),
        }
    }

    pub(super) fn ask(
        &mut self,
        now: Timestamp,
        request: Result<TwinRequest, TwinError>,
    ) -> TwinRequestId {
        let id = self.twin_requests.next_id();
        let limit = self.options.max_pending;
        let checked = if matches!(self.phase, Phase::Idle) {
            Err(TwinError::NotConnected)
        } else if self.twin_requests.len() >= limit {
            Err(TwinError::TooManyPending { limit })
        } else {
            request
        };
        match checked {
            Ok(request) => {
                self.twin_requests.push(id, request, now);
                self.subscriptions.want(&TopicFilter::TwinResponses);
                self.pump(now);
            }
            Err(error) => self.event(SessionEvent::TwinFailed(id, error)),
        }
        id
    }

    pub(super) fn check_room(&self) -> Result<(), SendError> {
        let limit = self.options.max_pending;
        if matches!(self.phase, Phase::Idle) {
            Err(SendError::NotConnected)
        } else if self.outbox.len() >= limit {
            Err(SendError::TooManyPending { limit })
        } else {
            Ok(())
        }
    }

    pub(super) fn is_own(&self, filter: &TopicFilter) -> bool {
        let device = &self.device;
        match filter {
            // Cloud-to-device messages are for devices, a module has none.
            TopicFilter::CloudToDevice { device_id } => {
                *device_id == device.device_id && device.module_id.is_none()
            }
            TopicFilter::ModuleInputs {
                device_id,
                module_id,
            } => *device_id == device.device_id && Some(module_id) == device.module_id.as_ref(),
            TopicFilter::TwinResponses | TopicFilter::DesiredPatches | TopicFilter::Methods => true,
        }
    }

    /// Puts on the link what waits for it: first subscriptions, so that no message is missed.
    pub(super) fn pump(&mut self, now: Timestamp) {
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
        self.pump_twin_requests(now);
    }

    /// Puts on the link what is to be asked about the twin, once the answer can come.
    fn pump_twin_requests(&mut self, now: Timestamp) {
        while self.is_connected()
            && self.subscriptions.is_granted(&TopicFilter::TwinResponses)
            && let Some(packet) = self.twin_requests.next_packet()
        {
            self.put_or_break(now, packet);
        }
    }

    pub(super) fn send(&mut self, now: Timestamp, packet: &Packet<'_>) {
        self.put_or_break(now, encode(packet));
    }

    pub(super) fn put_or_break(&mut self, now: Timestamp, packet: Result<Vec<u8>, MqttError>) {
        match packet {
            Ok(bytes) => self.put_on_link(now, bytes),
            Err(error) => self.break_off(now, DisconnectReason::Unwritable(error)),
        }
    }

    pub(super) fn put_on_link(&mut self, now: Timestamp, bytes: Vec<u8>) {
        if let Phase::Online(online) = &mut self.phase {
            online.spoke_at = now;
        }
        self.outputs.push_back(Output::Send(bytes));
    }

    pub(super) fn event(&mut self, event: SessionEvent) {
        self.outputs.push_back(Output::Event(event));
    }
}

/// What the hub keeps for the device until it is acknowledged. All else is of the moment.
fn waits_for_the_program(topic: &HubTopic) -> bool {
    matches!(
        topic,
        HubTopic::CloudToDevice { .. } | HubTopic::ModuleInput { .. }
    )
}
