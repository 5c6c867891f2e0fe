//! The device's client against the hub: two state machines that know nothing of each other but
//! bytes, a network between them that cuts and loses, and a clock that is moved by hand.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use client::device::{DeviceOptions, Message, Output, RetryPolicy, SendId, Session, SessionEvent};
use client::service::{Call, IfMatch, Service};
use hub::{CloseReason, ConnectionId, Hub, HubOptions};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use wire::connection_string::DeviceConnectionString;
use wire::event::{Event, EventPosition};
use wire::rest::ConnectionState;
use wire::timestamp::Timestamp;
use wire::topic::TopicFilter;

const HOST: &str = "contoso.azure-devices.net";
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

/// When the clock starts: 2026-08-01T10:00:00Z.
const START: Timestamp = Timestamp::from_millis(1_785_578_400_000);

#[test]
fn a_hundred_messages_survive_a_network_that_loses_links() {
    let (mut losses, mut duplicates) = (0, 0);
    for seed in 0..40 {
        let mut world = World::new(seed);
        let device = world.device(patient());
        world.run_while_losing(device, 100);
        let party = &world.parties[device];
        assert_eq!(party.failed, [], "seed {seed}");
        assert_eq!(party.sent.len(), 100, "seed {seed}");

        let events = world.events();
        assert_eq!(first_arrivals(&events), texts(0..100), "seed {seed}");
        losses += world.losses;
        duplicates += events.len() - 100;
        // What may have come before says so.
        let mut seen = BTreeSet::new();
        for event in &events {
            let again = !seen.insert(&event.body);
            let marked = event.properties.application("mqtt-dup").is_some();
            assert!(marked || !again, "seed {seed}: an unmarked repetition");
        }
    }
    assert!(losses > 200, "{losses} losses put it to the test");
    assert!(duplicates > 20, "{duplicates} duplicates came of them");
}

#[test]
fn tokens_that_end_and_links_that_break_together_lose_nothing() {
    for seed in 0..10 {
        let mut world = World::new(seed);
        let device = world.device(DeviceOptions {
            token_lifetime: 20 * SECOND,
            renew_before: 10 * SECOND,
            ..patient()
        });
        world.run_while_losing(device, 100);
        assert_eq!(
            first_arrivals(&world.events()),
            texts(0..100),
            "seed {seed}"
        );
        assert_eq!(world.parties[device].sent.len(), 100);
    }
}

#[test]
fn renewing_the_token_goes_unnoticed() {
    let mut world = World::new(1);
    let device = world.device(DeviceOptions {
        token_lifetime: 10 * MINUTE,
        renew_before: 2 * MINUTE,
        will: Some(Message::new("gone")),
        ..patient()
    });
    world.connect(device);
    let filter = TopicFilter::Methods;
    world.feed(device, |session, now| {
        session.subscribe(now, filter);
    });
    for number in 0..120 {
        world.publish(device, number);
        world.wait(MINUTE);
    }
    let party = &world.parties[device];
    let renewals = party.count(|event| matches!(event, SessionEvent::TokenRenewed));
    assert_eq!(renewals, 15, "every eight minutes");
    let connects = party.count(|event| matches!(event, SessionEvent::Connected { .. }));
    assert_eq!(connects, 1);
    let grants = party.count(|event| matches!(event, SessionEvent::Subscribed { .. }));
    assert_eq!(grants, 16);
    let losses = party.count(|event| matches!(event, SessionEvent::Disconnected { .. }));
    assert_eq!(losses, 0);
    // Each message once, and never the will.
    assert_eq!(world.bodies(), texts(0..120));
    assert!(
        world
            .closes
            .iter()
            .all(|why| *why == CloseReason::Disconnected)
    );
}

#[test]
fn a_token_that_the_program_signed_ends_with_its_grace() {
    let mut world = World::new(1);
    let string = world.register("dev1");
    let key = world.hub.device("dev1").unwrap().authentication.clone();
    let key = key.symmetric_key.primary_key.unwrap().to_key().unwrap();
    let expires = START.plus(30 * MINUTE).as_seconds();
    let resource = wire::sas::device_resource(HOST, "dev1", None);
    let token = wire::sas::SasToken::sign(&resource, &key, expires, None);
    let string = DeviceConnectionString {
        credential: wire::connection_string::DeviceCredential::SharedAccessSignature(token),
        ..string
    };
    let device = world.join(string, patient());
    world.connect(device);
    world.wait(39 * MINUTE);
    assert!(world.parties[device].session.is_connected());
    world.wait(2 * MINUTE);
    assert_eq!(
        world.closes,
        [CloseReason::TokenExpired, refused_for_expiry()]
    );
    assert!(!world.parties[device].session.is_connected());
}

fn refused_for_expiry() -> CloseReason {
    CloseReason::Refused(hub::Refusal::TokenExpired)
}

#[test]
fn of_two_sessions_of_a_device_the_newer_stays() {
    let mut world = World::new(1);
    let string = world.register("dev1");
    let options = DeviceOptions {
        retry: RetryPolicy::None,
        will: Some(Message::new("taken over")),
        ..patient()
    };
    let older = world.join(string.clone(), options.clone());
    let newer = world.join(string, options);
    world.connect(older);
    world.publish(older, 0);
    world.wait(SECOND);
    world.connect(newer);
    world.publish(newer, 1);
    world.wait(10 * MINUTE);
    assert!(!world.parties[older].session.is_connected());
    assert!(world.parties[newer].session.is_connected());
    assert_eq!(world.closes, [CloseReason::TakenOver]);
    assert_eq!(world.bodies(), ["0", "taken over", "1"]);
    let gave_up = world.parties[older].count(|event| matches!(event, SessionEvent::GaveUp(_)));
    assert_eq!(gave_up, 1);
}

#[test]
fn two_sessions_that_both_retry_fight_and_lose_no_message() {
    let mut world = World::new(1);
    let string = world.register("dev1");
    let rivals = [(); 2].map(|()| world.join(string.clone(), patient()));
    for rival in rivals {
        world.connect(rival);
    }
    for number in 0..40 {
        world.publish(rivals[number % 2], number);
        world.wait(SECOND / 2);
    }
    world.wait(10 * SECOND);
    let fights = world.closes.len();
    assert!(fights > 10, "{fights} times one threw out the other");
    assert!(
        world
            .closes
            .iter()
            .all(|why| *why == CloseReason::TakenOver)
    );
    // One gives in; the other stays.
    world.feed(rivals[0], Session::disconnect);
    world.wait(MINUTE);
    assert!(world.parties[rivals[1]].session.is_connected());
    let arrived: BTreeSet<_> = world.bodies().into_iter().collect();
    assert_eq!(arrived, texts(0..40).into_iter().collect());
    for rival in rivals {
        assert!(world.parties[rival].failed.is_empty());
        assert_eq!(world.parties[rival].sent.len(), 20);
    }
}

#[test]
fn a_device_that_is_disabled_is_not_let_in_again() {
    let mut world = World::new(1);
    let device = world.device(patient());
    world.connect(device);
    let mut identity = world.hub.device("dev1").unwrap().clone();
    identity.status = wire::rest::DeviceStatus::Disabled;
    let service = world.service();
    let disabled = world.call(&service.update_device(world.now, &identity, &IfMatch::Any));
    assert_eq!(disabled.connection_state, ConnectionState::Disconnected);
    world.wait(MINUTE);
    let refused = CloseReason::Refused(hub::Refusal::Disabled);
    assert_eq!(world.closes, [CloseReason::DeviceDisabled, refused]);
    assert!(!world.parties[device].session.is_connected());
}

#[test]
fn a_silent_device_pings_in_time() {
    let mut world = World::new(1);
    let device = world.device(DeviceOptions {
        keep_alive: MINUTE,
        ..patient()
    });
    world.connect(device);
    world.wait(Duration::from_hours(24));
    assert!(world.parties[device].session.is_connected());
    assert!(
        world
            .closes
            .iter()
            .all(|why| *why == CloseReason::Disconnected)
    );
}

/// Options under which no message fails, however long it takes.
fn patient() -> DeviceOptions {
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

fn texts(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|number| number.to_string()).collect()
}

fn body(event: &Event) -> String {
    String::from_utf8(event.body.clone()).unwrap()
}

/// The bodies in the order in which they came for the first time.
fn first_arrivals(events: &[Event]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let bodies = events.iter().map(body);
    bodies.filter(|body| seen.insert(body.clone())).collect()
}

/// A hub, sessions, and the network between them.
struct World {
    hub: Hub,
    now: Timestamp,
    parties: Vec<Party>,
    dice: ChaCha8Rng,
    losses: usize,
    /// Why the hub closed links, in order.
    closes: Vec<CloseReason>,
    responses: Vec<http::Response<Vec<u8>>>,
}

struct Party {
    session: Session,
    /// The link that the session uses, after those that it has closed and that still carry bytes.
    links: Vec<Link>,
    events: Vec<SessionEvent>,
    sent: Vec<SendId>,
    failed: Vec<SendId>,
}

/// What is on its way between a session and the hub.
struct Link {
    id: ConnectionId,
    to_hub: VecDeque<u8>,
    to_device: VecDeque<u8>,
    closed_by_device: bool,
    closed_by_hub: bool,
}

impl Party {
    fn count(&self, is_it: impl Fn(&SessionEvent) -> bool) -> usize {
        self.events.iter().filter(|event| is_it(event)).count()
    }
}

/// Devices and time.
impl World {
    fn new(seed: u64) -> Self {
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

    fn service(&self) -> Service {
        Service::new(self.hub.service_connection_string("iothubowner").unwrap())
    }

    fn call<T>(&mut self, call: &Call<T>) -> T {
        self.hub.request(self.now, &call.request);
        self.drain_hub();
        self.settle();
        call.read(self.responses.pop().unwrap()).unwrap()
    }

    fn register(&mut self, id: &str) -> DeviceConnectionString {
        let service = self.service();
        let device = self.call(&service.create_device(self.now, id));
        service.device_connection_string(&device).unwrap()
    }

    /// A session of `dev1`, which is registered for it.
    fn device(&mut self, options: DeviceOptions) -> usize {
        let string = self.register("dev1");
        self.join(string, options)
    }

    fn join(&mut self, string: DeviceConnectionString, options: DeviceOptions) -> usize {
        self.parties.push(Party {
            session: Session::new(string, options, 1),
            links: Vec::new(),
            events: Vec::new(),
            sent: Vec::new(),
            failed: Vec::new(),
        });
        self.parties.len() - 1
    }

    fn connect(&mut self, party: usize) {
        self.feed(party, Session::connect);
        self.settle();
    }

    fn publish(&mut self, party: usize, number: usize) {
        self.feed(party, |session, now| {
            session.publish(now, Message::new(number.to_string()));
        });
    }

    /// Time passes on a network that carries everything at once.
    fn wait(&mut self, time: Duration) {
        let end = self.now.plus(time);
        self.settle();
        while let Some(deadline) = self.next_deadline().filter(|at| *at <= end) {
            self.now = self.now.max(deadline);
            self.advance();
            self.settle();
        }
        self.now = end;
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        let sessions = self.parties.iter();
        sessions
            .filter_map(|party| party.session.next_deadline())
            .chain(self.hub.next_deadline())
            .min()
    }

    fn advance(&mut self) {
        for party in 0..self.parties.len() {
            self.feed(party, Session::advance);
        }
        self.hub.advance(self.now);
        self.drain_hub();
    }

    fn events(&self) -> Vec<Event> {
        (0..self.hub.partition_count())
            .flat_map(|partition| {
                self.hub
                    .read_events(partition, &EventPosition::Earliest, usize::MAX)
            })
            .collect()
    }

    fn bodies(&self) -> Vec<String> {
        self.events().iter().map(body).collect()
    }
}

/// The network.
impl World {
    /// Publishes so many messages, while pieces of packets crawl along and links break, and goes on
    /// until all are acknowledged.
    fn run_while_losing(&mut self, party: usize, messages: usize) {
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

    /// Time passes, whatever is on its way.
    fn pass(&mut self, time: Duration) {
        let end = self.now.plus(time);
        while let Some(deadline) = self.next_deadline().filter(|at| *at <= end) {
            self.now = self.now.max(deadline);
            self.advance();
        }
        self.now = end;
    }

    /// The network loses a link and all that is on it.
    fn lose(&mut self, party: usize) {
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
    fn carry_a_piece(&mut self, party: usize) {
        let links = self.parties[party].links.len();
        if links > 0 {
            let link = self.dice.next_u32() as usize % links;
            let most = self.dice.next_u32() as usize % 200 + 1;
            self.carry(party, link, most);
        }
    }

    /// All bytes arrive everywhere.
    fn settle(&mut self) {
        while let Some((party, link)) = self.busy() {
            self.carry(party, link, usize::MAX);
        }
    }

    /// A link that has something to carry or to end.
    fn busy(&self) -> Option<(usize, usize)> {
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
    fn carry(&mut self, party: usize, place: usize, most: usize) {
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
    fn end(&mut self, party: usize, id: ConnectionId) {
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
    fn feed(&mut self, party: usize, feed: impl FnOnce(&mut Session, Timestamp)) {
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
    fn carry_out(&mut self, party: usize, output: Output) -> bool {
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

    fn note(&mut self, party: usize, event: SessionEvent) {
        match &event {
            SessionEvent::Sent(id, _) => {
                let sent = &mut self.parties[party].sent;
                assert!(!sent.contains(id), "acknowledged twice");
                sent.push(*id);
                let sent: usize = self.parties.iter().map(|party| party.sent.len()).sum();
                let kept = first_arrivals(&self.events()).len();
                assert!(kept >= sent, "acknowledged means kept");
            }
            SessionEvent::SendFailed(id, _) => self.parties[party].failed.push(*id),
            _ => {}
        }
        self.parties[party].events.push(event);
    }

    fn drain_hub(&mut self) {
        while let Some(output) = self.hub.poll() {
            match output {
                hub::Output::Send { connection, bytes } => {
                    if let Some(link) = self.link(connection) {
                        link.to_device.extend(bytes);
                    }
                }
                hub::Output::Close { connection, reason } => {
                    self.closes.push(reason);
                    if let Some(link) = self.link(connection) {
                        link.closed_by_hub = true;
                    }
                }
                hub::Output::Respond { response, .. } => self.responses.push(response),
            }
        }
    }

    fn link(&mut self, id: ConnectionId) -> Option<&mut Link> {
        let links = self.parties.iter_mut().flat_map(|party| &mut party.links);
        links.into_iter().find(|link| link.id == id)
    }
}
