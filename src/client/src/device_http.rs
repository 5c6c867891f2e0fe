//! A device that talks to its hub over HTTP instead of MQTT.
//!
//! It sends telemetry and fetches cloud-to-device messages, one request each. There are no twins, no
//! direct methods and no modules here. Unlike MQTT, a device can tell the hub to give a message to it
//! again, or never.

use std::time::Duration;

use http::{Method, Request};
use wire::connection_string::{DeviceConnectionString, DeviceCredential};
use wire::properties::MessageProperties;
use wire::rest::{MessageHeaderError, encode_id, read_message_headers, write_message_headers};
use wire::sas::{SasToken, device_resource};
use wire::secret::SecretString;
use wire::timestamp::Timestamp;

use crate::device::{Message, SendError};
use crate::request::request;
use crate::response::{Answer, header, is_empty, lock_token};
use crate::service::Call;

/// How long the token of a call is valid.
const TOKEN_LIFETIME: Duration = Duration::from_hours(1);

/// A device's view of its hub over HTTP: it holds the device's credential and writes calls.
#[derive(Clone, Debug)]
pub struct DeviceHttp {
    host_name: String,
    device_id: String,
    credential: Credential,
}

#[derive(Clone, Debug)]
enum Credential {
    Key(wire::sas::SharedAccessKey),
    Token(SasToken),
}

/// Why a connection string is of no use over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOverHttp {
    /// It is a module's.
    #[error(
        "the connection string is a module's; modules have no HTTP endpoint, connect over MQTT"
    )]
    Module,
    /// The credential is a certificate.
    #[error(
        "the connection string names a certificate, and HTTP requests are signed with a key; use a \
         connection string with SharedAccessKey or SharedAccessSignature"
    )]
    Certificate,
}

/// Why a message cannot be sent over HTTP.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum UnfitMessage {
    /// The hub would not take it, over MQTT either.
    #[error(transparent)]
    Message(#[from] SendError),
    /// HTTP cannot carry a property.
    #[error("{0}; rename the property, or move it into the body")]
    Header(#[from] MessageHeaderError),
}

/// A cloud-to-device message, locked for this device until it is completed, rejected, abandoned, or
/// the lock ends.
#[derive(Clone, Debug, PartialEq)]
pub struct LockedMessage {
    /// The body.
    pub body: Vec<u8>,
    /// What travels beside the body.
    pub properties: MessageProperties,
    /// What completes, rejects or abandons the message.
    pub lock_token: String,
    /// The message's number in the device's queue, if the hub says it.
    pub sequence_number: Option<u64>,
    /// When the hub took the message, if the hub says it.
    pub enqueued_time: Option<Timestamp>,
    /// How often it was delivered before, if the hub says it.
    pub delivery_count: Option<u32>,
}

impl DeviceHttp {
    /// A device with that credential.
    pub fn new(connection_string: DeviceConnectionString) -> Result<Self, NotOverHttp> {
        if connection_string.module_id.is_some() {
            return Err(NotOverHttp::Module);
        }
        let credential = match connection_string.credential {
            DeviceCredential::SharedAccessKey(key) => Credential::Key(key),
            DeviceCredential::SharedAccessSignature(token) => Credential::Token(token),
            DeviceCredential::X509 => return Err(NotOverHttp::Certificate),
        };
        Ok(Self {
            host_name: connection_string.host_name,
            device_id: connection_string.device_id,
            credential,
        })
    }

    /// Sends telemetry. An error if the message breaks a rule of the hub or of HTTP.
    pub fn send(&self, now: Timestamp, message: &Message) -> Result<Call<()>, UnfitMessage> {
        message.check()?;
        let mut request = self.request(now, Method::POST, "events");
        write_message_headers(&message.properties, request.headers_mut())?;
        request.body_mut().clone_from(&message.body);
        Ok(Call::new(request, |_| Ok(())))
    }

    /// Fetches the oldest message that waits for the device; `None` if there is none. It comes again
    /// after its lock's end unless it is [completed](Self::complete) or [rejected](Self::reject).
    pub fn receive(&self, now: Timestamp) -> Call<Option<LockedMessage>> {
        Call::new(self.request(now, Method::GET, "devicebound"), read_message)
    }

    /// Says that the device has taken a message, which removes it. Refused (412) if its lock is over.
    pub fn complete(&self, now: Timestamp, lock_token: &str) -> Call<()> {
        let path = format!("devicebound/{}", encode_id(lock_token));
        Call::new(self.request(now, Method::DELETE, &path), |_| Ok(()))
    }

    /// Says that the device will never take a message, which removes it and tells its sender.
    /// Refused (412) if its lock is over.
    pub fn reject(&self, now: Timestamp, lock_token: &str) -> Call<()> {
        let path = format!("devicebound/{}?reject", encode_id(lock_token));
        Call::new(self.request(now, Method::DELETE, &path), |_| Ok(()))
    }

    /// Gives a message back to the queue, to be fetched again. Refused (412) if its lock is over.
    pub fn abandon(&self, now: Timestamp, lock_token: &str) -> Call<()> {
        let path = format!("devicebound/{}/abandon", encode_id(lock_token));
        Call::new(self.request(now, Method::POST, &path), |_| Ok(()))
    }

    fn request(&self, now: Timestamp, method: Method, path: &str) -> Request<Vec<u8>> {
        let path = format!("/devices/{}/messages/{path}", encode_id(&self.device_id));
        request(&self.host_name, &self.token(now), method, &path)
    }

    fn token(&self, now: Timestamp) -> SecretString {
        match &self.credential {
            Credential::Token(token) => token.to_text(),
            Credential::Key(key) => {
                let resource = device_resource(&self.host_name, &self.device_id, None);
                let expires = now.plus(TOKEN_LIFETIME).as_seconds();
                SasToken::sign(&resource, key, expires, None).to_text()
            }
        }
    }
}

fn read_message(answer: &Answer) -> Result<Option<LockedMessage>, String> {
    if is_empty(answer) {
        return Ok(None);
    }
    let headers = answer.headers();
    Ok(Some(LockedMessage {
        body: answer.body().clone(),
        properties: read_message_headers(headers).map_err(|error| error.to_string())?,
        lock_token: lock_token(answer)?,
        sequence_number: header(headers, "iothub-sequencenumber").and_then(|it| it.parse().ok()),
        enqueued_time: header(headers, "iothub-enqueuedtime").and_then(Timestamp::parse_iso),
        delivery_count: header(headers, "iothub-deliverycount").and_then(|it| it.parse().ok()),
    }))
}
