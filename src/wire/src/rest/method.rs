//! Direct methods, as a service program calls them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The body of `POST /twins/{device}/methods`. (IoT Hub documentation: understand and invoke direct methods.)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MethodCall {
    /// The method's name.
    pub method_name: String,
    /// Any JSON value; `null` if the caller sends none.
    pub payload: Value,
    /// How many seconds the device has to answer: 5 to 300, 30 if it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_timeout_in_seconds: Option<u64>,
    /// How many seconds to wait for a device that is not connected: 0 to 300, 0 if it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_timeout_in_seconds: Option<u64>,
}

/// What a device answered. The HTTP status of the call is 200 whatever the device's own status is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodResult {
    /// The number that the device chose.
    pub status: i32,
    /// The device's answer; `null` if it sent none.
    pub payload: Value,
}
