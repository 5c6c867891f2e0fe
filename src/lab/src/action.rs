//! What a learner does at the bench by hand, beside the lessons' programs, and what comes of it.
//!
//! Plain values, made to be sent between a page and the worker that holds the bench.
//! An action in the cloud becomes one or more HTTP requests of a service client, one on a device becomes MQTT packets
//! of a device client: the hub cannot tell a hand from a program.

use serde::{Deserialize, Serialize};
use wire::timestamp::Timestamp;

use crate::view::TwinView;

/// The name of the party that acts in the cloud by hand, as the trace shows it.
pub const OPERATOR: &str = "operator";

/// Which feedback a sender asks for, in the words of `iothub-ack`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Acknowledgement {
    /// No feedback.
    #[default]
    None,
    /// When the message was completed.
    Positive,
    /// When the message expired, was rejected, or was delivered too often.
    Negative,
    /// In both cases.
    Full,
}

/// Something done in the cloud by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CloudAction {
    /// Registers a device with keys that the hub makes.
    CreateDevice {
        /// The new identity's id.
        device_id: String,
    },
    /// Removes a device from the registry.
    DeleteDevice {
        /// The identity's id.
        device_id: String,
    },
    /// Enables or disables a device.
    SetStatus {
        /// The identity's id.
        device_id: String,
        /// Whether it may connect.
        enabled: bool,
    },
    /// Reads a device's twin.
    ReadTwin {
        /// The device's id.
        device_id: String,
    },
    /// Merges a patch into a twin's tags and desired properties.
    PatchTwin {
        /// The device's id.
        device_id: String,
        /// A JSON object with `tags`, `properties.desired` or both.
        patch: String,
        /// The etag that the twin has to have; none for whatever it has.
        etag: Option<String>,
    },
    /// Asks for a page of a query's result.
    Query {
        /// The query.
        text: String,
        /// The most rows of a page, 1 to 1,000.
        page_size: u16,
        /// Where the page before ended.
        continuation: Option<String>,
    },
    /// Calls a direct method.
    CallMethod {
        /// The device's id.
        device_id: String,
        /// The method's name.
        name: String,
        /// The payload, as JSON text; empty for none.
        payload: String,
        /// How long the device may take, in seconds: 5 to 300.
        response_timeout: u16,
        /// How long to wait for a device that is not connected, in seconds: 0 to 300.
        connect_timeout: u16,
    },
    /// Sends a cloud-to-device message.
    SendMessage {
        /// The device's id.
        device_id: String,
        /// The body.
        body: String,
        /// The message id; empty for none.
        message_id: String,
        /// Which feedback is asked for.
        acknowledgement: Acknowledgement,
        /// How long the message may wait, in seconds; none for the hub's own time to live.
        expires_after: Option<u32>,
        /// The sender's own properties.
        properties: Vec<(String, String)>,
    },
    /// Empties a device's queue of messages.
    PurgeQueue {
        /// The device's id.
        device_id: String,
    },
    /// Receives a batch of feedback and completes it.
    ReceiveFeedback,
}

/// Something done at a simulated device by hand. The device connects with its primary key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceAction {
    /// Switches a device on: it connects, answers direct methods, receives messages and desired properties,
    /// and prints what it does.
    SwitchOn {
        /// The device's id.
        device_id: String,
        /// Seconds between telemetry messages; none for a device that sends only when it is told to.
        interval: Option<f64>,
    },
    /// Switches a device off.
    SwitchOff {
        /// The device's id.
        device_id: String,
    },
    /// Sends one telemetry message from a device that is on.
    SendTelemetry {
        /// The device's id.
        device_id: String,
        /// The body.
        body: String,
        /// The message's properties.
        properties: Vec<(String, String)>,
    },
    /// Reports properties from a device that is on.
    ReportProperties {
        /// The device's id.
        device_id: String,
        /// A JSON object.
        patch: String,
    },
    /// Registers and switches on many devices, `fleet-0001` and so on.
    StartFleet {
        /// How many: 1 to 2,000.
        count: u16,
        /// Seconds between two messages of each device.
        interval: f64,
    },
    /// Switches off and removes all devices of the fleet.
    StopFleet,
}

/// What came of an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is done, and there is nothing to show.
    Done,
    /// A twin as it is now.
    Twin(TwinView),
    /// A page of a query's result.
    Rows {
        /// Each row as JSON text.
        rows: Vec<String>,
        /// Where the next page begins; none at the end.
        continuation: Option<String>,
    },
    /// The device's answer to a direct method.
    Method {
        /// The status that the device chose.
        status: i64,
        /// The payload as JSON text; empty for none.
        payload: String,
    },
    /// A message waits in the device's queue.
    Sent {
        /// The message's id.
        message_id: String,
    },
    /// How many messages a purge removed.
    Purged {
        /// The number of messages.
        count: u64,
    },
    /// Feedback; empty if none waits.
    Feedback(Vec<FeedbackView>),
    /// It was refused.
    Refused(Refusal),
}

/// What became of one cloud-to-device message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedbackView {
    /// The message's id.
    pub message_id: String,
    /// The device that it was for.
    pub device_id: String,
    /// `Success`, `Expired`, `DeliveryCountExceeded`, `Rejected` or `Purged`.
    pub status: String,
    /// When it came to this.
    pub at: Timestamp,
}

/// Why an action was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The HTTP status, if the hub refused; none if the bench did.
    pub status: Option<u16>,
    /// The service's six-digit code, if there is one: 404103.
    pub code: Option<u32>,
    /// The service's or the bench's own words, in English.
    pub text: String,
    /// For a query: the position of the mistake in characters from its start, and what is wrong there, in English.
    pub hint: Option<(usize, String)>,
}
