//! Direct methods: calls that wait for a device to connect, or to answer.

use wire::timestamp::Timestamp;

use crate::{connection::Identity, hub::Hub};

/// All calls under way.
#[derive(Default)]
pub(crate) struct Methods {}

impl Hub {
    /// A client connected, or subscribed to methods: sends it the calls that waited for it.
    pub(crate) fn send_waiting_calls(&mut self, _now: Timestamp, _identity: &Identity) {}

    /// A client answered a call. An answer that nobody waits for is dropped.
    pub(crate) fn method_answered(
        &mut self,
        _now: Timestamp,
        _identity: &Identity,
        _request_id: &str,
        _status: i32,
        _body: &[u8],
    ) {
    }

    /// Ends the calls whose time is over.
    pub(crate) fn advance_methods(&mut self, _now: Timestamp) {}

    /// When the time of a call is over.
    pub(crate) fn next_method_deadline(&self) -> Option<Timestamp> {
        None
    }
}
