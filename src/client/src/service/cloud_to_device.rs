//! Cloud-to-device messages, as a service program sends them.

use http::Method;
use http::header::HeaderMap;
use wire::properties::MessageProperties;
use wire::rest::{MessageHeaderError, PurgeResult, write_message_headers};
use wire::timestamp::Timestamp;

use crate::response::read_json;

use super::devices::device_path;
use super::{Call, Service};

/// A message for a device: a body of opaque bytes, and properties.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CloudToDeviceMessage {
    /// The body.
    pub body: Vec<u8>,
    /// What travels beside the body.
    pub properties: MessageProperties,
}

/// What the sender of a message wants to be told about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedbackWanted {
    /// Nothing.
    None,
    /// That the device acknowledged it.
    Positive,
    /// That it will never reach the device.
    Negative,
    /// Whichever of both it will be.
    Full,
}

impl FeedbackWanted {
    /// The word that stands for it in the property `iothub-ack`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Positive => "positive",
            Self::Negative => "negative",
            Self::Full => "full",
        }
    }
}

impl CloudToDeviceMessage {
    /// A message without properties.
    #[must_use]
    pub fn new(body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            properties: MessageProperties::default(),
        }
    }

    /// Sets the message's id: at most 128 characters. Feedback names the message by it.
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

    /// Asks for feedback. It needs a message id.
    #[must_use]
    pub fn with_feedback(mut self, wanted: FeedbackWanted) -> Self {
        self.properties.system.ack = Some(wanted.name().to_owned());
        self
    }

    /// Sets when the message is of no more use: if no device has it by then, it expires. Without
    /// it the hub's own time to live counts.
    #[must_use]
    pub fn with_expiry(mut self, at: Timestamp) -> Self {
        self.properties.system.expiry = Some(at.to_iso());
        self
    }

    /// Adds an application property. HTTP carries it as a header, so its name is of ASCII letters,
    /// digits and `!#$%&'*+-.^_|~` and the backtick, and its case may be lost.
    #[must_use]
    pub fn with_property(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let property = (name.into(), Some(value.into()));
        self.properties.application.push(property);
        self
    }
}

impl Service {
    /// Puts a message into a device's queue, where it waits for the device until it expires. The
    /// hub agrees when it has the message; what becomes of it is told as feedback.
    ///
    /// An error if HTTP cannot carry a property.
    pub fn send_to_device(
        &self,
        now: Timestamp,
        device_id: &str,
        message: &CloudToDeviceMessage,
    ) -> Result<Call<()>, MessageHeaderError> {
        let mut headers = HeaderMap::new();
        write_message_headers(&message.properties, &mut headers)?;
        let path = format!("{}/messages/deviceBound", device_path(device_id));
        let mut request = self.request(now, Method::POST, &path);
        request.headers_mut().extend(headers);
        request.body_mut().clone_from(&message.body);
        Ok(Call::new(request, |_| Ok(())))
    }

    /// Removes all messages that wait for a device.
    pub fn purge_messages(&self, now: Timestamp, device_id: &str) -> Call<PurgeResult> {
        let path = format!("{}/commands", device_path(device_id));
        Call::new(self.request(now, Method::DELETE, &path), read_json)
    }
}
