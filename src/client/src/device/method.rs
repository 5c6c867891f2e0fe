//! Direct methods, as a device gets them.

use serde_json::Value;
use wire::topic::HubTopic;

use super::error::SendError;
use super::event::{Delivery, Incoming};

/// The most bytes of the payload of a direct method, and of its answer.
///
/// Source: IoT Hub documentation, "Understand and invoke direct methods".
const MAX_PAYLOAD: usize = 128 * 1024;

/// A direct method that a service program called on this device. Its caller waits for the answer,
/// whatever the method: one that the device does not have is answered with a status that says so,
/// 404 by custom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodRequest {
    /// The method's name.
    pub name: String,
    /// What the caller sent; `null` if it sent nothing, or what is not JSON.
    pub payload: Value,
    /// The same as it came.
    pub body: Vec<u8>,
    /// What ties the answer to the call.
    pub request_id: String,
    pub(super) delivery: Delivery,
}

impl MethodRequest {
    /// The call that a message of the hub is, if it is one.
    pub fn read(message: Incoming) -> Option<Self> {
        let HubTopic::MethodRequest { name, request_id } = message.topic else {
            return None;
        };
        Some(Self {
            name,
            payload: serde_json::from_slice(&message.body).unwrap_or_default(),
            body: message.body,
            request_id,
            delivery: message.delivery,
        })
    }
}

/// The bytes of an answer; `null` is an answer without a payload.
pub(super) fn write_payload(payload: &Value) -> Result<Vec<u8>, SendError> {
    // A JSON value always serialises.
    let body = match payload {
        Value::Null => Vec::new(),
        _ => serde_json::to_vec(payload).unwrap_or_default(),
    };
    if body.len() > MAX_PAYLOAD {
        return Err(SendError::TooLarge {
            size: body.len(),
            limit: MAX_PAYLOAD,
        });
    }
    Ok(body)
}
