//! The thread that owns the hub, and the handle through which all surfaces reach it.
//!
//! Every surface (MQTT, REST, AMQP) sends inputs into one queue. The thread takes as many as wait, feeds them to the
//! hub, has the store keep the changes of all of them at once, and only then lets the hub's outputs go: one commit
//! pays for many acknowledgements, and what was acknowledged is kept.

use std::{
    collections::HashMap,
    io,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, Response};
use hub::{
    AccessPolicy, CloseReason, ConnectionId, Hub, HubOptions, Output, RequestId, StoreError,
};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};
use wire::{
    event::{Event, EventPosition},
    timestamp::Timestamp,
};

use crate::{
    clock,
    observer::{ClientName, Observer},
};

/// The most inputs that wait for the hub. Whoever has more to give waits, and with them the sender at the far end.
const WAITING: usize = 4096;
/// The most inputs between two commits.
const BATCH: usize = 1024;
/// The most inputs of one link that wait. A client that sends without an end must not keep all others waiting.
const WAITING_OF_LINK: usize = 8;
/// The most bytes that the hub says between two commits, but for what the last input has it say.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// The most bytes that wait for a client which does not read, before it is dropped.
const UNREAD: usize = 4 * 1024 * 1024;
/// The most bytes that wait for all clients, before those are dropped for which most wait.
const UNREAD_BY_ALL: usize = 128 * 1024 * 1024;

/// What keeps a hub's changes for good: hears of each through the hub's [`hub::Store`], and makes all of them last
/// when it is told to.
pub trait Keep {
    /// Makes all changes since the last call last. On an error, none of them may be told to anybody.
    fn flush(&mut self, hub: &Hub) -> Result<(), StoreError>;

    /// What it keeps them in, in a word.
    fn kind(&self) -> &'static str;

    /// Keeps what is worth keeping of a hub that ends, beside its changes.
    fn close(&mut self, _: &Hub) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Keeps nothing beyond the memory of the program.
pub struct Ephemeral;

impl Keep for Ephemeral {
    fn flush(&mut self, _: &Hub) -> Result<(), StoreError> {
        Ok(())
    }

    fn kind(&self) -> &'static str {
        "memory"
    }
}

/// The hub's thread is gone: the program is ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the hub has stopped")]
pub struct Stopped;

/// What the hub sends on an MQTT link.
#[derive(Debug)]
pub enum ToLink {
    /// Send these bytes: one packet or several.
    Bytes(Bytes),
    /// Close the link, after what was to be sent on it.
    Close(CloseReason),
}

enum Input {
    Open {
        link: Outgoing,
        reply: oneshot::Sender<ConnectionId>,
    },
    Receive {
        connection: ConnectionId,
        bytes: Bytes,
        /// Given back once the hub has had the bytes.
        _turn: OwnedSemaphorePermit,
    },
    Closed {
        connection: ConnectionId,
    },
    Request {
        request: Box<Request<Vec<u8>>>,
        reply: oneshot::Sender<Response<Vec<u8>>>,
    },
    Look(Look),
    Stop(oneshot::Sender<()>),
}

type Look = Box<dyn FnOnce(&Hub) + Send>;

/// What is done once the changes of a batch of inputs are kept.
#[derive(Default)]
struct After {
    looks: Vec<Look>,
    /// Who wants to hear of the end.
    stop: Option<oneshot::Sender<()>>,
}

/// The hub's end of a link to a client.
struct Outgoing {
    sender: mpsc::UnboundedSender<ToLink>,
    shared: Arc<Shared>,
    client: ClientName,
}

/// What both ends of a link know.
#[derive(Default)]
struct Shared {
    /// How many bytes the client has not taken yet.
    unread: AtomicUsize,
    /// Told once what waits for the client is not worth sending.
    dropped: Notify,
    /// Why the hub closes the link, known before its last words can be read.
    closed: OnceLock<Box<CloseReason>>,
}

/// A way to the hub. Cheap to clone.
#[derive(Clone)]
pub struct HubHandle {
    inputs: mpsc::Sender<Input>,
    revision: watch::Receiver<u64>,
    fixed: Arc<Fixed>,
    observer: Arc<Observer>,
}

/// What never changes while a hub runs.
struct Fixed {
    host_name: String,
    policies: Vec<AccessPolicy>,
    partition_count: u16,
    store: &'static str,
}

/// One client's MQTT link. Dropping it tells the hub that the link is gone.
pub struct Link {
    connection: ConnectionId,
    inputs: mpsc::Sender<Input>,
    outputs: mpsc::UnboundedReceiver<ToLink>,
    turns: Arc<Semaphore>,
    shared: Arc<Shared>,
    client: ClientName,
    /// How many bytes were given out last.
    given: usize,
}

impl Link {
    /// Who the client is: known once the hub has let it in, or has refused it.
    pub fn client(&self) -> &ClientName {
        &self.client
    }

    /// Why the hub has closed the link, if it has. A client that is quick to hang up may be heard of first.
    pub fn closed(&self) -> Option<&CloseReason> {
        self.shared.closed.get().map(Box::as_ref)
    }

    /// Gives the hub bytes that came in. Waits while the hub has too much to do, with this link or with all.
    pub async fn receive(&self, bytes: Bytes) -> Result<(), Stopped> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let input = Input::Receive {
            connection: self.connection,
            bytes,
            _turn: turn.map_err(|_| Stopped)?,
        };
        self.inputs.send(input).await.map_err(|_| Stopped)
    }

    /// The next thing that the hub wants done on this link; none once it has nothing more to say. Whoever asks for it
    /// is done with the one before.
    pub async fn next(&mut self) -> Option<ToLink> {
        let given = std::mem::take(&mut self.given);
        self.shared.unread.fetch_sub(given, Ordering::Relaxed);
        let next = self.outputs.recv().await;
        if let Some(ToLink::Bytes(bytes)) = &next {
            self.given = bytes.len();
        }
        next
    }

    /// Resolves once the hub has let go of the link although something waits for its client, who has not read for too
    /// long. To send that would take room for as long as the client likes.
    pub fn dropped(&self) -> impl Future<Output = ()> + use<> {
        let shared = Arc::clone(&self.shared);
        async move { shared.dropped.notified().await }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let input = Input::Closed {
            connection: self.connection,
        };
        // The queue may be full just now, and a destructor cannot wait.
        if let Err(mpsc::error::TrySendError::Full(input)) = self.inputs.try_send(input)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let inputs = self.inputs.clone();
            runtime.spawn(async move { inputs.send(input).await });
        }
    }
}

impl HubHandle {
    /// Starts the hub's thread. `make` runs on it and gives the hub and what keeps its changes.
    pub fn start<E: Send + 'static>(
        make: impl FnOnce() -> Result<(Hub, Box<dyn Keep>), E> + Send + 'static,
    ) -> io::Result<Result<(Self, Ended), E>> {
        let (inputs, queue) = mpsc::channel(WAITING);
        let (revised, revision) = watch::channel(0);
        let (started, starts) = std::sync::mpsc::channel();
        let observer = Arc::<Observer>::default();
        let watches = Arc::clone(&observer);
        let thread = thread::Builder::new()
            .name("hub".to_owned())
            .spawn(move || {
                let (hub, keep) = match make() {
                    Ok(both) => both,
                    Err(error) => {
                        let _ = started.send(Err(error));
                        return Ok(());
                    }
                };
                let fixed = Fixed {
                    host_name: hub.host_name().to_owned(),
                    policies: hub.policies().to_vec(),
                    partition_count: hub.partition_count(),
                    store: keep.kind(),
                };
                let _ = started.send(Ok(fixed));
                watches.took_events(events_taken(&hub));
                let host = Host {
                    kept: hub.revision(),
                    observer: watches,
                    hub,
                    keep,
                    revised,
                    dropped: Vec::new(),
                    outputs: Vec::new(),
                    output_bytes: 0,
                    unread: 0,
                    links: HashMap::new(),
                    requests: HashMap::new(),
                    now: Timestamp::from_millis(0),
                };
                host.run(queue)
            })?;
        let fixed = match starts.recv() {
            Ok(Ok(fixed)) => fixed,
            Ok(Err(error)) => return Ok(Err(error)),
            Err(_) => return Err(io::Error::other("the hub's thread ended while it started")),
        };
        let handle = Self {
            inputs,
            revision,
            fixed: Arc::new(fixed),
            observer,
        };
        Ok(Ok((handle, Ended(thread))))
    }

    /// Starts a hub that keeps nothing beyond the memory of the program.
    pub fn ephemeral(options: HubOptions) -> io::Result<(Self, Ended)> {
        let make = || Ok::<_, Stopped>((Hub::new(options), Box::new(Ephemeral) as Box<dyn Keep>));
        Self::start(make)?.map_err(io::Error::other)
    }

    /// The hub's host name.
    pub fn host_name(&self) -> &str {
        &self.fixed.host_name
    }

    /// The hub's shared access policies.
    pub fn policies(&self) -> &[AccessPolicy] {
        &self.fixed.policies
    }

    /// How many partitions telemetry is spread over.
    pub fn partition_count(&self) -> u16 {
        self.fixed.partition_count
    }

    /// What the hub's state is kept in, in a word: `memory` or `sqlite`.
    pub fn store(&self) -> &'static str {
        self.fixed.store
    }

    /// What is known of the work of the hub and of its surfaces.
    pub fn observer(&self) -> &Arc<Observer> {
        &self.observer
    }

    /// How many inputs wait for the hub.
    pub fn waiting(&self) -> usize {
        self.inputs
            .max_capacity()
            .saturating_sub(self.inputs.capacity())
    }

    /// Changes whenever the hub has kept something: then there may be new events, messages or feedback.
    pub fn revision(&self) -> watch::Receiver<u64> {
        self.revision.clone()
    }

    /// Opens a link that will speak MQTT.
    pub async fn open(&self) -> Result<Link, Stopped> {
        let (sender, outputs) = mpsc::unbounded_channel();
        let shared = Arc::<Shared>::default();
        let client = ClientName::default();
        let link = Outgoing {
            sender,
            shared: Arc::clone(&shared),
            client: Arc::clone(&client),
        };
        let connection = self.ask(|reply| Input::Open { link, reply }).await?;
        Ok(Link {
            connection,
            inputs: self.inputs.clone(),
            outputs,
            turns: Arc::new(Semaphore::new(WAITING_OF_LINK)),
            shared,
            client,
            given: 0,
        })
    }

    /// Has the hub answer an HTTP request. The request's target is the path and query; its body is whole.
    pub async fn request(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Stopped> {
        let operation = hub::operation_name(request.method(), request.uri());
        let (request, began) = (Box::new(request), Instant::now());
        let response = self.ask(|reply| Input::Request { request, reply }).await?;
        self.observer
            .answered(operation, response.status(), began.elapsed());
        Ok(response)
    }

    /// Looks at the hub between two inputs. All that it sees has been kept.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Hub) -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        let look = |reply: oneshot::Sender<T>| {
            Input::Look(Box::new(move |hub| {
                let _ = reply.send(look(hub));
            }))
        };
        self.ask(look).await
    }

    /// At most `most` events of a partition from a position on.
    pub async fn read_events(
        &self,
        partition: u16,
        from: EventPosition,
        most: usize,
    ) -> Result<Vec<Event>, Stopped> {
        self.look(move |hub| hub.read_events(partition, &from, most))
            .await
    }

    /// Resolves once the hub's thread takes nothing more: it was stopped, or its store failed.
    pub async fn stopped(&self) {
        self.inputs.closed().await;
    }

    /// Ends the hub's thread once all that was given before is done and kept.
    pub async fn stop(&self) {
        let _ = self.ask(Input::Stop).await;
    }

    async fn ask<T>(&self, input: impl FnOnce(oneshot::Sender<T>) -> Input) -> Result<T, Stopped> {
        let (reply, answer) = oneshot::channel();
        let sent = self.inputs.send(input(reply)).await;
        sent.map_err(|_| Stopped)?;
        answer.await.map_err(|_| Stopped)
    }
}

/// To be waited for at the end of the program.
pub struct Ended(thread::JoinHandle<Result<(), StoreError>>);

impl Ended {
    /// Waits until the hub's thread has ended. An error is that of a store which could keep no more.
    pub fn wait(self) -> Result<(), StoreError> {
        let lost = |_| Err(StoreError::new("the hub's thread panicked"));
        self.0.join().unwrap_or_else(lost)
    }
}

/// The hub on its thread.
struct Host {
    hub: Hub,
    keep: Box<dyn Keep>,
    /// The revision of the hub that is kept.
    kept: u64,
    observer: Arc<Observer>,
    revised: watch::Sender<u64>,
    links: HashMap<ConnectionId, Outgoing>,
    requests: HashMap<RequestId, oneshot::Sender<Response<Vec<u8>>>>,
    now: Timestamp,
    /// Links whose clients did not read, and of which the hub is still to be told.
    dropped: Vec<ConnectionId>,
    /// What the hub wants done once its changes are kept, and how many bytes that has.
    outputs: Vec<Output>,
    output_bytes: usize,
    /// At least as many bytes as wait for all clients: what was read since they were last counted is still in it.
    unread: usize,
}

impl Host {
    fn run(mut self, mut queue: mpsc::Receiver<Input>) -> Result<(), StoreError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        let runtime = runtime.map_err(|error| StoreError::new(error.to_string()))?;
        let mut inputs = Vec::with_capacity(BATCH);
        loop {
            let wait = self.until_deadline();
            let took = runtime.block_on(async {
                tokio::select! {
                    biased;
                    took = queue.recv_many(&mut inputs, BATCH) => Some(took),
                    () = tokio::time::sleep(wait) => None,
                }
            });
            if took == Some(0) {
                return self.keep.close(&self.hub);
            }
            self.tick();
            self.hub.advance(self.now);
            let mut after = After::default();
            let mut count = 0;
            for input in inputs.drain(..) {
                self.feed(input, &mut after);
                count += 1;
                if self.gather() > BATCH_BYTES {
                    self.settle(std::mem::take(&mut count))?;
                }
            }
            self.settle(count)?;
            for look in after.looks {
                look(&self.hub);
            }
            if let Some(stop) = after.stop {
                let closed = self.keep.close(&self.hub);
                let _ = stop.send(());
                return closed;
            }
        }
    }

    /// Takes what the hub wants done. Gives how many bytes all of that has which was not let go yet.
    fn gather(&mut self) -> usize {
        while let Some(output) = self.hub.poll() {
            self.output_bytes += match &output {
                Output::Send { bytes, .. } => bytes.len(),
                Output::Respond { response, .. } => response.body().len(),
                Output::Close { .. } => 0,
            };
            self.outputs.push(output);
        }
        self.output_bytes
    }

    /// Makes the changes of so many inputs last before anybody hears of one or sees it.
    fn settle(&mut self, inputs: usize) -> Result<(), StoreError> {
        self.flush(inputs)?;
        self.let_go();
        // What the end of a dropped link changes lasts as well before anybody hears of it.
        while self.end_dropped() {
            self.flush(0)?;
            self.let_go();
        }
        Ok(())
    }

    /// Makes the changes of so many inputs last.
    fn flush(&mut self, inputs: usize) -> Result<(), StoreError> {
        let began = Instant::now();
        self.keep
            .flush(&self.hub)
            .inspect_err(|error| self.observer.failed(error))?;
        let revision = self.hub.revision();
        if revision != self.kept {
            self.kept = revision;
            self.observer.kept(inputs, began.elapsed());
            self.observer.took_events(events_taken(&self.hub));
        }
        Ok(())
    }

    /// The wall clock, but never backwards.
    fn tick(&mut self) {
        self.now = self.now.max(clock::now());
    }

    fn until_deadline(&mut self) -> Duration {
        self.tick();
        let Some(deadline) = self.hub.next_deadline() else {
            return Duration::from_hours(1);
        };
        Duration::from_millis(deadline.as_millis().saturating_sub(self.now.as_millis()))
    }

    /// Feeds one input, and puts aside what has to wait until all changes are kept.
    fn feed(&mut self, input: Input, after: &mut After) {
        match input {
            Input::Open { link, reply } => {
                let connection = self.hub.open(self.now);
                self.links.insert(connection, link);
                if reply.send(connection).is_err() {
                    self.hub.closed(self.now, connection);
                    self.links.remove(&connection);
                }
            }
            Input::Receive {
                connection, bytes, ..
            } => {
                self.hub.receive(self.now, connection, &bytes);
            }
            Input::Closed { connection } => {
                self.links.remove(&connection);
                self.hub.closed(self.now, connection);
            }
            Input::Request { request, reply } => {
                let id = self.hub.request(self.now, &request);
                self.requests.insert(id, reply);
            }
            Input::Look(look) => after.looks.push(look),
            Input::Stop(reply) => after.stop = Some(reply),
        }
    }

    /// Hands out what the hub wants done.
    fn let_go(&mut self) {
        let mut packets: HashMap<ConnectionId, Vec<u8>> = HashMap::new();
        let mut count = 0;
        // Time brings some of it without an input.
        self.gather();
        self.output_bytes = 0;
        for output in std::mem::take(&mut self.outputs) {
            match output {
                Output::Send { connection, bytes } => {
                    packets.entry(connection).or_default().extend(bytes);
                    count += 1;
                }
                Output::Close {
                    connection,
                    reason,
                    client_id,
                } => {
                    if let Some(link) = self.links.get(&connection) {
                        if let Some(client_id) = client_id {
                            // It may be known already.
                            let _ = link.client.set(client_id);
                        }
                        let _ = link.shared.closed.set(Box::new(reason.clone()));
                    }
                    if let Some(bytes) = packets.remove(&connection) {
                        self.send(connection, bytes);
                    }
                    // What is still to be sent takes room until the other end has gone as well.
                    if let Some(link) = self.links.get(&connection) {
                        let _ = link.sender.send(ToLink::Close(reason));
                    }
                }
                Output::Respond { request, response } => {
                    if let Some(reply) = self.requests.remove(&request) {
                        let _ = reply.send(response);
                    }
                }
            }
        }
        for (connection, bytes) in packets {
            self.send(connection, bytes);
        }
        if self.unread > UNREAD_BY_ALL {
            self.relieve();
        }
        self.observer.sent_packets(count);
        let revision = self.hub.revision();
        self.revised
            .send_if_modified(|known| std::mem::replace(known, revision) != revision);
    }

    /// Sends to a client, unless it has not read for too long: then its link is dropped.
    fn send(&mut self, connection: ConnectionId, bytes: Vec<u8>) {
        let Some(link) = self.links.get(&connection) else {
            return;
        };
        if link.client.get().is_none()
            && let Some(client_id) = self.hub.client_id(connection)
        {
            let _ = link.client.set(client_id);
        }
        let count = bytes.len();
        let before = link.shared.unread.fetch_add(count, Ordering::Relaxed);
        let is_gone = link.sender.send(ToLink::Bytes(bytes.into())).is_err();
        self.unread += count;
        if is_gone {
            self.links.remove(&connection);
            self.dropped.push(connection);
        } else if before + count > UNREAD {
            self.drop_slow(connection);
        }
    }

    /// Counts what waits for all clients. If it is too much, those are dropped for which most waits, until there is
    /// room again.
    fn relieve(&mut self) {
        let links = self.links.iter();
        let mut waiting: Vec<_> = links
            .map(|(connection, link)| (link.shared.unread.load(Ordering::Relaxed), *connection))
            .collect();
        self.unread = waiting.iter().map(|(bytes, _)| bytes).sum();
        if self.unread <= UNREAD_BY_ALL {
            return;
        }
        waiting.sort_unstable_by(|one, other| other.cmp(one));
        for (bytes, connection) in waiting {
            if self.unread <= UNREAD_BY_ALL / 4 * 3 {
                return;
            }
            self.unread -= bytes;
            self.drop_slow(connection);
        }
    }

    /// Lets go of a client that has not read for too long, with all that waits for it.
    fn drop_slow(&mut self, connection: ConnectionId) {
        if let Some(link) = self.links.remove(&connection) {
            self.observer.dropped_slow_client();
            link.shared.dropped.notify_one();
            self.dropped.push(connection);
        }
    }

    /// Tells the hub of the links that were dropped since the last call. Gives whether there were any.
    fn end_dropped(&mut self) -> bool {
        let dropped = std::mem::take(&mut self.dropped);
        for connection in &dropped {
            self.hub.closed(self.now, *connection);
        }
        !dropped.is_empty()
    }
}

/// How many events a hub has taken since it first began.
fn events_taken(hub: &Hub) -> u64 {
    hub.event_bounds().map(|it| it.next_number).sum()
}
