//! Direct methods, as a service program calls them.

use http::Method;
use wire::rest::{MethodCall, MethodResult};
use wire::timestamp::Timestamp;

use crate::request::with_json;
use crate::response::read_json;

use super::{Call, Service, Target};

impl Service {
    /// Calls a direct method of a device or of a module, and reads what it answered. The status in
    /// the result is the device's own word; that the hub could not reach the device is a refusal:
    /// [`DeviceNotOnline`] if it is not connected or does not listen, [`GatewayTimeout`] if it did
    /// not answer in time.
    ///
    /// The hub answers when the device has, so the response takes up to the sum of both time-outs
    /// of the call.
    ///
    /// [`DeviceNotOnline`]: wire::error::ErrorCode::DeviceNotOnline
    /// [`GatewayTimeout`]: wire::error::ErrorCode::GatewayTimeout
    pub fn invoke_method<'a>(
        &self,
        now: Timestamp,
        target: impl Into<Target<'a>>,
        method: &MethodCall,
    ) -> Call<MethodResult> {
        let path = format!("{}/methods", target.into().twin_path());
        let request = self.request(now, Method::POST, &path);
        Call::new(with_json(request, method), read_json)
    }
}
