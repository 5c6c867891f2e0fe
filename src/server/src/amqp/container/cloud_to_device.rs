//! Messages that services send to devices.

use fe2o3_amqp_types::definitions::Error;
use percent_encoding::percent_decode_str;

use super::{Container, Done};
use crate::amqp::{
    address::{device_of, is_of_module},
    condition::{self, error},
    connection::{Disposal, Message},
    hub_request,
    message::{Property, Received, to_text},
};

/// Messages for devices.
impl Container {
    /// Hands the hub the next message for a device, one at a time, so that they stay in order.
    pub(super) fn send_next(&mut self) {
        while !self.is_sending
            && let Some(message) = self.sends.pop_front()
        {
            if let Err((message, error)) = self.address(message) {
                self.connection.settle(&message, Disposal::Rejected(error));
            }
        }
    }

    fn address(&mut self, message: Message) -> Result<(), (Message, Error)> {
        let received = match Received::read(&message.bytes) {
            Ok(received) => received,
            Err(why) => return Err((message, error(condition::DECODE_ERROR, why.to_string()))),
        };
        let to = received.property(Property::To).and_then(to_text);
        let to = to.unwrap_or_default();
        if is_of_module(&to) {
            let why =
                "this hub has no messages for modules; expected /devices/{id}/messages/devicebound";
            return Err((message, error(condition::NOT_IMPLEMENTED, why)));
        }
        let Some(device) = device_of(&to) else {
            let why = "Message.Properties.To must contain the device identifier: \
                       /devices/{id}/messages/devicebound";
            return Err((message, error(condition::NOT_ALLOWED, why)));
        };
        self.is_sending = true;
        let decoded = percent_decode_str(device).decode_utf8();
        let decoded = decoded.map_or_else(|_| device.to_owned(), Into::into);
        if decoded == device {
            self.send_to_device(message, received, &decoded);
            return Ok(());
        }
        // Some clients encode the id and some do not, and a percent sign may be part of one.
        let (hub, raw, received) = (self.hub.clone(), device.to_owned(), Box::new(received));
        self.start(async move {
            let is_raw = {
                let raw = raw.clone();
                hub.look(move |hub| hub.device(&raw).is_some()).await?
            };
            let device = if is_raw { raw } else { decoded };
            Ok(Done::Addressed(message, received, device))
        });
        Ok(())
    }

    pub(super) fn send_to_device(&mut self, message: Message, received: Received, device: &str) {
        let token = self.grants.token("messages/devicebound");
        let request = match token {
            Some(token) => hub_request::send_to_device(device, received, &token),
            None => Err(error(
                condition::UNAUTHORIZED_ACCESS,
                "the token that opened this link has expired; put a new one",
            )),
        };
        match request {
            Ok(request) => self.ask(request, move |response| Done::Sent(message, response)),
            Err(error) => {
                self.is_sending = false;
                self.connection.settle(&message, Disposal::Rejected(error));
            }
        }
    }
}
