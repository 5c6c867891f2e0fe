//! Cloud-to-device messages, as a service program sends them.

use http::Method;
use http::header::HeaderMap;
use wire::rest::{MessageHeaderError, PurgeResult, write_message_headers};
use wire::timestamp::Timestamp;

use crate::message::Message;
use crate::response::read_json;

use super::devices::device_path;
use super::{Call, Service};

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

/// What only a message for a device can ask for.
impl Message {
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
        message: &Message,
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
