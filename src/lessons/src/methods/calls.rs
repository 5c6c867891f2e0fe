//! The calls of direct methods that crossed the wire, and what came of each.

use lab::Hands;
use serde_json::Value;
use wire::{
    error::ErrorCode,
    rest::{MethodCall, MethodResult, encode_id},
    timestamp::Timestamp,
};

use crate::exchange::{Exchange, exchanges};

/// A call of a device's direct method.
pub(super) struct Call {
    pub(super) name: String,
    pub(super) payload: Value,
    pub(super) sent: Timestamp,
    pub(super) fate: Fate,
}

/// What came of a call.
#[derive(Debug, PartialEq)]
pub(super) enum Fate {
    /// Nobody has answered yet.
    Waiting,
    /// The hub did not reach the device: the service's name for why.
    Refused(String),
    /// The device answered with this status.
    Answered(i32),
}

impl Fate {
    /// Whether the hub refused at once because the device was not there.
    pub(super) fn is_not_online(&self) -> bool {
        *self == Self::Refused(ErrorCode::DeviceNotOnline.name().to_owned())
    }
}

/// All calls of a device's methods, the newest last.
pub(super) fn calls_of(hands: &Hands, device_id: &str) -> Vec<Call> {
    let path = format!("/twins/{}/methods", encode_id(device_id));
    let exchanges = exchanges(hands, "POST", &path);
    exchanges.iter().filter_map(read).collect()
}

fn read(exchange: &Exchange) -> Option<Call> {
    let MethodCall {
        method_name,
        payload,
        ..
    } = exchange.asked()?;
    Some(Call {
        name: method_name,
        payload,
        sent: exchange.sent(),
        fate: fate(exchange),
    })
}

fn fate(exchange: &Exchange) -> Fate {
    if let Some(reason) = exchange.refusal() {
        return Fate::Refused(reason.to_owned());
    }
    let result = exchange.answer::<MethodResult>();
    result.map_or(Fate::Waiting, |result| Fate::Answered(result.status))
}
