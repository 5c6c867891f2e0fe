//! Events, as they are written in messages of AMQP.

use fe2o3_amqp_types::{
    messaging::{
        AmqpValue, Body, Message, MessageAnnotations, MessageId, Properties, annotations::OwnedKey,
    },
    primitives::SimpleValue,
};
use serde_amqp::{Value, primitives::Timestamp as AmqpTimestamp};
use wire::{
    event::Event,
    properties::{MessageProperties, SystemProperties},
    timestamp::Timestamp,
};

/// Reads an event; none if it lacks its place in the partition.
pub(crate) fn read_event(partition: u16, message: Message<Body<Value>>) -> Option<Event> {
    let mut stamps = Stamps(message.message_annotations.unwrap_or_default());
    let sequence_number = match stamps.take("x-opt-sequence-number")? {
        Value::Long(number) => u64::try_from(number).ok()?,
        Value::Ulong(number) => number,
        _ => return None,
    };
    let enqueued_time = stamps.time("x-opt-enqueued-time");
    let offset = stamps.text("x-opt-offset").unwrap_or_default();
    let system = read_system(message.properties.unwrap_or_default(), &mut stamps);
    let mut properties = MessageProperties {
        system,
        application: Vec::new(),
    };
    for (name, value) in message.application_properties.unwrap_or_default().0 {
        set_application(&mut properties, name, value);
    }
    Some(Event {
        partition,
        sequence_number,
        offset,
        enqueued_time: enqueued_time.unwrap_or(Timestamp::NEVER),
        device_id: stamps
            .text("iothub-connection-device-id")
            .unwrap_or_default(),
        module_id: stamps.text("iothub-connection-module-id"),
        auth_method: stamps
            .text("iothub-connection-auth-method")
            .unwrap_or_default(),
        generation_id: stamps
            .text("iothub-connection-auth-generation-id")
            .unwrap_or_default(),
        message_source: stamps.text("iothub-message-source").unwrap_or_default(),
        properties,
        body: read_body(message.body),
    })
}

/// What the hub stamped on an event.
struct Stamps(MessageAnnotations);

impl Stamps {
    fn take(&mut self, name: &str) -> Option<Value> {
        let (_, value) = self
            .0
            .iter_mut()
            .find(|(key, _)| matches!(key, OwnedKey::Symbol(key) if key.as_str() == name))?;
        Some(std::mem::take(value))
    }

    fn text(&mut self, name: &str) -> Option<String> {
        text_of(self.take(name)?)
    }

    fn time(&mut self, name: &str) -> Option<Timestamp> {
        match self.take(name)? {
            Value::Timestamp(at) => Some(moment(&at)),
            _ => None,
        }
    }
}

fn read_system(properties: Properties, stamps: &mut Stamps) -> SystemProperties {
    SystemProperties {
        message_id: properties.message_id.map(id_text),
        correlation_id: properties.correlation_id.map(id_text),
        user_id: properties.user_id.map(|id| lossy(&id)),
        to: properties.to,
        content_type: properties.content_type.map(|it| it.0),
        content_encoding: properties.content_encoding.map(|it| it.0),
        expiry: properties
            .absolute_expiry_time
            .map(|at| moment(&at).to_iso()),
        creation_time: properties.creation_time.map(|at| moment(&at).to_iso()),
        interface_id: stamps.text("iothub-interface-id"),
        component: stamps.text("dt-subject"),
        schema: stamps.text("iothub-message-schema"),
        ..SystemProperties::default()
    }
}

/// A time of the sender's own is a property of the system's that travels among those of the application.
fn set_application(properties: &mut MessageProperties, name: String, value: SimpleValue) {
    let value = simple_text(value);
    if name == "iothub-creation-time-utc" {
        properties.system.creation_time = value;
    } else {
        properties.application.push((name, value));
    }
}

/// The bytes of a body, of whatever kind it is.
pub(crate) fn read_body(body: Body<Value>) -> Vec<u8> {
    match body {
        Body::Data(parts) => parts
            .into_iter()
            .flat_map(|part| part.0.into_vec())
            .collect(),
        Body::Value(AmqpValue(Value::Binary(bytes))) => bytes.into_vec(),
        Body::Value(AmqpValue(value)) => text_of(value).unwrap_or_default().into_bytes(),
        Body::Sequence(_) | Body::Empty => Vec::new(),
    }
}

fn text_of(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Symbol(text) => Some(text.0),
        Value::Binary(bytes) => Some(lossy(&bytes)),
        Value::Long(number) => Some(number.to_string()),
        Value::Ulong(number) => Some(number.to_string()),
        _ => None,
    }
}

fn simple_text(value: SimpleValue) -> Option<String> {
    Some(match value {
        SimpleValue::Bool(value) => value.to_string(),
        SimpleValue::Ubyte(value) => value.to_string(),
        SimpleValue::Ushort(value) => value.to_string(),
        SimpleValue::Uint(value) => value.to_string(),
        SimpleValue::Ulong(value) => value.to_string(),
        SimpleValue::Byte(value) => value.to_string(),
        SimpleValue::Short(value) => value.to_string(),
        SimpleValue::Int(value) => value.to_string(),
        SimpleValue::Long(value) => value.to_string(),
        SimpleValue::Float(value) => value.0.to_string(),
        SimpleValue::Double(value) => value.0.to_string(),
        SimpleValue::Char(value) => value.to_string(),
        SimpleValue::Timestamp(at) => moment(&at).to_iso(),
        SimpleValue::Binary(bytes) => lossy(&bytes),
        SimpleValue::String(text) => text,
        SimpleValue::Symbol(text) => text.0,
        SimpleValue::Uuid(id) => id_text(MessageId::Uuid(id)),
        // A null has no text, and decimals have none here.
        _ => return None,
    })
}

fn id_text(id: MessageId) -> String {
    match id {
        MessageId::String(text) => text,
        MessageId::Ulong(number) => number.to_string(),
        MessageId::Binary(bytes) => lossy(&bytes),
        MessageId::Uuid(id) => {
            let digits = id.into_inner().map(|byte| format!("{byte:02x}")).concat();
            let cut = [0..8, 8..12, 12..16, 16..20, 20..32];
            cut.map(|part| digits.get(part).unwrap_or_default().to_owned())
                .join("-")
        }
    }
}

fn moment(at: &AmqpTimestamp) -> Timestamp {
    Timestamp::from_millis(u64::try_from(at.milliseconds()).unwrap_or_default())
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
