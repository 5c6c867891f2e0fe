//! A telemetry message as a program writes it.

use wire::properties::MessageProperties;

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

/// A device-to-cloud message: a body of opaque bytes, and properties.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The body, opaque to the hub unless a content type and an encoding say what it is.
    pub body: Vec<u8>,
    /// What travels beside the body.
    pub properties: MessageProperties,
}

impl Message {
    /// A message without properties.
    #[must_use]
    pub fn new(body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            properties: MessageProperties::default(),
        }
    }

    /// Sets the message's id: at most 128 characters. It lets a reader tell a message that was
    /// delivered twice from two messages.
    #[must_use]
    pub fn with_message_id(mut self, id: impl Into<String>) -> Self {
        self.properties.system.message_id = Some(id.into());
        self
    }

    /// Sets the id of the message that this one answers or belongs to.
    #[must_use]
    pub fn with_correlation_id(mut self, id: impl Into<String>) -> Self {
        self.properties.system.correlation_id = Some(id.into());
        self
    }

    /// Sets the media type of the body, for example `application/json`.
    #[must_use]
    pub fn with_content_type(mut self, content_type: impl Into<String>) -> Self {
        self.properties.system.content_type = Some(content_type.into());
        self
    }

    /// Sets the character encoding of the body, for example `utf-8`.
    #[must_use]
    pub fn with_content_encoding(mut self, encoding: impl Into<String>) -> Self {
        self.properties.system.content_encoding = Some(encoding.into());
        self
    }

    /// Adds an application property.
    #[must_use]
    pub fn with_property(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.properties
            .application
            .push((name.into(), Some(value.into())));
        self
    }

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
