//! Device identities.

use http::{Method, Response, StatusCode};
use serde::Serialize;
use wire::connection_string::{DeviceConnectionString, DeviceCredential};
use wire::rest::{BulkItem, BulkResult, DeviceIdentity, KeyText, SymmetricKey, encode_id};
use wire::timestamp::Timestamp;

use crate::request::{only_if, with_json};
use crate::response::{Answer, read_json};

use super::{Call, IfMatch, Service};

/// The most identities that one [`Service::list_devices`] brings.
///
/// Source: IoT Hub documentation, REST API, "Devices - Get Devices".
pub const MAX_LISTED: u16 = 1000;

impl Service {
    /// Creates a device identity. The hub makes its keys. An id that is taken is refused (409).
    pub fn create_device(&self, now: Timestamp, id: &str) -> Call<DeviceIdentity> {
        let wanted = NewDevice {
            device_id: id,
            status: "enabled",
            authentication: NewAuthentication::default(),
        };
        let request = self.request(now, Method::PUT, &device_path(id));
        Call::new(with_json(request, &wanted), read_identity)
    }

    /// Replaces a device identity as a whole. An identity in another state than `if_match` says is
    /// refused (412), a missing one too (404).
    pub fn update_device(
        &self,
        now: Timestamp,
        device: &DeviceIdentity,
        if_match: &IfMatch,
    ) -> Call<DeviceIdentity> {
        let request = self.request(now, Method::PUT, &device_path(&device.device_id));
        Call::new(with_json(only_if(request, if_match), device), read_identity)
    }

    /// Reads a device identity, keys included.
    pub fn get_device(&self, now: Timestamp, id: &str) -> Call<DeviceIdentity> {
        Call::new(
            self.request(now, Method::GET, &device_path(id)),
            read_identity,
        )
    }

    /// Reads device identities, at most `top` or [`MAX_LISTED`] of them, in the hub's order.
    pub fn list_devices(&self, now: Timestamp, top: u16) -> Call<Vec<DeviceIdentity>> {
        let path = format!("/devices?top={}", top.min(MAX_LISTED));
        Call::new(self.request(now, Method::GET, &path), read_identities)
    }

    /// Deletes a device identity and all that belongs to it.
    pub fn delete_device(&self, now: Timestamp, id: &str, if_match: &IfMatch) -> Call<()> {
        let request = self.request(now, Method::DELETE, &device_path(id));
        Call::new(only_if(request, if_match), |_| Ok(()))
    }

    /// Carries out many changes to the registry, at most [`MAX_BULK_ITEMS`] of them, each for
    /// itself. That some failed is not an error of the call: the result says which, and why.
    ///
    /// [`MAX_BULK_ITEMS`]: wire::rest::MAX_BULK_ITEMS
    pub fn change_devices(&self, now: Timestamp, items: &[BulkItem]) -> Call<BulkResult> {
        let request = self.request(now, Method::POST, "/devices");
        Call::new(with_json(request, &items), read_json).or_from_refusal(read_partial_failure)
    }

    /// What a device of this hub connects with, from its identity's first key. `None` if the
    /// identity has no usable key.
    pub fn device_connection_string(
        &self,
        device: &DeviceIdentity,
    ) -> Option<DeviceConnectionString> {
        let keys = &device.authentication.symmetric_key;
        self.connection_string_of(&device.device_id, None, keys)
    }

    pub(super) fn connection_string_of(
        &self,
        device_id: &str,
        module_id: Option<&str>,
        keys: &SymmetricKey,
    ) -> Option<DeviceConnectionString> {
        let key = keys.primary_key.as_ref().map(KeyText::to_key)?.ok()?;
        Some(DeviceConnectionString {
            host_name: self.connection_string.host_name.clone(),
            device_id: device_id.to_owned(),
            module_id: module_id.map(str::to_owned),
            credential: DeviceCredential::SharedAccessKey(key),
            gateway_host_name: None,
        })
    }
}

pub(super) fn device_path(id: &str) -> String {
    format!("/devices/{}", encode_id(id))
}

fn read_identity(answer: &Answer) -> Result<DeviceIdentity, String> {
    named(read_json(answer)?)
}

fn read_identities(answer: &Answer) -> Result<Vec<DeviceIdentity>, String> {
    let identities: Vec<DeviceIdentity> = read_json(answer)?;
    identities.into_iter().map(named).collect()
}

/// Reading fills in what an identity lacks, but one without a name is none.
fn named(device: DeviceIdentity) -> Result<DeviceIdentity, String> {
    if device.device_id.is_empty() {
        return Err("expected a device identity, found no deviceId".to_owned());
    }
    Ok(device)
}

/// If some items failed the status is 400 all the same, with the result as the body. A body with no
/// failed item is a refusal of the request as a whole.
fn read_partial_failure(answer: &Response<Vec<u8>>) -> Option<BulkResult> {
    let result: BulkResult = read_json(answer).ok()?;
    (answer.status() == StatusCode::BAD_REQUEST && !result.errors.is_empty()).then_some(result)
}

/// Written as the service's SDKs write it: empty keys ask the hub to make them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewDevice<'a> {
    device_id: &'a str,
    status: &'a str,
    authentication: NewAuthentication,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewAuthentication {
    #[serde(rename = "type")]
    kind: &'static str,
    symmetric_key: NoKeys,
}

impl Default for NewAuthentication {
    fn default() -> Self {
        Self {
            kind: "sas",
            symmetric_key: NoKeys::default(),
        }
    }
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct NoKeys {
    primary_key: &'static str,
    secondary_key: &'static str,
}
