//! What a hub is made from.

use std::{fmt, time::Duration};

use crate::{cloud_to_device::CloudToDeviceOptions, feedback::FeedbackOptions, limits::Tier};

/// What a hub is made from. Everything else follows from its inputs.
#[derive(Clone)]
pub struct HubOptions {
    /// The hub's host name, such as `contoso.azure-devices.net`.
    pub host_name: String,
    /// Where keys, generation ids and tracking ids are drawn from.
    /// Whoever wants keys that nobody can guess fills it from a source that nobody can guess.
    pub seed: [u8; 32],
    /// How many partitions telemetry is spread over: 2 to 32, by default 4. A hub of the free tier has no more than 2.
    /// This is settled when a hub is made: one that is restored keeps those that it has.
    pub partitions: u16,
    /// How long an event is kept: by default a day, at most seven.
    pub retention: Duration,
    /// How many bytes of events each partition keeps at most, a kilobyte for the stamps of each included.
    /// The oldest go first; the newest stays however large it is.
    pub partition_bytes: usize,
    /// How long a connection may live after its token has expired.
    /// The service's documentation names both five and ten minutes; the default is ten.
    pub token_grace: Duration,
    /// How long cloud-to-device messages wait, and how often they are delivered.
    pub cloud_to_device: CloudToDeviceOptions,
    /// How long delivery feedback waits, and how often it is delivered.
    pub feedback: FeedbackOptions,
    /// Which of the service's tiers the hub is of: by default S1 with one unit.
    pub tier: Tier,
    /// Whether the tier's limits are enforced: its daily quota, its rates and its number of devices.
    /// By default they are not, and the hub only counts.
    pub enforce_limits: bool,
    /// How far queries lag behind: they see twins as they were that long ago, as on the service, where it takes
    /// seconds and at times minutes. By default they see every change at once.
    pub query_lag: Duration,
}

/// How many partitions a hub has if nobody says otherwise.
pub(crate) const DEFAULT_PARTITIONS: u16 = 4;

impl HubOptions {
    /// A hub with the service's defaults.
    pub fn new(host_name: impl Into<String>, seed: [u8; 32]) -> Self {
        Self {
            host_name: host_name.into(),
            seed,
            partitions: DEFAULT_PARTITIONS,
            retention: Duration::from_hours(24),
            partition_bytes: 16 * 1024 * 1024,
            token_grace: Duration::from_mins(10),
            cloud_to_device: CloudToDeviceOptions::default(),
            feedback: FeedbackOptions::default(),
            tier: Tier::S1 { units: 1 },
            enforce_limits: false,
            query_lag: Duration::ZERO,
        }
    }
}

/// All keys follow from the seed, so it is not shown.
impl fmt::Debug for HubOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubOptions")
            .field("host_name", &self.host_name)
            .field("seed", &format_args!("[redacted]"))
            .field("partitions", &self.partitions)
            .field("retention", &self.retention)
            .field("partition_bytes", &self.partition_bytes)
            .field("token_grace", &self.token_grace)
            .field("cloud_to_device", &self.cloud_to_device)
            .field("feedback", &self.feedback)
            .field("tier", &self.tier)
            .field("enforce_limits", &self.enforce_limits)
            .field("query_lag", &self.query_lag)
            .finish()
    }
}
