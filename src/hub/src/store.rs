//! Where the hub's state is kept.

use std::fmt;

use serde::{Serialize, Serializer};
use wire::{
    error::{ErrorCode, ServiceError},
    rest::{DeviceIdentity, ModuleIdentity},
};

use crate::{
    close_reason::CloseReason,
    cloud_to_device::QueuedMessage,
    connection::Identity,
    feedback::PendingFeedback,
    policy::PolicyRecord,
    session::Session,
    stored_event::{EventRecord, StoredEvent},
    twin::Twin,
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

    /// What the change means for a store that finds records by key.
    pub fn record(&self) -> Record<'_> {
        let put = |key| Record::Put {
            key,
            json: self.to_json(),
        };
        match &self.0 {
            Kind::Policy(it) => put(RecordKey::policy(&it.name)),
            Kind::Device(it) => put(RecordKey::device(&it.device_id)),
            Kind::DeviceGone(id) => Record::DeviceGone { device_id: id },
            Kind::Module(it) => put(RecordKey::module(&it.device_id, &it.module_id)),
            Kind::ModuleGone(id) => {
                let (device_id, module_id) = id.names();
                Record::ModuleGone {
                    device_id,
                    module_id,
                }
            }
            Kind::Twin(id, _) => put(RecordKey::of(RecordKind::Twin, id)),
            Kind::Message(id, it) => put(RecordKey::message(id, it.sequence_number)),
            Kind::MessageGone(id, number) => Record::Gone(RecordKey::message(id, *number)),
            Kind::Feedback(it) => put(RecordKey::feedback(it)),
            Kind::FeedbackGone(it) => Record::Gone(RecordKey::feedback(it)),
            Kind::Session(id, _) => put(RecordKey::of(RecordKind::Session, id)),
            Kind::SessionGone(id) => Record::Gone(RecordKey::of(RecordKind::Session, id)),
            Kind::Event(event) => Record::Event(EventRecord::from(*event)),
        }
    }
}

/// What a [`Change`] means for a store that finds records by key.
#[derive(Clone, Debug, PartialEq)]
pub enum Record<'a> {
    /// The record replaces the former one of its key, if there is one.
    Put {
        /// What the record is about.
        key: RecordKey<'a>,
        /// A line of a journal, as [`Change::to_json`] gives it. It may hold keys of access.
        json: String,
    },
    /// The record of this key is gone.
    Gone(RecordKey<'a>),
    /// All records that name this device are gone. Its events stay.
    DeviceGone {
        /// The device.
        device_id: &'a str,
    },
    /// All records that name this module of this device are gone. Its events stay.
    ModuleGone {
        /// The device.
        device_id: &'a str,
        /// The module.
        module_id: &'a str,
    },
    /// An event came to the end of its partition. When it goes, [`Hub::event_bounds`](crate::Hub::event_bounds) tells.
    Event(EventRecord<'a>),
}

/// What a record is about. No two records have the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey<'a> {
    /// What kind of record it is.
    pub kind: RecordKind,
    /// The device that it belongs to; the name, for a policy.
    pub id: &'a str,
    /// The module that it belongs to; empty for the device itself.
    pub module_id: &'a str,
    /// The number of a message or of feedback; otherwise 0.
    pub number: u64,
}

/// The kinds of records, in the order in which a hub is restored from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// A shared access policy.
    Policy,
    /// The identity of a device.
    Device,
    /// The identity of a module.
    Module,
    /// The twin of a device or module.
    Twin,
    /// A cloud-to-device message.
    Message,
    /// A feedback record.
    Feedback,
    /// The subscriptions of a device or module.
    Session,
}

impl RecordKind {
    /// All kinds, in the order in which a hub is restored from them.
    pub const ALL: [Self; 7] = [
        Self::Policy,
        Self::Device,
        Self::Module,
        Self::Twin,
        Self::Message,
        Self::Feedback,
        Self::Session,
    ];

    /// The kind's name: that of its lines in a journal.
    pub fn name(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Device => "device",
            Self::Module => "module",
            Self::Twin => "twin",
            Self::Message => "message",
            Self::Feedback => "feedback",
            Self::Session => "session",
        }
    }
}

impl<'a> RecordKey<'a> {
    fn policy(name: &'a str) -> Self {
        Self {
            kind: RecordKind::Policy,
            ..Self::device(name)
        }
    }

    fn device(id: &'a str) -> Self {
        Self {
            kind: RecordKind::Device,
            id,
            module_id: "",
            number: 0,
        }
    }

    fn module(device_id: &'a str, module_id: &'a str) -> Self {
        Self {
            kind: RecordKind::Module,
            module_id,
            ..Self::device(device_id)
        }
    }

    fn of(kind: RecordKind, identity: &'a Identity) -> Self {
        let (id, module_id) = identity.names();
        Self {
            kind,
            module_id,
            ..Self::device(id)
        }
    }

    fn message(device_id: &'a str, number: u64) -> Self {
        Self {
            kind: RecordKind::Message,
            number,
            ..Self::device(device_id)
        }
    }

    fn feedback(pending: &'a PendingFeedback) -> Self {
        Self {
            kind: RecordKind::Feedback,
            number: pending.number,
            ..Self::device(&pending.record.device_id)
        }
    }
}

/// What changed. A whole record replaces the former one of its key.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind<'a> {
    /// A shared access policy.
    Policy(&'a PolicyRecord),
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
    /// A feedback record is gone. A journal names it by its number.
    #[serde(serialize_with = "number_alone")]
    FeedbackGone(&'a PendingFeedback),
    /// The subscriptions of a session that outlives its connection changed.
    Session(&'a Identity, &'a Session),
    /// A session is gone.
    SessionGone(&'a Identity),
    /// An event was appended to its partition.
    Event(&'a StoredEvent),
}

fn number_alone<S: Serializer>(
    pending: &PendingFeedback,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(pending.number)
}
