//! What became of cloud-to-device messages.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::timestamp::{self, Timestamp};

/// What became of one message whose sender had asked to be told.
/// (IoT Hub documentation: understand cloud-to-device messaging.)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FeedbackRecord {
    /// The id that the sender gave the message.
    pub original_message_id: String,
    /// When the outcome was known.
    #[serde(rename = "enqueuedTimeUtc", with = "timestamp::iso")]
    pub enqueued_time: Timestamp,
    /// The outcome.
    pub status_code: FeedbackStatus,
    /// The outcome in words; the service repeats the code here.
    pub description: String,
    /// The device that the message was for.
    pub device_id: String,
    /// The generation of the device's identity.
    pub device_generation_id: String,
}

/// The records of a batch, as far as they can be understood: one that cannot keeps nobody from reading the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Vec<Box<RawValue>>")]
pub struct FeedbackRecords(pub Vec<FeedbackRecord>);

impl From<Vec<Box<RawValue>>> for FeedbackRecords {
    fn from(values: Vec<Box<RawValue>>) -> Self {
        let read = |value: Box<RawValue>| serde_json::from_slice(value.get().as_bytes()).ok();
        Self(values.into_iter().filter_map(read).collect())
    }
}

/// The outcomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FeedbackStatus {
    /// The device acknowledged the message.
    Success,
    /// Nobody fetched it in time.
    Expired,
    /// It was delivered as often as it may be.
    DeliveryCountExceeded,
    /// The device refused it.
    Rejected,
    /// The queue was purged.
    Purged,
}

impl FeedbackStatus {
    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "Success",
            Self::Expired => "Expired",
            Self::DeliveryCountExceeded => "DeliveryCountExceeded",
            Self::Rejected => "Rejected",
            Self::Purged => "Purged",
        }
    }
}

/// The answer to `DELETE /devices/{id}/commands`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PurgeResult {
    /// How many messages were waiting, and are gone.
    pub total_messages_purged: u64,
    /// The device.
    pub device_id: String,
    /// Always `null`: modules have no queue here.
    pub module_id: Option<String>,
}
