//! Requests and responses over links: tokens that are put, and what is asked about the event hub.

use serde_amqp::{
    Value,
    primitives::{Array, OrderedMap},
};
use wire::timestamp::Timestamp;

use super::{
    condition,
    encoding::EncodingError,
    event_message::{long, moment},
    extent::PartitionExtent,
    message::{Body, Outgoing, Property, Received},
    tokens::TokenError,
};

/// The first word of the kind of token that is read here.
const SAS_TOKEN: &str = "servicebus.windows.net:sastoken";

/// What a request comes to: a status, words for a person, and a value if all is well.
///
/// What is refused is named by a condition as well, but for tokens: a client that finds one in an answer to a token
/// looks at neither status nor words.
pub(super) struct Answer {
    status: i32,
    description: String,
    condition: Option<&'static str>,
    value: Option<Value>,
}

impl Answer {
    /// All is well.
    pub(super) fn ok(value: Option<Value>) -> Self {
        Self {
            status: 200,
            description: "OK".to_owned(),
            condition: None,
            value,
        }
    }

    /// It cannot be done.
    pub(super) fn refused(
        status: i32,
        condition: &'static str,
        description: impl Into<String>,
    ) -> Self {
        Self {
            status,
            description: description.into(),
            condition: Some(condition),
            value: None,
        }
    }

    /// A token cannot be put.
    fn refused_token(status: i32, description: impl Into<String>) -> Self {
        Self {
            status,
            description: description.into(),
            condition: None,
            value: None,
        }
    }

    /// Writes the answer to a request: its id comes back in the type in which it came.
    pub(super) fn write(self, request: &Received) -> Result<Vec<u8>, EncodingError> {
        let mut message = Outgoing::default();
        let id = request
            .property(Property::MessageId)
            .or_else(|| request.property(Property::CorrelationId));
        if let Some(id) = id {
            message.set(Property::CorrelationId, id.clone());
        }
        message.set_application("status-code", Value::Int(self.status));
        message.set_application("status-description", Value::from(self.description));
        if let Some(condition) = self.condition {
            message.set_application("error-condition", Value::from(condition));
        }
        message.set_value(self.value.unwrap_or(Value::Null));
        message.write()
    }
}

impl From<TokenError> for Answer {
    fn from(refusal: TokenError) -> Self {
        Self::refused_token(401, refusal.to_string())
    }
}

/// The audience and the token that a request puts.
pub(super) fn read_put_token(request: &Received) -> Result<(String, &str), Answer> {
    let operation = request.application("operation").unwrap_or_default();
    if operation != "put-token" {
        return Err(not_supported(&operation, "put-token"));
    }
    let kind = request.application("type").unwrap_or_default();
    if !kind.eq_ignore_ascii_case(SAS_TOKEN) {
        return Err(Answer::refused_token(
            401,
            format!("this hub reads no tokens of this type; expected {SAS_TOKEN}"),
        ));
    }
    let audience = request.application("name").unwrap_or_default();
    match &request.body {
        Body::Value(Value::String(token)) => Ok((audience, token)),
        _ => Err(Answer::refused_token(
            400,
            "the body holds no token; expected an AMQP value that is a text",
        )),
    }
}

/// What is asked about the event hub.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// The event hub as a whole.
    EventHub,
    /// A partition.
    Partition(u16),
}

/// What is told about the event hub.
pub(super) struct EventHubFacts<'a> {
    /// Its name.
    pub(super) entity: &'a str,
    /// How many partitions it has.
    pub(super) partitions: u16,
    /// When it was made.
    pub(super) created: Timestamp,
}

/// What a request asks about the event hub.
pub(super) fn read_question(
    request: &Received,
    facts: &EventHubFacts<'_>,
) -> Result<Question, Answer> {
    let operation = request.application("operation").unwrap_or_default();
    if !operation.eq_ignore_ascii_case("READ") {
        return Err(not_supported(&operation, "READ"));
    }
    let name = request.application("name").unwrap_or_default();
    if !name.eq_ignore_ascii_case(facts.entity) {
        let why = format!(
            "there is no event hub of that name; expected '{}'",
            facts.entity
        );
        return Err(Answer::refused(404, condition::NOT_FOUND, why));
    }
    match request.application("type").unwrap_or_default().as_str() {
        "com.microsoft:eventhub" => Ok(Question::EventHub),
        "com.microsoft:partition" => {
            let partition = request.application("partition").unwrap_or_default();
            let known = partition.parse().ok().filter(|it| *it < facts.partitions);
            known.map(Question::Partition).ok_or_else(|| {
                let why = format!(
                    "there is no such partition; expected 0 to {}",
                    facts.partitions.saturating_sub(1)
                );
                Answer::refused(400, condition::ARGUMENT_OUT_OF_RANGE, why)
            })
        }
        other => Err(not_supported(
            other,
            "com.microsoft:eventhub or com.microsoft:partition",
        )),
    }
}

fn not_supported(what: &str, expected: &str) -> Answer {
    let what: String = what.chars().take(100).collect();
    let why = format!("'{what}' is not supported by this hub; expected {expected}");
    Answer::refused(501, condition::NOT_IMPLEMENTED, why)
}

/// Tells of the event hub.
pub(super) fn describe_event_hub(facts: &EventHubFacts<'_>) -> Answer {
    let ids = (0..facts.partitions).map(|it| Value::from(it.to_string()));
    Answer::ok(Some(map([
        ("name", Value::from(facts.entity)),
        ("type", Value::from("com.microsoft:eventhub")),
        ("created_at", moment(facts.created)),
        ("partition_count", Value::Int(facts.partitions.into())),
        ("partition_ids", Value::Array(Array(ids.collect()))),
        ("georeplication_factor", Value::Int(1)),
    ])))
}

/// Tells of a partition.
pub(super) fn describe_partition(entity: &str, partition: u16, extent: PartitionExtent) -> Answer {
    let last = i64::try_from(extent.next_number).unwrap_or(i64::MAX) - 1;
    let is_empty = extent.newest.is_none();
    let (offset, at) = extent
        .newest
        .unwrap_or_else(|| ("-1".to_owned(), Timestamp::NEVER));
    Answer::ok(Some(map([
        ("name", Value::from(entity)),
        ("type", Value::from("com.microsoft:partition")),
        ("partition", Value::from(partition.to_string())),
        ("begin_sequence_number", long(extent.first_number)),
        ("last_enqueued_sequence_number", Value::Long(last)),
        ("last_enqueued_offset", Value::from(offset)),
        ("last_enqueued_time_utc", moment(at)),
        ("is_partition_empty", Value::Bool(is_empty)),
    ])))
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let entries = entries
        .into_iter()
        .map(|(name, value)| (Value::from(name), value));
    Value::Map(entries.collect::<OrderedMap<_, _>>())
}
