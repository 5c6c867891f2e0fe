//! The MQTT topics of IoT Hub, read and written, for both directions.
//!
//! Ids stand raw in topics, never percent-encoded; property bags, method names and input names are
//! percent-encoded. A request id is opaque and goes back exactly as it came. Source: IoT Hub
//! documentation, "Communicate with an IoT hub using the MQTT protocol".

use std::fmt;
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::percent;
use crate::properties::{BagError, MessageProperties, PropertyBag};

/// What is percent-encoded in a method's or an input's name. The star stays, because Edge writes
/// the command of a component as `component*command`.
const NAME: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'*');

const TWIN_GET: &str = "$iothub/twin/GET/";
const TWIN_RESULT: &str = "$iothub/twin/res/";
const REPORTED: &str = "$iothub/twin/PATCH/properties/reported/";
const DESIRED: &str = "$iothub/twin/PATCH/properties/desired/";
const METHOD_REQUEST: &str = "$iothub/methods/POST/";
const METHOD_RESULT: &str = "$iothub/methods/res/";

/// A topic that a device publishes to.
#[allow(
    clippy::large_enum_variant,
    reason = "telemetry is by far the most frequent, a box would be paid for each message"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceTopic {
    /// `devices/{device}/messages/events/{bag}`, or with `/modules/{module}` after the device.
    /// A slash after the bag is tolerated.
    Telemetry {
        /// The device that the message is said to come from.
        device_id: String,
        /// The module of the device, if a module sends.
        module_id: Option<String>,
        /// The message's properties.
        properties: MessageProperties,
    },
    /// `$iothub/twin/GET/?$rid={rid}`: asks for the twin.
    TwinGet {
        /// The id that the answer will carry.
        request_id: String,
    },
    /// `$iothub/twin/PATCH/properties/reported/?$rid={rid}`: changes reported properties.
    ReportedPatch {
        /// The id that the answer will carry.
        request_id: String,
        /// The version of the reported properties that the device expects to change, if it cares.
        version: Option<u64>,
    },
    /// `$iothub/methods/res/{status}/?$rid={rid}`: answers a direct method.
    MethodResponse {
        /// The status that the device chose.
        status: i32,
        /// The id of the request that this answers.
        request_id: String,
    },
}

/// The topic of a telemetry message, read without a copy: what [`DeviceTopic::Telemetry`] is, for whoever reads many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TelemetryTopic<'a> {
    /// The device that the message is said to come from.
    pub device_id: &'a str,
    /// The module of the device, if a module sends.
    pub module_id: Option<&'a str>,
    /// The message's properties, checked.
    pub properties: PropertyBag<'a>,
}

/// A topic that the hub publishes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HubTopic {
    /// `devices/{device}/messages/devicebound/{bag}`.
    CloudToDevice {
        /// The device that the message is for.
        device_id: String,
        /// The message's properties.
        properties: MessageProperties,
    },
    /// `$iothub/twin/res/{status}/?$rid={rid}`: answers a twin request.
    TwinResponse {
        /// An HTTP status: 200 for a twin, 204 for a change, otherwise an error.
        status: u16,
        /// The id of the request that this answers.
        request_id: String,
        /// The new version of the reported properties, after a change.
        version: Option<u64>,
    },
    /// `$iothub/twin/PATCH/properties/desired/?$version={version}`: desired properties changed.
    DesiredPatch {
        /// The new version of the desired properties.
        version: u64,
    },
    /// `$iothub/methods/POST/{name}/?$rid={rid}`: calls a direct method.
    MethodRequest {
        /// The method's name, decoded.
        name: String,
        /// The id that the device's answer must carry.
        request_id: String,
    },
    /// `devices/{device}/modules/{module}/inputs/{input}/{bag}`: a routed message for a module.
    ModuleInput {
        /// The device.
        device_id: String,
        /// The module of the device.
        module_id: String,
        /// The module's input, decoded.
        input: String,
        /// The message's properties.
        properties: MessageProperties,
    },
}

/// A topic filter that a device may subscribe to. The service knows no others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TopicFilter {
    /// `devices/{device}/messages/devicebound/#`
    CloudToDevice {
        /// The device.
        device_id: String,
    },
    /// `$iothub/twin/res/#`
    TwinResponses,
    /// `$iothub/twin/PATCH/properties/desired/#`
    DesiredPatches,
    /// `$iothub/methods/POST/#`
    Methods,
    /// `devices/{device}/modules/{module}/inputs/#`, also read from
    /// `devices/{device}/modules/{module}/#`.
    ModuleInputs {
        /// The device.
        device_id: String,
        /// The module of the device.
        module_id: String,
    },
}

/// Why a text is not one of the topics or topic filters of IoT Hub.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TopicError {
    /// The topic is none of those that the service knows.
    #[error("`{topic}` is not a topic that IoT Hub knows; expected {expected}")]
    Unknown {
        /// The topic as sent.
        topic: String,
        /// What would have been understood.
        expected: &'static str,
    },
    /// The property bag cannot be read.
    #[error(transparent)]
    Bag(#[from] BagError),
    /// A request or an answer comes without its id.
    #[error("`{topic}` carries no request id; expected `?$rid=` and an id at its end")]
    MissingRequestId {
        /// The topic as sent.
        topic: String,
    },
    /// A change of desired properties comes without its version.
    #[error("`{topic}` carries no version; expected `?$version=` and a number at its end")]
    MissingVersion {
        /// The topic as sent.
        topic: String,
    },
    /// A version or a status is not a number.
    #[error("`{topic}`: expected a number as the {part}, found `{found}`")]
    NotANumber {
        /// The topic as sent.
        topic: String,
        /// `version` or `status`.
        part: &'static str,
        /// What stands in its place.
        found: String,
    },
    /// The name of a method or an input is not percent-encoded UTF-8.
    #[error("`{topic}`: expected percent-encoded UTF-8 as the name, found `{found}`")]
    BadName {
        /// The topic as sent.
        topic: String,
        /// What stands in the name's place.
        found: String,
    },
}

const DEVICE_TOPICS: &str = "devices/{id}/messages/events/…, $iothub/twin/GET/…, \
     $iothub/twin/PATCH/properties/reported/… or $iothub/methods/res/…";
const HUB_TOPICS: &str = "devices/{id}/messages/devicebound/…, $iothub/twin/res/…, \
     $iothub/twin/PATCH/properties/desired/…, $iothub/methods/POST/… or \
     devices/{id}/modules/{module}/inputs/…";
const FILTERS: &str = "devices/{id}/messages/devicebound/#, $iothub/twin/res/#, \
     $iothub/twin/PATCH/properties/desired/#, $iothub/methods/POST/# or \
     devices/{id}/modules/{module}/inputs/#";

impl<'a> TelemetryTopic<'a> {
    /// Reads a topic that a device published to. `None` if it is none of telemetry; an error if its bag cannot be read.
    pub fn parse(topic: &'a str) -> Option<Result<Self, BagError>> {
        let (address, bag) = Address::of_telemetry(topic)?;
        Some(PropertyBag::parse(bag).map(|properties| Self {
            device_id: address.device_id,
            module_id: address.module_id,
            properties,
        }))
    }
}

impl DeviceTopic {
    /// Reads a topic that a device published to.
    pub fn parse(topic: &str) -> Result<Self, TopicError> {
        if let Some(rest) = topic.strip_prefix(TWIN_GET) {
            return Ok(Self::TwinGet {
                request_id: Query::parse(topic, rest)?.request_id()?,
            });
        }
        if let Some(rest) = topic.strip_prefix(REPORTED) {
            let query = Query::parse(topic, rest)?;
            return Ok(Self::ReportedPatch {
                request_id: query.request_id()?,
                version: query.version()?,
            });
        }
        if let Some(rest) = topic.strip_prefix(METHOD_RESULT) {
            let (status, query) = split_level(topic, rest, DEVICE_TOPICS)?;
            return Ok(Self::MethodResponse {
                status: number(topic, "status", status)?,
                request_id: Query::parse(topic, query)?.request_id()?,
            });
        }
        Self::parse_telemetry(topic)
    }

    fn parse_telemetry(topic: &str) -> Result<Self, TopicError> {
        let (address, bag) = Address::of_telemetry(topic)
            .ok_or_else(|| TopicError::unknown(topic, DEVICE_TOPICS))?;
        Ok(Self::Telemetry {
            device_id: address.device_id.to_owned(),
            module_id: address.module_id.map(str::to_owned),
            properties: MessageProperties::parse_bag(bag)?,
        })
    }

    /// Writes the topic.
    pub fn to_topic(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for DeviceTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Telemetry {
                device_id,
                module_id,
                properties,
            } => {
                write!(f, "devices/{device_id}/")?;
                if let Some(module_id) = module_id {
                    write!(f, "modules/{module_id}/")?;
                }
                write!(f, "messages/events/{}", properties.to_bag())
            }
            Self::TwinGet { request_id } => write!(f, "{TWIN_GET}?$rid={request_id}"),
            Self::ReportedPatch {
                request_id,
                version,
            } => {
                write!(f, "{REPORTED}?$rid={request_id}")?;
                write_version(f, *version)
            }
            Self::MethodResponse { status, request_id } => {
                write!(f, "{METHOD_RESULT}{status}/?$rid={request_id}")
            }
        }
    }
}

impl FromStr for DeviceTopic {
    type Err = TopicError;

    fn from_str(topic: &str) -> Result<Self, TopicError> {
        Self::parse(topic)
    }
}

impl HubTopic {
    /// Reads a topic that the hub published to.
    pub fn parse(topic: &str) -> Result<Self, TopicError> {
        if let Some(rest) = topic.strip_prefix(TWIN_RESULT) {
            let (status, query) = split_level(topic, rest, HUB_TOPICS)?;
            let query = Query::parse(topic, query)?;
            return Ok(Self::TwinResponse {
                status: number(topic, "status", status)?,
                request_id: query.request_id()?,
                version: query.version()?,
            });
        }
        if let Some(rest) = topic.strip_prefix(DESIRED) {
            let version = Query::parse(topic, rest)?.version()?;
            return Ok(Self::DesiredPatch {
                version: version.ok_or_else(|| TopicError::MissingVersion {
                    topic: topic.to_owned(),
                })?,
            });
        }
        if let Some(rest) = topic.strip_prefix(METHOD_REQUEST) {
            let (name, query) = split_level(topic, rest, HUB_TOPICS)?;
            return Ok(Self::MethodRequest {
                name: decode_name(topic, name)?,
                request_id: Query::parse(topic, query)?.request_id()?,
            });
        }
        Self::parse_message(topic)
    }

    fn parse_message(topic: &str) -> Result<Self, TopicError> {
        let unknown = || TopicError::unknown(topic, HUB_TOPICS);
        let address = Address::parse(topic).ok_or_else(unknown)?;
        let device_id = address.device_id.to_owned();
        let Some(module_id) = address.module_id else {
            let bag = address
                .rest
                .strip_prefix("messages/devicebound/")
                .ok_or_else(unknown)?;
            return Ok(Self::CloudToDevice {
                device_id,
                properties: parse_bag(bag)?,
            });
        };
        let rest = address.rest.strip_prefix("inputs/").ok_or_else(unknown)?;
        let (input, bag) = rest.split_once('/').unwrap_or((rest, ""));
        if input.is_empty() {
            return Err(unknown());
        }
        Ok(Self::ModuleInput {
            device_id,
            module_id: module_id.to_owned(),
            input: decode_name(topic, input)?,
            properties: parse_bag(bag)?,
        })
    }

    /// Writes the topic.
    pub fn to_topic(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for HubTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CloudToDevice {
                device_id,
                properties,
            } => {
                let bag = properties.to_cloud_to_device_bag();
                write!(f, "devices/{device_id}/messages/devicebound/{bag}")
            }
            Self::TwinResponse {
                status,
                request_id,
                version,
            } => {
                write!(f, "{TWIN_RESULT}{status}/?$rid={request_id}")?;
                write_version(f, *version)
            }
            Self::DesiredPatch { version } => write!(f, "{DESIRED}?$version={version}"),
            Self::MethodRequest { name, request_id } => {
                let name = utf8_percent_encode(name, NAME);
                write!(f, "{METHOD_REQUEST}{name}/?$rid={request_id}")
            }
            Self::ModuleInput {
                device_id,
                module_id,
                input,
                properties,
            } => {
                let input = utf8_percent_encode(input, NAME);
                let bag = properties.to_cloud_to_device_bag();
                write!(
                    f,
                    "devices/{device_id}/modules/{module_id}/inputs/{input}/{bag}"
                )
            }
        }
    }
}

impl FromStr for HubTopic {
    type Err = TopicError;

    fn from_str(topic: &str) -> Result<Self, TopicError> {
        Self::parse(topic)
    }
}

impl TopicFilter {
    /// Reads a topic filter that a device subscribed to.
    pub fn parse(filter: &str) -> Result<Self, TopicError> {
        let unknown = || TopicError::unknown(filter, FILTERS);
        let prefix = filter.strip_suffix('#').ok_or_else(unknown)?;
        match prefix {
            TWIN_RESULT => return Ok(Self::TwinResponses),
            DESIRED => return Ok(Self::DesiredPatches),
            METHOD_REQUEST => return Ok(Self::Methods),
            _ => {}
        }
        let address = Address::parse(prefix).ok_or_else(unknown)?;
        let device_id = address.device_id.to_owned();
        match (address.module_id, address.rest) {
            (None, "messages/devicebound/") => Ok(Self::CloudToDevice { device_id }),
            (Some(module_id), "" | "inputs/") => Ok(Self::ModuleInputs {
                device_id,
                module_id: module_id.to_owned(),
            }),
            _ => Err(unknown()),
        }
    }

    /// Writes the filter in its documented form.
    pub fn to_filter(&self) -> String {
        self.to_string()
    }

    /// Whether a message on that topic goes to a subscriber of this filter.
    pub fn matches(&self, topic: &HubTopic) -> bool {
        match (self, topic) {
            (
                Self::CloudToDevice { device_id: wanted },
                HubTopic::CloudToDevice { device_id, .. },
            ) => wanted == device_id,
            (
                Self::ModuleInputs {
                    device_id: wanted_device,
                    module_id: wanted_module,
                },
                HubTopic::ModuleInput {
                    device_id,
                    module_id,
                    ..
                },
            ) => wanted_device == device_id && wanted_module == module_id,
            (Self::TwinResponses, HubTopic::TwinResponse { .. })
            | (Self::DesiredPatches, HubTopic::DesiredPatch { .. })
            | (Self::Methods, HubTopic::MethodRequest { .. }) => true,
            _ => false,
        }
    }
}

impl fmt::Display for TopicFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CloudToDevice { device_id } => {
                write!(f, "devices/{device_id}/messages/devicebound/#")
            }
            Self::TwinResponses => write!(f, "{TWIN_RESULT}#"),
            Self::DesiredPatches => write!(f, "{DESIRED}#"),
            Self::Methods => write!(f, "{METHOD_REQUEST}#"),
            Self::ModuleInputs {
                device_id,
                module_id,
            } => write!(f, "devices/{device_id}/modules/{module_id}/inputs/#"),
        }
    }
}

impl FromStr for TopicFilter {
    type Err = TopicError;

    fn from_str(filter: &str) -> Result<Self, TopicError> {
        Self::parse(filter)
    }
}

impl TopicError {
    fn unknown(topic: &str, expected: &'static str) -> Self {
        Self::Unknown {
            topic: topic.to_owned(),
            expected,
        }
    }
}

/// `devices/{device}/…` or `devices/{device}/modules/{module}/…`, and what follows.
struct Address<'a> {
    device_id: &'a str,
    module_id: Option<&'a str>,
    rest: &'a str,
}

impl<'a> Address<'a> {
    /// Whose telemetry the topic is for, and its property bag.
    fn of_telemetry(topic: &'a str) -> Option<(Self, &'a str)> {
        let address = Self::parse(topic)?;
        let bag = match address.rest.strip_prefix("messages/events")? {
            "" => "",
            rest => without_slash(rest.strip_prefix('/')?),
        };
        Some((address, bag))
    }

    fn parse(topic: &'a str) -> Option<Self> {
        let (device_id, rest) = segment(topic.strip_prefix("devices/")?)?;
        let Some(module) = rest.strip_prefix("modules/") else {
            return Some(Self {
                device_id,
                module_id: None,
                rest,
            });
        };
        let (module_id, rest) = segment(module)?;
        Some(Self {
            device_id,
            module_id: Some(module_id),
            rest,
        })
    }
}

/// Splits off one topic level that is not empty.
fn segment(text: &str) -> Option<(&str, &str)> {
    text.split_once('/').filter(|(level, _)| !level.is_empty())
}

fn split_level<'a>(
    topic: &str,
    rest: &'a str,
    expected: &'static str,
) -> Result<(&'a str, &'a str), TopicError> {
    segment(rest).ok_or_else(|| TopicError::unknown(topic, expected))
}

fn parse_bag(bag: &str) -> Result<MessageProperties, BagError> {
    MessageProperties::parse_bag(without_slash(bag))
}

/// Some SDKs end a bag with a slash, as if it were one more topic level.
fn without_slash(bag: &str) -> &str {
    bag.strip_suffix('/').unwrap_or(bag)
}

fn decode_name(topic: &str, name: &str) -> Result<String, TopicError> {
    match percent::decode(name) {
        Ok(name) => Ok(name.into_owned()),
        Err(_) => Err(TopicError::BadName {
            topic: topic.to_owned(),
            found: name.to_owned(),
        }),
    }
}

fn number<T: FromStr>(topic: &str, part: &'static str, text: &str) -> Result<T, TopicError> {
    text.parse().map_err(|_| TopicError::NotANumber {
        topic: topic.to_owned(),
        part,
        found: text.to_owned(),
    })
}

fn write_version(f: &mut fmt::Formatter<'_>, version: Option<u64>) -> fmt::Result {
    version.map_or(Ok(()), |version| write!(f, "&$version={version}"))
}

/// The `?$rid=…&$version=…` at the end of a topic. Other parameters are left alone, and the first
/// of two with the same name counts.
struct Query<'a> {
    topic: &'a str,
    request_id: Option<&'a str>,
    version: Option<&'a str>,
}

impl<'a> Query<'a> {
    fn parse(topic: &'a str, rest: &'a str) -> Result<Self, TopicError> {
        let mut query = Self {
            topic,
            request_id: None,
            version: None,
        };
        let parameters = match rest.strip_prefix('?') {
            Some(parameters) => parameters,
            None if rest.is_empty() => "",
            None => return Err(TopicError::unknown(topic, "a `?` before the parameters")),
        };
        for (name, value) in parameters.split('&').filter_map(|p| p.split_once('=')) {
            match name {
                "$rid" | "%24rid" => _ = query.request_id.get_or_insert(value),
                "$version" | "%24version" => _ = query.version.get_or_insert(value),
                _ => {}
            }
        }
        Ok(query)
    }

    fn request_id(&self) -> Result<String, TopicError> {
        self.request_id
            .filter(|id| !id.is_empty())
            .map(str::to_owned)
            .ok_or_else(|| TopicError::MissingRequestId {
                topic: self.topic.to_owned(),
            })
    }

    fn version(&self) -> Result<Option<u64>, TopicError> {
        self.version
            .map(|text| number(self.topic, "version", text))
            .transpose()
    }
}
