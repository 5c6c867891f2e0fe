//! How a connection takes in headers and frames.

use std::time::Duration;

use bytes::Bytes;
use fe2o3_amqp_types::{
    definitions::{Error, Handle, Role},
    messaging::DeliveryState,
    performatives::{
        Attach, Begin, ChannelMax, Close, Detach, Disposition, End as EndSession, Flow,
        MaxFrameSize, Open, Performative, Transfer,
    },
    sasl::SaslMechanisms,
};
use serde_amqp::primitives::Symbol;

use super::{
    BEGIN_FIELDS, CLOSE_FIELDS, Connection, DETACH_FIELDS, DISPOSITION_FIELDS, Event, Fault,
    IDLE_TIME_OUT, OPEN_FIELDS, Phase, writing::put_flow,
};
use crate::amqp::{
    condition::{self, error},
    encoding::EncodingError,
    frame::{self, AMQP_HEADER, Frame, MOST_FRAME_BYTES, SASL_HEADER},
    link::{End, Link, LinkId, Receiver, Sender, State},
    session::{HANDLE_MAX, Session, WINDOW},
};

/// How a client may authenticate. MSSBCBS is the old name for "with a token, later, on the link `$cbs`".
const MECHANISMS: [&str; 3] = ["MSSBCBS", "ANONYMOUS", "PLAIN"];
/// The highest channel: a connection has one session more at most.
const CHANNEL_MAX: u16 = 255;
/// The most links of a connection, over all sessions.
const MOST_LINKS: usize = 512;
/// The smallest frame that both sides must take.
const LEAST_FRAME_BYTES: u32 = 512;

/// Reading.
impl Connection {
    /// Takes one header or frame out of what came in. Gives whether there may be more.
    pub(super) fn go_on(&mut self) -> bool {
        let may_have_more = match self.step() {
            Ok(may_have_more) => may_have_more,
            // After its close, nothing more is expected of a client that cannot be understood.
            Err(_) if self.phase == Phase::Closing => {
                self.phase = Phase::Closed;
                false
            }
            Err(Fault(error)) => {
                self.close(error);
                true
            }
        };
        if self.phase == Phase::Closed {
            self.input.clear();
        }
        may_have_more
    }

    /// Takes one header or frame, and may find it wrong.
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

    pub(super) fn put_open(&mut self) -> Result<(), EncodingError> {
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
            Performative::Transfer(transfer) => self.transferred(channel, &transfer, payload)?,
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
        transfer: &Transfer,
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

fn not_allowed(why: &str) -> Fault {
    Fault(error(condition::NOT_ALLOWED, why))
}

fn unattached(handle: u32) -> Error {
    let why = format!("handle {handle} has no link");
    error(condition::UNATTACHED_HANDLE, why)
}
