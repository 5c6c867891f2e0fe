//! Messages: sections that come in, read without insisting on more than is needed, and sections that go out.

use std::fmt::Write as _;

use serde_amqp::{
    Value,
    described::Described,
    descriptor::Descriptor,
    primitives::{OrderedMap, Symbol, Timestamp as AmqpTimestamp},
};
use serde_bytes::ByteBuf;

use wire::amqp::ValueError;

use super::encoding::{EncodingError, read_first, write};

const DELIVERY_ANNOTATIONS: u64 = 0x71;
const MESSAGE_ANNOTATIONS: u64 = 0x72;
const PROPERTIES: u64 = 0x73;
const APPLICATION_PROPERTIES: u64 = 0x74;
const DATA: u64 = 0x75;
const SEQUENCE: u64 = 0x76;
const VALUE: u64 = 0x77;

/// The most sections of a message that is read. Only data sections may repeat.
const MOST_SECTIONS: usize = 1024;

/// A message that came in.
#[derive(Debug, Default)]
pub(super) struct Received {
    properties: Vec<Value>,
    /// The application's properties, in the sender's order.
    pub(super) application: Vec<(String, Value)>,
    /// The body.
    pub(super) body: Body,
}

/// The body of a message that came in.
#[derive(Debug, Default, PartialEq)]
pub(super) enum Body {
    /// There is none.
    #[default]
    Empty,
    /// The bytes of all data sections.
    Data(Vec<u8>),
    /// One value.
    Value(Value),
    /// Sequences of values.
    Sequence,
}

/// The fields of a message's properties, by their place.
#[derive(Clone, Copy)]
pub(super) enum Property {
    MessageId = 0,
    UserId = 1,
    To = 2,
    ReplyTo = 4,
    CorrelationId = 5,
    ContentType = 6,
    ContentEncoding = 7,
    AbsoluteExpiryTime = 8,
    CreationTime = 9,
}

/// How many fields the properties have of which one is written here.
const PROPERTY_FIELDS: usize = 10;

impl Received {
    /// Reads all sections.
    pub(super) fn read(mut bytes: &[u8]) -> Result<Self, EncodingError> {
        let mut message = Self::default();
        for _ in 0..MOST_SECTIONS {
            if bytes.is_empty() {
                return Ok(message);
            }
            let (section, rest) = read_first(bytes)?;
            message.add(section)?;
            bytes = rest;
        }
        Err(ValueError::TooComplex.into())
    }

    /// A field of the properties; none if it is null.
    pub(super) fn property(&self, property: Property) -> Option<&Value> {
        let value = self.properties.get(property as usize)?;
        (*value != Value::Null).then_some(value)
    }

    /// An application property as a text.
    pub(super) fn application(&self, name: &str) -> Option<String> {
        let mut properties = self.application.iter();
        properties
            .find(|(own, _)| own == name)
            .and_then(|(_, value)| to_text(value))
    }

    fn add(&mut self, section: Value) -> Result<(), EncodingError> {
        let Value::Described(section) = section else {
            return Err(unexpected("a section of a message is described"));
        };
        let Described { descriptor, value } = *section;
        match (code(&descriptor), value) {
            (Some(PROPERTIES), Value::List(fields)) => self.properties = fields,
            (Some(APPLICATION_PROPERTIES), Value::Map(map)) => {
                for (name, value) in map {
                    let name = to_text(&name);
                    let name = name.ok_or_else(|| unexpected("a property's name is a text"))?;
                    self.application.push((name, value));
                }
            }
            (Some(DATA), Value::Binary(data)) => match &mut self.body {
                Body::Data(bytes) => bytes.extend_from_slice(&data),
                body => *body = Body::Data(data.into_vec()),
            },
            (Some(SEQUENCE), _) => self.body = Body::Sequence,
            (Some(VALUE), value) => self.body = Body::Value(value),
            (Some(PROPERTIES | APPLICATION_PROPERTIES | DATA), _) => {
                return Err(unexpected("a section of a message has another type"));
            }
            // A header, annotations or a footer: nothing in them is for a hub.
            _ => {}
        }
        Ok(())
    }
}

/// The code of a section by either of its descriptors.
fn code(descriptor: &Descriptor) -> Option<u64> {
    match descriptor {
        Descriptor::Code(code) => Some(*code),
        Descriptor::Name(name) => match name.as_str() {
            "amqp:properties:list" => Some(PROPERTIES),
            "amqp:application-properties:map" => Some(APPLICATION_PROPERTIES),
            "amqp:data:binary" => Some(DATA),
            "amqp:amqp-sequence:list" => Some(SEQUENCE),
            "amqp:amqp-value:*" => Some(VALUE),
            _ => None,
        },
    }
}

fn unexpected(why: &str) -> EncodingError {
    EncodingError::Unexpected(why.to_owned())
}

/// A simple value as a text; none for null and for what has parts.
pub(super) fn to_text(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) => text.clone(),
        Value::Symbol(text) => text.as_str().to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Ubyte(value) => value.to_string(),
        Value::Ushort(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::Ulong(value) => value.to_string(),
        Value::Byte(value) => value.to_string(),
        Value::Short(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Long(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Double(value) => value.to_string(),
        Value::Char(value) => value.to_string(),
        Value::Timestamp(value) => to_moment(value).to_iso(),
        Value::Uuid(value) => uuid_text(value.as_inner()),
        Value::Binary(bytes) => std::str::from_utf8(bytes).ok()?.to_owned(),
        _ => return None,
    })
}

/// A whole number of any type.
pub(super) fn to_integer(value: &Value) -> Option<i64> {
    to_text(value)?.parse().ok()
}

/// A moment; those before 1970 are "never".
pub(super) fn to_moment(value: &AmqpTimestamp) -> wire::timestamp::Timestamp {
    let millis = u64::try_from(value.milliseconds()).unwrap_or_default();
    wire::timestamp::Timestamp::from_millis(millis)
}

fn uuid_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (place, byte) in bytes.iter().enumerate() {
        if [4, 6, 8, 10].contains(&place) {
            text.push('-');
        }
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// A message on its way out.
#[derive(Default)]
pub(super) struct Outgoing {
    delivery_annotations: OrderedMap<Value, Value>,
    annotations: OrderedMap<Value, Value>,
    properties: Vec<Value>,
    application: OrderedMap<Value, Value>,
    body: Option<Value>,
}

impl Outgoing {
    /// Sets a message annotation.
    pub(super) fn annotate(&mut self, name: &str, value: Value) {
        self.annotations.insert(Symbol::from(name).into(), value);
    }

    /// Sets an annotation of this delivery of the message.
    pub(super) fn annotate_delivery(&mut self, name: &str, value: Value) {
        let name = Symbol::from(name).into();
        self.delivery_annotations.insert(name, value);
    }

    /// Sets a field of the properties.
    pub(super) fn set(&mut self, property: Property, value: Value) {
        self.properties.resize(PROPERTY_FIELDS, Value::Null);
        if let Some(slot) = self.properties.get_mut(property as usize) {
            *slot = value;
        }
    }

    /// Sets a property of the application.
    pub(super) fn set_application(&mut self, name: &str, value: Value) {
        self.application.insert(Value::from(name), value);
    }

    /// Gives it a body of bytes.
    pub(super) fn set_data(&mut self, bytes: Vec<u8>) {
        self.body = Some(section(DATA, Value::Binary(ByteBuf::from(bytes))));
    }

    /// Gives it a body of one value.
    pub(super) fn set_value(&mut self, value: Value) {
        self.body = Some(section(VALUE, value));
    }

    /// Writes the sections, those that are empty left out.
    pub(super) fn write(self) -> Result<Vec<u8>, EncodingError> {
        let delivery_annotations = (!self.delivery_annotations.is_empty())
            .then(|| section(DELIVERY_ANNOTATIONS, Value::Map(self.delivery_annotations)));
        let annotations = (!self.annotations.is_empty())
            .then(|| section(MESSAGE_ANNOTATIONS, Value::Map(self.annotations)));
        let properties = (!self.properties.is_empty())
            .then(|| section(PROPERTIES, Value::List(self.properties)));
        let application = (!self.application.is_empty())
            .then(|| section(APPLICATION_PROPERTIES, Value::Map(self.application)));
        let body = self.body.unwrap_or_else(|| section(VALUE, Value::Null));
        let sections = [
            delivery_annotations,
            annotations,
            properties,
            application,
            Some(body),
        ];
        let mut bytes = Vec::new();
        for section in sections.iter().flatten() {
            bytes.extend(write(section)?);
        }
        Ok(bytes)
    }
}

fn section(code: u64, value: Value) -> Value {
    let descriptor = Descriptor::Code(code);
    Value::Described(Box::new(Described { descriptor, value }))
}
