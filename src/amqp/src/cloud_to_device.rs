//! Messages for devices: one connection carries them, in the order in which they were asked for.

use std::time::Duration;

use fe2o3_amqp_types::{
    messaging::{ApplicationProperties, Data, Message, MessageId, Outcome, Properties},
    primitives::SimpleValue,
};
use serde_amqp::primitives::{Symbol, Timestamp as AmqpTimestamp};
use serde_bytes::ByteBuf;
use wire::{properties::SystemProperties, rest::encode_id, timestamp::Timestamp};

use crate::{
    connection::{Connection, Outgoing, PATIENCE},
    endpoint::Hub,
    failure::said,
    message::{CloudToDevice, Failure, FailureKind},
    network::{Network, within},
    redirect::open_hub,
};

const DEVICE_BOUND: &str = "/messages/devicebound";
const ACK: &str = "iothub-ack";
/// A connection that was not used for so long may be gone without a word. It is also far less than a token's life.
const LONGEST_IDLE: Duration = Duration::from_mins(1);
/// No connection is used for longer: its token ends.
const LONGEST_USE: Duration = Duration::from_mins(30);

/// The way on which messages for devices go.
#[derive(Default)]
pub(crate) struct Outbox(Option<Open>);

struct Open {
    sender: Outgoing,
    connection: Connection,
    since: Timestamp,
    used: Timestamp,
}

impl Outbox {
    /// Puts a message into its device's queue. The hub has it when this is done.
    pub(crate) async fn send(
        &mut self,
        network: &impl Network,
        hub: &Hub,
        message: CloudToDevice,
    ) -> Result<(), Failure> {
        let message = write(message)?;
        let mut open = self.open(network, hub).await?;
        let outcome = within(network, PATIENCE, open.sender.send(network, message)).await?;
        open.used = network.now();
        // What was refused says nothing against the way.
        self.0 = Some(open);
        match outcome {
            Outcome::Accepted(_) => Ok(()),
            Outcome::Rejected(rejected) => Err(rejected.error.as_ref().map_or_else(
                || Failure::new(FailureKind::Refused, "the hub refuses the message"),
                said,
            )),
            Outcome::Released(_) | Outcome::Modified(_) => Err(Failure::new(
                FailureKind::Refused,
                "the hub hands the message back",
            )),
        }
    }

    /// The way, as it is or a new one. It is gone until it is given back, so that trouble ends it.
    async fn open(&mut self, network: &impl Network, hub: &Hub) -> Result<Open, Failure> {
        let now = network.now();
        let is_fresh = |open: &Open| {
            now.since(open.used) < LONGEST_IDLE
                && now.since(open.since) < LONGEST_USE
                && !open.connection.is_over()
        };
        if let Some(open) = self.0.take().filter(is_fresh) {
            return Ok(open);
        }
        let mut connection = open_hub(network, hub).await?;
        let sender = connection.sender(network, DEVICE_BOUND).await?;
        Ok(Open {
            sender,
            connection,
            since: now,
            used: now,
        })
    }
}

fn write(message: CloudToDevice) -> Result<Message<Data>, Failure> {
    let system = message.properties.system;
    let mut application = ApplicationProperties::default();
    for (name, value) in message.properties.application {
        let value = SimpleValue::String(value.unwrap_or_default());
        application.insert(name, value);
    }
    if let Some(ack) = &system.ack {
        application.insert(ACK.to_owned(), SimpleValue::String(ack.clone()));
    }
    let properties = write_properties(system, &message.device_id)?;
    Ok(Message::builder()
        .properties(properties)
        .application_properties(application)
        .data(ByteBuf::from(message.body))
        .build())
}

fn write_properties(system: SystemProperties, device_id: &str) -> Result<Properties, Failure> {
    let device = encode_id(device_id);
    Ok(Properties {
        message_id: system.message_id.map(MessageId::String),
        user_id: system.user_id.map(|id| ByteBuf::from(id.into_bytes())),
        to: Some(format!("/devices/{device}/messages/devicebound")),
        correlation_id: system.correlation_id.map(MessageId::String),
        content_type: system.content_type.map(Symbol),
        content_encoding: system.content_encoding.map(Symbol),
        absolute_expiry_time: system.expiry.as_deref().map(read_moment).transpose()?,
        creation_time: system
            .creation_time
            .as_deref()
            .map(read_moment)
            .transpose()?,
        ..Properties::default()
    })
}

fn read_moment(text: &str) -> Result<AmqpTimestamp, Failure> {
    let at = Timestamp::parse_iso(text).and_then(|at| i64::try_from(at.as_millis()).ok());
    at.map(AmqpTimestamp::from_milliseconds).ok_or_else(|| {
        let why = "a time of the message is none; expected for example 2026-08-01T10:00:00Z";
        Failure::new(FailureKind::Refused, why)
    })
}
