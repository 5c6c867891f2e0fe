//! What stands between the network and the library that speaks AMQP.
//!
//! The library decodes by recursion, keeps what it gets until somebody reads it, and does not say what was wrong with
//! it. So nothing reaches it but whole frames of a bounded size whose values have been measured, in messages of a
//! bounded size and number.
//!
//! It also gives a sign of life exactly as often as the other side wants one, which is too late by the time that the sign
//! is on its way. So it is told of half the time.

use std::{
    collections::HashMap,
    fmt, io,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use fe2o3_amqp_types::performatives::{Open, Performative, Transfer};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::Notify,
};
use wire::amqp::{ValueError, measure};

use crate::{failure::said, message::Failure};

/// The largest frame that is taken.
pub(crate) const MOST_FRAME_BYTES: usize = 65_536;
/// The largest message that is taken: the largest that a hub takes from a device, and what the hub adds to it.
pub(crate) const MOST_MESSAGE_BYTES: usize = 320 * 1024;
/// How many messages may be on their way to whoever reads them. All links together give less credit.
const MOST_MESSAGES: usize = 512;
/// How many messages may have come in part.
const MOST_PARTS: usize = 256;
const MOST_SECTIONS: usize = 1024;
/// Signs of life are given no more often than this, in milliseconds, whatever the other side wants.
const LEAST_ALIVE: u32 = 500;

const HEADER: &[u8] = b"AMQP";
const HEADER_BYTES: usize = 8;
const READ_BYTES: usize = 8192;

/// Why what came is kept from the library.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Offence {
    Size(usize),
    DataOffset(u8),
    Value(ValueError),
    Performative,
    MessageSize,
    Sections,
    Parts,
    Messages,
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size(bytes) => write!(
                f,
                "a frame announces {bytes} bytes; expected {HEADER_BYTES} to {MOST_FRAME_BYTES}"
            ),
            Self::DataOffset(words) => {
                write!(
                    f,
                    "a frame's data offset of {words} words lies outside of it"
                )
            }
            Self::Value(error) => error.fmt(f),
            Self::Performative => write!(f, "a frame holds no performative of AMQP"),
            Self::MessageSize => {
                write!(f, "a message has more than {MOST_MESSAGE_BYTES} bytes")
            }
            Self::Sections => write!(f, "a message has more than {MOST_SECTIONS} sections"),
            Self::Parts => write!(
                f,
                "more than {MOST_PARTS} messages have come in part, and no more of them"
            ),
            Self::Messages => write!(f, "more messages came than were asked for"),
        }
    }
}

/// What is known of a connection on both of its sides.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    messages: AtomicUsize,
    is_over: AtomicBool,
    gone: Notify,
    offence: Mutex<Option<String>>,
    /// Why the other side ended a link, the last time that it did.
    detached: Mutex<Option<Failure>>,
}

impl Watch {
    /// Somebody has read a message.
    pub(crate) fn took_message(&self) {
        let less = |count: usize| Some(count.saturating_sub(1));
        // The update always gives a value.
        let _ = self
            .messages
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// Whether nothing more comes.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// Waits until nothing more comes.
    pub(crate) async fn over(&self) {
        let gone = self.gone.notified();
        if !self.is_over() {
            gone.await;
        }
    }

    /// What the other side did that ended the connection.
    pub(crate) fn offence(&self) -> Option<String> {
        let offence = self.offence.lock().unwrap_or_else(PoisonError::into_inner);
        offence.clone()
    }

    /// Why the other side ended a link.
    pub(crate) fn detached(&self) -> Option<Failure> {
        let detached = self.detached.lock().unwrap_or_else(PoisonError::into_inner);
        detached.clone()
    }

    fn note_detached(&self, why: Failure) {
        let mut detached = self.detached.lock().unwrap_or_else(PoisonError::into_inner);
        *detached = Some(why);
    }

    fn pass_message(&self) -> Result<(), Offence> {
        let before = self.messages.fetch_add(1, Ordering::Relaxed);
        if before < MOST_MESSAGES {
            Ok(())
        } else {
            Err(Offence::Messages)
        }
    }

    fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.gone.notify_waiters();
    }

    fn accuse(&self, offence: &Offence) -> io::Error {
        let mut slot = self.offence.lock().unwrap_or_else(PoisonError::into_inner);
        *slot = Some(offence.to_string());
        self.end();
        io::ErrorKind::InvalidData.into()
    }
}

/// A stream on which only sound frames come in. What goes out is left alone.
#[derive(Debug)]
pub(crate) struct Guarded<S> {
    stream: S,
    watch: Arc<Watch>,
    /// What came and was not looked at.
    raw: BytesMut,
    /// What was found sound and not handed on.
    sound: Bytes,
    /// Messages of which more is to come, by channel and handle.
    parts: HashMap<(u16, u32), BytesMut>,
}

impl<S> Guarded<S> {
    pub(crate) fn new(stream: S, watch: Arc<Watch>) -> Self {
        Self {
            stream,
            watch,
            raw: BytesMut::new(),
            sound: Bytes::new(),
            parts: HashMap::new(),
        }
    }

    /// Cuts the next header or frame out of what came, if all of it has come.
    fn next_sound(&mut self) -> Result<Option<Bytes>, Offence> {
        let Some(&first) = self.raw.first_chunk::<4>() else {
            return Ok(None);
        };
        let is_header = first == HEADER;
        let size = if is_header {
            HEADER_BYTES
        } else {
            usize::try_from(u32::from_be_bytes(first)).unwrap_or(usize::MAX)
        };
        if !(HEADER_BYTES..=MOST_FRAME_BYTES).contains(&size) {
            return Err(Offence::Size(size));
        }
        if self.raw.len() < size {
            return Ok(None);
        }
        let frame = self.raw.split_to(size).freeze();
        let instead = if is_header {
            None
        } else {
            self.check_frame(&frame)?
        };
        Ok(Some(instead.unwrap_or(frame)))
    }

    /// Checks a frame. Gives another if that is to be handed on in its place.
    fn check_frame(&mut self, frame: &Bytes) -> Result<Option<Bytes>, Offence> {
        let Some(&[_, _, _, _, offset, kind, a, b]) = frame.first_chunk::<HEADER_BYTES>() else {
            return Err(Offence::Size(frame.len()));
        };
        let start = usize::from(offset) * 4;
        let body = frame
            .get(start.max(HEADER_BYTES)..)
            .filter(|_| start >= HEADER_BYTES)
            .ok_or(Offence::DataOffset(offset))?;
        if body.is_empty() {
            return Ok(None);
        }
        let (performative, payload) =
            body.split_at(measure(body).map_err(Offence::Value)?.min(body.len()));
        // Frames of SASL hold other performatives, and no messages.
        if kind != 0 {
            return Ok(None);
        }
        let channel = u16::from_be_bytes([a, b]);
        let performative = serde_amqp::from_slice(performative);
        match performative.map_err(|_| Offence::Performative)? {
            Performative::Open(open) => return with_half_the_time(open, channel),
            Performative::Transfer(transfer) => self.check_transfer(channel, &transfer, payload)?,
            Performative::Detach(detach) => {
                self.parts.remove(&(channel, detach.handle.0));
                if let Some(error) = &detach.error {
                    self.watch.note_detached(said(error));
                }
            }
            _ => {}
        }
        Ok(None)
    }

    fn check_transfer(
        &mut self,
        channel: u16,
        transfer: &Transfer,
        payload: &[u8],
    ) -> Result<(), Offence> {
        let place = (channel, transfer.handle.0);
        if transfer.aborted {
            self.parts.remove(&place);
            return Ok(());
        }
        if !transfer.more && !self.parts.contains_key(&place) {
            check_message(payload)?;
            return self.watch.pass_message();
        }
        if !self.parts.contains_key(&place) && self.parts.len() >= MOST_PARTS {
            return Err(Offence::Parts);
        }
        let parts = self.parts.entry(place).or_default();
        if parts.len() + payload.len() > MOST_MESSAGE_BYTES {
            return Err(Offence::MessageSize);
        }
        parts.extend_from_slice(payload);
        if transfer.more {
            return Ok(());
        }
        let message = self.parts.remove(&place).unwrap_or_default();
        check_message(&message)?;
        self.watch.pass_message()
    }
}

/// The other side's `open`, as if it wanted to hear something twice as often. (AMQP 1.0, 2.4.5: what it says may be the
/// very time after which it closes the connection, as it is with Azure.)
fn with_half_the_time(mut open: Open, channel: u16) -> Result<Option<Bytes>, Offence> {
    let Some(time_out) = open.idle_time_out.filter(|it| *it > 0) else {
        return Ok(None);
    };
    open.idle_time_out = Some((time_out / 2).max(LEAST_ALIVE));
    let body = serde_amqp::to_vec(&open).map_err(|_| Offence::Performative)?;
    let size = HEADER_BYTES + body.len();
    let announced = u32::try_from(size).ok();
    let announced = announced.filter(|_| size <= MOST_FRAME_BYTES);
    let announced = announced.ok_or(Offence::Size(size))?;
    let mut frame = BytesMut::with_capacity(size);
    frame.put_u32(announced);
    frame.put_slice(&[2, 0]);
    frame.put_u16(channel);
    frame.put_slice(&body);
    Ok(Some(frame.freeze()))
}

/// Measures all sections of a message.
fn check_message(mut message: &[u8]) -> Result<(), Offence> {
    if message.len() > MOST_MESSAGE_BYTES {
        return Err(Offence::MessageSize);
    }
    for _ in 0..=MOST_SECTIONS {
        if message.is_empty() {
            return Ok(());
        }
        let length = measure(message).map_err(Offence::Value)?;
        message = message.get(length..).unwrap_or_default();
    }
    Err(Offence::Sections)
}

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let own = &mut *self;
        while own.sound.is_empty() {
            let next = own.next_sound();
            if let Some(frame) = next.map_err(|offence| own.watch.accuse(&offence))? {
                own.sound = frame;
                continue;
            }
            let mut piece = [0; READ_BYTES];
            let mut piece = ReadBuf::new(&mut piece);
            let read = ready!(Pin::new(&mut own.stream).poll_read(context, &mut piece));
            read.inspect_err(|_| own.watch.end())?;
            if piece.filled().is_empty() {
                own.watch.end();
                return Poll::Ready(Ok(()));
            }
            own.raw.extend_from_slice(piece.filled());
        }
        let count = own.sound.len().min(buffer.remaining());
        buffer.put_slice(own.sound.get(..count).unwrap_or_default());
        own.sound.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
