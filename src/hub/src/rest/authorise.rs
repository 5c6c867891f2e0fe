//! Whether a request may do what it asks for.

use http::{Request, header::AUTHORIZATION};
use wire::{
    error::{ErrorCode, ServiceError},
    sas::{SasToken, device_resource},
    timestamp::Timestamp,
};

use super::route::{Caller, Operation};
use crate::{hub::Hub, policy::Permission};

/// Lets a request pass whose SAS token was signed with a key of a policy that may carry out its operation.
pub(super) fn authorise(
    hub: &Hub,
    now: Timestamp,
    request: &Request<Vec<u8>>,
    operation: &Operation,
) -> Result<(), ServiceError> {
    let header = request.headers().get(AUTHORIZATION).ok_or_else(|| {
        ServiceError::new(
            ErrorCode::IotHubUnauthorizedAccess,
            "Authorization header missing",
        )
    })?;
    let token = header
        .to_str()
        .ok()
        .and_then(|text| SasToken::parse(text).ok())
        .ok_or_else(|| unauthorised("the Authorization header holds no SAS token"))?;
    if let (Caller::Device, None, Some(id)) =
        (operation.caller(), token.policy(), operation.subject())
    {
        return authorise_device(hub, now, &token, &id.device_id);
    }
    let name = token
        .policy()
        .ok_or_else(|| unauthorised("the token names no policy (skn)"))?;
    let policy = hub
        .policy(name)
        .ok_or_else(|| unauthorised(&format!("there is no policy '{name}'")))?;
    if !policy.signed(&token) {
        return Err(unauthorised(
            "the signature was not made with a key of this policy",
        ));
    }
    if token.expires() <= now.as_seconds() {
        return Err(unauthorised("the token has expired"));
    }
    if !token.covers(&operation.resource(hub.host_name())) {
        return Err(unauthorised("the token is for another resource"));
    }
    let permission = match operation.caller() {
        Caller::Service(permission) => permission,
        Caller::Device => Permission::DeviceConnect,
    };
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

/// Lets a device pass whose own key made the token.
fn authorise_device(
    hub: &Hub,
    now: Timestamp,
    token: &SasToken,
    device_id: &str,
) -> Result<(), ServiceError> {
    let device = hub.registry.get(device_id);
    let device = device.ok_or_else(|| unauthorised("there is no such device"))?;
    if !device.signed(token) {
        return Err(unauthorised(
            "the signature was not made with a key of this device",
        ));
    }
    if token.expires() <= now.as_seconds() {
        return Err(unauthorised("the token has expired"));
    }
    if !token.covers(&device_resource(hub.host_name(), device_id, None)) {
        return Err(unauthorised("the token is for another resource"));
    }
    if !device.is_enabled() {
        return Err(unauthorised("the device is disabled"));
    }
    Ok(())
}

fn unauthorised(why: &str) -> ServiceError {
    ServiceError::new(
        ErrorCode::IotHubUnauthorizedAccess,
        format!("Unauthorized: {why}."),
    )
}
