//! A hub's state as text, and a hub made from such a text.
//!
//! The text is JSON, a value a line: first a header, then the changes that make an empty hub into this one. A journal
//! of [`Change`]s behind such a header is a snapshot too: later lines replace what earlier ones said.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    fmt,
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use wire::{
    error::ServiceError,
    rest::{
        Authentication, AuthenticationType, ConnectionState, DeviceIdentity, DeviceIdentityUpdate,
        Keys, ModuleIdentity, SymmetricKey,
    },
    timestamp::Timestamp,
};

use crate::{
    cloud_to_device::{MOST_MESSAGES, QueuedMessage},
    connection::Identity,
    event_log::EventLog,
    feedback::PendingFeedback,
    hub::Hub,
    limits::Counters,
    options::{DEFAULT_PARTITIONS, HubOptions},
    partition::{EventBounds, MOST_NUMBER, MOST_PARTITIONS},
    policy::{AccessPolicy, PolicyRecord},
    registry::{Device, Module},
    session::Session,
    store::{Change, Kind, Store, StoreError},
    stored_event::{Sender, StoredEvent},
    twin::Twin,
};

/// The number of this form. A text with another number was written by another version of the hub.
const FORMAT: u32 = 1;

/// What a snapshot holds beside what is always in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotScope {
    /// Whether keys of policies, devices and modules are written. A hub restored without them draws new ones, so a
    /// snapshot without keys is no secret, and whoever held a key must be given a new one.
    pub keys: bool,
    /// How many bytes of each partition's newest events are written at most.
    pub event_bytes: usize,
}

impl SnapshotScope {
    /// All that the hub knows: for a place that is as well guarded as the hub itself.
    pub const ALL: Self = Self {
        keys: true,
        event_bytes: usize::MAX,
    };
}

/// Why a text is no snapshot that this hub can be restored from. Nothing of it has been used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotError {
    /// The line at fault, counted from 1.
    pub line: usize,
    /// What was expected there, and what came.
    pub problem: String,
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of the snapshot: {}", self.line, self.problem)
    }
}

impl std::error::Error for SnapshotError {}

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Header {
    format: u32,
    host_name: String,
    /// How far the hub had drawn from its source of chance.
    random: u64,
    /// The largest generation id that was given.
    last_generation: u64,
    /// What was counted for the tier's limits.
    #[serde(default)]
    counters: Counters,
    /// All partitions, from 0 on, and where each goes on: its events may all have been forgotten. The first texts of this
    /// form did not have them.
    #[serde(default)]
    partitions: Vec<EventBounds>,
}

/// The name of the hub that a snapshot tells of, by its first line; none if that is no such line.
pub fn snapshot_host_name(line: &str) -> Option<String> {
    read::<Header>(line).ok().map(|header| header.host_name)
}

/// A line after the first: [`Kind`], owned.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Entry {
    Policy(PolicyRecord),
    Device(Box<DeviceIdentity>),
    DeviceGone(String),
    Module(Box<ModuleIdentity>),
    ModuleGone(Identity),
    Twin(Identity, Box<Twin>),
    Message(String, Box<QueuedMessage>),
    MessageGone(String, u64),
    Feedback(Box<PendingFeedback>),
    FeedbackGone(u64),
    Session(Identity, Session),
    SessionGone(Identity),
    Event(Box<StoredEvent>),
}

/// Writing.
impl Hub {
    /// The hub's state as text, from which [`Hub::restore`] makes the same hub without its connections.
    pub fn snapshot(&self, scope: SnapshotScope) -> String {
        let mut lines = self.header();
        lines.push('\n');
        let Ok(()) = self.walk::<Infallible>(scope, &mut |change| {
            lines += &change.to_json();
            lines.push('\n');
            Ok(())
        });
        lines
    }

    /// The first line of a snapshot: what no [`Change`] tells of. Nobody was told of it either, so a hub that is
    /// restored behind an older one has lost nothing but counts.
    pub fn header(&self) -> String {
        let header = Header {
            format: FORMAT,
            host_name: self.options.host_name.clone(),
            random: self.random.position(),
            last_generation: self.registry.last_generation(),
            counters: self.limits.counters.clone(),
            partitions: self.events.bounds().collect(),
        };
        // Structs of texts and numbers always serialise.
        serde_json::to_string(&header).unwrap_or_default()
    }

    /// Has a store keep the whole of the hub but its header, as if it had come about just now.
    pub fn copy_to(&self, store: &mut dyn Store) -> Result<(), StoreError> {
        self.walk(SnapshotScope::ALL, &mut |change| store.commit(&[change]))
    }

    /// Tells of all changes that make an empty hub into this one.
    fn walk<E>(&self, scope: SnapshotScope, tell: Tell<'_, E>) -> Result<(), E> {
        for policy in self.policies() {
            let record = PolicyRecord::new(policy, scope.keys);
            tell(Change(Kind::Policy(&record)))?;
        }
        for device in self.registry.iter() {
            walk_device(device, scope.keys, tell)?;
        }
        for (identity, session) in self.sessions.iter() {
            // A clean session ends with its connection.
            if !self.is_clean(identity) {
                tell(Change(Kind::Session(identity, session)))?;
            }
        }
        for record in self.pending_feedback() {
            tell(Change(Kind::Feedback(record)))?;
        }
        for event in self.events.newest(scope.event_bytes) {
            tell(Change(Kind::Event(event)))?;
        }
        Ok(())
    }

    fn is_clean(&self, identity: &Identity) -> bool {
        let connection = self.connections.of(identity);
        let client = connection.and_then(|it| self.connections.client(it));
        client.is_some_and(|client| client.clean_session)
    }
}

/// Whom changes are told to.
type Tell<'a, E> = &'a mut dyn FnMut(Change<'_>) -> Result<(), E>;

fn walk_device<E>(device: &Device, keys: bool, tell: Tell<'_, E>) -> Result<(), E> {
    let mut identity = device.identity.clone();
    identity.connection_state = ConnectionState::Disconnected;
    if !keys {
        identity.authentication.symmetric_key = SymmetricKey::default();
    }
    let id = Identity::device(&identity.device_id);
    tell(Change(Kind::Device(&identity)))?;
    tell(Change(Kind::Twin(&id, &device.twin)))?;
    for module in device.modules.values() {
        walk_module(module, keys, tell)?;
    }
    for message in device.queue.iter() {
        tell(Change(Kind::Message(&id.device_id, message)))?;
    }
    Ok(())
}

fn walk_module<E>(module: &Module, keys: bool, tell: Tell<'_, E>) -> Result<(), E> {
    let mut identity = module.identity.clone();
    identity.connection_state = ConnectionState::Disconnected;
    if !keys {
        identity.authentication.symmetric_key = SymmetricKey::default();
    }
    let id = Identity {
        device_id: identity.device_id.clone(),
        module_id: Some(identity.module_id.clone()),
    };
    tell(Change(Kind::Module(&identity)))?;
    tell(Change(Kind::Twin(&id, &module.twin)))
}

/// Reading.
impl Hub {
    /// The hub that a snapshot tells of, with all that time did to it until `now`. It has no connections, and it has
    /// every later change committed to `store`. The options are not in a snapshot, but for the number of partitions, which
    /// stays what it is; the seed decides on new keys only.
    pub fn restore(
        options: HubOptions,
        store: Box<dyn Store>,
        now: Timestamp,
        snapshot: &str,
    ) -> Result<Self, SnapshotError> {
        Self::restore_lines(options, store, now, snapshot.lines())
    }

    /// As [`Hub::restore`] does, from one line after the other.
    pub fn restore_lines<L: AsRef<str>>(
        options: HubOptions,
        store: Box<dyn Store>,
        now: Timestamp,
        lines: impl IntoIterator<Item = L>,
    ) -> Result<Self, SnapshotError> {
        let mut replay = Replay {
            hub: Self::with_store(options, store),
            messages: BTreeMap::new(),
            feedback: BTreeMap::new(),
            partitions: Vec::new(),
            senders: BTreeSet::new(),
        };
        let mut lines = lines.into_iter().enumerate();
        let first = lines.next();
        read(first.as_ref().map_or("", |(_, line)| line.as_ref()))
            .and_then(|header| replay.header(header))
            .map_err(at_line(0))?;
        for (index, line) in lines {
            read(line.as_ref())
                .and_then(|entry| replay.entry(entry))
                .map_err(at_line(index))?;
        }
        Ok(replay.end(now))
    }
}

/// A hub as the lines so far tell of it.
struct Replay {
    hub: Hub,
    /// The messages of each device's queue, by sequence number.
    messages: BTreeMap<String, BTreeMap<u64, QueuedMessage>>,
    feedback: BTreeMap<u64, PendingFeedback>,
    /// Where partitions go on, whatever events there are.
    partitions: Vec<EventBounds>,
    /// Who sent events.
    senders: BTreeSet<Arc<Sender>>,
}

impl Replay {
    fn header(&mut self, header: Header) -> Result<(), String> {
        let hub = &mut self.hub;
        if header.format != FORMAT {
            let came = header.format;
            return Err(format!(
                "expected form {FORMAT}, got {came}: it is of another version of this hub"
            ));
        }
        if !header
            .host_name
            .eq_ignore_ascii_case(&hub.options.host_name)
        {
            let (own, other) = (&hub.options.host_name, header.host_name);
            return Err(format!("expected a snapshot of {own}, got one of {other}"));
        }
        if header.partitions.iter().any(|it| !it.is_possible()) {
            return Err(format!("expected numbers of events up to {MOST_NUMBER}"));
        }
        hub.events = EventLog::with_partitions(count(&header.partitions)?, &hub.options);
        self.partitions = header.partitions;
        hub.random.set_position(header.random);
        hub.registry.set_last_generation(header.last_generation);
        hub.limits.counters = header.counters;
        Ok(())
    }

    fn entry(&mut self, entry: Entry) -> Result<(), String> {
        match entry {
            Entry::Policy(record) => self.policy(record)?,
            Entry::Device(identity) => self.device(*identity)?,
            Entry::DeviceGone(id) => self.device_gone(&id),
            Entry::Module(identity) => self.module(*identity)?,
            Entry::ModuleGone(id) => {
                self.hub.registry.forget_module(&id);
                self.hub.sessions.forget(&id);
            }
            Entry::Twin(id, twin) => self.twin(&id, *twin)?,
            Entry::Message(device_id, message) => self.message(device_id, *message)?,
            Entry::MessageGone(device_id, number) => {
                if let Some(messages) = self.messages.get_mut(&device_id) {
                    messages.remove(&number);
                }
            }
            Entry::Feedback(record) => {
                self.known(&Identity::device(&record.record.device_id))?;
                self.feedback.insert(record.number, *record);
            }
            Entry::FeedbackGone(number) => {
                self.feedback.remove(&number);
            }
            Entry::Session(id, session) => {
                self.known(&id)?;
                self.hub.sessions.put(&id, session);
            }
            Entry::SessionGone(id) => self.hub.sessions.forget(&id),
            Entry::Event(mut event) => {
                event.share_sender(&mut self.senders);
                self.hub.events.restore(*event)?;
            }
        }
        Ok(())
    }

    fn policy(&mut self, record: PolicyRecord) -> Result<(), String> {
        let hub = &mut self.hub;
        let keys = record.keys.unwrap_or_default().requested().map_err(words)?;
        let (primary_key, secondary_key) = match keys {
            Keys::Given { primary, secondary } => (primary, secondary),
            Keys::Generate | Keys::None => (hub.random.key(), hub.random.key()),
        };
        let policy = AccessPolicy {
            name: record.name,
            primary_key,
            secondary_key,
            permissions: record.permissions,
        };
        match hub.policies.iter_mut().find(|it| it.name == policy.name) {
            Some(known) => *known = policy,
            None => hub.policies.push(policy),
        }
        Ok(())
    }

    fn device(&mut self, mut identity: DeviceIdentity) -> Result<(), String> {
        let update = DeviceIdentityUpdate::from(&identity);
        let keys = update.validate(&identity.device_id).map_err(words)?;
        self.keys(&mut identity.authentication, &keys);
        identity.connection_state = ConnectionState::Disconnected;
        self.hub.registry.restore_device(identity);
        Ok(())
    }

    fn device_gone(&mut self, id: &str) {
        self.hub.registry.forget_device(id);
        self.hub.sessions.forget_device(id);
        self.messages.remove(id);
        self.feedback.retain(|_, it| it.record.device_id != id);
    }

    fn module(&mut self, mut identity: ModuleIdentity) -> Result<(), String> {
        self.known(&Identity::device(&identity.device_id))?;
        let keys = identity.authentication.symmetric_key.requested();
        self.keys(&mut identity.authentication, &keys.map_err(words)?);
        identity.connection_state = ConnectionState::Disconnected;
        self.hub.registry.restore_module(identity);
        Ok(())
    }

    /// Draws keys for an identity that needs some and comes without.
    fn keys(&mut self, authentication: &mut Authentication, keys: &Keys) {
        if authentication.kind == AuthenticationType::Sas && *keys == Keys::Generate {
            let random = &mut self.hub.random;
            authentication.symmetric_key = SymmetricKey::new(&random.key(), &random.key());
        }
    }

    fn twin(&mut self, id: &Identity, twin: Twin) -> Result<(), String> {
        twin.check().map_err(words)?;
        let place = self.hub.registry.twin_mut(id);
        *place.ok_or_else(|| unknown(id))? = twin;
        Ok(())
    }

    fn message(&mut self, device_id: String, message: QueuedMessage) -> Result<(), String> {
        self.known(&Identity::device(&device_id))?;
        let messages = self.messages.entry(device_id).or_default();
        messages.insert(message.sequence_number, message);
        if messages.len() > MOST_MESSAGES {
            return Err(format!(
                "expected at most {MOST_MESSAGES} messages for a device"
            ));
        }
        Ok(())
    }

    fn known(&self, id: &Identity) -> Result<(), String> {
        let known = self.hub.registry.require_identity(id);
        known.map_err(|_| unknown(id))
    }

    /// The hub, once all lines are read.
    fn end(self, now: Timestamp) -> Hub {
        let mut hub = self.hub;
        for bounds in &self.partitions {
            hub.events.skip_to(bounds);
        }
        for (device_id, messages) in self.messages {
            hub.restore_queue(&device_id, messages.into_values());
        }
        for record in self.feedback.into_values() {
            hub.restore_feedback(record);
        }
        hub.advance(now);
        hub
    }
}

/// How many partitions the hub was made with.
fn count(partitions: &[EventBounds]) -> Result<u16, String> {
    let numbers = partitions.iter().map(|it| it.partition);
    match u16::try_from(partitions.len()) {
        Ok(0) => Ok(DEFAULT_PARTITIONS),
        Ok(count @ ..=MOST_PARTITIONS) if numbers.eq(0..count) => Ok(count),
        _ => Err(format!(
            "expected the partitions from 0 on, at most {MOST_PARTITIONS}"
        )),
    }
}

fn unknown(id: &Identity) -> String {
    match &id.module_id {
        None => format!("the device {:?} is not in the lines before", id.device_id),
        Some(module) => format!(
            "the module {module:?} of {:?} is not in the lines before",
            id.device_id
        ),
    }
}

fn words(error: ServiceError) -> String {
    error.message
}

fn read<'a, T: Deserialize<'a>>(line: &'a str) -> Result<T, String> {
    serde_json::from_slice(line.as_bytes()).map_err(|error| {
        // The error's own text may repeat a value, and a value may be a key.
        format!(
            "expected a record of a snapshot; see column {}",
            error.column()
        )
    })
}

fn at_line(index: usize) -> impl Fn(String) -> SnapshotError {
    move |problem| SnapshotError {
        line: index + 1,
        problem,
    }
}
