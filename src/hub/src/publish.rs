//! What a connected client publishes, and where it goes.

use std::{borrow::Cow, sync::Arc};

use wire::{
    mqtt::mqttrs::{Packet, Pid, Publish, QosPid},
    properties::{MessageProperties, PropertyBag},
    timestamp::Timestamp,
    topic::{DeviceTopic, TelemetryTopic, TopicError},
};

use crate::{
    close_reason::CloseReason,
    connection::ConnectionId,
    hub::Hub,
    limits::{OperationClass, Turn, Waiting},
};

/// The largest message: 256 KB of body and properties.
pub(crate) const MOST_MESSAGE_BYTES: usize = 262_144;

/// The application property that tells of a PUBLISH with RETAIN set: the hub retains nothing.
pub(crate) const RETAIN: &str = "mqtt-retain";

/// The application property that tells of a PUBLISH with DUP set.
const DUPLICATE: &str = "mqtt-dup";

/// How many bytes of a bag may stand for each byte that counts towards the message's size, and how many more there may
/// be. A longer bag says the same in fewer bytes, and is written anew: what counts as nothing is not to be kept.
const MOST_BAG_BYTES_EACH: usize = 4;
const SPARE_BAG_BYTES: usize = 256;

impl Hub {
    /// Carries out a PUBLISH, and acknowledges it once its effect is stored.
    pub(crate) fn publish(
        &mut self,
        now: Timestamp,
        connection: ConnectionId,
        publish: &Publish<'_>,
    ) -> Result<(), CloseReason> {
        let pid = match publish.qospid {
            QosPid::AtMostOnce => None,
            QosPid::AtLeastOnce(pid) => Some(pid),
            QosPid::ExactlyOnce(_) => return Err(CloseReason::QosTwo),
        };
        if let Some(topic) = TelemetryTopic::parse(publish.topic_name) {
            let topic = topic.map_err(TopicError::from);
            let topic = topic.map_err(CloseReason::UnreadableTopic)?;
            let turn = self.telemetry(now, connection, publish, &topic)?;
            self.puback(connection, pid, turn);
            return Ok(());
        }
        let Some(client) = self.connections.client(connection) else {
            return Ok(());
        };
        let mut answer = None;
        match read_topic(publish.topic_name)? {
            // What is telemetry was read above.
            DeviceTopic::Telemetry { .. } => return Err(foreign(publish.topic_name)),
            DeviceTopic::TwinGet { request_id } => {
                let id = client.identity.clone();
                answer = Some(self.twin_get(now, &id, request_id));
            }
            DeviceTopic::ReportedPatch {
                request_id,
                version,
            } => {
                let (id, body) = (client.identity.clone(), publish.payload);
                answer = Some(self.patch_reported(now, &id, request_id, version, body)?);
            }
            DeviceTopic::MethodResponse { status, request_id } => {
                let identity = client.identity.clone();
                self.method_answered(now, &identity, &request_id, status, publish.payload);
            }
        }
        self.puback(connection, pid, Turn::Now);
        if let Some(answer) = answer {
            self.send_twin_answer(connection, &answer);
        }
        Ok(())
    }

    /// Stores a message, and says when to acknowledge it.
    fn telemetry(
        &mut self,
        now: Timestamp,
        connection: ConnectionId,
        publish: &Publish<'_>,
        topic: &TelemetryTopic<'_>,
    ) -> Result<Turn, CloseReason> {
        let Some(client) = self.connections.client(connection) else {
            return Ok(Turn::Now);
        };
        let identity = &client.identity;
        if topic.device_id != identity.device_id || topic.module_id != identity.module_id.as_deref()
        {
            return Err(foreign(publish.topic_name));
        }
        // Only what the sender wrote counts towards the size, not the hub's own marks.
        let size = publish.payload.len() + topic.properties.size();
        if size > MOST_MESSAGE_BYTES {
            return Err(CloseReason::MessageTooLarge { size });
        }
        let sender = Arc::clone(&client.sender);
        let class = OperationClass::DeviceToCloudSend;
        let turn = self.limits.take(now, class, size)?;
        let bag = bag_to_store(publish, &topic.properties);
        self.store_event(now, sender, &bag, publish.payload)?;
        Ok(turn)
    }

    /// Acknowledges a PUBLISH, at once or when its turn comes. A client that waits for it sends more slowly.
    /// One of QoS 0 has no packet id, and is not acknowledged.
    fn puback(&mut self, connection: ConnectionId, pid: Option<Pid>, turn: Turn) {
        let Some(pid) = pid else {
            return;
        };
        match turn {
            Turn::Now => self.send(connection, &Packet::Puback(pid)),
            Turn::At(turn) => {
                let waiting = Waiting::Acknowledgement(connection, pid);
                self.limits
                    .wait(turn, OperationClass::DeviceToCloudSend, waiting);
            }
        }
    }
}

/// Adds a property in the hub's name. What the sender said under that name goes.
pub(crate) fn mark(properties: &mut MessageProperties, name: &str, value: &str) {
    properties.application.retain(|(given, _)| given != name);
    let mark = (name.to_owned(), Some(value.to_owned()));
    properties.application.push(mark);
}

fn foreign(topic: &str) -> CloseReason {
    CloseReason::ForeignTopic {
        topic: topic.to_owned(),
    }
}

fn read_topic(topic: &str) -> Result<DeviceTopic, CloseReason> {
    DeviceTopic::parse(topic).map_err(|why| match why {
        TopicError::Unknown { .. } => foreign(topic),
        why => CloseReason::UnreadableTopic(why),
    })
}

/// The property bag to store for a PUBLISH, with notes of the flags that the hub does not act on: mostly as it came.
fn bag_to_store<'a>(publish: &Publish<'_>, bag: &PropertyBag<'a>) -> Cow<'a, str> {
    let is_marked = publish.retain || publish.dup;
    if !is_marked && bag.text().len() <= MOST_BAG_BYTES_EACH * bag.size() + SPARE_BAG_BYTES {
        return Cow::Borrowed(bag.text());
    }
    // The bag was checked.
    let mut properties = MessageProperties::parse_bag(bag.text()).unwrap_or_default();
    for (is_set, name) in [(publish.retain, RETAIN), (publish.dup, DUPLICATE)] {
        if is_set {
            mark(&mut properties, name, "true");
        }
    }
    Cow::Owned(properties.to_cloud_to_device_bag())
}
