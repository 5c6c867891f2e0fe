//! What time will bring next, by name.

use wire::timestamp::Timestamp;

use crate::{cloud_to_device::Due, hub::Hub};

/// Something that will happen in a hub by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Planned {
    /// A cloud-to-device message expires.
    MessageExpires {
        /// The device that it is for.
        device_id: String,
    },
    /// A cloud-to-device message that was delivered and not completed waits again.
    LockEnds {
        /// The device that has it.
        device_id: String,
    },
    /// A direct method runs out of time.
    MethodTimesOut {
        /// The device that was called.
        device_id: String,
    },
    /// The hub gives up a connection that has gone quiet, or whose token has expired.
    ConnectionEnds {
        /// The device; none before its CONNECT.
        device_id: Option<String>,
    },
    /// Feedback that has been gathered becomes readable.
    FeedbackReady,
    /// Queries see a change that was made before.
    QueryCatchesUp,
    /// Something else: old events go, a throttled operation has its turn, the lock of a batch ends.
    Other,
}

impl Hub {
    /// The first of what is planned, and when it will happen if nothing comes in before. Unlike
    /// [`next_deadline`](Self::next_deadline), which may be too early for a connection that was heard of meanwhile,
    /// this looks at what is so now.
    pub fn next_planned(&self) -> Option<(Timestamp, Planned)> {
        [
            self.next_of_queues(),
            self.next_of_methods(),
            self.next_of_connections(),
            self.feedback
                .next_batch()
                .map(|at| (at, Planned::FeedbackReady)),
            self.past
                .next_deadline()
                .map(|at| (at, Planned::QueryCatchesUp)),
            self.feedback.next_deadline().map(other),
            self.events.next_deadline().map(other),
            self.limits.next_deadline().map(other),
        ]
        .into_iter()
        .flatten()
        // The first of those at the same time: the others are less of news.
        .min_by_key(|(at, _)| *at)
    }

    fn next_of_queues(&self) -> Option<(Timestamp, Planned)> {
        let (at, device_id) = self.queues.first()?;
        let queue = &self.registry.get(device_id)?.queue;
        let device_id = device_id.clone();
        let planned = match queue.next_due()?.1 {
            Due::Expired => Planned::MessageExpires { device_id },
            Due::LockEnded => Planned::LockEnds { device_id },
        };
        Some((at, planned))
    }

    fn next_of_methods(&self) -> Option<(Timestamp, Planned)> {
        let (at, device_id) = self.methods.next_overdue()?;
        let device_id = device_id.to_owned();
        Some((at, Planned::MethodTimesOut { device_id }))
    }

    fn next_of_connections(&self) -> Option<(Timestamp, Planned)> {
        let (at, client) = self.connections.next_to_end()?;
        let device_id = client.map(|client| client.identity.device_id.clone());
        Some((at, Planned::ConnectionEnds { device_id }))
    }
}

fn other(at: Timestamp) -> (Timestamp, Planned) {
    (at, Planned::Other)
}
