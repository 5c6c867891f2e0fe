//! What a connected client publishes, and where it goes.

use wire::{
    event::Event,
    mqtt::mqttrs::{Packet, Publish, QosPid},
    properties::MessageProperties,
    timestamp::Timestamp,
    topic::DeviceTopic,
};

use crate::{
    connection::{CloseReason, ConnectionId, Identity, MOST_MESSAGE_BYTES},
    hub::Hub,
    partition::partition_of,
};

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
        let Some(client) = self
            .connections
            .get(&connection)
            .and_then(|connection| connection.client.as_ref())
        else {
            return Ok(());
        };
        let (identity, auth_method) = (client.identity.clone(), client.auth_method.clone());
        let foreign = || CloseReason::ForeignTopic {
            topic: publish.topic_name.to_owned(),
        };
        match DeviceTopic::parse(publish.topic_name).map_err(|_| foreign())? {
            DeviceTopic::Telemetry {
                device_id,
                module_id,
                mut properties,
            } => {
                if device_id != identity.device_id || module_id != identity.module_id {
                    return Err(foreign());
                }
                mark(&mut properties, publish);
                self.store_telemetry(
                    now,
                    &identity,
                    auth_method,
                    properties,
                    publish.payload.to_vec(),
                )?;
            }
            DeviceTopic::TwinGet { .. } | DeviceTopic::ReportedPatch { .. } => {
                return Err(CloseReason::NotSupported {
                    operation: "device twins over MQTT",
                });
            }
            DeviceTopic::MethodResponse { .. } => {
                return Err(CloseReason::NotSupported {
                    operation: "direct methods over MQTT",
                });
            }
        }
        if let Some(pid) = pid {
            self.send(connection, &Packet::Puback(pid));
        }
        Ok(())
    }

    /// Appends a message to its device's partition, with all that the hub stamps on it.
    pub(crate) fn store_telemetry(
        &mut self,
        now: Timestamp,
        identity: &Identity,
        auth_method: String,
        properties: MessageProperties,
        body: Vec<u8>,
    ) -> Result<(), CloseReason> {
        let size = body.len() + properties.size();
        if size > MOST_MESSAGE_BYTES {
            return Err(CloseReason::MessageTooLarge { size });
        }
        let Some(device) = self.registry.get_mut(&identity.device_id) else {
            return Err(CloseReason::DeviceDeleted);
        };
        device.touch(now);
        let partition = partition_of(&identity.device_id, self.options.partitions);
        let event = Event {
            partition,
            sequence_number: 0,
            offset: String::new(),
            enqueued_time: now,
            device_id: identity.device_id.clone(),
            module_id: identity.module_id.clone(),
            auth_method,
            generation_id: device.identity.generation_id.clone(),
            message_source: "Telemetry".to_owned(),
            properties,
            body,
        };
        if let Some(partition) = self.partitions.get_mut(usize::from(partition)) {
            partition.append(event);
            partition.forget(now, self.options.retention, self.options.partition_bytes);
        }
        Ok(())
    }
}

/// Takes off what only the hub may say, and notes the flags of a PUBLISH that the hub does not act on.
fn mark(properties: &mut MessageProperties, publish: &Publish<'_>) {
    properties.system.connection_device_id = None;
    properties.system.connection_module_id = None;
    for (set, name) in [(publish.retain, RETAIN), (publish.dup, DUPLICATE)] {
        if set {
            properties
                .application
                .push((name.to_owned(), Some("true".to_owned())));
        }
    }
}
