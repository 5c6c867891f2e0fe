//! What a client of AMQP finds behind its connection: the addresses, who may use them, and what happens there.
//!
//! A container takes the connection's events and starts work at the hub. Whoever runs it gives it bytes and time, waits
//! for the work, and sends what the connection has to say.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use bytes::Bytes;
use fe2o3_amqp_types::{
    definitions::{Error, Role, SenderSettleMode},
    performatives::Attach,
    sasl::SaslInit,
};
use futures::{future::BoxFuture, stream::FuturesUnordered};
use http::{Request, Response};
use serde_amqp::Value;
use tokio::sync::mpsc;
use wire::{
    event::{Event as TelemetryEvent, EventPosition},
    secret::SecretString,
    timestamp::Timestamp,
};

use super::{
    Settings,
    address::{Node, device_of, is_of_module},
    condition::{self, error, with_info},
    connection::{Connection, Disposal, Event, Message},
    event_message::{write_event, write_feedback},
    extent::PartitionExtent,
    filter::Start,
    frame::MOST_FRAME_BYTES,
    hub_request,
    link::LinkId,
    message::{Property, Received, to_integer, to_text},
    readers::{Place, Stolen},
    request_response::{
        Answer, EventHubFacts, Question, describe_event_hub, describe_partition, read_put_token,
        read_question,
    },
    tokens::{Doors, Grants, Side},
};
use crate::host::{HubHandle, Stopped};

/// The largest message that a client may send. That of a device's queue is checked by the hub, and is smaller.
const MOST_MESSAGE_BYTES: usize = 256 * 1024;
/// The most messages that wait for the hub before no more bytes are read.
const MOST_WAITING: usize = 256;
/// The most bytes that wait for the client before no more is read or asked for.
const MOST_UNSENT: usize = 1024 * 1024;
/// The most bytes of events that one look at the hub brings.
const MOST_READ_BYTES: usize = 512 * 1024;
/// How many events are taken out of a partition at a time.
const CHUNK: usize = 16;
/// The most answers that wait for a client which gives no credit for them.
const MOST_ANSWERS: usize = 64;
/// The most batches of feedback that a client holds at a time.
const MOST_FEEDBACK: usize = 16;

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
    /// Whether there may be events that it has not read.
    may_have: bool,
    is_reading: bool,
    _place: Place,
}

/// One client's connection and all that belongs to it.
pub(super) struct Container {
    pub(super) connection: Connection,
    pub(super) work: Work,
    hub: HubHandle,
    settings: Arc<Settings>,
    grants: Grants,
    was_authorised: bool,
    links: BTreeMap<LinkId, Attachment>,
    sends: VecDeque<Message>,
    is_sending: bool,
    is_reading: bool,
    turn: usize,
    thief: mpsc::UnboundedSender<Stolen>,
    pub(super) stolen: mpsc::UnboundedReceiver<Stolen>,
}

/// What happens.
impl Container {
    /// A container for a connection of which nothing has come yet.
    pub(super) fn new(hub: HubHandle, settings: Arc<Settings>) -> Self {
        let (thief, stolen) = mpsc::unbounded_channel();
        Self {
            connection: Connection::new(hub.host_name().to_owned()),
            work: Work::new(),
            hub,
            settings,
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
            Done::Read(batches) => self.events_came(batches),
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
        self.sends.len() + self.work.len() < MOST_WAITING
            && self.connection.waiting_bytes() < MOST_UNSENT
    }

    /// Sends what the hub has for the client, if the client reads it.
    pub(super) fn go_on(&mut self) {
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
                Event::Attach(link, attach) => self.attach(link, *attach),
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

/// Who the client is.
impl Container {
    /// ANONYMOUS and MSSBCBS bring their token later. PLAIN brings a policy's token, or the key itself.
    fn authenticate(&mut self, now: Timestamp, init: &SaslInit) -> bool {
        match init.mechanism.as_str() {
            "ANONYMOUS" | "MSSBCBS" => true,
            "PLAIN" => init
                .initial_response
                .as_ref()
                .is_some_and(|response| self.authenticate_plain(now, response)),
            _ => false,
        }
    }

    fn authenticate_plain(&mut self, now: Timestamp, response: &[u8]) -> bool {
        let mut parts = response.split(|byte| *byte == 0);
        let (Some(_), Some(user), Some(password), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return false;
        };
        let (Ok(user), Ok(password)) = (str::from_utf8(user), str::from_utf8(password)) else {
            return false;
        };
        let grant = match user.split_once("@sas.root.") {
            Some((_, hub)) if !hub.eq_ignore_ascii_case(self.hub_name()) => None,
            Some((policy, _)) => {
                let audience = self.hub.host_name();
                let grant = self.doors().open(now, audience, password).ok();
                grant.filter(|it| it.is_of(policy))
            }
            None => self
                .doors()
                .open_with_key(user, SecretString::from(password)),
        };
        grant.is_some_and(|grant| {
            self.was_authorised = true;
            self.grants.put(grant).is_ok()
        })
    }

    fn hub_name(&self) -> &str {
        let host_name = self.hub.host_name();
        host_name
            .split_once('.')
            .map_or(host_name, |(name, _)| name)
    }

    fn doors(&self) -> Doors<'_> {
        Doors {
            host_name: self.hub.host_name(),
            event_hub_host: &self.settings.host_name,
            entity: &self.settings.entity,
            policies: self.hub.policies(),
        }
    }

    /// Puts a token. The disposition goes out before the answer: one client takes the answer for a failure otherwise.
    fn put_token(&mut self, now: Timestamp, message: &Message, request: &Received) {
        let answer = match read_put_token(request) {
            Err(refusal) => refusal,
            Ok((audience, token)) => {
                let grant = self.doors().open(now, &audience, token);
                match grant.and_then(|grant| self.grants.put(grant)) {
                    Ok(()) => {
                        self.was_authorised = true;
                        Answer::ok(None)
                    }
                    Err(refusal) => refusal.into(),
                }
            }
        };
        self.connection.settle(message, Disposal::Accepted);
        self.answer(message, request, answer);
    }

    /// Why a link may not be: no token opens its address, or the token's policy lacks the right.
    fn check(&self, side: Side, path: &str) -> Result<(), Error> {
        let why = match self.grants.find(side, path) {
            Some(grant) if grant.is_service() => return Ok(()),
            Some(_) => {
                "the token's policy may not do this; expected one with the permission ServiceConnect"
            }
            None => match side {
                Side::Hub => {
                    "no token opens this address; put one on $cbs whose resource (sr) is the hub's host name"
                }
                Side::EventHub => {
                    "no token opens this address; put one on $cbs whose resource (sr) is sb://host/event-hub"
                }
            },
        };
        let why = format!("Unauthorized access: {why}. The address is '{path}'.");
        Err(error(condition::UNAUTHORIZED_ACCESS, why))
    }

    fn detach_unauthorised(&mut self) {
        let shut: Vec<_> = self
            .links
            .iter()
            .filter_map(|(link, attachment)| {
                let (side, path) = attachment.door.as_ref()?;
                self.check(*side, path).is_err().then_some(*link)
            })
            .collect();
        for link in shut {
            let why = "the token that opened this link has expired; put a new one before that";
            self.detach(link, error(condition::UNAUTHORIZED_ACCESS, why));
        }
    }
}

/// Links.
impl Container {
    fn attach(&mut self, link: LinkId, attach: Attach) {
        let Some(session) = self.connection.session(link) else {
            return;
        };
        match self.find(&attach) {
            Ok((kind, door)) => {
                let attachment = Attachment {
                    session,
                    door,
                    kind,
                };
                self.links.insert(link, attachment);
                self.connection.accept(link, &attach, MOST_MESSAGE_BYTES);
            }
            Err(Refused::With(error)) => self.connection.refuse(link, &attach, error),
            Err(Refused::Partition { group, partition }) => {
                let attachment = Attachment {
                    session,
                    door: Some((Side::EventHub, String::new())),
                    kind: Kind::Asked,
                };
                self.links.insert(link, attachment);
                if let Err(error) = self.measure(link, &attach, &group, &partition) {
                    self.links.remove(&link);
                    self.connection.refuse(link, &attach, error);
                }
            }
        }
    }

    /// What is at a link's address, if the client may have it.
    fn find(&self, attach: &Attach) -> Result<(Kind, Option<(Side, String)>), Refused> {
        let (address, is_sender) = terminus(attach);
        let node = Node::at(&address, &self.settings.entity);
        let door = |side, path: &str| Some((side, path.to_owned()));
        let hub = |path| self.check(Side::Hub, path).map(|()| door(Side::Hub, path));
        match (node, is_sender) {
            (Node::Cbs, true) => Ok((Kind::PutTokens, None)),
            (Node::Cbs, false) => Ok((Kind::Answers(Answers::of(attach, true)), None)),
            (Node::Management, _) => {
                self.check(Side::EventHub, "$management")?;
                let kind = if is_sender {
                    Kind::Ask
                } else {
                    Kind::Answers(Answers::of(attach, false))
                };
                Ok((kind, door(Side::EventHub, "$management")))
            }
            (Node::DeviceBound, true) => Ok((Kind::DeviceBound, hub("messages/devicebound")?)),
            (Node::Feedback, false) => Ok((
                Kind::Feedback(FeedbackLink::default()),
                hub("messages/servicebound/feedback")?,
            )),
            (Node::Events, false) => {
                hub("messages/events")?;
                Err(self.redirect().into())
            }
            (Node::Partition { group, partition }, false) => {
                self.check(Side::EventHub, &address)?;
                Err(Refused::Partition { group, partition })
            }
            (Node::NotSupported(what), _) => {
                let why = format!("this hub does not support {what}");
                Err(error(condition::NOT_IMPLEMENTED, why).into())
            }
            (Node::Unknown, _) => {
                let why = format!("there is nothing at the address '{}'", shorten(&address));
                Err(error(condition::NOT_FOUND, why).into())
            }
            _ => {
                let why = "the link has the wrong direction for its address";
                Err(error(condition::NOT_ALLOWED, why).into())
            }
        }
    }

    /// The way to the event hub.
    fn redirect(&self) -> Error {
        let Settings {
            host_name,
            port,
            entity,
            ..
        } = &*self.settings;
        let address = format!("amqps://{host_name}:{port}/{entity}/");
        with_info(
            condition::REDIRECT,
            "telemetry is read from the event hub at the address in this error's info",
            [
                ("hostname", Value::from(host_name.as_str())),
                ("network-host", Value::from(host_name.as_str())),
                ("port", Value::Uint((*port).into())),
                ("address", Value::from(address)),
            ],
        )
    }

    /// Measures a partition before a client reads it: "from now on" means from before its link is there.
    fn measure(
        &mut self,
        link: LinkId,
        attach: &Attach,
        group: &str,
        partition: &str,
    ) -> Result<(), Error> {
        if !self.settings.has_group(group) {
            let why = format!(
                "there is no consumer group '{}' here; expected one of those that this hub was started with",
                shorten(group)
            );
            return Err(error(condition::NOT_FOUND, why));
        }
        let count = self.hub.partition_count();
        let number = partition.parse().ok().filter(|it: &u16| *it < count);
        let number = number.ok_or_else(|| {
            let why = format!(
                "there is no partition '{}'; expected 0 to {}",
                shorten(partition),
                count.saturating_sub(1)
            );
            error(condition::ARGUMENT_OUT_OF_RANGE, why)
        })?;
        let start = Start::of(attach.source.as_deref())
            .map_err(|why| error(condition::ARGUMENT_ERROR, why.to_string()))?;
        let epoch = property(attach, "com.microsoft:epoch").and_then(to_integer);
        let place = self
            .settings
            .readers
            .sit(group, number, epoch, (link, &self.thief))
            .map_err(|why| {
                let condition = match why {
                    super::readers::ReaderError::Held { .. } => condition::STOLEN,
                    super::readers::ReaderError::TooMany => condition::RESOURCE_LIMIT_EXCEEDED,
                };
                error(condition, why.to_string())
            })?;
        let target = Target {
            partition: number,
            start,
        };
        let reader = Box::new((attach.clone(), place, target));
        let hub = self.hub.clone();
        self.start(async move {
            let extent = hub.look(move |hub| PartitionExtent::of(hub, number)).await;
            match extent? {
                Some(extent) => Ok(Done::Measured(link, reader, extent)),
                None => Err(Stopped),
            }
        });
        Ok(())
    }

    fn begin_reading(
        &mut self,
        link: LinkId,
        (attach, place, target): (Attach, Place, Target),
        extent: &PartitionExtent,
    ) {
        let Some(attachment) = self.links.get_mut(&link) else {
            return;
        };
        attachment.kind = Kind::Partition(Box::new(Reader {
            partition: target.partition,
            position: target.start.resolve(extent),
            is_settled: attach.snd_settle_mode != SenderSettleMode::Unsettled,
            may_have: true,
            is_reading: false,
            _place: place,
        }));
        self.connection.accept(link, &attach, MOST_MESSAGE_BYTES);
    }

    fn detach(&mut self, link: LinkId, error: Error) {
        if self.links.contains_key(&link) {
            self.connection.detach(link, error);
            self.gone(link);
        }
    }

    fn gone(&mut self, link: LinkId) {
        let Some(attachment) = self.links.remove(&link) else {
            return;
        };
        self.sends.retain(|message| message.link != link);
        if let Kind::Feedback(feedback) = attachment.kind {
            for lock in feedback.locks.into_values() {
                self.settle_feedback(&lock, false);
            }
        }
    }

    fn credit_came(&mut self, link: LinkId) {
        match self.links.get_mut(&link).map(|it| &mut it.kind) {
            Some(Kind::Answers(_)) => self.flush_answers(link),
            Some(Kind::Feedback(_)) => self.ask_for_feedback(link),
            // A client that drains wants to hear that there is nothing, which takes a look.
            Some(Kind::Partition(reader)) => reader.may_have = true,
            _ => {}
        }
    }
}

/// Messages that come in.
impl Container {
    fn message_came(&mut self, now: Timestamp, message: Message) {
        let Some(attachment) = self.links.get(&message.link) else {
            return;
        };
        if matches!(attachment.kind, Kind::DeviceBound) {
            self.sends.push_back(message);
            return;
        }
        let request = match Received::read(&message.bytes) {
            Ok(request) => request,
            Err(why) => {
                let error = error(condition::DECODE_ERROR, why.to_string());
                self.connection.settle(&message, Disposal::Rejected(error));
                return;
            }
        };
        match &attachment.kind {
            Kind::PutTokens => self.put_token(now, &message, &request),
            Kind::Ask => self.asked(message, request),
            _ => {}
        }
    }

    fn asked(&mut self, message: Message, request: Received) {
        self.connection.settle(&message, Disposal::Accepted);
        let facts = EventHubFacts {
            entity: &self.settings.entity,
            partitions: self.hub.partition_count(),
            created: self.settings.created,
        };
        match read_question(&request, &facts) {
            Err(refusal) => self.answer(&message, &request, refusal),
            Ok(Question::EventHub) => {
                let answer = describe_event_hub(&facts);
                self.answer(&message, &request, answer);
            }
            Ok(Question::Partition(partition)) => {
                let hub = self.hub.clone();
                let request = Box::new(request);
                self.start(async move {
                    let extent = hub
                        .look(move |hub| PartitionExtent::of(hub, partition))
                        .await;
                    match extent? {
                        Some(extent) => Ok(Done::Described(message, request, partition, extent)),
                        None => Err(Stopped),
                    }
                });
            }
        }
    }

    /// Answers on a link of the same session: that which the request names, or the newest.
    fn answer(&mut self, message: &Message, request: &Received, answer: Answer) {
        let Some(asked) = self.links.get(&message.link) else {
            return;
        };
        let (session, is_token) = (asked.session, matches!(asked.kind, Kind::PutTokens));
        let reply_to = request.property(Property::ReplyTo).and_then(to_text);
        let links = self.links.iter().filter_map(|(link, attachment)| {
            let Kind::Answers(answers) = &attachment.kind else {
                return None;
            };
            let fits = attachment.session == session && answers.is_cbs == is_token;
            fits.then_some((answers.address == reply_to, *link))
        });
        let (Some((_, link)), Ok(bytes)) = (links.max(), answer.write(request)) else {
            return;
        };
        if let Some(Kind::Answers(answers)) = self.links.get_mut(&link).map(|it| &mut it.kind)
            && answers.waiting.len() < MOST_ANSWERS
        {
            answers.waiting.push_back(bytes.into());
        }
        self.flush_answers(link);
    }

    fn flush_answers(&mut self, link: LinkId) {
        let Some(Kind::Answers(answers)) = self.links.get_mut(&link).map(|it| &mut it.kind) else {
            return;
        };
        let (mut credit, drain) = self.connection.credit(link);
        while credit > 0
            && let Some(bytes) = answers.waiting.pop_front()
        {
            self.connection.send(link, bytes, true);
            credit -= 1;
        }
        if drain && credit > 0 {
            self.connection.drained(link);
        }
    }

    /// Hands the hub the next message for a device, one at a time, so that they stay in order.
    fn send_next(&mut self) {
        while !self.is_sending
            && let Some(message) = self.sends.pop_front()
        {
            if let Err((message, error)) = self.address(message) {
                self.connection.settle(&message, Disposal::Rejected(error));
            }
        }
    }

    fn address(&mut self, message: Message) -> Result<(), (Message, Error)> {
        let received = match Received::read(&message.bytes) {
            Ok(received) => received,
            Err(why) => return Err((message, error(condition::DECODE_ERROR, why.to_string()))),
        };
        let to = received.property(Property::To).and_then(to_text);
        let to = to.unwrap_or_default();
        if is_of_module(&to) {
            let why =
                "this hub has no messages for modules; expected /devices/{id}/messages/devicebound";
            return Err((message, error(condition::NOT_IMPLEMENTED, why)));
        }
        let Some(device) = device_of(&to) else {
            let why = "Message.Properties.To must contain the device identifier: \
                       /devices/{id}/messages/devicebound";
            return Err((message, error(condition::NOT_ALLOWED, why)));
        };
        self.is_sending = true;
        let decoded = percent_encoding::percent_decode_str(device).decode_utf8();
        let decoded = decoded.map_or_else(|_| device.to_owned(), Into::into);
        if decoded == device {
            self.send_to_device(message, received, &decoded);
            return Ok(());
        }
        // Some clients encode the id and some do not, and a percent sign may be part of one.
        let (hub, raw, received) = (self.hub.clone(), device.to_owned(), Box::new(received));
        self.start(async move {
            let is_raw = {
                let raw = raw.clone();
                hub.look(move |hub| hub.device(&raw).is_some()).await?
            };
            let device = if is_raw { raw } else { decoded };
            Ok(Done::Addressed(message, received, device))
        });
        Ok(())
    }

    fn send_to_device(&mut self, message: Message, received: Received, device: &str) {
        let token = self.grants.token("messages/devicebound");
        let request = match token {
            Some(token) => hub_request::send_to_device(device, received, &token),
            None => Err(error(
                condition::UNAUTHORIZED_ACCESS,
                "the token that opened this link has expired; put a new one",
            )),
        };
        match request {
            Ok(request) => self.ask(request, move |response| Done::Sent(message, response)),
            Err(error) => {
                self.is_sending = false;
                self.connection.settle(&message, Disposal::Rejected(error));
            }
        }
    }
}

/// Feedback.
impl Container {
    fn ask_for_feedback(&mut self, link: LinkId) {
        let (credit, drain) = self.connection.credit(link);
        let token = self.grants.token("messages/servicebound/feedback");
        let Some(Kind::Feedback(feedback)) = self.links.get_mut(&link).map(|it| &mut it.kind)
        else {
            return;
        };
        if drain && feedback.is_asking {
            return;
        }
        let is_full = feedback.locks.len() >= MOST_FEEDBACK;
        let (Some(token), false) = (token, feedback.is_asking || is_full || credit == 0) else {
            return;
        };
        if let Ok(request) = hub_request::receive_feedback(&token) {
            feedback.is_asking = true;
            self.ask(request, move |response| Done::Feedback(link, response));
        }
    }

    fn feedback_came(&mut self, link: LinkId, response: Response<Vec<u8>>) {
        let batch = hub_request::read_feedback(response);
        let hub_name = self.hub_name().to_owned();
        let Some(Kind::Feedback(feedback)) = self.links.get_mut(&link).map(|it| &mut it.kind)
        else {
            // Its client went while it was on its way.
            if let Some((lock, _)) = batch {
                self.settle_feedback(&lock, false);
            }
            return;
        };
        feedback.is_asking = false;
        let Some((lock, records)) = batch else {
            if self.connection.credit(link).1 {
                self.connection.drained(link);
            }
            return;
        };
        let sent = write_feedback(&records, &hub_name)
            .ok()
            .and_then(|bytes| self.connection.send(link, bytes.into(), false));
        match sent {
            Some(delivery) => {
                feedback.locks.insert(delivery, lock);
                self.ask_for_feedback(link);
            }
            None => self.settle_feedback(&lock, false),
        }
    }

    fn settled(&mut self, link: LinkId, delivery: u32, is_accepted: bool) {
        let Some(Kind::Feedback(feedback)) = self.links.get_mut(&link).map(|it| &mut it.kind)
        else {
            return;
        };
        if let Some(lock) = feedback.locks.remove(&delivery) {
            self.settle_feedback(&lock, is_accepted);
            self.ask_for_feedback(link);
        }
    }

    fn settle_feedback(&mut self, lock: &str, is_accepted: bool) {
        // Without a token, the hub gives the batch back when its lock ends.
        let Some(token) = self.grants.token("messages/servicebound/feedback") else {
            return;
        };
        let request = if is_accepted {
            hub_request::complete_feedback(lock, &token)
        } else {
            hub_request::abandon_feedback(lock, &token)
        };
        if let Ok(request) = request {
            self.ask(request, |_| Done::FeedbackSettled);
        }
    }
}

/// Telemetry.
impl Container {
    /// Reads for all links that want events and may have some, with one look at the hub.
    fn read_events(&mut self) {
        if self.is_reading || self.connection.waiting_bytes() >= MOST_UNSENT {
            return;
        }
        let mut wanted = Vec::new();
        for (link, attachment) in &mut self.links {
            let Kind::Partition(reader) = &mut attachment.kind else {
                continue;
            };
            let (credit, _) = self.connection.credit(*link);
            if credit > 0 && reader.may_have {
                reader.may_have = false;
                reader.is_reading = true;
                let credit = usize::try_from(credit).unwrap_or(usize::MAX);
                wanted.push((*link, reader.partition, reader.position.clone(), credit));
            }
        }
        if wanted.is_empty() {
            return;
        }
        // Each time another link comes first, so that none takes all the room for ever.
        self.turn = self.turn.wrapping_add(1);
        let first = self.turn % wanted.len();
        wanted.rotate_left(first);
        self.is_reading = true;
        let hub = self.hub.clone();
        self.start(async move {
            let batches = hub.look(move |hub| read(hub, wanted)).await?;
            Ok(Done::Read(batches))
        });
    }

    fn events_came(&mut self, batches: Vec<Batch>) {
        self.is_reading = false;
        for batch in batches {
            self.give_events(batch);
        }
    }

    fn give_events(&mut self, batch: Batch) {
        let link = batch.link;
        let Some(Kind::Partition(reader)) = self.links.get_mut(&link).map(|it| &mut it.kind) else {
            return;
        };
        reader.is_reading = false;
        reader.may_have |= !batch.is_all;
        for event in batch.events {
            let number = event.sequence_number;
            let Ok(bytes) = write_event(event) else {
                continue;
            };
            // The client may have taken its credit back meanwhile.
            if self
                .connection
                .send(link, bytes.into(), reader.is_settled)
                .is_none()
            {
                reader.may_have = true;
                return;
            }
            reader.position = EventPosition::SequenceNumber {
                number,
                inclusive: false,
            };
        }
        let (credit, drain) = self.connection.credit(link);
        if batch.is_all && drain && credit > 0 {
            self.connection.drained(link);
        }
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

/// Why a link is not given at once.
enum Refused {
    With(Error),
    /// A partition must be measured first.
    Partition {
        group: String,
        partition: String,
    },
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::With(error)
    }
}

impl Answers {
    fn of(attach: &Attach, is_cbs: bool) -> Self {
        Self {
            is_cbs,
            address: target_address(attach),
            waiting: VecDeque::new(),
        }
    }
}

/// The address at this side's end of a link, and whether the client sends to it.
fn terminus(attach: &Attach) -> (String, bool) {
    let is_sender = attach.role == Role::Sender;
    let address = if is_sender {
        target_address(attach)
    } else {
        attach.source.as_ref().and_then(|it| it.address.clone())
    };
    (address.unwrap_or_default(), is_sender)
}

fn target_address(attach: &Attach) -> Option<String> {
    use fe2o3_amqp_types::messaging::TargetArchetype;

    attach.target.as_ref().and_then(|target| match &**target {
        TargetArchetype::Target(target) => target.address.clone(),
    })
}

fn property<'a>(attach: &'a Attach, name: &str) -> Option<&'a Value> {
    let properties = attach.properties.as_ref()?.iter();
    let mut values = properties.filter(|(own, _)| own.as_str() == name);
    values.next().map(|(_, value)| value)
}

/// At most so much of a stranger's text comes back to the stranger.
fn shorten(text: &str) -> String {
    text.chars().take(200).collect()
}

/// Reads events for several links, in their order, until there are enough bytes.
fn read(hub: &hub::Hub, wanted: Vec<(LinkId, u16, EventPosition, usize)>) -> Vec<Batch> {
    let mut bytes = 0;
    let mut batches = Vec::with_capacity(wanted.len());
    for (link, partition, mut from, most) in wanted {
        let mut batch = Batch {
            link,
            events: Vec::new(),
            is_all: false,
        };
        while bytes < MOST_READ_BYTES && batch.events.len() < most {
            let count = CHUNK.min(most - batch.events.len());
            let events = hub.read_events(partition, &from, count);
            bytes += events
                .iter()
                .map(|event| event.body.len() + MOST_FRAME_BYTES / 64)
                .sum::<usize>();
            batch.is_all = events.len() < count;
            if let Some(last) = events.last() {
                from = EventPosition::SequenceNumber {
                    number: last.sequence_number,
                    inclusive: false,
                };
            }
            batch.events.extend(events);
            if batch.is_all {
                break;
            }
        }
        batches.push(batch);
    }
    batches
}
