//! A hub, sessions, and the network between them.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use client::device::{
    DeviceOptions, Incoming, Message, Output, RetryPolicy, SendId, Session, SessionEvent,
};
use client::service::{Call, CallError, Service};
use hub::{CloseReason, ConnectionId, Hub, HubOptions};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use wire::connection_string::DeviceConnectionString;
use wire::event::{Event, EventPosition};
use wire::timestamp::Timestamp;
use wire::topic::TopicFilter;

pub(crate) const HOST: &str = "contoso.azure-devices.net";
pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_mins(1);

/// When the clock starts: 2026-08-01T10:00:00Z.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_785_578_400_000);

/// Options under which no message fails, however long it takes.
pub(crate) fn patient() -> DeviceOptions {
    DeviceOptions {
        retry: RetryPolicy::Fixed {
            wait: SECOND,
            attempts: None,
        },
        message_timeout: Duration::from_hours(1_000),
        max_in_flight: 8,
        ..DeviceOptions::default()
    }
}

pub(crate) fn texts(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|number| number.to_string()).collect()
}

pub(crate) fn body(event: &Event) -> String {
    String::from_utf8(event.body.clone()).unwrap()
}

/// The bodies in the order in which they came for the first time.
pub(crate) fn first_arrivals(events: &[Event]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let bodies = events.iter().map(body);
    bodies.filter(|body| seen.insert(body.clone())).collect()
}

/// A hub, sessions, and the network between them.
pub(crate) struct World {
    pub(crate) hub: Hub,
    pub(crate) now: Timestamp,
    pub(crate) parties: Vec<Party>,
    pub(crate) dice: ChaCha8Rng,
    pub(crate) losses: usize,
    /// Why the hub closed links, in order.
    pub(crate) closes: Vec<CloseReason>,
    pub(crate) responses: Vec<http::Response<Vec<u8>>>,
}

pub(crate) struct Party {
    pub(crate) session: Session,
    /// The link that the session uses, after those that it has closed and that still carry bytes.
    pub(crate) links: Vec<Link>,
    pub(crate) events: Vec<SessionEvent>,
    /// The telemetry among what it sends.
    pub(crate) published: BTreeSet<SendId>,
    pub(crate) sent: Vec<SendId>,
    pub(crate) failed: Vec<SendId>,
    /// What the hub sent and the program has not taken.
    pub(crate) inbox: VecDeque<Incoming>,
}

/// What is on its way between a session and the hub.
pub(crate) struct Link {
    pub(crate) id: ConnectionId,
    pub(crate) to_hub: VecDeque<u8>,
    pub(crate) to_device: VecDeque<u8>,
    pub(crate) closed_by_device: bool,
    pub(crate) closed_by_hub: bool,
}

impl Party {
    pub(crate) fn count(&self, is_it: impl Fn(&SessionEvent) -> bool) -> usize {
        self.events.iter().filter(|event| is_it(event)).count()
    }
}

/// Devices and time.
impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            hub: Hub::new(HubOptions::new(HOST, [7; 32])),
            now: START,
            parties: Vec::new(),
            dice: ChaCha8Rng::seed_from_u64(seed),
            losses: 0,
            closes: Vec::new(),
            responses: Vec::new(),
        }
    }

    pub(crate) fn service(&self) -> Service {
        Service::new(self.hub.service_connection_string("iothubowner").unwrap())
    }

    pub(crate) fn call<T>(&mut self, call: &Call<T>) -> T {
        self.try_call(call).unwrap()
    }

    pub(crate) fn try_call<T>(&mut self, call: &Call<T>) -> Result<T, CallError> {
        self.ask(call);
        self.answer(call).expect("the hub answers at once")
    }

    /// Sends a request whose answer may take its time.
    pub(crate) fn ask<T>(&mut self, call: &Call<T>) {
        self.hub.request(self.now, &call.request);
        self.drain_hub();
        self.settle();
    }

    /// The answer to what was asked, if it is there.
    pub(crate) fn answer<T>(&mut self, call: &Call<T>) -> Option<Result<T, CallError>> {
        Some(call.read(self.responses.pop()?))
    }

    /// The program takes the next message of the hub.
    pub(crate) fn take(&mut self, party: usize) -> Option<Incoming> {
        let message = self.next_message(party)?;
        self.feed(party, |session, now| {
            session.acknowledge(now, message.delivery);
        });
        self.settle();
        Some(message)
    }

    /// The next message of the hub, but for those that come again on another connection.
    pub(crate) fn next_message(&mut self, party: usize) -> Option<Incoming> {
        let Party { session, inbox, .. } = &mut self.parties[party];
        inbox.retain(|message| !message.is_held() || session.holds(message.delivery));
        inbox.pop_front()
    }

    /// A device that is connected and listens.
    pub(crate) fn listener(&mut self, filters: &[TopicFilter]) -> usize {
        let device = self.device(patient());
        self.connect(device);
        for filter in filters {
            self.feed(device, |session, now| {
                session.subscribe(now, filter.clone());
            });
        }
        self.settle();
        device
    }

    pub(crate) fn register(&mut self, id: &str) -> DeviceConnectionString {
        let service = self.service();
        let device = self.call(&service.create_device(self.now, id));
        service.device_connection_string(&device).unwrap()
    }

    /// A session of `dev1`, which is registered for it.
    pub(crate) fn device(&mut self, options: DeviceOptions) -> usize {
        let string = self.register("dev1");
        self.join(string, options)
    }

    pub(crate) fn join(&mut self, string: DeviceConnectionString, options: DeviceOptions) -> usize {
        self.parties.push(Party {
            session: Session::new(string, options, 1),
            links: Vec::new(),
            events: Vec::new(),
            published: BTreeSet::new(),
            sent: Vec::new(),
            failed: Vec::new(),
            inbox: VecDeque::new(),
        });
        self.parties.len() - 1
    }

    pub(crate) fn connect(&mut self, party: usize) {
        self.feed(party, Session::connect);
        self.settle();
    }

    pub(crate) fn publish(&mut self, party: usize, number: usize) {
        let mut id = None;
        self.feed(party, |session, now| {
            id = Some(session.publish(now, Message::new(number.to_string())));
        });
        self.parties[party].published.extend(id);
    }

    /// Time passes on a network that carries everything at once.
    pub(crate) fn wait(&mut self, time: Duration) {
        let end = self.now.plus(time);
        self.settle();
        while let Some(deadline) = self.next_deadline().filter(|at| *at <= end) {
            self.now = self.now.max(deadline);
            self.advance();
            self.settle();
        }
        self.now = end;
    }

    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        let sessions = self.parties.iter();
        sessions
            .filter_map(|party| party.session.next_deadline())
            .chain(self.hub.next_deadline())
            .min()
    }

    pub(crate) fn advance(&mut self) {
        for party in 0..self.parties.len() {
            self.feed(party, Session::advance);
        }
        self.hub.advance(self.now);
        self.drain_hub();
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        (0..self.hub.partition_count())
            .flat_map(|partition| {
                self.hub
                    .read_events(partition, &EventPosition::Earliest, usize::MAX)
            })
            .collect()
    }

    pub(crate) fn bodies(&self) -> Vec<String> {
        self.events().iter().map(body).collect()
    }
}

/// The network.
impl World {
    /// Publishes so many messages, while pieces of packets crawl along and links break, and goes on
    /// until all are acknowledged.
    pub(crate) fn run_while_losing(&mut self, party: usize, messages: usize) {
        self.feed(party, Session::connect);
        let mut published = 0;
        for _ in 0..1_000_000 {
            if self.parties[party].sent.len() == messages {
                return;
            }
            match self.dice.next_u32() % 40 {
                0..5 if published < messages => {
                    self.publish(party, published);
                    published += 1;
                }
                5 => self.lose(party),
                6..10 => {
                    let millis = self.dice.next_u32() % 3_000;
                    self.pass(Duration::from_millis(millis.into()));
                }
                _ => self.carry_a_piece(party),
            }
        }
        panic!("the messages do not get through");
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: u32) -> u32 {
        self.dice.next_u32() % sides
    }

    /// Time passes, whatever is on its way.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now.plus(time);
        while let Some(deadline) = self.next_deadline().filter(|at| *at <= end) {
            self.now = self.now.max(deadline);
            self.advance();
        }
        self.now = end;
    }

    /// The network loses a link and all that is on it.
    pub(crate) fn lose(&mut self, party: usize) {
        let links = &mut self.parties[party].links;
        if links.is_empty() {
            return;
        }
        let place = self.dice.next_u32() as usize % links.len();
        let link = links.remove(place);
        self.losses += 1;
        self.hub.closed(self.now, link.id);
        self.drain_hub();
        if !link.closed_by_device {
            self.feed(party, Session::link_closed);
        }
    }

    /// Some bytes arrive at one end of one link.
    pub(crate) fn carry_a_piece(&mut self, party: usize) {
        let links = self.parties[party].links.len();
        if links > 0 {
            let link = self.dice.next_u32() as usize % links;
            let most = self.dice.next_u32() as usize % 200 + 1;
            self.carry(party, link, most);
        }
    }

    /// All bytes arrive everywhere.
    pub(crate) fn settle(&mut self) {
        while let Some((party, link)) = self.busy() {
            self.carry(party, link, usize::MAX);
        }
    }

    /// A link that has something to carry or to end.
    pub(crate) fn busy(&self) -> Option<(usize, usize)> {
        let parties = self.parties.iter().enumerate();
        parties
            .flat_map(|(number, party)| {
                let links = party.links.iter().enumerate();
                links.map(move |(place, link)| (number, place, link))
            })
            .find(|(_, _, link)| {
                link.closed_by_device
                    || link.closed_by_hub
                    || !link.to_hub.is_empty()
                    || !link.to_device.is_empty()
            })
            .map(|(number, place, _)| (number, place))
    }

    /// Carries at most so many bytes each way, and the end of the link behind the last of them.
    pub(crate) fn carry(&mut self, party: usize, place: usize, most: usize) {
        let link = &mut self.parties[party].links[place];
        let id = link.id;
        let up: Vec<u8> = link.to_hub.drain(..most.min(link.to_hub.len())).collect();
        let down = most.min(link.to_device.len());
        let down: Vec<u8> = link.to_device.drain(..down).collect();
        let is_heard = !link.closed_by_device && !down.is_empty();
        if !up.is_empty() {
            self.hub.receive(self.now, id, &up);
            self.drain_hub();
        }
        if is_heard {
            self.feed(party, |session, now| session.receive(now, &down));
        }
        self.end(party, id);
    }

    /// Ends a link that one end has closed, if nothing is on its way to the other.
    pub(crate) fn end(&mut self, party: usize, id: ConnectionId) {
        let links = &mut self.parties[party].links;
        let Some(place) = links.iter().position(|link| link.id == id) else {
            return;
        };
        let link = &links[place];
        if link.closed_by_device && link.to_hub.is_empty() {
            links.remove(place);
            self.hub.closed(self.now, id);
            self.drain_hub();
        } else if link.closed_by_hub && !link.closed_by_device && link.to_device.is_empty() {
            links.remove(place);
            self.feed(party, Session::link_closed);
        }
    }

    /// Feeds a session and does what it asks for.
    pub(crate) fn feed(&mut self, party: usize, feed: impl FnOnce(&mut Session, Timestamp)) {
        feed(&mut self.parties[party].session, self.now);
        loop {
            let mut opened = false;
            while let Some(output) = self.parties[party].session.poll() {
                opened |= self.carry_out(party, output);
            }
            if !opened {
                return;
            }
            self.parties[party].session.link_opened(self.now);
        }
    }

    /// Carries out an output; says whether it opened a link, which the session is to be told.
    pub(crate) fn carry_out(&mut self, party: usize, output: Output) -> bool {
        let now = self.now;
        let links = &mut self.parties[party].links;
        match output {
            Output::OpenLink { host } => {
                assert_eq!(host, HOST);
                links.push(Link {
                    id: self.hub.open(now),
                    to_hub: VecDeque::new(),
                    to_device: VecDeque::new(),
                    closed_by_device: false,
                    closed_by_hub: false,
                });
                return true;
            }
            Output::Send(bytes) => {
                if let Some(link) = links.last_mut() {
                    link.to_hub.extend(bytes);
                }
            }
            Output::CloseLink => {
                if let Some(link) = links.last_mut() {
                    link.closed_by_device = true;
                }
            }
            Output::Event(event) => self.note(party, event),
        }
        false
    }

    pub(crate) fn note(&mut self, party: usize, event: SessionEvent) {
        match &event {
            SessionEvent::Sent(id, _) => {
                let sent = &mut self.parties[party].sent;
                assert!(!sent.contains(id), "acknowledged twice");
                sent.push(*id);
                let sent = self.parties.iter().flat_map(|party| {
                    let is_telemetry = |id: &&SendId| party.published.contains(id);
                    party.sent.iter().filter(is_telemetry)
                });
                let sent = sent.count();
                let kept = first_arrivals(&self.events()).len();
                assert!(kept >= sent, "acknowledged means kept");
            }
            SessionEvent::SendFailed(id, _) => self.parties[party].failed.push(*id),
            SessionEvent::Message(message) => {
                self.parties[party].inbox.push_back((**message).clone());
            }
            _ => {}
        }
        self.parties[party].events.push(event);
    }

    pub(crate) fn drain_hub(&mut self) {
        while let Some(output) = self.hub.poll() {
            match output {
                hub::Output::Send { connection, bytes } => {
                    if let Some(link) = self.link(connection) {
                        link.to_device.extend(bytes);
                    }
                }
                hub::Output::Close {
                    connection, reason, ..
                } => {
                    self.closes.push(reason);
                    if let Some(link) = self.link(connection) {
                        link.closed_by_hub = true;
                    }
                }
                hub::Output::Respond { response, .. } => self.responses.push(response),
            }
        }
    }

    pub(crate) fn link(&mut self, id: ConnectionId) -> Option<&mut Link> {
        let links = self.parties.iter_mut().flat_map(|party| &mut party.links);
        links.into_iter().find(|link| link.id == id)
    }
}
