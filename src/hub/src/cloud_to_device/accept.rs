//! Whether a message may be queued for a device.

use http::HeaderMap;
use wire::{
    error::{ErrorCode, ServiceError},
    properties::{MessageProperties, SystemProperties},
    rest::write_message_headers,
    timestamp::Timestamp,
};

use crate::connection::Message;

/// The largest message: 64 KB of body and properties.
const MOST_BYTES: usize = 65_536;

/// The longest topic that MQTT can carry (MQTT 3.1.1 §1.5.3).
const MOST_TOPIC_BYTES: usize = 65_535;

/// The longest message id.
const MOST_ID_CHARACTERS: usize = 128;

/// Which outcomes the sender of a message wants to be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ack {
    None,
    Positive,
    Negative,
    Full,
}

impl Ack {
    /// Reads the property, in any case. A message without it wants no feedback.
    pub(super) fn of(properties: &MessageProperties) -> Option<Self> {
        let text = properties.system.ack.as_deref().unwrap_or("none");
        match text.to_ascii_lowercase().as_str() {
            "none" => Some(Self::None),
            "positive" => Some(Self::Positive),
            "negative" => Some(Self::Negative),
            "full" => Some(Self::Full),
            _ => None,
        }
    }
}

/// Checks what a sender wrote, and gives when the message expires if it says so itself.
/// (IoT Hub documentation: format of IoT Hub messages.)
pub(super) fn check(
    now: Timestamp,
    device_id: &str,
    message: &Message,
) -> Result<Option<Timestamp>, ServiceError> {
    check_size(device_id, message)?;
    check_names(&message.properties)?;
    check_id(&message.properties)?;
    check_ack(&message.properties)?;
    read_expiry(now, &message.properties)
}

/// The device's address, which every message has, does not count towards its size.
fn check_size(device_id: &str, message: &Message) -> Result<(), ServiceError> {
    let Message { properties, body } = message;
    let address = properties.system.to.as_ref().map_or(0, String::len);
    let size = body.len() + properties.size() - address;
    if size > MOST_BYTES {
        return Err(ServiceError::new(
            ErrorCode::MessageTooLarge,
            format!(
                "The message has {size} bytes of body and properties; a cloud-to-device message may have {MOST_BYTES}."
            ),
        ));
    }
    let topic = "devices//messages/devicebound/".len()
        + device_id.len()
        + properties.to_cloud_to_device_bag().len();
    if topic > MOST_TOPIC_BYTES {
        return Err(ServiceError::new(
            ErrorCode::MessageTooLarge,
            format!(
                "The properties make an MQTT topic of {topic} bytes; it may have {MOST_TOPIC_BYTES}. Put more into the \
                 body."
            ),
        ));
    }
    Ok(())
}

/// A device can fetch its messages by MQTT and by HTTP, so the properties must fit both.
fn check_names(properties: &MessageProperties) -> Result<(), ServiceError> {
    let mut names = properties.application.iter().map(|(name, _)| name);
    if let Some(name) = names.find(|name| SystemProperties::is_name(name)) {
        return Err(invalid(format!(
            "'{name}' is a system property and cannot be an application property; send it as what it is."
        )));
    }
    write_message_headers(properties, &mut HeaderMap::new()).map_err(|why| invalid(why.to_string()))
}

fn check_id(properties: &MessageProperties) -> Result<(), ServiceError> {
    let Some(id) = &properties.system.message_id else {
        return Ok(());
    };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-:.+%_#*?!(),=@;$'".contains(&byte);
    if (1..=MOST_ID_CHARACTERS).contains(&id.len()) && id.bytes().all(allowed) {
        return Ok(());
    }
    Err(invalid(format!(
        "A message id has 1 to {MOST_ID_CHARACTERS} ASCII letters, digits and -:.+%_#*?!(),=@;$', got '{id}'."
    )))
}

fn check_ack(properties: &MessageProperties) -> Result<(), ServiceError> {
    match Ack::of(properties) {
        None => Err(invalid(format!(
            "iothub-ack must be none, positive, negative or full, got '{}'.",
            properties.system.ack.as_deref().unwrap_or_default()
        ))),
        Some(Ack::Positive | Ack::Negative | Ack::Full)
            if properties.system.message_id.is_none() =>
        {
            Err(invalid(
                "Feedback names the message by its id: send a message id together with iothub-ack."
                    .to_owned(),
            ))
        }
        Some(_) => Ok(()),
    }
}

/// When the message expires by its sender's word: an ISO 8601 date, or milliseconds since 1970. Zero is no word.
fn read_expiry(
    now: Timestamp,
    properties: &MessageProperties,
) -> Result<Option<Timestamp>, ServiceError> {
    let Some(text) = &properties.system.expiry else {
        return Ok(None);
    };
    let millis = text.parse().map(Timestamp::from_millis).ok();
    let problem = match millis.or_else(|| Timestamp::parse_iso(text)) {
        Some(Timestamp::NEVER) => return Ok(None),
        Some(at) if at > now => return Ok(Some(at)),
        Some(_) => "is past",
        None => "is neither an ISO 8601 date nor a number of milliseconds since 1970",
    };
    Err(ServiceError::new(
        ErrorCode::InvalidMessageExpiryTime,
        format!(
            "The expiry '{text}' {problem}. Expected a moment to come, such as 2030-01-01T00:00:00Z."
        ),
    ))
}

fn invalid(message: String) -> ServiceError {
    ServiceError::new(ErrorCode::ArgumentInvalid, message)
}
