//! The limits of a hub's tier: the daily quota, and how often what may be done.

/// What was used of the hub's tier, and how much of it there is.
#[derive(Default)]
pub(crate) struct Limits {}
