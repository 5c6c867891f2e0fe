//! Which operation a request asks for.

use http::{Method, Uri};
use wire::{
    error::{ErrorCode, ServiceError},
    rest::{API_VERSIONS, decode_id},
    sas::device_resource,
};

use crate::{connection::Identity, not_supported::not_supported, policy::Permission};

/// Where feedback is, as clients spell it.
const FEEDBACK: &[&str] = &[
    "messages/serviceBound/feedback",
    "messages/servicebound/feedback",
];

/// Where messages for devices are sent to, as clients spell it.
const DEVICE_BOUND: &[&str] = &["messages/devicebound", "messages/deviceBound"];

/// What a request asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Operation {
    PutDevice { id: String },
    GetDevice { id: String },
    DeleteDevice { id: String },
    ListDevices,
    Bulk,
    PutModule { id: Identity },
    GetModule { id: Identity },
    DeleteModule { id: Identity },
    ListModules { device_id: String },
    RegistryStatistics,
    ServiceStatistics,
    GetTwin { id: Identity },
    PatchTwin { id: Identity },
    PutTwin { id: Identity },
    InvokeMethod { id: Identity },
    Query,
    SendToDevice { device_id: String },
    PurgeQueue { device_id: String },
    ReceiveFeedback,
    CompleteFeedback { lock: String },
    AbandonFeedback { lock: String },
    SendTelemetry { device_id: String },
    ReceiveMessage { device_id: String },
    CompleteMessage { device_id: String, lock: String },
    AbandonMessage { device_id: String, lock: String },
}

/// Who may ask for an operation.
pub(super) enum Caller {
    /// Whoever holds a key of a policy with this permission.
    Service(Permission),
    /// The device itself, or whoever holds a key of a policy that may connect as any device.
    Device,
}

/// The name of the operation that a request asks for: `PutDevice`. What this hub has not is `NotSupported`.
pub fn operation_name(method: &Method, uri: &Uri) -> &'static str {
    route(method, uri).map_or("NotSupported", |operation| operation.name())
}

/// The name of the operation that a request asks for, if it is one of a service program and this hub has it.
pub fn service_operation_name(method: &Method, uri: &Uri) -> Option<&'static str> {
    let operation = route(method, uri).ok()?;
    matches!(operation.caller(), Caller::Service(_)).then(|| operation.name())
}

impl Operation {
    fn name(&self) -> &'static str {
        match self {
            Self::PutDevice { .. } => "PutDevice",
            Self::GetDevice { .. } => "GetDevice",
            Self::DeleteDevice { .. } => "DeleteDevice",
            Self::ListDevices => "ListDevices",
            Self::Bulk => "Bulk",
            Self::PutModule { .. } => "PutModule",
            Self::GetModule { .. } => "GetModule",
            Self::DeleteModule { .. } => "DeleteModule",
            Self::ListModules { .. } => "ListModules",
            Self::RegistryStatistics => "RegistryStatistics",
            Self::ServiceStatistics => "ServiceStatistics",
            Self::GetTwin { .. } => "GetTwin",
            Self::PatchTwin { .. } => "PatchTwin",
            Self::PutTwin { .. } => "PutTwin",
            Self::InvokeMethod { .. } => "InvokeMethod",
            Self::Query => "Query",
            Self::SendToDevice { .. } => "SendToDevice",
            Self::PurgeQueue { .. } => "PurgeQueue",
            Self::ReceiveFeedback => "ReceiveFeedback",
            Self::CompleteFeedback { .. } => "CompleteFeedback",
            Self::AbandonFeedback { .. } => "AbandonFeedback",
            Self::SendTelemetry { .. } => "SendTelemetry",
            Self::ReceiveMessage { .. } => "ReceiveMessage",
            Self::CompleteMessage { .. } => "CompleteMessage",
            Self::AbandonMessage { .. } => "AbandonMessage",
        }
    }

    /// Who may ask for it.
    pub(super) fn caller(&self) -> Caller {
        match self {
            Self::GetDevice { .. }
            | Self::ListDevices
            | Self::GetModule { .. }
            | Self::ListModules { .. }
            | Self::RegistryStatistics
            | Self::ServiceStatistics => Caller::Service(Permission::RegistryRead),
            Self::PutDevice { .. }
            | Self::DeleteDevice { .. }
            | Self::Bulk
            | Self::PutModule { .. }
            | Self::DeleteModule { .. } => Caller::Service(Permission::RegistryWrite),
            Self::GetTwin { .. }
            | Self::PatchTwin { .. }
            | Self::PutTwin { .. }
            | Self::InvokeMethod { .. }
            | Self::Query
            | Self::SendToDevice { .. }
            | Self::PurgeQueue { .. }
            | Self::ReceiveFeedback
            | Self::CompleteFeedback { .. }
            | Self::AbandonFeedback { .. } => Caller::Service(Permission::ServiceConnect),
            Self::SendTelemetry { .. }
            | Self::ReceiveMessage { .. }
            | Self::CompleteMessage { .. }
            | Self::AbandonMessage { .. } => Caller::Device,
        }
    }

    /// Whether it reads or writes the identities of modules, which stand and fall with their device.
    pub(super) fn is_about_module_identities(&self) -> bool {
        matches!(
            self,
            Self::PutModule { .. }
                | Self::GetModule { .. }
                | Self::DeleteModule { .. }
                | Self::ListModules { .. }
        )
    }

    /// The device or module that it is about, if it is about one.
    pub(super) fn subject(&self) -> Option<Identity> {
        match self {
            Self::PutDevice { id } | Self::GetDevice { id } | Self::DeleteDevice { id } => {
                Some(Identity::device(id))
            }
            Self::ListModules { device_id }
            | Self::SendToDevice { device_id }
            | Self::PurgeQueue { device_id }
            | Self::SendTelemetry { device_id }
            | Self::ReceiveMessage { device_id }
            | Self::CompleteMessage { device_id, .. }
            | Self::AbandonMessage { device_id, .. } => Some(Identity::device(device_id)),
            Self::PutModule { id }
            | Self::GetModule { id }
            | Self::DeleteModule { id }
            | Self::GetTwin { id }
            | Self::PatchTwin { id }
            | Self::PutTwin { id }
            | Self::InvokeMethod { id } => Some(id.clone()),
            Self::ListDevices
            | Self::Bulk
            | Self::RegistryStatistics
            | Self::ServiceStatistics
            | Self::Query
            | Self::ReceiveFeedback
            | Self::CompleteFeedback { .. }
            | Self::AbandonFeedback { .. } => None,
        }
    }

    /// The resources of which the caller's token must cover one. Ids are written raw in them.
    pub(super) fn resources(&self, host_name: &str) -> Vec<String> {
        let at = |paths: &[&str]| {
            let resources = paths.iter().map(|path| format!("{host_name}/{path}"));
            resources.collect()
        };
        match self {
            Self::ListDevices | Self::Bulk | Self::Query => at(&["devices"]),
            Self::RegistryStatistics | Self::ServiceStatistics => at(&["statistics"]),
            Self::ReceiveFeedback
            | Self::CompleteFeedback { .. }
            | Self::AbandonFeedback { .. } => at(FEEDBACK),
            // Tokens are signed for the address to which services send as well, which names no device.
            Self::SendToDevice { .. } => {
                [self.subject_resource(host_name), at(DEVICE_BOUND)].concat()
            }
            _ => self.subject_resource(host_name),
        }
    }

    /// The resource of the device or module that it is about.
    fn subject_resource(&self, host_name: &str) -> Vec<String> {
        let subject = self.subject().into_iter();
        subject
            .map(|id| device_resource(host_name, &id.device_id, id.module_id.as_deref()))
            .collect()
    }
}

/// Finds the operation for a method and a path. What the service has and this hub has not is named in the refusal.
/// The fixed words of a path are read in any case, as clients differ in theirs; ids are not.
pub(super) fn route(method: &Method, uri: &Uri) -> Result<Operation, ServiceError> {
    let path = uri.path().trim_matches('/');
    let segments: Vec<&str> = path.split('/').collect();
    let lower: Vec<String> = segments.iter().map(|it| it.to_ascii_lowercase()).collect();
    let words: Vec<&str> = lower.iter().map(String::as_str).collect();
    // What stands at this place of the path, as it was written.
    let at = |place: usize| decoded(segments.get(place).copied().unwrap_or_default());
    let device = || Ok::<_, ServiceError>(Identity::device(&at(1)?));
    let module = || {
        Ok::<_, ServiceError>(Identity {
            device_id: at(1)?,
            module_id: Some(at(3)?),
        })
    };
    Ok(match (method.as_str(), words.as_slice()) {
        ("GET", ["devices"]) => Operation::ListDevices,
        ("POST", ["devices"]) => Operation::Bulk,
        ("POST", ["devices", "query"]) => Operation::Query,
        ("PUT", ["devices", _]) => Operation::PutDevice { id: at(1)? },
        ("GET", ["devices", _]) => Operation::GetDevice { id: at(1)? },
        ("DELETE", ["devices", _]) => Operation::DeleteDevice { id: at(1)? },
        ("GET", ["devices", _, "modules"]) => Operation::ListModules { device_id: at(1)? },
        ("PUT", ["devices", _, "modules", _]) => Operation::PutModule { id: module()? },
        ("GET", ["devices", _, "modules", _]) => Operation::GetModule { id: module()? },
        ("DELETE", ["devices", _, "modules", _]) => Operation::DeleteModule { id: module()? },
        ("DELETE", ["devices", _, "commands"]) => Operation::PurgeQueue { device_id: at(1)? },
        ("POST", ["devices", _, "messages", "events"]) => {
            Operation::SendTelemetry { device_id: at(1)? }
        }
        ("POST", ["devices", _, "messages", "devicebound"]) => {
            Operation::SendToDevice { device_id: at(1)? }
        }
        ("GET", ["devices", _, "messages", "devicebound"]) => {
            Operation::ReceiveMessage { device_id: at(1)? }
        }
        ("DELETE", ["devices", _, "messages", "devicebound", _]) => Operation::CompleteMessage {
            device_id: at(1)?,
            lock: at(4)?,
        },
        ("POST", ["devices", _, "messages", "devicebound", _, "abandon"]) => {
            Operation::AbandonMessage {
                device_id: at(1)?,
                lock: at(4)?,
            }
        }
        ("GET", ["twins", _]) => Operation::GetTwin { id: device()? },
        ("PATCH", ["twins", _]) => Operation::PatchTwin { id: device()? },
        ("PUT", ["twins", _]) => Operation::PutTwin { id: device()? },
        ("GET", ["twins", _, "modules", _]) => Operation::GetTwin { id: module()? },
        ("PATCH", ["twins", _, "modules", _]) => Operation::PatchTwin { id: module()? },
        ("PUT", ["twins", _, "modules", _]) => Operation::PutTwin { id: module()? },
        ("POST", ["twins", _, "methods"]) => Operation::InvokeMethod { id: device()? },
        ("POST", ["twins", _, "modules", _, "methods"]) => {
            Operation::InvokeMethod { id: module()? }
        }
        ("GET", ["statistics", "devices"]) => Operation::RegistryStatistics,
        ("GET", ["statistics", "service"]) => Operation::ServiceStatistics,
        ("GET", ["messages", "servicebound", "feedback"]) => Operation::ReceiveFeedback,
        ("DELETE", ["messages", "servicebound", "feedback", _]) => {
            Operation::CompleteFeedback { lock: at(3)? }
        }
        ("POST", ["messages", "servicebound", "feedback", _, "abandon"]) => {
            Operation::AbandonFeedback { lock: at(3)? }
        }
        (method, words) => return Err(not_supported(&missing(method, words, path))),
    })
}

/// The name of an operation that is missing here.
fn missing(method: &str, words: &[&str], path: &str) -> String {
    let name = match words {
        ["devices", _, "files", ..] | ["devices", _, "modules", _, "files", ..] => "file upload",
        ["devices", _, "applyconfigurationcontent"] | ["configurations", ..] => "configurations",
        ["devices", _, "modules", _, "messages", ..] => "messages of modules over HTTP",
        ["messages", "servicebound", "filenotifications", ..] => "file upload notifications",
        ["jobs", "v2", ..] => "scheduled jobs",
        ["jobs"] | ["jobs", _] => "import and export jobs",
        ["digitaltwins", ..] => "digital twins",
        ["twins", _, "streams", ..] => "device streams",
        _ => return format!("{method} /{path}"),
    };
    format!("{name} ({method})")
}

/// Refuses a request whose `api-version` is missing or unknown.
pub(super) fn check_version(uri: &Uri) -> Result<(), ServiceError> {
    let message = match parameter(uri, "api-version") {
        Some(version) if API_VERSIONS.contains(&version) => return Ok(()),
        Some(version) => format!(
            "api-version '{version}' is unknown. Expected one of {}.",
            API_VERSIONS.join(", ")
        ),
        None => format!(
            "api-version is missing. Expected one of {}.",
            API_VERSIONS.join(", ")
        ),
    };
    Err(ServiceError::new(
        ErrorCode::InvalidProtocolVersion,
        message,
    ))
}

/// The first value of a query parameter, as it stands; empty for one without a value.
pub(super) fn parameter<'a>(uri: &'a Uri, name: &str) -> Option<&'a str> {
    uri.query()?.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then_some(value)
    })
}

fn decoded(segment: &str) -> Result<String, ServiceError> {
    decode_id(segment).ok_or_else(|| {
        ServiceError::new(
            ErrorCode::ArgumentInvalid,
            format!("'{segment}' in the path is not percent-encoded UTF-8."),
        )
    })
}
