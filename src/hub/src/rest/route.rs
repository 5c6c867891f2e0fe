//! Which operation a request asks for.

use http::{Method, Uri};
use wire::{
    error::{ErrorCode, ServiceError},
    rest::{API_VERSIONS, decode_id},
    sas::device_resource,
};

use crate::{not_supported::not_supported, policy::Permission};

/// What a request asks for.
pub(super) enum Operation {
    PutDevice { id: String },
    GetDevice { id: String },
    DeleteDevice { id: String },
    ListDevices,
}

impl Operation {
    /// The right that the caller needs.
    pub(super) fn permission(&self) -> Permission {
        match self {
            Self::GetDevice { .. } | Self::ListDevices => Permission::RegistryRead,
            Self::PutDevice { .. } | Self::DeleteDevice { .. } => Permission::RegistryWrite,
        }
    }

    /// The resource that the caller's token must cover. Ids are written raw in it.
    pub(super) fn resource(&self, host_name: &str) -> String {
        match self {
            Self::PutDevice { id } | Self::GetDevice { id } | Self::DeleteDevice { id } => {
                device_resource(host_name, id, None)
            }
            Self::ListDevices => format!("{host_name}/devices"),
        }
    }
}

/// Finds the operation for a method and a path. What the service has and this hub has not is named in the refusal.
pub(super) fn route(method: &Method, uri: &Uri) -> Result<Operation, ServiceError> {
    let path = uri.path().trim_matches('/');
    let segments: Vec<&str> = path.split('/').collect();
    match (method.as_str(), segments.as_slice()) {
        ("GET", ["devices"]) => Ok(Operation::ListDevices),
        ("PUT", ["devices", id]) => Ok(Operation::PutDevice { id: id_of(id)? }),
        ("GET", ["devices", id]) => Ok(Operation::GetDevice { id: id_of(id)? }),
        ("DELETE", ["devices", id]) => Ok(Operation::DeleteDevice { id: id_of(id)? }),
        (method, segments) => Err(not_supported(&missing(method, segments, path))),
    }
}

/// The name of an operation that is missing here.
fn missing(method: &str, segments: &[&str], path: &str) -> String {
    let name = match segments {
        ["devices"] => "bulk registry operations",
        ["devices", "query"] => "queries",
        ["devices", _, "modules", ..] => "module identities",
        ["devices", _, "messages", "events"] => "telemetry over HTTP",
        ["devices", _, "messages", ..] => "cloud-to-device messages over HTTP",
        ["devices", _, "commands"] => "purging a device's messages",
        ["devices", _, "files", ..] => "file upload",
        ["twins", .., "methods"] => "direct methods",
        ["twins", ..] => "device twins",
        ["messages", "serviceBound", "feedback", ..] => "delivery feedback",
        ["messages", "serviceBound", "filenotifications", ..] => "file upload notifications",
        ["statistics", ..] => "statistics",
        ["configurations", ..] => "configurations",
        ["jobs", ..] => "jobs",
        ["digitaltwins", ..] => "digital twins",
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

/// The first value of a query parameter, as it stands.
pub(super) fn parameter<'a>(uri: &'a Uri, name: &str) -> Option<&'a str> {
    uri.query()?.split('&').find_map(|pair| {
        pair.split_once('=')
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value)
    })
}

fn id_of(segment: &str) -> Result<String, ServiceError> {
    decode_id(segment).ok_or_else(|| {
        ServiceError::new(
            ErrorCode::ArgumentInvalid,
            format!("the id '{segment}' in the path is not percent-encoded UTF-8."),
        )
    })
}
