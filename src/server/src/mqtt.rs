//! MQTT: bytes between a stream and the hub. What they mean is the hub's to know.

use std::{
    cell::RefCell,
    fmt,
    future::poll_fn,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::ready,
    time::Duration,
};

use bytes::{Buf, Bytes};
use hub::CloseReason;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf, ReadHalf, WriteHalf},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::{
    host::{HubHandle, Link, ToLink},
    memory_budget::{MemoryBudget, NoRoom, Share},
    observer::{Protocol, Refused, What},
    time_limits::TimeLimits,
};

/// The longest that the last words and the end of a stream may take.
const GOODBYE: Duration = Duration::from_secs(2);
/// The most bytes of all clients that the hub has not answered yet. A CONNECT has about half a kilobyte, and more only
/// with a will.
const MOST_OF_STRANGERS: usize = 64 * 1024 * 1024;
/// The most bytes that are read at once.
const READ: usize = 16 * 1024;

/// Why a connection came to its end.
#[derive(Debug)]
pub enum End {
    /// The hub closed it.
    Hub(CloseReason),
    /// The client closed it.
    Client,
    /// It broke.
    Broken(io::Error),
    /// No CONNECT came in time.
    Silent,
    /// Clients that the hub does not know yet have sent as much as it takes from them.
    NoRoom,
    /// The client did not take what was sent to it.
    Stalled,
    /// The hub has let go of the link without a reason of its own.
    Dropped,
}

impl End {
    /// A short name for it, of a fixed set.
    fn id(&self) -> &'static str {
        match self {
            Self::Hub(CloseReason::Refused(refusal)) => refusal.id(),
            Self::Hub(reason) => reason.id(),
            Self::Client => "client-closed",
            Self::Broken(_) => "broken",
            Self::Silent => "silent",
            Self::NoRoom => "no-room",
            Self::Stalled => "stalled",
            Self::Dropped => "dropped",
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hub(reason) => reason.fmt(f),
            Self::Client => f.write_str("the client closed the connection"),
            Self::Broken(error) => write!(f, "the connection broke: {error}"),
            Self::Silent => f.write_str("no CONNECT came in time"),
            Self::NoRoom => NoRoom.fmt(f),
            Self::Stalled => f.write_str("the client did not take what was sent to it"),
            Self::Dropped => f.write_str(
                "the hub has let go of the link: the client fell too far behind, or the hub ends",
            ),
        }
    }
}

/// What every client of MQTT is served with.
pub struct Mqtt {
    hub: HubHandle,
    times: TimeLimits,
    ending: CancellationToken,
    strangers: MemoryBudget,
}

impl Mqtt {
    /// Serves a hub until the program ends.
    pub fn new(hub: HubHandle, times: TimeLimits, ending: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            hub,
            times,
            ending,
            strangers: MemoryBudget::new(MOST_OF_STRANGERS),
        })
    }

    /// Serves a client until either end has had enough, and tells how it ended.
    pub async fn serve<S>(&self, stream: S, protocol: Protocol, peer: SocketAddr)
    where
        S: AsyncRead + AsyncWrite,
    {
        let Ok(link) = self.hub.open().await else {
            tracing::debug!(%protocol, %peer, "connection refused: the program ends");
            return;
        };
        let client = Arc::clone(link.client());
        let observer = self.hub.observer();
        let presence = observer.connected(protocol, peer, Arc::clone(&client));
        let end = self.carry(stream, link).await;
        drop(presence);
        let client = client.get().map_or("", String::as_str);
        self.tell(protocol, peer, client, &end);
    }

    /// Carries bytes both ways. When the program ends, nothing more is read, and what the hub still has to say is
    /// sent.
    async fn carry<S: AsyncRead + AsyncWrite>(&self, stream: S, link: Link) -> End {
        let (reader, writer) = tokio::io::split(stream);
        let pump = Pump {
            reader,
            writer,
            link,
            unsent: Bytes::new(),
            is_unflushed: false,
            patience: self.times.stalled,
            unknown: Some(self.strangers.share()),
            deadline: Some((Instant::now() + self.times.greeting, End::Silent)),
        };
        pump.run(&self.ending).await
    }

    fn tell(&self, protocol: Protocol, peer: SocketAddr, client: &str, end: &End) {
        let observer = self.hub.observer();
        let code = end.id();
        observer.closed(protocol, code);
        let what = match end {
            End::Hub(CloseReason::Disconnected) => {
                return tracing::debug!(%protocol, %peer, client, "the client disconnected");
            }
            End::Dropped if self.ending.is_cancelled() => {
                return tracing::debug!(%protocol, %peer, client, "connection closed: the program ends");
            }
            End::Client | End::Broken(_) => {
                let reason = end.to_string();
                return tracing::info!(%protocol, %peer, client, code, reason, "connection closed");
            }
            End::Hub(CloseReason::Refused(_) | CloseReason::ConnectExpected { .. })
            | End::Silent
            | End::NoRoom => What::Client,
            End::Hub(_) | End::Stalled | End::Dropped => What::Session,
        };
        observer.refused(&Refused {
            what,
            protocol,
            peer,
            subject: client,
            code,
            reason: &end.to_string(),
        });
    }
}

struct Pump<S> {
    reader: ReadHalf<S>,
    writer: WriteHalf<S>,
    link: Link,
    unsent: Bytes,
    is_unflushed: bool,
    patience: Duration,
    /// What the client has sent before the hub's first answer.
    unknown: Option<Share>,
    /// When the client will have been idle for too long, and what is said of it then.
    deadline: Option<(Instant, End)>,
}

impl<S: AsyncRead + AsyncWrite> Pump<S> {
    async fn run(mut self, ending: &CancellationToken) -> End {
        let mut ending = pin!(ending.cancelled());
        let mut dropped = pin!(self.link.dropped());
        let mut is_reading = true;
        let end = loop {
            let is_writing = self.is_unflushed || !self.unsent.is_empty();
            let deadline = self.deadline.as_ref().map(|(at, _)| *at);
            // A client that never stops sending must not keep the time from being looked at.
            if deadline.is_some_and(|at| at <= Instant::now()) {
                return self.late();
            }
            tokio::select! {
                biased;
                // A client that never stops sending must not keep this from being seen either.
                () = &mut dropped => return self.over(End::Dropped),
                written = write_some(&mut self.writer, &mut self.unsent), if is_writing => match written {
                    Ok(is_flushed) => self.wrote(is_flushed),
                    Err(error) => break End::Broken(error),
                },
                next = self.link.next(), if !is_writing => match next {
                    Some(ToLink::Bytes(bytes)) => self.take(bytes),
                    Some(ToLink::Close(reason)) => break End::Hub(reason),
                    None => break End::Dropped,
                },
                () = &mut ending, if is_reading => is_reading = false,
                read = read_some(&mut self.reader), if is_reading => match read {
                    Ok(bytes) if bytes.is_empty() => break End::Client,
                    Ok(bytes) => match self.admit(&bytes) {
                        Ok(()) => is_reading = self.link.receive(bytes).await.is_ok(),
                        Err(NoRoom) => return End::NoRoom,
                    },
                    Err(error) => break End::Broken(error),
                },
                () = until(deadline), if deadline.is_some() => return self.late(),
            }
        };
        if !matches!(end, End::Broken(_)) {
            // Whatever comes of it, the connection is over.
            let _ = tokio::time::timeout(GOODBYE, self.writer.shutdown()).await;
        }
        self.over(end)
    }

    /// How it ended: the hub's own reason is the better one, if it has one.
    fn over(&self, end: End) -> End {
        match self.link.closed() {
            Some(reason) if matches!(end, End::Client | End::Broken(_) | End::Dropped) => {
                End::Hub(reason.clone())
            }
            _ => end,
        }
    }

    fn late(self) -> End {
        self.deadline.map_or(End::Dropped, |(_, end)| end)
    }

    /// Whether there is room for bytes of a client that the hub may not know.
    fn admit(&mut self, bytes: &Bytes) -> Result<(), NoRoom> {
        let unknown = self.unknown.as_mut();
        unknown.map_or(Ok(()), |share| share.grow(bytes.len()))
    }

    fn take(&mut self, bytes: Bytes) {
        self.unknown = None;
        self.unsent = bytes;
        self.deadline = Some((Instant::now() + self.patience, End::Stalled));
    }

    fn wrote(&mut self, is_flushed: bool) {
        self.is_unflushed = !is_flushed;
        self.deadline = (!is_flushed).then(|| (Instant::now() + self.patience, End::Stalled));
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Writes what it can at once, and flushes when nothing is left; true once all has gone. Dropped at any time, it
/// loses nothing.
async fn write_some<W: AsyncWrite + Unpin>(writer: &mut W, unsent: &mut Bytes) -> io::Result<bool> {
    poll_fn(|context| {
        if unsent.is_empty() {
            ready!(Pin::new(&mut *writer).poll_flush(context))?;
            return Ok(true).into();
        }
        let written = ready!(Pin::new(&mut *writer).poll_write(context, unsent))?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into()).into();
        }
        unsent.advance(written);
        Ok(false).into()
    })
    .await
}

thread_local! {
    /// Where bytes are read to before they are copied, once for each thread: a connection that is silent has no room
    /// of its own to read into.
    static ROOM: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ].into());
}

/// Reads what is there, at least one byte; none at the end of the stream. Dropped at any time, it loses nothing.
async fn read_some<R: AsyncRead + Unpin>(reader: &mut R) -> io::Result<Bytes> {
    poll_fn(|context| {
        ROOM.with_borrow_mut(|room| {
            let mut read = ReadBuf::new(room);
            ready!(Pin::new(&mut *reader).poll_read(context, &mut read))?;
            Ok(Bytes::copy_from_slice(read.filled())).into()
        })
    })
    .await
}
