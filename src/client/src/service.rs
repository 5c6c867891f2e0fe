//! The REST calls of a service program, as values.
//!
//! A [`Service`] writes the request and a [`Call`] reads the response; whoever has a way to an HTTP
//! server carries one to the other:
//!
//! ```
//! use client::service::{CallError, Service};
//! use wire::timestamp::Timestamp;
//!
//! let service = Service::new(
//!     "HostName=contoso.azure-devices.net;SharedAccessKeyName=iothubowner;\
//!      SharedAccessKey=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
//!         .parse()?,
//! );
//! let call = service.get_device(Timestamp::from_millis(1_785_578_400_000), "dev1");
//! assert_eq!(call.request.uri(), "/devices/dev1?api-version=2021-04-12");
//!
//! // Carry `call.request` to the hub, and its response back:
//! let response = http::Response::builder().status(404).body(Vec::new())?;
//! assert!(matches!(call.read(response), Err(CallError::Refused { .. })));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod call;

use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, IF_MATCH};
use http::{HeaderValue, Method, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::connection_string::{DeviceConnectionString, DeviceCredential, ServiceConnectionString};
use wire::rest::{API_VERSION, DeviceIdentity, KeyText, encode_id};
use wire::sas::SasToken;
use wire::timestamp::Timestamp;

pub use call::{Call, CallError};

/// How long the token of a call is valid.
const TOKEN_LIFETIME: Duration = Duration::from_hours(1);

/// The most identities that one [`Service::list_devices`] brings.
///
/// Source: IoT Hub documentation, REST API, "Devices - Get Devices".
pub const MAX_LISTED: u16 = 1000;

/// A service program's view of a hub: it holds the key of a shared access policy and writes calls.
///
/// Each call carries a new token for the whole hub. What the policy permits is for the hub to say.
#[derive(Clone, Debug)]
pub struct Service {
    connection_string: ServiceConnectionString,
}

/// The state that an identity must be in for a change to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// Any state, but the identity must exist.
    Any,
    /// The state with this entity tag, without quotes as in [`DeviceIdentity::etag`].
    Etag(String),
}

impl Service {
    /// A service program with the rights of that policy.
    pub fn new(connection_string: ServiceConnectionString) -> Self {
        Self { connection_string }
    }

    /// Creates a device identity. The hub makes its keys. An id that is taken is refused (409).
    pub fn create_device(&self, now: Timestamp, id: &str) -> Call<DeviceIdentity> {
        let wanted = NewDevice {
            device_id: id,
            status: "enabled",
            authentication: NewAuthentication {
                kind: "sas",
                symmetric_key: NoKeys::default(),
            },
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

    /// What a device of this hub connects with, from its identity's first key. `None` if the
    /// identity has no usable key.
    pub fn device_connection_string(
        &self,
        device: &DeviceIdentity,
    ) -> Option<DeviceConnectionString> {
        let key = device.authentication.symmetric_key.primary_key.as_ref();
        Some(DeviceConnectionString {
            host_name: self.connection_string.host_name.clone(),
            device_id: device.device_id.clone(),
            module_id: None,
            credential: DeviceCredential::SharedAccessKey(key.map(KeyText::to_key)?.ok()?),
            gateway_host_name: None,
        })
    }

    /// A request without a body, addressed and signed.
    fn request(&self, now: Timestamp, method: Method, path: &str) -> Request<Vec<u8>> {
        let and = if path.contains('?') { '&' } else { '?' };
        let target = format!("{path}{and}api-version={API_VERSION}");
        let mut request = Request::new(Vec::new());
        *request.method_mut() = method;
        // Only an id of many kilobytes makes a target too long; the hub refuses the bare one.
        *request.uri_mut() = target.try_into().unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert(HOST, header_value(&self.connection_string.host_name));
        headers.insert(AUTHORIZATION, self.token(now));
        request
    }

    fn token(&self, now: Timestamp) -> HeaderValue {
        let ServiceConnectionString {
            host_name,
            policy,
            key,
        } = &self.connection_string;
        let expires = now.plus(TOKEN_LIFETIME).as_seconds();
        let token = SasToken::sign(host_name, key, expires, Some(policy));
        let mut value = header_value(token.to_text().expose());
        value.set_sensitive(true);
        value
    }
}

fn read_identity(body: &[u8]) -> Result<DeviceIdentity, String> {
    named(read_json(body)?)
}

fn read_identities(body: &[u8]) -> Result<Vec<DeviceIdentity>, String> {
    let identities: Vec<DeviceIdentity> = read_json(body)?;
    identities.into_iter().map(named).collect()
}

/// Reading fills in what an identity lacks, but one without a name is none.
fn named(device: DeviceIdentity) -> Result<DeviceIdentity, String> {
    if device.device_id.is_empty() {
        return Err("expected a device identity, found no deviceId".to_owned());
    }
    Ok(device)
}

/// The parser's message repeats values of the wrong type only, and a key is a text.
fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
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
struct NewAuthentication {
    #[serde(rename = "type")]
    kind: &'static str,
    symmetric_key: NoKeys,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct NoKeys {
    primary_key: &'static str,
    secondary_key: &'static str,
}

fn device_path(id: &str) -> String {
    format!("/devices/{}", encode_id(id))
}

fn with_json(mut request: Request<Vec<u8>>, body: &impl Serialize) -> Request<Vec<u8>> {
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    request.headers_mut().insert(CONTENT_TYPE, json);
    // Structs of texts and numbers always serialise.
    *request.body_mut() = serde_json::to_vec(body).unwrap_or_default();
    request
}

fn only_if(mut request: Request<Vec<u8>>, if_match: &IfMatch) -> Request<Vec<u8>> {
    let value = match if_match {
        IfMatch::Any => HeaderValue::from_static("*"),
        IfMatch::Etag(etag) => header_value(&format!("\"{etag}\"")),
    };
    request.headers_mut().insert(IF_MATCH, value);
    request
}

/// A text as a header's value. What a header cannot hold is left out: no host name, token or entity
/// tag of a hub has such characters, and a mistyped one is for the hub to refuse.
fn header_value(text: &str) -> HeaderValue {
    let kept: String = text.chars().filter(|c| matches!(c, ' '..='~')).collect();
    HeaderValue::try_from(kept).unwrap_or(HeaderValue::from_static(""))
}
