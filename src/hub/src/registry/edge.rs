//! IoT Edge devices in the registry: their scopes, and the devices behind them.
//! (IoT Hub documentation: understand how IoT Edge uses gateways.)

use wire::{
    error::{ErrorCode, ServiceError},
    rest::{Capabilities, DeviceIdentity, DeviceIdentityUpdate},
};

use super::Registry;

/// What the scope of an edge device begins with.
const SCHEME: &str = "ms-azure-iot-edge://";

/// The modules that every edge device has.
pub(super) const SYSTEM_MODULES: [&str; 2] = ["$edgeAgent", "$edgeHub"];

/// Who looks after the system modules.
pub(super) const MANAGER: &str = "iotEdge";

/// What a device is and where it stands among edge devices.
pub(super) struct Place {
    pub(super) capabilities: Capabilities,
    pub(super) device_scope: String,
    pub(super) parent_scopes: Vec<String>,
}

impl Registry {
    /// Reads where a request puts a device. `former` is its identity, a blank one for a device that is new.
    pub(super) fn place(
        &self,
        former: &DeviceIdentity,
        update: &DeviceIdentityUpdate,
    ) -> Result<Place, ServiceError> {
        let capabilities = update.capabilities.unwrap_or_default();
        let was_edge = former.capabilities.iot_edge;
        let scope = update.device_scope.as_deref().unwrap_or_default();
        let parents = update.parent_scopes.as_deref().unwrap_or_default();
        let (device_scope, parent) = match (was_edge, capabilities.iot_edge) {
            (true, false) => {
                return Err(ServiceError::new(
                    ErrorCode::InvalidOperation,
                    "An IoT Edge device stays one. Send capabilities.iotEdge true, or delete the device.",
                ));
            }
            (_, true) => (own_scope(former, scope)?, only(parents)?),
            (_, false) => leaf_scope(scope, only(parents)?),
        };
        if let Some(parent) = parent
            && !self.is_edge_scope(parent, &former.device_id)
        {
            return Err(invalid(format!(
                "'{parent}' is not the deviceScope of another IoT Edge device of this hub."
            )));
        }
        Ok(Place {
            capabilities,
            device_scope,
            parent_scopes: parent.map(str::to_owned).into_iter().collect(),
        })
    }

    /// Whether a scope is that of an edge device other than this one.
    fn is_edge_scope(&self, scope: &str, device_id: &str) -> bool {
        let edge = scope
            .strip_prefix(SCHEME)
            .and_then(|rest| rest.rsplit_once('-'))
            .and_then(|(id, _)| self.get(id));
        edge.is_some_and(|edge| {
            edge.identity.capabilities.iot_edge
                && edge.identity.device_scope == scope
                && edge.identity.device_id != device_id
        })
    }
}

/// The scope of an edge device: the hub gives it once, and it never changes.
fn own_scope(former: &DeviceIdentity, given: &str) -> Result<String, ServiceError> {
    let own = if former.capabilities.iot_edge {
        former.device_scope.clone()
    } else {
        // The generation id is a number of ticks that no other identity has.
        format!("{SCHEME}{}-{}", former.device_id, former.generation_id)
    };
    if given.is_empty() || given == own {
        Ok(own)
    } else {
        Err(invalid(
            "The hub gives an IoT Edge device its deviceScope. Leave it out; parentScopes names the device above.",
        ))
    }
}

/// The scope of any other device is that of its parent, whichever of the two members names it.
fn leaf_scope<'a>(scope: &'a str, parent: Option<&'a str>) -> (String, Option<&'a str>) {
    let parent = if scope.is_empty() {
        parent
    } else {
        Some(scope)
    };
    (parent.unwrap_or_default().to_owned(), parent)
}

/// The one parent that a device can have.
fn only(parents: &[String]) -> Result<Option<&str>, ServiceError> {
    match parents {
        [] => Ok(None),
        [parent] => Ok(Some(parent)),
        _ => Err(invalid("parentScopes names one device at most.")),
    }
}

fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new(ErrorCode::InvalidDeviceScope, message)
}
