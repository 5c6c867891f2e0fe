//! One AMQP connection, as a state machine without I/O: bytes go in, events and bytes come out.
//!
//! It knows the protocol and no address: what a link is for, and who may have it, is for whoever polls the events.
//! That one answers [`Event::Sasl`] and [`Event::Attach`], and drains [`Connection::poll`] after each call.
//!
//! This side uses the client's own channel and handle numbers for its half of sessions and links.

mod reading;
mod writing;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use fe2o3_amqp_types::{
    definitions::{Error, Handle, Role},
    performatives::{Attach, Close, Detach},
    sasl::{SaslCode, SaslInit, SaslOutcome},
};

use super::{
    condition::{self, error},
    encoding::EncodingError,
    frame::{self, FrameError, MOST_FRAME_BYTES},
    link::{End, Link, LinkId, State},
    session::{MOST_UNSETTLED, Session},
};
use writing::{put_attach, put_credit, put_disposal, put_flow};

/// How long a client may be silent by what it is told; it is dropped after twice that. The client for C2D of the
/// service SDK for Python looks at its connection every two minutes only.
pub(super) const IDLE_TIME_OUT: Duration = Duration::from_mins(4);

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
        }
    }

    /// What happened next. No more is read than until something happens, so that a link which is asked for is there
    /// before the messages that a client sends right behind.
    pub(super) fn poll(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            if !self.go_on() {
                return self.events.pop_front();
            }
        }
    }

    /// The bytes to send. Whoever sends them takes them out.
    pub(super) fn output(&mut self) -> &mut BytesMut {
        &mut self.output
    }

    /// Whether there are bytes to send.
    pub(super) fn has_output(&self) -> bool {
        !self.output.is_empty()
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
