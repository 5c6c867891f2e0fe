//! Whether a request may do what it asks for.

use http::{Request, header::AUTHORIZATION};
use wire::{
    error::{ErrorCode, ServiceError},
    sas::SasToken,
    timestamp::Timestamp,
};

use super::route::{Caller, Operation};
use crate::{connection::Identity, hub::Hub, policy::Permission};

/// Lets a request pass whose SAS token was signed with a key that may carry out its operation: a policy's, or for what
/// devices do the device's own.
pub(super) fn authorise(
    hub: &Hub,
    now: Timestamp,
    request: &Request<Vec<u8>>,
    operation: &Operation,
) -> Result<(), ServiceError> {
    let token = read_token(request)?;
    match (operation.caller(), operation.subject()) {
        (Caller::Device, Some(subject)) => {
            check_device_signature(hub, request, &token, &subject)?;
            check_validity(hub, now, &token, operation)?;
            check_device(hub, &subject.device_id)
        }
        (Caller::Device, None) => Err(unauthorised("the path names no device")),
        (Caller::Service(permission), subject) => {
            check_policy(hub, request, &token, permission)?;
            check_validity(hub, now, &token, operation)?;
            match subject {
                Some(subject) if operation.is_about_module_identities() => {
                    check_device(hub, &subject.device_id)
                }
                _ => Ok(()),
            }
        }
    }
}

fn read_token(request: &Request<Vec<u8>>) -> Result<SasToken, ServiceError> {
    let header = request.headers().get(AUTHORIZATION).ok_or_else(|| {
        ServiceError::new(
            ErrorCode::IotHubUnauthorizedAccess,
            "Authorization header missing",
        )
    })?;
    header
        .to_str()
        .ok()
        .and_then(|text| SasToken::parse(text).ok())
        .ok_or_else(|| unauthorised("the Authorization header holds no SAS token"))
}

/// Refuses a token that was not signed with a key of a policy that may do this.
fn check_policy(
    hub: &Hub,
    request: &Request<Vec<u8>>,
    token: &SasToken,
    permission: Permission,
) -> Result<(), ServiceError> {
    let name = token
        .policy()
        .ok_or_else(|| unauthorised("the token names no policy (skn)"))?;
    let policy = hub
        .policy(name)
        .ok_or_else(|| unauthorised(&format!("there is no policy '{name}'")))?;
    if !policy.signed(token) {
        return Err(unauthorised(
            "the signature was not made with a key of this policy",
        ));
    }
    if !policy.permits(permission) {
        return Err(ServiceError::new(
            ErrorCode::IotHubUnauthorizedAccess,
            format!(
                "Authorization rule '{name}' does not allow access for '{}'.",
                request.uri().path()
            ),
        ));
    }
    Ok(())
}

/// Refuses a token that was signed neither with the device's own key nor with one that may connect any device.
fn check_device_signature(
    hub: &Hub,
    request: &Request<Vec<u8>>,
    token: &SasToken,
    subject: &Identity,
) -> Result<(), ServiceError> {
    if token.policy().is_some() {
        return check_policy(hub, request, token, Permission::DeviceConnect);
    }
    let device = hub.registry.get(&subject.device_id);
    let device = device.ok_or_else(|| missing_device(hub, &subject.device_id))?;
    if !device.has_keys() {
        return Err(unauthorised(
            "authentication failed for this device: it has a certificate, which this hub does not support, and no keys",
        ));
    }
    if !device.signed(token) {
        return Err(unauthorised(
            "authentication failed for this device: the signature was not made with one of its keys",
        ));
    }
    Ok(())
}

/// Refuses a token that is too old, or for something else.
fn check_validity(
    hub: &Hub,
    now: Timestamp,
    token: &SasToken,
    operation: &Operation,
) -> Result<(), ServiceError> {
    if token.expires() <= now.as_seconds() {
        return Err(ServiceError::new(
            ErrorCode::IotHubUnauthorized,
            "Unauthorized: the token has expired. Sign a new one, and check the clock.",
        ));
    }
    let resources = operation.resources(hub.host_name());
    if !resources.iter().any(|resource| token.covers(resource)) {
        return Err(unauthorised("the token is for another resource"));
    }
    Ok(())
}

/// Refuses what needs a device that is there and enabled.
fn check_device(hub: &Hub, device_id: &str) -> Result<(), ServiceError> {
    let device = hub.registry.get(device_id);
    let device = device.ok_or_else(|| missing_device(hub, device_id))?;
    if device.is_enabled() {
        Ok(())
    } else {
        Err(unauthorised(&format!("device '{device_id}' is disabled")))
    }
}

fn missing_device(hub: &Hub, device_id: &str) -> ServiceError {
    let host_name = hub.host_name();
    unauthorised(&format!(
        "IotHub '{host_name}' does not contain the specified device '{device_id}'"
    ))
}

fn unauthorised(why: &str) -> ServiceError {
    ServiceError::new(
        ErrorCode::IotHubUnauthorizedAccess,
        format!("Unauthorized: {why}."),
    )
}
