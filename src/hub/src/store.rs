//! Where the hub's state is kept.

use std::fmt;

use serde::Serialize;
use wire::{
    error::{ErrorCode, ServiceError},
    rest::{DeviceIdentity, ModuleIdentity},
};

use crate::{
    close_reason::CloseReason, cloud_to_device::QueuedMessage, connection::Identity,
    feedback::PendingFeedback, session::Session, stored_event::StoredEvent, twin::Twin,
};

/// Where a hub keeps its state for good.
///
/// The hub works on its own memory. Before it changes that memory, and thereby before it acknowledges anything, it has
/// the change committed here: what was acknowledged is kept, and what could not be kept was not done.
pub trait Store {
    /// Keeps all of these changes, or none of them.
    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError>;
}

/// The store of a hub, and how often it kept something.
pub(crate) struct Keeper {
    store: Box<dyn Store>,
    commits: u64,
}

impl Keeper {
    pub(crate) fn new(store: Box<dyn Store>) -> Self {
        Self { store, commits: 0 }
    }

    /// Keeps all of these changes, or none of them.
    pub(crate) fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        self.store.commit(changes)?;
        self.commits += 1;
        Ok(())
    }

    /// How many commits succeeded.
    pub(crate) fn commits(&self) -> u64 {
        self.commits
    }
}

/// Keeps nothing beyond the hub's own memory: what is acknowledged lives as long as the hub does, or as a snapshot of
/// it.
#[derive(Clone, Copy, Debug, Default)]
pub struct MemoryStore;

impl Store for MemoryStore {
    fn commit(&mut self, _: &[Change<'_>]) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Why a store could not keep a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    description: String,
}

impl StoreError {
    /// Describes what happened, in words for whoever runs the hub.
    pub fn new(description: impl Into<String>) -> Self {
        Self {
            description: description.into(),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.description)
    }
}

impl std::error::Error for StoreError {}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        Self::new(
            ErrorCode::ServerError,
            format!(
                "The hub could not keep the change, so nothing was changed: {error}. Try again."
            ),
        )
    }
}

impl From<StoreError> for CloseReason {
    fn from(error: StoreError) -> Self {
        Self::StoreFailed(error)
    }
}

/// One change of a hub's state.
pub struct Change<'a>(pub(crate) Kind<'a>);

impl Change<'_> {
    /// The change as JSON, one line of a journal: a snapshot that is followed by such lines is a snapshot of what the
    /// hub became. It may hold keys.
    pub fn to_json(&self) -> String {
        // Structs of texts and numbers always serialise.
        serde_json::to_string(&self.0).unwrap_or_default()
    }
}

/// What changed. A whole record replaces the former one of its key.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind<'a> {
    /// An identity was created or replaced. Its twin is a record of its own.
    Device(&'a DeviceIdentity),
    /// A device is gone, with its modules, twins, sessions, messages and feedback.
    DeviceGone(&'a str),
    /// A module's identity was created or replaced.
    Module(&'a ModuleIdentity),
    /// A module is gone, with its twin and session.
    ModuleGone(&'a Identity),
    /// A twin was created or written.
    Twin(&'a Identity, &'a Twin),
    /// A cloud-to-device message was queued, or its delivery count or its lock changed.
    Message(&'a str, &'a QueuedMessage),
    /// A cloud-to-device message is gone, by its sequence number.
    MessageGone(&'a str, u64),
    /// A feedback record waits to be read, or its batch changed.
    Feedback(&'a PendingFeedback),
    /// A feedback record is gone, by its number.
    FeedbackGone(u64),
    /// The subscriptions of a session that outlives its connection changed.
    Session(&'a Identity, &'a Session),
    /// A session is gone.
    SessionGone(&'a Identity),
    /// An event was appended to its partition.
    Event(&'a StoredEvent),
}
