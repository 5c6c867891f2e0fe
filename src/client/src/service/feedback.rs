//! What became of cloud-to-device messages.

use http::Method;
use wire::rest::{FeedbackRecord, FeedbackRecords, encode_id};
use wire::timestamp::Timestamp;

use crate::response::{Answer, is_empty, lock_token, read_json};

use super::{Call, Service};

const FEEDBACK: &str = "/messages/serviceBound/feedback";

/// Feedback on messages, locked for its reader until it is completed, abandoned, or the lock ends.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedbackBatch {
    /// A record for each message, of those that can be understood.
    pub records: Vec<FeedbackRecord>,
    /// What completes or abandons the batch.
    pub lock_token: String,
}

impl Service {
    /// Reads the oldest batch of feedback that nobody else has locked; `None` if there is none. It
    /// comes again until it is [completed](Self::complete_feedback).
    ///
    /// The hub gathers feedback for a while before it is there to read.
    pub fn receive_feedback(&self, now: Timestamp) -> Call<Option<FeedbackBatch>> {
        Call::new(self.request(now, Method::GET, FEEDBACK), read_batch)
    }

    /// Says that a batch of feedback was read, which removes it. Refused (412) if its lock is over.
    pub fn complete_feedback(&self, now: Timestamp, lock_token: &str) -> Call<()> {
        let path = format!("{FEEDBACK}/{}", encode_id(lock_token));
        Call::new(self.request(now, Method::DELETE, &path), |_| Ok(()))
    }

    /// Gives a batch of feedback back, for another reader. Refused (412) if its lock is over.
    pub fn abandon_feedback(&self, now: Timestamp, lock_token: &str) -> Call<()> {
        let path = format!("{FEEDBACK}/{}/abandon", encode_id(lock_token));
        Call::new(self.request(now, Method::POST, &path), |_| Ok(()))
    }
}

fn read_batch(answer: &Answer) -> Result<Option<FeedbackBatch>, String> {
    if is_empty(answer) {
        return Ok(None);
    }
    let FeedbackRecords(records) = read_json(answer)?;
    Ok(Some(FeedbackBatch {
        records,
        lock_token: lock_token(answer)?,
    }))
}
