//! Cloud-to-device messages: each device's queue, and how messages leave it.

use serde::{Deserialize, Serialize};
use wire::{mqtt::mqttrs::Pid, properties::MessageProperties, timestamp::Timestamp};

use crate::{
    close_reason::CloseReason,
    connection::{ConnectionId, Identity},
    hub::Hub,
};

/// The messages that wait for a device, oldest first.
#[derive(Default)]
pub(crate) struct Queue {}

/// A message in a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct QueuedMessage {
    /// Its number in the queue, counted from 1 and never used twice by one generation of a device.
    pub(crate) sequence_number: u64,
    pub(crate) enqueued_time: Timestamp,
    pub(crate) properties: MessageProperties,
    pub(crate) body: Vec<u8>,
}

impl Hub {
    /// A client connected or subscribed: sends it what waits for it.
    pub(crate) fn deliver(&mut self, _now: Timestamp, _identity: &Identity) {}

    /// A connection ended: what was sent on it and not acknowledged waits again.
    pub(crate) fn undeliver(&mut self, _now: Timestamp, _identity: &Identity) {}

    /// A client acknowledged a message that the hub sent at QoS 1.
    pub(crate) fn acknowledged(
        &mut self,
        _now: Timestamp,
        _connection: ConnectionId,
        _pid: Pid,
    ) -> Result<(), CloseReason> {
        Err(CloseReason::UnexpectedPacket { packet: "PUBACK" })
    }

    /// Does what is due in all queues.
    pub(crate) fn advance_queues(&mut self, _now: Timestamp) {}

    /// When something is due in a queue.
    pub(crate) fn next_queue_deadline(&self) -> Option<Timestamp> {
        None
    }
}
