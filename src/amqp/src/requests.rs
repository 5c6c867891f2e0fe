//! Requests and answers over a pair of links: tokens that are put, and what is asked about an event hub.

use fe2o3_amqp::link::CreditMode;
use fe2o3_amqp_types::messaging::{
    AmqpValue, ApplicationProperties, Body, Message, MessageId, Outcome, Properties, Source,
};
use fe2o3_amqp_types::primitives::SimpleValue;
use serde_amqp::Value;
use wire::secret::SecretString;

use crate::{
    connection::{Connection, Incoming, Outgoing, PATIENCE},
    failure::{of_status, said},
    message::{Failure, FailureKind},
    network::{Network, within},
};

const TOKENS: &str = "$cbs";
const SAS_TOKEN: &str = "servicebus.windows.net:sastoken";
const MANAGEMENT: &str = "$management";
const EVENT_HUB: &str = "com.microsoft:eventhub";
const PARTITION: &str = "com.microsoft:partition";
/// More answers than this that fit no request are a peer's mistake.
const MOST_STRAY_ANSWERS: usize = 16;
/// No hub has more partitions.
const MOST_PARTITIONS: usize = 1024;

/// A pair of links.
pub(crate) struct Requests {
    sender: Outgoing,
    receiver: Incoming,
    address: &'static str,
    reply_to: String,
    asked: u64,
}

impl Requests {
    /// The links on which tokens are put.
    pub(crate) async fn tokens(
        network: &impl Network,
        connection: &mut Connection,
    ) -> Result<Self, Failure> {
        Self::attach(network, connection, TOKENS).await
    }

    /// The links on which an event hub is asked about itself.
    pub(crate) async fn management(
        network: &impl Network,
        connection: &mut Connection,
    ) -> Result<Self, Failure> {
        Self::attach(network, connection, MANAGEMENT).await
    }

    async fn attach(
        network: &impl Network,
        connection: &mut Connection,
        address: &'static str,
    ) -> Result<Self, Failure> {
        let reply_to = format!("{}-answers", address.trim_start_matches('$'));
        let sender = connection.sender(network, address).await?;
        let source = Source::builder().address(address).build();
        let credit = CreditMode::Auto(8);
        let receiver = connection
            .receiver_at(network, source, &reply_to, credit)
            .await?;
        Ok(Self {
            sender,
            receiver,
            address,
            reply_to,
            asked: 0,
        })
    }

    /// Puts a token.
    pub(crate) async fn put_token(
        &mut self,
        network: &impl Network,
        audience: &str,
        token: &SecretString,
    ) -> Result<(), Failure> {
        let questions = [
            ("operation", "put-token"),
            ("type", SAS_TOKEN),
            ("name", audience),
        ];
        let body = token.expose().clone();
        within(network, PATIENCE, self.ask(network, &questions, body)).await?;
        Ok(())
    }

    /// The numbers of an event hub's partitions.
    pub(crate) async fn partitions(
        &mut self,
        network: &impl Network,
        entity: &str,
        token: &SecretString,
    ) -> Result<Vec<u16>, Failure> {
        let questions = [
            ("operation", "READ"),
            ("name", entity),
            ("type", EVENT_HUB),
            ("security_token", token.expose()),
        ];
        let answer = within(
            network,
            PATIENCE,
            self.ask(network, &questions, String::new()),
        )
        .await?;
        read_partitions(&answer)
            .ok_or_else(|| protocol("the event hub tells no partitions that could be read"))
    }

    /// The number of the last event in a partition; less than zero if there never was one.
    pub(crate) async fn last_number(
        &mut self,
        network: &impl Network,
        entity: &str,
        partition: u16,
        token: &SecretString,
    ) -> Result<i64, Failure> {
        let partition = partition.to_string();
        let questions = [
            ("operation", "READ"),
            ("name", entity),
            ("type", PARTITION),
            ("partition", &partition),
            ("security_token", token.expose()),
        ];
        let answer = within(
            network,
            PATIENCE,
            self.ask(network, &questions, String::new()),
        )
        .await?;
        let number = match &answer {
            Value::Map(answer) => answer.get(&Value::from("last_enqueued_sequence_number")),
            _ => None,
        };
        match number {
            Some(Value::Long(number)) => Ok(*number),
            _ => Err(protocol(
                "the event hub does not tell where a partition ends",
            )),
        }
    }

    /// Sends a request and waits for its answer.
    async fn ask(
        &mut self,
        network: &impl Network,
        questions: &[(&str, &str)],
        body: String,
    ) -> Result<Value, Failure> {
        self.asked += 1;
        let id = format!("{}-{}", self.reply_to, self.asked);
        let properties = Properties::builder()
            .message_id(id.clone())
            .to(self.address)
            .reply_to(self.reply_to.clone())
            .build();
        let mut application = ApplicationProperties::builder();
        for (name, value) in questions {
            application = application.insert(*name, SimpleValue::String((*value).to_owned()));
        }
        let request = Message::builder()
            .properties(properties)
            .application_properties(application.build())
            .value(body)
            .build();
        match self.sender.send(network, request).await? {
            Outcome::Rejected(rejected) => {
                return Err(rejected.error.as_ref().map_or_else(
                    || Failure::new(FailureKind::Refused, "the request was rejected"),
                    said,
                ));
            }
            Outcome::Accepted(_) => {}
            _ => return Err(protocol("a request was handed back")),
        }
        for _ in 0..MOST_STRAY_ANSWERS {
            let delivery = self.receiver.receive().await?;
            self.receiver.accept(&delivery).await?;
            let answer = delivery.into_message();
            let answers = answer.properties.as_ref();
            let correlation = answers.and_then(|it| it.correlation_id.as_ref());
            if *correlation.unwrap_or(&MessageId::Ulong(0)) == MessageId::String(id.clone()) {
                return read_answer(answer);
            }
        }
        Err(protocol("answers came that fit no request"))
    }
}

fn read_answer(answer: Message<Body<Value>>) -> Result<Value, Failure> {
    let properties = answer.application_properties.unwrap_or_default();
    let find = |names: [&str; 2]| {
        let mut entries = properties.iter();
        entries.find(|(name, _)| names.contains(&name.as_str()))
    };
    let status = match find(["status-code", "statusCode"]).map(|(_, value)| value) {
        Some(SimpleValue::Int(status)) => i64::from(*status),
        Some(SimpleValue::Long(status)) => *status,
        _ => return Err(protocol("an answer has no status")),
    };
    if matches!(status, 200..=299) {
        return Ok(match answer.body {
            Body::Value(AmqpValue(value)) => value,
            _ => Value::Null,
        });
    }
    let text = |names| match find(names) {
        Some((_, SimpleValue::String(text))) => Some(text.as_str()),
        Some((_, SimpleValue::Symbol(text))) => Some(text.as_str()),
        _ => None,
    };
    let condition = text(["error-condition", "errorCondition"]);
    let description = text(["status-description", "statusDescription"]);
    let description = description.unwrap_or("no description");
    Err(of_status(status, condition, description))
}

fn read_partitions(answer: &Value) -> Option<Vec<u16>> {
    let Value::Map(answer) = answer else {
        return None;
    };
    let ids: Vec<&Value> = match answer.get(&Value::from("partition_ids"))? {
        Value::Array(ids) => ids.iter().take(MOST_PARTITIONS + 1).collect(),
        Value::List(ids) => ids.iter().take(MOST_PARTITIONS + 1).collect(),
        _ => return None,
    };
    if ids.is_empty() || ids.len() > MOST_PARTITIONS {
        return None;
    }
    let numbers = ids.into_iter().map(|id| match id {
        Value::String(id) => id.parse().ok(),
        _ => None,
    });
    let mut numbers: Vec<u16> = numbers.collect::<Option<_>>()?;
    numbers.sort_unstable();
    numbers.dedup();
    Some(numbers)
}

fn protocol(why: &str) -> Failure {
    Failure::new(FailureKind::Protocol, why)
}
