//! What a telemetry message may hold.

use crate::message::Message;

use super::error::SendError;

/// The most bytes of a device-to-cloud message, body and properties together.
///
/// Source: IoT Hub documentation, "IoT Hub quotas and throttling".
pub const MAX_MESSAGE_SIZE: usize = 256 * 1024;

/// The most characters of a message id.
///
/// Source: IoT Hub documentation, "Create and read IoT Hub messages".
const MAX_MESSAGE_ID: usize = 128;

/// MQTT counts the bytes of a topic in two bytes (MQTT 3.1.1, 1.5.3).
const MAX_TOPIC: usize = 65_535;

impl Message {
    /// Refuses what the hub would answer by closing the connection, or would misread.
    pub(crate) fn check(&self) -> Result<(), SendError> {
        if let Some(id) = &self.properties.system.message_id {
            check_message_id(id)?;
        }
        for (name, _) in &self.properties.application {
            check_property_name(name)?;
        }
        check_size(self.body.len().saturating_add(self.properties.size()))
    }
}

/// Refuses a body, with what travels beside it, that the hub does not take.
pub(super) fn check_size(size: usize) -> Result<(), SendError> {
    if size > MAX_MESSAGE_SIZE {
        return Err(SendError::TooLarge {
            size,
            limit: MAX_MESSAGE_SIZE,
        });
    }
    Ok(())
}

/// Refuses a topic that MQTT cannot carry.
pub(super) fn check_topic(topic: &str) -> Result<(), SendError> {
    if topic.len() > MAX_TOPIC {
        return Err(SendError::TopicTooLong {
            length: topic.len(),
            limit: MAX_TOPIC,
        });
    }
    Ok(())
}

fn check_message_id(id: &str) -> Result<(), SendError> {
    let length = id.chars().count();
    if length > MAX_MESSAGE_ID {
        return Err(SendError::MessageIdTooLong {
            length,
            limit: MAX_MESSAGE_ID,
        });
    }
    Ok(())
}

fn check_property_name(name: &str) -> Result<(), SendError> {
    if name.is_empty() {
        return Err(SendError::EmptyPropertyName);
    }
    // The hub would read these names as system properties, not as the application's.
    if name.starts_with("$.") || name == "iothub-ack" {
        return Err(SendError::ReservedPropertyName {
            name: name.to_owned(),
        });
    }
    Ok(())
}
