//! What a client of AMQP finds behind its connection: the addresses, who may use them, and what happens there.
//!
//! A container takes the connection's events and starts work at the hub. Whoever runs it gives it bytes and time, waits
//! for the work, and sends what the connection has to say.

mod authorise;
mod cloud_to_device;
mod feedback;
mod links;
mod requests;
mod telemetry;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use bytes::Bytes;
use fe2o3_amqp_types::performatives::Attach;
use futures::{future::BoxFuture, stream::FuturesUnordered};
use http::{Request, Response};
use tokio::sync::mpsc;
use wire::{
    event::{Event as TelemetryEvent, EventPosition},
    timestamp::Timestamp,
};

use super::{
    Settings,
    condition::{self, error},
    connection::{Connection, Disposal, Event, Message},
    extent::PartitionExtent,
    filter::Start,
    hub_request,
    link::LinkId,
    message::Received,
    readers::{Place, Stolen},
    request_response::describe_partition,
    tokens::{Grants, Side},
    unsent::Share,
};
use crate::{
    host::{HubHandle, Stopped},
    observer::{Party, Refused, What},
};

/// The largest message that a client may send. That of a device's queue is checked by the hub, and is smaller.
const MOST_MESSAGE_BYTES: usize = 256 * 1024;
/// The most messages that wait for the hub before no more bytes are read.
const MOST_WAITING: usize = 256;
/// The most bytes that wait for the client before no more is read or asked for.
const MOST_UNSENT: usize = 1024 * 1024;
/// The same while much waits for others: what the client's windows hold back. Nothing else may wait for it then.
const MOST_UNSENT_IN_CROWD: usize = 16 * 1024;

/// What came of something that the hub was asked.
pub(super) enum Done {
    /// The device that a message is for was found.
    Addressed(Message, Box<Received>, String),
    /// The hub took a message, or refused it.
    Sent(Message, Response<Vec<u8>>),
    /// Feedback came, or none.
    Feedback(LinkId, Response<Vec<u8>>),
    /// Feedback was completed or abandoned.
    FeedbackSettled,
    /// A partition was measured, for a client that is to read it.
    Measured(LinkId, Box<(Attach, Place, Target)>, PartitionExtent),
    /// A partition was measured, for a client that asked about it.
    Described(Message, Box<Received>, u16, PartitionExtent),
    /// Events were read.
    Read(Vec<Batch>),
    /// The hub has stopped.
    Stopped,
}

/// The work under way at the hub.
pub(super) type Work = FuturesUnordered<BoxFuture<'static, Done>>;

/// Where a reader wants to start.
pub(super) struct Target {
    partition: u16,
    start: Start,
}

/// What was read of a partition for a link.
pub(super) struct Batch {
    link: LinkId,
    events: Vec<TelemetryEvent>,
    is_all: bool,
    /// How far the partition reaches, for a reader that wants to know.
    extent: Option<PartitionExtent>,
}

/// A link, as its client uses it.
struct Attachment {
    session: u16,
    /// What must be open for it to live.
    door: Option<(Side, String)>,
    kind: Kind,
}

enum Kind {
    PutTokens,
    Ask,
    Answers(Answers),
    DeviceBound,
    Feedback(FeedbackLink),
    Partition(Box<Reader>),
    /// Not answered yet.
    Asked,
}

/// Where answers go out.
struct Answers {
    is_cbs: bool,
    address: Option<String>,
    waiting: VecDeque<Bytes>,
}

#[derive(Default)]
struct FeedbackLink {
    is_asking: bool,
    locks: BTreeMap<u32, String>,
}

struct Reader {
    partition: u16,
    position: EventPosition,
    is_settled: bool,
    /// Whether it wants to hear with each event how far the partition reaches.
    wants_metrics: bool,
    /// Whether there may be events that it has not read.
    may_have: bool,
    _place: Place,
}

/// One client's connection and all that belongs to it.
pub(super) struct Container {
    pub(super) connection: Connection,
    pub(super) work: Work,
    hub: HubHandle,
    settings: Arc<Settings>,
    party: Party,
    grants: Grants,
    was_authorised: bool,
    links: BTreeMap<LinkId, Attachment>,
    sends: VecDeque<Message>,
    is_sending: bool,
    is_reading: bool,
    turn: usize,
    share: Share,
    thief: mpsc::UnboundedSender<Stolen>,
    pub(super) stolen: mpsc::UnboundedReceiver<Stolen>,
}

/// What happens.
impl Container {
    /// A container for a connection of which nothing has come yet.
    pub(super) fn new(hub: HubHandle, settings: Arc<Settings>, party: Party) -> Self {
        let (thief, stolen) = mpsc::unbounded_channel();
        Self {
            connection: Connection::new(hub.host_name().to_owned()),
            share: settings.unsent.share(),
            work: Work::new(),
            hub,
            settings,
            party,
            grants: Grants::default(),
            was_authorised: false,
            links: BTreeMap::new(),
            sends: VecDeque::new(),
            is_sending: false,
            is_reading: false,
            turn: 0,
            thief,
            stolen,
        }
    }

    /// Tells of something that the client was refused.
    fn refused(&self, what: What, subject: &str, code: &'static str, reason: &str) {
        self.hub.observer().refused(&Refused {
            what,
            protocol: self.party.protocol,
            peer: self.party.peer,
            subject,
            code,
            reason,
        });
    }

    /// Bytes came in.
    pub(super) fn receive(&mut self, now: Timestamp, bytes: &[u8]) {
        self.connection.receive(bytes);
        self.drain(now);
    }

    /// Work was done.
    pub(super) fn done(&mut self, now: Timestamp, done: Done) {
        match done {
            Done::Addressed(message, received, device) => {
                self.send_to_device(message, *received, &device);
            }
            Done::Sent(message, response) => {
                self.is_sending = false;
                let disposal =
                    hub_request::refusal(&response).map_or(Disposal::Accepted, Disposal::Rejected);
                self.connection.settle(&message, disposal);
            }
            Done::Feedback(link, response) => self.feedback_came(link, response),
            Done::FeedbackSettled => {}
            Done::Measured(link, reader, extent) => self.begin_reading(link, *reader, &extent),
            Done::Described(message, request, partition, extent) => {
                let entity = self.settings.entity.clone();
                let answer = describe_partition(&entity, partition, extent);
                self.answer(&message, &request, answer);
            }
            Done::Read(batches) => self.events_came(now, batches),
            Done::Stopped => {
                let why = "the hub has stopped; connect again later";
                self.connection
                    .close(error(condition::CONNECTION_FORCED, why));
            }
        }
        self.drain(now);
    }

    /// The hub has kept something: there may be new events.
    pub(super) fn revised(&mut self, now: Timestamp) {
        for attachment in self.links.values_mut() {
            if let Kind::Partition(reader) = &mut attachment.kind {
                reader.may_have = true;
            }
        }
        self.drain(now);
    }

    /// Another reader took a partition over.
    pub(super) fn taken_over(&mut self, now: Timestamp, (link, epoch): Stolen) {
        let why = format!(
            "a receiver with the epoch {epoch} was created, hence this one is being disconnected"
        );
        self.detach(link, error(condition::STOLEN, why));
        self.drain(now);
    }

    /// Time went by: tokens expire, and feedback may have become ready.
    pub(super) fn tick(&mut self, now: Timestamp) {
        if self.grants.expire(now) {
            self.detach_unauthorised();
        }
        let waiting: Vec<_> = self
            .links
            .iter()
            .filter(|(_, it)| matches!(it.kind, Kind::Feedback(_)))
            .map(|(link, _)| *link)
            .collect();
        for link in waiting {
            self.ask_for_feedback(link);
        }
        self.drain(now);
    }

    /// When a token expires next.
    pub(super) fn next_expiry(&self) -> Option<Timestamp> {
        self.grants.next_expiry()
    }

    /// Whether anything waits for time to go by.
    pub(super) fn waits_for_feedback(&self) -> bool {
        let mut links = self.links.values();
        links.any(|it| matches!(it.kind, Kind::Feedback(_)))
    }

    /// Whether a link waits for events.
    pub(super) fn waits_for_events(&self) -> bool {
        let mut links = self.links.values();
        links.any(|it| matches!(it.kind, Kind::Partition(_)))
    }

    /// Whether the client has ever put a token that was right.
    pub(super) fn was_authorised(&self) -> bool {
        self.was_authorised
    }

    /// Whether more bytes may be read: not while too much waits for the hub or for the client.
    pub(super) fn has_room(&self) -> bool {
        self.sends.len() + self.work.len() < MOST_WAITING && !self.is_full()
    }

    /// Whether enough waits for the client.
    fn is_full(&self) -> bool {
        let waiting = self.connection.waiting_bytes();
        if self.share.is_crowded() {
            self.connection.has_output() || waiting >= MOST_UNSENT_IN_CROWD
        } else {
            waiting >= MOST_UNSENT
        }
    }

    /// Sends what the hub has for the client, if the client reads it.
    pub(super) fn go_on(&mut self) {
        self.share.set(self.connection.waiting_bytes());
        self.read_events();
        self.send_next();
    }

    /// Gives back what the client has received and not settled.
    pub(super) fn abandon_all(&mut self) {
        let links: Vec<_> = self.links.keys().copied().collect();
        for link in links {
            self.gone(link);
        }
    }

    fn drain(&mut self, now: Timestamp) {
        while let Some(event) = self.connection.poll() {
            match event {
                Event::Sasl(init) => {
                    let is_true = self.authenticate(now, &init);
                    self.connection.authenticated(is_true);
                }
                Event::Attach(link, attach) => self.attach(link, &attach),
                Event::Message(message) => self.message_came(now, message),
                Event::Credit(link) => self.credit_came(link),
                Event::Settled {
                    link,
                    delivery,
                    is_accepted,
                } => self.settled(link, delivery, is_accepted),
                Event::Gone(link) => self.gone(link),
            }
        }
        self.go_on();
    }
}

/// Work at the hub.
impl Container {
    fn ask(
        &mut self,
        request: Request<Vec<u8>>,
        done: impl FnOnce(Response<Vec<u8>>) -> Done + Send + 'static,
    ) {
        let hub = self.hub.clone();
        self.start(async move { Ok(done(hub.request(request).await?)) });
    }

    fn start(&mut self, work: impl Future<Output = Result<Done, Stopped>> + Send + 'static) {
        let work = async move { work.await.unwrap_or(Done::Stopped) };
        self.work.push(Box::pin(work));
    }
}
