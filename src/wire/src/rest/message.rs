//! A message's properties as HTTP headers: how services and devices send and receive messages over HTTP.
//!
//! System properties have headers of their own, an application property is `iothub-app-{name}`. (IoT Hub documentation:
//! REST API, send and receive device messages.) As the names of headers have no case, an application property that is
//! read from one has its name in lower case. Values are UTF-8.

use http::{HeaderMap, HeaderName, HeaderValue, Request};
use thiserror::Error;

use crate::properties::{MessageProperties, SystemProperties};

/// The names of headers that carry a message's properties begin so.
const PROPERTY_PREFIX: &str = "iothub-";

/// What stands before the name of an application property.
const APPLICATION_PREFIX: &str = "iothub-app-";

/// The headers of system properties, and the properties' names in a bag.
const SYSTEM_HEADERS: [(&str, &str); 8] = [
    ("iothub-messageid", "$.mid"),
    ("iothub-correlationid", "$.cid"),
    ("iothub-userid", "$.uid"),
    ("iothub-to", "$.to"),
    ("iothub-expiry", "$.exp"),
    ("iothub-ack", "iothub-ack"),
    ("iothub-contenttype", "$.ct"),
    ("iothub-contentencoding", "$.ce"),
];

/// Why headers are not the properties of a message, or properties cannot be written as headers.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MessageHeaderError {
    /// A header's value is not UTF-8.
    #[error("the value of '{name}' is not UTF-8; expected text")]
    NotText {
        /// The header.
        name: String,
    },
    /// The header of a system property comes twice.
    #[error("'{name}' is given twice; it can hold one value only")]
    Twice {
        /// The header.
        name: String,
    },
    /// An application property without a name.
    #[error("expected the name of a property after 'iothub-app-', found none")]
    NameMissing,
    /// The name of an application property cannot stand in a header.
    #[error(
        "the property name '{name}' holds other characters than ASCII letters, digits and !#$%&'*+-.^_`|~"
    )]
    Name {
        /// The property.
        name: String,
    },
    /// The value of a property cannot stand in a header.
    #[error("the value of the property '{name}' holds control characters, which HTTP cannot carry")]
    Value {
        /// The property.
        name: String,
    },
    /// There are more properties than a message can have headers.
    #[error("there are more properties than HTTP can carry")]
    TooMany,
}

/// Reads the properties of a message from the headers of a request or a response. Other headers are left alone, and
/// the header of a system property that is empty counts as absent.
pub fn read_message_headers(headers: &HeaderMap) -> Result<MessageProperties, MessageHeaderError> {
    let mut properties = MessageProperties::default();
    for (name, value) in headers {
        let name = name.as_str();
        if !is_message_header(name) {
            continue;
        }
        let value =
            std::str::from_utf8(value.as_bytes()).map_err(|_| MessageHeaderError::NotText {
                name: name.to_owned(),
            })?;
        read_message_header(&mut properties, name, value)?;
    }
    Ok(properties)
}

/// Reads one property from a header, or from a member of a batch of messages, which has the same names. A name that is
/// none of a message's is left alone. An application property keeps the case that its name has here.
pub fn read_message_header(
    properties: &mut MessageProperties,
    name: &str,
    value: &str,
) -> Result<(), MessageHeaderError> {
    let (prefix, application) = name
        .split_at_checked(APPLICATION_PREFIX.len())
        .unwrap_or((name, ""));
    if prefix.eq_ignore_ascii_case(APPLICATION_PREFIX) {
        if application.is_empty() {
            return Err(MessageHeaderError::NameMissing);
        }
        let property = (application.to_owned(), Some(value.to_owned()));
        properties.application.push(property);
        return Ok(());
    }
    let Some(slot) = slot(&mut properties.system, name) else {
        return Ok(());
    };
    if value.is_empty() {
        return Ok(());
    }
    if slot.is_some() {
        return Err(MessageHeaderError::Twice {
            name: name.to_owned(),
        });
    }
    *slot = Some(value.to_owned());
    Ok(())
}

/// Writes the properties of a message as headers, beside those that are there. System properties that have no header
/// are left out. A property without a value becomes one with an empty value: a header has no other way.
pub fn write_message_headers(
    properties: &MessageProperties,
    headers: &mut HeaderMap,
) -> Result<(), MessageHeaderError> {
    for (name, in_bag) in SYSTEM_HEADERS {
        if let Some(value) = properties.system.get(in_bag) {
            append(headers, HeaderName::from_static(name), name, value)?;
        }
    }
    for (name, value) in &properties.application {
        let header = HeaderName::try_from(format!("{APPLICATION_PREFIX}{name}"));
        let header = header
            .ok()
            .filter(|_| !name.is_empty())
            .ok_or_else(|| MessageHeaderError::Name { name: name.clone() })?;
        append(headers, header, name, value.as_deref().unwrap_or_default())?;
    }
    Ok(())
}

/// How many bytes a message in a request has: its body, and the names and values of its properties. So a hub counts them.
pub fn message_size(request: &Request<Vec<u8>>) -> usize {
    let properties = request.headers().iter().filter_map(|(name, value)| {
        let name = name.as_str().strip_prefix(PROPERTY_PREFIX)?;
        // Only an application property has a name of its own; `app-` is not part of it.
        let name = name.strip_prefix("app-").unwrap_or_default();
        Some(name.len() + value.len())
    });
    request.body().len() + properties.sum::<usize>()
}

fn append(
    headers: &mut HeaderMap,
    header: HeaderName,
    property: &str,
    value: &str,
) -> Result<(), MessageHeaderError> {
    let value =
        HeaderValue::from_bytes(value.as_bytes()).map_err(|_| MessageHeaderError::Value {
            name: property.to_owned(),
        })?;
    headers
        .try_append(header, value)
        .map_err(|_| MessageHeaderError::TooMany)?;
    Ok(())
}

/// Whether a header, in lower case, is one of a message's.
fn is_message_header(name: &str) -> bool {
    name.starts_with(APPLICATION_PREFIX) || SYSTEM_HEADERS.iter().any(|(header, _)| *header == name)
}

fn slot<'a>(system: &'a mut SystemProperties, header: &str) -> Option<&'a mut Option<String>> {
    let (_, in_bag) = SYSTEM_HEADERS
        .into_iter()
        .find(|(name, _)| header.eq_ignore_ascii_case(name))?;
    system.slot(in_bag)
}
