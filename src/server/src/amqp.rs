//! AMQP 1.0: how services send to devices, hear of it, and read telemetry.
//!
//! The layers, from the bytes up: `encoding` and `frame` read and write frames on top of a published codec;
//! `connection`, with `session` and `link`, is the protocol as a state machine without I/O; `container` has what
//! is at each address; and [`serve`] runs one of them on a stream of bytes, whatever that is: TCP, TLS or a WebSocket.

mod address;
mod condition;
mod connection;
mod container;
mod encoding;
mod event_message;
mod extent;
mod filter;
mod frame;
mod hub_request;
mod link;
mod message;
mod readers;
mod request_response;
mod session;
mod surface;
mod tokens;
mod unsent;

use std::{io, sync::Arc, time::Duration};

use bytes::BytesMut;
use futures::StreamExt as _;
use thiserror::Error;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    time::{Instant, sleep_until},
};
use wire::timestamp::Timestamp;

use crate::{clock::now, host::HubHandle, observer::Party};
use connection::IDLE_TIME_OUT;
use container::Container;
use readers::Readers;
use unsent::Unsent;

pub use self::surface::Amqp;

/// How long a client may take until both sides have opened the connection.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// How long a client may be connected before it has put a token that is right.
const AUTHORISATION: Duration = Duration::from_mins(1);
/// How long a client may take none of the bytes that wait for it.
const WRITE: Duration = Duration::from_mins(1);
/// How long a client may take to close its side.
const CLOSING: Duration = Duration::from_secs(5);
/// How often the hub is asked for feedback while somebody waits for it, and whether there is room again.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// The shortest time between two signs of life that a client can ask for.
const LEAST_ALIVE: Duration = Duration::from_millis(500);
/// How many bytes are read at a time.
const READ_BYTES: usize = 4 * 1024;

/// What the hub's event hub is called, and where it is.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The event hub's name: the `EntityPath` of a connection string.
    pub entity: String,
    /// The host name under which telemetry is read: that of an `Endpoint`.
    pub host_name: String,
    /// The port of AMQP over TLS at that host, as a redirect tells it.
    pub port: u16,
    /// The consumer groups besides `$Default`; `None` for any.
    pub consumer_groups: Option<Vec<String>>,
    /// When the event hub was made.
    pub created: Timestamp,
    readers: Readers,
    unsent: Unsent,
}

impl Settings {
    /// The event hub `entity` at `host_name`, with any consumer group, made just now, and AMQP over TLS at its usual
    /// port.
    pub fn new(entity: impl Into<String>, host_name: impl Into<String>) -> Self {
        Self {
            entity: entity.into(),
            host_name: host_name.into(),
            port: 5671,
            consumer_groups: None,
            created: now(),
            readers: Readers::default(),
            unsent: Unsent::default(),
        }
    }

    fn has_group(&self, name: &str) -> bool {
        let is_it = |group: &str| group.eq_ignore_ascii_case(name);
        is_it("$Default")
            || self
                .consumer_groups
                .as_ref()
                .is_none_or(|groups| groups.iter().any(|group| is_it(group)))
    }
}

/// Why a connection ended other than by its client's wish.
#[derive(Debug, Error)]
pub enum AmqpError {
    /// The stream failed.
    #[error("the connection was lost: {0}")]
    Io(#[from] io::Error),
    /// The client did not do in time what it had to do.
    #[error("the client {did_not} within {} s", .within.as_secs())]
    TimedOut {
        /// What it did not do.
        did_not: &'static str,
        /// How long it had.
        within: Duration,
    },
    /// The client broke the protocol.
    #[error("closed with {condition}: {description}")]
    Closed {
        /// AMQP's name for the error.
        condition: String,
        /// What happened.
        description: String,
    },
}

impl AmqpError {
    /// A short name, for figures.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Io(_) => "broken",
            Self::TimedOut { .. } => "timed-out",
            Self::Closed { .. } => "amqp-error",
        }
    }
}

/// Speaks AMQP with one client until it goes.
pub async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    hub: HubHandle,
    settings: Arc<Settings>,
    party: Party,
) -> Result<(), AmqpError> {
    let mut revision = hub.revision();
    let mut server = Server::new(stream, Container::new(hub, settings, party));
    let outcome = loop {
        match server.step(&mut revision).await {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            // Some clients close the connection and do not wait for the answer.
            Err(AmqpError::Io(_)) if server.container.connection.is_closed() => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    server.end().await;
    outcome?;
    server.reason()
}

/// One connection being served.
struct Server<S> {
    reader: tokio::io::ReadHalf<S>,
    writer: tokio::io::WriteHalf<S>,
    container: Container,
    input: BytesMut,
    needs_flush: bool,
    began: Instant,
    heard: Instant,
    /// When bytes last went out, or when there last were none to go.
    wrote: Instant,
    alive: Instant,
    ticked: Instant,
    closing: Option<Instant>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Server<S> {
    fn new(stream: S, container: Container) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        let now = Instant::now();
        Self {
            reader,
            writer,
            container,
            input: BytesMut::new(),
            needs_flush: false,
            began: now,
            heard: now,
            wrote: now,
            alive: now,
            ticked: now,
            closing: None,
        }
    }

    /// Waits for the next thing to happen, and deals with it. Gives whether there is more to do.
    async fn step(
        &mut self,
        revision: &mut tokio::sync::watch::Receiver<u64>,
    ) -> Result<bool, AmqpError> {
        let container = &mut self.container;
        let can_write = !container.connection.output().is_empty() || self.needs_flush;
        if container.connection.is_closed() && !can_write {
            return Ok(false);
        }
        if !can_write {
            self.wrote = Instant::now();
        }
        if container.connection.is_closing() && self.closing.is_none() {
            self.closing = Some(Instant::now());
        }
        let can_read = container.has_room() && !container.connection.is_closed();
        let deadline = self.deadline();
        let container = &mut self.container;
        let waits_for_events = container.waits_for_events();
        let has_work = !container.work.is_empty();
        if self.input.capacity() < READ_BYTES {
            self.input.reserve(READ_BYTES);
        }
        tokio::select! {
            wrote = write(&mut self.writer, container.connection.output()), if can_write => {
                self.needs_flush = wrote? > 0;
                self.wrote = Instant::now();
                self.alive = self.wrote;
                container.go_on();
            }
            read = self.reader.read_buf(&mut self.input), if can_read => {
                if read? == 0 {
                    return Ok(false);
                }
                self.heard = Instant::now();
                container.receive(now(), &self.input);
                self.input.clear();
            }
            Some(done) = container.work.next(), if has_work => container.done(now(), done),
            Some(stolen) = container.stolen.recv() => container.taken_over(now(), stolen),
            changed = revision.changed(), if waits_for_events => {
                if changed.is_err() {
                    container.done(now(), container::Done::Stopped);
                }
                container.revised(now());
            }
            () = sleep_until(deadline) => self.timed_out()?,
        }
        Ok(true)
    }

    /// When something must be done if nothing else happens.
    fn deadline(&mut self) -> Instant {
        let container = &self.container;
        let expiry = container.next_expiry().map(|at| {
            let wait = at.since(now()).min(Duration::from_hours(1));
            Instant::now() + wait
        });
        let looks_again = container.waits_for_feedback() || !container.has_room();
        let look = looks_again.then(|| self.ticked + LOOK_AGAIN);
        let authorised = container.was_authorised();
        let opened = container.connection.is_open();
        let alive = self.alive_interval().map(|interval| self.alive + interval);
        let deadlines = [
            Some(self.heard + 2 * IDLE_TIME_OUT),
            Some(self.wrote + WRITE),
            (!opened).then_some(self.began + HANDSHAKE),
            (!authorised).then_some(self.began + AUTHORISATION),
            self.closing.map(|since| since + CLOSING),
            expiry,
            look,
            alive,
        ];
        let soonest = deadlines.into_iter().flatten().min();
        soonest.unwrap_or(self.heard + IDLE_TIME_OUT)
    }

    /// How often the client wants a sign of life: twice in the time after which it gives up.
    fn alive_interval(&self) -> Option<Duration> {
        let time_out = self.container.connection.remote_idle_time_out()?;
        Some((time_out / 2).max(LEAST_ALIVE))
    }

    /// A deadline has come: drops a client that missed it, or does what is due.
    fn timed_out(&mut self) -> Result<(), AmqpError> {
        let now_at = Instant::now();
        let is_open = self.container.connection.is_open();
        let missed = |since: Instant, within: Duration, did_not| {
            (now_at >= since + within).then_some(AmqpError::TimedOut { did_not, within })
        };
        let missed = missed(self.heard, 2 * IDLE_TIME_OUT, "sent no byte")
            .or_else(|| missed(self.wrote, WRITE, "took none of the bytes for it"))
            .or_else(|| {
                let not_open = missed(self.began, HANDSHAKE, "did not open the connection");
                not_open.filter(|_| !is_open && self.closing.is_none())
            })
            .or_else(|| {
                let not_authorised =
                    missed(self.began, AUTHORISATION, "put no token that is right");
                not_authorised.filter(|_| !self.container.was_authorised())
            })
            .or_else(|| missed(self.closing?, CLOSING, "did not close its side"));
        if let Some(missed) = missed {
            return Err(missed);
        }
        if self
            .alive_interval()
            .is_some_and(|interval| now_at >= self.alive + interval)
        {
            self.alive = now_at;
            self.container.connection.keep_alive();
        }
        self.ticked = now_at;
        self.container.tick(now());
        Ok(())
    }

    /// Gives back what is locked for the client, and closes the stream.
    async fn end(&mut self) {
        self.container.abandon_all();
        let _ = tokio::time::timeout(CLOSING, async {
            while self.container.work.next().await.is_some() {}
            self.writer.shutdown().await
        })
        .await;
    }

    /// Why this side closed, if it did.
    fn reason(&self) -> Result<(), AmqpError> {
        let Some(error) = self.container.connection.error() else {
            return Ok(());
        };
        let condition = match &error.condition {
            fe2o3_amqp_types::definitions::ErrorCondition::Custom(name) => name.as_str().to_owned(),
            other => format!("{other:?}"),
        };
        Err(AmqpError::Closed {
            condition,
            description: error.description.clone().unwrap_or_default(),
        })
    }
}

/// Writes as much as the stream takes, or flushes it. Gives how many bytes were written.
async fn write<W: AsyncWrite + Unpin>(writer: &mut W, output: &mut BytesMut) -> io::Result<usize> {
    if output.is_empty() {
        writer.flush().await?;
        return Ok(0);
    }
    match writer.write_buf(output).await? {
        0 => Err(io::ErrorKind::WriteZero.into()),
        count => Ok(count),
    }
}
