//! Delivery over MQTT: at QoS 0 a message is completed when it is sent, at QoS 1 by the device's PUBACK.

use wire::{
    mqtt::mqttrs::{Packet, Pid, Publish, QoS, QosPid},
    rest::FeedbackStatus,
    timestamp::Timestamp,
    topic::{HubTopic, TopicFilter},
};

use super::{
    RETRY_TIME,
    queue::{Holder, LOCK_TIME, Lock, Queue, QueuedMessage},
};
use crate::{
    close_reason::CloseReason,
    connection::{ConnectionId, Identity},
    hub::Hub,
    store::StoreError,
};

/// How many messages a device may have that it has not acknowledged yet.
const MOST_IN_FLIGHT: usize = 16;

impl Hub {
    /// A client connected or subscribed: sends it what waits for it.
    pub(crate) fn deliver(&mut self, now: Timestamp, identity: &Identity) {
        if identity.module_id.is_none() {
            self.serve_queue(now, &identity.device_id);
        }
    }

    /// A connection ended: what was sent on it and not acknowledged waits again.
    pub(crate) fn undeliver(&mut self, now: Timestamp, identity: &Identity) {
        if identity.module_id.is_some() {
            return;
        }
        let device_id = &identity.device_id;
        let counted = self.counts_every_delivery();
        for number in self.in_flight(device_id) {
            if self.give_back(now, device_id, number, counted).is_err() {
                // What cannot be kept now is tried again when the lock ends.
                self.shorten_lock(now, device_id, number);
            }
        }
        self.serve_queue(now, device_id);
    }

    /// A client acknowledged a message that the hub sent at QoS 1. What acknowledges nothing that is in the queue is
    /// passed over: the message may have left it by another way in the meantime.
    pub(crate) fn acknowledged(
        &mut self,
        now: Timestamp,
        connection: ConnectionId,
        pid: Pid,
    ) -> Result<(), CloseReason> {
        let Some(client) = self.connections.client(connection) else {
            return Ok(());
        };
        let Identity {
            device_id,
            module_id: None,
        } = client.identity.clone()
        else {
            return Ok(());
        };
        let Some(device) = self.registry.get_mut(&device_id) else {
            return Ok(());
        };
        device.touch(now);
        if let Some(number) = device.queue.acknowledged(pid).map(|it| it.sequence_number) {
            self.finish(now, &device_id, &[number], FeedbackStatus::Success)?;
        }
        self.serve_queue(now, &device_id);
        Ok(())
    }

    /// Sends a connected device what waits for it, as much as it may have at a time.
    pub(super) fn push(&mut self, now: Timestamp, device_id: &str) -> Result<(), StoreError> {
        let Some((connection, qos)) = self.subscriber(device_id) else {
            return Ok(());
        };
        while let Some(message) = self.next_to_push(now, device_id) {
            let number = message.sequence_number;
            match qos {
                QoS::AtMostOnce => {
                    let message = message.clone();
                    // Nobody will say that it arrived, so what is sent is gone.
                    self.finish(now, device_id, &[number], FeedbackStatus::Success)?;
                    self.publish_message(
                        connection,
                        device_id,
                        &message,
                        QosPid::AtMostOnce,
                        false,
                    );
                }
                QoS::AtLeastOnce | QoS::ExactlyOnce => {
                    self.push_at_least_once(now, connection, device_id, number);
                }
            }
        }
        Ok(())
    }

    fn push_at_least_once(
        &mut self,
        now: Timestamp,
        connection: ConnectionId,
        device_id: &str,
        number: u64,
    ) {
        let Some(queue) = self.registry.get_mut(device_id).map(|it| &mut it.queue) else {
            return;
        };
        let new_id = queue.packet_id(number);
        let Some(message) = queue.get_mut(number) else {
            return;
        };
        message.lock = Some(Lock {
            until: now.plus(LOCK_TIME),
            holder: Holder::Connection,
        });
        // One that was sent before has a packet id already.
        let dup = message.packet_id.is_some();
        let pid = *message.packet_id.get_or_insert(new_id);
        let message = message.clone();
        let qospid = QosPid::AtLeastOnce(pid);
        self.publish_message(connection, device_id, &message, qospid, dup);
    }

    /// Where a device gets its messages, and how. The id of some devices cannot stand in a topic: they fetch theirs by
    /// HTTP alone.
    fn subscriber(&self, device_id: &str) -> Option<(ConnectionId, QoS)> {
        let identity = Identity::device(device_id);
        let connection = self.connections.of(&identity)?;
        let filter = TopicFilter::CloudToDevice {
            device_id: identity.device_id.clone(),
        };
        let qos = self.sessions.get(&identity)?.granted(&filter)?;
        let has_topic = !device_id.contains(['#', '+']);
        has_topic.then_some((connection, qos))
    }

    fn next_to_push(&self, now: Timestamp, device_id: &str) -> Option<&QueuedMessage> {
        let queue = &self.registry.get(device_id)?.queue;
        if queue.in_flight() < MOST_IN_FLIGHT {
            queue.next_waiting(now)
        } else {
            None
        }
    }

    fn publish_message(
        &mut self,
        connection: ConnectionId,
        device_id: &str,
        message: &QueuedMessage,
        qospid: QosPid,
        dup: bool,
    ) {
        let topic = HubTopic::CloudToDevice {
            device_id: device_id.to_owned(),
            properties: message.properties.clone(),
        };
        let publish = Publish {
            dup,
            qospid,
            retain: false,
            topic_name: &topic.to_topic(),
            payload: &message.body,
        };
        self.send(connection, &Packet::Publish(publish));
    }

    fn in_flight(&self, device_id: &str) -> Vec<u64> {
        let queue = self.registry.get(device_id).map(|it| &it.queue);
        queue
            .into_iter()
            .flat_map(Queue::iter)
            .filter(|message| message.is_held_by_connection())
            .map(|message| message.sequence_number)
            .collect()
    }

    fn shorten_lock(&mut self, now: Timestamp, device_id: &str, number: u64) {
        let device = self.registry.get_mut(device_id);
        let message = device.and_then(|it| it.queue.get_mut(number));
        if let Some(lock) = message.and_then(|it| it.lock.as_mut()) {
            lock.until = lock.until.min(now.plus(RETRY_TIME));
        }
    }
}
