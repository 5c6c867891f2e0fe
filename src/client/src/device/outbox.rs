//! Messages that the program handed over and the hub has not acknowledged, in the order they came.

use std::collections::VecDeque;
use std::time::Duration;

use wire::mqtt::mqttrs::{Packet, Pid, Publish, QosPid};
use wire::mqtt::{MqttError, encode};
use wire::timestamp::Timestamp;

use super::error::SendError;
use super::event::{Receipt, SendId};
use super::packet_ids::PacketIds;

/// A queue whose front part is on the link.
///
/// Messages go out in order and keep their order when they are sent again (MQTT 3.1.1, 4.6), so
/// those on the link are always the first `on_link` of the queue.
#[derive(Default)]
pub(super) struct Outbox {
    pending: VecDeque<Pending>,
    on_link: usize,
}

/// One message.
pub(super) struct Pending {
    pub(super) id: SendId,
    topic: String,
    body: Vec<u8>,
    message_id: Option<String>,
    queued_at: Timestamp,
    /// Given at the first sending and kept for the others, as MQTT asks (3.1.1, 4.4).
    packet_id: Option<Pid>,
    times_sent: u32,
    /// Of no use on any other link than the one it was handed over for.
    for_this_link: bool,
}

impl Pending {
    pub(super) fn new(
        id: SendId,
        topic: String,
        body: Vec<u8>,
        message_id: Option<String>,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            topic,
            body,
            message_id,
            queued_at: now,
            packet_id: None,
            times_sent: 0,
            for_this_link: false,
        }
    }

    /// A message that is of no use on any other link.
    pub(super) fn for_this_link(mut self) -> Self {
        self.for_this_link = true;
        self
    }

    pub(super) fn into_receipt(self, now: Timestamp) -> Receipt {
        Receipt {
            message_id: self.message_id,
            took: now.since(self.queued_at),
            times_sent: self.times_sent,
        }
    }

    /// Gives its packet id back.
    fn release(self, ids: &mut PacketIds) -> SendId {
        if let Some(packet_id) = self.packet_id {
            ids.release(packet_id);
        }
        self.id
    }

    fn packet(&self, packet_id: Pid) -> Result<Vec<u8>, MqttError> {
        encode(&Packet::Publish(Publish {
            dup: self.times_sent > 0,
            qospid: QosPid::AtLeastOnce(packet_id),
            retain: false,
            topic_name: &self.topic,
            payload: &self.body,
        }))
    }
}

impl Outbox {
    pub(super) fn len(&self) -> usize {
        self.pending.len()
    }

    pub(super) fn push(&mut self, message: Pending) {
        self.pending.push_back(message);
    }

    /// The bytes of the next message to put on the link, which thereby is on it. `None` if there is
    /// no next one, `max_in_flight` are on the link already, or no packet id is free. An error if
    /// the message cannot be written, which thereby is out of the queue.
    pub(super) fn next_packet(
        &mut self,
        max_in_flight: usize,
        ids: &mut PacketIds,
    ) -> Option<Result<Vec<u8>, (SendId, SendError)>> {
        // A window of nothing would never send anything.
        if self.on_link >= max_in_flight.max(1) {
            return None;
        }
        let message = self.pending.get_mut(self.on_link)?;
        let packet_id = message.packet_id.or_else(|| ids.take())?;
        match message.packet(packet_id) {
            Ok(bytes) => {
                message.packet_id = Some(packet_id);
                message.times_sent = message.times_sent.saturating_add(1);
                self.on_link += 1;
                Some(Ok(bytes))
            }
            Err(error) => {
                let id = message.id;
                ids.release(packet_id);
                self.pending.remove(self.on_link);
                Some(Err((id, error.into())))
            }
        }
    }

    /// Takes out the message on the link that a PUBACK answers.
    pub(super) fn acknowledge(&mut self, packet_id: Pid) -> Option<Pending> {
        let on_link = self.pending.iter().take(self.on_link);
        let place = on_link
            .into_iter()
            .position(|message| message.packet_id == Some(packet_id))?;
        self.on_link -= 1;
        self.pending.remove(place)
    }

    /// Takes out the oldest message if it was handed over `timeout` ago or earlier.
    pub(super) fn expire(
        &mut self,
        now: Timestamp,
        timeout: Duration,
        ids: &mut PacketIds,
    ) -> Option<(SendId, SendError)> {
        if self.next_expiry(timeout)? > now {
            return None;
        }
        let message = self.pending.pop_front()?;
        match message.packet_id {
            Some(packet_id) if self.on_link > 0 => ids.orphan(packet_id),
            Some(packet_id) => ids.release(packet_id),
            None => {}
        }
        self.on_link = self.on_link.saturating_sub(1);
        let times_sent = message.times_sent;
        let after = timeout;
        Some((message.id, SendError::TimedOut { after, times_sent }))
    }

    /// When the oldest message expires.
    pub(super) fn next_expiry(&self, timeout: Duration) -> Option<Timestamp> {
        self.pending
            .front()
            .map(|message| message.queued_at.plus(timeout))
    }

    /// Nothing is on a link any more: all messages wait to be sent, some of them again, but for those
    /// that are of no use on another link. These are taken out.
    pub(super) fn link_lost(&mut self, ids: &mut PacketIds) -> Vec<SendId> {
        self.on_link = 0;
        let messages = std::mem::take(&mut self.pending).into_iter();
        let (void, kept) = messages.partition::<VecDeque<_>, _>(|message| message.for_this_link);
        self.pending = kept;
        void.into_iter()
            .map(|message| message.release(ids))
            .collect()
    }

    /// Takes out all messages.
    pub(super) fn abandon(&mut self, ids: &mut PacketIds) -> Vec<SendId> {
        self.on_link = 0;
        let messages = self.pending.drain(..);
        messages.map(|message| message.release(ids)).collect()
    }
}
