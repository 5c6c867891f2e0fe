//! A hub beside a bench: what a live hub is to a bench, for tests.
//!
//! A [`Beside`] has an emulated hub of its own and carries to it what a bench sends outside. Its clock stands still until
//! [`Beside::run`] moves both clocks, so that a test with a live hub is over as fast as one with the hub on the bench.
//! Faults are switched on and off at will.

use std::{
    cell::{Ref, RefCell},
    collections::{BTreeMap, VecDeque},
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
    time::Duration,
};

use client::monitor::Monitor;
use futures::{
    FutureExt as _,
    channel::oneshot,
    future::LocalBoxFuture,
    stream::{self, LocalBoxStream, StreamExt as _},
};
use http::{Method, Request, Response};
use hub::{ConnectionId, Hub, HubOptions, Output, RequestId};
use wire::{
    error::{ERROR_CODE_HEADER, ErrorCode},
    event::EventPosition,
    timestamp::Timestamp,
};

use crate::{
    Bench,
    outside::{
        Door, Outside, OutsideLink, ReadFrom, ReadNews, Target, Trouble, TroubleKind, Way, Ways,
    },
};

/// After how long a reader says that it tries again. It is back as soon as it can be.
const BACK_OFF: Duration = Duration::from_secs(1);

/// What is wrong with a hub, or with the ways to it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fault of its own, and all combinations occur"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Nothing reaches the hub, and it has closed all connections.
    pub down: bool,
    /// Something on the way bars web sockets: no links, and nothing that AMQP carries.
    pub barred: bool,
    /// The hub asks service programs to go slower, and to wait for five seconds.
    pub throttled: bool,
    /// There is no relay.
    pub no_relay: bool,
    /// The hub takes no key of service programs, as if it were another's or the clock were wrong.
    pub locked: bool,
    /// The policy may not read the registry.
    pub no_registry: bool,
    /// How long every link takes to open, and every service call to be answered.
    pub slowness: Duration,
    /// The return code by which the hub refuses every device, if it does.
    pub refusal: Option<u8>,
    /// The hub takes what devices send and answers nothing.
    pub mute: bool,
    /// How long a socket stays open after the hub has closed its connection.
    pub linger: Duration,
    /// By how many milliseconds the hub's clock is ahead of the bench's; below 0 if it is behind.
    pub ahead: i64,
    /// How long the answer to a service call is on its way: what it brought about may be seen before.
    pub lateness: Duration,
}

/// A hub beside a bench. All clones are of the same.
#[derive(Clone)]
pub struct Beside(Rc<RefCell<Inner>>);

struct Inner {
    hub: Hub,
    now: Timestamp,
    faults: Faults,
    links: BTreeMap<ConnectionId, Socket>,
    answers: BTreeMap<RequestId, oneshot::Sender<Response<Vec<u8>>>>,
    timers: Vec<(Timestamp, Waker)>,
    watchers: Vec<Waker>,
    readers: usize,
}

/// What came on a link and was not taken yet.
#[derive(Default)]
struct Socket {
    incoming: VecDeque<Vec<u8>>,
    closed: bool,
    /// When it closes, once the hub has closed the connection.
    closes: Option<Timestamp>,
    waker: Option<Waker>,
}

impl Beside {
    /// A hub of that name with nothing in it.
    pub fn new(host_name: &str, start: Timestamp) -> Self {
        let mut hub = Hub::new(HubOptions::new(host_name, [11; 32]));
        hub.advance(start);
        Self(Rc::new(RefCell::new(Inner {
            hub,
            now: start,
            faults: Faults::default(),
            links: BTreeMap::new(),
            answers: BTreeMap::new(),
            timers: Vec::new(),
            watchers: Vec::new(),
            readers: 0,
        })))
    }

    /// The hub, to look at.
    pub fn hub(&self) -> Ref<'_, Hub> {
        Ref::map(self.0.borrow(), |inner| &inner.hub)
    }

    /// What opens the hub with the rights of a policy; none if it has no such policy.
    pub fn target(&self, policy: &str) -> Option<Target> {
        let string = self.hub().service_connection_string(policy)?;
        Some(Target {
            connection_string: wire::connection_string::ConnectionString::Service(string),
            events: None,
            group: None,
        })
    }

    /// What is wrong now.
    pub fn faults(&self) -> Faults {
        self.0.borrow().faults
    }

    /// Sets what is wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        let mut inner = self.0.borrow_mut();
        inner.faults = faults;
        if faults.down {
            inner.close_all();
        }
        inner.changed();
    }

    /// How many readers of events there are.
    pub fn readers(&self) -> usize {
        self.0.borrow().readers
    }

    /// Does something to the hub, as from elsewhere, such as another service program or another tab. The time is the
    /// hub's.
    pub fn elsewhere<T>(&self, act: impl FnOnce(&mut Hub, Timestamp) -> T) -> T {
        let mut inner = self.0.borrow_mut();
        let now = inner.hub_time();
        let done = act(&mut inner.hub, now);
        inner.drain();
        done
    }

    /// Lets time pass up to `until` on a bench and here, each thing at its own time.
    pub fn run(&self, bench: &mut Bench, until: Timestamp) {
        loop {
            // What can go on now may plan something that comes before all that is planned.
            bench.run_until(bench.hands().now());
            let next = self
                .next_deadline()
                .into_iter()
                .chain(bench.next_deadline());
            let next = next.min().filter(|next| *next <= until);
            let at = next.unwrap_or(until).max(self.0.borrow().now);
            self.move_to(at);
            bench.run_until(at);
            if next.is_none() {
                return;
            }
        }
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        let inner = self.0.borrow();
        let timers = inner.timers.iter().map(|(at, _)| *at);
        let hub = inner.hub.next_deadline().map(|at| inner.on_bench(at));
        let sockets = inner.links.values().filter_map(|socket| socket.closes);
        timers.chain(hub).chain(sockets).min()
    }

    /// Lets time pass up to `at` here only: whoever runs the bench moves its time.
    pub fn move_to(&self, at: Timestamp) {
        let mut inner = self.0.borrow_mut();
        inner.now = inner.now.max(at);
        let now = inner.now;
        let hub_time = inner.hub_time();
        inner.hub.advance(hub_time);
        let due = inner.timers.extract_if(.., |(at, _)| *at <= now);
        let due: Vec<_> = due.collect();
        for (_, waker) in due {
            waker.wake();
        }
        for socket in inner.links.values_mut() {
            if socket.closes.take_if(|at| *at <= now).is_some() {
                socket.close();
            }
        }
        inner.drain();
    }

    /// Waits as long as everything takes.
    async fn be_slow(&self) {
        let slowness = self.0.borrow().faults.slowness;
        self.sleep(slowness).await;
    }

    async fn sleep(&self, duration: Duration) {
        let until = self.0.borrow().now.plus(duration);
        poll_fn(|context| {
            let mut inner = self.0.borrow_mut();
            if inner.now >= until {
                return Poll::Ready(());
            }
            inner.timers.push((until, context.waker().clone()));
            Poll::Pending
        })
        .await;
    }

    async fn connect(self) -> Result<Box<dyn OutsideLink>, Trouble> {
        self.be_slow().await;
        let mut inner = self.0.borrow_mut();
        if inner.faults.down || inner.faults.barred {
            return Err(no_socket());
        }
        let now = inner.hub_time();
        let connection = inner.hub.open(now);
        inner.links.insert(connection, Socket::default());
        inner.drain();
        drop(inner);
        Ok(Box::new(BesideLink {
            beside: self,
            connection,
        }))
    }

    async fn ask(
        self,
        request: Request<Vec<u8>>,
        way: Option<Way>,
    ) -> Result<Response<Vec<u8>>, Trouble> {
        self.be_slow().await;
        let answer = {
            let mut inner = self.0.borrow_mut();
            let faults = inner.faults;
            match way {
                _ if faults.down => {
                    let detail = "the relay could not reach the hub";
                    return Err(Trouble::new(TroubleKind::Unreachable, detail));
                }
                None => return Err(Trouble::new(TroubleKind::NoRelay, "there is no relay")),
                Some(Way::Amqp) if faults.barred => return Err(no_socket()),
                Some(_) if faults.throttled => return Ok(throttled()),
                Some(_) if faults.locked || faults.no_registry && is_registry(&request) => {
                    return Ok(refused(ErrorCode::IotHubUnauthorizedAccess));
                }
                Some(_) => {}
            }
            let (sender, receiver) = oneshot::channel();
            let now = inner.hub_time();
            let id = inner.hub.request(now, &request);
            inner.answers.insert(id, sender);
            inner.drain();
            receiver
        };
        let gone = || Trouble::new(TroubleKind::Closed, "the hub closed the connection");
        let answer = answer.await.map_err(|_| gone());
        let lateness = self.0.borrow().faults.lateness;
        self.sleep(lateness).await;
        answer
    }
}

fn no_socket() -> Trouble {
    Trouble::new(
        TroubleKind::NoSocket,
        "the WebSocket to the hub did not open",
    )
}

/// Whether a request reads the registry.
fn is_registry(request: &Request<Vec<u8>>) -> bool {
    *request.method() == Method::GET && request.uri().path().starts_with("/devices/")
}

/// A refusal that says when to come again.
fn throttled() -> Response<Vec<u8>> {
    let mut response = refused(ErrorCode::ThrottlingException);
    let headers = response.headers_mut();
    headers.insert(
        http::header::RETRY_AFTER,
        http::HeaderValue::from_static("5"),
    );
    response
}

fn refused(code: ErrorCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = code.status();
    let name = http::HeaderValue::from_static(code.name());
    response.headers_mut().insert(ERROR_CODE_HEADER, name);
    response
}

impl Inner {
    /// What the hub's clock says.
    fn hub_time(&self) -> Timestamp {
        shifted(self.now, self.faults.ahead)
    }

    /// What the bench's clock says at a time of the hub's.
    fn on_bench(&self, at: Timestamp) -> Timestamp {
        shifted(at, self.faults.ahead.saturating_neg())
    }

    fn drain(&mut self) {
        let closes = self.now.plus(self.faults.linger);
        while let Some(output) = self.hub.poll() {
            match output {
                Output::Send { connection, bytes } => {
                    if let Some(socket) = self.links.get_mut(&connection) {
                        socket.incoming.push_back(bytes);
                        socket.wake();
                    }
                }
                Output::Close { connection, .. } => {
                    if let Some(socket) = self.links.get_mut(&connection) {
                        socket.close_at(closes, self.now);
                    }
                }
                Output::Respond { request, response } => {
                    if let Some(answer) = self.answers.remove(&request) {
                        // Whoever asked may have gone.
                        let _ = answer.send(response);
                    }
                }
            }
        }
        self.changed();
    }

    /// Answers whatever a device sends with a return code, and closes its connection.
    fn refuse(&mut self, connection: ConnectionId, code: u8) {
        self.hub.closed(self.hub_time(), connection);
        let closes = self.now.plus(self.faults.linger);
        if let Some(socket) = self.links.get_mut(&connection) {
            socket.incoming.push_back(vec![0x20, 2, 0, code]);
            socket.close_at(closes, self.now);
            socket.wake();
        }
        self.drain();
    }

    fn changed(&mut self) {
        for waker in self.watchers.drain(..) {
            waker.wake();
        }
    }

    fn close_all(&mut self) {
        let now = self.hub_time();
        for (connection, socket) in &mut self.links {
            self.hub.closed(now, *connection);
            socket.close();
        }
        self.answers.clear();
        self.drain();
    }
}

fn shifted(at: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_millis(at.as_millis().saturating_add_signed(millis))
}

impl Socket {
    fn close(&mut self) {
        self.closed = true;
        self.wake();
    }

    fn close_at(&mut self, at: Timestamp, now: Timestamp) {
        if at <= now {
            self.close();
        } else {
            self.closes = Some(at);
        }
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl Door for Beside {
    fn open(&self, _: Target) -> LocalBoxFuture<'static, Ways> {
        let ways = Ways::new(self.clone());
        async move { ways }.boxed_local()
    }
}

impl Outside for Beside {
    fn open_link(&self) -> LocalBoxFuture<'static, Result<Box<dyn OutsideLink>, Trouble>> {
        self.clone().connect().boxed_local()
    }

    fn has_relay(&self) -> bool {
        !self.faults().no_relay
    }

    fn way_of(&self, request: &Request<Vec<u8>>) -> Option<Way> {
        if self.has_relay() {
            return Some(Way::Relay);
        }
        let path = request.uri().path();
        let is_message =
            *request.method() == Method::POST && path.ends_with("/messages/deviceBound");
        let is_feedback = path.starts_with("/messages/serviceBound/feedback");
        (is_message || is_feedback).then_some(Way::Amqp)
    }

    fn request(
        &self,
        request: Request<Vec<u8>>,
    ) -> LocalBoxFuture<'static, Result<Response<Vec<u8>>, Trouble>> {
        let way = self.way_of(&request);
        self.clone().ask(request, way).boxed_local()
    }

    fn read_events(&self, from: ReadFrom) -> LocalBoxStream<'static, ReadNews> {
        self.0.borrow_mut().readers += 1;
        let reading = Reading {
            beside: self.clone(),
            from: from
                .since
                .map_or(EventPosition::Earliest, EventPosition::EnqueuedTime),
            monitor: None,
            was_down: false,
        };
        stream::unfold(reading, |mut reading| async {
            let news = reading.next().await;
            Some((news, reading))
        })
        .boxed_local()
    }
}

/// A reader of events.
struct Reading {
    beside: Beside,
    from: EventPosition,
    /// None at first, and after each break: then the reader begins anew, so that some events come twice.
    monitor: Option<Monitor>,
    was_down: bool,
}

impl Reading {
    async fn next(&mut self) -> ReadNews {
        poll_fn(|context| {
            let mut inner = self.beside.0.borrow_mut();
            let is_down = inner.faults.down || inner.faults.barred;
            if is_down && !self.was_down {
                self.was_down = true;
                self.monitor = None;
                return Poll::Ready(ReadNews::Retrying {
                    trouble: no_socket(),
                    after: BACK_OFF,
                });
            }
            if !is_down {
                self.was_down = false;
                let partitions = inner.hub.partition_count();
                let Some(monitor) = &mut self.monitor else {
                    let monitor = Monitor::new(partitions, &self.from, None, inner.now);
                    self.monitor = Some(monitor);
                    return Poll::Ready(ReadNews::Reading { partitions });
                };
                let mut events = Vec::new();
                for read in monitor.reads() {
                    let found = inner
                        .hub
                        .read_events(read.partition, &read.position, read.most);
                    events.extend(monitor.receive(read.partition, found));
                }
                if !events.is_empty() {
                    return Poll::Ready(ReadNews::Events(events));
                }
            }
            inner.watchers.push(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.beside.0.borrow_mut().readers -= 1;
    }
}

/// A link to a hub beside a bench.
struct BesideLink {
    beside: Beside,
    connection: ConnectionId,
}

impl OutsideLink for BesideLink {
    fn send(&mut self, bytes: &[u8]) -> bool {
        let mut inner = self.beside.0.borrow_mut();
        let is_open = inner
            .links
            .get(&self.connection)
            .is_some_and(|it| !it.closed);
        if let Some(code) = inner.faults.refusal.filter(|_| is_open) {
            inner.refuse(self.connection, code);
        } else if is_open && !inner.faults.mute {
            let now = inner.hub_time();
            inner.hub.receive(now, self.connection, bytes);
            inner.drain();
        }
        is_open
    }

    fn receive(&mut self) -> LocalBoxFuture<'_, Option<Vec<u8>>> {
        poll_fn(|context| {
            let mut inner = self.beside.0.borrow_mut();
            let Some(socket) = inner.links.get_mut(&self.connection) else {
                return Poll::Ready(None);
            };
            match socket.incoming.pop_front() {
                Some(bytes) => Poll::Ready(Some(bytes)),
                None if socket.closed => Poll::Ready(None),
                None => {
                    socket.waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .boxed_local()
    }
}

impl Drop for BesideLink {
    fn drop(&mut self) {
        let mut inner = self.beside.0.borrow_mut();
        let socket = inner.links.remove(&self.connection);
        if socket.is_some_and(|socket| !socket.closed) {
            let now = inner.hub_time();
            inner.hub.closed(now, self.connection);
            inner.drain();
        }
    }
}
