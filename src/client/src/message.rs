//! A message as a program writes it.

use wire::properties::MessageProperties;

/// A message in either direction: a body of opaque bytes, and properties.
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
    /// delivered twice from two messages, and feedback names a message by it.
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

    /// Adds an application property. HTTP carries it as a header, so there its name is of ASCII
    /// letters, digits and `!#$%&'*+-.^_|~` and the backtick, and its case may be lost.
    #[must_use]
    pub fn with_property(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.properties
            .application
            .push((name.into(), Some(value.into())));
        self
    }
}
