//! What a connected client publishes, and where it goes.

use std::sync::Arc;

use wire::{
    mqtt::mqttrs::{Packet, Pid, Publish, QosPid},
    properties::MessageProperties,
    timestamp::Timestamp,
    topic::{DeviceTopic, TopicError},
};

use crate::{
    close_reason::CloseReason,
    connection::{ConnectionId, Message},
    hub::Hub,
    limits::{OperationClass, Turn, Waiting},
};

/// The largest message: 256 KB of body and properties.
pub(crate) const MOST_MESSAGE_BYTES: usize = 262_144;

/// The application property that tells of a PUBLISH with RETAIN set: the hub retains nothing.
pub(crate) const RETAIN: &str = "mqtt-retain";

/// The application property that tells of a PUBLISH with DUP set.
const DUPLICATE: &str = "mqtt-dup";

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
        let Some(client) = self.connections.client(connection) else {
            return Ok(());
        };
        let mut turn = Turn::Now;
        let mut answer = None;
        match read_topic(publish.topic_name)? {
            DeviceTopic::Telemetry {
                device_id,
                module_id,
                properties,
            } if device_id == client.identity.device_id
                && module_id == client.identity.module_id =>
            {
                let size = publish.payload.len() + properties.size();
                let message = read_message(publish, properties)?;
                turn = self
                    .limits
                    .take(now, OperationClass::DeviceToCloudSend, size)?;
                let sender = Arc::clone(&client.sender);
                self.store_telemetry(now, &sender, &[message])?;
            }
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
        if let Some(pid) = pid {
            self.puback(connection, pid, turn);
        }
        if let Some(answer) = answer {
            self.send_twin_answer(connection, &answer);
        }
        Ok(())
    }

    /// Acknowledges a PUBLISH, at once or when its turn comes. A client that waits for it sends more slowly.
    fn puback(&mut self, connection: ConnectionId, pid: Pid, turn: Turn) {
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

/// The message of a PUBLISH, with notes of the flags that the hub does not act on.
/// Only what the sender wrote counts towards its size.
fn read_message(
    publish: &Publish<'_>,
    mut properties: MessageProperties,
) -> Result<Message, CloseReason> {
    let size = publish.payload.len() + properties.size();
    if size > MOST_MESSAGE_BYTES {
        return Err(CloseReason::MessageTooLarge { size });
    }
    for (is_set, name) in [(publish.retain, RETAIN), (publish.dup, DUPLICATE)] {
        if is_set {
            mark(&mut properties, name, "true");
        }
    }
    Ok(Message {
        properties,
        body: publish.payload.to_vec(),
    })
}
