//! The properties of a message and the property bag that carries them at the end of an MQTT topic.
//!
//! A bag is `name=value` pairs joined by `&`, names and values percent-encoded (RFC 3986). Names
//! that begin with `$.` belong to the service; all others are the application's. Source: IoT Hub
//! documentation, "Communicate with an IoT hub using the MQTT protocol" and "Create and read
//! IoT Hub messages".
//!
//! What a bag may look like, and what this reader makes of it:
//!
//! - `k` is a property without a value, `k=` has an empty one, and in `k=v=w` the value is `v=w`.
//! - A `$` may stand raw or as `%24`; the writer always uses `%24`, as the service does.
//! - A `+` is a plus sign, never a space.
//! - Empty pairs (`a=1&&b=2`) are skipped.
//! - A name given twice stays twice, in order, among the application's properties. A system
//!   property holds one value, so there it is an error rather than a silent choice.
//! - An unknown `$.x` name is kept as an application property.

use std::borrow::Cow;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{IgnoredAny, MapAccess, Visitor},
};

use crate::percent::{DecodeFault, decode, encode, look_at_decoded};

/// The system properties in the order in which devices' SDKs write them into a telemetry topic.
const TELEMETRY_ORDER: [&str; 15] = [
    "$.on",
    "$.mid",
    "$.cid",
    "$.uid",
    "$.ct",
    "$.ce",
    "$.ifid",
    "$.exp",
    "$.to",
    "$.ctime",
    "$.sub",
    "$.schema",
    "$.cdid",
    "$.cmid",
    "iothub-ack",
];

/// The system properties in the order in which the service writes them into the topic of a
/// cloud-to-device message.
const CLOUD_TO_DEVICE_ORDER: [&str; 15] = [
    "$.mid",
    "$.exp",
    "$.to",
    "$.cid",
    "$.uid",
    "$.ct",
    "$.ce",
    "$.on",
    "$.ifid",
    "$.ctime",
    "$.sub",
    "$.schema",
    "$.cdid",
    "$.cmid",
    "iothub-ack",
];

/// The system properties by their names as members of an object, and in a bag.
const MEMBERS: [(&str, &str); 15] = [
    ("messageId", "$.mid"),
    ("correlationId", "$.cid"),
    ("userId", "$.uid"),
    ("to", "$.to"),
    ("contentType", "$.ct"),
    ("contentEncoding", "$.ce"),
    ("expiry", "$.exp"),
    ("creationTime", "$.ctime"),
    ("outputName", "$.on"),
    ("interfaceId", "$.ifid"),
    ("component", "$.sub"),
    ("schema", "$.schema"),
    ("connectionDeviceId", "$.cdid"),
    ("connectionModuleId", "$.cmid"),
    ("ack", "iothub-ack"),
];

/// All properties of a message: the service's and the application's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageProperties {
    /// The properties that IoT Hub itself understands.
    pub system: SystemProperties,
    /// The application's properties, in the order given. A property may lack a value: `None` is
    /// `name` in a bag, an empty text is `name=`.
    pub application: Vec<(String, Option<String>)>,
}

/// The text of a property bag that was checked: it holds properties, and they could be read.
///
/// For whoever passes properties on or stores them, and has no need to look at each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PropertyBag<'a> {
    text: &'a str,
    size: usize,
}

/// The properties of a message that IoT Hub itself understands, as texts.
///
/// The bag's name of each is given in its description.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SystemProperties {
    /// `$.mid`: the message's id, chosen by the sender, at most 128 characters.
    pub message_id: Option<String>,
    /// `$.cid`: the id of the message that this one answers.
    pub correlation_id: Option<String>,
    /// `$.uid`: who produced the message.
    pub user_id: Option<String>,
    /// `$.to`: where a cloud-to-device message goes, as its sender wrote it.
    pub to: Option<String>,
    /// `$.ct`: the content type of the body, for example `application/json`.
    pub content_type: Option<String>,
    /// `$.ce`: the encoding of the body, for example `utf-8`.
    pub content_encoding: Option<String>,
    /// `$.exp`: when the message expires.
    pub expiry: Option<String>,
    /// `$.ctime`: when the message was made, ISO 8601.
    pub creation_time: Option<String>,
    /// `$.on`: the output of an Edge module that the message left by.
    pub output_name: Option<String>,
    /// `$.ifid`: the interface of an early Plug and Play device.
    pub interface_id: Option<String>,
    /// `$.sub`: the component of a Plug and Play device.
    pub component: Option<String>,
    /// `$.schema`: the schema of the body.
    pub schema: Option<String>,
    /// `$.cdid`: the sending device, on messages delivered to modules. Only the hub may set it.
    pub connection_device_id: Option<String>,
    /// `$.cmid`: the sending module, on messages delivered to modules. Only the hub may set it.
    pub connection_module_id: Option<String>,
    /// `iothub-ack`: which feedback the sender of a cloud-to-device message wants: `none`,
    /// `positive`, `negative` or `full`.
    pub ack: Option<String>,
}

/// Why a text is not a property bag. Each names the pair at fault, as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BagError {
    /// A `%` is not followed by two hexadecimal digits.
    #[error(
        "property `{piece}`: expected two hexadecimal digits after each `%`; a literal `%` is written `%25`"
    )]
    PercentEncoding {
        /// The pair at fault.
        piece: String,
    },
    /// The decoded bytes are not UTF-8.
    #[error("property `{piece}`: expected percent-encoded UTF-8, the decoded bytes are not UTF-8")]
    NotUtf8 {
        /// The pair at fault.
        piece: String,
    },
    /// Nothing stands before the `=`.
    #[error("property `{piece}`: expected a name before the `=`, found none")]
    EmptyName {
        /// The pair at fault.
        piece: String,
    },
    /// A `/` stands in the bag: to MQTT it would begin a new topic level.
    #[error("property `{piece}`: found a raw `/`; inside a property it is written `%2F`")]
    RawSlash {
        /// The pair at fault.
        piece: String,
    },
    /// A system property is given twice.
    #[error("system property `{name}` is given twice; it can hold one value only")]
    Duplicate {
        /// The property's name, decoded.
        name: String,
    },
}

impl MessageProperties {
    /// Reads a property bag. An empty text is a bag without properties.
    pub fn parse_bag(bag: &str) -> Result<Self, BagError> {
        let mut properties = Self::default();
        for piece in pieces(bag) {
            let (name, value) = piece.split()?;
            let value = value.map(|value| piece.decode(value)).transpose()?;
            let name = piece.decode(name)?;
            properties.insert(name.into_owned(), value.map(Cow::into_owned))?;
        }
        Ok(properties)
    }

    fn insert(&mut self, name: String, value: Option<String>) -> Result<(), BagError> {
        let Some(slot) = self.system.slot(&name) else {
            self.application.push((name, value));
            return Ok(());
        };
        if slot.is_some() {
            return Err(BagError::Duplicate { name });
        }
        *slot = value;
        Ok(())
    }

    /// Writes the bag of a telemetry message: system properties in the order of the devices'
    /// SDKs, then the application's sorted by name.
    pub fn to_bag(&self) -> String {
        let mut application: Vec<_> = self.application.iter().collect();
        application.sort_by(|a, b| a.0.cmp(&b.0));
        self.write(&TELEMETRY_ORDER, application)
    }

    /// Writes the bag of a cloud-to-device message: system properties in the order of the
    /// service, then the application's in the order given.
    pub fn to_cloud_to_device_bag(&self) -> String {
        self.write(&CLOUD_TO_DEVICE_ORDER, &self.application)
    }

    fn write<'a>(
        &'a self,
        order: &[&'static str],
        application: impl IntoIterator<Item = &'a (String, Option<String>)>,
    ) -> String {
        let system = order
            .iter()
            .filter_map(|name| Some((*name, Some(self.system.get(name)?))));
        let application = application
            .into_iter()
            .map(|(name, value)| (name.as_str(), value.as_deref()));
        let pairs: Vec<String> = system
            .chain(application)
            .map(|(name, value)| write_pair(name, value))
            .collect();
        pairs.join("&")
    }

    /// The bytes that count towards a message's size besides its body: the values of the system
    /// properties, the names and the values of the application's.
    pub fn size(&self) -> usize {
        let system = TELEMETRY_ORDER
            .iter()
            .filter_map(|name| self.system.get(name))
            .map(str::len);
        let application = self
            .application
            .iter()
            .map(|(name, value)| name.len() + value.as_ref().map_or(0, String::len));
        system.chain(application).sum()
    }

    /// The value of the first application property of that name; the inner `None` is a property
    /// without a value.
    pub fn application(&self, name: &str) -> Option<Option<&str>> {
        self.application
            .iter()
            .find(|(candidate, _)| candidate == name)
            .map(|(_, value)| value.as_deref())
    }
}

impl<'a> PropertyBag<'a> {
    /// Checks a property bag: what [`MessageProperties::parse_bag`] refuses is refused here, for the same reason.
    pub fn parse(text: &'a str) -> Result<Self, BagError> {
        let mut size = 0;
        // The system properties that came with a value, a bit each.
        let mut given = 0_u16;
        for piece in pieces(text) {
            let (name, value) = piece.split()?;
            let value_size = value.map(|value| piece.look_at(value, str::len));
            let value_size = value_size.transpose()?;
            size += value_size.unwrap_or_default();
            let (name_size, place) =
                piece.look_at(name, |name| (name.len(), system_place(name)))?;
            let Some(place) = place else {
                size += name_size;
                continue;
            };
            if given >> place & 1 == 1 {
                return Err(BagError::Duplicate {
                    name: piece.decode(name)?.into_owned(),
                });
            }
            given |= u16::from(value.is_some()) << place;
        }
        Ok(Self { text, size })
    }

    /// The bag as it came.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The bytes that count towards a message's size, as [`MessageProperties::size`].
    pub fn size(&self) -> usize {
        self.size
    }
}

/// Written out, because what would be derived for so many members of one kind is ten times as large.
impl<'de> Deserialize<'de> for SystemProperties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = SystemProperties;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of system properties")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut system = SystemProperties::default();
                while let Some(name) = map.next_key::<String>()? {
                    let member = MEMBERS.iter().find(|(member, _)| *member == name);
                    match member.and_then(|(_, name)| system.slot(name)) {
                        Some(slot) => *slot = map.next_value()?,
                        None => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(system)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// Which of the system properties a name in a bag means.
fn system_place(name: &str) -> Option<usize> {
    // Nearly all names are the application's, and the first two characters tell.
    if !name.starts_with("$.") && !name.starts_with("io") {
        return None;
    }
    TELEMETRY_ORDER.iter().position(|known| *known == name)
}

impl SystemProperties {
    /// The value of a system property by the name it has in a bag, for example `$.mid`.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = match name {
            "$.mid" => &self.message_id,
            "$.cid" => &self.correlation_id,
            "$.uid" => &self.user_id,
            "$.to" => &self.to,
            "$.ct" => &self.content_type,
            "$.ce" => &self.content_encoding,
            "$.exp" => &self.expiry,
            "$.ctime" => &self.creation_time,
            "$.on" => &self.output_name,
            "$.ifid" => &self.interface_id,
            "$.sub" => &self.component,
            "$.schema" => &self.schema,
            "$.cdid" => &self.connection_device_id,
            "$.cmid" => &self.connection_module_id,
            "iothub-ack" => &self.ack,
            _ => return None,
        };
        value.as_deref()
    }

    /// Whether a name, as it stands in a bag, is that of a system property.
    pub fn is_name(name: &str) -> bool {
        Self::default().slot(name).is_some()
    }

    pub(crate) fn slot(&mut self, name: &str) -> Option<&mut Option<String>> {
        Some(match name {
            "$.mid" => &mut self.message_id,
            "$.cid" => &mut self.correlation_id,
            "$.uid" => &mut self.user_id,
            "$.to" => &mut self.to,
            "$.ct" => &mut self.content_type,
            "$.ce" => &mut self.content_encoding,
            "$.exp" => &mut self.expiry,
            "$.ctime" => &mut self.creation_time,
            "$.on" => &mut self.output_name,
            "$.ifid" => &mut self.interface_id,
            "$.sub" => &mut self.component,
            "$.schema" => &mut self.schema,
            "$.cdid" => &mut self.connection_device_id,
            "$.cmid" => &mut self.connection_module_id,
            "iothub-ack" => &mut self.ack,
            _ => return None,
        })
    }
}

/// The pieces of a bag that are not empty.
fn pieces(bag: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = Some(bag);
    let pieces = std::iter::from_fn(move || {
        let (piece, after) = Piece::first(rest?);
        rest = after;
        Some(piece)
    });
    pieces.filter(|piece| !piece.text.is_empty())
}

/// What stands between two `&` of a bag, and what is to be known of its characters.
struct Piece<'a> {
    text: &'a str,
    /// Where the first `=` is.
    equals: Option<usize>,
    has_slash: bool,
    has_percent: bool,
}

impl<'a> Piece<'a> {
    /// The first piece of a bag, and what follows the `&` behind it, if there is one. Every message has a bag, so each
    /// byte is looked at once only.
    fn first(bag: &'a str) -> (Self, Option<&'a str>) {
        let mut piece = Self {
            text: bag,
            equals: None,
            has_slash: false,
            has_percent: false,
        };
        for (place, byte) in bag.bytes().enumerate() {
            match byte {
                b'&' => {
                    piece.text = bag.get(..place).unwrap_or_default();
                    return (piece, bag.get(place + 1..));
                }
                b'=' if piece.equals.is_none() => piece.equals = Some(place),
                b'/' => piece.has_slash = true,
                b'%' => piece.has_percent = true,
                _ => {}
            }
        }
        (piece, None)
    }

    /// The name and the value, if there is one, as they came.
    fn split(&self) -> Result<(&'a str, Option<&'a str>), BagError> {
        let piece = || self.text.to_owned();
        if self.has_slash {
            return Err(BagError::RawSlash { piece: piece() });
        }
        let (name, value) = match self.equals {
            Some(place) => (self.text.get(..place), self.text.get(place + 1..)),
            None => (Some(self.text), None),
        };
        match name {
            Some(name) if !name.is_empty() => Ok((name, value)),
            _ => Err(BagError::EmptyName { piece: piece() }),
        }
    }

    /// Decodes the name or the value.
    fn decode(&self, part: &'a str) -> Result<Cow<'a, str>, BagError> {
        if !self.has_percent {
            return Ok(Cow::Borrowed(part));
        }
        decode(part).map_err(|fault| self.refuse(fault))
    }

    /// Decodes the name or the value for a look at it.
    fn look_at<T>(&self, part: &str, look: impl FnOnce(&str) -> T) -> Result<T, BagError> {
        if !self.has_percent {
            return Ok(look(part));
        }
        look_at_decoded(part, look).map_err(|fault| self.refuse(fault))
    }

    fn refuse(&self, fault: DecodeFault) -> BagError {
        let piece = self.text.to_owned();
        match fault {
            DecodeFault::Percent => BagError::PercentEncoding { piece },
            DecodeFault::Utf8 => BagError::NotUtf8 { piece },
        }
    }
}

fn write_pair(name: &str, value: Option<&str>) -> String {
    match value {
        Some(value) => format!("{}={}", encode(name), encode(value)),
        None => encode(name).into_owned(),
    }
}
