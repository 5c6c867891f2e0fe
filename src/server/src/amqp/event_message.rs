//! Telemetry and feedback as messages of AMQP, with the types that the SDKs read them by.

use serde_amqp::{
    Value,
    primitives::{Symbol, Timestamp as AmqpTimestamp},
};
use serde_bytes::ByteBuf;
use wire::{event::Event, timestamp::Timestamp};

use super::{
    encoding::EncodingError,
    extent::PartitionExtent,
    message::{Outgoing, Property},
};

/// What the body of feedback is.
const FEEDBACK: &str = "application/vnd.microsoft.iothub.feedback.json";

/// A moment as AMQP has it.
pub(super) fn moment(at: Timestamp) -> Value {
    let millis = i64::try_from(at.as_millis()).unwrap_or(i64::MAX);
    Value::Timestamp(AmqpTimestamp::from_milliseconds(millis))
}

/// A count as AMQP's long.
pub(super) fn long(number: u64) -> Value {
    Value::Long(i64::try_from(number).unwrap_or(i64::MAX))
}

/// How far a partition reaches, and when it was measured: for readers that want to hear of it with each event.
pub(super) type Metrics = (PartitionExtent, Timestamp);

/// Writes an event.
pub(super) fn write_event(
    event: Event,
    metrics: Option<&Metrics>,
) -> Result<Vec<u8>, EncodingError> {
    let mut message = Outgoing::default();
    if let Some((extent, measured)) = metrics {
        annotate_delivery(&mut message, extent, *measured);
    }
    for (name, text) in event.annotations() {
        let value = match name {
            "x-opt-sequence-number" => long(event.sequence_number),
            "x-opt-enqueued-time" | "iothub-enqueuedtime" => moment(event.enqueued_time),
            _ => Value::from(text),
        };
        message.annotate(name, value);
    }
    for (name, text) in event.sender_properties() {
        set_sender_property(&mut message, name, text);
    }
    for (name, value) in event.properties.application {
        message.set_application(&name, value.map_or(Value::Null, Value::from));
    }
    message.set_data(event.body);
    message.write()
}

fn annotate_delivery(message: &mut Outgoing, extent: &PartitionExtent, measured: Timestamp) {
    let Some((offset, at)) = &extent.newest else {
        return;
    };
    let last = long(extent.next_number.saturating_sub(1));
    message.annotate_delivery("last_enqueued_sequence_number", last);
    message.annotate_delivery("last_enqueued_offset", Value::from(offset.as_str()));
    message.annotate_delivery("last_enqueued_time_utc", moment(*at));
    message.annotate_delivery("runtime_info_retrieval_time_utc", moment(measured));
}

fn set_sender_property(message: &mut Outgoing, name: &str, text: String) {
    match name {
        "message-id" => message.set(Property::MessageId, Value::from(text)),
        "correlation-id" => message.set(Property::CorrelationId, Value::from(text)),
        "user-id" => {
            let bytes = ByteBuf::from(text.into_bytes());
            message.set(Property::UserId, Value::Binary(bytes));
        }
        "to" => message.set(Property::To, Value::from(text)),
        "content-type" => message.set(Property::ContentType, symbol(&text)),
        "content-encoding" => message.set(Property::ContentEncoding, symbol(&text)),
        "absolute-expiry-time" => {
            if let Some(at) = Timestamp::parse_iso(&text) {
                message.set(Property::AbsoluteExpiryTime, moment(at));
            }
        }
        other => message.set_application(other, Value::from(text)),
    }
}

fn symbol(text: &str) -> Value {
    Value::Symbol(Symbol::from(text))
}

/// Writes a batch of feedback. `hub_name` is the first word of the hub's host name.
pub(super) fn write_feedback(records: &[u8], hub_name: &str) -> Result<Vec<u8>, EncodingError> {
    let mut message = Outgoing::default();
    let user = ByteBuf::from(hub_name.as_bytes());
    message.set(Property::UserId, Value::Binary(user));
    message.set(Property::ContentType, symbol(FEEDBACK));
    message.set_data(records.to_vec());
    message.write()
}
