//! What waits for its turn.

use std::collections::BTreeMap;

use http::Request;
use wire::{mqtt::mqttrs::Pid, timestamp::Timestamp};

use super::tier::{CLASSES, OperationClass};
use crate::{connection::ConnectionId, rest::Asked};

/// The most requests that wait. The service has such a bound too, and does not tell it.
const MOST_REQUESTS: usize = 500;

/// The most memory that waiting requests take, in bytes.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// What a request takes beside its body, about.
const REQUEST_BYTES: usize = 1024;

/// What is done when its turn comes.
pub(crate) enum Waiting {
    /// A request is carried out. It was authorised when it came.
    Request(Box<(Asked, Request<Vec<u8>>)>),
    /// A message is acknowledged. It was stored when it came.
    Acknowledgement(ConnectionId, Pid),
}

/// All that waits, in the order of the turns; what has the same turn, in the order in which it came.
#[derive(Default)]
pub(super) struct Backlog {
    queue: BTreeMap<(Timestamp, u64), (OperationClass, Waiting)>,
    /// How many of each class wait.
    waiting: [usize; CLASSES],
    requests: usize,
    bytes: usize,
    taken: u64,
}

impl Waiting {
    /// The request's size; `None` for what is no request.
    fn request_bytes(&self) -> Option<usize> {
        match self {
            Self::Request(request) => Some(size(&request.1)),
            Self::Acknowledgement(..) => None,
        }
    }
}

impl Backlog {
    /// Whether a request of this class has to wait because others do.
    pub(super) fn waiting(&self, class: OperationClass) -> usize {
        self.waiting[class as usize]
    }

    /// Whether there is room for one more request. Acknowledgements are small, and the longest wait bounds their number.
    pub(super) fn has_room(&self, request: &Request<Vec<u8>>) -> bool {
        let bytes = self.bytes.saturating_add(size(request));
        self.requests < MOST_REQUESTS && bytes <= MOST_BYTES
    }

    pub(super) fn put(&mut self, turn: Timestamp, class: OperationClass, waiting: Waiting) {
        self.waiting[class as usize] += 1;
        if let Some(bytes) = waiting.request_bytes() {
            self.requests += 1;
            self.bytes += bytes;
        }
        self.taken += 1;
        self.queue.insert((turn, self.taken), (class, waiting));
    }

    /// Takes off what has waited for longest, if its turn has come.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Option<Waiting> {
        if self.next_deadline()? > now {
            return None;
        }
        let (_, (class, waiting)) = self.queue.pop_first()?;
        self.waiting[class as usize] -= 1;
        if let Some(bytes) = waiting.request_bytes() {
            self.requests -= 1;
            self.bytes -= bytes;
        }
        Some(waiting)
    }

    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.queue.first_key_value().map(|((turn, _), _)| *turn)
    }
}

fn size(request: &Request<Vec<u8>>) -> usize {
    request.body().len().saturating_add(REQUEST_BYTES)
}
