//! One AMQP connection, as a state machine without I/O: bytes go in, events and bytes come out.
//!
//! It knows the protocol and no address: what a link is for, and who may have it, is for whoever polls the events.
//! That one answers [`Event::Sasl`] and [`Event::Attach`], and drains [`Connection::poll`] after each call.
//!
//! This side uses the client's own channel and handle numbers for its half of sessions and links.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use fe2o3_amqp_types::{
    definitions::{Error, Handle, Role, SenderSettleMode},
    messaging::{Accepted, DeliveryState, Rejected, Source, Target, TargetArchetype},
    performatives::{
        Attach, Begin, ChannelMax, Close, Detach, Disposition, End as EndSession, Flow,
        MaxFrameSize, Open, Performative, Transfer,
    },
    sasl::{SaslCode, SaslInit, SaslMechanisms, SaslOutcome},
};
use serde::Serialize;
use serde_amqp::primitives::Symbol;

use super::{
    condition::{self, error},
    encoding::EncodingError,
    frame::{self, AMQP_HEADER, Frame, FrameError, MOST_FRAME_BYTES, SASL_HEADER},
    link::{CREDIT, End, Link, LinkId, Partial, Receiver, Sender, State},
    session::{HANDLE_MAX, MOST_UNSETTLED, Session, WINDOW},
};

/// How a client may authenticate. MSSBCBS is the old name for "with a token, later, on the link `$cbs`".
const MECHANISMS: [&str; 3] = ["MSSBCBS", "ANONYMOUS", "PLAIN"];
/// The highest channel: a connection has one session more at most.
const CHANNEL_MAX: u16 = 255;
/// The most links of a connection, over all sessions.
const MOST_LINKS: usize = 512;
/// The most bytes of messages that have come in part, over all links of a connection.
const MOST_PARTIAL_BYTES: usize = 4 * 1024 * 1024;
/// The smallest frame that both sides must take.
const LEAST_FRAME_BYTES: u32 = 512;
/// How long a client may be silent by what it is told; it is dropped after twice that. The client for C2D of the
/// service SDK for Python looks at its connection every two minutes only.
pub(super) const IDLE_TIME_OUT: Duration = Duration::from_secs(240);

const OPEN_FIELDS: usize = 10;
const BEGIN_FIELDS: usize = 8;
const ATTACH_FIELDS: usize = 14;
const FLOW_FIELDS: usize = 11;
const DISPOSITION_FIELDS: usize = 6;
const DETACH_FIELDS: usize = 3;
const CLOSE_FIELDS: usize = 1;

/// What happened on a connection.
#[derive(Debug)]
pub(super) enum Event {
    /// The client authenticates; [`Connection::authenticated`] answers.
    Sasl(SaslInit),
    /// The client asks for a link; [`Connection::accept`] or [`Connection::refuse`] answers.
    Attach(LinkId, Box<Attach>),
    /// A message came in; [`Connection::settle`] answers.
    Message(Message),
    /// The client wants messages, or wants to hear that there are none.
    Credit(LinkId),
    /// The client settled a message that went out to it.
    Settled {
        /// The link.
        link: LinkId,
        /// The delivery that [`Connection::send`] named.
        delivery: u32,
        /// Whether the client took the message.
        is_accepted: bool,
    },
    /// A link is gone.
    Gone(LinkId),
}

/// A message that came in.
#[derive(Debug)]
pub(super) struct Message {
    /// The link it came on.
    pub(super) link: LinkId,
    /// The delivery's number.
    pub(super) delivery: u32,
    /// Whether the client waits for the outcome.
    pub(super) is_settled: bool,
    /// Its sections, still encoded.
    pub(super) bytes: Bytes,
}

/// What becomes of a message that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Disposal {
    /// It was taken.
    Accepted,
    /// It was not, for this reason.
    Rejected(Error),
}

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The client's first header is expected, with SASL or without.
    Header,
    /// The client's choice of a mechanism is expected.
    SaslInit,
    /// Whoever polls has to say whether the client is who it says.
    SaslOutcome,
    /// After SASL, the header of AMQP is expected.
    HeaderAfterSasl,
    /// `open` is expected.
    Open,
    /// Everything else.
    Running,
    /// This side has closed, and waits for the client to do so.
    Closing,
    /// Nothing more comes in.
    Closed,
}

/// Why a connection ends at once: an error that is sent with `close`.
struct Fault(Error);

impl From<FrameError> for Fault {
    fn from(fault: FrameError) -> Self {
        let condition = match fault {
            FrameError::Encoding(_) => condition::DECODE_ERROR,
            _ => condition::FRAMING_ERROR,
        };
        Self(error(condition, fault.to_string()))
    }
}

impl From<EncodingError> for Fault {
    fn from(fault: EncodingError) -> Self {
        Self(error(condition::INTERNAL_ERROR, fault.to_string()))
    }
}

/// A connection.
pub(super) struct Connection {
    phase: Phase,
    container_id: String,
    input: BytesMut,
    output: BytesMut,
    events: VecDeque<Event>,
    sessions: BTreeMap<u16, Session>,
    /// The channels whose session has ended. Some clients detach links after they have ended the session.
    ended: BTreeSet<u16>,
    places: HashMap<LinkId, (u16, u32)>,
    last_link: u64,
    most_frame_bytes: usize,
    remote_idle_time_out: Option<Duration>,
    error: Option<Error>,
}

/// What comes in, and what goes out.
impl Connection {
    /// A connection of which nothing has come yet. `container_id` names this side.
    pub(super) fn new(container_id: String) -> Self {
        Self {
            phase: Phase::Header,
            container_id,
            input: BytesMut::new(),
            output: BytesMut::new(),
            events: VecDeque::new(),
            sessions: BTreeMap::new(),
            ended: BTreeSet::new(),
            places: HashMap::new(),
            last_link: 0,
            most_frame_bytes: MOST_FRAME_BYTES,
            remote_idle_time_out: None,
            error: None,
        }
    }

    /// Bytes came in.
    pub(super) fn receive(&mut self, bytes: &[u8]) {
        if self.phase != Phase::Closed {
            self.input.extend_from_slice(bytes);
            self.go_on();
        }
    }

    /// What happened next.
    pub(super) fn poll(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The bytes to send. Whoever sends them takes them out.
    pub(super) fn output(&mut self) -> &mut BytesMut {
        &mut self.output
    }

    /// How many bytes wait to be sent, those included that the client's windows hold back.
    pub(super) fn waiting_bytes(&self) -> usize {
        let sessions = self.sessions.values().map(Session::waiting_bytes);
        self.output.len() + sessions.sum::<usize>()
    }

    /// Whether `open` has been exchanged.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Running)
    }

    /// Whether this side is done, but for bytes to be sent.
    pub(super) fn is_closed(&self) -> bool {
        self.phase == Phase::Closed
    }

    /// Whether this side has closed and waits for the client to do so.
    pub(super) fn is_closing(&self) -> bool {
        self.phase == Phase::Closing
    }

    /// The error with which this side closed, if it did so.
    pub(super) fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// How long the client lets this side be silent.
    pub(super) fn remote_idle_time_out(&self) -> Option<Duration> {
        self.remote_idle_time_out
    }

    /// Tells the client that this side is alive.
    pub(super) fn keep_alive(&mut self) {
        if self.is_open() {
            frame::put_alive(&mut self.output);
        }
    }

    /// Closes the connection with an error.
    pub(super) fn close(&mut self, error: Error) {
        self.error = Some(error.clone());
        match self.phase {
            Phase::Running => {
                let close = Close { error: Some(error) };
                // A close that cannot be written is left out: the stream's end says as much.
                let _ = frame::put(&mut self.output, 0, (&close, CLOSE_FIELDS));
                self.phase = Phase::Closing;
            }
            Phase::Open => {
                // Both sides open before they close.
                let close = Close { error: Some(error) };
                if self.put_open().is_ok() {
                    let _ = frame::put(&mut self.output, 0, (&close, CLOSE_FIELDS));
                }
                self.phase = Phase::Closed;
            }
            Phase::Closing => {}
            _ => self.phase = Phase::Closed,
        }
        self.sessions.clear();
        let gone = self.places.drain().map(|(link, _)| Event::Gone(link));
        self.events.extend(gone);
    }
}

/// What whoever polls does.
impl Connection {
    /// Says whether the client is who it says.
    pub(super) fn authenticated(&mut self, is_true: bool) {
        if self.phase != Phase::SaslOutcome {
            return;
        }
        let code = if is_true {
            SaslCode::Ok
        } else {
            SaslCode::Auth
        };
        let outcome = SaslOutcome {
            code,
            additional_data: None,
        };
        let put = frame::put_outcome(&mut self.output, &outcome);
        self.phase = if is_true && put.is_ok() {
            Phase::HeaderAfterSasl
        } else {
            Phase::Closed
        };
        self.go_on();
    }

    /// Gives the client the link that it asked for: this side's attach, with credit if the client is to send.
    pub(super) fn accept(&mut self, link: LinkId, attach: &Attach, most_bytes: usize) {
        let is_sender = attach.role == Role::Receiver;
        let done = self.with_link(link, |output, channel, session, handle| {
            put_attach(output, channel, attach, most_bytes)?;
            if let Some(link) = session.links.get_mut(&handle) {
                link.state = State::Attached;
                if let End::Receiver(receiver) = &mut link.end {
                    receiver.most_bytes = most_bytes;
                }
            }
            if !is_sender {
                put_credit(output, channel, session, handle)?;
            }
            Ok(())
        });
        self.settle_fault(done);
        if is_sender {
            self.events.push_back(Event::Credit(link));
        }
    }

    /// Refuses the client the link that it asked for.
    pub(super) fn refuse(&mut self, link: LinkId, attach: &Attach, error: Error) {
        // A link exists for a moment, so that it can be detached with an error.
        let done = self.with_link(link, |output, channel, _, _| {
            put_attach(output, channel, attach, MOST_FRAME_BYTES)
        });
        self.settle_fault(done);
        self.detach(link, error);
    }

    /// Detaches a link with an error. Nothing more is heard of it.
    pub(super) fn detach(&mut self, link: LinkId, error: Error) {
        let done = self.with_link(link, |output, channel, session, handle| {
            session.forget(handle);
            if let Some(link) = session.links.get_mut(&handle) {
                link.state = State::Detached;
            }
            let detach = Detach {
                handle: Handle(handle),
                closed: true,
                error: Some(error),
            };
            frame::put(output, channel, (&detach, DETACH_FIELDS))
        });
        self.places.remove(&link);
        self.settle_fault(done);
    }

    /// Tells the client what became of a message, and lets it send more.
    pub(super) fn settle(&mut self, message: &Message, disposal: Disposal) {
        let done = self.with_link(message.link, |output, channel, session, handle| {
            let Some(End::Receiver(receiver)) =
                session.links.get_mut(&handle).map(|it| &mut it.end)
            else {
                return Ok(());
            };
            receiver.unsettled = receiver.unsettled.saturating_sub(1);
            let wants_credit = receiver.wants_credit();
            if !message.is_settled {
                put_disposal(output, channel, message.delivery, disposal)?;
            }
            if wants_credit {
                put_credit(output, channel, session, handle)?;
            }
            Ok(())
        });
        self.settle_fault(done);
    }

    /// How many messages the client still wants on a link, and whether it wants to hear if there are none.
    pub(super) fn credit(&self, link: LinkId) -> (u32, bool) {
        let Some((channel, handle)) = self.places.get(&link) else {
            return (0, false);
        };
        let session = self.sessions.get(channel);
        let Some(session) = session.filter(|it| it.unsettled.len() < MOST_UNSETTLED) else {
            return (0, false);
        };
        match session.links.get(handle) {
            Some(Link {
                state: State::Attached,
                end: End::Sender(sender),
                ..
            }) => (sender.credit, sender.drain),
            _ => (0, false),
        }
    }

    /// Sends a message, if the client has given credit for it. Gives the delivery's number.
    pub(super) fn send(&mut self, link: LinkId, bytes: Bytes, is_settled: bool) -> Option<u32> {
        if self.credit(link).0 == 0 {
            return None;
        }
        let most = self.most_frame_bytes;
        let mut delivery = None;
        let done = self.with_link(link, |output, channel, session, handle| {
            if let Some(End::Sender(sender)) = session.links.get_mut(&handle).map(|it| &mut it.end)
            {
                sender.credit -= 1;
                sender.delivery_count = sender.delivery_count.wrapping_add(1);
            }
            let number = session.send(handle, bytes, is_settled);
            delivery = Some(number);
            if !is_settled {
                session.unsettled.insert(number, link);
            }
            session.flush(output, channel, most)
        });
        self.settle_fault(done);
        delivery
    }

    /// There are no messages for a client that drains: its credit is used up.
    pub(super) fn drained(&mut self, link: LinkId) {
        let done = self.with_link(link, |output, channel, session, handle| {
            if let Some(End::Sender(sender)) = session.links.get_mut(&handle).map(|it| &mut it.end)
            {
                sender.delivery_count = sender.delivery_count.wrapping_add(sender.credit);
                sender.credit = 0;
                put_flow(output, channel, session, Some(handle))?;
                if let Some(End::Sender(sender)) =
                    session.links.get_mut(&handle).map(|it| &mut it.end)
                {
                    sender.drain = false;
                }
            }
            Ok(())
        });
        self.settle_fault(done);
    }

    /// The session of a link.
    pub(super) fn session(&self, link: LinkId) -> Option<u16> {
        self.places.get(&link).map(|(channel, _)| *channel)
    }

    fn with_link(
        &mut self,
        link: LinkId,
        act: impl FnOnce(&mut BytesMut, u16, &mut Session, u32) -> Result<(), EncodingError>,
    ) -> Result<(), EncodingError> {
        let Some((channel, handle)) = self.places.get(&link).copied() else {
            return Ok(());
        };
        match self.sessions.get_mut(&channel) {
            Some(session) => act(&mut self.output, channel, session, handle),
            None => Ok(()),
        }
    }

    fn settle_fault(&mut self, done: Result<(), EncodingError>) {
        if let Err(fault) = done {
            self.close(Fault::from(fault).0);
        }
    }
}

/// Reading.
impl Connection {
    /// Takes as much out of what came in as can be taken now.
    fn go_on(&mut self) {
        loop {
            match self.step() {
                Ok(true) => {}
                Ok(false) => break,
                Err(Fault(error)) => self.close(error),
            }
        }
        if self.phase == Phase::Closed {
            self.input.clear();
        }
    }

    /// Takes one header or frame. Gives whether there may be more.
    fn step(&mut self) -> Result<bool, Fault> {
        match self.phase {
            Phase::Header | Phase::HeaderAfterSasl => self.take_header(),
            Phase::SaslInit => self.take_sasl_init(),
            Phase::Open | Phase::Running | Phase::Closing => self.take_frame(),
            Phase::SaslOutcome | Phase::Closed => Ok(false),
        }
    }

    fn take_header(&mut self) -> Result<bool, Fault> {
        let Some(header) = self.input.first_chunk::<8>().copied() else {
            return Ok(false);
        };
        let _ = self.input.split_to(header.len());
        let is_first = self.phase == Phase::Header;
        match header {
            SASL_HEADER if is_first => {
                self.output.extend_from_slice(&SASL_HEADER);
                let mechanisms = SaslMechanisms {
                    sasl_server_mechanisms: MECHANISMS.map(Symbol::from).to_vec().into(),
                };
                frame::put_mechanisms(&mut self.output, &mechanisms)?;
                self.phase = Phase::SaslInit;
            }
            // Without SASL, the client authenticates with tokens alone.
            AMQP_HEADER => {
                self.output.extend_from_slice(&AMQP_HEADER);
                self.phase = Phase::Open;
            }
            _ => {
                // The standard's answer to an unknown header: the one that is spoken here, and the end.
                let spoken = if is_first { SASL_HEADER } else { AMQP_HEADER };
                self.output.extend_from_slice(&spoken);
                self.error = Some(error(
                    condition::NOT_IMPLEMENTED,
                    "the client spoke no AMQP 1.0; expected its header, with SASL or without",
                ));
                self.phase = Phase::Closed;
            }
        }
        Ok(true)
    }

    fn take_sasl_init(&mut self) -> Result<bool, Fault> {
        let Some(frame) = frame::split(&mut self.input, MOST_FRAME_BYTES)? else {
            return Ok(false);
        };
        let init = frame.read_sasl_init()?;
        self.phase = Phase::SaslOutcome;
        self.events.push_back(Event::Sasl(init));
        Ok(false)
    }

    fn take_frame(&mut self) -> Result<bool, Fault> {
        let Some(raw) = frame::split(&mut self.input, MOST_FRAME_BYTES)? else {
            return Ok(false);
        };
        let Frame::Amqp(channel, performative, payload) = raw.read()? else {
            return Ok(true);
        };
        match (self.phase, *performative) {
            (Phase::Closing, Performative::Close(_)) => self.phase = Phase::Closed,
            (Phase::Closing, _) => {}
            (Phase::Open, Performative::Open(open)) => self.opened(&open)?,
            (Phase::Open, _) => {
                return Err(not_allowed("the first frame is not open; expected open"));
            }
            (_, Performative::Open(_)) => return Err(not_allowed("open came twice")),
            (_, Performative::Close(_)) => self.closed()?,
            (_, Performative::Begin(begin)) => self.began(channel, &begin)?,
            (_, performative) => self.in_session(channel, performative, payload)?,
        }
        Ok(true)
    }

    fn opened(&mut self, open: &Open) -> Result<(), Fault> {
        let most = open.max_frame_size.0;
        if most < LEAST_FRAME_BYTES {
            let why = format!(
                "max-frame-size is {most}; expected {LEAST_FRAME_BYTES} or more, as the standard has it"
            );
            return Err(Fault(error(condition::INVALID_FIELD, why)));
        }
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.most_frame_bytes = most.min(MOST_FRAME_BYTES);
        let idle = open.idle_time_out.filter(|millis| *millis > 0);
        self.remote_idle_time_out = idle.map(|millis| Duration::from_millis(millis.into()));
        self.put_open()?;
        self.phase = Phase::Running;
        Ok(())
    }

    fn put_open(&mut self) -> Result<(), EncodingError> {
        let open = Open {
            container_id: self.container_id.clone(),
            hostname: None,
            max_frame_size: MaxFrameSize(u32::try_from(MOST_FRAME_BYTES).unwrap_or(u32::MAX)),
            channel_max: ChannelMax(CHANNEL_MAX),
            idle_time_out: u32::try_from(IDLE_TIME_OUT.as_millis()).ok(),
            outgoing_locales: None,
            incoming_locales: None,
            offered_capabilities: None,
            desired_capabilities: None,
            properties: None,
        };
        frame::put(&mut self.output, 0, (&open, OPEN_FIELDS))
    }

    fn closed(&mut self) -> Result<(), Fault> {
        frame::put(&mut self.output, 0, (&Close { error: None }, CLOSE_FIELDS))?;
        self.phase = Phase::Closed;
        Ok(())
    }

    fn began(&mut self, channel: u16, begin: &Begin) -> Result<(), Fault> {
        if channel > CHANNEL_MAX {
            let why = format!("channel {channel} is too high; expected at most {CHANNEL_MAX}");
            return Err(Fault(error(condition::FRAMING_ERROR, why)));
        }
        if self.sessions.contains_key(&channel) {
            return Err(not_allowed("begin came on a channel that has a session"));
        }
        self.ended.remove(&channel);
        let session = Session::new(begin.next_outgoing_id, begin.incoming_window);
        let answer = Begin {
            remote_channel: Some(channel),
            next_outgoing_id: session.next_outgoing_id,
            incoming_window: WINDOW,
            outgoing_window: WINDOW,
            handle_max: Handle(HANDLE_MAX),
            offered_capabilities: None,
            desired_capabilities: None,
            properties: None,
        };
        self.sessions.insert(channel, session);
        frame::put(&mut self.output, channel, (&answer, BEGIN_FIELDS))?;
        Ok(())
    }

    fn in_session(
        &mut self,
        channel: u16,
        performative: Performative,
        payload: Bytes,
    ) -> Result<(), Fault> {
        let Some(session) = self.sessions.get(&channel) else {
            if self.ended.contains(&channel) {
                return Ok(());
            }
            return Err(not_allowed("a frame came on a channel without a session"));
        };
        let is_ended = session.is_ended;
        let outcome = match performative {
            Performative::End(_) => {
                self.ended_by_client(channel)?;
                Ok(())
            }
            _ if is_ended => Ok(()),
            Performative::Attach(attach) => self.asked(channel, attach),
            Performative::Detach(detach) => self.detached(channel, &detach)?,
            Performative::Flow(flow) => self.flowed(channel, &flow)?,
            Performative::Transfer(transfer) => self.transferred(channel, transfer, payload)?,
            Performative::Disposition(disposition) => {
                self.disposed(channel, &disposition)?;
                Ok(())
            }
            Performative::Open(_) | Performative::Begin(_) | Performative::Close(_) => Ok(()),
        };
        match outcome {
            Ok(()) => Ok(()),
            Err(error) => Ok(self.end(channel, error)?),
        }
    }

    /// Ends a session with an error.
    fn end(&mut self, channel: u16, error: Error) -> Result<(), EncodingError> {
        if let Some(session) = self.sessions.get_mut(&channel) {
            let links = std::mem::take(session);
            session.is_ended = true;
            self.forget_links(&links);
        }
        let end = EndSession { error: Some(error) };
        frame::put(&mut self.output, channel, (&end, CLOSE_FIELDS))
    }

    fn ended_by_client(&mut self, channel: u16) -> Result<(), EncodingError> {
        let Some(session) = self.sessions.remove(&channel) else {
            return Ok(());
        };
        self.ended.insert(channel);
        self.forget_links(&session);
        if session.is_ended {
            return Ok(());
        }
        let end = EndSession { error: None };
        frame::put(&mut self.output, channel, (&end, CLOSE_FIELDS))
    }

    fn forget_links(&mut self, session: &Session) {
        for link in session.links.values() {
            if self.places.remove(&link.id).is_some() {
                self.events.push_back(Event::Gone(link.id));
            }
        }
    }
}

/// Links and what goes over them. The inner error ends the session, the outer the connection.
impl Connection {
    fn asked(&mut self, channel: u16, attach: Attach) -> Result<(), Error> {
        let handle = attach.handle.0;
        if handle > HANDLE_MAX {
            let why = format!("handle {handle} is too high; expected at most {HANDLE_MAX}");
            return Err(error(condition::NOT_ALLOWED, why));
        }
        if self.places.len() >= MOST_LINKS {
            let why = format!("the connection has {MOST_LINKS} links, as many as it may");
            return Err(error(condition::RESOURCE_LIMIT_EXCEEDED, why));
        }
        let Some(session) = self.sessions.get_mut(&channel) else {
            return Ok(());
        };
        if session.links.contains_key(&handle) {
            let why = format!("handle {handle} has a link already");
            return Err(error(condition::HANDLE_IN_USE, why));
        }
        self.last_link += 1;
        let id = LinkId(self.last_link);
        let end = match attach.role {
            Role::Sender => End::Receiver(Receiver {
                delivery_count: attach.initial_delivery_count.unwrap_or_default(),
                ..Receiver::default()
            }),
            Role::Receiver => End::Sender(Sender::default()),
        };
        let state = State::Asked;
        session.links.insert(handle, Link { id, state, end });
        self.places.insert(id, (channel, handle));
        self.events.push_back(Event::Attach(id, Box::new(attach)));
        Ok(())
    }

    fn detached(
        &mut self,
        channel: u16,
        detach: &Detach,
    ) -> Result<Result<(), Error>, EncodingError> {
        let handle = detach.handle.0;
        let Some(session) = self.sessions.get_mut(&channel) else {
            return Ok(Ok(()));
        };
        session.forget(handle);
        let Some(link) = session.links.remove(&handle) else {
            return Ok(Err(unattached(handle)));
        };
        if link.state != State::Detached {
            self.places.remove(&link.id);
            self.events.push_back(Event::Gone(link.id));
            let answer = Detach {
                handle: Handle(handle),
                closed: detach.closed,
                error: None,
            };
            frame::put(&mut self.output, channel, (&answer, DETACH_FIELDS))?;
        }
        Ok(Ok(()))
    }

    fn flowed(&mut self, channel: u16, flow: &Flow) -> Result<Result<(), Error>, EncodingError> {
        let most = self.most_frame_bytes;
        let Some(session) = self.sessions.get_mut(&channel) else {
            return Ok(Ok(()));
        };
        // What the client had seen when it wrote this is behind what has been sent since.
        let seen = flow.next_incoming_id.unwrap_or_default();
        let unseen = session.next_outgoing_id.wrapping_sub(seen);
        session.remote_incoming_window = flow.incoming_window.saturating_sub(unseen);
        if let Some(Handle(handle)) = flow.handle.clone() {
            let Some(link) = session.links.get_mut(&handle) else {
                return Ok(Err(unattached(handle)));
            };
            if let (End::Sender(sender), true) = (&mut link.end, link.state != State::Detached) {
                if let Some(credit) = flow.link_credit {
                    sender.granted(flow.delivery_count, credit, flow.drain);
                }
                self.events.push_back(Event::Credit(link.id));
            }
        }
        session.flush(&mut self.output, channel, most)?;
        if flow.echo {
            let handle = flow.handle.as_ref().map(|handle| handle.0);
            put_flow(&mut self.output, channel, session, handle)?;
        }
        Ok(Ok(()))
    }

    fn transferred(
        &mut self,
        channel: u16,
        transfer: Transfer,
        payload: Bytes,
    ) -> Result<Result<(), Error>, EncodingError> {
        let partial_bytes = self.partial_bytes();
        let Some(session) = self.sessions.get_mut(&channel) else {
            return Ok(Ok(()));
        };
        if session.incoming_window == 0 {
            let why = "a transfer came that the session's window had no room for";
            return Ok(Err(error(condition::WINDOW_VIOLATION, why)));
        }
        session.incoming_window -= 1;
        session.next_incoming_id = session.next_incoming_id.wrapping_add(1);
        let handle = transfer.handle.0;
        let Some(link) = session.links.get_mut(&handle) else {
            return Ok(Err(unattached(handle)));
        };
        let id = link.id;
        let taken = match (&mut link.end, link.state) {
            (End::Receiver(receiver), State::Attached) => {
                receiver.take(id, transfer, payload, partial_bytes)
            }
            // It crossed this side's detach.
            (_, State::Detached) => Ok(None),
            _ => Err(error(
                condition::ILLEGAL_STATE,
                "a message came on a link that has not been attached for sending",
            )),
        };
        if session.incoming_window < WINDOW / 2 {
            session.incoming_window = WINDOW;
            put_flow(&mut self.output, channel, session, None)?;
        }
        match taken {
            Ok(message) => self.events.extend(message.map(Event::Message)),
            Err(error) => {
                self.detach(id, error);
                self.events.push_back(Event::Gone(id));
            }
        }
        Ok(Ok(()))
    }

    fn partial_bytes(&self) -> usize {
        let links = self.sessions.values().flat_map(|it| it.links.values());
        links
            .filter_map(|link| match &link.end {
                End::Receiver(receiver) => Some(receiver.partial.as_ref()?.bytes.len()),
                End::Sender(_) => None,
            })
            .sum()
    }

    fn disposed(&mut self, channel: u16, disposition: &Disposition) -> Result<(), EncodingError> {
        // What a sender says of its own messages was settled here when they came.
        if disposition.role == Role::Sender {
            return Ok(());
        }
        let is_terminal = disposition
            .state
            .as_ref()
            .is_some_and(DeliveryState::is_terminal);
        let Some(session) = self.sessions.get_mut(&channel) else {
            return Ok(());
        };
        if !is_terminal && !disposition.settled {
            return Ok(());
        }
        let first = disposition.first;
        let last = disposition.last.unwrap_or(first);
        let is_accepted = matches!(disposition.state, Some(DeliveryState::Accepted(_)));
        let settled = session.settle(first, last);
        if !disposition.settled && !settled.is_empty() {
            let answer = Disposition {
                role: Role::Sender,
                first,
                last: Some(last),
                settled: true,
                state: disposition.state.clone(),
                batchable: false,
            };
            frame::put(&mut self.output, channel, (&answer, DISPOSITION_FIELDS))?;
        }
        let events = settled.into_iter().map(|(delivery, link)| Event::Settled {
            link,
            delivery,
            is_accepted,
        });
        self.events.extend(events);
        Ok(())
    }
}

impl Receiver {
    /// Takes a transfer. Gives the message once it is whole; an error detaches the link.
    fn take(
        &mut self,
        link: LinkId,
        transfer: Transfer,
        payload: Bytes,
        partial_bytes: usize,
    ) -> Result<Option<Message>, Error> {
        let is_first = self.partial.is_none();
        let mut partial = match self.partial.take() {
            Some(partial) => partial,
            None => self.begin(&transfer)?,
        };
        partial.is_settled |= transfer.settled.unwrap_or_default();
        if transfer.aborted {
            self.unsettled = self.unsettled.saturating_sub(1);
            return Ok(None);
        }
        if partial.bytes.len() + payload.len() > self.most_bytes {
            let why = format!("the message has more than {} bytes", self.most_bytes);
            return Err(error(condition::MESSAGE_SIZE_EXCEEDED, why));
        }
        if transfer.more {
            if partial_bytes + payload.len() > MOST_PARTIAL_BYTES {
                let why = "too many bytes of messages that are not whole wait on this connection";
                return Err(error(condition::RESOURCE_LIMIT_EXCEEDED, why));
            }
            partial.bytes.extend_from_slice(&payload);
            self.partial = Some(partial);
            return Ok(None);
        }
        let bytes = if is_first {
            payload
        } else {
            partial.bytes.extend_from_slice(&payload);
            partial.bytes.freeze()
        };
        Ok(Some(Message {
            link,
            delivery: partial.delivery,
            is_settled: partial.is_settled,
            bytes,
        }))
    }

    fn begin(&mut self, transfer: &Transfer) -> Result<Partial, Error> {
        let Some(delivery) = transfer.delivery_id else {
            let why = "a transfer begins a message without a delivery-id";
            return Err(error(condition::INVALID_FIELD, why));
        };
        if self.credit == 0 {
            let why = "a message came that the link had no credit for";
            return Err(error(condition::TRANSFER_LIMIT_EXCEEDED, why));
        }
        self.credit -= 1;
        self.unsettled += 1;
        self.delivery_count = self.delivery_count.wrapping_add(1);
        Ok(Partial {
            delivery,
            is_settled: false,
            bytes: BytesMut::new(),
        })
    }
}

fn not_allowed(why: &str) -> Fault {
    Fault(error(condition::NOT_ALLOWED, why))
}

fn unattached(handle: u32) -> Error {
    let why = format!("handle {handle} has no link");
    error(condition::UNATTACHED_HANDLE, why)
}

/// This side's half of a link, after the client's.
fn put_attach(
    output: &mut BytesMut,
    channel: u16,
    asked: &Attach,
    most_bytes: usize,
) -> Result<(), EncodingError> {
    let is_sender = asked.role == Role::Receiver;
    let snd_settle_mode = match asked.snd_settle_mode {
        SenderSettleMode::Mixed if is_sender => SenderSettleMode::Settled,
        ref mode => mode.clone(),
    };
    let attach = Attach {
        name: asked.name.clone(),
        handle: asked.handle.clone(),
        role: if is_sender {
            Role::Sender
        } else {
            Role::Receiver
        },
        snd_settle_mode,
        rcv_settle_mode: asked.rcv_settle_mode.clone(),
        source: Some(with_address(asked.source.as_deref())),
        target: Some(with_target_address(asked.target.as_deref())),
        unsettled: None,
        incomplete_unsettled: false,
        initial_delivery_count: is_sender.then_some(0),
        max_message_size: u64::try_from(most_bytes).ok(),
        offered_capabilities: None,
        desired_capabilities: None,
        properties: asked.properties.clone(),
    };
    put_list(output, channel, &attach, ATTACH_FIELDS)
}

/// A client takes a terminus without fields for none at all, and a link without one for refused.
fn with_address(source: Option<&Source>) -> Box<Source> {
    let mut source = source.cloned().unwrap_or_default();
    source.address.get_or_insert_default();
    Box::new(source)
}

fn with_target_address(target: Option<&TargetArchetype>) -> Box<TargetArchetype> {
    let mut target = match target {
        Some(TargetArchetype::Target(target)) => target.clone(),
        None => Target::default(),
    };
    target.address.get_or_insert_default();
    Box::new(TargetArchetype::Target(target))
}

fn put_disposal(
    output: &mut BytesMut,
    channel: u16,
    delivery: u32,
    disposal: Disposal,
) -> Result<(), EncodingError> {
    let state = match disposal {
        Disposal::Accepted => DeliveryState::Accepted(Accepted {}),
        Disposal::Rejected(error) => DeliveryState::Rejected(Rejected { error: Some(error) }),
    };
    let disposition = Disposition {
        role: Role::Receiver,
        first: delivery,
        last: Some(delivery),
        settled: true,
        state: Some(state),
        batchable: false,
    };
    put_list(output, channel, &disposition, DISPOSITION_FIELDS)
}

/// Fills up the credit of a link on which messages come in, and tells the client.
fn put_credit(
    output: &mut BytesMut,
    channel: u16,
    session: &mut Session,
    handle: u32,
) -> Result<(), EncodingError> {
    if let Some(End::Receiver(receiver)) = session.links.get_mut(&handle).map(|it| &mut it.end) {
        receiver.credit = CREDIT.saturating_sub(receiver.unsettled);
    }
    put_flow(output, channel, session, Some(handle))
}

/// Tells the client how a session stands, and a link.
fn put_flow(
    output: &mut BytesMut,
    channel: u16,
    session: &Session,
    handle: Option<u32>,
) -> Result<(), EncodingError> {
    let link = handle.and_then(|it| session.links.get(&it));
    let (delivery_count, credit, drain) = match link.map(|it| &it.end) {
        Some(End::Receiver(it)) => (Some(it.delivery_count), Some(it.credit), false),
        Some(End::Sender(it)) => (Some(it.delivery_count), Some(it.credit), it.drain),
        None => (None, None, false),
    };
    let flow = Flow {
        next_incoming_id: Some(session.next_incoming_id),
        incoming_window: session.incoming_window,
        next_outgoing_id: session.next_outgoing_id,
        outgoing_window: WINDOW,
        handle: link.and(handle).map(Handle),
        delivery_count,
        link_credit: credit,
        available: link.map(|_| 0),
        drain,
        echo: false,
        properties: None,
    };
    put_list(output, channel, &flow, FLOW_FIELDS)
}

fn put_list(
    output: &mut BytesMut,
    channel: u16,
    list: &impl Serialize,
    fields: usize,
) -> Result<(), EncodingError> {
    frame::put(output, channel, (list, fields))
}
