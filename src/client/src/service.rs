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
//!
//! | about | calls |
//! |---|---|
//! | device identities | [`create_device`](Service::create_device), [`update_device`](Service::update_device), [`get_device`](Service::get_device), [`list_devices`](Service::list_devices), [`delete_device`](Service::delete_device), [`change_devices`](Service::change_devices) |
//! | module identities | [`create_module`](Service::create_module), [`update_module`](Service::update_module), [`get_module`](Service::get_module), [`list_modules`](Service::list_modules), [`delete_module`](Service::delete_module) |
//! | statistics | [`registry_statistics`](Service::registry_statistics), [`service_statistics`](Service::service_statistics) |
//! | twins | [`get_twin`](Service::get_twin), [`patch_twin`](Service::patch_twin), [`replace_twin`](Service::replace_twin), [`query`](Service::query) |
//! | direct methods | [`invoke_method`](Service::invoke_method) |
//! | cloud-to-device messages | [`send_to_device`](Service::send_to_device), [`purge_messages`](Service::purge_messages) |
//! | feedback on them | [`receive_feedback`](Service::receive_feedback), [`complete_feedback`](Service::complete_feedback), [`abandon_feedback`](Service::abandon_feedback) |

mod call;
mod cloud_to_device;
mod devices;
mod feedback;
mod methods;
mod modules;
mod query;
mod statistics;
mod target;
mod twins;

use std::time::Duration;

use http::{Method, Request};
use wire::connection_string::ServiceConnectionString;
use wire::sas::SasToken;
use wire::timestamp::Timestamp;

use crate::request::request;

pub use crate::message::Message;
pub use call::{Call, CallError, Hint};
pub use cloud_to_device::FeedbackWanted;
pub use devices::MAX_LISTED;
pub use feedback::FeedbackBatch;
pub use query::{ItemType, MAX_PAGE, QueryPage, QueryPager};
pub use target::Target;
pub use twins::TwinChange;

/// How long the token of a call is valid.
const TOKEN_LIFETIME: Duration = Duration::from_hours(1);

/// A service program's view of a hub: it holds the key of a shared access policy and writes calls.
///
/// Each call carries a new token for the whole hub. What the policy permits is for the hub to say.
#[derive(Clone, Debug)]
pub struct Service {
    connection_string: ServiceConnectionString,
}

/// The state that an identity or a twin must be in for a change to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// Any state, but it must exist.
    Any,
    /// The state with this entity tag, without quotes as in [`DeviceIdentity::etag`] and
    /// [`Twin::etag`].
    ///
    /// [`DeviceIdentity::etag`]: wire::rest::DeviceIdentity::etag
    /// [`Twin::etag`]: wire::rest::Twin::etag
    Etag(String),
}

impl Service {
    /// A service program with the rights of that policy.
    pub fn new(connection_string: ServiceConnectionString) -> Self {
        Self { connection_string }
    }

    /// A request without a body, addressed and signed.
    fn request(&self, now: Timestamp, method: Method, path: &str) -> Request<Vec<u8>> {
        let ServiceConnectionString {
            host_name,
            policy,
            key,
        } = &self.connection_string;
        let expires = now.plus(TOKEN_LIFETIME).as_seconds();
        let token = SasToken::sign(host_name, key, expires, Some(policy));
        request(host_name, &token.to_text(), method, path)
    }
}
