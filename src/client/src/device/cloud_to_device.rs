//! Cloud-to-device messages, as a device gets them.

use wire::properties::MessageProperties;
use wire::topic::HubTopic;

use super::event::Incoming;

/// A message that a service program sent to this device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudToDeviceMessage {
    /// The body.
    pub body: Vec<u8>,
    /// What travels beside the body.
    pub properties: MessageProperties,
    /// Whether the hub says that it may have delivered the message before.
    pub duplicate: bool,
    /// The quality of service, 0 or 1, it came with. At 0 the hub counts it as delivered as soon as
    /// it has sent it.
    pub qos: u8,
}

impl CloudToDeviceMessage {
    /// The message that came from the hub, if it is one for a device.
    pub fn read(message: Incoming) -> Option<Self> {
        let HubTopic::CloudToDevice { properties, .. } = message.topic else {
            return None;
        };
        Some(Self {
            body: message.body,
            properties,
            duplicate: message.duplicate,
            qos: message.qos,
        })
    }

    /// The id that the sender gave the message. A message may come more than once; its id tells.
    pub fn message_id(&self) -> Option<&str> {
        self.properties.system.message_id.as_deref()
    }
}
