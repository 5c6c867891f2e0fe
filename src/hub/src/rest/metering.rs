//! What a request counts as: which rate it is held to, and what it costs of the day's messages.

use http::Request;
use wire::{
    error::{ERROR_CODE_HEADER, ErrorCode, ServiceError},
    rest::message_size,
    timestamp::Timestamp,
};

use super::{Reply, route::Operation};
use crate::{hub::Hub, limits::OperationClass};

/// What a request counts as.
#[derive(Clone, Copy)]
pub(super) struct Meter {
    pub(super) class: OperationClass,
    charge: Charge,
}

/// What is charged for an operation that succeeds.
#[derive(Clone, Copy)]
enum Charge {
    Nothing,
    /// What was sent, of this size.
    Request(usize),
    /// What was answered.
    Answer,
}

/// What a request counts as; `None` for operations that are neither held to a rate nor charged.
///
/// IoT Hub documentation: "IoT Hub quotas and throttling", and "IoT Hub billing information".
pub(super) fn meter(operation: &Operation, request: &Request<Vec<u8>>) -> Option<Meter> {
    let sent = || Charge::Request(message_size(request));
    let (class, charge) = match operation {
        Operation::PutDevice { .. }
        | Operation::GetDevice { .. }
        | Operation::DeleteDevice { .. }
        | Operation::ListDevices
        | Operation::Bulk
        | Operation::PutModule { .. }
        | Operation::GetModule { .. }
        | Operation::DeleteModule { .. }
        | Operation::ListModules { .. } => (OperationClass::IdentityRegistry, Charge::Nothing),
        Operation::GetTwin { .. } => (OperationClass::TwinRead, Charge::Answer),
        Operation::PatchTwin { .. } | Operation::PutTwin { .. } => {
            (OperationClass::TwinUpdate, sent())
        }
        Operation::Query => (OperationClass::Query, Charge::Answer),
        Operation::InvokeMethod { .. } => (OperationClass::DirectMethod, sent()),
        Operation::SendToDevice { .. } => (OperationClass::CloudToDeviceSend, sent()),
        Operation::SendTelemetry { .. } => (OperationClass::DeviceToCloudSend, sent()),
        // The message was charged when it was sent.
        Operation::ReceiveMessage { .. } => (OperationClass::CloudToDeviceReceive, Charge::Nothing),
        Operation::RegistryStatistics
        | Operation::ServiceStatistics
        | Operation::PurgeQueue { .. }
        | Operation::ReceiveFeedback
        | Operation::CompleteFeedback { .. }
        | Operation::AbandonFeedback { .. }
        | Operation::CompleteMessage { .. }
        | Operation::AbandonMessage { .. } => return None,
    };
    Some(Meter { class, charge })
}

/// Charges what was done to the day's messages.
pub(super) fn charge(
    hub: &mut Hub,
    now: Timestamp,
    meter: Meter,
    outcome: &Result<Reply, ServiceError>,
) {
    let answered = match outcome {
        Ok(Reply::Now(response)) => response.body().len(),
        Ok(Reply::Later) | Err(_) => 0,
    };
    match meter.charge {
        _ if !is_charged(outcome) => {}
        Charge::Nothing => {}
        Charge::Request(bytes) => hub.limits.charge(now, bytes),
        Charge::Answer => hub.limits.charge(now, answered),
    }
}

/// Whether an operation is charged: one that succeeded is, and a call to a device that is not connected.
fn is_charged(outcome: &Result<Reply, ServiceError>) -> bool {
    const OFFLINE: ErrorCode = ErrorCode::DeviceNotOnline;
    match outcome {
        Ok(Reply::Now(response)) => {
            let refusal = response.headers().get(ERROR_CODE_HEADER);
            response.status().is_success() || refusal.is_some_and(|it| it == OFFLINE.name())
        }
        Ok(Reply::Later) => true,
        Err(error) => error.code == OFFLINE,
    }
}
