//! Which operation a request asks for.

use http::{Method, Uri};
use wire::{
    error::{ErrorCode, ServiceError},
    rest::{API_VERSIONS, decode_id},
};

use crate::{policy::Permission, registry::not_supported};

/// How many devices one list may hold.
const MOST_LISTED: usize = 1_000;

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    PutDevice { id: String },
    GetDevice { id: String },
    DeleteDevice { id: String },
    ListDevices { top: usize },
}

impl Operation {
    /// The right that the caller needs.
    pub(crate) fn permission(&self) -> Permission {
        match self {
            Self::GetDevice { .. } | Self::ListDevices { .. } => Permission::RegistryRead,
            Self::PutDevice { .. } | Self::DeleteDevice { .. } => Permission::RegistryWrite,
        }
    }
}

/// Finds the operation for a method and a path. What the service has and this hub has not is named in the refusal.
pub(crate) fn route(method: &Method, uri: &Uri) -> Result<Operation, ServiceError> {
    let path = uri.path().trim_matches('/');
    let segments: Vec<&str> = path.split('/').collect();
    match (method.as_str(), segments.as_slice()) {
        ("GET", ["devices"]) => Ok(Operation::ListDevices { top: top(uri)? }),
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
        ["statistics", ..] => "statistics",
        ["configurations", ..] => "configurations",
        ["jobs", ..] => "jobs",
        ["digitaltwins", ..] => "digital twins",
        _ => return format!("{method} /{path}"),
    };
    format!("{name} ({method})")
}

/// Refuses a request whose `api-version` is missing or unknown.
pub(crate) fn check_version(uri: &Uri) -> Result<(), ServiceError> {
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

fn top(uri: &Uri) -> Result<usize, ServiceError> {
    let Some(text) = parameter(uri, "top") else {
        return Ok(MOST_LISTED);
    };
    match text.parse() {
        Ok(top) if (1..=MOST_LISTED).contains(&top) => Ok(top),
        _ => Err(ServiceError::new(
            ErrorCode::ArgumentInvalid,
            format!("top must be a whole number from 1 to {MOST_LISTED}, got '{text}'."),
        )),
    }
}

/// The first value of a query parameter, as it stands.
fn parameter<'a>(uri: &'a Uri, name: &str) -> Option<&'a str> {
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
